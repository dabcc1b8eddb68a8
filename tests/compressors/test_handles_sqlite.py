"""The SQLite file: processes, forks, faults, what it forgets and when."""

import errno
import os
import sqlite3
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from compressors.errors import HandleUnknown
from compressors.handles import SqliteHandles
from compressors.handles.sqlite import _fault

KEY = "0123456789abcdef"
OTHER = "f" * 16


def test_asking_creates_nothing_and_keeping_creates_for_the_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "home" / "handles.sqlite"
    store = SqliteHandles(path)
    with pytest.raises(HandleUnknown):
        store.get(KEY)
    assert not path.parent.exists()
    assert store.put(KEY, "x") is None
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    store.close()


def test_two_processes_share_a_store_and_a_restart_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "handles.sqlite"
    store = SqliteHandles(path)
    script = (
        "import sys\n"
        "from pathlib import Path\n"
        "from compressors.handles import SqliteHandles\n"
        "store = SqliteHandles(Path(sys.argv[1]))\n"
        "assert all(store.put(f'{n:016x}', f'other {n}') is None for n in range(100, 160))\n"
    )
    other = subprocess.Popen([sys.executable, "-W", "error", "-c", script, str(path)])
    faults = [store.put(f"{n:016x}", f"mine {n}") for n in range(60)]
    assert other.wait(timeout=30) == 0
    assert faults == [None] * 60
    assert store.get(f"{159:016x}") == "other 159"
    store.close()
    again = SqliteHandles(path)
    assert [again.get(f"{n:016x}") for n in range(60)] == [f"mine {n}" for n in range(60)]
    again.close()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_fork_opens_its_own_connection(tmp_path: Path) -> None:
    store = SqliteHandles(tmp_path / "handles.sqlite")
    store.put(KEY, "parent")
    child = os.fork()
    if child == 0:
        os._exit(0 if store.put(OTHER, "child") is None and store.get(KEY) == "parent" else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert store.get(OTHER) == "child"
    assert store.put("a" * 16, "parent again") is None
    store.close()


def test_a_forgotten_store_closes_itself(tmp_path: Path) -> None:
    store = SqliteHandles(tmp_path / "handles.sqlite")
    store.put(KEY, "x")
    del store  # an open connection would be a ResourceWarning, which is an error here
    assert SqliteHandles(tmp_path / "handles.sqlite").get(KEY) == "x"


def test_a_store_that_was_moved_away_is_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "handles.sqlite"
    store = SqliteHandles(path)
    store.put(KEY, "x")
    for file in tmp_path.iterdir():
        file.unlink()
    assert store.put(OTHER, "y") is None
    fresh = SqliteHandles(path)
    assert fresh.get(OTHER) == "y"
    with pytest.raises(HandleUnknown):
        store.get(KEY)
    fresh.close()
    store.close()


def test_a_full_store_says_so_and_keeps_what_it_has(tmp_path: Path) -> None:
    store = SqliteHandles(tmp_path / "handles.sqlite", limit_bytes=64 * 1024)
    assert store.put(KEY, "small") is None
    assert store.put(OTHER, "x" * 200_000) == "store_full"
    assert store.get(KEY) == "small"
    with pytest.raises(HandleUnknown):
        store.get(OTHER)
    store.close()


class Clock:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


def test_a_full_store_lets_the_oldest_go_but_none_of_the_last_day(tmp_path: Path) -> None:
    clock = Clock()
    store = SqliteHandles(tmp_path / "h.sqlite", limit_bytes=400_000, clock=clock)
    handles = [f"{n:016x}" for n in range(30)]
    large = "x" * 50_000
    assert [store.put(handle, large + handle) for handle in handles[:5]] == [None] * 5
    clock.now += 2 * 86_400
    assert store.put(handles[2], large + handles[2]) is None
    taken = [store.put(handle, large + handle) for handle in handles[5:]]
    assert "store_full" in taken, "what is younger than a day is never let go"
    kept = taken.index("store_full")
    assert kept >= 4
    for handle in (handles[2], *handles[5 : 5 + kept]):
        assert store.get(handle) == large + handle
    with pytest.raises(HandleUnknown):
        store.get(handles[0])
    store.close()


def test_a_file_of_an_earlier_version_is_taken_over(tmp_path: Path) -> None:
    path = tmp_path / "h.sqlite"
    old = sqlite3.connect(path)
    old.execute("create table originals (handle text primary key, content blob not null)")
    old.execute("insert into originals values (?, ?)", (KEY, b"of old"))
    old.commit()
    old.close()
    clock = Clock()
    store = SqliteHandles(path, clock=clock, max_age_days=3)
    assert store.get(KEY) == "of old"
    assert store.put(OTHER, "new") is None
    clock.now += 2 * 86_400
    assert store.put("a" * 16, "newer") is None
    assert store.get(KEY) == "of old", "its age counts from the day it was taken over"
    clock.now += 2 * 86_400
    assert store.put("b" * 16, "newest") is None
    with pytest.raises(HandleUnknown):
        store.get(KEY)
    store.close()


def test_a_locked_store_says_so_in_time(tmp_path: Path) -> None:
    path = tmp_path / "handles.sqlite"
    store = SqliteHandles(path, timeout_ms=20)
    assert store.put(KEY, "x") is None
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("begin immediate")
    started = time.monotonic()
    assert store.put(OTHER, "y") == "store_locked"
    assert time.monotonic() - started < 5
    assert store.get(KEY) == "x"
    other.execute("rollback")
    other.close()
    assert store.put(OTHER, "y") is None
    store.close()


def test_a_place_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert SqliteHandles(tmp_path / "file" / "handles.sqlite").put(KEY, "x") == "store_read_only"
    (tmp_path / "directory.sqlite").mkdir()
    assert SqliteHandles(tmp_path / "directory.sqlite").put(KEY, "x") == "store_read_only"


def sqlite_error(code: int) -> sqlite3.Error:
    error = sqlite3.OperationalError("told by its code alone")
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (sqlite_error(sqlite3.SQLITE_FULL), "store_full"),
        (sqlite_error(sqlite3.SQLITE_BUSY_SNAPSHOT), "store_locked"),
        (sqlite_error(sqlite3.SQLITE_LOCKED_SHAREDCACHE), "store_locked"),
        (sqlite_error(sqlite3.SQLITE_READONLY_DBMOVED), "store_read_only"),
        (sqlite_error(sqlite3.SQLITE_CORRUPT_INDEX), "store_damaged"),
        (sqlite_error(sqlite3.SQLITE_IOERR_READ), "store_damaged"),
        (sqlite3.ProgrammingError("closed"), "store_damaged"),
        (OSError(errno.ENOSPC, "full"), "store_full"),
        (PermissionError(errno.EACCES, "denied"), "store_read_only"),
    ],
)
def test_every_error_is_one_of_four_faults(error: Exception, fault: str) -> None:
    assert _fault(error) == fault


def test_a_store_that_turned_read_only_says_so(tmp_path: Path) -> None:
    store = SqliteHandles(tmp_path / "handles.sqlite")
    store.put(KEY, "x")
    assert store._open is not None
    store._open.connection.execute("pragma query_only = on").fetchall()
    assert store.put(OTHER, "y") == "store_read_only"
    assert store.get(KEY) == "x"
    store.close()


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only for the superuser")
def test_a_read_only_file_says_so(tmp_path: Path) -> None:
    path = tmp_path / "handles.sqlite"
    store = SqliteHandles(path)
    store.put(KEY, "x")
    store.close()
    path.chmod(0o400)
    assert SqliteHandles(path).put(OTHER, "x") == "store_read_only"


@pytest.mark.parametrize(
    "content", [b"not a database" * 500, b"SQLite format 3\x00" + b"\xff" * 9000]
)
def test_a_damaged_store_says_so(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "handles.sqlite"
    path.write_bytes(content)
    store = SqliteHandles(path)
    assert store.put(KEY, "x") == "store_damaged"
    with pytest.raises(HandleUnknown, match="store_damaged"):
        store.get(KEY)
    assert path.read_bytes() == content


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only for the superuser")
def test_a_store_that_may_only_be_read_is_read(tmp_path: Path) -> None:
    folder = tmp_path / "home"
    store = SqliteHandles(folder / "handles.sqlite")
    assert store.put(KEY, "kept") is None
    store.close()
    (folder / "handles.sqlite").chmod(0o400)
    folder.chmod(0o500)
    try:
        assert SqliteHandles(folder / "handles.sqlite").get(KEY) == "kept"
    finally:
        folder.chmod(0o700)


@pytest.mark.parametrize("journal", [False, True])
def test_what_cannot_be_opened_for_writing_is_opened_for_reading(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, journal: bool
) -> None:
    """With another process's journal beside the file, what stands in that is found too."""
    path = tmp_path / "handles.sqlite"
    other, reader = SqliteHandles(path), SqliteHandles(path)
    assert other.put(KEY, "kept") is None
    if not journal:
        other.close()
    assert Path(f"{path}-wal").exists() is journal

    def refuse(*, create: bool) -> sqlite3.Connection:
        raise sqlite_error(sqlite3.SQLITE_CANTOPEN)

    monkeypatch.setattr(reader, "_connection", refuse)
    assert reader.get(KEY) == "kept"
    with pytest.raises(HandleUnknown, match="no original is kept"):
        reader.get(OTHER)
    other.close()
