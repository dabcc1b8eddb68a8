"""Long values shortened around what is loud or asked for in them, never left out."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from math import ceil

from compressors.kinds._loud import loud, stems_of

_LONG, _LEAST, _TAIL, _AROUND = 160, 80, 24, 32
_LINES, _LINES_LEAST = 10, 5
_MOST_WINDOWS = 16
_LONGEST_WHOLE = 4_000


class Shortener:
    """Shortens long values to ``share`` of their characters.

    ``names`` are what a query names: what stands around these stays.
    """

    def __init__(self, share: float, names: Sequence[str]) -> None:
        self._share = share
        self._names = [name.lower() for name in names]

    def value(self, text: str, *, asked: bool = False) -> str:
        """``text``, or its beginning, its end and what matters between.

        What was ``asked`` for stays whole unless it is very long.
        """
        size = len(text)
        if size <= (_LONGEST_WHOLE if asked else _LONG) or self._share >= 1:
            return text
        least = _LONGEST_WHOLE if asked else _LEAST
        spans = [(0, max(least, ceil(self._share * size)))]
        wanted = [*stems_of([text]), *self._names]
        if wanted:
            lowered = text.lower()
            if len(lowered) == size:
                loud_ones = re.finditer("|".join(map(re.escape, wanted)), lowered)
                for count, found in enumerate(loud_ones):
                    if count == _MOST_WINDOWS:
                        break
                    spans.append((max(0, found.start() - _AROUND), found.end() + _AROUND))
        spans.append((size - _TAIL, size))
        out = ""
        end = 0
        for start, stop in spans:
            if stop <= end:
                continue
            if start > end + _TAIL:
                out += f"…({start - end:,} characters)…"
            else:
                start = end
            out += text[start:stop]
            end = min(size, stop)
        return out if len(out) < size else text

    def lines_left_out(self, values: Sequence[str], asked: Collection[int]) -> set[int]:
        """The places, among the lines of one text, of those that are not written."""
        size = len(values)
        if size <= _LINES or self._share >= 1:
            return set()
        stems = stems_of(values)
        first = max(_LINES_LEAST, ceil(self._share * size))
        return {
            place
            for place in range(first, size - 1)
            if place not in asked and not loud(values[place], stems)
        }
