"""Values that a table repeats, defined once: ``~a=/usr/lib/x86_64-linux-gnu/libc.so.6``."""

from __future__ import annotations

import itertools
import string
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from compressors.tokens import estimate

STANDS_FOR = "a stands for its value"
_MARKS = ("~", "※", "§", "¤")
_SHORTEST = 9
_FEWEST = 3
# Tokens of a reference, and of a definition beside its value.
_REFERENCE, _DEFINED = 2, 4
_MOST = 400


@dataclass(frozen=True, slots=True)
class Words:
    """References by the values they stand for, in the order of their definitions."""

    mark: str
    values: Mapping[str, str]

    def short(self, column: Sequence[str]) -> Sequence[str]:
        """A column with references for what is defined."""
        values = self.values
        return [values.get(cell, cell) for cell in column] if values else column

    def definitions(self) -> list[str]:
        """A line for each definition."""
        return [f"{reference}={value}" for value, reference in self.values.items()]

    def legend(self) -> str:
        """What the header says of references."""
        return f"{self.mark}{STANDS_FOR}" if self.values else ""


def worth_defining(columns: Sequence[Sequence[str]], text: str) -> Words:
    """The values for which fewer tokens are written when they are defined once."""
    mark = next((mark for mark in _MARKS if mark not in text), "")
    if not mark:
        return Words("", {})
    counts: Counter[str] = Counter()
    for column in columns:
        counted = Counter(column)
        if 2 * len(counted) <= len(column) or len(counted) < len(column) - _FEWEST:
            counts.update(counted)
    gains = []
    for value, uses in counts.items():
        if uses >= _FEWEST and len(value) >= _SHORTEST and "\n" not in value and "\r" not in value:
            tokens = estimate(" " + value)
            gain = uses * (tokens - _REFERENCE) - tokens - _DEFINED
            if gain > 0:
                gains.append((gain, value))
    gains.sort(key=lambda pair: (-pair[0], pair[1]))
    pairs = zip([value for _, value in gains[:_MOST]], _names(mark), strict=False)
    return Words(mark, dict(pairs))


def _names(mark: str) -> Iterator[str]:
    for length in itertools.count(1):
        for letters in itertools.product(string.ascii_lowercase, repeat=length):
            yield mark + "".join(letters)
