"""ASGI middleware: a gateway's own application, with what tools returned already shortened."""

from __future__ import annotations

import asyncio
from pathlib import Path

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from compressors.engine import Engine
from compressors.serving.client import Body, ClientGone, Refused, Response
from compressors.serving.forms import Form, form_of
from compressors.serving.headers import by_name
from compressors.serving.metrics import Metrics
from compressors.serving.passage import Passage
from compressors.serving.reporter import NoReporter, Reporter, Sink, instance_of
from compressors.serving.settings import Limits
from compressors.serving.shortener import Shortener
from compressors.serving.workers import Workers
from compressors.telemetry import LiveStamps


class ToinMiddleware:
    """Shortens the bodies of requests of the four forms before ``app`` sees them.

    Everything else, answers too, goes by. No tool is added: who answers is the application's
    affair. What it did is told to ``app`` and client by ``X-Toin-*`` headers of the answer.

    Args:
        app: the application.
        engine: shortens; the middleware's own to close when the application shuts down.
        events: the folder that segments go to; None for none.
        instance: what this gateway is called in events, keyed; else its machine's name.
        limits: of bodies, times and threads.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        engine: Engine,
        events: Path | None = None,
        instance: str | None = None,
        limits: Limits | None = None,
    ) -> None:
        self._app = app
        self._engine = engine
        self._limits = limits or Limits()
        self._workers = Workers(threads=self._limits.threads, queue=self._limits.queue)
        keyed = instance_of(engine, instance)
        self._sink: Sink = (
            Reporter(events, name=f"live-{keyed}") if events is not None else NoReporter()
        )
        self.metrics = Metrics()
        self._shortener = Shortener(
            engine,
            Passage(engine, retrieval="never", longest=self._limits.compress_bytes),
            workers=self._workers,
            sink=self._sink,
            stamps=LiveStamps(keyed),
            metrics=self.metrics,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request, or the application's lifespan, on."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, self._closing(send))
            return
        form = None
        if scope["type"] == "http":
            form = form_of(scope["method"], scope["path"], scope["query_string"])
        if form is None:
            await self._app(scope, receive, send)
            return
        try:
            await self._shortened(form, scope, receive, send)
        except ClientGone:
            return
        except Refused as refused:
            await Response(send, seconds=self._limits.read_seconds).refuse(refused)

    async def _shortened(self, form: Form, scope: Scope, receive: Receive, send: Send) -> None:
        headers = by_name(scope["headers"])
        body = Body(
            receive,
            declared=headers.get("content-length"),
            most=self._limits.body_bytes,
            seconds=self._limits.body_seconds,
        )
        prepared = await self._shortener.prepared(form, headers, await body.whole())
        own = [
            (name.lower().encode(), value.encode())
            for name, value in self._shortener.own_headers(prepared).items()
        ]
        kept = [each for each in scope["headers"] if each[0].lower() not in _LENGTHS]
        length = (b"content-length", b"%d" % len(prepared.body))
        given = False

        async def once() -> Message:
            nonlocal given
            if given:
                return await receive()
            given = True
            return {"type": "http.request", "body": prepared.body, "more_body": False}

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", ()), *own]}
            await send(message)

        await self._app({**scope, "headers": [*kept, length]}, once, sent)

    def _closing(self, send: Send) -> Send:
        async def sent(message: Message) -> None:
            if message["type"].startswith("lifespan.shutdown"):
                await asyncio.to_thread(self.close)
            await send(message)

        return sent

    def close(self) -> None:
        """Finish, write what events wait, and close the engine; done when the lifespan ends."""
        self._workers.close()
        self._sink.close()
        self._engine.close()


_LENGTHS = frozenset({b"content-length", b"transfer-encoding"})
