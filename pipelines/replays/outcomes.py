"""Replays: every case under every profile of its kind, and under the controls.

What one replay gives depends on case, profile and engine alone, so the work is spread over
processes and comes back in one order, whatever finished first, and what was found out before
about a case is not found out again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple, Protocol

import msgspec

from compressors.engine import Compression, Engine, Reading, passages_text
from compressors.profiles import LADDERS, PASSTHROUGH, Profile
from compressors.tokens import estimate
from pipelines.replays import solvers
from pipelines.replays.cases import Case, Rendered
from pipelines.replays.controls import CONTROLS
from pipelines.replays.draws import Draw, digest
from pipelines.replays.formats import read_library
from pipelines.replays.identity import judge_key, sources_digest
from pipelines.replays.items import Split
from pipelines.replays.manifests import Source, selected
from pipelines.replays.renderings import KINDS_UNDER_TEST
from pipelines.replays.trajectories import read_trajectories
from pipelines.spread import PROCESSES, spread

PROFILE = "profile"
"""The treatment that is no control: a profile of the engine."""

Progress = Callable[[str, int, int], None]

_CHUNK = 16


class Outcome(msgspec.Struct, frozen=True):
    """One replay: a case under a profile, or under a control; a row of the warehouse's table.

    Attributes:
        replay: Digest of engine, data sets and the replays' own code.
        judge: Digest of engine and what judges it: what makes outcomes of cases.
        dataset: The data set's name.
        kind: What the answer was rendered as.
        item: Digest of the case.
        source: Where the item stands in the data set.
        cluster: Digest of what the item depends on.
        split: ``learn`` or ``certify``.
        treatment: ``profile`` or the name of a control.
        profile: The profile, or the one whose ratio the control copies.
        profile_id: Digest of its parameters.
        solvable: Whether the case is solved uncompressed, and the engine reads it as its kind.
        solved: Whether it is solved under the treatment.
        tokens_before: Tokens of the uncompressed answer, by the engine's estimator.
        tokens_after: Tokens of what is left, by the same.
        reached: Where it is not solved: whether it is with what the handle gives for the query
            (``query``), or only with the whole original (``full``). Empty where it is solved,
            where there is no handle, and where not even that helps.
        tokens_returned: Tokens of what the handle gave; 0 where nothing was asked for.
    """

    replay: str
    judge: str
    dataset: str
    kind: str
    item: str
    source: str
    cluster: str
    split: Split
    treatment: str
    profile: str
    profile_id: str
    solvable: bool
    solved: bool
    tokens_before: int
    tokens_after: int
    reached: str = ""
    tokens_returned: int = 0


class Cases(Protocol):
    """A data set's cases of each kind."""

    @property
    def dataset(self) -> str:
        """The data set's name."""
        ...

    def count(self, kind: str) -> int:
        """How many cases of ``kind`` there are."""
        ...

    def case(self, kind: str, number: int) -> Case:
        """The case of ``kind`` at the place ``number``, from 0."""
        ...


def replay_key(engine: Engine, sources: Sequence[Source], *, without: Collection[str] = ()) -> str:
    """16 hex digits for what outcomes depend on: engine, data sets and the replays' own code.

    ``without`` are conversations that are left out (`run_replays`).
    """
    items = [
        f"{s.manifest.digest} {s.block} {s.manifest.largest} {' '.join(s.manifest.kinds)}"
        for s in sources
    ]
    if any(s.manifest.format == "trajectories" for s in sources):
        items += ["without", *sorted(without)]
    return digest("replay", judge_key(engine), sources_digest(), *items)[:16]


def run_replays(
    *,
    data: Path | None,
    engine: Engine,
    progress: Progress,
    processes: int = PROCESSES,
    known: Mapping[str, Sequence[Outcome]] | None = None,
    keep: Callable[[list[Outcome]], None] | None = None,
    without: Collection[str] = (),
) -> list[Outcome]:
    """Every case of the selected data sets under every profile of its kind, and the controls.

    Ordered by data set, kind, cluster, and for each case by rung and treatment.

    Args:
        data: the folder of the public data sets; None for the bundled samples.
        engine: whose code and pepper are used; nothing is stored with it.
        progress: told ``("replays", cases done, cases in all)`` from time to time.
        processes: how many to work in; 1 works in this one, with ``engine`` itself.
        known: outcomes of cases by the digest of the case, complete, by the same `judge_key`:
            these are not made again.
        keep: told the outcomes of some cases at a time, as soon as there are any, so that a run
            that is cut off has to make only the others.
        without: conversations that are telemetry, as that names them: no trajectories.

    Raises:
        InputRefused: a data set is missing or is not the one its manifest names.
        SpreadError: a replay failed in another process, or the engine's code changed meanwhile.
    """
    sources = selected(data)
    key = replay_key(engine, sources, without=without)
    before = known or {}
    sets = tuple(cases_of(source, engine, without) for source in sources)
    work = _Work(sets, _Stamp(key, judge_key(engine)), frozenset(before))
    chunks = list(work.chunks())
    total = sum(chunk.stop - chunk.start for chunk in chunks)
    progress("replays", 0, total)
    outcomes: list[Outcome] = []
    done = 0
    with closing(
        spread(work, chunks, engine=engine, name=work.name, processes=processes)
    ) as results:
        for chunk, results_of_cases in zip(chunks, results, strict=True):
            found: list[Outcome] = []
            for result in results_of_cases:
                found += result if isinstance(result, list) else result.taken_over(before)
            if keep:
                keep(found)
            outcomes += found
            done += chunk.stop - chunk.start
            progress("replays", done, total)
    return outcomes


def cases_of(source: Source, engine: Engine, without: Collection[str] = ()) -> Cases:
    """The cases of a data set; of recorded runs without the conversations ``without``.

    Raises:
        InputRefused: a file of it cannot be read.
    """
    if source.manifest.format == "trajectories":
        return read_trajectories(source, engine, kinds=KINDS_UNDER_TEST, without=without)
    return Rendered(read_library(source), tuple(filter(source.manifest.covers, KINDS_UNDER_TEST)))


class _Stamp(NamedTuple):
    """What every outcome of a run says about it."""

    replay: str
    judge: str


class _Again(NamedTuple):
    """A case of which the outcomes are known, and what of them the data set decides."""

    item: str
    stamp: _Stamp
    dataset: str
    source: str
    cluster: str
    split: Split

    def taken_over(self, known: Mapping[str, Sequence[Outcome]]) -> Iterator[Outcome]:
        """The known outcomes, as of this run."""
        for outcome in known[self.item]:
            yield msgspec.structs.replace(
                outcome,
                replay=self.stamp.replay,
                dataset=self.dataset,
                source=self.source,
                cluster=self.cluster,
                split=self.split,
            )


class _Chunk(NamedTuple):
    """Some cases of one data set, by their places, as one kind."""

    of: int
    kind: str
    start: int
    stop: int


class _Work(msgspec.Struct, frozen=True):
    """What the processes share: the data sets, the run, and the cases that are known."""

    sets: tuple[Cases, ...]
    stamp: _Stamp
    known: frozenset[str]

    def chunks(self) -> Iterator[_Chunk]:
        """All the work, in the order of its outcomes."""
        for index, cases in enumerate(self.sets):
            for kind in KINDS_UNDER_TEST:
                count = cases.count(kind)
                for start in range(0, count, _CHUNK):
                    yield _Chunk(index, kind, start, min(start + _CHUNK, count))

    def name(self, chunk: _Chunk) -> str:
        """What to call a chunk."""
        dataset = self.sets[chunk.of].dataset
        return f"replays of {dataset} as {chunk.kind}, items {chunk.start} to {chunk.stop - 1}"

    def __call__(self, engine: Engine, chunk: _Chunk) -> list[list[Outcome] | _Again]:
        """The outcomes of each case of a chunk, or that they are known."""
        cases = self.sets[chunk.of]
        made: list[list[Outcome] | _Again] = []
        for number in range(chunk.start, chunk.stop):
            case = cases.case(chunk.kind, number)
            if case.id in self.known:
                made.append(
                    _Again(case.id, self.stamp, case.dataset, case.source, case.cluster, case.split)
                )
            else:
                made.append(list(replay(case, engine, stamp=self.stamp)))
        return made


class _Left(NamedTuple):
    """What of a case is left under a treatment: whether that solves it, and how much it is."""

    solved: bool
    tokens: int


def replay(case: Case, engine: Engine, *, stamp: tuple[str, str]) -> Iterator[Outcome]:
    """One case under every rung of its kind's ladder, each lossy one followed by its controls.

    ``stamp`` is the key of the replay and that of the judge.
    """
    reading = engine.read(case.text)
    judged: dict[str, _Left] = {}

    def judge(text: str, tokens: int | None = None) -> _Left:
        # Neighbouring rungs often come to the same text.
        if text not in judged:
            counted = estimate(text) if tokens is None else tokens
            judged[text] = _Left(_solved(case, text), counted)
        return judged[text]

    whole = judge(case.text, reading.tokens)
    solvable = whole.solved and reading.kind == case.kind

    def outcome(profile: Profile, treatment: str, left: _Left, **more: object) -> Outcome:
        return Outcome(
            *stamp,
            dataset=case.dataset,
            kind=case.kind,
            item=case.id,
            source=case.source,
            cluster=case.cluster,
            split=case.split,
            treatment=treatment,
            profile=profile.name,
            profile_id=profile.id,
            solvable=solvable,
            solved=left.solved,
            tokens_before=whole.tokens,
            tokens_after=left.tokens,
            **more,  # type: ignore[arg-type]
        )

    asked: _Asked | None = None
    for profile in LADDERS[case.kind]:
        done = compressed(case, reading, profile, engine)
        left = judge(done.text, done.tokens_after)
        if solvable and not left.solved and done.lossy:
            asked = asked or _asked(case, reading, engine)
            yield outcome(profile, PROFILE, left, **asked.columns(case, done.text))
        else:
            yield outcome(profile, PROFILE, left)
        if profile.safe:
            continue
        ratio = left.tokens / whole.tokens if whole.tokens else 1.0
        for name, control in CONTROLS.items():
            blind = control(case.text, ratio, Draw("control", name, case.id, f"{ratio}"))
            yield outcome(profile, name, judge(blind))


class _Asked(NamedTuple):
    """What the handle of a case gives for its query, and in full."""

    passages: tuple[str, ...]
    tokens: int
    tokens_in_full: int

    def columns(self, case: Case, left: str) -> dict[str, object]:
        """How the case is solved with it, and at how many tokens more, as columns."""
        if self.passages and _solved(case, left, self.passages):
            return {"reached": "query", "tokens_returned": self.tokens}
        return {"reached": "full", "tokens_returned": self.tokens_in_full}


def _asked(case: Case, reading: Reading, engine: Engine) -> _Asked:
    passages = engine.passages(reading, case.query)
    tokens = estimate(passages_text(passages)) if passages else 0
    return _Asked(tuple(passage.text for passage in passages), tokens, reading.tokens)


def compressed(case: Case, reading: Reading, profile: Profile, engine: Engine) -> Compression:
    """What the engine makes of the case; unchanged where it takes it for another kind."""
    if reading.kind != profile.kind:
        profile = PASSTHROUGH[reading.kind]
    return engine.apply(reading, profile, query=case.query)


def _solved(case: Case, text: str, returned: Sequence[str] = ()) -> bool:
    return solvers.solved(case.task, text, needed=case.needed, kind=case.kind, returned=returned)
