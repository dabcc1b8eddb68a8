"""The loop of one request: while the model asks for originals, they are answered here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from compressors.events import Event
from compressors.providers.base import Called, Fields
from compressors.serving.answering import Answered, Answering
from compressors.serving.client import Response
from compressors.serving.dialects.base import Dialect, Joiner
from compressors.serving.headers import Headers, towards_client
from compressors.serving.objects import json_object, json_text
from compressors.serving.splice import splice
from compressors.serving.sse import Events, ServerEvent, TooLong
from compressors.serving.upstream import Answer, UpstreamFault

STREAM = "text/event-stream"
JSON = "application/json"

Ask = Callable[[bytes], AbstractAsyncContextManager[Answer]]
"""Sends a body to the provider."""


@dataclass(frozen=True, slots=True)
class Loop:
    """Answers to one request, until one asks for no original.

    Attributes:
        dialect: the form's.
        request: what the client sent.
        ask: sends a body to the provider.
        answering: gives originals.
        response: the client's.
        own: the proxy's headers.
        rounds: how often originals are answered.
        look: is shown every answer, or event of one, for its usage; called with None at its end.
        tell: takes each retrieval's event, None where nothing was had back.
        work: does work beside the event loop.
    """

    dialect: Dialect
    request: Fields
    ask: Ask
    answering: Answering
    response: Response
    own: dict[str, str]
    rounds: int
    look: Callable[[Fields | None], None]
    tell: Callable[[Event | None], None]
    work: Callable[[Callable[[], list[Answered]]], Awaitable[list[Answered]]]

    async def run(self, body: bytes) -> None:
        """Send ``body``, and what follows from its answers; give the client the last.

        Raises:
            UpstreamFault: the provider did not answer, or an answer that was begun is cut.
        """
        joined = _Joined(self.dialect.joiner())
        asked = _Asked(self.dialect, self.request, body)
        for number in range(self.rounds + 2):
            async with self.ask(asked.body) as answer:
                answers = answer.status == 200
                if answers and answer.content_type == STREAM:
                    fields = await self._stream(answer, joined)
                elif self.response.status is not None:
                    # The client is in the middle of a stream that nothing else can go on with.
                    raise UpstreamFault("cut")
                elif answers and answer.content_type == JSON:
                    joined.rest = await self._whole(answer)
                    fields = json_object(joined.rest)
                    self.look(fields)
                else:
                    await self._pass(answer)
                    return
                headers = answer.headers
            self.look(None)
            calls = [call for call in self._calls(fields) if self.answering.ours(call)]
            if not calls or number > self.rounds:
                break
            asked.go_on(fields or {}, await self._results(calls, last=number == self.rounds))
            joined.next()
        await self._finish(headers, joined.flush())

    async def _stream(self, answer: Answer, joined: _Joined) -> Fields | None:
        """Give out a stream until it may ask for an original; then hold it. Gives its answer."""
        if self.response.status is None:
            await self._start(answer.status, answer.headers)
        reader, events = self.dialect.reader(), Events()
        try:
            async for chunk in answer.chunks():
                out = []
                for event in events.feed(chunk):
                    fields = event.fields()
                    if fields is not None:
                        self.look(fields)
                        joined.holds = reader.take(fields) or joined.holds
                    out.append(joined.take(event, fields))
                await self.response.chunk(b"".join(out))
        except TooLong as error:
            raise UpstreamFault("broken") from error
        except UpstreamFault:
            await self.response.chunk(joined.flush() + events.rest())
            raise
        joined.rest = events.rest()
        return reader.answer()

    async def _whole(self, answer: Answer) -> bytes:
        return b"".join([chunk async for chunk in answer.chunks()])

    async def _pass(self, answer: Answer) -> None:
        """An answer that is none of a model."""
        await self._start(answer.status, answer.headers)
        async for chunk in answer.chunks():
            await self.response.chunk(chunk)
        await self.response.end()

    async def _finish(self, headers: Headers, held: bytes) -> None:
        if self.response.status is None:
            await self._start(200, headers)
        await self.response.end(held)

    async def _start(self, status: int, headers: Headers) -> None:
        await self.response.start(status, towards_client(headers, self.own))

    def _calls(self, fields: Fields | None) -> list[Called]:
        return self.dialect.calls(fields) if fields is not None else []

    async def _results(self, calls: list[Called], *, last: bool) -> list[tuple[Called, str]]:
        answered = await self.work(
            lambda: [self.answering.answer(call, last=last) for call in calls]
        )
        for each in answered:
            self.tell(each.event)
        return [(call, each.text) for call, each in zip(calls, answered, strict=True)]


@dataclass(slots=True)
class _Asked:
    """The body that goes up, longer with every round."""

    dialect: Dialect
    request: Fields
    body: bytes
    _is_list: bool = False

    def go_on(self, answer: Fields, results: list[tuple[Called, str]]) -> None:
        place, items, instead = self.dialect.more(self.request, answer, results)
        if instead is not None and not self._is_list:
            self.body = splice(self.body, {place: json_text(instead)})
            self._is_list = True
        self.body = splice(self.body, {}, {place: [json_text(item) for item in items]})


class _Joined:
    """The streams of all answers as one, and what of them may not go out yet."""

    def __init__(self, joiner: Joiner) -> None:
        self.holds = False
        self.rest = b""
        self._joiner = joiner
        self._later = False
        self._held: list[tuple[ServerEvent, Fields | None]] = []

    def take(self, event: ServerEvent, fields: Fields | None) -> bytes:
        """What goes out at once for an event."""
        if self.holds:
            self._held.append((event, fields))
            return b""
        return self._out(event, fields)

    def flush(self) -> bytes:
        """All that was held: the client gets it after all."""
        held, self._held = self._held, []
        rest, self.rest = self.rest, b""
        return b"".join(self._out(*each) for each in held) + rest

    def next(self) -> None:
        """What is held was for the proxy; another answer begins."""
        self.rest, self.holds, self._later = b"", False, True
        self._held.clear()

    def _out(self, event: ServerEvent, fields: Fields | None) -> bytes:
        if self._later:
            return self._joiner.joined(event, fields)
        self._joiner.first(event, fields)
        return event.raw
