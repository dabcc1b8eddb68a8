"""A segment into the warehouse: rows, quarantine and ledger in one transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from compressors.pepper import Pepper
from pipelines.ingest.columns import as_frame
from pipelines.ingest.imported import History, insert_history
from pipelines.ingest.validate import Refused, Sifted

if TYPE_CHECKING:
    import duckdb

_INSERT = """
insert into events by name
select * from arrived anti join events using (event_id)
returning day
"""
# An earlier state of the same file keeps the credit for what it stored; what it had in
# quarantine is judged by what stands there now.
_SUPERSEDE = """
update segments set rows = rows - quarantined, quarantined = 0, dismissed = false
where place = $place and digest <> $digest and quarantined > 0
"""
_FORGET_SUPERSEDED = """
delete from quarantine where segment in (
    select digest from segments where place = $place and digest <> $digest
)
"""


# What a person has given up stays so for as long as nothing more of the segment is bad.
_INSERT_SEGMENT = """
insert into segments by name
select $digest as digest, $name as name, $place as place, $source as source, $stamp as stamp,
       $rows as rows, $stored as stored, $rows - $stored - $quarantined - $erased as duplicates,
       $quarantined as quarantined, $erased as erased, $dismissed as dismissed,
       false as replaced
"""


class Identity(NamedTuple):
    """What a segment is known by: its bytes, its name and its place, all keyed.

    ``source`` is what wrote it, ``stamp`` the keyed version of a remote object.
    """

    digest: str
    name: str
    place: str
    source: str = "engine"
    stamp: str | None = None


class Taken(NamedTuple):
    """What a segment has brought: ``rows = stored + duplicates + quarantined + erased``."""

    rows: int
    stored: int
    duplicates: int
    quarantined: int
    erased: int
    days: frozenset[date]


class _Earlier(NamedTuple):
    """What the ledger says of the same bytes, read before."""

    stored: int = 0
    quarantined: int = 0
    dismissed: bool = False


def place_key(place: str, *, pepper: Pepper) -> str:
    """What the ledger knows a path (absolute, resolved) or an address by."""
    return pepper.key(f"segment place {place}")


def identify(
    path: Path, *, pepper: Pepper, source: str = "engine", address: str = "", stamp: str = ""
) -> Identity:
    """The identity of the file; of what was fetched from ``address``, in the version ``stamp``.

    Rows that SQLite keeps in the log beside a database belong to its bytes.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        content = hashlib.file_digest(file, "sha256").hexdigest()
    log = path.with_name(f"{path.name}-wal")
    if source.startswith("rtk_") and log.exists() and log.stat().st_size:
        with log.open("rb") as file:
            content += hashlib.file_digest(file, "sha256").hexdigest()
    place = address or str(path.resolve())
    return Identity(
        digest=pepper.key(f"segment content {content}"),
        name=pepper.key(f"segment name {place.rpartition('/')[2]}"),
        place=place_key(place, pepper=pepper),
        source=source,
        stamp=pepper.key(f"segment stamp {stamp}") if stamp else None,
    )


def is_complete(con: duckdb.DuckDBPyConnection, segment: Identity) -> bool:
    """Whether these bytes were taken in before with nothing left in quarantine."""
    return bool(
        con.execute(
            "select 1 from segments where digest = $digest and quarantined = 0",
            {"digest": segment.digest},
        ).fetchall()
    )


def is_unchanged(
    con: duckdb.DuckDBPyConnection, address: str, stamp: str, *, pepper: Pepper
) -> bool:
    """Whether the object at ``address`` was taken in whole in the version ``stamp``."""
    return bool(
        con.execute(
            "select 1 from segments where place = $place and stamp = $stamp and quarantined = 0",
            {
                "place": place_key(address, pepper=pepper),
                "stamp": pepper.key(f"segment stamp {stamp}"),
            },
        ).fetchall()
    )


def store(
    con: duckdb.DuckDBPyConnection, segment: Identity, batches: Iterable[Sifted | History]
) -> Taken:
    """Take the segment in; all of it or nothing.

    Where it had been read before, its ledger row goes on to say what it brought in all.
    """
    con.begin()
    try:
        taken = _store(con, segment, batches)
        con.commit()
    except BaseException:
        con.rollback()
        raise
    return taken


def _store(
    con: duckdb.DuckDBPyConnection, segment: Identity, batches: Iterable[Sifted | History]
) -> Taken:
    before = _read_before(con, segment)
    for statement in (
        "delete from quarantine where segment = $digest",
        "delete from segments where digest = $digest",
    ):
        con.execute(statement, {"digest": segment.digest})
    superseded = {"digest": segment.digest, "place": segment.place}
    con.execute(_FORGET_SUPERSEDED, superseded)
    con.execute(_SUPERSEDE, superseded)

    rows = stored = quarantined = erased = 0
    days: set[date] = set()
    for batch in batches:
        rows += batch.rows
        quarantined += len(batch.refused)
        erased += batch.erased
        if isinstance(batch, Sifted):
            new = _insert_events(con, batch)
            stored += len(new)
            days.update(new)
        else:
            stored += insert_history(con, batch)
        _insert_refused(con, segment, batch.refused)
    in_all = before.stored + stored
    con.execute(
        _INSERT_SEGMENT,
        {
            **segment._asdict(),
            "rows": rows,
            "stored": in_all,
            "quarantined": quarantined,
            # What was stored first and erased then has been counted as stored.
            "erased": max(0, min(erased, rows - in_all - quarantined)),
            "dismissed": before.dismissed and 0 < quarantined <= before.quarantined,
        },
    )
    duplicates = rows - stored - quarantined - erased
    return Taken(rows, stored, duplicates, quarantined, erased, frozenset(days))


def _read_before(con: duckdb.DuckDBPyConnection, segment: Identity) -> _Earlier:
    earlier = con.execute(
        "select stored, quarantined, dismissed from segments where digest = $digest",
        {"digest": segment.digest},
    ).fetchall()
    return _Earlier(*earlier[0]) if earlier else _Earlier()


def _insert_events(con: duckdb.DuckDBPyConnection, batch: Sifted) -> list[date]:
    """The days of the events that were new, one entry an event."""
    con.register("arrived", as_frame(batch.events))
    try:
        return [day for [day] in con.execute(_INSERT).fetchall()]
    finally:
        con.unregister("arrived")


def _insert_refused(
    con: duckdb.DuckDBPyConnection, segment: Identity, refused: Sequence[Refused]
) -> None:
    if not refused:
        return
    rows = pl.DataFrame(
        {
            "segment": [segment.digest] * len(refused),
            "line": [row.line for row in refused],
            "field": [row.field for row in refused],
            "reason": [row.reason for row in refused],
            "digest": [row.digest for row in refused],
        }
    )
    con.register("refused", rows)
    try:
        con.execute("insert into quarantine by name select * from refused")
    finally:
        con.unregister("refused")
