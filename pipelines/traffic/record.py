"""Recorded transcripts through an engine: the events it would have reported, and no text.

Each tool result gives one acting event, as a proxy with this engine would have reported it,
and, where trials are wanted, one ``trial`` event for each other rung of the ladder: what
that profile would have done. Where compression hid a value that the assistant used later,
the agent would have had to ask again, so a retrieval follows (once a compression): by query
where the engine's passages on these values show all of them, else in full.

An answer that the agent read twice in the recording is no regret of compression, which had
not happened yet; the second reading counts as a compression of its own.

Everything identifying is derived under the pepper from the transcript, so a second run
writes the same segments to the byte. Latency is not measured here: it is 0 in every event.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from compressors.engine import Compression, Decision, Engine, Reading, passages_text
from compressors.events import Arm, Event, Mode
from compressors.messages import conversation_text, query_for, tool_of
from compressors.profiles import LADDERS, Profile
from compressors.telemetry import SegmentWriter, Stamp, compression_event, retrieval_event
from compressors.tokens import estimate
from pipelines.traffic.identity import Identity, instance
from pipelines.traffic.transcripts import Transcript
from pipelines.traffic.used import missing, used_values

OnProgress = Callable[[int], None]
UsedBy = dict[str, dict[int, tuple[str, ...]]]


class SliceKey(NamedTuple):
    """What advice is given for."""

    auth_mode: str
    model_family: str
    structure_hash: str
    kind: str


@dataclass(slots=True)
class Figures:
    """Sums over acting events. Tokens are the engine's estimates; trials are in no sum."""

    compressions: int = 0
    tokens_before: int = 0
    tokens_after: int = 0
    tokens_returned: int = 0
    retrievals: int = 0
    profiles: Counter[str] = field(default_factory=Counter)

    def add(self, done: Compression, *, returned: int | None) -> None:
        """Count one acting compression; ``returned`` is None where nothing was asked again."""
        self.compressions += 1
        self.tokens_before += done.tokens_before
        self.tokens_after += done.tokens_after
        self.profiles[done.profile] += 1
        if returned is not None:
            self.retrievals += 1
            self.tokens_returned += returned


@dataclass(slots=True)
class TrafficReport:
    """What one pass of recorded traffic came to.

    Attributes:
        events: all events written, trials and retrievals included.
        trials: compressions among them that only show what another profile would have done.
        total: sums over the acting events.
        slices: the same, slice by slice.
        segments: the segments written, complete.
    """

    transcripts: int = 0
    conversations: int = 0
    groups: int = 0
    events: int = 0
    trials: int = 0
    total: Figures = field(default_factory=Figures)
    slices: dict[SliceKey, Figures] = field(default_factory=dict)
    segments: list[Path] = field(default_factory=list)


def record(
    engine: Engine,
    transcripts: Iterable[Transcript],
    *,
    auth_mode: str,
    model: str,
    out: Path,
    trials: bool,
    on_progress: OnProgress | None = None,
    used: UsedBy | None = None,
) -> TrafficReport:
    """Run ``transcripts`` through ``engine`` and write a segment a group into ``out``.

    Transcripts of one group are expected one after another. ``model`` stands for the
    model's name where it is given; where it is empty, each transcript's own counts.
    ``on_progress`` hears how many transcripts are done. ``used`` keeps what was found to be
    used, by a transcript's digest, for a second pass over the same transcripts.

    Raises:
        OSError: ``out`` cannot be written to; groups already written stay, complete.
    """
    report = TrafficReport()
    seen: set[str] = set()
    found = {} if used is None else used
    for group, members in itertools.groupby(transcripts, key=lambda each: each.group):
        name = f"recorded-{instance(engine.pepper, group)}"
        with SegmentWriter(out, name=name) as segment:
            for transcript in members:
                report.transcripts += 1
                identity = Identity(engine.pepper, transcript)
                if identity.digest not in seen:
                    # A copy of a conversation is that conversation: it happened once.
                    seen.add(identity.digest)
                    digest = transcript.digest
                    if digest not in found:
                        found[digest] = used_values(transcript.messages)
                    passage = _Passage(engine, identity, report=report, used=found[digest])
                    for event in passage.events(
                        auth_mode, model or transcript.model, trials=trials
                    ):
                        segment.write(event)
                        report.events += 1
                if on_progress:
                    on_progress(report.transcripts)
        report.groups += 1
        if segment.path is not None:
            report.segments.append(segment.path)
    report.conversations = len(seen)
    return report


@dataclass(slots=True)
class _Passage:
    """One conversation on its way through the engine."""

    engine: Engine
    identity: Identity
    report: TrafficReport
    used: Mapping[int, tuple[str, ...]]

    def events(self, auth_mode: str, model: str, *, trials: bool) -> Iterator[Event]:
        """The events of every tool result that has any text, in order."""
        messages = self.identity.transcript.messages
        unit = self.engine.pepper.key(conversation_text(messages))
        places: Counter[str] = Counter()
        for step, message in enumerate(messages):
            content = message.get("content")
            if message["role"] != "tool" or not isinstance(content, str) or not content.strip():
                continue
            reading = self.engine.read(content)
            nth = places[reading.structure_hash]
            places[reading.structure_hash] += 1
            decision = self.engine.decide(reading, auth_mode=auth_mode, model=model, unit=unit)
            result = _Result(reading, step=step, nth=nth, used=self.used.get(step, ()))
            yield from self._acting(result, decision)
            if trials:
                for profile in LADDERS[reading.kind]:
                    if profile.id != decision.profile.id:
                        yield from self._trial(result, decision, profile)

    def _acting(self, result: _Result, decision: Decision) -> Iterator[Event]:
        done = self._applied(result, decision, decision.profile)
        returned = None
        for event in self._told(result, done, arm=decision.arm):
            returned = event.tokens_returned
            yield event
        for figures in (self.report.total, self._slice(done)):
            figures.add(done, returned=returned)

    def _trial(self, result: _Result, decision: Decision, profile: Profile) -> Iterator[Event]:
        self.report.trials += 1
        yield from self._told(result, self._applied(result, decision, profile), arm="trial")

    def _applied(self, result: _Result, decision: Decision, profile: Profile) -> Compression:
        query = query_for(self.identity.transcript.messages, result.step)
        return self.engine.apply(result.reading, profile, query=query, decision=decision)

    def _slice(self, done: Compression) -> Figures:
        key = SliceKey(done.auth_mode, done.model_family, done.structure_hash, done.kind)
        return self.report.slices.setdefault(key, Figures())

    def _told(self, result: _Result, done: Compression, *, arm: Arm) -> Iterator[Event]:
        """The compression, and the retrieval that has to follow where it hid too much."""
        told = compression_event(
            self.engine,
            done,
            stamp=self._stamp(result, done, arm, "compression"),
            origin="recorded",
            conversation=self.identity.conversation,
            tool=tool_of(self.identity.transcript.messages, result.step),
            nth=result.nth,
            arm=arm,
        )
        yield told
        gone = missing(result.used, done.text) if done.lossy else ()
        if gone:
            asked = _asked_again(self.engine, result.reading, gone)
            yield retrieval_event(
                self.engine,
                done,
                stamp=self._stamp(result, done, arm, "retrieval"),
                of=told,
                mode=asked.mode,
                tokens_returned=asked.tokens,
                fields=asked.fields,
                positions=asked.positions,
            )

    def _stamp(self, result: _Result, done: Compression, arm: Arm, event: str) -> Stamp:
        engine = self.engine
        who = (done.auth_mode, done.model_family, done.profile_id, arm)
        what = (engine.digest, engine.book.id or "", event, str(result.step))
        return Stamp(
            event_id=self.identity.event_id(*who, *what),
            ts=self.identity.ts(result.step),
            instance=self.identity.instance,
        )


@dataclass(frozen=True, slots=True)
class _Result:
    """One tool result: what it is, where it stood, and what of it was used later."""

    reading: Reading
    step: int
    nth: int
    used: tuple[str, ...]


class _Asked(NamedTuple):
    """What asking again brought back."""

    mode: Mode
    tokens: int
    fields: tuple[str, ...] = ()
    positions: tuple[int, ...] = ()


def _asked_again(engine: Engine, reading: Reading, gone: Sequence[str]) -> _Asked:
    """By query where the passages on what is gone show all of it and are shorter, else in full."""
    passages = engine.passages(reading, " ".join(gone))
    if passages:
        answer = passages_text(passages)
        tokens = estimate(answer)
        if tokens < reading.tokens and not missing(gone, answer):
            fields = tuple(name for passage in passages for name in passage.fields)
            return _Asked("query", tokens, fields, tuple(each.position for each in passages))
    return _Asked("full", reading.tokens)
