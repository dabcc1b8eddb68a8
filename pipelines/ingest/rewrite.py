"""A segment without the rows that are to go: another file, under the name of its own digest."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
import zstandard

from compressors.events import LONGEST_ROW, RowRefused, decode
from compressors.files import sync_directory
from pipelines.ingest.rows import Row, read_rows

_DIGEST = re.compile(r"-[0-9a-f]{16}$")
_TIME = re.compile(rb'"ts"\s*:\s*"(2\d{3}-\d{2}-\d{2})')


class Scope(NamedTuple):
    """What is to go: all of one keyed instance, or all of the days before one (``YYYY-MM-DD``)."""

    instance: str = ""
    before: str = ""

    def covers(self, instance: str, ts: str) -> bool:
        """Whether what ``instance`` reports of the time ``ts`` is to go."""
        return instance == self.instance or ts < self.before

    def covers_row(self, row: Row) -> bool:
        """Whether the row is to go; what is no event, where it may be about what is to go."""
        if row.damage:
            return False
        try:
            event = decode(row.content)
        except RowRefused:
            return self._may_cover(row.content)
        return self.covers(event.instance, event.ts)

    def _may_cover(self, content: bytes) -> bool:
        if len(content) > LONGEST_ROW:
            return True  # only its beginning has been read
        if self.instance:
            return self.instance.encode() in content
        time = _TIME.search(content)
        return time is None or time[1].decode() < self.before


def rows_to_go(path: Path, scope: Scope) -> int:
    """How many rows of the segment are to go.

    Raises:
        OSError: the file cannot be read.
    """
    return sum(map(scope.covers_row, read_rows(path)))


def rewritten(path: Path, scope: Scope) -> Path | None:
    """Replace the segment by one without the rows that are to go; None where none is left.

    The new file is complete before the old one is removed; what follows damage is not kept.
    A second call finds nothing to do.

    Raises:
        OSError: the folder cannot be written to; the old file is untouched.
    """
    suffix = next(s for s in (".jsonl.zst", ".jsonl", ".parquet") if path.name.endswith(s))
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        kept = _write_parquet(path, partial, scope) if suffix == ".parquet" else _write_lines(
            path, partial, scope, compressed=suffix.endswith(".zst")
        )  # fmt: skip
        target = None
        if kept:
            with partial.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()[:16]
            stem = _DIGEST.sub("", path.name.removesuffix(suffix))
            target = path.with_name(f"{stem}-{digest}{suffix}")
            partial.replace(target)
        if target != path:
            path.unlink()
    finally:
        partial.unlink(missing_ok=True)
    sync_directory(path.parent)
    return target


def _write_lines(path: Path, partial: Path, scope: Scope, *, compressed: bool) -> int:
    kept = 0
    with _writer(partial, compressed=compressed) as out:
        for row in read_rows(path):
            if not row.damage and not scope.covers_row(row):
                out.write(row.content + b"\n")
                kept += 1
    return kept


@contextmanager
def _writer(partial: Path, *, compressed: bool) -> Iterator[BinaryIO | Any]:
    with partial.open("wb") as file:
        if compressed:
            with zstandard.ZstdCompressor().stream_writer(file, closefd=False) as out:
                yield out
        else:
            yield file
        file.flush()
        os.fsync(file.fileno())


def _write_parquet(path: Path, partial: Path, scope: Scope) -> int:
    stays = [not row.damage and not scope.covers_row(row) for row in read_rows(path)]
    table = pq.read_table(path)
    left = table.filter(pa.array(stays[: table.num_rows]))
    with partial.open("wb") as file:
        pq.write_table(left, file)
        file.flush()
        os.fsync(file.fileno())
    return int(left.num_rows)
