"""What stands out among the values that a form of line takes in one place."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache

from compressors.kinds._lines_forms import digitless

_NUMBER = re.compile(r"[\"']?([-+]?\d{1,15}(?:\.\d{1,9})?)([A-Za-zµ%]{0,3})[\"']?", re.ASCII)
_RUN = re.compile("0{2,}")
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
# Seconds or milliseconds since 1970: a moment, of which none is out of range.
_EPOCH = re.compile(r"1\d{9}(?:\d{3})?(?:\.\d+)?")
_FEWEST = 8
_KINDS = 8
_RARE = 4
_EXTREMES = 3
_FENCE = 3.0


@lru_cache(maxsize=4096)
def wording(shape: str) -> str:
    """The wording of a value of this shape: runs of digits are one."""
    return _RUN.sub("0", shape)


def _wordings(column: Sequence[str]) -> list[str]:
    """The wording of every value: without its digits, of whose runs a zero is left."""
    joined = digitless("\n".join(column))
    while "00" in joined:
        joined = joined.replace("00", "0")
    words = joined.split("\n")
    return words if len(words) == len(column) else [wording(digitless(v)) for v in column]


def odd(column: Sequence[str]) -> list[int]:
    """Places in ``column`` whose value differs from the others, in order.

    A value stands out where few different ones occur (the first of each is named), where
    it occurs hardly ever among values that repeat, where its wording without digits does,
    and where it is a number beyond three times the quartile range from the quartiles
    (Tukey's outer fence).
    """
    size = len(column)
    if size < _FEWEST or column.count(column[0]) == size:
        return []
    words = _wordings(column)
    counts = Counter(words)
    places = {words.index(value) for value in _rare(counts, size)}
    places.update(column.index(value) for value in _rare(Counter(column), size))
    places.update(_extremes(column, words, counts))
    return sorted(places)


def _rare(counts: Mapping[str, int], size: int) -> list[str]:
    """The values to name, of those that occur so often."""
    if len(counts) == 1 or 2 * len(counts) > size:
        return []
    if len(counts) <= min(_KINDS, size // 8):
        return list(counts)
    most = max(1, size // 200)
    wanted = [value for value, count in counts.items() if count <= most]
    return [] if len(wanted) > max(1, min(_RARE, size // 50)) else wanted


def _extremes(column: Sequence[str], words: list[str], counts: Mapping[str, int]) -> list[int]:
    """Places of numbers far from all others."""
    found = {word: number for word in counts if (number := _NUMBER.fullmatch(word))}
    known = sum(map(counts.__getitem__, found))
    if known < _FEWEST or 10 * known < 9 * len(column) or _EPOCH.fullmatch(column[0]):
        return []
    places: Sequence[int] = range(len(column))
    if all(word in found and found[word][1] == word for word in counts):
        numbers = list(map(float, column))
    else:
        # What stands around a number is the same for all values of one wording.
        inner = {
            word: (slice(at.start(1), at.end(1) - len(word) or None), _SCALE.get(at[2], 1.0))
            for word, at in found.items()
        }
        places = [place for place, word in enumerate(words) if word in inner]
        cuts = [(column[place], *inner[words[place]]) for place in places]
        numbers = [float(value[within]) * scale for value, within, scale in cuts]
    ranked = sorted(numbers)
    size = len(ranked)
    if size < _FEWEST:
        return []
    first, third = ranked[size // 4], ranked[(3 * size) // 4]
    low, high = first - _FENCE * (third - first), third + _FENCE * (third - first)
    if ranked[0] >= low and ranked[-1] <= high:
        return []
    found_low = [pair for pair in zip(numbers, places, strict=True) if pair[0] < low]
    found_high = [pair for pair in zip(numbers, places, strict=True) if pair[0] > high]
    extremes = sorted(found_low)[:_EXTREMES] + sorted(found_high)[-_EXTREMES:]
    return [place for _, place in extremes]
