"""What an engine reports: events made of compressions, and the segments they are written to."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, NamedTuple
from uuid import uuid4

from compressors._arms import keyed
from compressors.engine import Compression, Engine
from compressors.errors import ConfigurationError
from compressors.events import (
    SCHEMA,
    Arm,
    Event,
    Mode,
    Origin,
    RowRefused,
    check,
    encode,
    rfc3339,
)
from compressors.files import sync_directory
from compressors.turn import Placed, Regretted, Turn

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")
_MOST_FIELDS = 16


class Stamp(NamedTuple):
    """What makes an event one of its own: its id, its time, and who saw it.

    ``event_id`` has 32 hex digits, ``ts`` is RFC 3339 in UTC with milliseconds, ``instance``
    has 16 hex digits.
    """

    event_id: str
    ts: str
    instance: str


class LiveStamps:
    """Stamps of events as they happen: a random id and the time.

    Recorded traffic derives its stamps instead, so that a second run gives the same events.

    Args:
        instance: the proxy, keyed (16 hex digits).
        clock: the time, with its zone.
        new_id: 32 fresh hex digits.
    """

    def __init__(
        self,
        instance: str,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        new_id: Callable[[], str] = lambda: uuid4().hex,
    ) -> None:
        self._instance = instance
        self._clock = clock
        self._new_id = new_id

    def next(self) -> Stamp:
        """A stamp for an event that happens now."""
        return Stamp(self._new_id(), rfc3339(self._clock()), self._instance)


def compression_event(
    engine: Engine,
    compression: Compression,
    *,
    stamp: Stamp,
    origin: Origin,
    conversation: str | None,
    tool: str | None,
    nth: int | None,
    arm: Arm | None = None,
) -> Event:
    """The event of a compression.

    ``conversation`` is a keyed digest, or a text that is keyed here; ``tool`` is the tool's
    plain name, keyed here (None: as the compression knows it). ``arm`` replaces the
    compression's; a ``trial`` was drawn for nothing. ``nth`` is its place among the
    conversation's compressions in its slice, from 0. A recording has no latency: nobody
    waited, and a second run gives the same events.
    """
    drawn = arm != "trial"
    return Event(
        **_placed(engine, compression, stamp=stamp, origin=origin, nth=nth, drawn=drawn),
        event="compression",
        conversation=keyed(engine.pepper, conversation) if conversation else None,
        tool=engine.pepper.key(tool) if tool else compression.tool,
        arm=arm or compression.arm,
        tokens_before=compression.tokens_before,
        tokens_after=compression.tokens_after,
        items_before=compression.items_before,
        items_after=compression.items_after,
        lossy=compression.lossy,
        fault=compression.fault,
        latency_us=0 if origin == "recorded" else compression.latency_us,
    )


def _placed(
    engine: Engine, done: Compression, *, stamp: Stamp, origin: Origin, nth: int | None, drawn: bool
) -> dict[str, Any]:
    """What every event of a compression says of it: when, where, by whom, as which arm."""
    return {
        "schema": SCHEMA,
        "event_id": stamp.event_id,
        "origin": origin,
        "ts": stamp.ts,
        "instance": stamp.instance,
        "pepper_id": engine.pepper.id,
        "engine": engine.digest,
        "publication": engine.book.id,
        "fingerprint": engine.fingerprint,
        "auth_mode": done.auth_mode,
        "model_family": done.model_family,
        "structure_hash": done.structure_hash,
        "kind": done.kind,
        "profile": done.profile,
        "profile_id": done.profile_id,
        "nth": nth,
        "experiment": done.experiment if drawn else None,
        "unit": done.unit if drawn else None,
        "share": done.share if drawn else None,
    }


def retrieval_event(
    engine: Engine,
    compression: Compression,
    *,
    stamp: Stamp,
    of: Event | str,
    mode: Mode,
    tokens_returned: int,
    fields: Iterable[str] = (),
    positions: Iterable[int] = (),
    origin: Origin = "live",
    conversation: str | None = None,
    nth: int | None = None,
    arm: Arm | None = None,
) -> Event:
    """The event of an original that was asked for again.

    ``of`` is the compression's event, or its id. From an event everything that places the
    compression is copied; with an id alone, ``origin``, ``conversation``, ``nth`` and
    ``arm`` have to say it. ``fields`` are the plain names of the fields that answered, keyed
    here, the first 16 in order of their keys; ``positions`` are twentieths of the original.
    """
    if isinstance(of, Event):
        event_id, origin, conversation = of.event_id, of.origin, of.conversation
        nth, arm = of.nth, of.arm
    else:
        event_id = of
        conversation = keyed(engine.pepper, conversation) if conversation else None
    drawn = arm != "trial"
    return Event(
        **_placed(engine, compression, stamp=stamp, origin=origin, nth=nth, drawn=drawn),
        event="retrieval",
        conversation=conversation,
        arm=arm or compression.arm,
        of=event_id,
        mode=mode,
        tokens_returned=tokens_returned,
        fields=sorted({engine.pepper.key(name) for name in fields})[:_MOST_FIELDS],
        positions=sorted(set(positions)),
    )


def reread_event(
    engine: Engine,
    regretted: Regretted,
    *,
    stamp: Stamp,
    tokens_returned: int,
    conversation: str | None,
    origin: Origin = "live",
) -> Event:
    """The event of a content that was served again although it had been compressed.

    ``regretted`` is that compression, of which everything that places it is copied;
    ``tokens_returned`` are those that went out this time. ``conversation`` is a keyed digest,
    or a text that is keyed here.
    """
    done = regretted.compression
    return Event(
        **_placed(engine, done, stamp=stamp, origin=origin, nth=regretted.nth, drawn=True),
        event="reread",
        conversation=keyed(engine.pepper, conversation) if conversation else None,
        arm=done.arm,
        of=regretted.event_id,
        tokens_returned=tokens_returned,
    )


def turn_events(engine: Engine, turn: Turn[object], stamps: LiveStamps) -> Iterator[Event]:
    """The events of a request's messages, in their order.

    One for each compression that is new, and a re-read in its stead where the content had been
    compressed before and something of it was missing: what compression made the agent ask for
    is no saving. What went out before is not told again. Ids come from the turn, so that a
    retried request gives the same.
    """
    for placed in turn.compressions:
        if placed.regrets is None and placed.again:
            continue
        stamp = stamps.next()._replace(event_id=placed.event_id)
        yield _event_of(engine, placed, stamp, turn.conversation)


def _event_of(engine: Engine, placed: Placed, stamp: Stamp, conversation: str | None) -> Event:
    if placed.regrets is not None:
        return reread_event(
            engine,
            placed.regrets,
            stamp=stamp,
            tokens_returned=placed.compression.tokens_after,
            conversation=conversation,
        )
    return compression_event(
        engine,
        placed.compression,
        stamp=stamp,
        origin="live",
        conversation=conversation,
        tool=None,
        nth=placed.nth,
    )


class SegmentWriter:
    """One segment of events, complete under its final name or absent.

    Used as a context manager. On a clean end the file is flushed to the disk and renamed to
    ``<name>-<first 16 hex digits of its SHA-256>.jsonl``, which never changes again; on an
    exception nothing bears a final name. A segment without events is no file.

    Args:
        directory: where segments go; made if need be.
        name: letters, digits, ``.``, ``_`` and ``-``.

    Attributes:
        path: the segment, once it is complete; None before that, and where it had no events.
        events: how many were written.
    """

    def __init__(self, directory: Path, *, name: str) -> None:
        if not _NAME.fullmatch(name):
            raise ConfigurationError(
                f"a segment cannot be called {name[:60]!r}; use letters, digits, '.', '_' and '-'"
            )
        self.path: Path | None = None
        self.events = 0
        self._directory = directory
        self._name = name
        self._partial = directory / f".{name}.{os.getpid()}.part"
        self._digest = hashlib.sha256()
        self._file: BinaryIO | None = None

    def __enter__(self) -> SegmentWriter:
        with self._refusals():
            self._directory.mkdir(parents=True, exist_ok=True)
            self._file = self._partial.open("wb")
        return self

    def write(self, event: Event) -> None:
        """Add one event.

        Raises:
            RowRefused: it is not one of the schema; nothing of it is written.
            ConfigurationError: the disk does not take it.
        """
        flaw = check(event)
        if flaw is not None:
            raise RowRefused(flaw)
        if self._file is None:
            raise ConfigurationError(f"the segment {self._name} is not open; use it in a `with`")
        line = encode(event) + b"\n"
        with self._refusals():
            self._file.write(line)
        self._digest.update(line)
        self.events += 1

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        file, self._file = self._file, None
        if file is None:
            return
        try:
            if kind is None and self.events:
                with self._refusals():
                    self._complete(file)
        finally:
            with suppress(OSError):
                file.close()
            self._partial.unlink(missing_ok=True)

    def _complete(self, file: BinaryIO) -> None:
        file.flush()
        os.fsync(file.fileno())
        file.close()
        final = self._directory / f"{self._name}-{self._digest.hexdigest()[:16]}.jsonl"
        self._partial.replace(final)
        sync_directory(self._directory)
        self.path = final

    @contextmanager
    def _refusals(self) -> Iterator[None]:
        """Say what the operating system refuses in one sentence."""
        try:
            yield
        except OSError as error:
            raise ConfigurationError(
                f"the segment {self._name} cannot be written to {self._directory} "
                f"({error.strerror}); choose a directory you may write to that has room"
            ) from error
