"""Originals behind handles: kept before their short form goes out, given back byte for byte."""

from __future__ import annotations

import os
import re
import sqlite3
import threading
import weakref
from collections.abc import Callable
from contextlib import closing
from errno import EDQUOT, ENOSPC
from pathlib import Path
from typing import Literal, NamedTuple, Protocol

from compressors.errors import HandleUnknown

StoreFault = Literal["store_full", "store_locked", "store_read_only", "store_damaged"]

_HANDLE = re.compile(r"[0-9a-f]{16}")
_SCHEMA = "create table if not exists originals (handle text primary key, content blob not null)"
_PAGE_BYTES = 4096

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


_NEXT: dict[StoreFault, str] = {
    "store_full": "make room and try again",
    "store_locked": "another process is writing to it; try again",
    "store_read_only": "mend its permissions",
    "store_damaged": "restore the file or move it away",
}


class _Open(NamedTuple):
    """An open connection, what it was opened on, and how it closes when it is forgotten."""

    identity: tuple[int, ...]
    connection: sqlite3.Connection
    close: Callable[[], object]


class HandleStore(Protocol):
    """Where an engine keeps originals. Implementations are safe to share between threads."""

    def put(self, handle: str, content: str) -> StoreFault | None:
        """Keep ``content``; None when it can surely be had back, else why it cannot."""
        ...

    def get(self, handle: str) -> str:
        """What was kept.

        Raises:
            HandleUnknown: nothing is kept under ``handle``, or the store cannot be read.
        """
        ...

    def close(self) -> None:
        """Let go of files. The store may be used again; it then opens them anew."""
        ...


class MemoryHandles:
    """Originals for the life of a process: tests and trials."""

    def __init__(self) -> None:
        self._contents: dict[str, str] = {}

    def put(self, handle: str, content: str) -> StoreFault | None:
        """Keep ``content``; a second content under one handle is refused as damage."""
        kept = self._contents.setdefault(handle, content)
        return None if kept == content else "store_damaged"

    def get(self, handle: str) -> str:
        """What was kept.

        Raises:
            HandleUnknown: nothing is kept under ``handle``.
        """
        try:
            return self._contents[handle]
        except KeyError:
            raise _unknown(handle, "the memory of this process") from None

    def close(self) -> None:
        """Nothing to let go of."""


class SqliteHandles:
    """Originals in one SQLite file, shared by processes and alive after a restart.

    Write-ahead logging lets a reader and a writer work at once, and a crash of the process
    loses nothing that was kept (a power cut may lose the last few). The file is made at the
    first original, readable by its owner alone.

    Args:
        path: the file.
        timeout_ms: how long a write waits for another process before it gives up.
        limit_bytes: how large the file may grow; None leaves that to the disk.
    """

    def __init__(
        self, path: Path, *, timeout_ms: int = 500, limit_bytes: int | None = None
    ) -> None:
        self._path = path
        self._timeout_ms = timeout_ms
        self._limit_bytes = limit_bytes
        self._lock = threading.Lock()
        self._open: _Open | None = None

    def put(self, handle: str, content: str) -> StoreFault | None:
        """Keep ``content``; None when it can surely be had back, else why it cannot."""
        data = content.encode("utf-8", "surrogatepass")
        with self._lock:
            try:
                connection = self._connection(create=True)
                with connection:
                    done = connection.execute(
                        "insert into originals values (?, ?) on conflict do nothing",
                        (handle, data),
                    )
                    if done.rowcount == 1:
                        return None
                    kept = connection.execute(
                        "select content from originals where handle = ?", (handle,)
                    ).fetchall()
                    return None if kept == [(data,)] else "store_damaged"
            except (sqlite3.Error, OSError) as error:
                return _fault(error)

    def get(self, handle: str) -> str:
        """What was kept, to the byte.

        Raises:
            HandleUnknown: nothing is kept under ``handle``, or the file cannot be read.
        """
        if not _HANDLE.fullmatch(handle):
            raise HandleUnknown(
                f"{handle[:40]!r} is no handle: expected the 16 hex digits that stand in the "
                "last line of a shortened text"
            )
        if not self._path.exists():
            raise _unknown(handle, str(self._path))
        with self._lock:
            try:
                found = self._find(handle)
            except (sqlite3.Error, OSError) as error:
                fault = _fault(error)
                raise HandleUnknown(
                    f"the original {handle} cannot be read: {self._path} is unusable "
                    f"({fault}: {error}); {_NEXT[fault]}"
                ) from error
        if not found:
            raise _unknown(handle, str(self._path))
        return bytes(found[0][0]).decode("utf-8", "surrogatepass")

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
            if self._limit_bytes is not None:
                pages = max(1, self._limit_bytes // _PAGE_BYTES)
                connection.execute(f"pragma max_page_count = {pages:d}").fetchall()
            with connection:
                connection.execute(_SCHEMA)
        except BaseException:
            connection.close()
            raise
        close = weakref.finalize(self, _close, connection, os.getpid())
        self._open = _Open(self._identity(), connection, close)
        return connection

    def _identity(self) -> tuple[int, ...]:
        """This process and the file; of a missing file nothing."""
        try:
            found = self._path.stat()
        except FileNotFoundError:
            return ()
        return os.getpid(), found.st_dev, found.st_ino


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


def _unknown(handle: str, where: str) -> HandleUnknown:
    return HandleUnknown(
        f"no original is kept under {handle} in {where}; "
        "check the 16 digits, and that --home names the home of the engine that shortened the text"
    )
