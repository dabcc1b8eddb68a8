"""The telemetry event: its one schema, and the check that lets nothing else pass.

Contract: docs/contracts.md, section "Telemetry event". A row that is not exactly this is
refused with the name of the offending field, never mended.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple, get_args

import msgspec

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


class Event(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing an engine saw. Fields that do not belong to its ``event`` are None."""

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


class Flaw(NamedTuple):
    """Why a row is no event: the field that is wrong and what was expected of it."""

    field: str
    reason: str


_HEX = {8: re.compile("[0-9a-f]{8}"), 16: re.compile("[0-9a-f]{16}"),
        24: re.compile("[0-9a-f]{24}"), 32: re.compile("[0-9a-f]{32}")}
_TS = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z")
_FAMILY = re.compile(r"[a-z][a-z0-9]*(?:[-.][a-z0-9]+){0,5}")
