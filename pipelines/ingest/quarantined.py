"""What stands in quarantine, for a person: by reason, row by row, and given up on purpose."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from compressors.errors import InputRefused
from compressors.pepper import Pepper
from pipelines.ingest.find import Source
from pipelines.ingest.store import place_key

if TYPE_CHECKING:
    import duckdb


class Reason(NamedTuple):
    """Rows that were refused for one reason, in so many segments."""

    reason: str
    field: str
    rows: int
    segments: int


class Held(NamedTuple):
    """A row in quarantine. Nothing of it is known but where it stands and what ails it.

    ``place`` is the keyed place of its segment, ``dismissed`` whether that was given up.
    """

    segment: str
    place: str
    source: str
    line: int
    field: str
    reason: str
    digest: str
    dismissed: bool


def by_reason(con: duckdb.DuckDBPyConnection, *, reason: str = "") -> list[Reason]:
    """The reasons that contain the text ``reason``, most rows first."""
    rows = con.execute(
        "select reason, field, count(*), count(distinct segment) from quarantine "
        "where contains(reason, $reason) group by reason, field "
        "order by count(*) desc, reason, field",
        {"reason": reason},
    ).fetchall()
    return [Reason(*row) for row in rows]


def held(con: duckdb.DuckDBPyConnection, *, reason: str = "", most: int) -> list[Held]:
    """The first ``most`` rows whose reason contains ``reason``, by segment and line."""
    rows = con.execute(
        "select segment, place, source, line, field, reason, quarantine.digest, dismissed "
        "from quarantine join segments on segments.digest = segment "
        "where contains(reason, $reason) "
        "order by place, segment, line, field, reason, quarantine.digest limit $most",
        {"reason": reason, "most": most},
    ).fetchall()
    return [Held(*row) for row in rows]


def places(sources: Iterable[Source], *, pepper: Pepper) -> Mapping[str, Source]:
    """What is at hand, by the key under which the ledger has its place."""
    return {
        place_key(source if isinstance(source, str) else str(source.resolve()), pepper=pepper): (
            source
        )
        for source in sources
    }


def to_read_again(con: duckdb.DuckDBPyConnection) -> list[str]:
    """The keyed places of the segments that have rows in quarantine."""
    rows = con.execute(
        "select distinct place from segments where quarantined > 0 order by place"
    ).fetchall()
    return [place for (place,) in rows]


def dismiss(con: duckdb.DuckDBPyConnection, segment: str) -> int:
    """Give up the bad rows of a segment; how many there are. They stay counted and listed.

    Raises:
        InputRefused: no segment of that digest has rows in quarantine.
    """
    rows = con.execute(
        "update segments set dismissed = true where digest = $digest and quarantined > 0 "
        "returning quarantined",
        {"digest": segment},
    ).fetchall()
    if not rows:
        raise InputRefused(
            f"no segment {segment} has rows in quarantine; `toin quarantine` lists those that have"
        )
    return int(rows[0][0])
