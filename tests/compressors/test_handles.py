"""Originals come back byte for byte, or the store says why it cannot keep them."""

import errno
import os
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compressors.errors import HandleUnknown
from compressors.handles import HandleStore, MemoryHandles, SqliteHandles, _fault

KEY = "0123456789abcdef"
OTHER = "f" * 16


@pytest.fixture(params=["sqlite", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> HandleStore:
    if request.param == "memory":
        return MemoryHandles()
    return SqliteHandles(tmp_path / "home" / "handles.sqlite")


def test_what_is_kept_comes_back(store: HandleStore) -> None:
    content = 'line\r\nline\n\x00\ud800 "ünï" 漢字\n'
    assert store.put(KEY, content) is None
    assert store.put(KEY, content) is None
    assert store.get(KEY) == content
    store.close()


def test_a_second_content_under_one_handle_is_no_success(store: HandleStore) -> None:
    assert store.put(KEY, "one") is None
    assert store.put(KEY, "two") == "store_damaged"
    assert store.get(KEY) == "one"
    store.close()


def test_nothing_is_known_of_what_was_not_kept(store: HandleStore) -> None:
    with pytest.raises(HandleUnknown, match=f"{KEY}.*--home"):
        store.get(KEY)
    store.put(KEY, "x")
    with pytest.raises(HandleUnknown, match=OTHER):
        store.get(OTHER)
    store.close()


@settings(max_examples=50, deadline=None)
@given(content=st.text(alphabet=st.characters(exclude_categories=()), max_size=200))
def test_any_text_survives(content: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("any") / "handles.sqlite"
    first = SqliteHandles(path)
    assert first.put(KEY, content) is None
    first.close()
    second = SqliteHandles(path)
    assert second.get(KEY) == content
    second.close()


@pytest.mark.parametrize("handle", ["", "xyz", KEY[:-1], KEY.upper(), KEY + "\n", "' or 1 --"])
def test_what_has_no_form_of_a_handle_is_told_so(tmp_path: Path, handle: str) -> None:
    with pytest.raises(HandleUnknown, match="is no handle"):
        SqliteHandles(tmp_path / "h.sqlite").get(handle)


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


def test_threads_share_a_store(tmp_path: Path) -> None:
    store = SqliteHandles(tmp_path / "handles.sqlite")
    faults: list[object] = []

    def work(start: int) -> None:
        faults.extend(store.put(f"{n:016x}", str(n)) for n in range(start, start + 20))

    threads = [threading.Thread(target=work, args=(n * 20,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == [None] * 80
    assert store.get(f"{79:016x}") == "79"
    store.close()


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
