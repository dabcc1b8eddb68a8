"""An OpenAI- or Anthropic-compatible endpoint, spoken to through litellm.

Imported only when a request is to be made: it loads litellm, which takes seconds. litellm is kept
from everything but translating between the two forms: no price list, no header list and no
``.env`` is read, no log is written, and its HTTP goes through a transport that lets one request a
call pass, to the given address alone. So it can neither retry, nor follow a redirect, nor call
home.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Sequence
from contextvars import ContextVar
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

import httpx

from pipelines.replays.model.asking import Message, Parameters
from pipelines.replays.model.replies import AskingFailedError, Reply, retry_after
from pipelines.replays.model.service import Api, Service

# Read by litellm while it is imported.
os.environ.update(
    LITELLM_LOCAL_ANTHROPIC_BETA_HEADERS="True",
    LITELLM_LOCAL_BLOG_POSTS="True",
    LITELLM_LOCAL_MODEL_COST_MAP="True",
    LITELLM_LOG="ERROR",
    LITELLM_MODE="PRODUCTION",
)

import litellm
import openai
from litellm.llms.custom_httpx.http_handler import AsyncHTTPHandler

litellm.suppress_debug_info = True
litellm.disable_aiohttp_transport = True
for _name in ("LiteLLM", "LiteLLM Router", "LiteLLM Proxy"):
    logging.getLogger(_name).disabled = True

_LARGEST = 8_000_000
_QUOTED = 200
_NO_KEY = "none"
_SECRET = 12
"""Characters from which a key is taken for a secret; a local server's may be a word."""

_OK = range(200, 300)
_MOVED = range(300, 400)
_SERVER = range(500, 600)
_HOPELESS = {401: "refuses the key", 403: "refuses the key", 404: "is not there"}
_LATER = frozenset({408, 409, 425, 429})


class _Call:
    """What the transport saw of one call."""

    __slots__ = ("body", "complete", "headers", "refused", "sent", "status")

    def __init__(self) -> None:
        self.sent = False
        self.refused = False
        self.status: int | None = None
        self.headers = httpx.Headers()
        self.body = b""
        self.complete = False


_call: ContextVar[_Call] = ContextVar("call")


class Endpoint:
    """A service to ask; an asynchronous context manager that closes its connections.

    Args:
        service: where it is, how it speaks and what opens it.
        timeout: seconds until the whole answer has to be there.
    """

    def __init__(self, service: Service, *, timeout: float) -> None:
        self._service = service
        self._timeout = timeout
        key = service.key or _NO_KEY
        self._transport = _OneRequest(httpx.URL(service.base_url))
        self._client = httpx.AsyncClient(transport=self._transport, follow_redirects=False)
        self._handler: AsyncHTTPHandler | None = None
        client: object
        if service.api is Api.OPENAI:
            client = openai.AsyncOpenAI(
                api_key=key, base_url=service.base_url, http_client=self._client, max_retries=0
            )
        else:
            self._handler = AsyncHTTPHandler(transport=self._transport, follow_redirects=False)
            client = self._handler
        self._fixed: dict[str, Any] = {
            "model": f"{service.api.value}/{service.model}",
            "api_base": service.base_url,
            "api_key": key,
            "client": client,
            "max_retries": 0,
            "num_retries": 0,
            "timeout": timeout,
        }

    async def __aenter__(self) -> Endpoint:
        return self

    async def __aexit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        if self._handler is not None:
            await self._handler.close()
        await self._client.aclose()
        await self._transport.close()

    async def ask(self, messages: Sequence[Message], parameters: Parameters) -> Reply:
        """One request.

        Raises:
            AskingFailedError: there is no usable answer.
        """
        sent: dict[str, Any] = {"max_tokens": parameters.max_tokens}
        if parameters.temperature is not None:
            sent["temperature"] = parameters.temperature
        call = _Call()
        token = _call.set(call)
        try:
            async with asyncio.timeout(self._timeout):
                answer = await litellm.acompletion(messages=list(messages), **sent, **self._fixed)
            reply = _reply(answer)
        except Exception as error:
            # litellm's own message may quote the key or the whole answer, so it is not passed on.
            raise self._failure(call, error) from None
        finally:
            _call.reset(token)
        if self._service.key is not None and len(self._service.key) >= _SECRET:
            reply = reply._replace(text=self._service.redacted(reply.text))
        return reply

    def _failure(self, call: _Call, error: Exception) -> AskingFailedError:
        where = self._service.base_url
        status = call.status
        if status is None:
            if not call.sent and not call.refused and not _late(error):
                said = self._service.redacted(str(error))[:_QUOTED]
                return AskingFailedError(f"{where} was not asked: {said}", fatal=True)
            reason = "gave no answer in time" if _late(error) else "cannot be reached"
            return AskingFailedError(f"{where} {reason}", again=True, billed=call.sent)
        if status in _OK:
            reason = "answered with something else than a completion"
            if not call.complete:
                reason = (
                    "gave half an answer and no more in time"
                    if _late(error)
                    else ("cut its answer off")
                )
            return AskingFailedError(f"{where} {reason}", again=True, billed=True)
        said = " ".join(self._service.redacted(call.body.decode(errors="replace")).split())
        quoted = f" ({said[:_QUOTED]})" if said else ""
        if status in _MOVED:
            return AskingFailedError(
                f"{where} points elsewhere (status {status}), and nothing is sent to any other "
                "address; give that one as --base-url if it is meant",
                fatal=True,
            )
        if status in _HOPELESS:
            return AskingFailedError(
                f"{where} {_HOPELESS[status]} (status {status}){quoted}", fatal=True
            )
        later = status in _LATER or status in _SERVER
        return AskingFailedError(
            f"{where} answered with status {status}{quoted}",
            again=later,
            wait=retry_after(call.headers.get("retry-after"), now=datetime.now(UTC)),
        )


class _OneRequest(httpx.AsyncBaseTransport):
    """Lets one request a call pass, below the given address, and notes what came of it.

    Proxies of the environment are not used: they are another address.
    """

    def __init__(self, base: httpx.URL) -> None:
        self._base = base
        self._inner = httpx.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        call = _call.get()
        url = request.url
        there = (url.scheme, url.host, url.port) == (
            self._base.scheme,
            self._base.host,
            self._base.port,
        )
        if not there or not url.path.startswith(self._base.path.rstrip("/")):
            raise httpx.UnsupportedProtocol("an address that was not given")
        if call.sent:
            raise httpx.UnsupportedProtocol("a second request for one call")
        call.sent = True
        try:
            response = await self._inner.handle_async_request(request)
        except (httpx.ConnectError, httpx.ConnectTimeout):
            call.sent, call.refused = False, True
            raise
        call.status = response.status_code
        call.headers = response.headers
        assert isinstance(response.stream, httpx.AsyncByteStream)
        return httpx.Response(
            response.status_code,
            headers=response.headers,
            stream=_Watched(response.stream, call),
            extensions=response.extensions,
        )

    async def aclose(self) -> None:
        """Nothing: litellm closes what it is handed when it likes; `close` is the end."""

    async def close(self) -> None:
        """Close all connections."""
        await self._inner.aclose()


class _Watched(httpx.AsyncByteStream):
    """A body that is bounded, and of which it is known whether it came whole."""

    def __init__(self, inner: httpx.AsyncByteStream, call: _Call) -> None:
        self._inner = inner
        self._call = call

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        async for part in self._inner:
            size += len(part)
            if size > _LARGEST:
                raise httpx.ReadError("an answer beyond all measure")
            if len(self._call.body) < _QUOTED:
                self._call.body += part[:_QUOTED]
            yield part
        self._call.complete = True

    async def aclose(self) -> None:
        await self._inner.aclose()


def _reply(answer: Any) -> Reply:
    """What litellm made of the answer; anything it cannot be raises."""
    choice = answer.choices[0]
    text = choice.message.content
    if text is not None and not isinstance(text, str):
        raise TypeError("content that is no text")
    usage = getattr(answer, "usage", None)
    return Reply(
        text=text or "",
        finish=str(choice.finish_reason or ""),
        input_tokens=_count(getattr(usage, "prompt_tokens", None)),
        output_tokens=_count(getattr(usage, "completion_tokens", None)),
    )


def _count(value: object) -> int | None:
    # litellm fills in 0 where nothing is reported, and no prompt and no answer has none.
    return value if type(value) is int and value > 0 else None


def _late(error: BaseException) -> bool:
    return isinstance(error, TimeoutError | openai.APITimeoutError)
