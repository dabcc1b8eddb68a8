"""Records as lines of a service's log."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence

import orjson

from compressors.kinds import log
from pipelines.replays.draws import Draw
from pipelines.replays.items import Record
from pipelines.replays.renderings._leaves import as_text, quoted
from pipelines.replays.renderings.base import Fields

_PAIR = re.compile(r'([A-Za-z_]\w*)=("(?:[^"\\]|\\.)*")')
_SERVICES = (
    ("catalog.sync", "record stored"),
    ("store.writer", "upserted"),
    ("export.worker", "emitted record"),
    ("replica-2.apply", "applied change"),
)
_CHATTER = (
    ("INFO", "http.access", 'request served method="GET" path="/v2/records" status="200" ms="{n}"'),
    ("INFO", "scheduler", 'tick queue="ingest" pending="{n}"'),
    ("DEBUG", "cache", 'lookup hit="true" age_s="{n}"'),
    ("INFO", "pool", 'connection returned idle="{n}"'),
)
_WARNINGS = (
    ("WARN", "http.client", 'slow upstream host="search-{n}" retry="1"'),
    ("ERROR", "mailer", 'delivery failed recipient="ops-{n}" code="451"'),
)


def render(records: Sequence[Record], draw: Draw) -> str:
    """The records as lines of a service's log, one each, among lines of its other work.

    One answer comes from one service: one layout, a clock that only moves forward.
    """
    stamp = draw.one_of((_iso, _comma, _slash))
    logger, said = draw.one_of(_SERVICES)
    at = draw.below(86_400_000 // 2)
    day = f"2026-{draw.between(1, 12):02d}-{draw.between(1, 28):02d}"
    lines: list[str] = []

    def write(level: str, name: str, message: str) -> None:
        nonlocal at
        at += draw.between(3, 4000)
        lines.append(f"{stamp(day, at)} {level:<5} {name} {message}")

    for record in records:
        if draw.below(4) == 0:
            level, name, message = draw.one_of(_CHATTER)
            write(level, name, message.format(n=draw.between(1, 900)))
        if draw.below(40) == 0:
            level, name, message = draw.one_of(_WARNINGS)
            write(level, name, message.format(n=draw.between(1, 9)))
        write("INFO", logger, f"{said} {pairs(record.fields)}")
    return "\n".join(lines) + "\n"


def read(text: str, ids: Collection[str]) -> Iterator[Fields]:
    """The pairs of every line that has the ``id="…"`` of one of the records."""
    marks = [f'id="{identifier}"' for identifier in ids]
    for line in log.restore(text).splitlines():
        if any(mark in line for mark in marks):
            yield _pairs(line)


def pairs(fields: Mapping[str, object]) -> str:
    """``key="value"`` for every field; quotes, backslashes and line ends as JSON escapes them."""
    return " ".join(f"{name}={quoted(as_text(value))}" for name, value in fields.items())


def _parts(at: int) -> tuple[int, int, int, int]:
    return at // 3_600_000, at // 60_000 % 60, at // 1000 % 60, at % 1000


def _iso(day: str, at: int) -> str:
    hours, minutes, seconds, rest = _parts(at)
    return f"{day}T{hours:02d}:{minutes:02d}:{seconds:02d}.{rest:03d}Z"


def _comma(day: str, at: int) -> str:
    hours, minutes, seconds, rest = _parts(at)
    return f"{day} {hours:02d}:{minutes:02d}:{seconds:02d},{rest:03d}"


def _slash(day: str, at: int) -> str:
    hours, minutes, seconds, _ = _parts(at)
    return f"{day.replace('-', '/')} {hours:02d}:{minutes:02d}:{seconds:02d}"


def _pairs(line: str) -> Fields:
    fields: dict[str, object] = {}
    for name, written in _PAIR.findall(line):
        try:
            fields[name] = orjson.loads(written)
        except orjson.JSONDecodeError:
            continue
    return fields
