"""Evidence out of the warehouse: the one place of the choice that speaks SQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from compressors.book import Slice
from pipelines.choice.model import Certified, Evidence, Observed

if TYPE_CHECKING:
    import duckdb

    from pipelines.settings import Settings

_HERE = Path(__file__).parent
_BEGINNING = datetime(1, 1, 1)


def gather(
    con: duckdb.DuckDBPyConnection,
    *,
    certificates: Sequence[Certified],
    settings: Settings,
    engine: str,
) -> Evidence:
    """What the rollup and the replays' outcomes say, as plain rows in a fixed order.

    ``engine`` is the digest (16 hex digits or more) whose evidence counts where a slice has
    any; a slice that this engine never saw keeps the evidence of its newest one.
    """
    live_watermark = _watermark(con, "live")
    since = _BEGINNING
    if live_watermark is not None:
        # No decision looks further back than two canary windows or an evidence window.
        days = 2 * max(settings.half_life_days, settings.canary_window_days)
        since = live_watermark - timedelta(days=days)
    per_conversation = settings.counted_per_conversation
    return Evidence(
        live=_observed(con, "live", engine, since, per_conversation),
        recorded=_observed(con, "recorded", engine, _BEGINNING, per_conversation),
        live_watermark=live_watermark,
        recorded_watermark=_watermark(con, "recorded"),
        learned=_learned(con, certificates),
    )


def newest_event(con: duckdb.DuckDBPyConnection) -> datetime | None:
    """The watermark of a choice made now: live where there is any event, else recorded."""
    return _watermark(con, "live") or _watermark(con, "recorded")


def _observed(
    con: duckdb.DuckDBPyConnection, origin: str, engine: str, since: datetime, most: int
) -> tuple[Observed, ...]:
    query = (_HERE / "evidence.sql").read_text(encoding="utf-8")
    rows = con.execute(query, {"origin": origin, "engine": engine[:16], "since": since}).fetchall()
    return tuple(_row(row, most) for row in rows)


def _row(row: tuple[Any, ...], most: int) -> Observed:
    """A row of ``evidence.sql``, whose casts say what its columns are."""
    (auth_mode, model_family, structure_hash, kind, profile, profile_id, arm, experiment,
     unit, publication, conversation, instance, started, counted, before, after, returned,
     regrets) = row  # fmt: skip
    return Observed(
        Slice(auth_mode, model_family, structure_hash), kind, profile, profile_id, arm, experiment,
        unit, publication, conversation, instance, started, min(counted, most), min(regrets, most),
        before, before - after - returned,
    )  # fmt: skip


def _watermark(con: duckdb.DuckDBPyConnection, origin: str) -> datetime | None:
    """The time of the newest event of this origin; never a clock's."""
    [[newest]] = con.execute(
        "select greatest((select max(ts) from events where origin = $origin), "
        "(select max(started) from rollup where origin = $origin))",
        {"origin": origin},
    ).fetchall()
    return None if newest is None else _time(newest)


def _learned(
    con: duckdb.DuckDBPyConnection, certificates: Sequence[Certified]
) -> dict[tuple[str, str], tuple[int, int]]:
    replays = sorted({certificate.replay for certificate in certificates})
    query = (_HERE / "learned.sql").read_text(encoding="utf-8")
    rows = con.execute(query, {"replays": replays}).fetchall()
    return {(kind, profile_id): (before, after) for kind, profile_id, before, after in rows}


def _time(value: object) -> datetime:
    if not isinstance(value, datetime):
        raise TypeError(f"the warehouse gave {value!r} where a time was expected")
    return value
