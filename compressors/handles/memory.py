"""Originals in memory."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from compressors.handles.base import (
    DAY,
    MAX_AGE_DAYS,
    StoreFault,
    check,
    decoded,
    encoded,
    unknown,
)


class MemoryHandles:
    """Originals for the life of a process: tests and trials.

    Args:
        limit_bytes: how much may be kept; None leaves that to the machine.
        max_age_days: how long an original is kept after it was last put.
        clock: seconds since the epoch.
    """

    def __init__(
        self,
        *,
        limit_bytes: int | None = None,
        max_age_days: float = MAX_AGE_DAYS,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._contents: dict[str, tuple[bytes, float]] = {}
        self._limit_bytes = limit_bytes
        self._max_age = max_age_days * DAY
        self._clock = clock
        self._size = 0
        self._lock = threading.Lock()

    def put(self, handle: str, content: str) -> StoreFault | None:
        """Keep ``content``; a second content under one handle is refused as damage."""
        data, now = encoded(content), self._clock()
        with self._lock:
            self._expire(now)
            kept = self._contents.pop(handle, None)
            if kept is not None and kept[0] != data:
                self._contents[handle] = kept
                return "store_damaged"
            grown = self._size + (len(data) if kept is None else 0)
            if self._limit_bytes is not None and grown > self._limit_bytes:
                return "store_full"
            # Put last: the order of the dictionary is that of age.
            self._contents[handle] = data, now
            self._size = grown
            return None

    def get(self, handle: str) -> str:
        """What was kept.

        Raises:
            HandleUnknown: nothing is kept under ``handle``.
        """
        check(handle)
        with self._lock:
            self._expire(self._clock())
            kept = self._contents.get(handle)
        if kept is None:
            raise unknown(handle, "the memory of this process")
        return decoded(kept[0])

    def close(self) -> None:
        """Nothing to let go of."""

    def _expire(self, now: float) -> None:
        while self._contents:
            oldest = next(iter(self._contents))
            data, at = self._contents[oldest]
            if now - at <= self._max_age:
                return
            del self._contents[oldest]
            self._size -= len(data)
