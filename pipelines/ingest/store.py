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
update segments set rows = rows - quarantined, quarantined = 0
where place = $place and digest <> $digest and quarantined > 0
"""
_FORGET_SUPERSEDED = """
delete from quarantine where segment in (
    select digest from segments where place = $place and digest <> $digest
)
"""


class Identity(NamedTuple):
    """What a segment is known by: its bytes, its name and its place, all keyed."""

    digest: str
    name: str
    place: str


class Taken(NamedTuple):
    """What a segment has brought: ``rows = stored + duplicates + quarantined``."""

    rows: int
    stored: int
    duplicates: int
    quarantined: int
    days: frozenset[date]


def identify(path: Path, *, pepper: Pepper) -> Identity:
    """The identity of the file.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        content = hashlib.file_digest(file, "sha256").hexdigest()
    return Identity(
        digest=pepper.key(f"segment content {content}"),
        name=pepper.key(f"segment name {path.name}"),
        place=pepper.key(f"segment place {path.resolve()}"),
    )


def is_complete(con: duckdb.DuckDBPyConnection, segment: Identity) -> bool:
    """Whether these bytes were taken in before with nothing left in quarantine."""
    return bool(
        con.execute(
            "select 1 from segments where digest = $digest and quarantined = 0",
            {"digest": segment.digest},
        ).fetchall()
    )


def store(con: duckdb.DuckDBPyConnection, segment: Identity, batches: Iterable[Sifted]) -> Taken:
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


def _store(con: duckdb.DuckDBPyConnection, segment: Identity, batches: Iterable[Sifted]) -> Taken:
    before = _stored_before(con, segment)
    for statement in (
        "delete from quarantine where segment = $digest",
        "delete from segments where digest = $digest",
    ):
        con.execute(statement, {"digest": segment.digest})
    superseded = {"digest": segment.digest, "place": segment.place}
    con.execute(_FORGET_SUPERSEDED, superseded)
    con.execute(_SUPERSEDE, superseded)

    rows = stored = quarantined = 0
    days: set[date] = set()
    for batch in batches:
        rows += batch.rows
        quarantined += len(batch.refused)
        new = _insert_events(con, batch)
        stored += len(new)
        days.update(new)
        _insert_refused(con, segment, batch.refused)
    con.execute(
        "insert into segments by name select $digest as digest, $name as name, "
        "$place as place, $rows as rows, $stored as stored, "
        "$rows - $stored - $quarantined as duplicates, $quarantined as quarantined",
        {
            **segment._asdict(),
            "rows": rows,
            "stored": before + stored,
            "quarantined": quarantined,
        },
    )
    return Taken(rows, stored, rows - stored - quarantined, quarantined, frozenset(days))


def _stored_before(con: duckdb.DuckDBPyConnection, segment: Identity) -> int:
    earlier = con.execute(
        "select stored from segments where digest = $digest", {"digest": segment.digest}
    ).fetchall()
    return int(earlier[0][0]) if earlier else 0


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
