"""A table's text as records: which are rows, which name or rule columns, which stand around."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from compressors.kinds import _lines
from compressors.kinds._lines_columns import Place
from compressors.kinds._table_delimited import joined
from compressors.kinds._table_grid import Barred, Delimited, Grid
from compressors.kinds._table_layout import RULE
from compressors.kinds._table_places import Placed
from compressors.kinds._table_shape import Layout

_LOOKED_AT = 80
_HEAD_WITHIN = 64


class Records(msgspec.Struct, frozen=True):
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
    cells: Sequence[Sequence[str] | None]


def records(text: str, layout: Layout) -> Records:
    """The records of ``text``, whose layout was recognised."""
    texts, crlf = _lines.split(text)
    if layout.flavour in ("csv", "tsv") and '"' in text:
        texts = joined(texts, layout.delimiter, layout.width)
    head = _head(texts, layout)
    # What stands before the names is no row; nor are rules and blank lines.
    rows = [
        at
        for at, record in enumerate(texts)
        if at > head and record.strip() and not (record[:1] in "+-=|─├ " and RULE.match(record))
    ]
    grid = _grid([texts[at] for at in rows], texts[head] if head >= 0 else None, layout)
    return Records(texts, crlf, grid, head, rows, grid.all_cells([texts[at] for at in rows]))


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
        found = Barred.of(some, layout.delimiter, head)
    else:
        found = Placed.of(some, head)
    return found or Placed([Place("L", 0)])
