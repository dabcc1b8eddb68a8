"""Compress, retrieve and stats for hosts of the Model Context Protocol."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import TypedDict

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError

from compressors.engine import Compression, Engine
from compressors.errors import HandleUnknown
from compressors.events import Event
from compressors.serving.reporter import Sink
from compressors.telemetry import LiveStamps, compression_event, retrieval_event
from compressors.tokens import estimate

_MOST = 10_000
_INSTRUCTIONS = (
    "Shortens long tool output before it is read, and gives back what was left out. Texts that "
    'end with [toin: … left out; toin_retrieve("HANDLE") returns all of it] are short forms.'
)


class Stats(TypedDict):
    """What this server did since it started; tokens are estimates.

    ``net_tokens_saved`` is before less after, less what retrievals brought back; it may be
    negative.
    """

    compressions: int
    tokens_before: int
    tokens_after: int
    retrievals: int
    tokens_returned: int
    net_tokens_saved: int
    status: str
    reasons: list[str]
    publication: str | None
    fingerprint: str


class _Account:
    """What was compressed here, by handle, and the sums of it."""

    def __init__(self, engine: Engine, sink: Sink, stamps: LiveStamps) -> None:
        self._engine = engine
        self._sink = sink
        self._stamps = stamps
        self._lock = threading.Lock()
        self._made: OrderedDict[str, tuple[Compression, Event]] = OrderedDict()
        self._sums = [0, 0, 0, 0, 0]

    def compressed(self, done: Compression) -> None:
        event = compression_event(
            self._engine,
            done,
            stamp=self._stamps.next(),
            origin="live",
            conversation=None,
            tool=None,
            nth=None,
        )
        with self._lock:
            self._add(1, done.tokens_before, done.tokens_after, 0, 0)
            if done.handle is not None:
                self._made.setdefault(done.handle, (done, event))
                while len(self._made) > _MOST:
                    self._made.popitem(last=False)
        self._sink.put([event])

    def returned(self, handle: str, tokens: int, *, whole: bool) -> None:
        with self._lock:
            self._add(0, 0, 0, 1, tokens)
            made = self._made.get(handle)
        if made is None:
            return
        done, event = made
        self._sink.put(
            [
                retrieval_event(
                    self._engine,
                    done,
                    stamp=self._stamps.next(),
                    of=event,
                    mode="full" if whole else "query",
                    tokens_returned=tokens,
                )
            ]
        )

    def stats(self) -> Stats:
        with self._lock:
            made, before, after, retrievals, returned = self._sums
        health = self._engine.health()
        return Stats(
            compressions=made,
            tokens_before=before,
            tokens_after=after,
            retrievals=retrievals,
            tokens_returned=returned,
            net_tokens_saved=before - after - returned,
            status=health.status,
            reasons=list(health.reasons),
            publication=health.publication,
            fingerprint=health.fingerprint,
        )

    def _add(self, *amounts: int) -> None:
        self._sums = [old + new for old, new in zip(self._sums, amounts, strict=True)]


def make_server(engine: Engine, sink: Sink, stamps: LiveStamps) -> MCPServer[None]:
    """The server over ``engine``; its events go to ``sink``."""
    server: MCPServer[None] = MCPServer("toin", instructions=_INSTRUCTIONS, log_level="ERROR")
    account = _Account(engine, sink, stamps)
    for tool in _tools(engine, account):
        server.tool(name=f"toin_{tool.__name__}")(tool)
    return server


def _tools(engine: Engine, account: _Account) -> tuple[Callable[..., object], ...]:
    def compress(content: str, query: str = "", tool: str = "") -> str:
        """Return CONTENT shorter: what bears on QUERY and what is odd in it stays.

        TOOL is the name of the tool that returned it. What was left out is said in the last
        line, with a handle for toin_retrieve.
        """
        done = engine.compress(content, query=query or None, tool=tool or None)
        account.compressed(done)
        return done.text

    def retrieve(handle: str, query: str = "") -> str:
        """Return the original behind HANDLE, or only the passages of it that answer QUERY.

        HANDLE is the 16 hex digits in the last line of a shortened text.
        """
        try:
            text = engine.retrieve(handle.strip(), query or None)
            whole = not query or text == engine.retrieve(handle.strip())
        except HandleUnknown:
            raise ToolError(
                "no original is kept under this handle; give the 16 hex digits that stand in "
                "the text's last line, or call the tool that returned it again"
            ) from None
        account.returned(handle.strip(), estimate(text), whole=whole)
        return text

    def stats() -> Stats:
        """Return what was saved since the server started, net of what was asked for again."""
        return account.stats()

    return compress, retrieve, stats
