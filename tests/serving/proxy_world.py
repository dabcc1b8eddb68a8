"""A proxy on loopback, in a thread of the test's own process."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from message_engines import LOSSY, make

from compressors import Engine
from compressors.events import Event, decode
from compressors.serving.server import Drain, serve
from compressors.serving.settings import Limits, Settings, upstreams_of


@dataclass
class Proxied:
    """A proxy that runs: its address, its engine, and where its events go."""

    url: str
    port: int
    engine: Engine
    events: Path

    def segments(self) -> list[Event]:
        """All events of complete segments, in order."""
        return [
            decode(line)
            for path in sorted(self.events.glob("*.jsonl"))
            for line in path.read_bytes().splitlines()
        ]


@contextmanager
def proxy(
    home: Path, upstream: str, *, default: str = LOSSY, limits: Limits | None = None, **how: object
) -> Iterator[Proxied]:
    """A proxy in front of ``upstream`` as long as the block lasts; it then has drained."""
    engine = make(home, default)
    events = home / "inbox"
    settings = Settings(
        upstreams=upstreams_of([upstream]),
        events=events,
        limits=limits or Limits(),
        **how,  # type: ignore[arg-type]
    )
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listening:
        port = listening.getsockname()[1]
        ready, ended = threading.Event(), threading.Event()

        async def until() -> None:
            while not ended.is_set():
                await asyncio.sleep(0.02)

        thread = threading.Thread(
            target=serve,
            args=(engine, settings, listening),
            kwargs={"drain": Drain(running=5, linger=0.0), "ready": ready.set, "until": until},
        )
        thread.start()
        try:
            assert ready.wait(60)
            yield Proxied(f"http://127.0.0.1:{port}", port, engine, events)
        finally:
            ended.set()
            thread.join()
