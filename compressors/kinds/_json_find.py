"""The parts of a JSON document that answer a query, with where they stood and their fields."""

from __future__ import annotations

from collections.abc import Sequence

from compressors.kinds._json_columns import series
from compressors.kinds._json_document import Document
from compressors.kinds._json_shape import MISSING
from compressors.kinds._json_text import NotWritable, Value, dump
from compressors.kinds.base import Passage
from compressors.relevance import rank, terms

_MOST = 8
_MOST_FIELDS = 16
_LONGEST_QUERY = 20_000


def passages(document: Document, query: str) -> list[Passage]:
    """At most eight rows, best first; what holds the query literally goes before the rest.

    What scores under half of the best does not answer. Where a document has no table, its
    members or items stand in for rows.
    """
    wanted = query.strip()
    if not wanted:
        return []
    try:
        rows = _rows(document)
        texts = [dump(row) for row in rows]
    except (NotWritable, RecursionError):
        rows, texts = [], [document.text]
    needle = dump_inner(wanted)
    literal = [at for at, text in enumerate(texts) if wanted in text or needle in text][:_MOST]
    scores = rank(wanted, texts)
    top = max(scores, default=0)
    ranked = sorted(
        [at for at, score in enumerate(scores) if 2 * score >= top > 0],
        key=lambda at: (-scores[at], at),
    )
    best = [*literal, *[at for at in ranked if at not in set(literal)]][:_MOST]
    fields = _fields([rows[at] for at in best], wanted) if rows else [()] * len(best)
    return [
        Passage(texts[at], 20 * at // len(texts), answering)
        for at, answering in zip(best, fields, strict=True)
    ]


def dump_inner(text: str) -> str:
    """``text`` as it stands inside a JSON string."""
    try:
        return dump(text)[1:-1]
    except NotWritable:
        return text


def _rows(document: Document) -> list[Value]:
    """The rows of all tables, a map's with their keys; or the members, or the items."""
    rows: list[Value] = []
    for table in document.plan.tables:
        keys = table.keys
        if keys is None:
            rows.extend(table.rows)
        else:
            rows.extend([{key: row} for key, row in zip(keys, table.rows, strict=True)])
    around = document.plan.skeleton
    if isinstance(around, dict):
        return [*[{name: value} for name, value in around.items()], *rows]
    if rows:
        return rows
    return around if isinstance(around, list) else [around]


def _fields(rows: Sequence[Value], query: str) -> list[tuple[str, ...]]:
    """Of each row the dotted paths of the fields that answer."""
    asked = set(terms(query[:_LONGEST_QUERY]))
    found: list[list[str]] = [[] for _ in rows]
    for column in series(rows):
        if not column.path:
            continue
        for at, value in enumerate(column.values):
            if value is MISSING or isinstance(value, dict) or len(found[at]) == _MOST_FIELDS:
                continue
            text = value if isinstance(value, str) else dump(value)
            if query in text or asked.intersection(terms(text)):
                found[at].append(column.path)
    return [tuple(paths) for paths in found]
