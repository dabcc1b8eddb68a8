"""Which of many alike values, rows or lines are unlike the others."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from compressors.kinds._lines_forms import Forms, numberless
from compressors.kinds._log_odd import odd

_DIGITS = re.compile(r"[0-9]+")
_FEWEST = 8
_MOST_FIELDS, _LONGEST_NUMBER = 4, 15


def odd_values(column: Sequence[str]) -> set[int]:
    """The places whose value is unlike the others.

    Where most values are the same, all that differ; where most are of one shape (digits
    apart), all of another; where nearly all are different, those that are not; numbers out
    of a sequence; and what :func:`~compressors.kinds._log_odd.odd` finds: rare values and
    numbers beyond the outer fence.
    """
    if len(column) < 3:
        return set()
    counts = Counter(column)
    most, times = counts.most_common(1)[0]
    if 3 * times >= 2 * len(column):
        return {place for place, other in enumerate(column) if other != most}
    places = set(odd(column))
    if len(column) >= _FEWEST and 10 * len(counts) >= 9 * len(column) > 9 * len(counts):
        places.update(place for place, value in enumerate(column) if counts[value] > 1)
    shapes = numberless("\n".join(column)).split("\n")
    if len(shapes) != len(column):
        return places
    shape, times = Counter(shapes).most_common(1)[0]
    if times == len(column):
        places.update(_off_the_row(column, shape.count("0")))
    elif 3 * times >= 2 * len(column):
        places.update(place for place, other in enumerate(shapes) if other != shape)
    return places


def _off_the_row(column: Sequence[str], fields: int) -> set[int]:
    """Where values of one form count upwards or vary little, the numbers that do not fit."""
    if not 0 < fields <= _MOST_FIELDS:
        return set()
    numbers = _DIGITS.findall("\n".join(column))
    if len(numbers) != fields * len(column):
        return set()
    places: set[int] = set()
    for field in range(fields):
        written = [number[:_LONGEST_NUMBER] for number in numbers[field::fields]]
        if fields > 1 or written[0] != column[0]:
            places.update(odd(written))
        values = list(map(int, written))
        steps = [after - before for before, after in pairwise(values)]
        step, times = Counter(steps).most_common(1)[0]
        if step and 4 * times >= 3 * len(steps) > 3 * times:
            places.update(at + 1 for at, other in enumerate(steps) if other != step)
    return places


def _unlike_most(values: Sequence[int]) -> set[int]:
    """The places that do not hold what two thirds hold, if they do."""
    value, times = Counter(values).most_common(1)[0]
    if 3 * times < 2 * len(values):
        return set()
    return {place for place, other in enumerate(values) if other != value}


def odd_rows(rows: Sequence[Sequence[str]]) -> set[int]:
    """The rows with a cell unlike its column, or with more or fewer cells than most."""
    if len(rows) < _FEWEST:
        return set()
    found = _unlike_most([len(row) for row in rows])
    width = max(map(len, rows))
    for column in range(min(width, 64)):
        found |= odd_values([row[column] if column < len(row) else "" for row in rows])
    return found


def odd_lines(lines: Sequence[str]) -> set[int] | None:
    """The lines of rare form or with a value unlike the others; None where forms vary freely."""
    if len(lines) < _FEWEST:
        return None
    forms = Forms("\n".join(line.replace("\n", " ") for line in lines))
    if len(forms.rows) != len(lines):
        return None
    common = [form for form, members in enumerate(forms.members) if len(members) >= _FEWEST]
    if 5 * sum(len(forms.members[form]) for form in common) < 3 * len(lines):
        return None
    found = set(range(len(lines)))
    for form in common:
        members = forms.members[form]
        found.difference_update(members[1:])
        for column in forms.columns(form, members):
            found.update(members[place] for place in odd_values(column))
    return found
