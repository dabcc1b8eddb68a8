"""A proxy that is restarted under load, with new publications, and loses no request."""

import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest
from message_engines import CERTIFIED, OWN, defaults
from publication_texts import BARE, ENGINE, sealed
from upstream_world import World, said, upstream

from compressors.digest import engine_digest
from compressors.pepper import save_pepper

ROOT = Path(__file__).parents[2]
RESTARTS = 20
CLIENTS = 4


def publication(number: int) -> bytes:
    """Another publication for every number."""
    head = BARE.replace(ENGINE, engine_digest()).replace("0.01", f"0.0{number + 10}")
    return sealed(head + defaults(json="json.rows_few") + CERTIFIED)


@contextmanager
def command(home: Path, upstream: str, *more: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """`toin proxy` as a person starts it, and the port that it says."""
    process = subprocess.Popen(
        [
            sys.executable, "-m", "pipelines.cli", "proxy", "--port", "0", "--upstream", upstream,
            "--home", str(home), "--recommendations", str(home / "recommendations.toml"), *more,
        ],
        env={**os.environ, "PYTHONPATH": str(ROOT)}, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stderr is not None
        line = wait_for(process.stderr, "listening on")
        wait_for(process.stderr, "ready")
        yield process, int(line.rpartition(":")[2])
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        if process.stderr is not None:
            process.stderr.close()


def wait_for(stream: IO[str], text: str) -> str:
    """The next line with this text."""
    for line in stream:
        if text in line:
            return line.strip()
    raise AssertionError(f"{text!r} never came")


def ready(port: int) -> dict[str, object]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", "/readyz")
    found = json.loads(connection.getresponse().read())
    connection.close()
    return dict(found)


def next_one(port: int, name: str, before: object) -> object:
    """What a new process says; the one before may answer a last time while it lets go."""
    end = time.monotonic() + 10
    while (said := ready(port)[name]) == before and time.monotonic() < end:
        time.sleep(0.05)
    return said


class Load:
    """Clients that ask all the time, with kept connections and without."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.asked = 0
        self.answered = 0
        self.faults: list[str] = []
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(n,)) for n in range(CLIENTS)]

    def __enter__(self) -> "Load":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _run(self, number: int) -> None:
        keeps = number % 2 == 0
        connection = None
        body = json.dumps({"model": "m", "messages": [{"role": "user", "content": f"c{number}"}]})
        while not self._stop.is_set():
            connection = connection or http.client.HTTPConnection(
                "127.0.0.1", self.port, timeout=60
            )
            with self._lock:
                self.asked += 1
            try:
                connection.request("POST", "/v1/messages", body)
                answer = connection.getresponse()
                whole = answer.read()
                closes = answer.getheader("Connection") == "close"
                with self._lock:
                    self.answered += answer.status == 200 and b"hello" in whole
            except (OSError, http.client.HTTPException) as error:
                closes = True
                with self._lock:
                    self.faults.append(repr(error))
            if closes or not keeps:
                connection.close()
                connection = None
            self._stop.wait(0.03)
        if connection is not None:
            connection.close()


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with upstream() as running:
        running.usual = lambda _: said({"said": "hello"})
        yield running


@pytest.mark.long
def test_no_request_is_lost_in_twenty_restarts(world: World, tmp_path: Path) -> None:
    save_pepper(tmp_path / "pepper", OWN)
    path = tmp_path / "recommendations.toml"
    path.write_bytes(publication(0))
    with (
        command(tmp_path, world.url, "--linger", "1") as (process, port),
        Load(port) as load,
    ):
        assert process.stderr is not None
        seen = [ready(port)["publication"]]
        for number in range(1, RESTARTS + 1):
            path.write_bytes(publication(number))
            process.send_signal(signal.SIGHUP)
            wait_for(process.stderr, "replaced")
            seen.append(next_one(port, "publication", seen[-1]))
        load.__exit__()
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    assert (load.faults, load.answered) == ([], load.asked)
    assert load.asked > RESTARTS
    assert len(set(seen)) == 1 + RESTARTS
    assert len(world.asked) == load.asked


@pytest.mark.long
def test_a_file_that_is_refused_is_said_and_a_dead_process_replaced(
    world: World, tmp_path: Path
) -> None:
    save_pepper(tmp_path / "pepper", OWN)
    path = tmp_path / "recommendations.toml"
    path.write_bytes(publication(0))
    with command(tmp_path, world.url, "--linger", "0") as (process, port):
        assert process.stderr is not None
        assert ready(port)["status"] == "ok"
        path.write_bytes(publication(1).replace(b"json.rows_few", b"json.rows_half"))
        process.send_signal(signal.SIGHUP)
        wait_for(process.stderr, "replaced")
        assert "field id" in str(next_one(port, "reasons", []))
        assert next_one(port, "status", "ok") == "degraded"
        children = subprocess.run(
            ["pgrep", "-P", str(process.pid)], capture_output=True, text=True, check=True
        )
        for child in children.stdout.split():
            os.kill(int(child), signal.SIGKILL)
        wait_for(process.stderr, "ended by itself")
        assert ready(port)["status"] == "degraded"
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
