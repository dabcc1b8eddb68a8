"""The proxy as one application: its own endpoints, and the way through for everything else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.types import Receive, Scope, Send

from compressors.engine import Engine
from compressors.serving.headers import bears
from compressors.serving.metrics import CONTENT_TYPE, Metrics
from compressors.serving.proxy import Proxy
from compressors.serving.reporter import NoReporter, Reporter, Sink, instance_of
from compressors.serving.settings import Settings
from compressors.serving.upstream import Upstream
from compressors.serving.workers import Workers
from compressors.telemetry import LiveStamps

_SHOWN = (
    "reasons", "publication", "source", "signed_by", "rows", "certified", "standing",
    "lossless_only", "demonstration", "engine", "fingerprint", "pepper_id", "public_pepper",
)  # fmt: skip


@dataclass(slots=True)
class State:
    """What of a running proxy others set or look at."""

    metrics: Metrics = field(default_factory=Metrics)
    draining: bool = False


def make_app(engine: Engine, settings: Settings, state: State | None = None) -> Starlette:
    """The ASGI application of a proxy. It closes the engine when it ends."""
    parts = _Parts(engine, settings, state or State())
    return Starlette(
        routes=[
            Route("/healthz", parts.healthz),
            Route("/readyz", parts.readyz),
            Route("/metrics", parts.metrics),
            Mount("/", app=parts.through),
        ],
        lifespan=parts.lifespan,
    )


class _Parts:
    """The endpoints, over one proxy that is made once the event loop runs."""

    def __init__(self, engine: Engine, settings: Settings, state: State) -> None:
        self._engine = engine
        self._settings = settings
        self._state = state
        self._sink: Sink = NoReporter()
        self._proxy: Proxy | None = None

    @asynccontextmanager
    async def lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        limits = self._settings.limits
        instance = instance_of(self._engine, self._settings.instance)
        if self._settings.events is not None:
            self._sink = Reporter(self._settings.events, name=f"live-{instance}")
        upstream = Upstream(self._settings.upstreams, limits)
        workers = Workers(threads=limits.threads, queue=limits.queue)
        self._proxy = Proxy(
            self._engine,
            self._settings,
            upstream=upstream,
            workers=workers,
            sink=self._sink,
            stamps=LiveStamps(instance),
            metrics=self._state.metrics,
        )
        try:
            yield
        finally:
            await upstream.close()
            await asyncio.to_thread(self._close, workers)

    def _close(self, workers: Workers) -> None:
        workers.close()
        self._sink.close()
        self._engine.close()

    async def through(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._proxy is not None and scope["type"] == "http":
            await self._proxy(scope, receive, send)

    async def healthz(self, _request: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def readyz(self, _request: Request) -> Response:
        """How the engine is; a proxy that drains wants no more requests."""
        health = self._engine.health()
        shown = {name: getattr(health, name) for name in _SHOWN} | {"faults": {**health.faults}}
        status = "draining" if self._state.draining else health.status
        code = 503 if self._state.draining else 200
        return JSONResponse({"status": status, **shown}, status_code=code)

    async def metrics(self, request: Request) -> Response:
        token = self._settings.token
        if token is not None and not bears(request.headers, token, bearer=True):
            return PlainTextResponse("the token is missing\n", status_code=401)
        faults = self._engine.health().faults
        extra = [
            ("toin_engine_faults_total", (("fault", fault),), count)
            for fault, count in faults.items()
        ]
        written = [
            ("toin_events_written_total", (), self._sink.written),
            ("toin_events_lost_total", (), self._sink.lost),
        ]
        text = self._state.metrics.text([*extra, *written])
        return PlainTextResponse(text, media_type=CONTENT_TYPE)
