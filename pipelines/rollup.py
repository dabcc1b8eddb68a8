"""Events to conversations a day, under one profile and arm: one expression for any engine.

Counts and integer sums only, so that days add up and every engine agrees to the bit. A day
is deleted and inserted in one transaction: running twice is running once.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import TYPE_CHECKING

import ibis  # type: ignore[import-untyped]
import ibis.expr.types as ir  # type: ignore[import-untyped]

from compressors.errors import InputRefused
from pipelines.settings import Settings

if TYPE_CHECKING:
    import duckdb

    from pipelines.spark import Spark

KEYS = (
    "day",
    "auth_mode",
    "model_family",
    "structure_hash",
    "kind",
    "profile",
    "profile_id",
    "arm",
    "experiment",
    "unit",
    "share",
    "engine",
    "publication",
    "origin",
    "instance",
    "tool",
    "conversation",
)
"""What a row of the rollup is about; the rest of it is ``started`` and sums."""

SUMS = (
    "compressions",
    "counted",
    "tokens_before",
    "tokens_after",
    "lossy",
    "faults",
    "latency_us",
    "retrievals",
    "rereads",
    "tokens_returned",
    "regrets",
    "regrets_counted",
)

EVENTS = ibis.table(
    {
        "event_id": "string",
        "event": "string",
        "origin": "string",
        "ts": "timestamp(3)",
        "day": "date",
        "instance": "string",
        "engine": "string",
        "publication": "string",
        "auth_mode": "string",
        "model_family": "string",
        "structure_hash": "string",
        "conversation": "string",
        "tool": "string",
        "kind": "string",
        "profile": "string",
        "profile_id": "string",
        "nth": "int32",
        "arm": "string",
        "experiment": "string",
        "unit": "string",
        "share": "int32",
        "tokens_before": "int64",
        "tokens_after": "int64",
        "lossy": "boolean",
        "fault": "string",
        "latency_us": "int64",
        "of": "string",
        "tokens_returned": "int64",
    },
    name="events",
)
"""The columns of the events that the rollup reads."""

_REGRETS = ("retrieval", "reread")


def rolled_up(
    events: ir.Table = EVENTS, *, first: date, last: date, per_conversation: int
) -> ir.Table:
    """The rollup of the days from ``first`` to ``last``, both included, in no order.

    A compression is regretted once, by the earliest event that names it, on that event's
    day and however many follow: a later event never changes an earlier day. Of compressions
    and regrets those with ``nth < per_conversation`` are counted apart.
    """
    counts = events.nth.fill_null(per_conversation) < per_conversation
    window = events.day.between(ibis.date(first), ibis.date(last))
    compressions = events.filter(events.event == "compression", window)
    regrets = events.filter(events.event.isin(_REGRETS), events.day <= ibis.date(last))
    by_time = ibis.window(group_by=regrets["of"], order_by=[regrets.ts, regrets.event_id])
    regrets = regrets.mutate(regret=ibis.row_number().over(by_time) == 0).filter(window)

    facts = _facts(
        compressions,
        compressions=ibis.literal(1, "int64"),
        counted=counts,
        tokens_before=compressions.tokens_before,
        tokens_after=compressions.tokens_after,
        lossy=compressions.lossy,
        faults=compressions.fault.notnull(),
        latency_us=compressions.latency_us,
    ).union(
        _facts(
            regrets,
            retrievals=regrets.event == "retrieval",
            rereads=regrets.event == "reread",
            tokens_returned=regrets.tokens_returned,
            regrets=regrets.regret,
            regrets_counted=regrets.regret & counts,
        )
    )
    return facts.group_by(KEYS).aggregate(
        started=facts.ts.min(),
        **{name: facts[name].sum().cast("int64") for name in SUMS},
    )


def _facts(rows: ir.Table, **amounts: ir.Value) -> ir.Table:
    """One fact an event: the keys without nulls, its time, and what it adds to each sum."""
    absent: dict[str, str | int] = {
        "experiment": "",
        "unit": "",
        "share": -1,
        "publication": "",
        "tool": "",
        "conversation": "",
    }
    keys = {
        name: rows[name].fill_null(absent[name]) if name in absent else rows[name] for name in KEYS
    }
    zero = ibis.literal(0, "int64")
    sums = {
        name: amounts[name].cast("int64").fill_null(0) if name in amounts else zero for name in SUMS
    }
    return rows.select(ts=rows.ts, **keys, **sums)


def rollup(
    con: duckdb.DuckDBPyConnection,
    first: date,
    last: date,
    *,
    per_conversation: int = Settings().counted_per_conversation,
    spark: Spark | None = None,
) -> int:
    """Roll up the days from ``first`` to ``last``, both included; how many rows they now have.

    ``spark`` is the cluster that computes; without one DuckDB does, here.

    Raises:
        InputRefused: ``first`` is after ``last``.
        ConfigurationError: the cluster cannot be used.
    """
    if first > last:
        raise InputRefused(f"no day lies from {first} to {last}; give the earlier one first")
    expression = rolled_up(first=first, last=last, per_conversation=per_conversation)
    if spark is None:
        return _replace(con, str(ibis.to_sql(expression, dialect="duckdb")), first, last)
    with spark.computed(con, expression, until=last) as query:
        return _replace(con, query, first, last)


def _replace(con: duckdb.DuckDBPyConnection, query: str, first: date, last: date) -> int:
    """Put the rows of ``query`` in the place of those days, all or nothing."""
    con.begin()
    try:
        con.execute(
            "delete from rollup where day between $first and $last",
            {"first": first, "last": last},
        )
        [[rows]] = con.execute(f"insert into rollup by name {query}").fetchall()
        con.commit()
    except BaseException:
        con.rollback()
        raise
    return int(rows)


def span(con: duckdb.DuckDBPyConnection) -> tuple[date, date] | None:
    """The first and the last day that any event is of, None without events."""
    [[first, last]] = con.execute("select min(day), max(day) from events").fetchall()
    return None if first is None else (first, last)


def affected(con: duckdb.DuckDBPyConnection, days: Collection[date]) -> tuple[date, ...]:
    """The days whose rollup changes when events of ``days`` have come in, sorted.

    Those days, and the later ones on which a compression was regretted that has now turned
    out to be regretted before.
    """
    later = con.execute(
        """
        select distinct later.day
        from events as earlier join events as later using ("of")
        where list_contains($days, earlier.day)
          and earlier.event in ('retrieval', 'reread')
          and later.event in ('retrieval', 'reread')
          and later.day > earlier.day
        """,
        {"days": sorted(days)},
    ).fetchall()
    return tuple(sorted({*days, *(day for [day] in later)}))
