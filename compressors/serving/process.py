"""Starts serving processes, and knows when they answer."""

from __future__ import annotations

import contextlib
import os
import select
import socket
import subprocess
import sys
import time
from collections.abc import Callable

import msgspec

from compressors.serving.server import Drain, Started
from compressors.serving.settings import Settings

_READY_SECONDS = 120.0


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What every process is told: the settings of proxy and engine (as ``Engine.start`` has them).

    ``recommendations`` is read anew by every process.
    """

    settings: Settings
    home: str
    drain: Drain = Drain()
    recommendations: str | None = None
    public_key: str | None = None
    strict_certificates: bool = False


class Processes:
    """Starts processes that serve on one listening socket, and end with this one.

    Args:
        listening: the socket; it stays the caller's.
        told: what they are told.
    """

    def __init__(self, listening: socket.socket, told: Told) -> None:
        self._listening = listening
        self._told = told
        # The other end is nobody's but this process's: when it is gone, they read an end.
        self._alive, self._alive_end = os.pipe()

    def start(self, *, stops: Callable[[], bool] = lambda: False) -> subprocess.Popen[bytes] | None:
        """A process that answers; None where it came to nothing, or ``stops`` meanwhile."""
        ready, ready_end = os.pipe()
        started = Started(
            **{name: getattr(self._told, name) for name in self._told.__struct_fields__},
            listening=self._listening.fileno(),
            ready=ready_end,
            keeper=self._alive,
        )
        try:
            process = subprocess.Popen(
                [sys.executable, "-m", "compressors.serving.server"],
                stdin=subprocess.PIPE,
                pass_fds=(started.listening, started.ready, started.keeper),
                # Signals of the terminal are the keeper's to pass on.
                start_new_session=True,
            )
            os.close(ready_end)
            if process.stdin is not None:
                with contextlib.suppress(BrokenPipeError):
                    process.stdin.write(started.written())
                    process.stdin.close()
            return process if _answers(process, ready, stops) else None
        finally:
            os.close(ready)

    def close(self) -> None:
        """Have those that still run drain."""
        os.close(self._alive)
        os.close(self._alive_end)


def _answers(process: subprocess.Popen[bytes], pipe: int, stops: Callable[[], bool]) -> bool:
    """Whether it comes to answer; a process that does not is ended."""
    end = time.monotonic() + _READY_SECONDS
    while time.monotonic() < end and not stops():
        if select.select([pipe], [], [], 0.1)[0]:
            if os.read(pipe, 1):
                return True
            break
    process.kill()
    process.wait()
    return False
