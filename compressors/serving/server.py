"""The serving process: answers on a listening socket until it is told to drain.

Run as ``python -m compressors.serving.server``, with its arguments as JSON on standard input.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec
import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from compressors._report import log
from compressors.engine import Engine
from compressors.errors import ToinError
from compressors.serving.app import State, make_app
from compressors.serving.settings import Settings

_TICK = 0.05
_CLOSE = (b"connection", b"close")


class Draining:
    """Has answers close their connections once ``state.draining``."""

    def __init__(self, app: ASGIApp, state: State) -> None:
        self._app = app
        self._state = state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, and say that this connection is done with where it is."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start" and self._state.draining:
                message = {**message, "headers": [*message.get("headers", ()), _CLOSE]}
            await send(message)

        await self._app(scope, receive, sent)


def protocol_with(head_seconds: float) -> type[HttpToolsProtocol]:
    """Uvicorn's reader of requests, for clients that take at most so long to send a head.

    uvicorn itself waits for ever for a head that has begun.
    """

    class Protocol(HttpToolsProtocol):
        _waiting: asyncio.TimerHandle | None = None

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            self._wait()

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            self._wait()

        def connection_lost(self, error: Exception | None) -> None:
            self._stop()
            super().connection_lost(error)

        def on_response_complete(self) -> None:
            # What came of the next head while this one was answered counts from now on.
            super().on_response_complete()
            self._stop()

        def _wait(self) -> None:
            runs = self.cycle is not None and not self.cycle.response_complete
            if runs:
                self._stop()
            elif self._waiting is None:
                self._waiting = self.loop.call_later(head_seconds, self.transport.close)

        def _stop(self) -> None:
            if self._waiting is not None:
                self._waiting.cancel()
                self._waiting = None

    return Protocol


class Server(uvicorn.Server):
    """Lets go of its socket first, then of connections as they fall idle, then ends.

    uvicorn closes idle connections at once, and those on which a request is just coming in with
    them. Here they stay for ``linger`` seconds, and whatever is asked on them is answered.
    """

    def __init__(
        self,
        config: uvicorn.Config,
        state: State,
        *,
        linger: float,
        ready: Callable[[], None] = lambda: None,
    ) -> None:
        """``ready`` is called once requests are answered."""
        super().__init__(config)
        self._state = state
        self._linger = linger
        self._ready = ready
        self._loop: asyncio.AbstractEventLoop | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, and say so."""
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets=sockets)
        if self.started:
            self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Drain."""
        self._let_go()
        end = time.monotonic() + self._linger
        while self._open() and time.monotonic() < end and not self.force_exit:
            await asyncio.sleep(_TICK)
        await super().shutdown(sockets=sockets)

    def _let_go(self) -> None:
        """Another process may hold the socket, and takes all that connect from now on."""
        self._state.draining = True
        for server in self.servers:
            server.close()

    def _open(self) -> bool:
        return bool(self.server_state.connections)

    def handle_exit(self, sig: int, frame: object) -> None:  # noqa: ARG002
        """Drain at the first signal, end at the second."""
        self.force_exit = self.should_exit
        self.should_exit = True
        if self._loop is not None and self.started:
            self._loop.call_soon_threadsafe(self._let_go)


class Drain(msgspec.Struct, frozen=True):
    """How long a server takes to end, in seconds.

    ``running``: for requests that run. ``linger``: for connections that stand idle.
    """

    running: int = 300
    linger: float = 6.0


def serve(
    engine: Engine,
    settings: Settings,
    listening: socket.socket,
    *,
    drain: Drain | None = None,
    ready: Callable[[], None] = lambda: None,
    until: Callable[[], Awaitable[None]] | None = None,
) -> None:
    """Answer on ``listening`` until a signal, or until ``until`` returns; then drain."""
    drain = drain or Drain()
    state = State()
    config = uvicorn.Config(
        Draining(make_app(engine, settings, state), state),
        http=protocol_with(settings.limits.body_seconds),
        lifespan="on",
        ws="none",
        log_config=None,
        log_level="critical",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        date_header=False,
        # Longer than clients keep a connection, so that it is they who let go of it.
        timeout_keep_alive=75,
        timeout_graceful_shutdown=drain.running,
    )
    server = Server(config, state, linger=drain.linger, ready=ready)

    async def run() -> None:
        waiting = asyncio.ensure_future(until()) if until else None
        if waiting is not None:
            waiting.add_done_callback(lambda _: setattr(server, "should_exit", True))
        await server.serve([listening])
        if waiting is not None:
            waiting.cancel()

    # uvicorn raises the signals that it got once more, for who had handled them before.
    before = {name: signal.signal(name, signal.SIG_IGN) for name in _SIGNALS} if _is_main() else {}
    try:
        with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
            runner.run(run())
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)


_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def _is_main() -> bool:
    return threading.current_thread() is threading.main_thread()


class Started(msgspec.Struct, frozen=True, kw_only=True):
    """What a keeper tells the process that it starts.

    ``listening`` is the descriptor of the socket, ``ready`` of a pipe that takes one byte once it
    serves, ``keeper`` of one that ends when the keeper does.
    """

    settings: Settings
    drain: Drain
    home: str
    recommendations: str | None
    public_key: str | None
    strict_certificates: bool
    listening: int
    ready: int
    keeper: int

    def written(self) -> bytes:
        """It, as it goes through a pipe: a token is nothing for a list of processes."""
        return msgspec.json.encode(self, enc_hook=str)

    @classmethod
    def read(cls, content: bytes) -> Started:
        """What :meth:`written` wrote."""
        return msgspec.json.decode(content, type=cls, dec_hook=lambda kind, value: kind(value))


def main() -> int:
    """Serve as standard input says; 0 after a drain, 1 with one line where it cannot."""
    logging.basicConfig(level=logging.WARNING, format="toin: %(message)s", stream=sys.stderr)
    told = Started.read(sys.stdin.buffer.read())
    try:
        engine = Engine.start(
            Path(told.recommendations) if told.recommendations else None,
            told.home,
            public_key=told.public_key,
            strict_certificates=told.strict_certificates,
        )
    except ToinError as error:
        log.error("%s", error)
        return 1

    def ready() -> None:
        os.write(told.ready, b"1")
        os.close(told.ready)

    async def orphaned() -> None:
        loop, ended = asyncio.get_running_loop(), asyncio.Event()
        loop.add_reader(told.keeper, ended.set)
        await ended.wait()
        loop.remove_reader(told.keeper)

    with socket.socket(fileno=told.listening) as listening:
        serve(engine, told.settings, listening, drain=told.drain, ready=ready, until=orphaned)
    return 0


if __name__ == "__main__":
    sys.exit(main())
