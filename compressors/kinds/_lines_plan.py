"""Which forms of rows are worth a definition, and what varies in each."""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from compressors.kinds._lines_forms import TIME, Forms
from compressors.tokens import estimate

# A definition is one more thing to look up: fewer rows than this do not justify it.
_FORM_USES, _PREFIX_USES = 3, 4
# Tokens of a reference (name, space) and of a definition (name, equals sign, line end).
_REFERENCE, _DEFINED = 3, 4
_PREFIX_FROM, _PREFIX_TO, _PREFIX_ROWS = 12, 120, 20_000
_TIME_WITHIN = 48
# The date of a moment: what stands before its hours.
DATE = re.compile(r"\d{6} (?=\d{6}$)|[^\n]*?(?=\d\d?[:.]\d\d?[:.]\d)")
_WORD = re.compile("[A-Za-z]+")
# Where a prefix may end: never within a number or a time.
_BOUNDARY = re.compile(r"[ /:.=(\[,|]++(?=[^ /:.=(\[,|])(?:(?<!\d.)|(?!\d))(?:(?<!\d..)|(?!\d))")


class Plan(NamedTuple):
    """How the rows of one form are written: its definition's parts and its holes."""

    constants: list[str]
    holes: list[int]
    time: int | None
    rows: list[int]
    spaced: bool


def worth_defining(
    forms: Forms, chosen: Sequence[int], literal: Collection[int]
) -> tuple[list[Plan], dict[int, list[str]]]:
    """Which rows share a definition, and the values of those that share a prefix alone."""
    by_form: dict[int, list[int]] = {}
    for row in chosen:
        if row not in literal:
            by_form.setdefault(forms.ids[row], []).append(row)
    plans: list[Plan] = []
    rest: list[int] = []
    for form, rows in by_form.items():
        plan = _plan_form(forms, form, rows) if len(rows) >= _FORM_USES else None
        if plan is None:
            rest.extend(rows)
        else:
            plans.append(plan)
    prefixed, values = _plan_prefixes(forms, rest)
    return plans + prefixed, values


def _plan_form(forms: Forms, form: int, rows: list[int]) -> Plan | None:
    """A definition for rows of one form; None where writing it would not pay."""
    pieces = forms.skeletons[form].split(forms.hole) if forms.hole else [forms.skeletons[form]]
    columns = forms.columns(form, rows)
    constants = [pieces[0]]
    holes: list[int] = []
    time: int | None = None
    spared: list[str] = []
    for place, column in enumerate(columns):
        first, piece = column[0], pieces[place + 1]
        if time is None and TIME.fullmatch(first):
            date = DATE.match(first)
            if date is not None and date.end():
                time, spared = place, [date[0]]
        if place != time and column.count(first) == len(column):
            constants[-1] += first + piece
            continue
        # A digit after it would be read as part of the number of the value meant.
        twin = next((at for at in holes if columns[at] == column), None)
        if twin is not None and piece and not piece[0].isdigit():
            constants[-1] += f"{forms.hole}{holes.index(twin) + 1}{piece}"
            spared.append(first)
            continue
        holes.append(place)
        constants.append(piece)
    if not _pays(constants, len(rows), len(holes), spared):
        return None
    # The last value runs to the end of its row and may hold anything.
    inner = "".join(itertools.chain(*(columns[place] for place in holes[:-1])))
    if "⟦" in inner or "⟧" in inner:
        return None
    return Plan(constants, holes, time, rows, " " in inner)


def _pays(constants: Sequence[str], uses: int, holes: int, spared: Sequence[str]) -> bool:
    """Whether writing the constants once costs fewer tokens than writing them each time.

    ``spared`` is what need not be written at all.
    """
    joined = "\n".join(constants)
    if joined.isascii():
        # Every word is a token or more: that settles it for most.
        least = len(_WORD.findall(joined))
        if uses * (least - _REFERENCE) > least + holes + _DEFINED:
            return True
    tokens = sum(map(estimate, constants))
    saved = sum(map(estimate, spared))
    return uses * (tokens + saved - _REFERENCE) > tokens + holes + _DEFINED


def _plan_prefixes(forms: Forms, rest: Sequence[int]) -> tuple[list[Plan], dict[int, list[str]]]:
    """Definitions for rows that have nothing but their beginning in common, times apart."""
    if len(rest) > _PREFIX_ROWS:
        return [], {}
    texts = {row: _timeless(forms, row) for row in rest}
    plans: list[Plan] = []
    values: dict[int, list[str]] = {}
    for prefix, members in _prefixes(texts).items():
        plan = _plan_prefix(forms, prefix, members, texts)
        if plan is not None:
            plans.append(plan)
            for row in members:
                text, time, _ = texts[row]
                values[row] = [*([time] if plan.time is not None else []), text[len(prefix) :]]
    return plans, values


def _prefixes(texts: Mapping[int, tuple[str, str, int]]) -> dict[str, list[int]]:
    """Of rows that share their beginning the prefix that saves most, with its rows."""
    starts: dict[str, list[int]] = {}
    for row, (text, _, _) in texts.items():
        starts.setdefault(text[:_PREFIX_FROM], []).append(row)
    best: dict[int, tuple[int, str]] = {}
    shared = [(_PREFIX_FROM - 1, rows) for rows in starts.values() if len(rows) >= _PREFIX_USES]
    while shared:
        at, rows = shared.pop()
        longer: dict[str, list[int]] = {}
        for row in rows:
            text = texts[row][0]
            if end := _BOUNDARY.search(text, at, _PREFIX_TO):
                longer.setdefault(text[: end.end()], []).append(row)
        for prefix, members in longer.items():
            # What one row alone begins with, no longer prefix of it is shared either.
            if len(members) > 1:
                length = len(prefix)
                gain = sum([length + texts[row][2] - _REFERENCE - 1 for row in members]) - length
                for row in members:
                    if row not in best or gain > best[row][0]:
                        best[row] = gain, prefix
                shared.append((length, members))
    groups: dict[str, list[int]] = {}
    for row in texts:
        gain, prefix = best.get(row, (0, ""))
        if gain > 0:
            groups.setdefault(prefix, []).append(row)
    return groups


def _timeless(forms: Forms, row: int) -> tuple[str, str, int]:
    """A row with a hole for the time stamp near its start, that time, its date's length."""
    text, span = forms.rows[row], forms.moments[forms.shapes[row]]
    if span is None or span.start > _TIME_WITHIN:
        return text, "", 0
    time = text[span]
    date = DATE.match(time)
    return text[: span.start] + forms.hole + text[span.stop :], time, date.end() if date else 0


def _plan_prefix(
    forms: Forms, prefix: str, members: list[int], texts: Mapping[int, tuple[str, str, int]]
) -> Plan | None:
    """A definition for rows that share ``prefix``; None where writing it would not pay."""
    if len(members) < _PREFIX_USES:
        return None
    if not forms.hole or forms.hole not in prefix:
        if not _pays([prefix], len(members), 1, []):
            return None
        return Plan([prefix, ""], [0], None, members, spaced=False)
    times = [texts[row][1] for row in members]
    date = times[0][: texts[members[0]][2]]
    constants = [*prefix.split(forms.hole), ""]
    if not _pays(constants, len(members), 2, [date]) or any("⟦" in time for time in times):
        return None
    return Plan(constants, [0, 1], 0, members, any(" " in time for time in times))
