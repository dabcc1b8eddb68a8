"""Health: whether the figures are fresh and whole, and how engines and stores are doing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from urllib.parse import quote

import polars as pl

from dashboards import numbers
from dashboards.blocks import (
    Block,
    Column,
    Figure,
    Figures,
    Form,
    Heading,
    Note,
    Prose,
    Source,
    Table,
)
from dashboards.content.recommendations import running
from dashboards.ledger import Ledger
from dashboards.ledger.health import freshness, latency
from pipelines.snapshot_schema import Activity

DAGSTER = "http://127.0.0.1:3000"
"""Where `toin dev` shows runs by default."""


def content(ledger: Ledger, *, now: datetime, dagster: str = DAGSTER) -> Iterator[Block]:
    """The page, as of ``now`` in UTC."""
    yield from _fresh(ledger, now)
    yield Heading("Taken in")
    yield from _taken_in(ledger)
    activity = ledger.snapshot.activity()
    yield Heading("Checks")
    yield from _checks(activity)
    yield Heading("Last runs")
    yield from _runs(activity, dagster)
    yield Heading("Engine: latency")
    yield from _latency(ledger)
    yield Heading("Engine: failures")
    yield from _faults(ledger)
    yield Heading("Proxies")
    yield from running(ledger, ledger.current())
    yield Heading("Stores")
    yield from _stores(activity)


def late(ledger: Ledger, *, now: datetime) -> str:
    """What is stale, in a sentence; '' where nothing is."""
    days = ledger.snapshot.table("savings").filter(pl.col("origin") == "live").get_column("day")
    return freshness(ledger.snapshot.published, days.max(), now=now).late


def _fresh(ledger: Ledger, now: datetime) -> Iterator[Block]:
    said = late(ledger, now=now)
    live = ledger.snapshot.table("savings").filter(pl.col("origin") == "live")
    newest = str(live.get_column("day").max()) if live.height else ""
    if not said:
        come = "live events still come" if newest else "no live traffic has been seen yet"
        yield Prose(f"**Fresh.** The snapshot is younger than 50 hours; {come}.")
    age = (now - ledger.snapshot.published).total_seconds() / 3600
    yield Figures(
        (
            Figure(
                "Snapshot's age, hours",
                round(age, 1),
                Form.TEXT,
                f"confirmed {ledger.snapshot.published:%Y-%m-%d %H:%M} UTC, n = 1",
            ),
            Figure(
                "Live compressions",
                float(live["compressions"].sum()),
                Form.COUNT,
                f"newest of {newest}" if newest else "none: no proxy has reported",
            ),
        ),
        Source("current, savings", f"as of {now:%Y-%m-%d %H:%M} UTC", "hours; events", "all"),
    )


def _taken_in(ledger: Ledger) -> Iterator[Block]:
    rows = ledger.snapshot.table("ingest")
    quarantine = ledger.snapshot.table("quarantine").sort("rows", descending=True)
    taken = rows.row(0, named=True) if rows.height else {}
    if not taken.get("segments"):
        yield Note(
            "No segment has been read yet. `toin ingest PATH` reads them, so does `toin run`."
        )
        return
    yield Prose(
        f"{numbers.count(taken['segments'])} segments, {numbers.count(taken['rows'])} rows: "
        f"{numbers.count(taken['stored'])} stored, "
        f"{numbers.count(taken['duplicates'])} duplicates, "
        f"**{numbers.count(taken['quarantined'])} in quarantine**."
    )
    if quarantine.height:
        yield Table(
            quarantine,
            {
                "reason": Column("reason"),
                "field": Column("field"),
                "rows": Column("rows", Form.COUNT),
            },
            Source("quarantine", "all that waits", "rows", f"{quarantine['rows'].sum()} rows"),
            export="quarantine",
        )
        yield Prose("`toin quarantine` lists them, reads them again, or gives them up.")


def _checks(activity: Activity | None) -> Iterator[Block]:
    if activity is None or not activity.checks:
        yield Note("No check has been recorded. `toin run` runs them all.")
        return
    rows = pl.DataFrame(
        [
            {
                "check": f"{each.asset}: {each.check}",
                "passed": "passed" if each.passed else "FAILED",
                "sentence": each.sentence,
                "at": _when(each.at),
            }
            for each in activity.checks
        ]
    ).sort("passed", "check")
    failed = rows.filter(pl.col("passed") != "passed").height
    if failed:
        yield Note(f"{failed} checks have failed; what they say stands below.", warning=True)
    yield Table(
        rows,
        {
            "check": Column("check"),
            "passed": Column("outcome"),
            "sentence": Column("what it saw", Form.LONG),
            "at": Column("at, UTC"),
        },
        Source("activity.json", "the last time each ran", "checks", f"{rows.height} checks"),
    )


def _runs(activity: Activity | None, dagster: str) -> Iterator[Block]:
    if activity is None or not activity.runs:
        yield Note("No run has been recorded. `toin run` makes one, `toin dev` shows them.")
        return
    rows = pl.DataFrame(
        [
            {
                "started": _when(run.started),
                "job": run.job,
                "status": run.status,
                "seconds": (run.ended - run.started).total_seconds()
                if run.started and run.ended
                else None,
                "link": f"{dagster}/runs/{quote(run.id)}",
            }
            for run in activity.runs
        ],
        schema_overrides={"seconds": pl.Float64()},
    )
    yield Table(
        rows,
        {
            "started": Column("started, UTC"),
            "job": Column("job"),
            "status": Column("status"),
            "seconds": Column("seconds", Form.COUNT),
            "link": Column("in Dagster (while `toin dev` runs)"),
        },
        Source(
            "activity.json",
            f"as of {activity.at:%Y-%m-%d %H:%M} UTC, when the last snapshot was made in a run",
            "runs",
            f"the last {rows.height}",
        ),
    )


def _latency(ledger: Ledger) -> Iterator[Block]:
    buckets = ledger.snapshot.table("latency")
    for origin in sorted(set(buckets["origin"].to_list())):
        rows = latency(buckets.filter(pl.col("origin") == origin))
        yield Table(
            rows,
            {
                "kind": Column("kind"),
                "p50": Column("median, ms", Form.MS),
                "p95": Column("95 %, ms", Form.MS),
                "p99": Column("99 %, ms", Form.MS),
                "n": Column("compressions", Form.COUNT),
            },
            Source("latency", f"{origin} traffic, all days", "milliseconds", "n in each row"),
        )
    if buckets.is_empty():
        yield Note("No compression was timed yet: recorded traffic is not, live traffic is.")


def _faults(ledger: Ledger) -> Iterator[Block]:
    rows = (
        ledger.snapshot.table("faults")
        .group_by("fault", "kind", "origin")
        .agg(pl.col("compressions").sum(), pl.col("day").min(), pl.col("day").max().alias("last"))
        .sort("compressions", "fault", "kind", descending=[True, False, False])
    )
    tried = int(ledger.snapshot.table("savings")["compressions"].sum())
    if rows.is_empty():
        yield Prose(f"None in {numbers.count(tried)} compressions.")
        return
    yield Table(
        rows,
        {
            "fault": Column("fault"),
            "kind": Column("kind"),
            "origin": Column("traffic"),
            "compressions": Column("compressions", Form.COUNT),
            "day": Column("first"),
            "last": Column("last"),
        },
        Source("faults", "all days", "compressions", f"of {numbers.count(tried)}, trials included"),
    )


def _stores(activity: Activity | None) -> Iterator[Block]:
    if activity is None or not activity.stores:
        yield Note("Sizes of stores are noted when a run publishes. Run `toin run`.")
        return
    rows = pl.DataFrame(
        [{"store": s.store, "size": numbers.size(s.bytes), "files": s.files}
         for s in activity.stores]
    )  # fmt: skip
    yield Table(
        rows,
        {
            "store": Column("store"),
            "size": Column("on the disk"),
            "files": Column("files", Form.COUNT),
        },
        Source("activity.json", f"as of {activity.at:%Y-%m-%d %H:%M} UTC", "bytes", "all files"),
    )


def _when(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M}" if at else "unknown"
