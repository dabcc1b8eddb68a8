"""Where a home keeps its things: one place that knows every path below it."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from compressors.errors import ConfigurationError

DEFAULT_HOME = ".toin"


class Home(msgspec.Struct, frozen=True):
    """The directory of one organisation or experiment: pepper, handles, warehouse, snapshots."""

    root: Path

    @classmethod
    def at(cls, path: str | os.PathLike[str] | None = None) -> Home:
        """The home at ``path``, else at ``TOIN_HOME``, else ``.toin``. Creates nothing."""
        return cls(Path(path or os.environ.get("TOIN_HOME") or DEFAULT_HOME).expanduser())

    def ensure(self) -> Home:
        """Create the directory, private to its owner.

        Raises:
            ConfigurationError: it cannot be created or written to.
        """
        try:
            self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise ConfigurationError(
                f"the home {self.root} cannot be created ({error.strerror}); "
                "choose a directory you may write to with --home or TOIN_HOME"
            ) from error
        if not os.access(self.root, os.W_OK | os.X_OK):
            raise ConfigurationError(
                f"the home {self.root} is not writable; "
                "choose another with --home or TOIN_HOME, or mend its permissions"
            )
        return self

    @property
    def pepper(self) -> Path:
        """The secret that keys every hash."""
        return self.root / "pepper"

    @property
    def handles(self) -> Path:
        """Originals behind their handles."""
        return self.root / "handles.sqlite"

    @property
    def segments(self) -> Path:
        """Where recorded traffic writes its segments, one directory a pass."""
        return self.root / "segments"

    @property
    def inbox(self) -> Path:
        """A watched directory: closed segments that appear here are ingested."""
        return self.root / "inbox"

    @property
    def warehouse(self) -> Path:
        """The one DuckDB file."""
        return self.root / "warehouse.duckdb"

    @property
    def snapshots(self) -> Path:
        """What the dashboard reads, one directory a snapshot."""
        return self.root / "snapshots"

    @property
    def recommendations(self) -> Path:
        """The current publication."""
        return self.root / "recommendations.toml"

    @property
    def dagster(self) -> Path:
        """Dagster's own home: run history, event log, dagster.yaml."""
        return self.root / "dagster"
