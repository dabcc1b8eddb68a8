"""The whole bill, as providers counted it, and the share of it that was saved."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True, slots=True)
class Bill:
    """Tokens as billed, and the net tokens of the conversations that reported a bill."""

    requests: int
    tokens_input: int
    tokens_cache_read: int
    tokens_cache_write: int
    tokens_output: int
    net: int
    net_without: int

    @property
    def billed(self) -> int:
        """Input tokens of all classes."""
        return self.tokens_input + self.tokens_cache_read + self.tokens_cache_write

    @property
    def share(self) -> float | None:
        """Net of what input would have been without compression; None without a bill."""
        would_be = self.billed + self.net
        return self.net / would_be if self.billed and would_be > 0 else None


def bill(usage: pl.DataFrame, attributed: pl.DataFrame) -> Bill:
    """The bill of one selection; ``usage`` has no kinds, so it is always of the whole requests."""
    names = ("requests", "tokens_input", "tokens_cache_read", "tokens_cache_write", "tokens_output")
    row = usage.select(pl.col(names).sum()).row(0, named=True)
    known = attributed.select(
        (pl.col("net_input") + pl.col("net_cache_read") + pl.col("net_cache_write")).sum()
    ).item()
    return Bill(**row, net=int(known), net_without=int(attributed["net_unknown"].sum()))
