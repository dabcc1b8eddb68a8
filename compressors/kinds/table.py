"""Tables: CSV, TSV, Markdown and drawn tables, aligned output of commands.

Lossless: forms of rows that recur are defined once. Where that does not pay, a column that
holds one value throughout is named once, and padding gives way to the places of columns.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from compressors.kinds import _lines, _lines_cells, _lines_columns, _lines_notation
from compressors.kinds._lines_forms import Forms
from compressors.kinds._table_layout import Table, recognise
from compressors.kinds.base import Content, Cut, Focus, Params, Passage

__all__ = ["NAME", "Params", "Table", "compress", "find", "recognise", "restore", "signature"]

NAME = "table"
_PLACED = "columns narrowed, they stood at "
_PADDED = "cells unpadded, {bar} cells were wide "
_CONSTANT = "in every row, between the others, column "
_HEADER = re.compile(r"\[toin table: (.*)\]", re.DOTALL)
_CONSTANTS = re.compile(r"(\d+) of (\d+) is ⟦([^⟧\n]*)⟧")
_CONSTANT_ROWS = 4
_WORTH = 0.96


def signature(parsed: Table) -> str:
    """Flavour and column names."""
    return f"{NAME}|{parsed.flavour}|{','.join(parsed.columns)}"


def compress(content: Content, params: Params, focus: Focus) -> Cut:  # noqa: ARG001
    """The table with recurring forms of rows written once, or at least without padding."""
    text = content.text
    number = _lines.count(text)
    if params.passthrough:
        return _lines.as_it_is(content, unit="rows")
    short = _lines_notation.shorter(NAME, text, Forms(text))
    if len(short) >= len(text):
        tidy = _tidied(text, content.parsed if isinstance(content.parsed, Table) else None)
        if tidy is not None and len(tidy) <= _WORTH * len(text) and restore(tidy) == text:
            short = tidy
    return Cut(short, False, "rows", number, number)


def restore(text: str) -> str:
    """The table that the lossless parameters made ``text`` of."""
    head, newline, rest = text.partition("\n")
    header = _HEADER.fullmatch(head)
    if header is None or not newline:
        return text
    try:
        undo = _undo(header[1])
    except (ValueError, LookupError):
        return text
    if undo is None:
        return _lines_notation.decode(NAME, text)
    return "\n".join(row[1:] if row.startswith("\\") else undo(row) for row in rest.split("\n"))


def find(content: Content, query: str) -> list[Passage]:
    """The rows that answer ``query``, best first, with where they stood and what answered."""
    passages = _lines.find_rows(content.text, query)
    table = content.parsed
    if not isinstance(table, Table) or not table.delimiter:
        return passages
    wanted = {word for word in re.findall(r"\w+", query.lower()) if len(word) > 1}
    return [
        Passage(passage.text, passage.position, _answering(passage.text, table, wanted))
        for passage in passages
    ]


def _answering(row: str, table: Table, wanted: set[str]) -> tuple[str, ...]:
    """The names of the columns in which ``row`` holds a wanted word."""
    cells = _lines_cells.split(
        row.strip().strip("|") if table.flavour != "csv" else row, table.delimiter
    )
    return tuple(
        name
        for name, cell in zip(table.columns, cells, strict=False)
        if wanted & set(re.findall(r"\w+", cell.lower()))
    )


def _undo(header: str) -> Callable[[str], str] | None:
    """The way back for one row, as the header describes it."""
    if header.startswith(_PLACED):
        columns = _lines_columns.parse(header[len(_PLACED) :])
        return lambda row: _lines_columns.widen(row, columns)
    if header.startswith("cells unpadded, "):
        bar = header[len("cells unpadded, ")]
        widths = [int(width) for width in header.partition(" cells were wide ")[2].split()]
        return lambda row: _pad(row, bar, widths)
    if header.startswith(_CONSTANT):
        delimiter = {"tab": "\t", "comma": ",", "semicolon": ";", "bar": "|"}[
            header.rpartition(", by ")[2]
        ]
        fixed = {int(place) - 1: value for place, _, value in _CONSTANTS.findall(header)}
        total = int(_CONSTANTS.findall(header)[0][1])
        return lambda row: _fill(row, delimiter, fixed, total)
    return None


def _tidied(text: str, table: Table | None) -> str | None:
    """What is to be gained from the layout of the table alone."""
    if table is None:
        return None
    if table.flavour in ("csv", "tsv"):
        return _without_constants(text, table.delimiter)
    return _unpadded(text, table.delimiter) if table.delimiter else _placed(text)


def _placed(text: str) -> str | None:
    """Aligned rows with single spaces between their columns."""
    rows = text.split("\n")
    columns = _lines_columns.places(rows)
    if len(columns) < 2:
        return None
    out = [f"[toin {NAME}: {_PLACED}{' '.join(map(str, columns))}]"]
    for row in rows:
        short = _lines_columns.narrow(row, columns)
        out.append("\\" + row if short is None or short.startswith("\\") else short)
    return "\n".join(out)


def _unpadded(text: str, bar: str) -> str | None:
    """Rows drawn with bars, without the padding of their cells."""
    rows = text.split("\n")
    cells = [row.split(bar)[1:-1] for row in rows if row.startswith(bar)]
    if not cells:
        return None
    number = max(map(len, cells))
    widths = [
        max(
            (len(cell) for row in cells if len(row) == number for cell in row[place : place + 1]),
            default=0,
        )
        for place in range(number)
    ]
    if not widths:
        return None
    header = _PADDED.format(bar=bar) + " ".join(map(str, widths))
    out = [f"[toin {NAME}: {header}]"]
    for row in rows:
        short = bar + bar.join(cell.strip() for cell in row.split(bar)[1:-1]) + bar
        kept = row.startswith(bar) and len(short) > 2 and _pad(short, bar, widths) == row
        out.append(short if kept else "\\" + row)
    return "\n".join(out)


def _pad(row: str, bar: str, widths: list[int]) -> str:
    """The cells of ``row`` in their widths, one space before each."""
    cells = row.split(bar)[1:-1]
    if len(cells) != len(widths) or not row.startswith(bar):
        return row
    return (
        bar
        + bar.join((" " + cell).ljust(width) for cell, width in zip(cells, widths, strict=True))
        + bar
    )


def _without_constants(text: str, delimiter: str) -> str | None:
    """Delimited rows without the columns that hold one value below the header."""
    rows = text.split("\n")
    split = [_lines_cells.split(row, delimiter) for row in rows]
    total = len(split[0])
    body = [cells for cells in split[1:] if len(cells) == total]
    if len(body) < _CONSTANT_ROWS:
        return None
    fixed = {
        place: column[0]
        for place, column in enumerate(zip(*body, strict=True))
        if place < total - 1
        and column.count(column[0]) == len(column)
        and "⟧" not in column[0]
        and "\r" not in column[0]
    }
    if not fixed:
        return None
    by = {"\t": "tab", ",": "comma", ";": "semicolon", "|": "bar"}[delimiter]
    named = ", ".join(f"{place + 1} of {total} is ⟦{value}⟧" for place, value in fixed.items())
    out = [f"[toin {NAME}: {_CONSTANT}{named}, by {by}]"]
    for number, (row, cells) in enumerate(zip(rows, split, strict=True)):
        if number and len(cells) == total:
            short = delimiter.join(cell for place, cell in enumerate(cells) if place not in fixed)
            out.append("\\" + row if short.startswith("\\") else short)
        else:
            out.append("\\" + row)
    return "\n".join(out)


def _fill(row: str, delimiter: str, fixed: dict[int, str], total: int) -> str:
    """``row`` with the constant cells at their places."""
    others = iter(_lines_cells.split(row, delimiter))
    return delimiter.join(
        fixed[place] if place in fixed else next(others, "") for place in range(total)
    )
