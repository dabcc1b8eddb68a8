"""The snapshot's tables: names and types of their columns, shared by writer and readers.

A snapshot is a directory ``<id>/`` of Parquet files, one a table, that never changes; the
file ``current`` beside it holds the id of the one that holds. ``activity.json`` beside both
says what the platform was last seen doing: it has clock times, which no snapshot has.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

import msgspec
import polars as pl

CURRENT = "current"
"""Name of the pointer: a text file with the id of the snapshot that holds."""

_TEXT = pl.String()
_COUNT = pl.Int64()
_SMALL = pl.Int32()
_FLAG = pl.Boolean()
_NUMBER = pl.Float64()
_TIME = pl.Datetime("ms")

TABLES: Mapping[str, Mapping[str, pl.DataType]] = MappingProxyType(
    {
        # A day of one kind under one profile, arm and publication ('': none was loaded). Of
        # tokens_returned, tokens_reread came back since the same content was served again.
        "savings": {
            "day": pl.Date(),
            "publication": _TEXT,
            "origin": _TEXT,
            "arm": _TEXT,
            "auth_mode": _TEXT,
            "model_family": _TEXT,
            "kind": _TEXT,
            "profile": _TEXT,
            "compressions": _COUNT,
            "tokens_before": _COUNT,
            "tokens_after": _COUNT,
            "tokens_returned": _COUNT,
            "tokens_reread": _COUNT,
            "retrievals": _COUNT,
            "rereads": _COUNT,
            "regrets": _COUNT,
            "lossy": _COUNT,
            "faults": _COUNT,
            "latency_us": _COUNT,
        },
        # The acting arms of a day by tool (keyed, '' where unknown).
        "tools": {
            "day": pl.Date(),
            "publication": _TEXT,
            "origin": _TEXT,
            "auth_mode": _TEXT,
            "model_family": _TEXT,
            "kind": _TEXT,
            "tool": _TEXT,
            "compressions": _COUNT,
            "tokens_before": _COUNT,
            "tokens_after": _COUNT,
            "tokens_returned": _COUNT,
        },
        # Conversations by the day they began (kind '': whole, else what of them is of a kind) and
        # by net share in twentieths, with what the interval of a ratio needs.
        "spread": {
            "day": pl.Date(),
            "publication": _TEXT,
            "origin": _TEXT,
            "auth_mode": _TEXT,
            "model_family": _TEXT,
            "kind": _TEXT,
            "bucket": _SMALL,
            "conversations": _COUNT,
            "tokens_before": _COUNT,
            "tokens_net": _COUNT,
            "square_before": _NUMBER,
            "square_net": _NUMBER,
            "product": _NUMBER,
        },
        # Slices as they are now. Period: 0 the newest half-life, 1 the one before (0 and 1 are
        # the evidence window that decides), 2 all earlier.
        "slices": {
            "auth_mode": _TEXT,
            "model_family": _TEXT,
            "structure_hash": _TEXT,
            "kind": _TEXT,
            "origin": _TEXT,
            "publication": _TEXT,
            "arm": _TEXT,
            "profile": _TEXT,
            "period": _SMALL,
            "first": pl.Date(),
            "last": pl.Date(),
            "conversations": _COUNT,
            "compressions": _COUNT,
            "tokens_before": _COUNT,
            "tokens_after": _COUNT,
            "tokens_returned": _COUNT,
            "retrievals": _COUNT,
            "rereads": _COUNT,
            "regrets": _COUNT,
        },
        # The bill of a day as providers counted it.
        "usage": {
            "day": pl.Date(),
            "publication": _TEXT,
            "origin": _TEXT,
            "auth_mode": _TEXT,
            "model_family": _TEXT,
            "requests": _COUNT,
            "tokens_input": _COUNT,
            "tokens_cache_read": _COUNT,
            "tokens_cache_write": _COUNT,
            "tokens_output": _COUNT,
        },
        # Net tokens of a day, split as the bills of their conversations were.
        "attributed": {
            "day": pl.Date(),
            "publication": _TEXT,
            "origin": _TEXT,
            "auth_mode": _TEXT,
            "model_family": _TEXT,
            "kind": _TEXT,
            "net_input": _COUNT,
            "net_cache_read": _COUNT,
            "net_cache_write": _COUNT,
            "net_unknown": _COUNT,
        },
        # US dollars a million tokens of a family's reference model; null is unknown.
        "prices": {
            "model_family": _TEXT,
            "reference": _TEXT,
            "input": _NUMBER,
            "cache_read": _NUMBER,
            "cache_write": _NUMBER,
            "output": _NUMBER,
            "source": _TEXT,
        },
        # Net savings of the acting arms, a publication at a time. Scope: all, kind, slice,
        # profile; key: 'all', the kind, 'auth_mode/model_family/structure_hash', the profile.
        "net": {
            "publication": _TEXT,
            "scope": _TEXT,
            "key": _TEXT,
            "conversations": _COUNT,
            "tokens_before": _COUNT,
            "tokens_after": _COUNT,
            "tokens_returned": _COUNT,
            "net": _NUMBER,
            "low": _NUMBER,
            "high": _NUMBER,
            "level": _NUMBER,
        },
        # Replays of one treatment on one part of a data set.
        "answerability": {
            "dataset": _TEXT,
            "kind": _TEXT,
            "profile": _TEXT,
            "rung": _SMALL,
            "treatment": _TEXT,
            "split": _TEXT,
            "items": _COUNT,
            "solvable": _COUNT,
            "solved": _COUNT,
            "share": _NUMBER,
            "low": _NUMBER,
            "high": _NUMBER,
            "tokens_before": _COUNT,
            "tokens_after": _COUNT,
        },
        # What models answered with and without compression; treatment `again` is the noise.
        "model_accuracy": {
            "model": _TEXT,
            "dataset": _TEXT,
            "kind": _TEXT,
            "profile": _TEXT,
            "rung": _SMALL,
            "treatment": _TEXT,
            "split": _TEXT,
            "items": _COUNT,
            "missing": _COUNT,
            "right_without": _COUNT,
            "right_with": _COUNT,
            "lost": _COUNT,
            "won": _COUNT,
            "loss": _NUMBER,
            "epsilon": _NUMBER,
            "p": _NUMBER,
            "unreadable_without": _COUNT,
            "unreadable_with": _COUNT,
            "temperature": _NUMBER,
            "max_tokens": _COUNT,
            "engine": _TEXT,
        },
        # As the warehouse has them, of the newest replays.
        "certificates": {
            "replay": _TEXT,
            "kind": _TEXT,
            "profile": _TEXT,
            "profile_id": _TEXT,
            "rung": _SMALL,
            "dataset": _TEXT,
            "block": _SMALL,
            "version": _SMALL,
            "kinds": _SMALL,
            "n": _SMALL,
            "harms": _SMALL,
            "epsilon": _NUMBER,
            "p": _NUMBER,
            "threshold": _NUMBER,
            "solvable": _NUMBER,
            "certified": _FLAG,
            "status": _TEXT,
        },
        # As the warehouse has them, of the publication in place.
        "decisions": {
            "publication": _TEXT,
            "auth_mode": _TEXT,
            "model_family": _TEXT,
            "structure_hash": _TEXT,
            "kind": _TEXT,
            "incumbent": _TEXT,
            "profile": _TEXT,
            "published": _FLAG,
            "reason": _TEXT,
            "because": _TEXT,
            "conversations": _COUNT,
            "instances": _COUNT,
            "net_low": _NUMBER,
            "net_high": _NUMBER,
            "regret_low": _NUMBER,
            "regret_high": _NUMBER,
            "confidence": _NUMBER,
            "params": _TEXT,
            "canary": _TEXT,
            "canary_share": _SMALL,
        },
        # What the other publications of the history decided.
        "earlier": {
            "publication": _TEXT,
            "auth_mode": _TEXT,
            "model_family": _TEXT,
            "structure_hash": _TEXT,
            "kind": _TEXT,
            "profile": _TEXT,
            "published": _FLAG,
            "reason": _TEXT,
            "conversations": _COUNT,
            "net_low": _NUMBER,
            "net_high": _NUMBER,
            "regret_low": _NUMBER,
            "regret_high": _NUMBER,
        },
        # The history, oldest evidence first; `current` is the file in place, `state` what
        # became of it last.
        "publications": {
            "id": _TEXT,
            "watermark": _TIME,
            "origin": _TEXT,
            "demonstration": _FLAG,
            "current": _FLAG,
            "state": _TEXT,
            "rows": _COUNT,
            "content": _TEXT,
        },
        # What slices without a row get, a publication and kind at a time.
        "defaults": {
            "publication": _TEXT,
            "kind": _TEXT,
            "profile": _TEXT,
        },
        # The certificates that each publication carries.
        "certified": {
            "publication": _TEXT,
            "kind": _TEXT,
            "profile": _TEXT,
            "dataset": _TEXT,
            "block": _SMALL,
            "version": _SMALL,
            "kinds": _SMALL,
            "n": _SMALL,
            "harms": _SMALL,
            "epsilon": _NUMBER,
            "delta": _NUMBER,
            "p": _NUMBER,
            "solvable": _NUMBER,
            "status": _TEXT,
        },
        # Harmed items of the learn part and of retired blocks, some of each kind and data set.
        "harmed": {
            "replay": _TEXT,
            "kind": _TEXT,
            "dataset": _TEXT,
            "case": _TEXT,
            "source": _TEXT,
            "profile": _TEXT,
            "profiles": _TEXT,
            "query": _TEXT,
            "missing": _TEXT,
            "before": _TEXT,
            "after": _TEXT,
            "tokens_before": _COUNT,
            "tokens_after": _COUNT,
        },
        # The numbers of the method, by name, and what persons decided over the evidence.
        "settings": {
            "name": _TEXT,
            "value": _NUMBER,
        },
        "overrides": {
            "what": _TEXT,
            "subject": _TEXT,
            "profile": _TEXT,
            "why": _TEXT,
            "until": pl.Date(),
        },
        # Why content passed otherwise than its profile says.
        "faults": {
            "day": pl.Date(),
            "origin": _TEXT,
            "kind": _TEXT,
            "fault": _TEXT,
            "compressions": _COUNT,
        },
        # Bucket b: 2^(b/8) to 2^((b+1)/8) microseconds.
        "latency": {
            "origin": _TEXT,
            "kind": _TEXT,
            "bucket": _SMALL,
            "compressions": _COUNT,
        },
        # Which proxy (keyed) ran which publication and engine, and how often it refused a file.
        "proxies": {
            "instance": _TEXT,
            "publication": _TEXT,
            "engine": _TEXT,
            "origin": _TEXT,
            "first": pl.Date(),
            "last": pl.Date(),
            "compressions": _COUNT,
            "conversations": _COUNT,
            "faults": _COUNT,
            "refused": _COUNT,
        },
        # One row: the ledger summed.
        "ingest": {
            "segments": _COUNT,
            "rows": _COUNT,
            "stored": _COUNT,
            "duplicates": _COUNT,
            "quarantined": _COUNT,
        },
        # Other tools' histories: they inform, and are no evidence. A day of one source.
        "imported": {
            "source": _TEXT,
            "day": pl.Date(),
            "model_family": _TEXT,
            "uses": _COUNT,
            "tokens_before": _COUNT,
            "tokens_after": _COUNT,
        },
        # Of a slice, as its tool counted; `seen` by an engine of our own too.
        "imported_slices": {
            "source": _TEXT,
            "auth_mode": _TEXT,
            "model_family": _TEXT,
            "structure_hash": _TEXT,
            "stores": _COUNT,
            "compressions": _COUNT,
            "retrievals": _COUNT,
            "full_retrievals": _COUNT,
            "token_reduction": _NUMBER,
            "seen": _FLAG,
        },
        # Of a filter: how often it cut, how often an agent went back for that.
        "imported_filters": {
            "source": _TEXT,
            "filter": _TEXT,
            "mode": _TEXT,
            "stores": _COUNT,
            "elisions": _COUNT,
            "recalls": _COUNT,
        },
        "quarantine": {
            "reason": _TEXT,
            "field": _TEXT,
            "rows": _COUNT,
        },
    }
)

ACTIVITY = "activity.json"
"""Name of the file beside the pointer that says what the platform was last seen doing."""


class RunSeen(msgspec.Struct, frozen=True):
    """A run of the platform; ``ended`` is None while it works, times are UTC."""

    id: str
    job: str
    status: str
    started: datetime | None
    ended: datetime | None


class CheckSeen(msgspec.Struct, frozen=True):
    """What a check said last, and when."""

    asset: str
    check: str
    passed: bool
    sentence: str
    at: datetime | None


class StoreSeen(msgspec.Struct, frozen=True):
    """How large a store of the home is on the disk, in bytes."""

    store: str
    bytes: int
    files: int


class Activity(msgspec.Struct, frozen=True):
    """What the platform was seen doing when it last published a snapshot, at ``at`` in UTC."""

    at: datetime
    runs: tuple[RunSeen, ...] = ()
    checks: tuple[CheckSeen, ...] = ()
    stores: tuple[StoreSeen, ...] = ()
