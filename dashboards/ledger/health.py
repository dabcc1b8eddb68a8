"""Whether the figures can be relied on: freshness, proxies, latency."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import NamedTuple

import polars as pl

STALE = timedelta(hours=50)
"""As Dagster's freshness policy: a night may be missed once, twice is a failure."""


class Freshness(NamedTuple):
    """How old the figures are; ``late`` says in a sentence what is wrong, '' where nothing is."""

    published: datetime
    age: timedelta
    late: str


def freshness(published: datetime, newest_live: object, *, now: datetime) -> Freshness:
    """How old a snapshot is, and whether live events have stopped coming before it."""
    age = now - published
    late = ""
    if age > STALE:
        late = (
            f"The last snapshot is {_days(age)} old. Run `toin run`, or turn the nightly schedule "
            "on in `toin dev`."
        )
    elif newest_live is not None:
        end = datetime.combine(newest_live, time.max, UTC)  # type: ignore[arg-type]
        if published - end > STALE:
            late = (
                f"The newest live event is {_days(published - end)} older than the snapshot. See "
                "whether the proxies write segments, and whether they reach the inbox."
            )
    return Freshness(published, age, late)


def proxies(rows: pl.DataFrame, *, current: str) -> pl.DataFrame:
    """Each proxy as it was last seen, with what is wrong with it: the degraded ones first.

    A proxy is degraded when it refused a file, and behind when it runs another publication than
    the current one.
    """
    newest = (
        rows.sort("last", "first", "compressions", "publication")
        .group_by("instance", maintain_order=True)
        .agg(
            pl.col("publication", "engine", "origin", "last").last(),
            pl.col("first").min(),
            pl.col("compressions", "conversations", "faults").sum(),
            pl.col("refused").last(),
        )
    )
    state = (
        pl.when(pl.col("refused") > 0)
        .then(pl.lit("degraded: refused a file"))
        .when(pl.col("publication") == "")
        .then(pl.lit("on the package's defaults"))
        .when(pl.col("publication") != current)
        .then(pl.lit("on another publication"))
        .otherwise(pl.lit("current"))
    )
    return newest.with_columns(state=state).sort(
        pl.col("refused") == 0, pl.col("publication") == current, "instance"
    )


def latency(buckets: pl.DataFrame) -> pl.DataFrame:
    """Median, 95th and 99th percentile in milliseconds by kind, upper edges of their buckets."""
    rows = [
        {"kind": kind, **_quantiles(group)}
        for (kind,), group in buckets.partition_by("kind", as_dict=True).items()
    ]
    if buckets.height:
        rows.append({"kind": "all kinds", **_quantiles(buckets)})
    schema = {"kind": pl.String(), "n": pl.Int64(), "p50": pl.Float64(), "p95": pl.Float64(),
              "p99": pl.Float64()}  # fmt: skip
    return pl.DataFrame(rows, schema=schema).sort("n", "kind", descending=[True, False])


def _quantiles(buckets: pl.DataFrame) -> dict[str, float]:
    counts = (
        buckets.group_by("bucket")
        .agg(pl.col("compressions").sum())
        .sort("bucket")
        .with_columns(upto=pl.col("compressions").cum_sum())
    )
    n = int(counts["compressions"].sum())
    found = {"n": n}
    edges = {}
    for name, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99)):
        bucket = int(counts.filter(pl.col("upto") >= share * n).get_column("bucket")[0])
        edges[name] = 2 ** ((bucket + 1) / 8) / 1000
    return {**found, **edges}


def _days(age: timedelta) -> str:
    return f"{age.days} days" if age.days > 1 else f"{age.total_seconds() / 3600:.0f} hours"
