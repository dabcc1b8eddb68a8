"""Rows out of a segment's file, one JSON object each, whatever the format and its state.

A file that is cut off or damaged gives every row before the damage, and then says where
it ends. Memory is bounded by the block, never by the file or by a line.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
import zstandard

from compressors.events import LONGEST_ROW

_CHUNK = 1 << 20
# Compressed bytes at a time: what they unfold to has no bound of its own.
_COMPRESSED_CHUNK = 1 << 14
_PARQUET_ROWS = 10_000
UNREADABLE = (pa.ArrowException, OSError, ValueError, msgspec.EncodeError)
"""What reading a damaged Parquet file raises."""


class Row(NamedTuple):
    """One row: its number from 1 and its JSON. ``damage`` is why there is none."""

    line: int
    content: bytes
    damage: str = ""


def read_rows(path: Path) -> Iterator[Row]:
    """The rows of a segment, in order; lines of white space are none.

    Raises:
        OSError: the file cannot be read.
    """
    if path.name.endswith(".parquet"):
        return _parquet(path)
    return lines(text_of(path))


def text_of(path: Path) -> Iterator[bytes]:
    """The text of a segment of lines, unfolded, in pieces that end anywhere.

    Raises:
        OSError: the file cannot be read.
        BrokenError: it is damaged from here on.
    """
    return _unfolded(path) if path.name.endswith(".zst") else _chunks(path, _CHUNK)


class BrokenError(Exception):
    """The bytes end here, though the format says that there are more; the text says why."""


def _chunks(path: Path, size: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(size):
            yield block


def _unfolded(path: Path) -> Iterator[bytes]:
    frame = None
    for block in _chunks(path, _COMPRESSED_CHUNK):
        rest = block
        while rest:
            if frame is None:
                frame = zstandard.ZstdDecompressor().decompressobj()
            try:
                yield frame.decompress(rest)
            except zstandard.ZstdError as error:
                raise BrokenError("is no zstd from here on: the file is damaged") from error
            rest = b""
            if frame.eof:
                rest, frame = frame.unused_data, None
    if frame is not None:
        raise BrokenError("is cut off here: the file ends within a zstd frame")


def lines(text: Iterable[bytes], before: int = 0) -> Iterator[Row]:
    """The rows of the pieces of ``text``; ``before`` are the lines that stand before it."""
    number = before
    begun = b""  # of a line that the next piece continues; at most a little too long
    try:
        for block in text:
            first, *others = block.split(b"\n")
            # Enough is kept of an overlong line to see that it is one.
            begun += first[: LONGEST_ROW + 1 - min(len(begun), LONGEST_ROW + 1)]
            for line in others:
                number += 1
                if not begun.isspace() and begun:
                    yield Row(number, begun)
                begun = line
            begun = begun[: LONGEST_ROW + 1]
    except BrokenError as broken:
        yield Row(number + 1, begun, damage=str(broken))
    else:
        if not begun.isspace() and begun:
            yield Row(number + 1, begun)


def _parquet(path: Path) -> Iterator[Row]:
    number = 0
    try:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=_PARQUET_ROWS):
                for record in records(batch):
                    number += 1
                    yield Row(number, record)
    except UNREADABLE as error:
        if not path.exists():
            raise
        yield damaged(number, error)


def damaged(number: int, error: Exception) -> Row:
    """What stands for the rest of a Parquet file after its row ``number``."""
    why = "is no Parquet, or the file is cut off" if number == 0 else "is damaged from here on"
    return Row(number + 1, type(error).__name__.encode(), damage=why)


def records(batch: pa.RecordBatch) -> Iterator[bytes]:
    """The rows of a batch as JSON, as an engine would write them.

    Raises:
        msgspec.EncodeError, TypeError: a value that JSON cannot have.
    """
    for record in pa.Table.from_batches([_with_text_times(batch)]).to_pylist():
        yield msgspec.json.encode(record)


def _with_text_times(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The batch with a time stamp of type timestamp written as the schema writes it."""
    place = batch.schema.get_field_index("ts")
    if place < 0 or not pa.types.is_timestamp(batch.schema.field(place).type):
        return batch
    times = batch.column(place)
    if times.type.tz is not None:
        times = times.cast(pa.timestamp(times.type.unit, "UTC"))
    # What is finer than a millisecond stays visible, and is refused as any other row's is.
    texts = pc.strftime(times, format="%Y-%m-%dT%H:%M:%SZ")
    return batch.set_column(place, "ts", texts)
