"""Synthetic telemetry for the platform's tests: events that pass every check, from a seed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import duckdb
import msgspec

from compressors.events import Event, encode, rfc3339
from compressors.pepper import PUBLIC_PEPPER, Pepper
from compressors.profiles import LADDERS

SCHEMA = Path(__file__).parents[2] / "pipelines" / "schema.sql"
START = datetime(2026, 1, 5, tzinfo=UTC)
_PROFILES = LADDERS["log"][1:5]


def compression(number: int, *, pepper: Pepper = PUBLIC_PEPPER, **changes: object) -> Event:
    """The ``number``-th compression: four to a conversation, one a minute."""
    conversation, nth = divmod(number, 4)
    rung = _PROFILES[number % len(_PROFILES)]
    event = Event(
        schema=1,
        event_id=pepper.event(f"compression {number}"),
        event="compression",
        origin="recorded",
        ts=rfc3339(START + timedelta(minutes=number)),
        instance=pepper.key(f"instance {conversation % 6}"),
        pepper_id=pepper.id,
        engine=pepper.key("engine"),
        publication=None,
        fingerprint=pepper.key("fingerprint"),
        auth_mode="payg",
        model_family="other",
        conversation=pepper.key(f"conversation {conversation}"),
        structure_hash=pepper.structure(f"structure {number % 3}"),
        tool=pepper.key("tool"),
        kind="log",
        profile=rung.name,
        profile_id=rung.id,
        nth=nth,
        arm="default",
        tokens_before=1000 + number % 7,
        tokens_after=400 + number % 11,
        items_before=90,
        items_after=30,
        lossy=not rung.safe,
        latency_us=1200,
    )
    return msgspec.structs.replace(event, **changes)


def regret(of: Event, *, after: timedelta = timedelta(minutes=2), **changes: object) -> Event:
    """The event of ``of`` asked for again, ``after`` its time."""
    event = Event(
        schema=1,
        event_id=PUBLIC_PEPPER.event(f"regret of {of.event_id} after {after}"),
        event="retrieval",
        origin=of.origin,
        ts=rfc3339(datetime.fromisoformat(of.ts) + after),
        instance=of.instance,
        pepper_id=of.pepper_id,
        engine=of.engine,
        publication=of.publication,
        fingerprint=of.fingerprint,
        auth_mode=of.auth_mode,
        model_family=of.model_family,
        conversation=of.conversation,
        structure_hash=of.structure_hash,
        kind=of.kind,
        profile=of.profile,
        profile_id=of.profile_id,
        nth=of.nth,
        arm=of.arm,
        experiment=of.experiment,
        unit=of.unit,
        share=of.share,
        of=of.event_id,
        mode="full",
        tokens_returned=of.tokens_before,
        fields=[],
        positions=[0, 19],
    )
    return msgspec.structs.replace(event, **changes)


def traffic(compressions: int, *, seed: int = 1, pepper: Pepper = PUBLIC_PEPPER) -> list[Event]:
    """Compressions with a regret after about every tenth of the lossy ones."""
    random = Random(seed)
    return list(_traffic(compressions, random, pepper))


def _traffic(compressions: int, random: Random, pepper: Pepper) -> Iterator[Event]:
    for number in range(compressions):
        event = compression(number, pepper=pepper)
        yield event
        if event.lossy and random.random() < 0.1:
            yield regret(event)


def lines(events: Iterable[Event]) -> bytes:
    """The content of a segment."""
    return b"".join(encode(event) + b"\n" for event in events)


def write_segments(folder: Path, events: Sequence[Event], *, parts: int) -> list[Path]:
    """``events`` dealt out to ``parts`` segments in ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for part in range(parts):
        path = folder / f"segment-{part:03d}.jsonl"
        path.write_bytes(lines(events[part::parts]))
        paths.append(path)
    return paths


def in_memory() -> duckdb.DuckDBPyConnection:
    """A warehouse that no file holds."""
    con = duckdb.connect()
    con.execute(SCHEMA.read_text("utf-8"))
    return con
