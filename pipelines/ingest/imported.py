"""What other tools' histories hold, typed as the warehouse keeps it; personal columns keyed.

``origin`` is ``imported`` for all of it: it informs and orders, and is no evidence. Nothing is
filled in: what a source does not say is None.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
import polars as pl

from compressors.pepper import Pepper
from pipelines.ingest.validate import Refused

if TYPE_CHECKING:
    import duckdb

_TIME = pl.Datetime("ms")
_LARGEST = 2**53


class Use(msgspec.Struct, frozen=True, kw_only=True):
    """A command that RTK ran or a request that Headroom counted."""

    id: str
    source: str
    instance: str
    ts: datetime
    model_family: str | None = None
    client: str | None = None
    tool: str | None = None
    project: str | None = None
    tokens_before: int | None = None
    tokens_after: int | None = None
    tokens_cache_read: int | None = None
    tokens_cache_write: int | None = None
    latency_us: int | None = None


class Pattern(msgspec.Struct, frozen=True, kw_only=True):
    """What Headroom has counted of a slice until ``ts``."""

    source: str
    instance: str
    tenant: str
    auth_mode: str | None
    model_family: str | None
    structure_hash: str
    strategy: str | None
    ts: datetime
    compressions: int
    items_seen: int | None
    items_kept: int | None
    retrievals: int | None
    full_retrievals: int | None
    query_retrievals: int | None
    token_reduction: float | None


class Recall(msgspec.Struct, frozen=True, kw_only=True):
    """How often one of RTK's filters has cut, and how often an agent went back for it."""

    source: str
    instance: str
    filter: str
    mode: str
    elisions: int
    recalls: int


Fact = Use | Pattern | Recall


class History(NamedTuple):
    """One batch: ``rows >= len(facts) + erased + len(refused)``; the rest repeats another row."""

    rows: int
    facts: Sequence[Fact]
    erased: int
    refused: list[Refused]


_USE = {
    "id": pl.String(), "source": pl.String(), "instance": pl.String(), "ts": _TIME,
    "model_family": pl.String(), "client": pl.String(), "tool": pl.String(),
    "project": pl.String(), "tokens_before": pl.Int64(), "tokens_after": pl.Int64(),
    "tokens_cache_read": pl.Int64(), "tokens_cache_write": pl.Int64(), "latency_us": pl.Int64(),
}  # fmt: skip
_PATTERN = {
    "source": pl.String(), "instance": pl.String(), "tenant": pl.String(),
    "auth_mode": pl.String(), "model_family": pl.String(), "structure_hash": pl.String(),
    "strategy": pl.String(), "ts": _TIME, "compressions": pl.Int64(), "items_seen": pl.Int64(),
    "items_kept": pl.Int64(), "retrievals": pl.Int64(), "full_retrievals": pl.Int64(),
    "query_retrievals": pl.Int64(), "token_reduction": pl.Float64(),
}  # fmt: skip
_RECALL = {
    "source": pl.String(), "instance": pl.String(), "filter": pl.String(), "mode": pl.String(),
    "elisions": pl.Int64(), "recalls": pl.Int64(),
}  # fmt: skip

_NEW_USES = """
insert into imported_uses by name
select distinct on (id) *, ts::date as day from arrived anti join imported_uses using (id)
order by id
returning id
"""
# Counters grow: of one slice the newest state holds, whichever file brings it first.
_NEWER_PATTERNS = """
create or replace temp table newer as
select distinct on (source, instance, tenant, auth_mode, model_family, structure_hash) arrived.*
from arrived
where not exists (
    from imported_patterns as known
    where known.source = arrived.source and known.instance = arrived.instance
      and known.tenant = arrived.tenant and known.structure_hash = arrived.structure_hash
      and known.auth_mode is not distinct from arrived.auth_mode
      and known.model_family is not distinct from arrived.model_family
      and (known.ts, known.compressions, known.retrievals)
          >= (arrived.ts, arrived.compressions, arrived.retrievals)
)
order by ts desc, compressions desc, retrievals desc;
delete from imported_patterns as known using newer
where known.source = newer.source and known.instance = newer.instance
  and known.tenant = newer.tenant and known.structure_hash = newer.structure_hash
  and known.auth_mode is not distinct from newer.auth_mode
  and known.model_family is not distinct from newer.model_family;
insert into imported_patterns by name select *, ts::date as day from newer returning tenant
"""
_GREATER_RECALLS = """
create or replace temp table newer as
select distinct on (source, instance, filter, mode) arrived.*
from arrived
where not exists (
    from imported_recalls as known
    where known.source = arrived.source and known.instance = arrived.instance
      and known.filter = arrived.filter and known.mode = arrived.mode
      and (known.elisions, known.recalls) >= (arrived.elisions, arrived.recalls)
)
order by elisions desc, recalls desc;
delete from imported_recalls as known using newer
where known.source = newer.source and known.instance = newer.instance
  and known.filter = newer.filter and known.mode = newer.mode;
insert into imported_recalls by name select * from newer returning filter
"""
_INSERTS: dict[type[Any], tuple[dict[str, pl.DataType], str]] = {
    Use: (_USE, _NEW_USES),
    Pattern: (_PATTERN, _NEWER_PATTERNS),
    Recall: (_RECALL, _GREATER_RECALLS),
}


def insert_history(con: duckdb.DuckDBPyConnection, batch: History) -> int:
    """How many of the facts were new; the caller has begun a transaction."""
    stored = 0
    for kind, (columns, query) in _INSERTS.items():
        rows = [msgspec.structs.astuple(fact) for fact in batch.facts if type(fact) is kind]
        if not rows:
            continue
        con.register("arrived", pl.DataFrame(rows, schema=columns, orient="row"))
        try:
            stored += len(con.execute(query).fetchall())
        finally:
            con.unregister("arrived")
    return stored


def keyed(pepper: Pepper, what: str, value: object) -> str | None:
    """The keyed digest of what a source says of ``what``; None where it says nothing."""
    text = value if isinstance(value, str) else ""
    return pepper.key(f"imported {what} {text}") if text else None


def whole(value: object) -> int | None:
    """A count, None where there is none or it cannot be one."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _LARGEST:
        return None
    return value


def moment(value: object) -> datetime | None:
    """A time of the source (RFC 3339 or seconds since 1970), to the millisecond, in UTC."""
    try:
        if isinstance(value, str):
            read = datetime.fromisoformat(value)
            read = read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            read = datetime.fromtimestamp(value, UTC)
        else:
            return None
    except (ValueError, OverflowError, OSError):
        return None
    if not 2000 <= read.year < 3000:
        return None
    return read.replace(microsecond=read.microsecond // 1000 * 1000, tzinfo=None)
