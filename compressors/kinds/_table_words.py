"""Values that a table repeats, defined once: ``~a=/usr/lib/x86_64-linux-gnu/libc.so.6``.

A value may also begin with what is defined, where a sign follows: ``~b/libm.so.6``.
"""

from __future__ import annotations

import itertools
import re
import string
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from compressors.tokens import estimate

STANDS_FOR = "a stands for its value"
REFERENCE = "[a-z]+"
"""What follows the mark in a reference, as an expression."""
_MARKS = ("~", "※", "§", "¤")
_SHORTEST, _LONGEST = 9, 600
_FEWEST = 3
# Tokens of a reference, and of a definition beside its value.
_REFERENCE, _DEFINED = 2, 4
_MOST = 400
_BOUNDARY = re.compile(r"(?<=[^/.:])[/.:](?=[^/.:])")
_BEGINNINGS = 8
_MOST_VALUES = 20_000
_CHARACTERS = 4  # of a token of a path


class Words(msgspec.Struct, frozen=True):
    """References for values and for beginnings of values, in the order of their definitions."""

    mark: str
    names: Mapping[str, str]
    cells: Mapping[str, str]

    def short(self, column: Sequence[str]) -> Sequence[str]:
        """A column with references for what is defined."""
        cells = self.cells
        return [cells.get(cell, cell) for cell in column] if cells else column

    def definitions(self) -> list[str]:
        """A line for each definition."""
        return [f"{name}={value}" for value, name in self.names.items()]

    def legend(self) -> str:
        """What the header says of references."""
        return f"{self.mark}{STANDS_FOR}" if self.names else ""


def worth_defining(
    columns: Sequence[Sequence[str]], texts: Sequence[str], *, fewest: int, beginnings: bool
) -> Words:
    """What is written with fewer tokens when it is defined once, of values of ``fewest`` up.

    With ``beginnings``, values that have no more than that in common count as well.
    """
    counts = _repeated(columns)
    begun = _beginnings(columns) if beginnings else {}
    if not counts and not begun:
        return Words("", {}, {})
    mark = next((mark for mark in _MARKS if not any(mark in text for text in texts)), "")
    if not mark:
        return Words("", {}, {})
    gains = []
    for value, uses in counts.items():
        tokens = estimate(" " + value)
        gain = uses * (tokens - _REFERENCE) - tokens - _DEFINED
        if gain > 0 and tokens >= fewest:
            gains.append((gain, value))
    gains.sort(key=lambda pair: (-pair[0], pair[1]))
    values = [value for _, value in gains[:_MOST]]
    whole = set(values)
    starts: dict[str, list[str]] = {}
    for value, beginning in begun.items():
        if value not in whole and len(beginning) >= fewest * _CHARACTERS:
            starts.setdefault(beginning, []).append(value)
    paying = [start for start, rest in starts.items() if start in whole or _pays(start, len(rest))]
    names = dict(zip(dict.fromkeys([*values, *paying[:_MOST]]), _names(mark), strict=False))
    cells = {value: names[value] for value in values}
    for start in paying[:_MOST]:
        for value in starts[start]:
            cells[value] = names[start] + value[len(start) :]
    return Words(mark, names, cells)


def _repeated(columns: Sequence[Sequence[str]]) -> Counter[str]:
    """How often each value occurs that might pay."""
    counts: Counter[str] = Counter()
    for column in columns:
        counted = Counter(column)
        if len(counted) <= len(column) - _FEWEST + 1:
            counts.update(
                {
                    value: uses
                    for value, uses in counted.items()
                    if uses >= _FEWEST and _SHORTEST <= len(value) <= _LONGEST and _plain(value)
                }
            )
    return counts


def _plain(value: str) -> bool:
    return "\n" not in value and "\r" not in value and value[0] != '"'


def _beginnings(columns: Sequence[Sequence[str]]) -> dict[str, str]:
    """Of each value that shares its beginning with others the one that is worth most."""
    found: dict[str, str] = {}
    for column in columns:
        if sum(["/" in cell or "." in cell for cell in column[:64]]) * 2 < len(column[:64]):
            continue
        shared: Counter[str] = Counter()
        candidates: dict[str, list[str]] = {}
        for value in dict.fromkeys(column[:_MOST_VALUES]):
            if _SHORTEST < len(value) <= _LONGEST and _plain(value) and " " not in value:
                ends = [
                    at.start()
                    for at in itertools.islice(
                        _BOUNDARY.finditer(value, _SHORTEST - 1), _BEGINNINGS
                    )
                ]
                if ends:
                    candidates[value] = [value[:end] for end in ends]
                    shared.update(candidates[value])
        for value, starts in candidates.items():
            best = max(starts, key=lambda start: (shared[start] - 1) * (len(start) - _SHORTEST))
            if shared[best] > _FEWEST:
                found[value] = best
    return found


def _pays(start: str, uses: int) -> bool:
    tokens = estimate(start)
    return uses * (tokens - _REFERENCE) > tokens + _DEFINED


def _names(mark: str) -> Iterator[str]:
    for length in itertools.count(1):
        for letters in itertools.product(string.ascii_lowercase, repeat=length):
            yield mark + "".join(letters)
