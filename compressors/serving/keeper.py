"""Holds the listening socket, and has one process at a time serve on it.

While one process takes another's place, connections wait in the socket's queue, which is never
closed; so none is refused.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from types import FrameType

from compressors._report import log
from compressors.errors import ConfigurationError
from compressors.serving.process import Processes, Told

BACKLOG = 2048
_FIRST_SOCKET = 3  # where systemd puts sockets
_SHORTEST_LIFE = 1.0
_LONGEST_PAUSE = 30.0


def listening_socket(host: str, port: int) -> socket.socket:
    """The socket that the system's service manager handed over, else a new one.

    Raises:
        ConfigurationError: nothing can listen there.
    """
    if os.environ.get("LISTEN_PID") == str(os.getpid()) and os.environ.get("LISTEN_FDS") == "1":
        return socket.socket(fileno=_FIRST_SOCKET)
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        reason = error.strerror or error
        raise ConfigurationError(
            f"nothing can listen on {host}:{port} ({reason}); choose another --port or --host"
        ) from error


class Keeper:
    """Starts, replaces and ends serving processes.

    Args:
        listening: the socket; closed at the end.
        told: what the processes are told.
        say: takes a line for the person.
    """

    def __init__(
        self, listening: socket.socket, told: Told, *, say: Callable[[str], None] = lambda _: None
    ) -> None:
        self._listening = listening
        self._processes = Processes(listening, told)
        self._say = say
        self._wake, self._wake_end = os.pipe()
        os.set_blocking(self._wake_end, False)
        self._serving: subprocess.Popen[bytes] | None = None
        self._leaving: list[subprocess.Popen[bytes]] = []
        self._wanted: list[int] = []

    def run(self) -> int:
        """Serve until SIGTERM or SIGINT; replace the serving process at SIGHUP.

        Gives the exit code: 0 after a drain, 1 where no process came to serve.
        """
        signals = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
        before = {name: signal.signal(name, self._signalled) for name in signals}
        signal.set_wakeup_fd(self._wake_end, warn_on_full_buffer=False)
        try:
            self._serving = self._start()
            if self._serving is None:
                return 0 if self._stops() else 1
            self._say("ready")
            self._keep()
            self._stop()
            return 0
        finally:
            signal.set_wakeup_fd(-1)
            for name, handler in before.items():
                signal.signal(name, handler)
            self._end()

    def _signalled(self, number: int, _frame: FrameType | None) -> None:
        self._wanted.append(number)

    def _keep(self) -> None:
        """Until a signal says that it is enough."""
        began, pause = time.monotonic(), _SHORTEST_LIFE
        while not self._stops():
            self._leaving = [each for each in self._leaving if each.poll() is None]
            if self._wanted:
                self._wanted.remove(signal.SIGHUP)
                self._replace()
                began, pause = time.monotonic(), _SHORTEST_LIFE
            elif self._serving is None or self._serving.poll() is not None:
                log.error("the serving process ended by itself; another one starts")
                if time.monotonic() - began < pause:
                    self._sleep(pause)
                    pause = min(2 * pause, _LONGEST_PAUSE)
                began = time.monotonic()
                self._serving = self._start()
            else:
                self._sleep(0.2)

    def _stops(self) -> bool:
        return any(number != signal.SIGHUP for number in self._wanted)

    def _start(self) -> subprocess.Popen[bytes] | None:
        return self._processes.start(stops=self._stops)

    def _sleep(self, seconds: float) -> None:
        """Wait; a signal ends it."""
        if not self._wanted:
            with contextlib.suppress(InterruptedError):
                if select.select([self._wake], [], [], seconds)[0]:
                    os.read(self._wake, 4096)

    def _replace(self) -> None:
        """Another serving process; the one before drains once it is ready, else stays."""
        successor = self._start()
        if successor is None:
            log.error("the new serving process did not become ready; the one before goes on")
            return
        if self._serving is not None:
            self._serving.terminate()
            self._leaving.append(self._serving)
        self._serving = successor
        self._say("replaced")

    def _going(self) -> list[subprocess.Popen[bytes]]:
        all_of_them = [*self._leaving, *([self._serving] if self._serving else [])]
        return [process for process in all_of_them if process.poll() is None]

    def _stop(self) -> None:
        """Let all drain; another signal ends them."""
        self._wanted.clear()
        for process in self._going():
            process.terminate()
        while self._going():
            if self._stops():
                for process in self._going():
                    process.kill()
            self._sleep(0.1)

    def _end(self) -> None:
        """Nothing that was started outlives this."""
        for process in self._going():
            process.kill()
            process.wait()
        self._processes.close()
        self._listening.close()
        os.close(self._wake)
        os.close(self._wake_end)
