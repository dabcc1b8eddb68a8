"""Work beside the event loop: a few threads, and a bound on what waits for them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from compressors.errors import ToinError

T = TypeVar("T")


class Busy(ToinError):
    """More waits for a thread than may wait."""


class Workers:
    """``threads`` threads, and at most ``queue`` callers that wait for one."""

    def __init__(self, *, threads: int, queue: int) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="toin-compress")
        self._most = threads + queue
        self._taken = 0

    async def run(self, work: Callable[[], T]) -> T:
        """What ``work`` gives, done in a thread. Once begun it is never given up.

        Raises:
            Busy: too many wait already; nothing was done.
        """
        if self._taken >= self._most:
            raise Busy("too many requests wait to be compressed")
        self._taken += 1
        future = asyncio.get_running_loop().run_in_executor(self._pool, work)
        future.add_done_callback(self._released)
        return await asyncio.shield(future)

    def close(self) -> None:
        """Finish what is begun."""
        self._pool.shutdown(wait=True)

    def _released(self, future: asyncio.Future[T]) -> None:
        self._taken -= 1
        if not future.cancelled():
            # Asked for, so that one which nobody waits for any more is no warning.
            future.exception()
