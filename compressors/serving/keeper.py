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
import sys
import time
from collections.abc import Callable
from types import FrameType

from compressors._report import log
from compressors.errors import ConfigurationError
from compressors.serving.server import Drain, Started
from compressors.serving.settings import Settings

BACKLOG = 2048
_READY_SECONDS = 120.0
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
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ConfigurationError(
            f"nothing can listen on {host}:{port} ({reason}); choose another --port or --host"
        ) from error


class Keeper:
    """Starts, replaces and ends serving processes.

    Args:
        listening: the socket, kept open until the end.
        settings: of the proxy.
        drain: how long an end may take.
        home: of the engine; ``recommendations``, ``public_key`` and ``strict_certificates`` are
            those of ``Engine.start``, read anew by every process.
        say: takes a line for the person.
    """

    def __init__(
        self,
        listening: socket.socket,
        settings: Settings,
        *,
        drain: Drain,
        home: str,
        recommendations: str | None = None,
        public_key: str | None = None,
        strict_certificates: bool = False,
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._listening = listening
        self._settings = settings
        self._drain = drain
        self._home = home
        self._recommendations = recommendations
        self._public_key = public_key
        self._strict_certificates = strict_certificates
        self._say = say
        self._alive, self._alive_end = os.pipe()
        self._wake, self._wake_end = os.pipe()
        os.set_blocking(self._wake_end, False)
        self._serving: subprocess.Popen[bytes] | None = None
        self._leaving: list[subprocess.Popen[bytes]] = []
        self._wanted: list[int] = []

    def run(self) -> int:
        """Serve until SIGTERM or SIGINT; replace the serving process at SIGHUP.

        Gives the exit code: 0 after a drain, 1 where no process came to serve.
        """
        signals = [signal.SIGTERM, signal.SIGINT, signal.SIGHUP]
        before = {name: signal.signal(name, self._signalled) for name in signals}
        signal.set_wakeup_fd(self._wake_end, warn_on_full_buffer=False)
        try:
            self._serving = self._start()
            if self._serving is None:
                return 1
            return self._keep()
        finally:
            signal.set_wakeup_fd(-1)
            for name, handler in before.items():
                signal.signal(name, handler)
            self._end()

    def _signalled(self, number: int, _frame: FrameType | None) -> None:
        self._wanted.append(number)

    def _keep(self) -> int:
        began, pause = time.monotonic(), _SHORTEST_LIFE
        while True:
            self._leaving = [each for each in self._leaving if each.poll() is None]
            for number in self._taken():
                if number != signal.SIGHUP:
                    return self._stop()
                self._replace()
                began, pause = time.monotonic(), _SHORTEST_LIFE
            if self._serving is not None and self._serving.poll() is not None:
                code = self._serving.returncode
                log.error("the serving process ended by itself (%s); another one starts", code)
                if time.monotonic() - began < pause:
                    self._sleep(pause)
                    pause = min(2 * pause, _LONGEST_PAUSE)
                began = time.monotonic()
                self._serving = self._start() or self._serving
            self._sleep(0.2)

    def _taken(self) -> list[int]:
        taken, self._wanted = self._wanted, []
        return taken

    def _sleep(self, seconds: float) -> None:
        """Wait; a signal ends it."""
        if self._wanted:
            return
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
        self._say("a new process serves; the one before drains")

    def _start(self) -> subprocess.Popen[bytes] | None:
        """A process that answers; None where it came to nothing."""
        ready, ready_end = os.pipe()
        told = Started(
            settings=self._settings,
            drain=self._drain,
            home=self._home,
            recommendations=self._recommendations,
            public_key=self._public_key,
            strict_certificates=self._strict_certificates,
            listening=self._listening.fileno(),
            ready=ready_end,
            keeper=self._alive,
        )
        try:
            process = subprocess.Popen(
                [sys.executable, "-m", "compressors.serving.server"],
                stdin=subprocess.PIPE,
                pass_fds=(told.listening, told.ready, told.keeper),
                # Signals of the terminal are the keeper's to pass on.
                start_new_session=True,
            )
            os.close(ready_end)
            if process.stdin is not None:
                with contextlib.suppress(BrokenPipeError):
                    process.stdin.write(told.written())
                    process.stdin.close()
            return process if self._ready(process, ready) else None
        finally:
            os.close(ready)

    def _ready(self, process: subprocess.Popen[bytes], pipe: int) -> bool:
        """Whether it comes to answer; a process that does not is ended."""
        end = time.monotonic() + _READY_SECONDS
        while time.monotonic() < end and not self._stops():
            if select.select([pipe], [], [], 0.1)[0]:
                if os.read(pipe, 1):
                    return True
                break
        process.kill()
        process.wait()
        return False

    def _stops(self) -> bool:
        return any(number != signal.SIGHUP for number in self._wanted)

    def _stop(self) -> int:
        """Let all drain; a second signal ends them."""
        going = [*self._leaving, *([self._serving] if self._serving else [])]
        for process in going:
            process.terminate()
        while any(process.poll() is None for process in going):
            if self._taken():
                for process in going:
                    process.kill()
            self._sleep(0.1)
        return 0

    def _end(self) -> None:
        """Nothing that was started outlives this."""
        for process in [*self._leaving, *([self._serving] if self._serving else [])]:
            if process.poll() is None:
                process.kill()
            process.wait()
        for end in (self._alive, self._alive_end, self._wake, self._wake_end):
            os.close(end)
        self._listening.close()
