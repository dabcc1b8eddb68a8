"""How the rows of a table are laid out: taking a row apart into cells, and the way back.

A grid tells what a reader of the cells alone cannot see: delimiters, bars, padding. A row is
of the grid where putting its cells together gives the row again, to the character.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from operator import eq
from typing import Protocol

from compressors.kinds import _lines_cells

_NAMES = {"\t": "tab", ",": "comma", ";": "semicolon", "|": "bar"}
DELIMITERS = {name: sign for sign, name in _NAMES.items()}
_UNPADDED = 2  # a blank on either side
_ESCAPED_BAR = re.compile(r"(?<!\\)\|")


class Grid(Protocol):
    """The layout of rows with the same number of cells."""

    @property
    def width(self) -> int:
        """How many cells a row has."""
        ...

    def cells(self, row: str) -> Sequence[str] | None:
        """The cells of ``row``, None where it has another number of them."""
        ...

    def all_cells(self, rows: Sequence[str]) -> list[Sequence[str] | None]:
        """The cells of each of ``rows``."""
        ...

    def row(self, cells: Sequence[str], *, head: bool = False) -> str:
        """The row with these cells; ``head`` for that of the names."""
        ...

    def legend(self) -> str:
        """What the way back must know, on one line."""
        ...


class Delimited:
    """CSV, TSV and the like: cells stand as they are, quotes included."""

    __slots__ = ("delimiter", "width")

    def __init__(self, delimiter: str, width: int) -> None:
        self.delimiter = delimiter
        self.width = width

    def cells(self, row: str) -> Sequence[str] | None:
        """The cells between delimiters that are in no quotes."""
        quoted = '"' in row
        found = _lines_cells.split(row, self.delimiter) if quoted else row.split(self.delimiter)
        return found if len(found) == self.width else None

    def all_cells(self, rows: Sequence[str]) -> list[Sequence[str] | None]:
        """The cells of each of ``rows``."""
        return list(map(self.cells, rows))

    def row(self, cells: Sequence[str], *, head: bool = False) -> str:  # noqa: ARG002
        """The cells with delimiters between them."""
        return self.delimiter.join(cells)

    def legend(self) -> str:
        """The delimiter by its name."""
        return f"{self.width} cells by {_NAMES[self.delimiter]}"


class Barred:
    """Rows drawn with bars: of each column its width and the side that cells keep to.

    ``sides`` has a letter for each column: ``L`` and ``R`` with a blank on either side, ``E``
    for cells that end where their column does, ``B`` for those without any padding.
    """

    __slots__ = ("bar", "outer", "sides", "width", "widths")

    def __init__(self, bar: str, widths: Sequence[int], sides: str, *, outer: bool) -> None:
        self.bar = bar
        self.widths = widths
        self.sides = sides
        self.outer = outer
        self.width = len(widths)

    @classmethod
    def of(cls, rows: Sequence[str], bar: str, head: str | None = None) -> Barred | None:
        """The grid that most of ``rows`` are drawn in, where it can be with ``head``."""
        outer = 2 * sum(row.startswith(bar) for row in rows) > len(rows)
        split = [parts for row in rows if (parts := _parts(row, bar, outer=outer))]
        if not split:
            return None
        number = _most(Counter(map(len, split)))
        columns = list(zip(*[parts for parts in split if len(parts) == number], strict=True))
        names = _parts(head, bar, outer=outer) if head is not None else []
        named = names if len(names) == number else [None] * number
        drawn = list(map(_drawn, columns, named))
        sides = "".join([side for _, side in drawn])
        return cls(bar, [width for width, _ in drawn], sides, outer=outer)

    def cells(self, row: str) -> Sequence[str] | None:
        """The cells without the white space around them."""
        parts = _parts(row, self.bar, outer=self.outer)
        return [part.strip(" ") for part in parts] if len(parts) == self.width else None

    def all_cells(self, rows: Sequence[str]) -> list[Sequence[str] | None]:
        """The cells of each of ``rows``."""
        return list(map(self.cells, rows))

    def row(self, cells: Sequence[str], *, head: bool = False) -> str:
        """The cells padded, between bars."""
        drawn = self.bar.join(
            [
                _padded(cell, width, _named_side(side) if head else side)
                for cell, width, side in zip(cells, self.widths, self.sides, strict=True)
            ]
        )
        return f"{self.bar}{drawn}{self.bar}" if self.outer else drawn

    def legend(self) -> str:
        """The bar, and widths with sides."""
        places = [f"{side}{width}" for side, width in zip(self.sides, self.widths, strict=True)]
        where = "around" if self.outer else "between"
        return f"drawn with {self.bar} {where} {' '.join(places)}"


def _parts(row: str, bar: str, *, outer: bool) -> list[str]:
    """What stands between bars; nothing where the outer ones are missing."""
    parts = _ESCAPED_BAR.split(row) if "\\|" in row and bar == "|" else row.split(bar)
    if not outer:
        return parts
    return parts[1:-1] if len(parts) > 2 and not parts[0] and not parts[-1] else []


def _drawn(column: Sequence[str], name: str | None) -> tuple[int, str]:
    """The width and the side of most parts of a column: the usual width, or no padding at all.

    Where two are as good, the one that the part with the name is of as well.
    """
    width = _most(Counter(map(len, column)))
    cells = [part.strip(" ") for part in column]
    best, most = (width, ""), (-1, False)
    for way in [*[(width, side) for side in "LREB"], (_UNPADDED, "L"), (0, "E")]:
        alike = sum(map(eq, [_padded(cell, *way) for cell in cells], column))
        named = name is None or _padded(name.strip(" "), way[0], _named_side(way[1])) == name
        if (alike, named) > most:
            best, most = way, (alike, named)
        if named and alike == len(column):
            break
    return best


def _named_side(side: str) -> str:
    """Where the name of a column stands whose cells keep to a side."""
    return "C" if side in "RE" else side


def _padded(cell: str, width: int, side: str) -> str:
    if side == "B":
        return f" {cell}" if cell else ""
    if side == "E":
        return cell.rjust(width)
    if side == "R":
        return f" {cell.rjust(width - 2)} "
    if side == "C":
        return (" " * ((width - len(cell)) // 2) + cell).ljust(width)
    return f" {cell.ljust(width - 2)} "


def _most(counts: Counter[int]) -> int:
    return min(counts, key=lambda number: (-counts[number], number))
