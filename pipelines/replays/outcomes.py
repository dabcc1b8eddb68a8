"""Replays: every case under every profile of its kind, and under the controls.

What one replay gives depends on case, profile and engine alone, so the work is spread over
processes and comes back in one order, whatever finished first.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import cache
from pathlib import Path
from typing import NamedTuple

import msgspec

from compressors.book import BUILT_IN
from compressors.engine import Engine, Loaded, Reading
from compressors.errors import ToinError
from compressors.handles import MemoryHandles
from compressors.pepper import Pepper
from compressors.profiles import LADDERS, Profile
from compressors.tokens import estimate
from pipelines.replays import solvers
from pipelines.replays.cases import Case, build
from pipelines.replays.controls import CONTROLS
from pipelines.replays.draws import Draw, digest
from pipelines.replays.formats import read_library
from pipelines.replays.items import Library, Split
from pipelines.replays.manifests import Manifest, selected
from pipelines.replays.renderings import KINDS_UNDER_TEST

PROFILE = "profile"
"""The treatment that is no control: a profile of the engine."""

Progress = Callable[[str, int, int], None]

_CHUNK = 16


class Outcome(msgspec.Struct, frozen=True):
    """One replay: a case under a profile, or under a control; a row of the warehouse's table.

    Attributes:
        replay: Digest of engine, data sets and the replays' own code.
        dataset: The data set's name.
        kind: What the answer was rendered as.
        item: Digest of the case.
        cluster: Digest of what the item depends on.
        split: ``learn`` or ``certify``.
        treatment: ``profile`` or the name of a control.
        profile: The profile, or the one whose ratio the control copies.
        profile_id: Digest of its parameters.
        solvable: Whether the case is solved uncompressed, and the engine reads it as its kind.
        solved: Whether it is solved under the treatment.
        tokens_before: Tokens of the uncompressed answer, by the engine's estimator.
        tokens_after: Tokens of what is left, counted anew.
    """

    replay: str
    dataset: str
    kind: str
    item: str
    cluster: str
    split: Split
    treatment: str
    profile: str
    profile_id: str
    solvable: bool
    solved: bool
    tokens_before: int
    tokens_after: int


class ReplaysDisagreeError(ToinError):
    """A worker found other engine code than the process that sent it: it changed meanwhile."""


@cache
def sources_digest() -> str:
    """SHA-256, 64 hex digits, of this package's sources: renderings, solvers, controls.

    Paths are sorted and newlines normalised, so that every checkout and wheel agree. Read once
    a process.
    """
    total = hashlib.sha256()
    package = Path(__file__).parent
    for path in sorted(package.rglob("*.py"), key=lambda p: p.relative_to(package).as_posix()):
        content = path.read_bytes().replace(b"\r\n", b"\n")
        name = path.relative_to(package).as_posix().encode()
        total.update(b"%d:%s%d:" % (len(name), name, len(content)) + content)
    return total.hexdigest()


def replay_key(engine: Engine, manifests: Sequence[Manifest]) -> str:
    """16 hex digits for what outcomes depend on: engine, data sets and the replays' own code."""
    return digest("replay", engine.digest, sources_digest(), *(m.digest for m in manifests))[:16]


def run_replays(
    *, data: Path | None, engine: Engine, progress: Progress, processes: int = 2
) -> list[Outcome]:
    """Every case of the selected data sets under every profile of its kind, and the controls.

    Ordered by data set, kind, cluster, and for each case by rung and treatment.

    Args:
        data: the folder of the public data sets; None for the bundled samples.
        engine: whose code and pepper are used; nothing is stored with it.
        progress: told ``("replays", cases done, cases in all)`` from time to time.
        processes: how many to work in; 1 works in this one, with ``engine`` itself.

    Raises:
        InputRefused: a data set is missing or is not the one its manifest names.
        ReplaysDisagreeError: the engine's code changed while the replays ran.
    """
    sources = selected(data)
    key = replay_key(engine, [source.manifest for source in sources])
    work = _Work(tuple(read_library(source) for source in sources), key)
    chunks = list(work.chunks())
    total = sum(chunk.stop - chunk.start for chunk in chunks)
    progress("replays", 0, total)
    if processes > 1:
        try:
            return _spread(work, chunks, engine, progress, processes, total)
        except BrokenProcessPool:
            # Where no process can be started (a program without a main guard, a tight
            # sandbox), the same work is done here, in longer time.
            progress("replays", 0, total)
    outcomes: list[Outcome] = []
    done = 0
    for chunk in chunks:
        outcomes += work.run(chunk, engine)
        done += chunk.stop - chunk.start
        progress("replays", done, total)
    return outcomes


class _Chunk(NamedTuple):
    """Some items of one data set, by their places, as one kind."""

    library: int
    kind: str
    start: int
    stop: int


class _Work(msgspec.Struct, frozen=True):
    """What the processes share: the data sets, and the key of the whole."""

    libraries: tuple[Library, ...]
    key: str

    def chunks(self) -> Iterator[_Chunk]:
        """All the work, in the order of its outcomes."""
        for index, library in enumerate(self.libraries):
            for kind in KINDS_UNDER_TEST:
                for start in range(0, len(library.items), _CHUNK):
                    stop = min(start + _CHUNK, len(library.items))
                    yield _Chunk(index, kind, start, stop)

    def run(self, chunk: _Chunk, engine: Engine) -> list[Outcome]:
        """The outcomes of a chunk."""
        library = self.libraries[chunk.library]
        return [
            outcome
            for item in library.items[chunk.start : chunk.stop]
            for outcome in replay(build(item, library, kind=chunk.kind), engine, key=self.key)
        ]


def replay(case: Case, engine: Engine, *, key: str) -> Iterator[Outcome]:
    """One case under every rung of its kind's ladder, each lossy one followed by its controls."""
    reading = engine.read(case.text)
    judged: dict[str, tuple[bool, int]] = {}

    def judge(text: str) -> tuple[bool, int]:
        # Neighbouring rungs often come to the same text.
        if text not in judged:
            judged[text] = _solved(case, text), estimate(text)
        return judged[text]

    readable, before = judge(case.text)
    solvable = readable and reading.kind == case.kind
    for profile in LADDERS[case.kind]:
        solved, after = judge(_compressed(case, reading, profile, engine))
        yield _outcome(
            case, profile, PROFILE, key=key, solvable=solvable,
            solved=solved, before=before, after=after,
        )  # fmt: skip
        if profile.safe:
            continue
        ratio = after / before if before else 1.0
        for name, control in CONTROLS.items():
            left = control(case.text, ratio, Draw("control", name, case.id, profile.id))
            solved, spent = judge(left)
            yield _outcome(
                case, profile, name, key=key, solvable=solvable,
                solved=solved, before=before, after=spent,
            )  # fmt: skip


def _compressed(case: Case, reading: Reading, profile: Profile, engine: Engine) -> str:
    """What the engine makes of the case; unchanged where it takes it for another kind."""
    if reading.kind != profile.kind:
        return case.text
    return engine.apply(reading, profile, query=case.query).text


def _solved(case: Case, text: str) -> bool:
    return solvers.solved(case.task, text, needed=case.needed, kind=case.kind)


def _outcome(
    case: Case,
    profile: Profile,
    treatment: str,
    *,
    key: str,
    solvable: bool,
    solved: bool,
    before: int,
    after: int,
) -> Outcome:
    return Outcome(
        replay=key,
        dataset=case.dataset,
        kind=case.kind,
        item=case.id,
        cluster=case.cluster,
        split=case.split,
        treatment=treatment,
        profile=profile.name,
        profile_id=profile.id,
        solvable=solvable,
        solved=solved,
        tokens_before=before,
        tokens_after=after,
    )


_worker: tuple[_Work, Engine] | None = None


def _spread(
    work: _Work,
    chunks: Sequence[_Chunk],
    engine: Engine,
    progress: Progress,
    processes: int,
    total: int,
) -> list[Outcome]:
    outcomes: list[Outcome] = []
    done = 0
    pool = ProcessPoolExecutor(
        max_workers=processes,
        # Spawned, not forked: the caller may hold threads, DuckDB or an event loop.
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_start_worker,
        initargs=(work, engine.pepper.secret),
    )
    try:
        for chunk, (used, found) in zip(chunks, pool.map(_run_chunk, chunks), strict=True):
            if used != engine.digest:
                raise ReplaysDisagreeError(
                    f"the engine's code changed while replays ran (from {engine.digest} to "
                    f"{used}); run them again"
                )
            outcomes += found
            done += chunk.stop - chunk.start
            progress("replays", done, total)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
    return outcomes


def _start_worker(work: _Work, secret: bytes) -> None:
    """Make this process's engine. Ctrl-C is for the process that asked, not for this one."""
    global _worker
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    engine = Engine(pepper=Pepper(secret), loaded=Loaded(BUILT_IN), handles=MemoryHandles())
    _worker = (work, engine)


def _run_chunk(chunk: _Chunk) -> tuple[str, list[Outcome]]:
    assert _worker is not None
    work, engine = _worker
    return engine.digest, work.run(_Chunk(*chunk), engine)
