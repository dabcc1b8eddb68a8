"""Events on their way to segments, written beside the requests and never in their way."""

from __future__ import annotations

import queue
import socket
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Protocol

from compressors._report import log
from compressors.engine import Engine
from compressors.errors import ToinError
from compressors.events import Event, RowRefused
from compressors.telemetry import SegmentWriter

SEGMENT_SECONDS = 60.0
SEGMENT_EVENTS = 10_000
_WAITING = 50_000


def instance_of(engine: Engine, name: str | None = None) -> str:
    """The keyed name of a proxy: that of its machine unless it has one of its own."""
    return engine.pepper.key(f"proxy\x1f{name or socket.gethostname()}")


class Sink(Protocol):
    """Where events go; ``written`` and ``lost`` count them."""

    written: int
    lost: int

    def put(self, events: Iterable[Event]) -> None:
        """Take events; never waits, never raises."""
        ...

    def close(self) -> None:
        """Write what is there."""
        ...


class NoReporter:
    """Events go nowhere."""

    written = 0
    lost = 0

    def put(self, events: Iterable[Event]) -> None:
        """Take nothing."""

    def close(self) -> None:
        """Nothing is there."""


class Reporter:
    """Writes events to segments in one thread of its own.

    A segment is closed once it is ``seconds`` old or has ``most`` events, and at the end. What a
    disk does not take is lost and counted: a request never waits for it.

    Args:
        directory: where segments go.
        name: begins the segments' names; one for each process.
        seconds: how long events may wait before their segment is complete.
        most: events of one segment.
        clock: seconds that only grow.

    Attributes:
        written: events in complete segments.
        lost: events that no segment took.
    """

    def __init__(
        self,
        directory: Path,
        *,
        name: str,
        seconds: float = SEGMENT_SECONDS,
        most: int = SEGMENT_EVENTS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.written = 0
        self.lost = 0
        self._directory = directory
        self._name = name
        self._seconds = seconds
        self._most = most
        self._clock = clock
        self._queue: queue.SimpleQueue[Event | None] = queue.SimpleQueue()
        self._complained = False
        self._thread = threading.Thread(target=self._run, name="toin-events", daemon=True)
        self._thread.start()

    def put(self, events: Iterable[Event]) -> None:
        """Have events written; where too many wait already they are lost."""
        for event in events:
            if self._queue.qsize() < _WAITING:
                self._queue.put(event)
            else:
                self._lose(1, "too many wait")

    def close(self) -> None:
        """Write what waits, and complete the segment."""
        self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        while True:
            event = self._queue.get()
            if event is None:
                return
            if not self._segment(event):
                return

    def _segment(self, first: Event) -> bool:
        """One segment, from its first event on; whether there may be another."""
        taken, goes_on = 1, True
        end = self._clock() + self._seconds
        event: Event | None = first
        try:
            with SegmentWriter(self._directory, name=self._name) as segment:
                while event is not None:
                    try:
                        segment.write(event)
                    except RowRefused as error:
                        taken -= 1
                        self._lose(1, str(error))
                    if taken >= self._most:
                        break
                    event, goes_on = self._next(end)
                    taken += event is not None
            self.written += taken
        except (ToinError, OSError) as error:
            self._lose(taken, str(error))
        return goes_on

    def _next(self, end: float) -> tuple[Event | None, bool]:
        """The next event before ``end``, if any, and whether more may come after it."""
        try:
            event = self._queue.get(timeout=max(0.0, end - self._clock()))
        except queue.Empty:
            return None, True
        return event, event is not None

    def _lose(self, count: int, why: str) -> None:
        self.lost += count
        if not self._complained:
            self._complained = True
            log.error("events are lost: %s; requests go on, later losses are only counted", why)
