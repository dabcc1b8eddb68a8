"""Requests to the provider: the bytes that are given, and the answer as it comes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from http.cookiejar import DefaultCookiePolicy
from typing import Literal

import httpx

from compressors.errors import ToinError
from compressors.serving.forms import Vendor
from compressors.serving.headers import Headers
from compressors.serving.settings import Limits

Fault = Literal["unreachable", "timeout", "broken", "cut"]
"""Not reached; silent for too long; no answer of HTTP; an answer that ends before its end."""

_FAULTS: tuple[tuple[type[Exception], Fault], ...] = (
    (httpx.ConnectError, "unreachable"),
    (httpx.ConnectTimeout, "unreachable"),
    (httpx.TimeoutException, "timeout"),
)


class UpstreamFault(ToinError):
    """The provider gave no answer, or not all of it. Its message holds nothing of a request."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        super().__init__(fault)


class Answer:
    """An answer that has begun: status, headers, and bytes as they come, still encoded."""

    def __init__(self, response: httpx.Response) -> None:
        self._response = response
        self.status = response.status_code
        self.headers: Headers = response.headers.raw

    @property
    def content_type(self) -> str:
        """Of its body, without parameters; empty where it is encoded, since it cannot be read."""
        if self._response.headers.get("content-encoding", "identity") != "identity":
            return ""
        kind: str = self._response.headers.get("content-type", "")
        return kind.partition(";")[0].strip().lower()

    async def chunks(self) -> AsyncIterator[bytes]:
        """The body.

        Raises:
            UpstreamFault: it ends before its end.
        """
        try:
            async for chunk in self._response.aiter_raw():
                if chunk:
                    yield chunk
        except httpx.TimeoutException as error:
            raise UpstreamFault("timeout") from error
        except httpx.HTTPError as error:
            raise UpstreamFault("cut") from error


class Upstream:
    """The way to the providers. Opened within a running event loop, closed at the end."""

    def __init__(self, addresses: Mapping[Vendor, str], limits: Limits) -> None:
        self._addresses = {vendor: httpx.URL(url) for vendor, url in addresses.items()}
        self._client = httpx.AsyncClient(
            timeout=httpx.Timeout(limits.read_seconds, connect=limits.connect_seconds, pool=None),
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=256),
            follow_redirects=False,
        )
        # A client's cookies are its own: none is kept.
        self._client.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=[]))

    def knows(self, vendor: Vendor) -> bool:
        """Whether there is an address for this vendor."""
        return vendor in self._addresses

    @asynccontextmanager
    async def send(
        self,
        vendor: Vendor,
        method: str,
        target: bytes,
        headers: Headers,
        content: bytes | AsyncIterator[bytes],
    ) -> AsyncIterator[Answer]:
        """The answer to a request for ``target``, the path and query as the client wrote them.

        Raises:
            UpstreamFault: there is no answer.
        """
        base = self._addresses[vendor]
        request = httpx.Request(
            method,
            base,
            headers=[(b"host", base.netloc), *headers],
            content=content,
            extensions={
                "target": base.raw_path.rstrip(b"/") + target,
                "timeout": self._client.timeout.as_dict(),
            },
        )
        try:
            response = await self._client.send(request, stream=True)
        except httpx.HTTPError as error:
            known = (fault for kind, fault in _FAULTS if isinstance(error, kind))
            raise UpstreamFault(next(known, "broken")) from error
        try:
            yield Answer(response)
        finally:
            await response.aclose()

    async def close(self) -> None:
        """Let go of connections."""
        await self._client.aclose()
