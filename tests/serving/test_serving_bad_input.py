"""What clients, networks and disks do wrong: a clear answer, nothing leaked, the proxy lives."""

import gzip
import json
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from message_engines import OWN
from proxy_world import Proxied, proxy
from test_proxy import body_of
from upstream_world import Said, World, said, upstream

from compressors.errors import ConfigurationError
from compressors.handles import StoreFault
from compressors.serving.keeper import listening_socket
from compressors.serving.reporter import Reporter
from compressors.serving.settings import Limits
from compressors.telemetry import LiveStamps

LIMITS = Limits(
    body_bytes=200_000, compress_bytes=100_000, body_seconds=0.4, connect_seconds=1, read_seconds=1
)
SECRET = b"sk-ant-api03-secret"


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with upstream() as running:
        running.usual = lambda _: said({"ok": True})
        yield running


@pytest.fixture(scope="module")
def running(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxied]:
    with proxy(tmp_path_factory.mktemp("home"), world.url, limits=LIMITS) as proxied:
        yield proxied


def post(running: Proxied, content: bytes, path: str = "/v1/messages", **headers: str) -> Any:
    url = running.url + path
    return httpx.post(url, content=content, headers=headers, timeout=30, trust_env=False)


def raw(running: Proxied, *parts: bytes, pause: float = 0.0) -> bytes:
    """Bytes to the proxy's port, and what comes back until it hangs up."""
    with socket.create_connection(("127.0.0.1", running.port), timeout=10) as opened:
        for part in parts:
            opened.sendall(part)
            time.sleep(pause)
        opened.shutdown(socket.SHUT_WR)
        came = b""
        while chunk := opened.recv(65536):
            came += chunk
        return came


NO_JSON = [
    b"", b"{", b"null", b"[]", b'"text"', b"\xff\xfe\x00", b"{}" * 2, b"[" * 50_000,
    b'{"messages": ' + b"[" * 50_000, b"{\"messages\": NaN}",
]  # fmt: skip
ODD = [
    {}, {"messages": None}, {"messages": {}}, {"messages": "text"}, {"messages": [None, 1, "a"]},
    {"messages": [{"role": 5, "content": {"a": []}}]}, {"model": [], "messages": []},
    {"messages": [{"role": "user", "content": [{"type": "tool_result"}]}], "tools": 5},
    {"messages": [], "tools": [None, {}], "stream": "yes", "metadata": {"user_id": 7}},
    {"input": 5, "contents": [[]], "tools": [{"functionDeclarations": None}]},
]  # fmt: skip


@pytest.mark.parametrize(
    "path", ["/v1/messages", "/v1/chat/completions", "/v1/responses", "/models/m:generateContent"]
)
def test_what_is_no_request_is_the_providers_to_answer(
    path: str, world: World, running: Proxied
) -> None:
    for body in [*NO_JSON, *(json.dumps(each).encode() for each in ODD)]:
        world.answers(said({"error": "no"}, 400))
        answer = post(running, body, path)
        assert (answer.status_code, answer.json()) == (400, {"error": "no"})
        assert world.asked[0].body == body


@pytest.mark.parametrize(
    "headers",
    [{"content-encoding": "gzip"}, {"content-encoding": "br"}, {"content-type": "image/png"}],
)
def test_encoded_bodies_and_other_types(
    headers: dict[str, str], world: World, running: Proxied
) -> None:
    body = body_of("anthropic", "encoded")
    if headers.get("content-encoding") == "gzip":
        body = gzip.compress(body)
    world.answers(said({}))
    assert post(running, body, **headers).status_code == 200
    untouched = world.asked[0].body == body
    assert untouched == ("content-encoding" in headers)
    assert world.asked[0].header("content-encoding") == headers.get("content-encoding")


def test_sizes(world: World, running: Proxied) -> None:
    long = body_of("anthropic", "long", user="x" * 100_000)
    world.answers(said({}))
    assert post(running, long).status_code == 200
    assert world.asked[0].body == long
    for path in ("/v1/messages", "/v1/files"):
        too_long = post(running, b"x" * 200_001, path)
        assert (too_long.status_code, too_long.json()["error"]["type"]) == (413, "toin_too_long")
        chunks = (b"x" * 50_000 for _ in range(5))
        url = running.url + path
        chunked = httpx.post(url, content=chunks, timeout=30, trust_env=False)
        assert chunked.status_code == 413


def test_a_slow_body_is_given_up(running: Proxied) -> None:
    for path in (b"/v1/messages", b"/v1/files"):
        head = b"POST " + path + b" HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\n{"
        came = raw(running, head, pause=0.8)
        assert b"408" in came.partition(b"\r\n")[0]
        assert b"toin_too_slow" in came


@pytest.mark.parametrize(
    "sent", [(b"",), (b"POST /v1/mess",), (b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", b"GET /")]
)
def test_a_head_that_does_not_end(sent: tuple[bytes, ...], running: Proxied) -> None:
    """Also the second one of a connection, and one that drips."""
    with socket.create_connection(("127.0.0.1", running.port), timeout=10) as opened:
        for part in sent:
            opened.sendall(part)
            time.sleep(0.1)
        began, came = time.monotonic(), b""
        while chunk := opened.recv(65536):
            came += chunk
        assert time.monotonic() - began < 8
    assert came.count(b"HTTP/1.1 200") == len(sent) - 1


SMUGGLED = [
    b"POST /v1/messages HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n"
    b"\r\n0\r\n\r\nGET /evil HTTP/1.1\r\nHost: x\r\n\r\n",
    b"POST /v1/messages HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nContent-Length: 2\r\n\r\n{}xx",
    b"POST /v1/messages HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    b"POST /v1/messages HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    b"POST /v1/messages HTTP/1.1\r\nHost: x\r\nX: a\x00b\r\n\r\n",
    b"POST /v1/messages HTTP/1.1\r\nHost: x\r\nContent-Length : 2\r\n\r\n{}",
    b"GET /v1 models HTTP/1.1\r\nHost: x\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    b"GET / HTTP/9.9\r\n\r\n",
]


@pytest.mark.parametrize("sent", SMUGGLED)
def test_smuggling_ends_the_connection(sent: bytes, world: World, running: Proxied) -> None:
    world.answers()
    came = raw(running, sent)
    assert not [asked for asked in world.asked if "evil" in asked.path]
    assert came == b"" or came.startswith(b"HTTP/1.1 400")
    assert httpx.get(running.url + "/healthz", trust_env=False).status_code == 200


def test_half_a_request_and_nobody_left(world: World, running: Proxied) -> None:
    for sent in (
        b"",
        b"POST /v1/mess",
        b"POST /v1/messages HTTP/1.1\r\nContent-Length: 9\r\n\r\n{",
    ):
        with socket.create_connection(("127.0.0.1", running.port)) as opened:
            opened.sendall(sent)
    assert httpx.get(running.url + "/healthz", trust_env=False).status_code == 200


def test_a_client_that_hangs_up_ends_the_request_upstream(world: World, running: Proxied) -> None:
    world.released.clear()
    world.answers(Said(200, (b"data: 1\n\n",) * 40, "text/event-stream", pause=0.1))
    head = b"POST /v1/messages HTTP/1.1\r\nHost: x\r\nContent-Length: 16\r\n\r\n"
    with socket.create_connection(("127.0.0.1", running.port)) as opened:
        opened.sendall(head + b'{"stream": true}')
        opened.recv(100)
    end = time.monotonic() + 3
    metrics = ""
    while "toin_requests_running 0" not in metrics and time.monotonic() < end:
        time.sleep(0.05)
        metrics = httpx.get(running.url + "/metrics", trust_env=False).text
    world.released.set()
    assert "toin_requests_running 0" in metrics


def test_an_upstream_that_is_silent(world: World, running: Proxied) -> None:
    world.released.clear()
    world.answers(Said(fault="stall"))
    answer = post(running, b"{}")
    world.released.set()
    assert (answer.status_code, answer.json()["error"]["type"]) == (504, "toin_upstream_timeout")


def test_an_upstream_that_is_down_at_start(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with proxy(tmp_path, f"http://127.0.0.1:{port}", limits=LIMITS) as proxied:
        answer = post(proxied, b"{}", authorization=SECRET.decode())
        assert answer.status_code == 502
        assert answer.json()["error"]["type"] == "toin_upstream_unreachable"
        assert httpx.get(proxied.url + "/readyz", trust_env=False).status_code == 200


def test_no_upstream_for_a_vendor(tmp_path: Path) -> None:
    with proxy(tmp_path, "anthropic=http://127.0.0.1:9", limits=LIMITS) as proxied:
        answer = post(proxied, b"{}", "/v1/chat/completions")
        assert (answer.status_code, answer.json()["error"]["type"]) == (404, "toin_no_upstream")


def test_a_token_keeps_others_out(world: World, tmp_path: Path) -> None:
    token = "0123456789abcdef"
    with proxy(tmp_path, world.url, token=token) as proxied:
        world.answers()
        assert post(proxied, b"{}").status_code == 401
        assert post(proxied, b"{}", **{"x-toin-token": token[:-1] + "g"}).status_code == 401
        assert httpx.get(proxied.url + "/metrics", trust_env=False).status_code == 401
        assert httpx.get(proxied.url + "/healthz", trust_env=False).status_code == 200
        assert not world.asked
        assert post(proxied, b"{}", **{"x-toin-token": token}).status_code == 200
        assert world.asked[0].header("x-toin-token") is None
        bearer = {"authorization": f"Bearer {token}"}
        metrics = httpx.get(proxied.url + "/metrics", headers=bearer, trust_env=False)
        assert metrics.status_code == 200


class FullDisk:
    """A store that takes nothing."""

    def put(self, handle: str, content: str) -> StoreFault | None:
        return "store_full"

    def get(self, handle: str) -> str:
        from compressors.handles.base import unknown

        raise unknown(handle, "nowhere")

    def close(self) -> None:
        return


def test_a_store_on_a_full_disk(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("message_engines.SqliteHandles", lambda *_, **__: FullDisk())
    with proxy(tmp_path, world.url) as proxied:
        for _ in range(2):
            world.answers(said({}))
            assert post(proxied, body_of("anthropic", "full disk")).status_code == 200
            assert b"toin_retrieve" not in world.asked[0].body
        ready = httpx.get(proxied.url + "/readyz", trust_env=False).json()
        assert ready["status"] == "degraded"
        assert ready["faults"]["store_full"] >= 1


def test_events_that_no_disk_takes_are_counted(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, world: World
) -> None:
    (tmp_path / "inbox").write_text("a file, no folder")
    with proxy(tmp_path, world.url) as proxied:
        for name in ("one", "two"):
            assert post(proxied, body_of("anthropic", name)).status_code == 200
    complaints = [each for each in caplog.records if "events are lost" in each.message]
    assert len(complaints) == 1


def test_too_many_at_once_are_told_so(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = threading.Event(), threading.Event()
    statuses: list[int] = []

    def slow(*_: object) -> None:
        begun.set()
        go_on.wait(20)

    monkeypatch.setattr("compressors.serving.passage.json_object", slow)
    with proxy(tmp_path, world.url, limits=Limits(threads=1, queue=1)) as proxied:
        asks = [
            threading.Thread(target=lambda: statuses.append(post(proxied, b"{}").status_code))
            for _ in range(3)
        ]
        asks[0].start()
        assert begun.wait(20)
        for each in asks[1:]:
            each.start()
        asks_end = time.monotonic() + 20
        while not statuses and time.monotonic() < asks_end:
            time.sleep(0.02)
        go_on.set()
        for each in asks:
            each.join()
    assert sorted(statuses) == [200, 200, 503]


def test_nothing_is_logged_of_a_request(
    world: World, running: Proxied, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", logger="toin")
    world.answers(Said(fault="drop"), said({}))
    for _ in range(2):
        post(running, body_of("anthropic", "hush"), authorization=SECRET.decode())
    logged = " ".join(record.getMessage() for record in caplog.records if record.name == "toin")
    assert "secret" not in logged
    assert "hush" not in logged


def test_places_where_nothing_can_listen() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        for host, port in (("127.0.0.1", taken.getsockname()[1]), ("no.such.host.invalid", 0)):
            with pytest.raises(ConfigurationError, match="nothing can listen"):
                listening_socket(host, port)


def test_segments_close_by_time_and_number(tmp_path: Path) -> None:
    from test_usage_events import some_event

    reporter = Reporter(tmp_path, name="live", seconds=0.05, most=2)
    stamps = LiveStamps("0123456789abcdef")
    reporter.put([some_event(OWN, stamps) for _ in range(3)])
    end = time.monotonic() + 10
    while reporter.written < 3 and time.monotonic() < end:
        time.sleep(0.02)
    reporter.put([some_event(OWN, stamps)])
    reporter.close()
    assert (reporter.written, reporter.lost) == (4, 0)
    assert len(list(tmp_path.glob("*.jsonl"))) == 3
    assert not list(tmp_path.glob(".*.part"))
