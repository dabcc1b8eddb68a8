"""How a set of records looks as a tool's answer: JSON as an API returns it, or a service's log.

A record is rendered alike wherever it stands and whether or not it is asked for.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence

import orjson

from pipelines.replays.draws import Draw
from pipelines.replays.items import Record

Rendering = Callable[[Sequence[Record], Draw], str]


def as_json(records: Sequence[Record], draw: Draw) -> str:
    """The records as rows of an API's answer: a bare list or a page of one, tight or spaced."""
    rows = [record.fields for record in records]
    document: object
    match draw.below(4):
        case 0 | 1:
            document = rows
        case 2:
            document = {"total": len(rows), "page": 1, "results": rows}
        case _:
            document = {"status": "ok", "request": f"req-{draw.below(16**8):08x}", "items": rows}
    match draw.below(4):
        case 0:
            return orjson.dumps(document, option=orjson.OPT_INDENT_2).decode()
        case 1:
            return json.dumps(document, ensure_ascii=False)
        case _:
            return orjson.dumps(document).decode()


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


def as_log(records: Sequence[Record], draw: Draw) -> str:
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


def pairs(fields: Mapping[str, object]) -> str:
    """``key="value"`` for every field; quotes, backslashes and line ends as JSON escapes them."""
    return " ".join(f"{name}={_quoted(value)}" for name, value in fields.items())


def _quoted(value: object) -> str:
    text = value if isinstance(value, str) else orjson.dumps(value).decode()
    return orjson.dumps(text).decode()


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


RENDERINGS: Mapping[str, Rendering] = {"json": as_json, "log": as_log}
"""The kinds under test: those that have lossy rungs, and how their answers look."""

KINDS_UNDER_TEST = tuple(RENDERINGS)
