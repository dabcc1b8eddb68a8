"""Conversations: how many, how their net shares are spread, and the interval of a ratio of sums."""

from __future__ import annotations

import math
from typing import NamedTuple

import polars as pl

FEWEST = 30
"""Conversations without which a large-sample interval would promise too much."""

LEVEL = 0.95
_Z = 1.959964

_MOMENTS = (
    "conversations",
    "tokens_before",
    "tokens_net",
    "square_before",
    "square_net",
    "product",
)


class Interval(NamedTuple):
    """Bounds of a net share at ``level``, over ``n`` conversations; None where n is too small.

    ``published`` tells the bounds that hold however often one looks from large-sample ones.
    """

    low: float | None
    high: float | None
    n: int
    level: float = LEVEL
    published: bool = False


def ratio_interval(spread: pl.DataFrame) -> Interval:
    """The large-sample interval of sum(net) / sum(before) over the conversations of ``spread``.

    Cochran, Sampling Techniques (1977), section 2.11: with residuals e = net - R before, the
    variance of R is n / (n - 1) sum(e^2) / sum(before)^2.
    """
    row = spread.select(pl.col(_MOMENTS).sum()).row(0, named=True)
    return _interval(**row)


def by_day(spread: pl.DataFrame, *, every: str = "1d") -> pl.DataFrame:
    """Net share with interval of the conversations that began in each step of ``every``.

    Columns: day, conversations, share, low, high; the bounds are null under `FEWEST`.
    """
    steps = (
        spread.with_columns(pl.col("day").dt.truncate(every))
        .group_by("day")
        .agg(pl.col(_MOMENTS).sum())
        .sort("day")
        .filter(pl.col("tokens_before") > 0)
    )
    bounds = [_interval(**{name: row[name] for name in _MOMENTS}) for row in steps.to_dicts()]
    return steps.select(
        "day",
        "conversations",
        (pl.col("tokens_net") / pl.col("tokens_before")).alias("share"),
        pl.Series("low", [each.low for each in bounds], dtype=pl.Float64),
        pl.Series("high", [each.high for each in bounds], dtype=pl.Float64),
    )


def histogram(spread: pl.DataFrame) -> pl.DataFrame:
    """Conversations by net share, a row for each twentieth from the smallest seen to the largest.

    Columns: bucket, low and high edge of the share, conversations.
    """
    seen = spread.group_by("bucket").agg(pl.col("conversations").sum())
    if seen.is_empty():
        return seen.with_columns(low=pl.lit(0.0), high=pl.lit(0.0))
    first, last = (int(str(edge)) for edge in (seen["bucket"].min(), seen["bucket"].max()))
    every = pl.DataFrame({"bucket": range(first, last + 1)}, schema={"bucket": pl.Int32})
    return (
        every.join(seen, on="bucket", how="left")
        .with_columns(
            pl.col("conversations").fill_null(0),
            low=pl.col("bucket") / 20,
            high=(pl.col("bucket") + 1) / 20,
        )
        .sort("bucket")
    )


def _interval(
    *,
    conversations: int,
    tokens_before: int,
    tokens_net: int,
    square_before: float,
    square_net: float,
    product: float,
) -> Interval:
    if conversations < FEWEST or tokens_before <= 0:
        return Interval(None, None, conversations)
    ratio = tokens_net / tokens_before
    residuals = max(0.0, square_net - 2 * ratio * product + ratio * ratio * square_before)
    error = math.sqrt(conversations / (conversations - 1) * residuals) / tokens_before
    return Interval(ratio - _Z * error, ratio + _Z * error, conversations)
