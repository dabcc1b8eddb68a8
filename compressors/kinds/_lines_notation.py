r"""The notation in which repeated forms of rows are written once.

A form that pays is defined once (``~a=worker * took * ms``) and its rows become
``~a 3 120``: every row stays on one line, with what distinguishes it written out::

    [toin log: "~a 1 2" is the line "~a=" with 1, 2 for its *; "×2" repeats a line 2 times more]
    ~a=@ INFO worker * took * ms
    @2026-01-01
    ~a 10:00:00 3 120
    ~a = 4 118
    ×2
    2026-01-01 10:00:07 ERROR worker 3 is gone

``@`` in a definition is a time: the date of the last ``@`` row and the value, where ``=``
stands for the time of the row above. A row that would be mistaken for notation gets a
backslash in front.
"""

from __future__ import annotations

import itertools
import re
import string
from collections.abc import Collection, Iterator, Mapping, Sequence

from compressors.kinds._lines_forms import Forms
from compressors.kinds._lines_plan import DATE, Plan, worth_defining
from compressors.kinds._lines_undo import QUOTED, decode, raw

__all__ = ["decode", "encode", "raw", "shorter"]

_HOLE_MARKS = ("*", "◇", "○", "¤", "◌")
_AGAIN_MARKS = ("※", "⁑", "◙", "◚")
_TIME_MARKS = ("@", "◷", "◴", "⊙", "◍")
_SPECIAL = ("~", "@", "×", "…", "\\")
_SPACED = re.compile(QUOTED)
# What is saved has to be worth the reader's way to the definitions.
_WORTH = 0.92


def shorter(kind: str, text: str, forms: Forms) -> str:
    """``text`` in the notation where that is worth reading and exact, else ``text`` itself."""
    encoded = encode(kind, forms)
    if len(encoded) > _WORTH * len(text) or decode(kind, encoded) != text:
        return raw(kind, text)
    return encoded


def encode(
    kind: str,
    forms: Forms,
    *,
    kept: Sequence[bool] | None = None,
    literal: Collection[int] = frozenset(),
    totals: Mapping[int, str] | None = None,
    preface: str = "",
) -> str:
    """The rows of ``forms`` in the notation, without asking whether that is shorter.

    Args:
        kind: whose header is written.
        forms: the rows.
        kept: which rows to write; a note takes the place of each gap. None: all.
        literal: rows to write as they are, whatever their form.
        totals: row to what is said of the rows that it stands for (``×9``), written behind it.
        preface: what the header says before the legend.
    """
    rows = forms.rows
    chosen = range(len(rows)) if kept is None else [i for i, keep in enumerate(kept) if keep]
    plans, values = worth_defining(forms, chosen, literal)
    plans.sort(key=lambda plan: (-len(plan.rows), plan.rows[0]))
    hole = _mark(_HOLE_MARKS, plans)
    time = _mark(_TIME_MARKS, plans)
    again = _mark(_AGAIN_MARKS, plans)
    if not (hole and time and again):
        plans = []
    definitions: list[str] = []
    named: dict[int, tuple[str, Plan]] = {}
    for name, plan in zip(_names(), plans, strict=False):
        text = plan.constants[0]
        for place, constant in zip(plan.holes, plan.constants[1:], strict=True):
            text += (time if place == plan.time else hole) + constant
        definitions.append(f"{name}={text}")
        for row in plan.rows:
            named[row] = (name, plan)
    if forms.hole:
        definitions = [text.replace(forms.hole, again) for text in definitions]
    names = {forms.ids[row]: name for row, (name, _) in named.items() if row not in values}
    body = list(_body(forms, chosen, named, values, names, totals or {}))
    dated = any(plan.time is not None for plan in plans)
    repeated = any(again in text for text in definitions) if again else False
    signs = (hole, time if dated else "", again if repeated else "")
    legend = _legend(definitions, signs, body, crlf=forms.crlf)
    header = "; ".join(part for part in (preface, *legend) if part) or "as lines"
    return "\n".join([f"[toin {kind}: {header}]", *definitions, *body])


def _names() -> Iterator[str]:
    for length in itertools.count(1):
        for letters in itertools.product(string.ascii_lowercase, repeat=length):
            yield "~" + "".join(letters)


def _mark(marks: Sequence[str], plans: Sequence[Plan]) -> str:
    """The first of ``marks`` that no definition contains; empty where all are taken."""
    return next(
        (mark for mark in marks if not any(mark in text for p in plans for text in p.constants)),
        "",
    )


def _body(
    forms: Forms,
    chosen: Sequence[int],
    named: Mapping[int, tuple[str, Plan]],
    values: Mapping[int, list[str]],
    names: Mapping[int, str],
    totals: Mapping[int, str],
) -> Iterator[str]:
    """The rows, gaps and repetitions in order."""
    rows = forms.rows
    date = clock = ""
    above = -1
    run = 0
    for row in chosen:
        if row == above + 1 and above >= 0 and rows[row] == rows[above] and len(rows[row]) > 6:
            run += 1
            above = row
            continue
        if run:
            yield f"×{run}"
            run = 0
        if row > above + 1:
            yield gap(forms, above + 1, row, names)
        above = row
        entry = named.get(row)
        if entry is None:
            text = rows[row]
            line = "\\" + text if text.startswith(_SPECIAL) else text
        else:
            name, plan = entry
            given = values.get(row) or forms.values(row)
            cells = [given[place] for place in plan.holes]
            if plan.time is not None:
                at = plan.holes.index(plan.time)
                cells[at], found = _clock(cells[at], date)
                if found != date:
                    yield "@" + found
                    date = found
                if cells[at] == clock:
                    cells[at] = "="
                else:
                    clock = cells[at]
            if plan.spaced:
                cells[:-1] = map(_cell, cells[:-1])
            line = " ".join([name, *cells])
        yield f"{line}  [{totals[row]}]" if row in totals else line
    if run:
        yield f"×{run}"
    if above + 1 < len(rows):
        yield gap(forms, above + 1, len(rows), names)


def gap(forms: Forms, start: int, end: int, names: Mapping[int, str]) -> str:
    """The note that takes the place of the rows from ``start`` up to ``end``."""
    number = end - start
    noun = "line" if number == 1 else "lines"
    form = forms.ids[start]
    if form in names and forms.ids[start:end].count(form) == number:
        return f"… {number} {noun} like {names[form]}"
    return f"… {number} {noun}"


def _clock(value: str, date: str) -> tuple[str, str]:
    """The time within a moment, and its date."""
    if date and value.startswith(date):
        return value[len(date) :], date
    found = DATE.match(value)
    cut = found.end() if found else 0
    return value[cut:], value[:cut]


def _cell(value: str) -> str:
    """A value as it can be told from its neighbours."""
    return f"⟦{value}⟧" if " " in value and not _SPACED.fullmatch(value) else value


def _legend(
    definitions: Sequence[str], signs: tuple[str, str, str], body: Sequence[str], *, crlf: bool
) -> list[str]:
    """What a reader, and the way back, must know of the notation, as far as it is used."""
    hole, time, again = signs
    legend = []
    if definitions:
        legend.append(f'"~a 1 2" is the line "~a=" with 1, 2 for its {hole}')
    if time:
        legend.append(f'{time} is the date last given as "@date" and a time, = the time above')
    if again:
        legend.append(f"{again}1 is its first value again")
    if any(row.startswith("×") for row in body):
        legend.append('"×2" repeats a line 2 times more')
    if crlf:
        legend.append("CRLF")
    return legend
