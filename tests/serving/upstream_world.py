"""A provider on loopback: real HTTP, with answers that were written down before."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Asked:
    """A request as it arrived."""

    method: str
    path: str
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key.lower() == name), None)

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Said:
    """An answer: its chunks are sent one by one. ``fault``: ``cut``, ``drop``, ``stall``."""

    status: int = 200
    chunks: Sequence[bytes] = (b"{}",)
    kind: str = "application/json"
    headers: Sequence[tuple[str, str]] = ()
    fault: str = ""
    pause: float = 0.0

    @property
    def body(self) -> bytes:
        return b"".join(self.chunks)


def said(fields: object, status: int = 200, **headers: str) -> Said:
    return Said(status, (json.dumps(fields, indent=1).encode(),), headers=list(headers.items()))


def stream(chunks: Sequence[bytes], **how: Any) -> Said:
    return Said(200, tuple(chunks), "text/event-stream; charset=utf-8", **how)


@dataclass
class World:
    """What was asked, and what is answered: of ``script`` one after another, then ``usual``."""

    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    script: list[Said] = field(default_factory=list)
    usual: Callable[[Asked], Said] = lambda _: Said()
    released: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answers(self, *script: Said) -> None:
        """Forget what was asked, and answer so."""
        with self.lock:
            self.asked.clear()
            self.script[:] = script

    def take(self, asked: Asked) -> Said:
        with self.lock:
            self.asked.append(asked)
            return self.script.pop(0) if self.script else self.usual(asked)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def log_message(self, *_: object) -> None:
        return

    def _any(self) -> None:
        world = self.server.world
        body = self._body()
        answer = world.take(Asked(self.command, self.path, list(self.headers.items()), body))
        try:
            self._give(answer, world)
        except OSError:
            self.close_connection = True

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_OPTIONS = do_HEAD = _any  # noqa: N815

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") == "chunked":
            body = b""
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return body
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def _give(self, answer: Said, world: World) -> None:
        if answer.fault in ("stall", "drop"):
            if answer.fault == "stall":
                world.released.wait(20)
            self._hang_up()
            return
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.kind)
        for name, value in answer.headers:
            self.send_header(name, value)
        streams = answer.kind.startswith("text/event-stream")
        if streams:
            self.send_header("Transfer-Encoding", "chunked")
        else:
            length = len(answer.body) + (10 if answer.fault else 0)
            self.send_header("Content-Length", str(length))
        self.end_headers()
        if self.command == "HEAD":
            return
        for chunk in answer.chunks:
            self.wfile.write(b"%x\r\n%s\r\n" % (len(chunk), chunk) if streams else chunk)
            self.wfile.flush()
            if answer.pause:
                world.released.wait(answer.pause)
        if answer.fault == "cut":
            self._hang_up()
        elif streams:
            self.wfile.write(b"0\r\n\r\n")

    def _hang_up(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    world: World

    def handle_error(self, *_: object) -> None:
        return


@contextmanager
def upstream() -> Iterator[World]:
    """A provider that answers as long as the block lasts."""
    world = World()
    server = _Server(("127.0.0.1", 0), _Handler)
    server.world = world
    world.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield world
    finally:
        world.released.set()
        server.shutdown()
        thread.join()
        server.server_close()
