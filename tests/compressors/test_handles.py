"""Originals come back byte for byte from every store, or it says why it cannot keep them."""

import json
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compressors import Engine
from compressors.errors import ConfigurationError, HandleUnknown
from compressors.handles import (
    HandleStore,
    MemoryHandles,
    RedisHandles,
    SqliteHandles,
    open_handles,
)
from compressors.kinds import KINDS
from compressors.profiles import BY_NAME

KEY = "0123456789abcdef"
OTHER = "f" * 16
DAY = 86_400.0
LIMIT = 3 * 1024 * 1024

Make = Callable[..., HandleStore]


class Clock:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Redis of our own on loopback, which may hold 3 MB and says when it is full."""
    server = shutil.which("redis-server")
    if server is None:
        pytest.skip("redis-server is not installed")
    pytest.importorskip("redis", reason="the package redis is not installed")
    port = _free_port()
    command = [
        server, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no",
        "--maxmemory", str(2 * LIMIT), "--maxmemory-policy", "noeviction",
        "--dir", str(tmp_path_factory.mktemp("redis")),
    ]  # fmt: skip
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.05)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        running.terminate()
        running.wait(timeout=10)


@pytest.fixture(params=["sqlite", "memory", "redis"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Make]:
    """Makes stores of one sort that share what they keep, but for those in memory."""
    made: list[HandleStore] = []

    def sqlite(**given: object) -> HandleStore:
        return SqliteHandles(tmp_path / "home" / "h.sqlite", **given)  # type: ignore[arg-type]

    def memory(**given: object) -> HandleStore:
        return MemoryHandles(**given)  # type: ignore[arg-type]

    def redis(**given: object) -> HandleStore:
        given.pop("limit_bytes", None)
        return RedisHandles(request.getfixturevalue("redis_url"), **given)  # type: ignore[arg-type]

    if request.param == "redis":
        import importlib

        client = importlib.import_module("redis").Redis.from_url(
            request.getfixturevalue("redis_url")
        )
        client.flushall()
        client.close()

    def tracked(**given: object) -> HandleStore:
        made.append({"sqlite": sqlite, "memory": memory, "redis": redis}[request.param](**given))
        return made[-1]

    yield tracked
    for store in made:
        store.close()


def test_what_is_kept_comes_back(make: Make) -> None:
    store = make()
    content = 'line\r\nline\n\x00\ud800 "ünï" 漢字\n'
    assert store.put(KEY, content) is None
    assert store.put(KEY, content) is None
    assert store.get(KEY) == content


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(content=st.text(alphabet=st.characters(exclude_categories=()), max_size=200))
def test_any_text_survives(make: Make, content: str) -> None:
    store = make()
    handle = f"{abs(hash(content)):016x}"[:16]
    assert store.put(handle, content) is None
    assert store.get(handle) == content


def test_a_second_content_under_one_handle_is_no_success(make: Make) -> None:
    store = make()
    assert store.put(KEY, "one") is None
    assert store.put(KEY, "two") == "store_damaged"
    assert store.get(KEY) == "one"


def test_nothing_is_known_of_what_was_not_kept(make: Make) -> None:
    store = make()
    with pytest.raises(HandleUnknown, match=f"{KEY}.*--home"):
        store.get(KEY)
    store.put(KEY, "x")
    with pytest.raises(HandleUnknown, match=OTHER):
        store.get(OTHER)


@pytest.mark.parametrize("handle", ["", "xyz", KEY[:-1], KEY.upper(), KEY + "\n", "' or 1 --"])
def test_what_has_no_form_of_a_handle_is_told_so(make: Make, handle: str) -> None:
    with pytest.raises(HandleUnknown, match="is no handle"):
        make().get(handle)


def test_threads_share_a_store(make: Make) -> None:
    store = make()
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


def test_a_full_store_says_so_and_keeps_what_it_has(make: Make) -> None:
    store = make(limit_bytes=LIMIT)
    assert store.put(KEY, "small") is None
    large = "x" * (LIMIT // 2)
    taken = [store.put(f"{n:016x}", large + str(n)) for n in range(8)]
    assert "store_full" in taken
    assert set(taken) <= {None, "store_full"}
    assert store.get(KEY) == "small"
    for n, fault in enumerate(taken):
        if fault is None:
            assert store.get(f"{n:016x}") == large + str(n)


def test_the_last_close_is_not_the_end(make: Make) -> None:
    store = make()
    store.put(KEY, "x")
    store.close()
    assert store.get(KEY) == "x"
    assert store.put(OTHER, "y") is None


@pytest.mark.parametrize("sort", ["sqlite", "memory"])
def test_what_is_too_old_leaves_and_what_is_put_again_stays(tmp_path: Path, sort: str) -> None:
    clock = Clock()
    store: HandleStore = (
        MemoryHandles(max_age_days=10, clock=clock)
        if sort == "memory"
        else SqliteHandles(tmp_path / "h.sqlite", max_age_days=10, clock=clock)
    )
    store.put(KEY, "once")
    store.put(OTHER, "twice")
    clock.now += 9 * DAY
    assert store.get(KEY) == "once"
    assert store.put(OTHER, "twice") is None
    clock.now += 2 * DAY
    assert store.put("a" * 16, "new") is None
    with pytest.raises(HandleUnknown):
        store.get(KEY)
    assert store.get(OTHER) == "twice"
    store.close()


def test_redis_keeps_as_long_as_it_was_told_and_starts_anew_when_put_again(redis_url: str) -> None:
    import importlib

    client = importlib.import_module("redis").Redis.from_url(redis_url)
    store = RedisHandles(redis_url, max_age_days=2)
    store.put(KEY, "x")
    key = f"toin:original:{KEY}"
    assert 2 * DAY - 60 < client.ttl(key) <= 2 * DAY
    client.expire(key, 50)
    assert store.put(KEY, "x") is None
    assert client.ttl(key) > DAY
    client.delete(key)
    client.close()
    store.close()


def test_a_redis_that_is_away_is_a_fault_in_time() -> None:
    pytest.importorskip("redis", reason="the package redis is not installed")
    store = RedisHandles(f"redis://127.0.0.1:{_free_port()}/0", timeout_ms=50)
    assert store.put(KEY, "x") == "store_locked"
    with pytest.raises(HandleUnknown, match="busy or away"):
        store.get(KEY)
    store.close()


def test_a_redis_that_is_away_costs_no_request_its_content(tmp_path: Path) -> None:
    pytest.importorskip("redis", reason="the package redis is not installed")
    rows = json.dumps([{"id": n, "name": f"customer {n % 97}", "ok": True} for n in range(400)])
    store = RedisHandles(f"redis://127.0.0.1:{_free_port()}/0", timeout_ms=50)
    with Engine.start(home=tmp_path, handles=store) as engine:
        short = engine.compress(rows)
        assert (short.fault, BY_NAME[short.profile].safe) == ("store_locked", False)
        assert not short.lossy
        assert KINDS["json"].restore(short.text) == rows


@pytest.mark.parametrize(
    ("url", "sort"),
    [
        ("memory:", MemoryHandles),
        ("memory:?limit_bytes=1000", MemoryHandles),
        ("sqlite:{path}", SqliteHandles),
        ("sqlite:{path}?max_age_days=7&limit_bytes=100000000", SqliteHandles),
        ("redis://localhost:6379/3?max_age_days=2.5", RedisHandles),
    ],
)
def test_a_url_names_a_store(tmp_path: Path, url: str, sort: type) -> None:
    if sort is RedisHandles:
        pytest.importorskip("redis", reason="the package redis is not installed")
    store = open_handles(url.format(path=tmp_path / "h.sqlite"))
    assert isinstance(store, sort)
    store.close()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("", "names no store"),
        ("mysql://x", "names no store"),
        ("sqlite:", "names no store"),
        ("memory:?max_age_days=0", "max_age_days is '0', expected a number above 0"),
        ("memory:?max_age_days=week", "max_age_days is 'week'"),
        ("sqlite:x?limit_bytes=-1", "limit_bytes is '-1'"),
        ("sqlite:x?colour=red", "'colour' is no setting"),
        ("redis://h/0?limit_bytes=5", "'limit_bytes' is no setting"),
    ],
)
def test_what_names_no_store_is_refused(url: str, words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        open_handles(url)


def test_settings_of_a_url_are_those_of_the_store(tmp_path: Path) -> None:
    store = open_handles(f"sqlite:{tmp_path / 'h.sqlite'}?limit_bytes=100000")
    assert store.put(KEY, "x" * 200_000) == "store_full"
    store.close()


def test_an_engine_takes_the_store_that_the_environment_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "elsewhere" / "h.sqlite"
    monkeypatch.setenv("TOIN_HANDLES", f"sqlite:{place}")
    with Engine.start(home=tmp_path / "home") as engine:
        assert engine.handles.put(KEY, "x") is None
    assert place.exists()
    monkeypatch.setenv("TOIN_HANDLES", "nothing")
    with pytest.raises(ConfigurationError, match="names no store"):
        Engine.start(home=tmp_path / "home")
