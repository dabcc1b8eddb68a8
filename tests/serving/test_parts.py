"""The proxy's parts by themselves: what is counted, what waits, who has the tool."""

import asyncio
import os
import socket
import threading
from pathlib import Path

import msgspec
import pytest
from message_engines import OWN, make
from message_worlds import rows
from test_usage_events import some_event

from compressors.engine import Engine
from compressors.handles import MemoryHandles
from compressors.serving.keeper import listening_socket
from compressors.serving.metrics import Metrics
from compressors.serving.reporter import NoReporter, Reporter, instance_of
from compressors.serving.server import Drain, Started
from compressors.serving.settings import Limits, Settings, retrieval_of, upstreams_of
from compressors.serving.tooled import Tooled
from compressors.serving.workers import Busy, Workers
from compressors.telemetry import LiveStamps
from compressors.turn import Turn


def test_metrics_as_prometheus_reads_them() -> None:
    metrics = Metrics()
    metrics.add("toin_requests_total", 2, form="a", status='"\\\n')
    metrics.add("toin_requests_total", form="a", status='"\\\n')
    metrics.add("toin_requests_running")
    metrics.add("toin_requests_running", -1)
    for seconds in (0.0005, 0.001, 0.3, 99.0):
        metrics.took(seconds)
    text = metrics.text([("toin_events_lost_total", (), 4)])
    assert 'toin_requests_total{form="a",status="\\"\\\\\\n"} 3\n' in text
    assert "\ntoin_requests_running 0\n" in text
    assert "\ntoin_events_lost_total 4\n" in text
    assert 'toin_compression_seconds_bucket{le="0.001"} 2\n' in text
    assert 'toin_compression_seconds_bucket{le="0.5"} 3\n' in text
    assert 'toin_compression_seconds_bucket{le="+Inf"} 4\n' in text
    assert "toin_compression_seconds_sum 99.301500\n" in text
    assert metrics.value("toin_requests_total", status='"\\\n', form="a") == 3


def test_workers_have_a_bound_and_finish_what_is_begun() -> None:
    go_on, done = threading.Event(), []
    workers = Workers(threads=1, queue=1)

    def slow() -> int:
        go_on.wait(20)
        done.append(1)
        return 7

    async def run() -> None:
        first = asyncio.ensure_future(workers.run(slow))
        second = asyncio.ensure_future(workers.run(slow))
        await asyncio.sleep(0.01)
        with pytest.raises(Busy):
            await workers.run(slow)
        second.cancel()
        go_on.set()
        assert await first == 7
        with pytest.raises(ZeroDivisionError):
            await workers.run(lambda: 1 // 0)
        # A place is free again.
        assert await workers.run(lambda: 8) == 8

    asyncio.run(run())
    workers.close()
    assert done == [1, 1]


def turn(*, lossy: bool, engine: Engine) -> Turn[object]:
    long = rows(60) if lossy else "short"
    messages = [{"role": "user", "content": "?"}, {"role": "tool", "content": long}]
    found = engine.compress_messages(messages, provider="openai_chat", session="s")
    assert [each.compression.lossy for each in found.compressions] == [lossy]
    return found


@pytest.mark.parametrize(
    ("policy", "began", "lossy", "has_it"),
    [
        ("never", True, True, False),
        ("start", True, False, True),
        ("start", False, True, False),
        ("dropped", True, False, False),
        ("dropped", False, True, True),
    ],
)
def test_who_has_the_tool_keeps_it(
    policy: str, began: bool, lossy: bool, has_it: bool, tmp_path: Path
) -> None:
    engine = make(tmp_path, handles=MemoryHandles())
    told = retrieval_of(policy)
    tooled = Tooled(engine, told)
    found = turn(lossy=lossy, engine=engine)
    assert tooled.wanted(found, ["f"], began=began) == has_it
    # On later turns nothing of this is new, and the conversation began long ago.
    assert tooled.wanted(found, ["f"], began=False) == has_it
    assert Tooled(engine, told).wanted(found, ["f"], began=False) == has_it
    assert not tooled.wanted(found, ["f", "mcp__toin_retrieve"], began=began)
    assert not tooled.wanted(Turn(messages=[]), ["f"], began=True)


def test_what_a_process_is_told_goes_through_a_pipe(tmp_path: Path) -> None:
    settings = Settings(
        upstreams=upstreams_of(["anthropic=http://a", "openai=http://b"]),
        token="t" * 16,
        events=tmp_path,
        limits=Limits(rounds=3),
    )
    told = Started(
        settings=settings, drain=Drain(running=1, linger=0.5), home="/h", recommendations=None,
        public_key="/k", strict_certificates=True, listening=3, ready=4, keeper=5,
    )  # fmt: skip
    assert Started.read(told.written()) == told


def test_a_socket_that_was_handed_over_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    given = socket.create_server(("127.0.0.1", 0))
    port = given.getsockname()[1]
    monkeypatch.setattr("compressors.serving.keeper._FIRST_SOCKET", given.detach())
    monkeypatch.setenv("LISTEN_FDS", "1")
    monkeypatch.setenv("LISTEN_PID", "1")
    with listening_socket("127.0.0.1", 0) as own:
        assert own.getsockname()[1] != port
    monkeypatch.setenv("LISTEN_PID", str(os.getpid()))
    with listening_socket("127.0.0.1", 0) as handed_over:
        assert handed_over.getsockname()[1] == port


def test_instances_are_keyed(tmp_path: Path) -> None:
    engine = make(tmp_path)
    assert instance_of(engine, "a") == instance_of(engine, "a") != instance_of(engine, "b")
    assert len(instance_of(engine)) == 16
    engine.close()


def test_events_that_are_none_are_lost_and_counted(tmp_path: Path) -> None:
    stamps = LiveStamps("0123456789abcdef")
    reporter = Reporter(tmp_path, name="live")
    good = some_event(OWN, stamps)
    reporter.put([good, msgspec.structs.replace(good, ts="x"), good])
    reporter.close()
    assert (reporter.written, reporter.lost) == (2, 1)
    (tmp_path / "file").touch()
    nowhere = Reporter(tmp_path / "file", name="live")
    nowhere.put([good, good])
    nowhere.close()
    assert (nowhere.written, nowhere.lost) == (0, 2)
    nobody = NoReporter()
    nobody.put([good])
    nobody.close()
    assert (nobody.written, nobody.lost) == (0, 0)
