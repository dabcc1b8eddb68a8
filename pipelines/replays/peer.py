"""The other engine as a control: what headroom-ai leaves of the same cases, at its own ratio.

It runs where it is installed, in processes of its own. Its notation is not known to the readers of
the renderings, so besides what they find, every value of a needed record counts as found that still
stands anywhere in the text: more than our own profiles are credited with.
"""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path
from queue import SimpleQueue

import msgspec

from compressors.engine import Engine
from compressors.errors import ToinError
from compressors.profiles import PASSTHROUGH
from compressors.tokens import estimate
from pipelines.replays import solvers
from pipelines.replays.cases import Case
from pipelines.replays.manifests import selected
from pipelines.replays.outcomes import PROFILE, Outcome, cases_of
from pipelines.replays.renderings import KINDS_UNDER_TEST
from pipelines.replays.solvers import reader
from pipelines.replays.tasks import Reuse
from pipelines.spread import PROCESSES

NAME = "headroom-ai"

Progress = Callable[[str, int, int], None]

_SCRIPT = Path(__file__).with_name("peer_process.py")
_AHEAD = 4


class PeerError(ToinError):
    """The peer's process cannot be started, or ended before it had answered."""


def installed() -> Path | None:
    """The Python that has the peer: this one, or none."""
    return Path(sys.executable) if importlib.util.find_spec("headroom") else None


class Peer:
    """One process of the peer. Closing it ends the process.

    Raises:
        PeerError: ``python`` cannot be run, or does not have the peer.
    """

    def __init__(self, python: Path) -> None:
        self._python = python
        try:
            self._process = subprocess.Popen(  # noqa: S603 - the user names the program
                [str(python), str(_SCRIPT)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                encoding="utf-8",
            )
        except OSError as error:
            raise PeerError(
                f"{python} cannot be run ({error.strerror}); give the Python that has {NAME}"
            ) from error
        try:
            self.version: str = self._answer()["version"]
        except PeerError:
            self.close()
            raise

    def __enter__(self) -> Peer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the process; it keeps nothing."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            # What it was not told before it ended, nobody waits for.
            with suppress(BrokenPipeError):
                if pipe is not None:
                    pipe.close()

    def left(self, text: str, query: str) -> str:
        """What it leaves of ``text``."""
        if self._process.stdin is None:
            raise PeerError("the process has no input")
        try:
            self._process.stdin.write(json.dumps({"text": text, "query": query}) + "\n")
            self._process.stdin.flush()
        except OSError as error:
            raise self._ended() from error
        return self._answer()["text"]

    def _answer(self) -> dict[str, str]:
        line = self._process.stdout.readline() if self._process.stdout else ""
        if not line:
            raise self._ended()
        answer: dict[str, str] = json.loads(line)
        return answer

    def _ended(self) -> PeerError:
        return PeerError(
            f"{self._python} ended before it had answered; is {NAME} installed there? "
            "(`make bench` installs it into .venv-peer)"
        )


def peer_outcomes(
    outcomes: Sequence[Outcome],
    *,
    data: Path | None,
    engine: Engine,
    python: Path,
    progress: Progress,
    without: Collection[str] = (),
    processes: int = PROCESSES,
) -> Iterator[Outcome]:
    """The peer's outcome for every case of ``outcomes`` that has none of its version yet.

    Its profile is passthrough, since it keeps a ratio of its own.

    Args:
        outcomes: what `run_replays` gave for the same engine and ``data``.
        data: the folder of the public data sets; None for the bundled samples.
        engine: as for `run_replays`.
        python: the Python that has the peer.
        progress: told ``("headroom-ai", cases done, cases in all)``.
        without: as for `run_replays`.
        processes: of the peer.

    Raises:
        PeerError: the peer cannot be run, or fails on a case.
    """
    whole = {
        o.item: o
        for o in outcomes
        if o.treatment == PROFILE and o.profile == PASSTHROUGH[o.kind].name
    }
    with ExitStack() as stack:
        idle: SimpleQueue[Peer] = SimpleQueue()
        version = ""
        for _ in range(processes):
            peer = stack.enter_context(Peer(python))
            version = peer.version
            idle.put(peer)
        treatment = f"{NAME} {version}"
        known = {o.item for o in outcomes if o.treatment == treatment}
        missing = set(whole) - known
        total = len(missing)
        progress(NAME, 0, total)

        def made(case: Case) -> Outcome:
            peer = idle.get()
            try:
                left = peer.left(case.text, case.query)
            finally:
                idle.put(peer)
            return msgspec.structs.replace(
                whole[case.id],
                treatment=treatment,
                solved=_solved(case, left),
                tokens_after=estimate(left),
            )

        pool = stack.enter_context(ThreadPoolExecutor(processes))
        cases = (case for case in _cases(data, engine, without) if case.id in missing)
        for done, outcome in enumerate(_in_turn(pool, made, cases, ahead=_AHEAD * processes), 1):
            progress(NAME, done, total)
            yield outcome


def _cases(data: Path | None, engine: Engine, without: Collection[str]) -> Iterator[Case]:
    for source in selected(data):
        cases = cases_of(source, engine, without)
        for kind in KINDS_UNDER_TEST:
            for number in range(cases.count(kind)):
                yield cases.case(kind, number)


def _in_turn(
    pool: ThreadPoolExecutor,
    work: Callable[[Case], Outcome],
    cases: Iterator[Case],
    *,
    ahead: int,
) -> Iterator[Outcome]:
    """``work`` on each of ``cases``, in their order, never more than ``ahead`` begun."""
    waiting = []
    for case in cases:
        waiting.append(pool.submit(work, case))
        if len(waiting) >= ahead:
            yield waiting.pop(0).result()
    for future in waiting:
        yield future.result()


def _solved(case: Case, left: str) -> bool:
    if solvers.solved(case.task, left, needed=case.needed, kind=case.kind):
        return True
    if isinstance(case.task, Reuse):
        return False
    before = reader.find(case.text, case.needed, kind=case.kind)
    standing = {name: _standing(fields, left) for name, fields in before.items()}
    return solvers.solved_with(case.task, standing, needed=case.needed)


def _standing(fields: Mapping[str, object], text: str) -> dict[str, object]:
    """Those of the fields that stand in ``text``, of nested ones what of them does."""
    found: dict[str, object] = {}
    for name, value in fields.items():
        left = _left(value, text)
        if left is not None:
            found[name] = left
    return found


def _left(value: object, text: str) -> object:
    match value:
        case dict():
            return _standing(value, text)
        case list():
            return [inner for inner in value if _left(inner, text) is not None]
        case str():
            escaped = json.dumps(value, ensure_ascii=False)[1:-1]
            return value if value in text or escaped in text else None
        case _:
            return value if json.dumps(value) in text else None
