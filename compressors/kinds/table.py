"""Tables: CSV, TSV, Markdown and drawn tables, aligned output of commands.

Lossless: cells without padding, columns that hold one value throughout and long values that
recur said once; where that is shorter, forms of lines that recur are defined. Lossy: the
rows that stand out, that tell of errors or that answer the query, and a share of the rest;
of a listing of files the names of all.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import accumulate

from compressors.kinds import _lines, _lines_notation
from compressors.kinds._table_document import NAME, Table, recognise
from compressors.kinds._table_shape import Layout
from compressors.kinds.base import Content, Cut, Focus, Passage
from compressors.kinds.base import Params as BaseParams

__all__ = [
    "NAME",
    "Params",
    "Table",
    "compress",
    "find",
    "recognise",
    "restore",
    "signature",
]

_PASSAGES = 8


class Params(BaseParams, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much of a table stays.

    ``row_share``: the share of rows, rounded up, beyond which only rows stay that must.
    ``preserve_fields``: keyed names of columns whose first 64 values each keep a row; which
    plain names these are, :class:`~compressors.kinds.base.Focus` tells.
    """

    row_share: float = 1.0
    preserve_fields: tuple[str, ...] = ()


def signature(parsed: Table) -> str:
    """Flavour and column names."""
    return f"{NAME}|{parsed.layout.flavour}|{','.join(parsed.layout.columns)}"


def compress(content: Content, params: Params, focus: Focus) -> Cut:
    """The table with what repeats written once and, where asked for, fewer rows."""
    if params.passthrough:
        return _lines.as_it_is(content, unit="rows")
    table = content.parsed if isinstance(content.parsed, Table) else _unknown(content.text)
    total = len(table.records.rows)
    if not params.lossless and params.row_share < 1:
        cut = table.cut(params.row_share, focus)
        if cut is not None:
            text, left = cut
            return Cut(text, True, "rows", total, left)
    return Cut(table.lossless, False, "rows", total, total)


def _unknown(text: str) -> Table:
    """A text that was not recognised as a table, as one."""
    return Table(text, Layout("aligned", "", ()))


def restore(text: str) -> str:
    """The table that the lossless parameters made ``text`` of."""
    from compressors.kinds._table_reader import read

    try:
        original = read(text)
    except (ValueError, LookupError):
        return text
    return _lines_notation.decode(NAME, text) if original is None else original


def find(content: Content, query: str) -> list[Passage]:
    """The rows that answer ``query``, best first, with where they stood and what answered."""
    table = content.parsed
    if not isinstance(table, Table):
        return _lines.find_rows(content.text, query)
    found = table.records
    texts = found.texts
    end = 2 if found.crlf else 1
    starts = [0, *accumulate([len(text) + end for text in texts])]
    wanted = {word for word in re.findall(r"\w+", query.lower()) if len(word) > 1}
    return [
        Passage(
            texts[at].rstrip("\r"),
            _lines.twentieth(starts[at], len(content.text)),
            _answering(found.grid.cells(texts[at]) or (), table.names, wanted),
        )
        for at in _lines.best(query, texts, limit=_PASSAGES)
    ]


def _answering(cells: Sequence[str], names: Sequence[str], wanted: set[str]) -> tuple[str, ...]:
    """The names of the columns in which a wanted word stands."""
    return tuple(
        name
        for name, cell in zip(names, cells, strict=False)
        if name and wanted & set(re.findall(r"\w+", cell.lower()))
    )
