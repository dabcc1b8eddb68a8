"""The telemetry event: its one schema, and the check that lets nothing else pass.

Contract: docs/contracts.md, section "Telemetry event". A row that is not exactly this is
refused with the name of the offending field, never mended.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Literal, get_args

import msgspec

from compressors._event_flaws import UNKNOWN_FIELD, WHOLE_ROW, Flaw, RowRefused, refusal
from compressors.profiles import BY_NAME
from compressors.structure import is_family

__all__ = [
    "ARMS",
    "AUTH_MODES",
    "KIND_NAMES",
    "LONGEST_ROW",
    "SCHEMA",
    "UNKNOWN_FIELD",
    "WHOLE_ROW",
    "Arm",
    "AuthMode",
    "Event",
    "EventName",
    "Fault",
    "Flaw",
    "KindName",
    "Mode",
    "Origin",
    "RowRefused",
    "check",
    "decode",
    "encode",
    "rfc3339",
]

SCHEMA = 1

EventName = Literal["compression", "retrieval", "reread", "usage"]
Origin = Literal["live", "recorded", "imported"]
AuthMode = Literal["payg", "oauth", "subscription", "unknown"]
KindName = Literal["json", "table", "log", "search", "diff", "code", "html", "config", "text"]
Arm = Literal["default", "recommended", "canary", "control", "trial"]
Fault = Literal[
    "raised",
    "store_full",
    "store_locked",
    "store_read_only",
    "store_damaged",
    "cache_bust",
    "publication_refused",
]
Mode = Literal["full", "query"]

AUTH_MODES: tuple[str, ...] = get_args(AuthMode)
KIND_NAMES: tuple[str, ...] = get_args(KindName)
ARMS: tuple[str, ...] = get_args(Arm)


class Event(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """One thing an engine saw. Fields that do not belong to its ``event`` are None.

    A field that is None may be absent from its line.
    """

    schema: int
    event_id: str
    event: EventName
    origin: Origin
    ts: str
    instance: str
    pepper_id: str
    engine: str
    publication: str | None
    fingerprint: str
    auth_mode: AuthMode
    model_family: str
    conversation: str | None = None
    structure_hash: str | None = None
    tool: str | None = None
    kind: KindName | None = None
    profile: str | None = None
    profile_id: str | None = None
    nth: int | None = None
    arm: Arm | None = None
    experiment: str | None = None
    unit: str | None = None
    share: int | None = None
    tokens_before: int | None = None
    tokens_after: int | None = None
    items_before: int | None = None
    items_after: int | None = None
    lossy: bool | None = None
    fault: Fault | None = None
    latency_us: int | None = None
    of: str | None = None
    mode: Mode | None = None
    tokens_returned: int | None = None
    fields: list[str] | None = None
    positions: list[int] | None = None
    tokens_input: int | None = None
    tokens_cache_read: int | None = None
    tokens_cache_write: int | None = None
    tokens_output: int | None = None


LONGEST_ROW = 65_536
"""Bytes; an event takes about a thousand."""


_LARGEST = 2**53  # what JSON's readers agree on, far above any count of tokens
_LARGEST_PLACE = 2**31 - 1


def _hex(digits: int) -> tuple[Callable[[str], object], str]:
    return re.compile(f"[0-9a-f]{{{digits}}}").fullmatch, f"expected {digits} hex digits"


_TIME = re.compile(r"2\d{3}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z")


def _is_time(text: str) -> bool:
    if not _TIME.fullmatch(text):
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def rfc3339(time: datetime) -> str:
    """A time as events state it: UTC, milliseconds (what is finer is cut off).

    ``time`` has a time zone.
    """
    utc = time.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z"


_TEXTS: Mapping[str, tuple[Callable[[str], object], str]] = {
    "event_id": _hex(32),
    "instance": _hex(16),
    "pepper_id": _hex(8),
    "engine": _hex(16),
    "publication": _hex(16),
    "fingerprint": _hex(16),
    "conversation": _hex(16),
    "structure_hash": _hex(24),
    "tool": _hex(16),
    "profile_id": _hex(16),
    "experiment": _hex(16),
    "unit": _hex(16),
    "of": _hex(32),
    "ts": (_is_time, "expected RFC 3339 in UTC with milliseconds, as 2026-11-20T23:59:59.000Z"),
    "model_family": (is_family, "expected a model family or `other`"),
    "profile": (BY_NAME.__contains__, "expected a profile of the closed set"),
}

_NUMBERS: Mapping[str, int] = {
    "nth": _LARGEST_PLACE,
    "share": 1000,
    "tokens_before": _LARGEST,
    "tokens_after": _LARGEST,
    "items_before": _LARGEST,
    "items_after": _LARGEST,
    "latency_us": _LARGEST,
    "tokens_returned": _LARGEST,
    "tokens_input": _LARGEST,
    "tokens_cache_read": _LARGEST,
    "tokens_cache_write": _LARGEST,
    "tokens_output": _LARGEST,
}

_ALWAYS = frozenset(Event.__struct_fields__[: Event.__struct_fields__.index("conversation") + 1])
_DRAWN = ("experiment", "unit", "share")
_SHAPED = frozenset({"structure_hash", "kind", "profile", "profile_id", "arm"})
_PLACED = frozenset({"nth", *_DRAWN})

# Of each event: the fields that it has to have, and those that it may have.
_REQUIRED: Mapping[str, frozenset[str]] = {
    "compression": _SHAPED | {"tokens_before", "tokens_after", "lossy", "latency_us"},
    "retrieval": _SHAPED | {"of", "mode", "tokens_returned"},
    "reread": _SHAPED | {"of", "tokens_returned"},
    "usage": frozenset(name for name in _NUMBERS if name.startswith("tokens_"))
    - {"tokens_before", "tokens_after", "tokens_returned"},
}
_ALLOWED: Mapping[str, frozenset[str]] = {
    "compression": _PLACED | {"tool", "items_before", "items_after", "fault"},
    "retrieval": _PLACED | {"fields", "positions"},
    "reread": _PLACED,
    "usage": frozenset(),
}
_FOREIGN: Mapping[str, tuple[str, ...]] = {
    event: tuple(
        name
        for name in Event.__struct_fields__
        if name not in _ALWAYS | _REQUIRED[event] | _ALLOWED[event]
    )
    for event in _REQUIRED
}
_IS_KEYED = _TEXTS["instance"][0]


def check(event: Event) -> Flaw | None:
    """What keeps ``event`` from being one of the schema, or None.

    Shapes of hashes, ranges of numbers, closed sets, and which fields belong to which event.
    """
    return _check_values(event) or _check_fields(event) or _check_sense(event)


def _check_values(event: Event) -> Flaw | None:
    if event.schema != SCHEMA:
        return Flaw("schema", f"expected {SCHEMA}")
    for name, (fits, expected) in _TEXTS.items():
        text = getattr(event, name)
        if text is not None and not fits(text):
            return Flaw(name, expected)
    for name, largest in _NUMBERS.items():
        number = getattr(event, name)
        if number is not None and not 0 <= number <= largest:
            return Flaw(name, f"expected a whole number from 0 to {largest}")
    if event.fields is not None and not (
        len(event.fields) <= 16 and all(map(_IS_KEYED, event.fields))
    ):
        return Flaw("fields", "expected at most 16 keyed names, 16 hex digits each")
    if event.positions is not None and not all(0 <= p <= 19 for p in event.positions):
        return Flaw("positions", "expected twentieths, 0 to 19")
    return None


def _check_fields(event: Event) -> Flaw | None:
    for name in _REQUIRED[event.event]:
        if getattr(event, name) is None:
            return Flaw(name, f"is missing from a {event.event}")
    for name in _FOREIGN[event.event]:
        if getattr(event, name) is not None:
            return Flaw(name, f"does not belong in a {event.event}")
    return None


def _check_sense(event: Event) -> Flaw | None:
    """What no single field tells."""
    if event.profile is not None and BY_NAME[event.profile].kind != event.kind:
        return Flaw("profile", "is a profile of another kind")
    drawn = [name for name in _DRAWN if getattr(event, name) is not None]
    if drawn and len(drawn) < len(_DRAWN):
        return Flaw(drawn[0], "expected experiment, unit and share together or none of them")
    if not drawn and event.arm in ("canary", "control"):
        return Flaw("experiment", f"is missing: a {event.arm} is always drawn")
    if event.arm == "trial" and event.origin != "recorded":
        return Flaw("arm", "expected a trial in recorded traffic only")
    if (
        event.tokens_before is not None
        and event.tokens_after is not None
        and event.origin != "imported"
        and event.tokens_after > event.tokens_before
    ):
        return Flaw("tokens_after", "expected at most tokens_before")
    return None


_DECODER = msgspec.json.Decoder(Event)
_ENCODER = msgspec.json.Encoder()


def encode(event: Event) -> bytes:
    """One line of a segment, without its newline."""
    return _ENCODER.encode(event)


def decode(line: bytes) -> Event:
    """The event of one line.

    Raises:
        RowRefused: the line is no event; the flaw names the field and holds nothing of the row.
    """
    if len(line) > LONGEST_ROW:
        raise RowRefused(Flaw(WHOLE_ROW, f"is longer than {LONGEST_ROW} bytes"))
    try:
        event = _DECODER.decode(line)
    except msgspec.ValidationError as error:
        raise refusal(str(error), fields=Event.__struct_fields__, closed=_CLOSED) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise RowRefused(Flaw(WHOLE_ROW, "is cut off or no JSON")) from None
    flaw = check(event)
    if flaw is not None:
        raise RowRefused(flaw)
    return event


_CLOSED: Mapping[str, tuple[str, ...]] = {
    "event": get_args(EventName),
    "origin": get_args(Origin),
    "auth_mode": AUTH_MODES,
    "kind": KIND_NAMES,
    "arm": ARMS,
    "fault": get_args(Fault),
    "mode": get_args(Mode),
}
