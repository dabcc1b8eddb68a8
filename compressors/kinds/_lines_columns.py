"""Columns of aligned text: the places where words of most rows start or end."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import islice
from typing import NamedTuple

_WORD = re.compile(r"\S+")
_SHARE = 0.6
_MOST = 24


class Place(NamedTuple):
    """Where a column stands: its side, ``L`` or ``R``, and the offset of that side."""

    side: str
    offset: int

    def __str__(self) -> str:
        return f"{self.side}{self.offset}"


def places(rows: Sequence[str], *, most: int = _MOST) -> list[Place]:
    """The columns, from the left, on which most rows agree; ``most`` of them at most."""
    cells = [list(islice(_WORD.finditer(row), most)) for row in rows if row.strip()]
    found: list[Place] = []
    for column in range(most):
        here = [words[column] for words in cells if len(words) > column]
        if len(here) < _SHARE * len(cells) or len(here) < 2:
            break
        starts = Counter(word.start() for word in here)
        ends = Counter(word.end() for word in here)
        start, end = _most(starts), _most(ends)
        side = Place("L", start) if starts[start] >= ends[end] else Place("R", end)
        if max(starts[start], ends[end]) < _SHARE * len(here):
            break
        found.append(side)
    return found


def _most(counts: Counter[int]) -> int:
    return min(counts, key=lambda offset: (-counts[offset], offset))
