"""Columns of aligned text: where they start or end, and rows without the padding between.

The way back needs the places alone: a word that starts (``L``) or ends (``R``) where its
column says is put there again; a row that would not come back exactly is written in full.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
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


def places(rows: Sequence[str]) -> list[Place]:
    """The columns, from the left, on which most rows agree."""
    cells = [list(_WORD.finditer(row)) for row in rows if row.strip()]
    found: list[Place] = []
    for column in range(_MOST):
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


def narrow(row: str, columns: Sequence[Place]) -> str | None:
    """``row`` with one space between its first words; None where ``widen`` would not undo it."""
    words = row.split(None, len(columns))
    if len(words) < len(columns):
        return None
    # What follows the last column keeps its own spacing.
    head, tail = words[: len(columns)], ""
    at = 0
    for word in head:
        at = row.index(word, at) + len(word)
    tail = row[at:]
    short = " ".join(head) + tail
    return short if widen(short, columns) == row else None


def widen(short: str, columns: Sequence[Place]) -> str:
    """The row that ``narrow`` was given."""
    words = short.split(" ", len(columns) - 1)
    if len(words) < len(columns):
        return short
    last, space, tail = words[-1].partition(" ")
    words[-1] = last
    out = ""
    for word, place in zip(words, columns, strict=True):
        offset = place.offset if place.side == "L" else place.offset - len(word)
        out = out.ljust(offset) + word
    return out + space + tail


def parse(text: str) -> list[Place]:
    """The places written as ``L0 R12 …``."""
    return [Place(item[0], int(item[1:])) for item in text.split()]
