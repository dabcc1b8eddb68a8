"""Originals in one SQLite file."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
import weakref
from collections.abc import Callable
from contextlib import closing
from errno import EDQUOT, ENOSPC
from pathlib import Path
from typing import NamedTuple

from compressors.handles.base import (
    DAY,
    MAX_AGE_DAYS,
    StoreFault,
    check,
    decoded,
    encoded,
    unknown,
    unreadable,
)

LIMIT_BYTES = 2 * 1024**3
"""How large the file may grow, unless a store is told otherwise."""

_SCHEMA = """
create table if not exists originals (
    handle text primary key, content blob not null, kept_at integer not null default 0
)
"""
_AGED = "alter table originals add column kept_at integer not null default 0"
_BY_AGE = "create index if not exists originals_by_age on originals (kept_at)"
_PAGE_BYTES = 4096
# An original of the last day may stand in a conversation that is still going on.
_YOUNG = DAY
_TIDY_EVERY = 3600.0
# An original that is put again is as good as new, but not every time worth a write.
_FRESH = 3600.0
_BATCH = 64

_FAULTS: dict[int, StoreFault] = {
    sqlite3.SQLITE_FULL: "store_full",
    sqlite3.SQLITE_TOOBIG: "store_full",
    sqlite3.SQLITE_NOMEM: "store_full",
    sqlite3.SQLITE_BUSY: "store_locked",
    sqlite3.SQLITE_LOCKED: "store_locked",
    sqlite3.SQLITE_READONLY: "store_read_only",
    sqlite3.SQLITE_CANTOPEN: "store_read_only",
    sqlite3.SQLITE_PERM: "store_read_only",
    sqlite3.SQLITE_AUTH: "store_read_only",
}


class _Open(NamedTuple):
    """An open connection, what it was opened on, and how it closes when it is forgotten."""

    identity: tuple[int, ...]
    connection: sqlite3.Connection
    close: Callable[[], object]


class SqliteHandles:
    """Originals in one SQLite file, shared by processes and alive after a restart.

    Write-ahead logging lets a reader and a writer work at once, and a crash of the process
    loses nothing that was kept (a power cut may lose the last few). The file is made at the
    first original, readable by its owner alone. Originals leave when they are too old, and,
    where the file is full, the oldest of those that are older than a day.

    Args:
        path: the file.
        timeout_ms: how long a write waits for another process before it gives up.
        limit_bytes: how large the file may grow.
        max_age_days: how long an original is kept after it was last put.
        clock: seconds since the epoch.
    """

    def __init__(
        self,
        path: Path,
        *,
        timeout_ms: int = 500,
        limit_bytes: int = LIMIT_BYTES,
        max_age_days: float = MAX_AGE_DAYS,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._path = path
        self._timeout_ms = timeout_ms
        self._limit_bytes = limit_bytes
        self._max_age = max_age_days * DAY
        self._clock = clock
        self._tidied = float("-inf")
        self._lock = threading.Lock()
        self._open: _Open | None = None

    def put(self, handle: str, content: str) -> StoreFault | None:
        """Keep ``content``; None when it can surely be had back, else why it cannot."""
        data, now = encoded(content), self._clock()
        with self._lock:
            try:
                connection = self._connection(create=True)
                self._expire(connection, now)
                try:
                    return _put(connection, handle, data, now)
                except sqlite3.OperationalError as error:
                    if _fault(error) != "store_full":
                        raise
                    _make_room(connection, len(data), before=now - _YOUNG)
                    return _put(connection, handle, data, now)
            except (sqlite3.Error, OSError) as error:
                return _fault(error)

    def get(self, handle: str) -> str:
        """What was kept, to the byte.

        Raises:
            HandleUnknown: nothing is kept under ``handle``, or the file cannot be read.
        """
        check(handle)
        if not self._path.exists():
            raise unknown(handle, str(self._path))
        with self._lock:
            try:
                found = self._find(handle)
            except (sqlite3.Error, OSError) as error:
                raise unreadable(handle, str(self._path), _fault(error), error) from error
        if not found:
            raise unknown(handle, str(self._path))
        return decoded(bytes(found[0][0]))

    def close(self) -> None:
        """Close the file; it is opened anew when it is needed."""
        with self._lock:
            if self._open is not None:
                self._open.close()
                self._open = None

    def _find(self, handle: str) -> list[tuple[bytes]]:
        query = "select content from originals where handle = ?"
        try:
            return self._connection(create=False).execute(query, (handle,)).fetchall()
        except (sqlite3.Error, OSError) as error:
            if _fault(error) != "store_read_only":
                raise
        # Who may only read opens it for that. Without a journal beside it, the file is complete
        # as it lies there; SQLite's own way would want to write an index of the journal.
        journal = Path(f"{self._path}-wal")
        complete = not journal.exists() or journal.stat().st_size == 0
        mode = "immutable=1" if complete else "mode=ro"
        with closing(sqlite3.connect(f"{self._path.resolve().as_uri()}?{mode}", uri=True)) as found:
            return found.execute(query, (handle,)).fetchall()

    def _connection(self, *, create: bool) -> sqlite3.Connection:
        """A connection of this process to the file that bears the name now.

        SQLite's connections must not be carried over a fork, and one to a file that was
        moved away would take originals that nobody finds again.
        """
        if self._open is not None and self._open.identity == self._identity():
            return self._open.connection
        if self._open is not None:
            self._open.close()
            self._open = None
        if create:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            os.close(os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600))
        connection = sqlite3.connect(
            self._path, timeout=self._timeout_ms / 1000, check_same_thread=False
        )
        try:
            connection.execute("pragma journal_mode = wal").fetchall()
            connection.execute("pragma synchronous = normal").fetchall()
            pages = max(1, self._limit_bytes // _PAGE_BYTES)
            connection.execute(f"pragma max_page_count = {pages:d}").fetchall()
            with connection:
                connection.execute(_SCHEMA)
                _add_ages(connection, self._clock())
        except BaseException:
            connection.close()
            raise
        close = weakref.finalize(self, _close, connection, os.getpid())
        self._open = _Open(self._identity(), connection, close)
        return connection

    def _expire(self, connection: sqlite3.Connection, now: float) -> None:
        """Let go of what is too old, now and then."""
        if now - self._tidied < _TIDY_EVERY:
            return
        with connection:
            connection.execute(
                "delete from originals where kept_at < ?", (int(now - self._max_age),)
            )
        self._tidied = now

    def _identity(self) -> tuple[int, ...]:
        """This process and the file; of a missing file nothing."""
        try:
            found = self._path.stat()
        except FileNotFoundError:
            return ()
        return os.getpid(), found.st_dev, found.st_ino


def _add_ages(connection: sqlite3.Connection, now: float) -> None:
    """Bring a file of an earlier version up to date; its originals count as put now."""
    columns = {row[1] for row in connection.execute("pragma table_info(originals)")}
    if "kept_at" not in columns:
        connection.execute(_AGED)
        connection.execute("update originals set kept_at = ?", (int(now),))
    connection.execute(_BY_AGE)


def _put(connection: sqlite3.Connection, handle: str, data: bytes, now: float) -> StoreFault | None:
    with connection:
        done = connection.execute(
            "insert into originals (handle, content, kept_at) values (?, ?, ?) "
            "on conflict do nothing",
            (handle, data, int(now)),
        )
        if done.rowcount == 1:
            return None
        kept = connection.execute(
            "select content, kept_at from originals where handle = ?", (handle,)
        ).fetchall()
        if [row[:1] for row in kept] != [(data,)]:
            return "store_damaged"
        if now - kept[0][1] > _FRESH:
            connection.execute(
                "update originals set kept_at = ? where handle = ?", (int(now), handle)
            )
        return None


def _make_room(connection: sqlite3.Connection, size: int, *, before: float) -> None:
    """Let go of the oldest originals, as many bytes as are needed, but of none that is young."""
    freed = 0
    while freed <= size + _PAGE_BYTES:
        oldest = connection.execute(
            "select handle, length(content) from originals where kept_at < ? "
            "order by kept_at, handle limit ?",
            (int(before), _BATCH),
        ).fetchall()
        if not oldest:
            return
        with connection:
            for handle, length in oldest:
                if freed > size + _PAGE_BYTES:
                    break
                connection.execute("delete from originals where handle = ?", (handle,))
                freed += length + _PAGE_BYTES


def _close(connection: sqlite3.Connection, process: int) -> None:
    """Close, but never a parent's connection: that would drop the parent's locks."""
    if os.getpid() == process:
        connection.close()


def _fault(error: Exception) -> StoreFault:
    """The fault value of an error. What is no space, lock or permission is damage."""
    if isinstance(error, OSError):
        return "store_full" if error.errno in (ENOSPC, EDQUOT) else "store_read_only"
    code = getattr(error, "sqlite_errorcode", None)
    # Extended codes carry the primary one in their low byte.
    return _FAULTS.get(code & 0xFF, "store_damaged") if code is not None else "store_damaged"
