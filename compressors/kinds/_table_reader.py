"""The way back from the notation of ``_table_notation`` to the table, to the character."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from compressors.kinds import _lines_cells
from compressors.kinds._table_grid import DELIMITERS, Barred, Delimited, Grid
from compressors.kinds._table_notation import (
    BREAK,
    BROKEN,
    CELLS_BY,
    IN_EVERY_ROW,
    SAME,
    SIGNS,
    UNQUOTED,
)
from compressors.kinds._table_places import OPENING, Placed
from compressors.kinds._table_shared import HOLED
from compressors.kinds._table_words import REFERENCE, STANDS_FOR

_HEADER = re.compile(r"\[toin table: (.*)\]")
_NUMBERED = re.compile(r"(\d+) is ⟦([^⟧\n]*)⟧")
_SPACED = re.compile(r"⟦([^⟧]*+)⟧(?: |$)|([^ ]*+)(?: |$)")
_MOST_REPEATED = 50_000_000


class _Way:
    """What the header says, as far as the way back needs it."""

    def __init__(self, header: str) -> None:
        before, _, constant = header.partition(IN_EVERY_ROW)
        parts = before.split("; ")
        grid = grid_of(parts[0])
        if grid is None:
            raise ValueError(header)
        self.grid: Grid = grid
        self.fixed: dict[int, str] = {}
        self.around: dict[int, tuple[str, str]] = {}
        self.hole = next((part[0] for part in parts if part.endswith(HOLED)), "")
        for at, value in _NUMBERED.findall(constant):
            self.say(int(at) - 1, value)
        self.crlf = "CRLF" in parts
        self.broken = BROKEN in parts
        self.same = self.mark = ""
        self.reference = re.compile("")
        self.quoted: frozenset[int] = frozenset()
        self.sign = grid.delimiter if isinstance(grid, Delimited) else " "
        for part in parts[1:]:
            if part.endswith(SAME):
                self.same = part[4]
            elif part.endswith(STANDS_FOR):
                self.mark = part[0]
                self.reference = re.compile(part[0] + REFERENCE)
            elif part.startswith(CELLS_BY):
                self.sign = SIGNS[part.removeprefix(CELLS_BY)]
            elif part.startswith(UNQUOTED):
                self.quoted = frozenset(
                    [int(at) - 1 for at in part.removeprefix(UNQUOTED).split(" ")]
                )

    def say(self, at: int, value: str) -> None:
        """Take in what is said of the cells of a column."""
        before, hole, after = value.partition(self.hole) if self.hole else (value, "", "")
        if hole:
            self.around[at] = (before, after)
        else:
            self.fixed[at] = value

    def split(self, line: str, number: int) -> list[str]:
        """The cells of a line."""
        if self.sign != " ":
            if isinstance(self.grid, Delimited):
                return _lines_cells.split(line, self.sign)
            return line.split(self.sign)
        if "⟦" not in line:
            return line.split(" ", number - 1)
        cells: list[str] = []
        at = 0
        while len(cells) < number - 1:
            found = _SPACED.match(line, at)
            if found is None:
                raise ValueError(line)
            cells.append(found[1] if found[1] is not None else found[2])
            at = found.end()
        return [*cells, line[at:]]

    def head(self, line: str) -> str:
        """The record of names; takes in the constants that stand with them."""
        cells = self.split(line, self.grid.width)
        if self.same:
            for at, cell in enumerate(cells):
                name, mark, value = cell.partition(self.same)
                if mark:
                    self.say(at, value)
                    cells[at] = name
        return self.grid.row(cells, head=True)

    def row(self, words: Mapping[str, str]) -> Callable[[str], str]:
        """The way back for a line of cells."""
        width = self.grid.width
        varying = [at for at in range(width) if at not in self.fixed]
        cells = [self.fixed.get(at, "") for at in range(width)]

        def back(line: str) -> str:
            short = self.split(line, len(varying))
            for at, cell in zip(varying, short, strict=True):
                value = cell
                if words and cell[:1] == self.mark:
                    name = self.reference.match(cell)
                    if name is None:
                        raise ValueError(line)
                    value = words[name[0]] + cell[name.end() :]
                before, after = self.around.get(at, ("", ""))
                value = before + value + after
                if at in self.quoted and value[:1] != '"':
                    value = f'"{value}"'
                cells[at] = value
            return self.grid.row(cells)

        return back


def read(text: str) -> str | None:
    """The table that ``text`` was made of, None where it is not in the notation.

    Raises:
        ValueError, LookupError: it says what no table says.
    """
    first, newline, rest = text.partition("\n")
    header = _HEADER.fullmatch(first)
    if header is None or not newline or not _is_grid(header[1]):
        return None
    way = _Way(header[1])
    lines = rest.split("\n")
    words: dict[str, str] = {}
    at = 0
    defined = re.compile(rf"({way.mark}{REFERENCE})=(.*)", re.DOTALL)
    while way.mark and at < len(lines) and (found := defined.fullmatch(lines[at])):
        words[found[1]] = found[2]
        at += 1
    out: list[str] = []
    back = None
    for line in lines[at:]:
        start = line[:1]
        if start == "\\":
            out.append(line[1:])
        elif start == "×":
            times = int(line[1:])
            if times > _MOST_REPEATED:
                raise ValueError(line)
            out.extend([out[-1]] * times)
        elif start == "#":
            out.append(way.head(line[2:]))
        elif not start:
            out.append("")
        else:
            back = back or way.row(words)
            out.append(back(line))
    end = "\r\n" if way.crlf else "\n"
    if way.broken:
        out = [record.replace(BREAK, end) for record in out]
    return end.join(out)


def _is_grid(header: str) -> bool:
    first = header.partition("; ")[0]
    return first.startswith((OPENING, "drawn with ")) or " cells by " in first


def grid_of(legend: str) -> Grid | None:
    """The grid that a legend describes; None where it describes none.

    Raises:
        ValueError, LookupError: the legend is not one that a grid wrote.
    """
    if legend.startswith(OPENING):
        return Placed.read(legend)
    if legend.startswith("drawn with "):
        _, _, bar, where, *places = legend.split(" ")
        widths = [int(place[1:]) for place in places]
        sides = "".join([place[0] for place in places])
        return Barred(bar, widths, sides, outer=where == "around")
    number, cells, delimiter = legend.partition(" cells by ")
    return Delimited(DELIMITERS[delimiter], int(number)) if cells else None
