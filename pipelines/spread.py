"""Work on one part after another, spread over processes that have an engine each.

What comes of a part depends on that part and the engine alone, and results come in the order of
the parts, whatever finished first: nothing in them tells how many processes there were.

Each process has a pipe of its own and no lock that others wait for. One that ends in the middle
is noticed at once, with the part it was at; one whose caller is gone ends by itself.
"""

from __future__ import annotations

import multiprocessing
import signal
import threading
import traceback
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import connection, resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any, Generic, NamedTuple, TypeVar, cast

import msgspec

from compressors.engine import Engine, Loaded
from compressors.errors import ToinError
from compressors.handles import MemoryHandles
from compressors.pepper import Pepper

PROCESSES = 2
"""How many processes share the work where nobody says otherwise."""

_ENDED = (
    "its process ended in the middle (killed, or out of memory); free some memory and run the "
    "same command again"
)

# Spawned, not forked: the caller may hold threads, DuckDB or an event loop.
_SPAWN = multiprocessing.get_context("spawn")

P = TypeVar("P")
R = TypeVar("R")
Work = Callable[[Engine, P], R]


class SpreadError(ToinError):
    """A part could not be worked on in a process of its own."""


class EnginesDisagreeError(SpreadError):
    """A process found another engine than the one that sent it: the code changed meanwhile."""


def spread(
    work: Work[P, R],
    parts: Sequence[P],
    *,
    engine: Engine,
    name: Callable[[P], str],
    processes: int = PROCESSES,
) -> Generator[R, None, None]:
    """What ``work`` makes of each of ``parts``, in their order. Closing it ends the processes.

    Args:
        work: a function of a module, or an object that can be called and pickled; it goes to
            each process once.
        parts: picklable, as results are.
        engine: the processes make theirs of its pepper and its book; theirs keep nothing.
        name: what to call a part in an error.
        processes: how many to work in; 1 works in this one, with ``engine`` itself. So does
            everything where no process starts (a program without a main guard, a tight sandbox).

    Raises:
        SpreadError: ``work`` failed on a part in another process, or that process ended; the
            results of all parts before it have come.
        EnginesDisagreeError: the engine's code changed while the work was done.
    """
    count = min(processes, len(parts))
    workers = _started(_what_it_takes(engine), count) if count > 1 else []
    try:
        ready = [worker for worker in workers if worker.is_ready(engine, work)]
        yield from _shared(ready, parts, name) if ready else (work(engine, p) for p in parts)
    finally:
        for worker in workers:
            worker.end()


class _Takes(NamedTuple):
    """What a process makes its engine of."""

    secret: bytes
    loaded: Loaded


class _Result(NamedTuple, Generic[R]):
    value: R


class _Failure(NamedTuple):
    """Of an exception only its sentence: not every one survives the way between processes."""

    reason: str


@dataclass(frozen=True, slots=True)
class _Worker:
    """One process, and this end of its pipe."""

    process: BaseProcess
    pipe: Connection

    def is_ready(self, engine: Engine, work: Work[Any, Any]) -> bool:
        """Wait until it has its engine, and hand it the work; whether it has come so far."""
        try:
            fingerprint = self.pipe.recv()
            self.pipe.send(work)
        except (EOFError, OSError):
            return False
        if fingerprint != engine.fingerprint:
            raise EnginesDisagreeError(
                f"the engine's code changed meanwhile (from {engine.fingerprint} to "
                f"{fingerprint}); run the same command again"
            )
        return True

    def end(self) -> None:
        """It keeps nothing, so nobody waits for what it is at, and nothing can keep it alive.

        A request to terminate would not do: a process inherits it ignored where its caller's
        caller ignores it.
        """
        self.process.kill()
        self.process.join()
        self.process.close()
        self.pipe.close()


def _shared(
    workers: Sequence[_Worker], parts: Sequence[P], name: Callable[[P], str]
) -> Iterator[Any]:
    """The results in order; each worker gets the next part as soon as it is done with one."""
    waiting = iter(enumerate(parts))
    at: dict[Connection, int] = {}
    done: dict[int, _Result[Any] | _Failure] = {}

    def hand_out(pipe: Connection) -> None:
        for place, part in waiting:
            at[pipe] = place
            with suppress(OSError):  # it has ended: its pipe will say so when it is read
                pipe.send(part)
            return

    for worker in workers:
        hand_out(worker.pipe)
    for place, part in enumerate(parts):
        while place not in done:
            for pipe in cast("list[Connection]", connection.wait(list(at))):
                finished = at.pop(pipe)
                try:
                    done[finished] = pipe.recv()
                except (EOFError, OSError):
                    done[finished] = _Failure(_ENDED)
                else:
                    hand_out(pipe)
        outcome = done.pop(place)
        if isinstance(outcome, _Failure):
            raise SpreadError(f"{name(part)}: {outcome.reason}")
        yield outcome.value


def _what_it_takes(engine: Engine) -> _Takes:
    book = engine.book
    # Read-only views cannot be pickled.
    plain = msgspec.structs.replace(book, defaults=dict(book.defaults), rows=dict(book.rows))
    refusal = "; ".join(engine.health().reasons) or None
    return _Takes(engine.pepper.secret, Loaded(plain, refusal))


def _started(takes: _Takes, count: int) -> list[_Worker]:
    """So many processes, or fewer where the system gives no more."""
    workers: list[_Worker] = []
    with _interrupts_held_back(), suppress(OSError):
        for _ in range(count):
            mine, its = _SPAWN.Pipe()
            process = _SPAWN.Process(target=_serve, args=(its, takes), daemon=True)
            process.start()
            # Held here as well, it would never be seen to close.
            its.close()
            workers.append(_Worker(process, mine))
    return workers


@contextmanager
def _interrupts_held_back() -> Iterator[None]:
    """Processes started here never hear of Ctrl-C; this one does, when all have been started."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    resource_tracker.ensure_running()  # started in between, it would let them through
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    # Another thread may take the signal; its handler would still run in the middle of a start.
    heard: list[int] = []
    at_home = threading.current_thread() is threading.main_thread()
    handler = signal.signal(signal.SIGINT, lambda *_: heard.append(1)) if at_home else None
    try:
        yield
    finally:
        if at_home:
            signal.signal(signal.SIGINT, handler)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        if heard:
            signal.raise_signal(signal.SIGINT)


def _serve(pipe: Connection, takes: _Takes) -> None:
    """What a process does: say which engine it has, take the work, and do part after part."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    engine = Engine(pepper=Pepper(takes.secret), loaded=takes.loaded, handles=MemoryHandles())
    with suppress(EOFError, OSError):  # whoever asked is gone
        pipe.send(engine.fingerprint)
        work = pipe.recv()
        while True:
            pipe.send(_outcome(work, engine, pipe.recv()))


def _outcome(work: Work[P, R], engine: Engine, part: P) -> _Result[R] | _Failure:
    try:
        return _Result(work(engine, part))
    except ToinError as error:
        return _Failure(str(error))
    except Exception as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        return _Failure(
            f"{type(error).__name__}: {error} ({where.filename}, line {where.lineno}); this is a "
            "mistake in the code, report it"
        )
