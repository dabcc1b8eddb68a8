"""A segment into the warehouse: rows, quarantine and ledger in one transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]

from compressors.pepper import Pepper
from pipelines.event_files import table
from pipelines.ingest.imported import History, insert_history
from pipelines.ingest.validate import Refused, Sifted

if TYPE_CHECKING:
    import duckdb

_KNOWN = """
select place from arrived_ids
semi join (select event_id from events where day between $first and $last) using (event_id)
"""
_INSERT = "insert into {table} by name select *, cast(ts as date) as day from arrived"
_TOLD_AGAIN = timedelta(days=1)
"""A request that is repeated tells the same event again, with its own time: at most so much later.

So an event is looked for among those of its day and the days beside it, however many there are.
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
            new = _insert_events(con, batch.events)
            stored += new.num_rows
            days.update(_days(new))
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


def _insert_events(con: duckdb.DuckDBPyConnection, events: pa.Table) -> pa.Table:
    """Those of the events that were new."""
    fresh = events.filter(pa.array(_is_new(con, events))) if events.num_rows else events
    if fresh.num_rows:
        con.register("arrived", fresh)
        try:
            con.execute(_INSERT.format(table=table(con)))
        finally:
            con.unregister("arrived")
    return fresh


def _is_new(con: duckdb.DuckDBPyConnection, events: pa.Table) -> npt.NDArray[np.bool_]:
    """Whether each event's id is neither stored nor that of an earlier one of these."""
    days = _days(events)
    ids = events.select(["event_id"]).append_column("place", pa.array(np.arange(len(events))))
    con.register("arrived_ids", ids)
    try:
        known = con.execute(
            _KNOWN, {"first": min(days) - _TOLD_AGAIN, "last": max(days) + _TOLD_AGAIN}
        ).fetchnumpy()["place"]
    finally:
        con.unregister("arrived_ids")
    new = np.ones(len(events), np.bool_)
    if pc.count_distinct(ids["event_id"]).as_py() < len(events):
        first = ids.group_by("event_id", use_threads=False).aggregate([("place", "min")])
        new[:] = False
        new[first["place_min"].to_numpy()] = True
    new[known] = False
    return new


def _days(events: pa.Table) -> list[date]:
    found: list[date] = pc.unique(events["ts"].cast(pa.date32())).to_pylist()
    return found


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
