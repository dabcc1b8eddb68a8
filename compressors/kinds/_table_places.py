"""Aligned output: the columns of a text by the blanks that all its rows share.

A column stands where its cells start (``L``) or end (``R``). A cell too long for its place
moves the next one along; whatever does not come back exactly is no row of the grid.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import accumulate, compress, pairwise
from operator import itemgetter

from compressors.kinds._lines_columns import Place

OPENING = "cells stood at "
_INKED = bytes([code != 0x20 for code in range(256)])
_BLANKS = re.compile(" +")
_WIDEST = 2_000
_MOST_COLUMNS = 120
_CROSSED = 0.06  # of rows, so many may run over the blanks between two columns
_REACHED = 0.5
_SIDED = 24
_UPRIGHT = 0.9
_NAMELESS = 0.08


class Placed:
    """A grid of places. ``end``: rows are filled with blanks up to there."""

    __slots__ = (
        "_blank",
        "_blanks",
        "_gaps",
        "_named",
        "_spans",
        "end",
        "indented",
        "places",
        "single",
        "width",
    )

    def __init__(
        self,
        places: Sequence[Place],
        end: int = 0,
        *,
        gaps: Sequence[tuple[int, int]] = (),
        head: str | None = None,
        single: bool = False,
        indented: bool = False,
    ) -> None:
        self.places = places
        self.end = end
        self.width = len(places)
        self.single = single
        """Whether cells but the last are single words."""
        self.indented = indented
        """Whether the blanks before the first cells tell something, and belong to them."""
        self._gaps = gaps
        # Behind which a column's name begins: what crosses such a gap belongs to the cell before.
        self._named = [bool((head or "")[end : end + 1].strip()) for _, end in gaps]
        edges: list[int | None] = [0, *[start for start, _ in gaps], None]
        self._spans = [slice(here, there) for here, there in pairwise(edges)]
        # Two at least, so that itemgetter gives a tuple.
        between = [slice(*gap) for gap in [*gaps, *gaps[:1], *gaps[:1]]]
        self._blank = itemgetter(*between) if gaps else None
        self._blanks = tuple([" " * (gap.stop - gap.start) for gap in between])

    @classmethod
    def of(cls, rows: Sequence[str], head: str | None) -> Placed | None:
        """The grid of ``rows``, of which ``head`` names the columns; None where there is none."""
        gaps = _gaps(rows, head)
        if not gaps or len(gaps) >= _MOST_COLUMNS:
            return None
        grid = cls([Place("L", 0)] * (len(gaps) + 1), gaps=gaps, head=head)
        split = [
            (row, cells) for row, cells in zip(rows, grid.all_cells(rows), strict=True) if cells
        ]
        if 2 * len(split) < len(rows):
            return None
        named = [(head, cells)] if head is not None and (cells := grid.cells(head)) else []
        sided = split[:: max(1, len(split) // _SIDED)]
        places = [_place(sided, named, grid, column) for column in range(grid.width)]
        single = not any(" " in "".join(cells[:-1]) for _, cells in split)
        starts, _ = _sides(sided, 0, 0)
        indented = places[0].side == "L" and starts[places[0].offset] < _UPRIGHT * starts.total()
        if indented:
            places[0] = Place("L", 0)
        blank = Counter([len(row) for row in rows if row.endswith(" ")])
        end = _most(blank) if 2 * blank.total() > len(rows) else 0
        return cls(places, end, gaps=gaps, head=head, single=single, indented=indented)

    def left(self, column: int) -> int:
        """From where on a cell of a column may stand."""
        return self._gaps[column - 1][0] if column else 0

    def cells(self, row: str) -> Sequence[str] | None:
        """The cells of ``row``; an empty one where a column is blank."""
        return self.all_cells([row])[0]

    def all_cells(self, rows: Sequence[str]) -> list[Sequence[str] | None]:
        """The cells of each of ``rows``."""
        blank = self._blank
        if blank is None:
            return [(row,) for row in rows]
        widest = self._gaps[-1][1]
        padded = [row.ljust(widest) for row in rows]
        fitting = [blank(row) == self._blanks for row in padded]
        regular = list(compress(padded, fitting))
        columns = [[row[span].strip(" ") for row in regular] for span in self._spans]
        if self.indented:
            columns[0] = [row[self._spans[0]].rstrip(" ") for row in regular]
        cells: Iterator[Sequence[str]] = zip(*columns, strict=True)
        return [
            next(cells) if fits else self._moved(row, wide)
            for row, wide, fits in zip(rows, padded, fitting, strict=True)
        ]

    def _moved(self, row: str, padded: str) -> Sequence[str] | None:
        """The cells of a row that runs over the blanks between columns."""
        edges: list[int] = [0]
        for (start, end), named in zip(self._gaps, self._named, strict=True):
            parted = _parted(padded[start:end], named=named)
            if parted < 0:
                words = row.split(None, self.width - 1)
                return words if self.single and len(words) == self.width else None
            edges.append(start + parted)
        edges.append(len(padded))
        cells = [padded[here:there].strip(" ") for here, there in pairwise(edges)]
        if self.indented:
            cells[0] = padded[: edges[1]].rstrip(" ")
        return cells

    def row(self, cells: Sequence[str], *, head: bool = False) -> str:  # noqa: ARG002
        """The cells at their places, or one blank after the cell before."""
        out = ""
        for cell, (side, offset) in zip(cells, self.places, strict=True):
            if cell:
                start = offset if side == "L" else offset - len(cell)
                out = f"{out} {cell}" if out and len(out) >= start else out.ljust(start) + cell
        return out.ljust(self.end)

    def legend(self) -> str:
        """The places, and where rows end."""
        filled = f", rows {self.end} wide" if self.end else ""
        return OPENING + " ".join(map(str, self.places)) + filled

    @classmethod
    def read(cls, legend: str) -> Placed:
        """The grid of a legend, for the way back alone."""
        places, _, end = legend.removeprefix(OPENING).partition(", rows ")
        return cls(
            [Place(place[0], int(place[1:])) for place in places.split(" ")],
            int(end.removesuffix(" wide") or 0),
        )


def _parted(between: str, *, named: bool) -> int:
    """Where in the stretch between two columns the cell before ends; -1 where none does.

    That is the blank before a column's name, else the widest run of blanks, the last of such:
    a cell that runs into the stretch may have blanks within.
    """
    runs = [run.span() for run in _BLANKS.finditer(between)]
    if not runs:
        return -1
    if named and runs[-1][1] == len(between):
        return runs[-1][0]
    return max(runs, key=lambda run: (run[1] - run[0], run[0]))[0]


def _gaps(rows: Sequence[str], head: str | None) -> list[tuple[int, int]]:
    """The stretches that are blank in nearly all rows, with text on both sides."""
    total = len(rows)
    widest = min(_WIDEST, max(map(len, rows), default=0))
    inked = _ink(rows, widest)
    lengths = Counter([len(row.rstrip()) for row in rows])
    ended = list(accumulate([lengths[at] for at in range(widest + 1)]))
    named = (head or "").ljust(widest)
    crossed = _CROSSED * total
    gaps: list[tuple[int, int]] = []
    start = -1
    for at in range(widest):
        blank = inked[at] <= crossed and named[at] == " "
        if blank and start < 0:
            start = at
        elif not blank and start >= 0:
            # Text to the right: a name, or that of most rows.
            reached = head is not None or total - ended[at] >= _REACHED * total
            if reached and (gaps or named[:start].strip() or max(inked[:start], default=0) > 0):
                gaps.append((start, at))
            start = -1
    return _with_names(gaps, rows, head) if head is not None else gaps


def _ink(rows: Sequence[str], widest: int) -> list[int]:
    """How many rows have something other than a blank at each offset.

    A row is a number with a byte for each offset; so many of them as a byte can count are
    added up at once.
    """
    counts = [0] * widest
    for start in range(0, len(rows), 255):
        added = sum(
            [
                int.from_bytes(
                    row[:widest].ljust(widest).encode("latin-1", "replace").translate(_INKED)
                )
                for row in rows[start : start + 255]
            ]
        )
        counts = [a + b for a, b in zip(counts, added.to_bytes(widest), strict=True)]
    return counts


def _with_names(
    gaps: list[tuple[int, int]], rows: Sequence[str], head: str
) -> list[tuple[int, int]]:
    """The gaps that part two columns with names, of which the second is more than a word of it."""
    found: list[tuple[int, int]] = []
    for at, (start, end) in enumerate(gaps):
        next_start = gaps[at + 1][0] if at + 1 < len(gaps) else None
        name = head[start:next_start].strip()
        before = head[found[-1][0] if found else 0 : start].strip()
        unnamed = not found and any(row[:start].strip() for row in rows)
        if not name or not (before or unnamed):
            continue
        # One blank may stand within a name, as in "Mounted on".
        within = head[start : start + 2].strip() and head[:start].rstrip() == head[:start]
        if within:
            filled = sum(bool(row[start:next_start].strip()) for row in rows)
            if filled <= _NAMELESS * len(rows):
                continue
        found.append((start, end))
    return found


_Rows = Sequence[tuple[str, Sequence[str]]]


def _place(rows: _Rows, named: _Rows, grid: Placed, column: int) -> Place:
    """The side on which most cells of a column agree; where all do, that of its name."""
    left = grid.left(column)
    starts, ends = _sides(rows, column, left)
    if not starts:
        starts, ends = _sides(named, column, left)
    if not starts:
        return Place("L", left + 1 if column else 0)
    start, end = _most(starts), _most(ends)
    if starts[start] == ends[end]:
        _, names = _sides(named, column, left)
        return Place("R", end) if names[end] else Place("L", start)
    return Place("L", start) if starts[start] > ends[end] else Place("R", end)


def _sides(rows: _Rows, column: int, left: int) -> tuple[Counter[int], Counter[int]]:
    """Where cells of a column start and end, with how many of them do."""
    starts: Counter[int] = Counter()
    ends: Counter[int] = Counter()
    for row, cells in rows:
        if cells[column]:
            at = row.find(cells[column], left)
            starts[at] += 1
            ends[at + len(cells[column])] += 1
    return starts, ends


def _most(counts: Counter[int]) -> int:
    return min(counts, key=lambda number: (-counts[number], number))
