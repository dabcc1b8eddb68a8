"""The published snapshot as Polars frames: the only thing the dashboard reads.

A snapshot is a directory of Parquet files that never changes; ``snapshots/current`` names
the one that holds. It is resolved once a page run, so that no page mixes two snapshots.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from compressors.errors import ToinError
from pipelines.snapshot_schema import TABLES

_ID = re.compile(r"[0-9a-f]{8,64}")


class SnapshotMissing(ToinError):
    """Nothing has been published in this home yet."""


class SnapshotDamaged(ToinError):
    """The snapshot that holds cannot be read as what it should be."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One published state of the platform."""

    directory: Path

    @property
    def id(self) -> str:
        """The digest of its content."""
        return self.directory.name

    def table(self, name: str) -> pl.DataFrame:
        """One of the tables of ``pipelines.snapshot_schema``, with exactly its columns.

        Raises:
            SnapshotDamaged: the file is missing, is no Parquet, or lacks a column.
        """
        path = self.directory / f"{name}.parquet"
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
    pointer = snapshots / "current"
    try:
        name = pointer.read_text(encoding="ascii").strip()
    except FileNotFoundError as error:
        raise SnapshotMissing(
            f"no snapshot in {snapshots} yet; run `toin run` (or `make run`) first"
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise SnapshotDamaged(f"{pointer} cannot be read; run `toin run` again") from error
    directory = snapshots / name
    if not _ID.fullmatch(name) or not directory.is_dir():
        raise SnapshotDamaged(f"{pointer} names a snapshot that is not there; run `toin run` again")
    return Snapshot(directory)
