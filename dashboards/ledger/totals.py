"""Sums of the cube: what was saved, what came back, what is left of it."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

SUMS = (
    "compressions",
    "tokens_before",
    "tokens_after",
    "tokens_returned",
    "tokens_reread",
    "retrievals",
    "rereads",
    "regrets",
    "lossy",
    "faults",
    "latency_us",
)
"""Columns of the cube that add up over any of its keys."""


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over a selection; tokens by the engine's estimate, ``latency_us`` in microseconds."""

    compressions: int = 0
    tokens_before: int = 0
    tokens_after: int = 0
    tokens_returned: int = 0
    tokens_reread: int = 0
    retrievals: int = 0
    rereads: int = 0
    regrets: int = 0
    lossy: int = 0
    faults: int = 0
    latency_us: int = 0

    @property
    def gross(self) -> int:
        """Tokens saved on the first pass, markers included."""
        return self.tokens_before - self.tokens_after

    @property
    def tokens_retrieved(self) -> int:
        """Tokens that came back through handles."""
        return self.tokens_returned - self.tokens_reread

    @property
    def net(self) -> int:
        """Gross less everything that came back; negative when negative."""
        return self.gross - self.tokens_returned

    @property
    def share(self) -> float | None:
        """Net of the tokens before; None without any."""
        return self.net / self.tokens_before if self.tokens_before else None


def total(cube: pl.DataFrame) -> Totals:
    """The sums of all rows."""
    row = cube.select(pl.col(SUMS).sum()).row(0, named=True)
    return Totals(**row)


def summed(rows: pl.DataFrame, column: str) -> int:
    """The sum of a column of counts."""
    return int(rows.get_column(column).sum())


def by(rows: pl.DataFrame, *columns: str) -> pl.DataFrame:
    """Sums by ``columns`` with gross, net and share, the most tokens first."""
    sums = [name for name in SUMS if name in rows.columns]
    return with_net(rows.group_by(columns).agg(pl.col(sums).sum())).sort(
        [pl.col("tokens_before"), *columns], descending=[True, *[False] * len(columns)]
    )


def with_net(rows: pl.DataFrame) -> pl.DataFrame:
    """``rows`` of sums with ``gross``, ``net`` and ``share`` (null without tokens before)."""
    gross = pl.col("tokens_before") - pl.col("tokens_after")
    net = gross - pl.col("tokens_returned")
    return rows.with_columns(
        gross=gross,
        net=net,
        share=pl.when(pl.col("tokens_before") > 0).then(net / pl.col("tokens_before")),
    )
