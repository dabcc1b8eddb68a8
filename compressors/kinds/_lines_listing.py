"""Listings that number every line, as ``nl`` and ``cat -n`` do, and their padding."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Sequence

_LISTED = re.compile(r"( *)(\d{1,9})([\t:|→-]| {1,2}|$)")
_NUMBER = re.compile(r"\d{1,9}(?=[\t:|→-]| |$)")
_HEADER = re.compile(r"\[toin ([a-z]+): line numbers stood right-aligned, (\d{1,2}) wide\]")
_WIDEST = 40
# Of sampled rows only the first half are neighbours.
_MOST, _SAME = 0.8, 0.4


def listed(rows: Sequence[str]) -> bool:
    """Whether nearly all rows begin with numbers that follow one another."""
    # Where that many rows have no number, the others are too few.
    if not any(map(_LISTED.match, rows[: len(rows) // 4 + 1])):
        return False
    numbers = [int(found[2]) for row in rows if (found := _LISTED.match(row))]
    if len(numbers) < 2 or len(numbers) < _MOST * len(rows):
        return False
    steps = [after - before for before, after in itertools.pairwise(numbers)]
    return steps.count(1) >= _SAME * len(steps) and min(steps) >= 0


def unnumbered(row: str) -> str:
    """``row`` without its number."""
    found = _LISTED.match(row)
    return row[found.end() :] if found else row


def narrow(kind: str, text: str) -> str | None:
    """``text`` with nothing in front of its line numbers; None where that saves nothing."""
    rows = text.split("\n")
    matches = [_LISTED.match(row) for row in rows]
    ends = Counter(found.end(2) for found in matches if found)
    if not ends:
        return None
    width = min(ends, key=lambda end: (-ends[end], end))
    if width > _WIDEST:
        return None
    out = [f"[toin {kind}: line numbers stood right-aligned, {width} wide]"]
    for row, found in zip(rows, matches, strict=True):
        if found and found.end(2) == width:
            out.append(row[found.end(1) :])
        else:
            out.append("\\" + row if row.startswith("\\") or _NUMBER.match(row) else row)
    short = "\n".join(out)
    return short if len(short) < len(text) and widen(kind, short) == text else None


def widen(kind: str, text: str) -> str | None:
    """The text that ``narrow`` was given; None where ``text`` does not come from it."""
    head, newline, rest = text.partition("\n")
    header = _HEADER.fullmatch(head)
    if header is None or header[1] != kind or not newline:
        return None
    width = int(header[2])
    out = []
    for row in rest.split("\n"):
        found = _NUMBER.match(row)
        out.append(found[0].rjust(width) + row[found.end() :] if found else row.removeprefix("\\"))
    return "\n".join(out)
