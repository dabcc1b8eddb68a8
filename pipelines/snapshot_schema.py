"""The snapshot's tables: names and types of their columns, shared by writer and readers.

A snapshot is a directory ``<id>/`` of Parquet files, one a table, that never changes; the
file ``current`` beside it holds the id of the one that holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

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
        # A day of one slice under one profile, arm and publication ('': none was loaded).
        "savings": {
            "day": pl.Date(),
            "publication": _TEXT,
            "origin": _TEXT,
            "arm": _TEXT,
            "auth_mode": _TEXT,
            "model_family": _TEXT,
            "structure_hash": _TEXT,
            "kind": _TEXT,
            "profile": _TEXT,
            "conversations": _COUNT,
            "compressions": _COUNT,
            "tokens_before": _COUNT,
            "tokens_after": _COUNT,
            "tokens_returned": _COUNT,
            "retrievals": _COUNT,
            "regrets": _COUNT,
            "lossy": _COUNT,
            "faults": _COUNT,
            "latency_us": _COUNT,
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
        },
        # The history; `current` is the file in place.
        "publications": {
            "id": _TEXT,
            "watermark": _TIME,
            "origin": _TEXT,
            "demonstration": _FLAG,
            "current": _FLAG,
            "content": _TEXT,
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
