"""What is said behind a line that stands for others: how many, until when, with which values."""

from __future__ import annotations

import re
import string
from collections.abc import Sequence
from math import isfinite

from compressors.kinds._lines_forms import Forms
from compressors.kinds._lines_plan import DATE
from compressors.kinds._log_study import Study

# Fewer lines are soon read; more places than this are more than a reader keeps apart.
_FEWEST, _PLACES = 6, 4
_LISTED, _LONGEST = 3, 40
_LETTERS = string.ascii_letters + "%"
_BEFORE = re.compile(r"[A-Za-z_#/]++(?:[-:.=/]++(?=\d))?+")
_SIGNS = ("]", "[", "\n")


def totals(study: Study, kept: Sequence[bool]) -> dict[int, str]:
    """Row to what it says of the lines that it stands for, where some of them are left out."""
    notes: dict[int, str] = {}
    for row, members in study.exemplars.items():
        shown = sum(map(kept.__getitem__, members))
        if shown == len(members) or not kept[row]:
            continue
        note = f"×{len(members)}"
        last = _until(study.forms, row, members[-1])
        if last:
            note += f" until {last}"
        if len(members) >= _FEWEST and 2 * shown < len(members):
            spread = _spread(study, row, members)
            if spread:
                note += f": {spread}"
        notes[row] = note
    return notes


def _until(forms: Forms, row: int, last: int) -> str:
    """The time of the last of the lines, without the date that it shares with the first."""
    here, there = forms.moment(row), forms.moment(last)
    if here is None or there is None:
        return ""
    first, until = forms.rows[row][here], forms.rows[last][there]
    date = DATE.match(first)
    if date and until.startswith(date[0]):
        until = until[date.end() :]
    return until if first[-len(until) :] != until and "]" not in until else ""


def _spread(study: Study, row: int, members: Sequence[int]) -> str:
    """The values of the places that vary, as ranges of numbers or lists of words."""
    forms = study.forms
    form = forms.ids[row]
    if len(forms.members[form]) != len(members):
        return ""
    timed = forms.moment(row) is not None
    parts: list[str] = []
    columns = study.columns.get(form) or forms.columns(form, members)
    for place, column in enumerate(columns):
        if (timed and not place) or column.count(column[0]) == len(column):
            continue
        told = _range(column)
        if told:
            parts.append(told)
            if len(parts) == _PLACES:
                break
    return ", ".join(parts)


def _range(column: Sequence[str]) -> str:
    """The values of one place, in few words; empty where it takes many."""
    numbers = _numbers(column)
    if numbers:
        low, high = column[numbers.index(min(numbers))], column[numbers.index(max(numbers))]
        if len(low) + len(high) <= _LONGEST and not any(s in low + high for s in _SIGNS):
            return f"{low}..{high}"
    values = list(dict.fromkeys(column))
    listed = "|".join(values) if len(values) <= _LISTED else ""
    if listed and len(listed) <= _LONGEST and not any(sign in listed for sign in _SIGNS):
        return listed
    return ""


def _numbers(column: Sequence[str]) -> list[float]:
    """The numbers that the values are, with the same words around all of them; empty if none."""
    before = _BEFORE.match(column[0])
    start = before[0] if before else ""
    unit = column[0][len(column[0].rstrip(_LETTERS)) :]
    inner = slice(len(start), -len(unit) if unit else None)
    # What the first and the last in order begin with, all between them do.
    if start and not (min(column).startswith(start) and max(column).startswith(start)):
        return []
    if unit and not all(value.endswith(unit) for value in column):
        return []
    try:
        cut = [value[inner] for value in column] if start or unit else column
        numbers = list(map(float, cut))
    except ValueError:
        return []
    return numbers if all(map(isfinite, numbers)) else []
