"""The published snapshot as Polars frames: the only thing the dashboard reads.

A snapshot is a directory of Parquet files that never changes; ``snapshots/current`` names
the one that holds. It is resolved once a page run, so that no page mixes two snapshots.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock

import msgspec
import polars as pl

from compressors.errors import ToinError
from pipelines.snapshot_schema import ACTIVITY, CURRENT, TABLES, Activity

_ID = re.compile(r"[0-9a-f]{8,64}")
_KEPT = 2


class SnapshotMissing(ToinError):
    """Nothing has been published in this home yet."""


class SnapshotDamaged(ToinError):
    """The snapshot that holds cannot be read as what it should be."""


class _Frames:
    """Tables that were read, of the snapshots used last: what was published never changes."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: OrderedDict[Path, dict[str, pl.DataFrame]] = OrderedDict()

    def table(self, directory: Path, name: str) -> pl.DataFrame:
        with self._lock:
            tables = self._kept.setdefault(directory, {})
            self._kept.move_to_end(directory)
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        if name not in tables:
            tables[name] = _read(directory / f"{name}.parquet", name)
        return tables[name]


_frames = _Frames()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One published state of the platform.

    Attributes:
        directory: Where its tables are.
        published: When it was last confirmed to hold, UTC.
    """

    directory: Path
    published: datetime

    @property
    def id(self) -> str:
        """The digest of its content."""
        return self.directory.name

    def table(self, name: str) -> pl.DataFrame:
        """One of the tables of ``pipelines.snapshot_schema``, with exactly its columns.

        Raises:
            SnapshotDamaged: the file is missing, is no Parquet, or lacks a column.
        """
        return _frames.table(self.directory, name)

    def activity(self) -> Activity | None:
        """What the platform was last seen doing; None where that is not known."""
        try:
            content = (self.directory.parent / ACTIVITY).read_bytes()
            return msgspec.json.decode(content, type=Activity)
        except (OSError, msgspec.MsgspecError):
            return None


def _read(path: Path, name: str) -> pl.DataFrame:
    try:
        frame = pl.read_parquet(path)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise SnapshotDamaged(
            f"{path} cannot be read ({type(error).__name__}); "
            "run `toin run` again: it publishes a new snapshot"
        ) from error
    missing = [column for column in TABLES[name] if column not in frame.columns]
    if missing:
        raise SnapshotDamaged(
            f"{path} lacks the column {missing[0]!r}; it was written by another version: "
            "run `toin run` again"
        )
    return frame.select(list(TABLES[name]))


def current(snapshots: Path) -> Snapshot:
    """The snapshot that holds now.

    Raises:
        SnapshotMissing: no snapshot was ever published below this home.
        SnapshotDamaged: the pointer names nothing that is there.
    """
    pointer = snapshots / CURRENT
    try:
        name = pointer.read_text(encoding="ascii").strip()
        published = datetime.fromtimestamp(pointer.stat().st_mtime, UTC)
    except FileNotFoundError as error:
        raise SnapshotMissing(
            f"no snapshot in {snapshots} yet; run `toin run` (or `make run`) first"
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise SnapshotDamaged(f"{pointer} cannot be read; run `toin run` again") from error
    directory = snapshots / name
    if not _ID.fullmatch(name) or not directory.is_dir():
        raise SnapshotDamaged(f"{pointer} names a snapshot that is not there; run `toin run` again")
    return Snapshot(directory, published)
