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
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import NamedTuple

from compressors.engine import Compression, Decision, Engine, Reading, passages_text
from compressors.events import Arm, Event, Mode
from compressors.messages import conversation_text, query_for, tool_of
from compressors.profiles import LADDERS, Profile
from compressors.telemetry import SegmentWriter, Stamp, compression_event, retrieval_event
from compressors.tokens import estimate
from pipelines.spread import PROCESSES, spread
from pipelines.traffic.identity import Identity, instance
from pipelines.traffic.transcripts import Transcript
from pipelines.traffic.used import missing, used_values

OnProgress = Callable[[int], None]
Used = Mapping[int, tuple[str, ...]]
UsedBy = dict[str, Used]

_MUCH = 1_000_000
"""Characters. Less is recorded before another process has started."""


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

    def add(self, event: Event) -> None:
        """Count one acting compression, or what was asked for again."""
        if event.event == "compression":
            self.compressions += 1
            self.tokens_before += event.tokens_before or 0
            self.tokens_after += event.tokens_after or 0
            self.profiles[event.profile or ""] += 1
        else:
            self.retrievals += 1
            self.tokens_returned += event.tokens_returned or 0


@dataclass(slots=True)
class TrafficReport:
    """What one pass of recorded traffic came to.

    Attributes:
        events: all events written, trials and retrievals included.
        trials: compressions among them that only show what another profile would have done.
        total: sums over the acting events.
        slices: the same, slice by slice.
        days: days (UTC) of the events.
        segments: the segments written, complete.
    """

    transcripts: int = 0
    conversations: int = 0
    groups: int = 0
    events: int = 0
    trials: int = 0
    total: Figures = field(default_factory=Figures)
    slices: dict[SliceKey, Figures] = field(default_factory=dict)
    days: set[date] = field(default_factory=set)
    segments: list[Path] = field(default_factory=list)

    def count(self, event: Event) -> None:
        """Add an event that was written."""
        self.events += 1
        self.days.add(date.fromisoformat(event.ts[:10]))
        if event.arm == "trial":
            self.trials += event.event == "compression"
            return
        key = SliceKey(
            event.auth_mode, event.model_family, event.structure_hash or "", event.kind or ""
        )
        for figures in (self.total, self.slices.setdefault(key, Figures())):
            figures.add(event)


def record(
    engine: Engine,
    transcripts: Sequence[Transcript],
    *,
    auth_mode: str,
    model: str,
    out: Path,
    trials: bool,
    on_progress: OnProgress | None = None,
    used: UsedBy | None = None,
    processes: int = PROCESSES,
) -> TrafficReport:
    """Run ``transcripts`` through ``engine`` and write a segment a group into ``out``.

    Transcripts of one group are expected one after another. ``model`` stands for the
    model's name where it is given; where it is empty, each transcript's own counts.
    ``on_progress`` hears how many transcripts are done. ``used`` keeps what was found to be
    used, by a transcript's digest, for a second pass over the same transcripts. The work is
    spread over ``processes`` where there is enough of it; what is written does not depend on
    that, and this process alone writes.

    Raises:
        OSError: ``out`` cannot be written to; groups already written stay, complete.
        SpreadError: a transcript could not be recorded; likewise.
    """
    report = TrafficReport()
    found = {} if used is None else used
    # A copy of a conversation is that conversation: it happened once.
    digests = [transcript.digest for transcript in transcripts]
    first = {digest: place for place, digest in reversed(list(enumerate(digests)))}
    parts = [
        _Part(transcript, auth_mode, model or transcript.model, trials, found.get(digest))
        for place, (transcript, digest) in enumerate(zip(transcripts, digests, strict=True))
        if first[digest] == place
    ]
    results = spread(
        _recorded,
        parts,
        engine=engine,
        name=lambda part: part.transcript.where or part.transcript.id,
        processes=processes if _is_much(parts) else 1,
    )
    report.conversations = len(parts)
    with closing(results):
        places = enumerate(transcripts)
        for group, members in itertools.groupby(places, key=lambda each: each[1].group):
            name = f"recorded-{instance(engine.pepper, group)}"
            with SegmentWriter(out, name=name) as segment:
                for place, _ in members:
                    digest = digests[place]
                    if first[digest] == place:
                        recorded = next(results)
                        found[digest] = recorded.used
                        for event in recorded.events:
                            segment.write(event)
                            report.count(event)
                    report.transcripts += 1
                    if on_progress:
                        on_progress(report.transcripts)
            report.groups += 1
            if segment.path is not None:
                report.segments.append(segment.path)
    return report


class _Part(NamedTuple):
    """One conversation to record; ``used`` where a pass before has found it out."""

    transcript: Transcript
    auth_mode: str
    model: str
    trials: bool
    used: Used | None


class _Recorded(NamedTuple):
    """The events of one conversation, and what was found to be used in it."""

    events: list[Event]
    used: Used


def _is_much(parts: Iterable[_Part]) -> bool:
    """Whether to record ``parts`` takes longer than to start processes."""
    contents = (m.get("content") for part in parts for m in part.transcript.messages)
    return sum(len(text) for text in contents if isinstance(text, str)) > _MUCH


def _recorded(engine: Engine, part: _Part) -> _Recorded:
    """The one conversation through the engine."""
    messages = part.transcript.messages
    used = used_values(messages) if part.used is None else part.used
    passage = _Passage(engine, Identity(engine.pepper, part.transcript), used)
    return _Recorded(list(passage.events(part.auth_mode, part.model, trials=part.trials)), used)


@dataclass(frozen=True, slots=True)
class _Passage:
    """One conversation on its way through the engine."""

    engine: Engine
    identity: Identity
    used: Used

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
            result = _Result(
                reading,
                step=step,
                nth=nth,
                query=query_for(messages, step),
                tool=tool_of(messages, step),
                used=self.used.get(step, ()),
            )
            yield from self._told(result, decision, decision.profile, arm=decision.arm)
            if trials:
                for profile in LADDERS[reading.kind]:
                    if profile.id != decision.profile.id:
                        yield from self._told(result, decision, profile, arm="trial")

    def _told(
        self, result: _Result, decision: Decision, profile: Profile, *, arm: Arm
    ) -> Iterator[Event]:
        """The compression, and the retrieval that has to follow where it hid too much."""
        done = self.engine.apply(result.reading, profile, query=result.query, decision=decision)
        told = compression_event(
            self.engine,
            done,
            stamp=self._stamp(result, done, arm, "compression"),
            origin="recorded",
            conversation=self.identity.conversation,
            tool=result.tool,
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
    """One tool result: what it is, where it stood, who asked, and what of it was used later."""

    reading: Reading
    step: int
    nth: int
    query: str
    tool: str | None
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
