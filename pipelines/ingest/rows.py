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

_BLOCK = 1 << 20
# Compressed bytes at a time: what they unfold to has no bound of its own.
_COMPRESSED_BLOCK = 1 << 14
_PARQUET_ROWS = 10_000


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
    if path.name.endswith(".zst"):
        return _lines(_unfolded(path))
    return _lines(_blocks(path, _BLOCK))


class _BrokenError(Exception):
    """The bytes end here, though the format says that there are more."""


def _blocks(path: Path, size: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(size):
            yield block


def _unfolded(path: Path) -> Iterator[bytes]:
    frame = None
    for block in _blocks(path, _COMPRESSED_BLOCK):
        rest = block
        while rest:
            if frame is None:
                frame = zstandard.ZstdDecompressor().decompressobj()
            try:
                yield frame.decompress(rest)
            except zstandard.ZstdError as error:
                raise _BrokenError("is no zstd from here on: the file is damaged") from error
            rest = b""
            if frame.eof:
                rest, frame = frame.unused_data, None
    if frame is not None:
        raise _BrokenError("is cut off here: the file ends within a zstd frame")


def _lines(blocks: Iterable[bytes]) -> Iterator[Row]:
    number = 0
    begun = b""  # of a line that the next block continues; at most a little too long
    try:
        for block in blocks:
            first, *others = block.split(b"\n")
            # Enough is kept of an overlong line to see that it is one.
            begun += first[: LONGEST_ROW + 1 - min(len(begun), LONGEST_ROW + 1)]
            for line in others:
                number += 1
                if not begun.isspace() and begun:
                    yield Row(number, begun)
                begun = line
            begun = begun[: LONGEST_ROW + 1]
    except _BrokenError as broken:
        yield Row(number + 1, begun, damage=str(broken))
    else:
        if not begun.isspace() and begun:
            yield Row(number + 1, begun)


def _parquet(path: Path) -> Iterator[Row]:
    number = 0
    try:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=_PARQUET_ROWS):
                for record in pa.Table.from_batches([_with_text_times(batch)]).to_pylist():
                    number += 1
                    yield Row(number, msgspec.json.encode(record))
    except (pa.ArrowException, OSError, ValueError, msgspec.EncodeError) as error:
        if not path.exists():
            raise
        why = "is no Parquet, or the file is cut off" if number == 0 else "is damaged from here on"
        yield Row(number + 1, type(error).__name__.encode(), damage=why)


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
