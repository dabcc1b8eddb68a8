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
    def of(cls, rows: Sequence[str], bar: str) -> Barred | None:
        """The grid that most of ``rows`` are drawn in."""
        outer = 2 * sum(row.startswith(bar) for row in rows) > len(rows)
        split = [parts for row in rows if (parts := _parts(row, bar, outer=outer))]
        if not split:
            return None
        number = _most(Counter(map(len, split)))
        columns = list(zip(*[parts for parts in split if len(parts) == number], strict=True))
        widths = [_most(Counter(map(len, column))) for column in columns]
        sides = "".join(map(_side, columns, widths))
        return cls(bar, widths, sides, outer=outer)

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
                _padded(cell, width, "C" if head and side in "RE" else side)
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


def _side(column: Sequence[str], width: int) -> str:
    """The side on which most parts of a column keep their cells."""
    cells = [part.strip(" ") for part in column]
    best, most = "", -1
    for side in "LREB":
        alike = sum(map(eq, [_padded(cell, width, side) for cell in cells], column))
        if alike > most:
            best, most = side, alike
        if alike == len(column):
            break
    return best


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
