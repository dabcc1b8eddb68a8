"""One request through the proxy: read, shortened, sent on, and its answer given back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field

from starlette.types import Receive, Scope, Send

from compressors._report import log, report
from compressors.engine import Engine
from compressors.events import Event
from compressors.providers.base import Fields
from compressors.serving.answering import Answering
from compressors.serving.client import Body, ClientGone, Refused, Response
from compressors.serving.dialects import DIALECTS
from compressors.serving.forms import Form, Vendor, form_of, vendor_of
from compressors.serving.headers import bears, by_name, towards_client, towards_upstream
from compressors.serving.metrics import Metrics
from compressors.serving.objects import json_object
from compressors.serving.passage import Passage, Prepared
from compressors.serving.reporter import Sink
from compressors.serving.retrieval import JSON, STREAM, Loop
from compressors.serving.settings import Settings
from compressors.serving.shortener import Shortener
from compressors.serving.sse import Events, TooLong
from compressors.serving.upstream import Answer, Upstream, UpstreamFault
from compressors.serving.usage import UsageReader
from compressors.serving.usage_events import usage_event
from compressors.serving.workers import Workers
from compressors.telemetry import LiveStamps

_FAULTS = {
    "unreachable": (502, "the upstream cannot be reached; see that --upstream is right and up"),
    "timeout": (504, "the upstream gave no answer in time"),
    "broken": (502, "what the upstream answered is no HTTP"),
    "cut": (502, "the upstream's answer was cut"),
}
_LONGEST_READ = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class _Request:
    """What is known of a request from its first lines."""

    scope: Scope
    body: Body
    response: Response
    headers: dict[str, str]
    form: Form | None
    vendor: Vendor
    target: bytes


class Proxy:
    """An ASGI application that passes requests on.

    Args:
        engine: shortens.
        settings: where to, for whom, within which limits.
        upstream: the way to the providers.
        workers: where the engine works.
        sink: where events go.
        stamps: of live events.
        metrics: what is counted.
    """

    def __init__(
        self,
        engine: Engine,
        settings: Settings,
        *,
        upstream: Upstream,
        workers: Workers,
        sink: Sink,
        stamps: LiveStamps,
        metrics: Metrics,
    ) -> None:
        self._engine = engine
        self._settings = settings
        self._limits = settings.limits
        self._upstream = upstream
        self._sink = sink
        self._stamps = stamps
        self._metrics = metrics
        passage = Passage(
            engine, retrieval=settings.retrieval, longest=settings.limits.compress_bytes
        )
        self._shortener = Shortener(
            engine, passage, workers=workers, sink=sink, stamps=stamps, metrics=metrics
        )
        self._complained: set[str] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request. What has begun and cannot be ended is cut, as the client may see."""
        response = Response(send, seconds=self._limits.read_seconds)
        headers = by_name(scope["headers"])
        path, query = _target(scope)
        form = form_of(scope["method"], path.decode("latin-1"), query)
        vendor = vendor_of(form, path.decode("latin-1"), headers)
        target = path + (b"?" + query if query else b"")
        body = Body(
            receive,
            declared=headers.get("content-length"),
            most=self._limits.body_bytes,
            seconds=self._limits.body_seconds,
        )
        request = _Request(scope, body, response, headers, form, vendor, target)
        self._metrics.add("toin_requests_running")
        try:
            await self._answer(request)
        except ClientGone:
            pass
        except Refused as refused:
            self._metrics.add("toin_refused_total", reason=refused.reason)
            await self._refuse(response, refused)
        except UpstreamFault as fault:
            self._metrics.add("toin_upstream_faults_total", fault=fault.fault)
            self._complain(fault.fault)
            if response.status is None:
                status, sentence = _FAULTS[fault.fault]
                await self._refuse(response, Refused(status, f"upstream_{fault.fault}", sentence))
        except Exception as error:
            report(error, "answering a request")
            if response.status is None:
                own = Refused(500, "fault", "the proxy failed; its log says where")
                await self._refuse(response, own)
        finally:
            self._metrics.add("toin_requests_running", -1)
            name = form.name if form else "other"
            given = f"{response.status // 100}xx" if response.status else "none"
            self._metrics.add("toin_requests_total", form=name, status=given)

    async def _answer(self, request: _Request) -> None:
        token = self._settings.token
        if token is not None and not bears(request.headers, token):
            raise Refused(401, "token", "this proxy needs its token in the header X-Toin-Token")
        if not self._upstream.knows(request.vendor):
            raise Refused(404, "no_upstream", f"this proxy has no upstream for {request.vendor}")
        if request.form is None:
            work = self._through(request)
        else:
            content = await request.body.whole()
            work = self._shortened(request, request.form, content)
        await _unless(request.body.gone(), work)

    async def _through(self, request: _Request) -> None:
        """A request that is none of ours, its body and its answer passed on as they come."""
        has_body = {"content-length", "transfer-encoding"} & request.headers.keys()
        headers = towards_upstream(request.scope["headers"], length=None)
        async with self._upstream.send(
            request.vendor,
            request.scope["method"],
            request.target,
            headers,
            request.body.parts() if has_body else b"",
        ) as answer:
            await _Relay(request.response, {}, look=None).run(answer)

    async def _shortened(self, request: _Request, form: Form, body: bytes) -> None:
        """A request of a known form."""
        prepared = await self._shortener.prepared(form, request.headers, body)
        own = self._shortener.own_headers(prepared)
        usage = _Usage(form, lambda reader: self._tell_usage(reader, prepared))

        def ask(content: bytes) -> AbstractAsyncContextManager[Answer]:
            headers = towards_upstream(request.scope["headers"], length=len(content))
            return self._upstream.send(request.vendor, "POST", request.target, headers, content)

        if prepared.retrieval and prepared.turn is not None:
            await Loop(
                dialect=DIALECTS[form.name],
                request=prepared.request,
                ask=ask,
                answering=Answering(self._engine, prepared.turn, self._stamps),
                response=request.response,
                own=own,
                rounds=self._limits.rounds,
                look=usage.look,
                tell=self._tell_retrieval,
                work=self._shortener.work,
            ).run(prepared.body)
            return
        async with ask(prepared.body) as answer:
            await _Relay(request.response, own, look=usage.look).run(answer)

    def _tell_usage(self, reader: UsageReader, prepared: Prepared) -> None:
        usage = reader.read()
        if usage is not None:
            self._sink.put([usage_event(self._engine, usage, prepared, self._stamps)])

    def _tell_retrieval(self, event: Event | None) -> None:
        outcome = event.mode if event is not None and event.mode else "nothing"
        self._metrics.add("toin_retrievals_total", outcome=outcome)
        if event is not None:
            self._sink.put([event])

    async def _refuse(self, response: Response, refused: Refused) -> None:
        if response.status is None:
            try:
                await response.refuse(refused)
            except ClientGone:
                return

    def _complain(self, fault: str) -> None:
        """The first of each kind is worth a line; the rest is counted."""
        if fault not in self._complained:
            self._complained.add(fault)
            log.warning("%s; later faults of this kind are only counted", _FAULTS[fault][1])


@dataclass(slots=True)
class _Usage:
    """Reads usage off each answer, and has it told at each answer's end."""

    form: Form
    tell: Callable[[UsageReader], None]
    reader: UsageReader = field(init=False)

    def __post_init__(self) -> None:
        self.reader = UsageReader(self.form.name)

    def look(self, fields: Fields | None) -> None:
        """An answer or an event of one; None at its end."""
        if fields is not None:
            self.reader.look(fields)
            return
        self.tell(self.reader)
        self.reader = UsageReader(self.form.name)


@dataclass(frozen=True, slots=True)
class _Relay:
    """An answer to the client as it comes; ``look`` is shown what may say its usage."""

    response: Response
    own: dict[str, str]
    look: Callable[[Fields | None], None] | None

    async def run(self, answer: Answer) -> None:
        """Give all of it."""
        await self.response.start(answer.status, towards_client(answer.headers, self.own))
        sight = _Sight(answer.content_type) if self.look else None
        async for chunk in answer.chunks():
            await self.response.chunk(chunk)
            if sight is not None and self.look is not None:
                for fields in sight.fields(chunk):
                    self.look(fields)
        await self.response.end()
        if sight is not None and self.look is not None:
            for fields in sight.end():
                self.look(fields)
            self.look(None)


class _Sight:
    """What can be read of an answer while it passes; nothing of one that is too long."""

    def __init__(self, content_type: str) -> None:
        self._events = Events() if content_type == STREAM else None
        self._whole: bytearray | None = bytearray() if content_type == JSON else None

    def fields(self, chunk: bytes) -> list[Fields]:
        """Of a stream, the events that may say something of usage."""
        if self._whole is not None:
            self._whole += chunk
            if len(self._whole) > _LONGEST_READ:
                self._whole = None
        if self._events is None:
            return []
        try:
            said = [event for event in self._events.feed(chunk) if b'"usage' in event.data]
        except TooLong:
            self._events = None
            return []
        return [fields for event in said if (fields := event.fields()) is not None]

    def end(self) -> list[Fields]:
        """Of a whole answer, all of it."""
        fields = json_object(bytes(self._whole)) if self._whole else None
        return [fields] if fields is not None else []


async def _unless(gone: Coroutine[None, None, None], work: Coroutine[None, None, None]) -> None:
    """Do ``work`` as long as the client waits for it.

    Raises:
        ClientGone: it hung up; the work was given up.
    """
    doing, watching = asyncio.ensure_future(work), asyncio.ensure_future(gone)
    try:
        await asyncio.wait((doing, watching), return_when=asyncio.FIRST_COMPLETED)
    finally:
        watching.cancel()
        if not doing.done():
            doing.cancel()
            await asyncio.wait((doing,))
    if doing.cancelled():
        raise ClientGone("the client hung up")
    doing.result()


def _target(scope: Scope) -> tuple[bytes, bytes]:
    """Path and query as they were written."""
    path: bytes = scope.get("raw_path") or scope["path"].encode()
    return path, scope["query_string"]
