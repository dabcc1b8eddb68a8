"""The warehouse: one DuckDB file with one writer, behind a file lock that says who holds it.

The file is made whole under another name and renamed, so it exists with its tables or not
at all. A process that is killed leaves DuckDB's log beside it, which the next one replays.
"""

from __future__ import annotations

import fcntl
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from compressors.errors import ConfigurationError
from compressors.files import sync_directory
from pipelines.event_files import show

if TYPE_CHECKING:
    import duckdb


def refuse_other_peppers(connection: duckdb.DuckDBPyConnection, pepper_id: str) -> None:
    """One warehouse, one pepper: what is keyed with two never meets, and fits no engine of both.

    Raises:
        ConfigurationError: events of another pepper are stored.
    """
    other = connection.execute(
        "select min(pepper_id) from events where pepper_id <> ?", [pepper_id]
    ).fetchall()
    if other != [(None,)]:
        raise ConfigurationError(
            f"this home's warehouse holds events keyed with pepper {other[0][0]}, and the home has "
            f"{pepper_id}: nothing of the one fits the other; bring that pepper back, or use a new "
            "home for this one"
        )


LAYOUT = 5
"""Version of ``schema.sql``; raised whenever a table changes."""

_SCHEMA = Path(__file__).with_name("schema.sql")
_POLL_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Warehouse:
    """Where the warehouse is and what it may use of the machine.

    Attributes:
        path: The DuckDB file; its lock, its log and its spilled data stand beside it.
        threads: How many DuckDB may use; None leaves it the machine. No figure depends on it.
        patience: Seconds to wait for another writer before giving up.
        memory: What DuckDB may hold before it spills to disk.
        spill: What it may spill.
    """

    path: Path
    threads: int | None = None
    patience: float = 60.0
    memory: str = "1500MB"
    spill: str = "50GB"

    @contextmanager
    def connect(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """The only connection to the file, for as long as the block lasts.

        What the block has not committed is undone when it raises.

        Raises:
            ConfigurationError: another process keeps the file for longer than ``patience``,
                the place cannot be written to, or the file is no warehouse of this layout.
            KeyboardInterrupt: Ctrl-C, also in the middle of a query.
        """
        with self._locked():
            if not self.path.exists() or not self.path.stat().st_size:
                self._create()
            connection = self._open(self.path)
            try:
                self._check_layout(connection)
                show(connection)
                yield connection
            except RuntimeError as error:
                # DuckDB's word for Ctrl-C in the middle of a query.
                if str(error) == "Query interrupted":
                    raise KeyboardInterrupt from error
                raise
            finally:
                connection.close()

    def rewrite(self) -> None:
        """Write the file anew from its rows, so that deleted ones leave no bytes behind.

        Whoever is killed leaves the old file or the new one, whole.

        Raises:
            ConfigurationError: as for ``connect``.
        """
        fresh = self.path.with_name(f".{self.path.name}.part")
        with self._locked():
            if not self.path.exists():
                return
            for file in (fresh, fresh.with_name(f"{fresh.name}.wal")):
                file.unlink(missing_ok=True)
            connection = self._open(self.path)
            try:
                self._check_layout(connection)
                [[name]] = connection.execute("select current_database()").fetchall()
                place = str(fresh).replace("'", "''")
                connection.execute(f"attach '{place}' as fresh")
                connection.execute(f'copy from database "{name}" to fresh')
                connection.execute("detach fresh")
                connection.execute("checkpoint")
            finally:
                connection.close()
            fresh.replace(self.path)
            self.path.with_name(f"{self.path.name}.wal").unlink(missing_ok=True)
            sync_directory(self.path.parent)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        lock = self.path.with_name(f"{self.path.name}.lock")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise ConfigurationError(
                f"the warehouse {self.path} cannot be written to ({error.strerror}); choose "
                "another home with --home or TOIN_HOME, or mend the permissions"
            ) from error
        try:
            self._acquire(descriptor)
            # The text is a courtesy to whoever waits; only the lock itself decides.
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, _own_name().encode("utf-8", "replace"), 0)
            yield
        finally:
            os.close(descriptor)

    def _acquire(self, descriptor: int) -> None:
        deadline = time.monotonic() + self.patience
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    holder = os.pread(descriptor, 200, 0).decode("utf-8", "replace")
                    raise ConfigurationError(
                        f"the warehouse {self.path} is in use by {holder or 'another process'} "
                        f"and stayed so for {self.patience:g} s; wait for it to end and run "
                        "this again"
                    ) from None
                time.sleep(_POLL_SECONDS)
            else:
                return

    def _create(self) -> None:
        partial = self.path.with_name(f".{self.path.name}.part")
        for file in (partial, self.path):
            # Logs of a process that was killed in the middle of this, or of a file moved away.
            file.with_name(f"{file.name}.wal").unlink(missing_ok=True)
        partial.unlink(missing_ok=True)
        connection = self._open(partial)
        try:
            connection.execute(_SCHEMA.read_text(encoding="utf-8"))
            connection.execute("insert into layout values (?)", [LAYOUT])
        finally:
            connection.close()
        partial.replace(self.path)
        sync_directory(self.path.parent)

    def _open(self, path: Path) -> duckdb.DuckDBPyConnection:
        import duckdb

        settings: dict[str, str | int | bool | float | list[str]] = {
            "memory_limit": self.memory,
            "temp_directory": str(self.path.with_name(f"{self.path.name}.tmp")),
            "max_temp_directory_size": self.spill,
            # A closed network has no extensions to offer, and none is needed.
            "autoinstall_known_extensions": False,
        }
        if self.threads is not None:
            settings["threads"] = self.threads
        try:
            return duckdb.connect(path, config=settings)
        except (duckdb.Error, OSError) as error:
            first = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise ConfigurationError(
                f"the warehouse {self.path} cannot be opened ({first}); move it away and run "
                "this again: segments that are still there are read once more"
            ) from error

    def _check_layout(self, connection: duckdb.DuckDBPyConnection) -> None:
        import duckdb

        found: object = None
        with suppress(duckdb.CatalogException, ValueError):
            [[found]] = connection.execute("select version from layout").fetchall()
        if found != LAYOUT:
            raise ConfigurationError(
                f"the warehouse {self.path} has the layout {found or 'of something else'}, "
                f"expected {LAYOUT}; move it away and run this again: segments that are still "
                "there are read once more"
            )


def _own_name() -> str:
    command = Path(sys.argv[0]).name if sys.argv and sys.argv[0] else "python"
    return f"process {os.getpid()} ({command})"
