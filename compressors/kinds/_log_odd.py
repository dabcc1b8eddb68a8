"""What stands out among the values that a form of line takes in one place."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

_NUMBER = re.compile(r"([-+]?\d{1,15}(?:\.\d{1,9})?)([A-Za-zµ%]{0,3})")
_DIGITS = re.compile(r"\d+")
_SCALE = {
    "ns": 1e-9,
    "us": 1e-6,
    "µs": 1e-6,
    "ms": 1e-3,
    "kB": 1e3,
    "KB": 1e3,
    "K": 1e3,
    "MB": 1e6,
    "M": 1e6,
    "GB": 1e9,
    "G": 1e9,
    "KiB": 1e3,
    "MiB": 1e6,
    "GiB": 1e9,
}
_QUOTES = "\"'"
_FEWEST = 8
_KINDS = 8
_RARE = 4
_EXTREMES = 3
_FENCE = 3.0


def odd(column: Sequence[str]) -> list[int]:
    """Places in ``column`` whose value differs from the others, in order.

    A value stands out where few different ones occur (the first of each is named), where
    it occurs hardly ever among values that repeat, where its shape without digits does,
    and where it is a number beyond three times the quartile range from the quartiles
    (Tukey's outer fence).
    """
    if len(column) < _FEWEST or column.count(column[0]) == len(column):
        return []
    places = set(_rare(column)) | set(_rare(_DIGITS.sub("0", "\n".join(column)).split("\n")))
    places.update(_extremes(column))
    return sorted(places)


def _rare(values: Sequence[str]) -> list[int]:
    counts = Counter(values)
    if len(counts) == 1 or 2 * len(counts) > len(values):
        return []
    if len(counts) <= min(_KINDS, len(values) // 8):
        wanted = set(counts)
    else:
        most = max(1, len(values) // 200)
        wanted = {value for value, count in counts.items() if count <= most}
        if len(wanted) > max(1, min(_RARE, len(values) // 50)):
            return []
    places = []
    for place, value in enumerate(values):
        if value in wanted:
            wanted.remove(value)
            places.append(place)
            if not wanted:
                break
    return places


def _extremes(column: Sequence[str]) -> list[int]:
    if not any(_NUMBER.fullmatch(value.strip(_QUOTES)) for value in (column[0], column[-1])):
        return []
    numbers = []
    for place, value in enumerate(column):
        found = _NUMBER.fullmatch(value.strip(_QUOTES))
        if found:
            numbers.append((float(found[1]) * _SCALE.get(found[2], 1.0), place))
    if len(numbers) < _FEWEST or 10 * len(numbers) < 9 * len(column):
        return []
    numbers.sort()
    first, third = numbers[len(numbers) // 4][0], numbers[(3 * len(numbers)) // 4][0]
    reach = _FENCE * (third - first)
    low = [place for number, place in numbers[:_EXTREMES] if number < first - reach]
    high = [place for number, place in numbers[-_EXTREMES:] if number > third + reach]
    return low + high
