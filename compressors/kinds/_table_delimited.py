"""Delimited tables: CSV, TSV and their relatives, told by the same number of cells in each row."""

from __future__ import annotations

import re
from collections.abc import Sequence

from compressors.kinds import _lines_cells
from compressors.kinds._table_shape import MOST_COLUMNS, Layout

_NAME = re.compile(r"\s*\"?[A-Za-z_#%@(/][\w .()%/#@&$*-]{0,60}\"?\s*$")
_DELIMITERS = (("\t", "tsv"), (",", "csv"), (";", "csv"), ("|", "csv"))
_SAME = 0.9
_PREAMBLE, _BELOW = 4, 3
_QUOTED_WITHIN = 20_000
_WIDEST, _WIDE_ROWS = 400_000, 8
# A quoted cell of more lines than this is no cell, and after so many of them nothing is.
_LONGEST_RECORD, _MOST_BROKEN = 400, 40


def delimited(rows: Sequence[str]) -> Layout | None:
    """CSV and its relatives: the same number of cells in nearly every row."""
    for delimiter, flavour in _DELIMITERS:
        found = _headed(rows, delimiter, flavour)
        if found is not None:
            return found
    for start in range(1, min(_PREAMBLE + 1, len(rows) - _BELOW)):
        # What stands before the names has other signs, or none.
        for delimiter, flavour in _DELIMITERS:
            signs = rows[start].count(delimiter)
            if signs > 1 and signs > 1 + max([row.count(delimiter) for row in rows[:start]]):
                found = _headed(rows[start:], delimiter, flavour)
                if found is not None:
                    return found
    return None


def _headed(rows: Sequence[str], delimiter: str, flavour: str) -> Layout | None:
    """The layout of rows of which the first names the columns."""
    head = _lines_cells.split(rows[0], delimiter)
    # Two plain columns are too little to tell a table from prose with commas.
    if len(head) < (2 if delimiter == "\t" else 3) and not (len(head) == 2 and len(rows) > 3):
        return None
    # Few texts have a first row that could name columns: it is looked at before all others.
    if not all(map(_NAME.match, head)):
        return None
    names = [cell.strip().strip('"') for cell in head]
    if len(set(names)) < len(names) or (len(head) == 2 and any(" " in name for name in names)):
        return None
    same = sum([len(_lines_cells.split(row, delimiter)) == len(head) for row in rows])
    if same < _SAME * len(rows) or same < 2:
        return None
    return Layout(flavour, delimiter, tuple(names[:MOST_COLUMNS]), rows[0], len(head))


def quoted(text: str) -> Layout | None:
    """CSV with line ends within quotes: the same number of cells once rows are put together."""
    start = text[:_QUOTED_WITHIN]
    if start.count('"') < 4:
        return None
    first = start.partition("\n")[0].rstrip("\r")
    complete = first.count('"') % 2 == 0 and first.strip() != ""
    heads = [(name, _lines_cells.split(first, name[0])) for name in _DELIMITERS]
    likely = [
        (*name, len(head))
        for name, head in heads
        if len(head) > 2 and (not complete or all(map(_NAME.match, head)))
    ]
    if not likely:
        return None
    rows = [row.rstrip("\r") for row in start.split("\n")]
    if len(text) > len(start):
        rows.pop()
    if len(rows) < 2:
        return None
    for delimiter, flavour, width in likely:
        whole = [row for row in joined(rows, delimiter, width) if row.strip()]
        if len(text) > len(start) and len(whole) > 2 and whole[-1].count('"') % 2:
            whole.pop()
        if len(whole) > 2:
            found = _headed(whole, delimiter, flavour)
            if found is not None:
                return found
    return None


def joined(rows: Sequence[str], delimiter: str, width: int) -> list[str]:
    """Rows with those joined over which one of ``width`` cells runs, as its quotes tell."""
    found: list[str] = []
    broken = at = 0
    while at < len(rows):
        row = rows[at]
        at += 1
        if row.count('"') % 2 and broken < _MOST_BROKEN:
            end = _end(rows, at)
            record = "\n".join([row, *rows[at:end]])
            if end > at and len(_lines_cells.split(record, delimiter)) == width:
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


def very_wide(text: str) -> Layout | None:
    """The layout of delimited rows so long that no sample holds two of them."""
    rows = [row.rstrip("\r") for row in text[:_WIDEST].split("\n")]
    if len(text) > _WIDEST:
        rows.pop()
    rows = [row for row in rows if row.strip()]
    return delimited(rows[:_WIDE_ROWS]) if len(rows) > 1 else None
