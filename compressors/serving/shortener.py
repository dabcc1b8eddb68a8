"""Bodies shortened and accounted for: what proxy and middleware have in common."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import TypeVar

from compressors.engine import Engine
from compressors.serving.client import Refused
from compressors.serving.forms import Form
from compressors.serving.metrics import Metrics
from compressors.serving.passage import Passage, Prepared
from compressors.serving.reporter import Sink
from compressors.serving.workers import Busy, Workers
from compressors.telemetry import LiveStamps, turn_events

T = TypeVar("T")


class Shortener:
    """Prepares bodies beside the event loop, and tells what it did.

    Args:
        engine: shortens.
        passage: prepares a body.
        workers: where it works.
        sink: where events go.
        stamps: of live events.
        metrics: what is counted.
    """

    def __init__(
        self,
        engine: Engine,
        passage: Passage,
        *,
        workers: Workers,
        sink: Sink,
        stamps: LiveStamps,
        metrics: Metrics,
    ) -> None:
        self._engine = engine
        self._passage = passage
        self._workers = workers
        self._sink = sink
        self._stamps = stamps
        self._metrics = metrics

    async def prepared(self, form: Form, headers: Mapping[str, str], body: bytes) -> Prepared:
        """``body`` as it goes out; ``headers`` are the client's, by name in lower case.

        Raises:
            Refused: too many wait already.
        """
        started = time.perf_counter()
        prepared = await self.work(lambda: self._prepare(form, headers, body))
        self._metrics.took(time.perf_counter() - started)
        return prepared

    async def work(self, work: Callable[[], T]) -> T:
        """What ``work`` gives, done in a thread.

        Raises:
            Refused: too many wait already.
        """
        try:
            return await self._workers.run(work)
        except Busy as busy:
            raise Refused(503, "busy", str(busy), headers={"Retry-After": "1"}) from None

    def own_headers(self, prepared: Prepared) -> dict[str, str]:
        """What the client is told of it."""
        own = {"X-Toin-Fingerprint": self._engine.fingerprint}
        if self._engine.book.id is not None:
            own["X-Toin-Publication"] = self._engine.book.id
        if prepared.turn is not None:
            own["X-Toin-Tokens-Before"] = str(prepared.turn.tokens_before)
            own["X-Toin-Tokens-After"] = str(prepared.turn.tokens_after)
        if prepared.retrieval:
            own["X-Toin-Retrieval"] = "on"
        return own

    def _prepare(self, form: Form, headers: Mapping[str, str], body: bytes) -> Prepared:
        """In a thread: what it did is told, whether or not the client waits that long."""
        prepared = self._passage.prepare(form, headers, body)
        if prepared.untouched is not None:
            self._metrics.add("toin_untouched_total", reason=prepared.untouched)
        if prepared.turn is not None:
            self._sink.put(turn_events(self._engine, prepared.turn, self._stamps))
            for placed in prepared.turn.compressions:
                if not placed.again:
                    self._metrics.compressed(placed.compression)
        return prepared
