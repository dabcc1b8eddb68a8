"""The client's side of one request: its body as it comes in, and the answer that it is given."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping

import orjson
from starlette.types import Message, Receive, Send

from compressors.errors import ToinError
from compressors.serving.headers import Headers

_JSON = (b"content-type", b"application/json")


class ClientGone(ToinError):
    """The client hung up; nobody waits for an answer."""


class Refused(ToinError):
    """A request that the proxy answers itself: with this status, type and sentence."""

    def __init__(
        self, status: int, reason: str, sentence: str, *, headers: Mapping[str, str] | None = None
    ) -> None:
        self.status = status
        self.reason = reason
        self.headers = dict(headers or {})
        super().__init__(sentence)


class Body:
    """A request's body.

    Args:
        receive: gives it.
        declared: its ``Content-Length``, where it says so.
        most: the bytes that it may have.
        seconds: how long it may pause.
    """

    def __init__(
        self, receive: Receive, *, declared: str | None, most: int, seconds: float
    ) -> None:
        self._receive = receive
        self._declared = declared
        self._most = most
        self._seconds = seconds
        self._read = asyncio.Event()

    async def whole(self) -> bytes:
        """All of it; for what it raises see :meth:`parts`."""
        return b"".join([part async for part in self.parts()])

    async def parts(self) -> AsyncIterator[bytes]:
        """It, as it comes.

        Raises:
            Refused: it is too long, or too slow.
            ClientGone: it ended before its end.
        """
        if self._declared is not None and self._declared.isdigit():
            self._check(int(self._declared))
        length, more = 0, True
        while more:
            message = await self._next()
            part: bytes = message.get("body", b"")
            more = message.get("more_body", False)
            length += len(part)
            self._check(length)
            if part:
                yield part
        self._read.set()

    async def gone(self) -> None:
        """Returns once the client has hung up, after it has sent all of its body."""
        await self._read.wait()
        while (await self._receive())["type"] != "http.disconnect":
            pass

    async def _next(self) -> Message:
        try:
            async with asyncio.timeout(self._seconds):
                message = await self._receive()
        except TimeoutError:
            raise Refused(
                408, "too_slow", f"no byte of the request came for {self._seconds:g} seconds"
            ) from None
        if message["type"] == "http.disconnect":
            raise ClientGone("the client hung up while it sent its request")
        return message

    def _check(self, length: int) -> None:
        if length > self._most:
            raise Refused(413, "too_long", f"the request's body is longer than {self._most} bytes")


class Response:
    """An answer on its way to the client.

    Attributes:
        status: of what has begun; None before that.
        ended: whether all of it is out.
    """

    def __init__(self, send: Send, *, seconds: float) -> None:
        """``seconds``: how long the client may take no byte before it is given up."""
        self._send = send
        self._seconds = seconds
        self.status: int | None = None
        self.ended = False

    async def start(self, status: int, headers: Headers) -> None:
        """Status and headers."""
        self.status = status
        await self._give({"type": "http.response.start", "status": status, "headers": headers})

    async def chunk(self, content: bytes) -> None:
        """Some of the body, at once."""
        if content:
            await self._give({"type": "http.response.body", "body": content, "more_body": True})

    async def end(self, content: bytes = b"") -> None:
        """The last of the body."""
        await self._give({"type": "http.response.body", "body": content, "more_body": False})
        self.ended = True

    async def refuse(self, refused: Refused) -> None:
        """An answer of the proxy's own."""
        error = {"type": f"toin_{refused.reason}", "message": str(refused)}
        content = orjson.dumps({"error": error})
        headers = [
            _JSON,
            (b"content-length", b"%d" % len(content)),
            # What is left of a body that was not read is not to be taken for a request.
            (b"connection", b"close"),
            *((name.lower().encode(), value.encode()) for name, value in refused.headers.items()),
        ]
        await self.start(refused.status, headers)
        await self.end(content)

    async def _give(self, message: dict[str, object]) -> None:
        try:
            async with asyncio.timeout(self._seconds):
                await self._send(message)
        except TimeoutError:
            raise ClientGone("the client takes no byte of its answer") from None
