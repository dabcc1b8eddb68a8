r"""The notation in which repeated forms of rows are written once, and the way back.

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
from typing import NamedTuple

from compressors.kinds._lines import Rows
from compressors.kinds._lines_forms import TIME, Forms
from compressors.tokens import estimate

_HOLE_MARKS = ("*", "◇", "○", "¤", "◌")
_TIME_MARKS = ("@", "◷", "◴", "⊙", "◍")
_SPECIAL = ("~", "@", "×", "…", "\\")
_DATE = re.compile(r"\d{6} (?=\d{6}$)|[^\n]*?(?=\d\d?[:.]\d\d?[:.]\d)")
_SPACED = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"')
_VALUE = re.compile(r'("[^"\\]*+(?:\\.[^"\\]*+)*+"|⟦[^⟧]*+⟧|[^ ]++)(?: |$)')
_HEADER = re.compile(r"\[toin ([a-z]+): (.*)\]")
_DEFINITION = re.compile(r"(~[a-z]+)=(.*)", re.DOTALL)
RAW = "as it stands"
# Where a prefix may end: never within a number or a time.
_BOUNDARY = re.compile(r"[ /:.=(\[,|]++(?=[^ /:.=(\[,|])(?:(?<!\d.)|(?!\d))(?:(?<!\d..)|(?!\d))")
_PREFIX_FROM, _PREFIX_TO, _PREFIX_ROWS = 12, 120, 20_000
# A definition is one more thing to look up: fewer rows than this do not justify it.
# What is saved has to be worth the reader's way to the definitions.
_WORTH = 0.92
_FORM_USES, _PREFIX_USES = 3, 4
# Tokens of a reference (name, space) and of a definition (name, equals sign, line end).
_REFERENCE, _DEFINED = 3, 4


class _Plan(NamedTuple):
    """How the rows of one form are written: its definition's parts and its holes."""

    constants: list[str]
    holes: list[int]
    time: int | None
    rows: list[int]


def raw(kind: str, text: str) -> str:
    """``text`` itself, guarded where it begins as if it were in this notation."""
    return f"[toin {kind}: {RAW}]\n{text}" if text.startswith(f"[toin {kind}: ") else text


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
    totals: Mapping[int, int] | None = None,
    preface: str = "",
) -> str:
    """The rows of ``forms`` in the notation, without asking whether that is shorter.

    Args:
        kind: whose header is written.
        forms: the rows.
        kept: which rows to write; a note takes the place of each gap. None: all.
        literal: rows to write as they are, whatever their form.
        totals: row to the number of rows that it stands for, written behind it.
        preface: what the header says before the legend.
    """
    rows = forms.rows
    chosen = range(len(rows)) if kept is None else [i for i, keep in enumerate(kept) if keep]
    plans, values = _plan(forms, chosen, literal)
    plans.sort(key=lambda plan: (-len(plan.rows), plan.rows[0]))
    hole = _mark(_HOLE_MARKS, plans)
    time = _mark(_TIME_MARKS, plans)
    if not hole or not time:
        plans = []
    definitions: list[str] = []
    named: dict[int, tuple[str, _Plan]] = {}
    for name, plan in zip(_names(), plans, strict=False):
        text = plan.constants[0]
        for place, constant in zip(plan.holes, plan.constants[1:], strict=True):
            text += (time if place == plan.time else hole) + constant
        definitions.append(f"{name}={text}")
        for row in plan.rows:
            named[row] = (name, plan)
    names = {forms.ids[plan.rows[0]]: name for name, plan in zip(_names(), plans, strict=False)}
    body = list(_body(forms, chosen, named, values, names, totals or {}))
    dated = any(plan.time is not None for plan in plans)
    legend = _legend(definitions, hole, time if dated else "", body, crlf=forms.crlf)
    header = "; ".join(part for part in (preface, *legend) if part) or "as lines"
    return "\n".join([f"[toin {kind}: {header}]", *definitions, *body])


def decode(kind: str, text: str) -> str:
    """What ``encode`` was given whole, or ``text`` itself where it is not in the notation."""
    head, newline, rest = text.partition("\n")
    header = _HEADER.fullmatch(head)
    if header is None or header[1] != kind or not newline:
        return text
    if header[2] == RAW:
        return rest
    try:
        return _decode(header[2], rest.split("\n"))
    except (LookupError, ValueError):
        return text


def _names() -> Iterator[str]:
    for length in itertools.count(1):
        for letters in itertools.product(string.ascii_lowercase, repeat=length):
            yield "~" + "".join(letters)


def _mark(marks: Sequence[str], plans: Sequence[_Plan]) -> str:
    """The first of ``marks`` that no definition contains; empty where all are taken."""
    return next(
        (mark for mark in marks if not any(mark in text for p in plans for text in p.constants)),
        "",
    )


def _plan(
    forms: Forms, chosen: Sequence[int], literal: Collection[int]
) -> tuple[list[_Plan], dict[int, str]]:
    """Which rows share a definition, and what is left of the rows that share a prefix."""
    by_form: dict[int, list[int]] = {}
    for row in chosen:
        if row not in literal:
            by_form.setdefault(forms.ids[row], []).append(row)
    plans: list[_Plan] = []
    rest: list[int] = []
    for form, rows in by_form.items():
        plan = _plan_form(forms, form, rows) if len(rows) >= _FORM_USES else None
        if plan is None:
            rest.extend(rows)
        else:
            plans.append(plan)
    prefixed, values = _plan_prefixes(forms.rows, rest)
    return plans + prefixed, values


def _plan_form(forms: Forms, form: int, rows: list[int]) -> _Plan | None:
    """A definition for rows of one form; None where writing it would not pay."""
    pieces = forms.skeletons[form].split(forms.hole) if forms.hole else [forms.skeletons[form]]
    columns = forms.columns(form, rows)
    constants = [pieces[0]]
    holes: list[int] = []
    time: int | None = None
    saved = 0
    for place, column in enumerate(columns):
        first = column[0]
        if time is None and TIME.fullmatch(first):
            date = _DATE.match(first)
            if date is not None and date.end():
                time, saved = place, estimate(date[0])
        if place == time or column.count(first) != len(column):
            holes.append(place)
            constants.append(pieces[place + 1])
        else:
            constants[-1] += first + pieces[place + 1]
    if not _pays(constants, len(rows), len(holes), saved):
        return None
    if any("⟦" in text or "⟧" in text for place in holes for text in columns[place]):
        return None
    return _Plan(constants, holes, time, rows)


def _pays(constants: Sequence[str], uses: int, holes: int, saved: int) -> bool:
    """Whether writing the constants once costs fewer tokens than writing them each time."""
    tokens = sum(map(estimate, constants))
    return uses * (tokens + saved - _REFERENCE) > tokens + holes + _DEFINED


def _plan_prefixes(rows: Sequence[str], rest: Sequence[int]) -> tuple[list[_Plan], dict[int, str]]:
    """Definitions for rows that have nothing but their beginning in common."""
    if len(rest) > _PREFIX_ROWS:
        return [], {}
    candidates: dict[int, list[str]] = {}
    shared: dict[str, int] = {}
    starts: dict[str, list[int]] = {}
    for row in rest:
        starts.setdefault(rows[row][:_PREFIX_FROM], []).append(row)
    alike = [row for group in starts.values() if len(group) >= _PREFIX_USES for row in group]
    for row in alike:
        text = rows[row]
        ends = [m.end() for m in _BOUNDARY.finditer(text, _PREFIX_FROM - 1, _PREFIX_TO)]
        if ends:
            candidates[row] = [text[:end] for end in ends]
            for prefix in candidates[row]:
                shared[prefix] = shared.get(prefix, 0) + 1
    groups: dict[str, list[int]] = {}
    for row, prefixes in candidates.items():
        gain, prefix = max((shared[p] * (len(p) - 4) - len(p), p) for p in prefixes)
        if gain > 0:
            groups.setdefault(prefix, []).append(row)
    plans: list[_Plan] = []
    values: dict[int, str] = {}
    for prefix, members in groups.items():
        if len(members) >= _PREFIX_USES and _pays([prefix], len(members), 1, 0):
            plans.append(_Plan([prefix, ""], [0], None, members))
            values.update((row, rows[row][len(prefix) :]) for row in members)
    return plans, values


def _body(
    forms: Forms,
    chosen: Sequence[int],
    named: Mapping[int, tuple[str, _Plan]],
    values: Mapping[int, str],
    names: Mapping[int, str],
    totals: Mapping[int, int],
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
            if row in values:
                cells = [values[row]]
            else:
                given = forms.values(row)
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
            line = " ".join([name, *map(_cell, cells[:-1]), *cells[-1:]])
        yield f"{line}  [×{totals[row]}]" if row in totals else line
    if run:
        yield f"×{run}"
    if above + 1 < len(rows):
        yield gap(forms, above + 1, len(rows), names)


def gap(forms: Forms, start: int, end: int, names: Mapping[int, str]) -> str:
    """The note that takes the place of the rows from ``start`` up to ``end``."""
    number = end - start
    noun = "line" if number == 1 else "lines"
    form = forms.ids[start]
    if form in names and all(other == form for other in forms.ids[start:end]):
        return f"… {number} {noun} like {names[form]}"
    return f"… {number} {noun}"


def _clock(value: str, date: str) -> tuple[str, str]:
    """The time within a moment, and its date."""
    if date and value.startswith(date):
        return value[len(date) :], date
    found = _DATE.match(value)
    cut = found.end() if found else 0
    return value[cut:], value[:cut]


def _cell(value: str) -> str:
    """A value as it can be told from its neighbours."""
    return f"⟦{value}⟧" if " " in value and not _SPACED.fullmatch(value) else value


def _legend(
    definitions: Sequence[str], hole: str, time: str, body: Sequence[str], *, crlf: bool
) -> list[str]:
    """What a reader, and the way back, must know of the notation, as far as it is used."""
    legend = []
    if definitions:
        legend.append(f'"~a 1 2" is the line "~a=" with 1, 2 for its {hole}')
    if time:
        legend.append(f'{time} is the date last given as "@date" and a time, = the time above')
    if any(row.startswith("×") for row in body):
        legend.append('"×2" repeats a line 2 times more')
    if crlf:
        legend.append("CRLF")
    return legend


def _decode(header: str, rows: list[str]) -> str:
    parts = header.split("; ")
    crlf = "CRLF" in parts
    hole = next((p[-1] for p in parts if p.startswith('"~a 1 2" is the line')), "")
    time = next((p[0] for p in parts if " is the date last given as " in p), "")
    marks = re.compile("[" + re.escape(hole + time) + "]") if hole else None
    definitions: dict[str, tuple[list[str], list[bool]]] = {}
    at = 0
    while marks and at < len(rows) and (definition := _DEFINITION.match(rows[at])):
        text = definition[2]
        timed = [mark == time for mark in marks.findall(text)]
        definitions[definition[1]] = (marks.split(text), timed)
        at += 1
    out: list[str] = []
    date = clock = ""
    for row in itertools.islice(rows, at, None):
        mark = row[:1]
        if mark == "~":
            name, _, tail = row.partition(" ")
            constants, timed = definitions[name]
            cells = _cells(tail, len(timed))
            if True in timed:
                place = timed.index(True)
                clock = clock if cells[place] == "=" else cells[place]
                cells[place] = date + clock
            out.append(
                constants[0] + "".join(itertools.chain(*zip(cells, constants[1:], strict=True)))
            )
        elif mark == "×":
            out.extend([out[-1]] * int(row[1:]))
        elif mark == "@":
            date = row[1:]
        else:
            out.append(row[1:] if mark == "\\" else row)
    return Rows(out, crlf).text()


def _cells(text: str, number: int) -> list[str]:
    """The values of a row, of which the last runs to its end."""
    if number < 2:
        return [text] * number
    if '"' not in text and "⟦" not in text:
        return text.split(" ", number - 1)
    cells: list[str] = []
    at = 0
    while len(cells) < number - 1:
        found = _VALUE.match(text, at)
        if found is None:
            raise ValueError(text)
        cell = found[1]
        cells.append(cell[1:-1] if cell[0] == "⟦" else cell)
        at = found.end()
    cells.append(text[at:])
    return cells
