"""A segment in blocks of rows, as columns wherever the bytes are plainly what they should be.

Reading row by row says exactly what ails a row, and takes most of the time of an ingest. Columns
say nothing of what ails a row and are read ten times as fast. So a block has both faces, and
one that is not plain (a bad line, a foreign column, damage) is halved until what is plain stands
apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain, compress
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.json as pa_json  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from compressors.events import LONGEST_ROW, Event
from pipelines.ingest.rows import (
    UNREADABLE,
    BrokenError,
    Row,
    damaged,
    lines,
    records,
    text_of,
)

Mask = npt.NDArray[np.bool_]

_TEXT = 64 << 20
"""Bytes of a block of lines: some 90,000 events."""

_PARQUET_ROWS = 245_760
_SMALLEST = 1 << 16
"""Bytes that are not worth halving again."""

_INTEGERS = frozenset(
    name for name, kind in Event.__annotations__.items() if kind in ("int", "int | None")
)
_LISTS = {"fields": pa.list_(pa.string()), "positions": pa.list_(pa.int64())}
_OTHERS = {"lossy": pa.bool_(), **_LISTS}
SCHEMA = pa.schema(
    {
        name: pa.int64() if name in _INTEGERS else _OTHERS.get(name, pa.string())
        for name in Event.__struct_fields__
    }
)
"""The columns of a block: one a field of the event, in its order."""

REPEATED = (
    "event", "origin", "instance", "pepper_id", "engine", "publication", "fingerprint",
    "auth_mode", "model_family", "structure_hash", "tool", "kind", "profile", "profile_id",
    "arm", "experiment", "fault", "mode",
)  # fmt: skip
"""Columns in which few values stand many times; from Parquet they come as dictionaries."""

_STRICT = pa_json.ParseOptions(explicit_schema=SCHEMA, unexpected_field_behavior="error")
_NO_PUBLICATION = (b'"publication":null', b'"publication": null')


class Block(NamedTuple):
    """Rows that follow one another.

    Attributes:
        columns: The rows as columns of the fields of `SCHEMA`, texts perhaps as dictionaries,
            ``ts`` perhaps as a timestamp; None where only reading row by row tells what they are.
            A null is a null or an absent field that may be absent.
        rows: The rows one by one: of those that a mask of the columns holds, or of all.
    """

    columns: pa.RecordBatch | None
    rows: Callable[[Mask | None], Iterator[Row]]


def read_blocks(path: Path) -> Iterator[Block]:
    """The segment's blocks, in order. Together they have the rows of `read_rows`.

    Raises:
        OSError: the file cannot be read.
    """
    return _of_parquet(path) if path.name.endswith(".parquet") else _of_lines(text_of(path))


def _of_lines(pieces: Iterable[bytes]) -> Iterator[Block]:
    rest = iter(pieces)
    before = 0  # lines of the blocks that were given
    held: list[bytes] = []
    broken: BrokenError | None = None
    ended = False
    while not ended:
        try:
            held.append(next(rest))
        except (StopIteration, BrokenError) as end_of_it:
            ended = True
            broken = end_of_it if isinstance(end_of_it, BrokenError) else None
        if not ended and sum(map(len, held)) < _TEXT:
            continue
        text = b"".join(held)
        end = len(text) if ended and broken is None else text.rfind(b"\n") + 1
        yield from _halved(text[:end], before)
        before += text.count(b"\n", 0, end)
        held = [text[end:]]
        if not (end or ended):
            # Of a line longer than a block no more is kept than shows that it is too long.
            yield _by_row(lines(chain([text], rest), before))
            return
    if broken is not None:
        yield _by_row(lines(_then(held[0], broken), before))


def _then(text: bytes, broken: BrokenError) -> Iterator[bytes]:
    yield text
    raise broken


def _by_row(rows: Iterator[Row]) -> Block:
    return Block(None, lambda _mask: rows)


def _halved(text: bytes, before: int) -> Iterator[Block]:
    """Whole lines as blocks: one, or more where something of it is not plain."""
    if not text:
        return
    columns = _parsed(text)
    middle = text.find(b"\n", len(text) // 2) + 1
    if columns is None and len(text) > _SMALLEST and 0 < middle < len(text):
        yield from _halved(text[:middle], before)
        yield from _halved(text[middle:], before + text.count(b"\n", 0, middle))
        return

    def rows(mask: Mask | None) -> Iterator[Row]:
        every = lines([text], before)
        return every if mask is None else compress(every, mask)

    yield Block(columns, rows)


def _parsed(text: bytes) -> pa.RecordBatch | None:
    """The lines as columns, if each is one object of known fields, typed as they should be.

    A field that is null is not told from one that is absent: only `publication` has to be
    there and may be null, so its nulls are counted in the text.
    """
    rows = text.count(b"\n") + (not text.endswith(b"\n"))
    if not (_has_short_lines(text) and _has_an_object_a_line(text, rows)):
        return None
    try:
        table = pa_json.read_json(pa.BufferReader(text), parse_options=_STRICT)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return None
    nulls = table["publication"].null_count
    if table.num_rows != rows or (nulls and not _spelled_out(text, nulls)):
        return None
    return _one_batch(table)


def _has_an_object_a_line(text: bytes, rows: int) -> bool:
    """Whether every line begins and ends with a brace; events have none within."""
    return (
        text.startswith(b"{") and text.endswith((b"}", b"}\n")) and text.count(b"}\n{") == rows - 1
    )


def _has_short_lines(text: bytes) -> bool:
    """Whether no line is longer than a row may be."""
    begin = 0
    while len(text) - begin > LONGEST_ROW:
        end = text.rfind(b"\n", begin, begin + LONGEST_ROW + 1)
        if end < 0:
            return False
        begin = end + 1
    return True


def _spelled_out(text: bytes, nulls: int) -> bool:
    """Whether as many rows say that there is no publication, in one of the usual spellings."""
    return any(text.count(spelling) == nulls for spelling in _NO_PUBLICATION)


def _one_batch(table: pa.Table) -> pa.RecordBatch:
    return table.combine_chunks().to_batches()[0]


def _of_parquet(path: Path) -> Iterator[Block]:
    before = 0
    try:
        with _opened(path) as file:
            fits = _fits(file.schema_arrow)
            for batch in file.iter_batches(batch_size=_PARQUET_ROWS):
                if batch.num_rows:
                    yield _block_of(batch, before, fits=fits)
                before += batch.num_rows
    except UNREADABLE as error:
        if not path.exists():
            raise
        yield _by_row(iter([damaged(before, error)]))


def _opened(path: Path) -> pq.ParquetFile:
    with pq.ParquetFile(path) as file:
        repeated = [name for name in REPEATED if name in file.schema_arrow.names]
        return pq.ParquetFile(path, read_dictionary=repeated, metadata=file.metadata)


def _block_of(batch: pa.RecordBatch, before: int, *, fits: bool) -> Block:
    def rows(mask: Mask | None) -> Iterator[Row]:
        wanted = batch if mask is None else batch.filter(pa.array(mask))
        numbers = range(batch.num_rows) if mask is None else np.flatnonzero(mask).tolist()
        for number, record in zip(numbers, records(wanted), strict=True):
            yield Row(before + number + 1, record)

    return Block(_complete(batch) if fits else None, rows)


def _fits(schema: pa.Schema) -> bool:
    """Whether the columns are fields of the schema, once each, with types that suit them.

    `publication` has to be among them, as it has to be in a line.
    """
    names = schema.names
    return (
        len(set(names)) == len(names)
        and set(names) <= set(SCHEMA.names)
        and "publication" in names
        and all(_suits(field) for field in schema)
    )


def _suits(field: pa.Field) -> bool:
    kind, wanted = field.type, SCHEMA.field(field.name).type
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    if pa.types.is_null(kind):
        return True
    if field.name == "ts" and pa.types.is_timestamp(kind):
        return True
    if pa.types.is_integer(wanted):
        return bool(pa.types.is_integer(kind)) and kind != pa.uint64()
    if pa.types.is_string(wanted):
        return kind in (pa.string(), pa.large_string())
    if pa.types.is_list(wanted):
        if not pa.types.is_list(kind):
            return False
        inner, wanted = kind.value_type, wanted.value_type
        return bool(inner == wanted or (pa.types.is_integer(inner) and wanted == pa.int64()))
    return bool(kind == wanted)


def _is_kept_as_dictionary(column: pa.Array) -> bool:
    return bool(pa.types.is_dictionary(column.type)) and not column.dictionary.null_count


def _complete(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The columns in the schema's order; those that are absent are null."""
    columns = []
    for field in SCHEMA:
        place = batch.schema.get_field_index(field.name)
        if place < 0:
            column = pa.nulls(batch.num_rows, field.type)
        else:
            column = batch.column(place)
            if not (_is_kept_as_dictionary(column) or pa.types.is_timestamp(column.type)):
                column = column.cast(field.type)
        columns.append(column)
    return pa.RecordBatch.from_arrays(columns, names=SCHEMA.names)
