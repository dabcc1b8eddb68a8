"""A table's text as records: which are rows, which name or rule columns, which stand around."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from compressors.kinds import _lines
from compressors.kinds._table_grid import Barred, Delimited, Grid
from compressors.kinds._table_layout import RULE, Layout
from compressors.kinds._table_places import Place, Placed

_LOOKED_AT = 160
_HEAD_WITHIN = 64
# A quoted cell of more lines than this is no cell, and after so many of them nothing is.
_LONGEST_RECORD, _MOST_BROKEN = 400, 40


@dataclass(frozen=True, slots=True)
class Records:
    """The records of a text in order, which joined by its line ends are the text.

    ``head`` is the number of the one with the names, -1 where there is none; ``rows`` are
    the numbers of those that are data, ``cells`` the cells of each of these, None for one
    that does not fit ``grid``.
    """

    texts: Sequence[str]
    crlf: bool
    grid: Grid
    head: int
    rows: Sequence[int]
    cells: Sequence[list[str] | None]


def records(text: str, layout: Layout) -> Records:
    """The records of ``text``, whose layout was recognised."""
    texts, crlf = _lines.split(text)
    if layout.flavour in ("csv", "tsv") and '"' in text:
        texts = whole(texts, layout)
    head = _head(texts, layout)
    # What stands before the names is no row; nor are rules and blank lines.
    rows = [
        at
        for at, record in enumerate(texts)
        if at > head and record.strip() and not (record[:1] in "+-=|─├ " and RULE.match(record))
    ]
    grid = _grid([texts[at] for at in rows], texts[head] if head >= 0 else None, layout)
    return Records(texts, crlf, grid, head, rows, [grid.cells(texts[at]) for at in rows])


def whole(rows: Sequence[str], layout: Layout) -> list[str]:
    """Rows with those joined that one record runs over, as its quotes tell."""
    found: list[str] = []
    broken = at = 0
    grid = Delimited(layout.delimiter, layout.width)
    while at < len(rows):
        row = rows[at]
        at += 1
        if row.count('"') % 2 and broken < _MOST_BROKEN:
            end = _end(rows, at)
            record = "\n".join([row, *rows[at:end]])
            if end > at and grid.cells(record) is not None:
                row, at = record, end
            else:
                broken += 1
        found.append(row)
    return found


def _end(rows: Sequence[str], start: int) -> int:
    """Behind the row that closes the quotes left open before ``start``; that if none does."""
    for at in range(start, min(len(rows), start + _LONGEST_RECORD)):
        if rows[at].count('"') % 2:
            return at + 1
    return start


def _head(texts: Sequence[str], layout: Layout) -> int:
    if layout.head:
        for at, record in enumerate(texts[:_HEAD_WITHIN]):
            if _lines.plain(record).rstrip("\r") == layout.head:
                return at
    return -1


def _grid(rows: Sequence[str], head: str | None, layout: Layout) -> Grid:
    step = max(1, len(rows) // _LOOKED_AT)
    some = rows[::step]
    found: Grid | None = None
    if layout.flavour in ("csv", "tsv"):
        found = Delimited(layout.delimiter, layout.width)
    elif layout.delimiter:
        found = Barred.of(some, layout.delimiter)
    else:
        found = Placed.of(some, head)
    return found or Placed([Place("L", 0)])
