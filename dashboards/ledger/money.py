"""Net tokens as money, by model family: priced at reference models, unknown where there is none.

What a saved token is worth depends on how it would have been billed. A conversation's net tokens
are split as its bill was: uncached, read from the provider's cache, written to it; without a bill
they count as uncached, and how many these are is said.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

_PER = 1_000_000


@dataclass(frozen=True, slots=True)
class Money:
    """US dollars of the priced families; tokens of the others.

    Attributes:
        gross, retrieved, reread: at the price of uncached input.
        cache: what the provider's cache takes off (negative) or adds.
        net: gross - retrieved - reread + cache.
        unpriced: net tokens of families without a price.
        unpriced_families: their names.
        unbilled: net tokens, of priced families, whose conversations reported no bill.
        net_tokens: net tokens of all families.
    """

    gross: float
    retrieved: float
    reread: float
    cache: float
    net: float
    unpriced: int
    unpriced_families: tuple[str, ...]
    unbilled: int
    net_tokens: int

    @property
    def billed(self) -> int:
        """Net tokens of priced families whose conversations reported a bill."""
        return self.net_tokens - self.unpriced - self.unbilled

    @property
    def known(self) -> bool:
        """Whether any family has a price."""
        return self.net_tokens != self.unpriced or not self.unpriced_families


_FAMILY = ("model_family",)


def by_family(cube: pl.DataFrame, attributed: pl.DataFrame, prices: pl.DataFrame) -> pl.DataFrame:
    """Money of each family: columns of `Money` that are sums, null where there is no price.

    ``cube`` and ``attributed`` are of one selection: their net tokens agree family by family.
    """
    sums = ("tokens_before", "tokens_after", "tokens_returned", "tokens_reread")
    parts = ("net_input", "net_cache_read", "net_cache_write", "net_unknown")
    price = pl.col("input")
    net = pl.col("tokens_before") - pl.col("tokens_after") - pl.col("tokens_returned")
    return (
        cube.group_by(_FAMILY)
        .agg(pl.col(sums).sum())
        .join(attributed.group_by(_FAMILY).agg(pl.col(parts).sum()), on=_FAMILY, how="left")
        .join(prices, on=_FAMILY, how="left")
        .with_columns(pl.col(parts).fill_null(0), net_tokens=net)
        .with_columns(
            gross=(pl.col("tokens_before") - pl.col("tokens_after")) * price / _PER,
            retrieved=(pl.col("tokens_returned") - pl.col("tokens_reread")) * price / _PER,
            reread=pl.col("tokens_reread") * price / _PER,
            cache=(
                pl.col("net_cache_read") * (pl.coalesce("cache_read", "input") - price)
                + pl.col("net_cache_write") * (pl.coalesce("cache_write", "input") - price)
            )
            / _PER,
        )
        .with_columns(
            money=pl.col("gross") - pl.col("retrieved") - pl.col("reread") + pl.col("cache")
        )
        .select(
            *_FAMILY, "net_tokens", "net_unknown", "gross", "retrieved", "reread", "cache", "money",
            "reference", "input", "cache_read", "cache_write", "source",
        )
        .sort("net_tokens", "model_family", descending=[True, False])
    )  # fmt: skip


def total(families: pl.DataFrame) -> Money:
    """The sums of `by_family`."""
    priced = families.filter(pl.col("input").is_not_null())
    rest = families.filter(pl.col("input").is_null())

    def dollars(name: str) -> float:
        return float(priced.get_column(name).sum())

    return Money(
        gross=dollars("gross"),
        retrieved=dollars("retrieved"),
        reread=dollars("reread"),
        cache=dollars("cache"),
        net=dollars("money"),
        unpriced=int(rest.get_column("net_tokens").sum()),
        unpriced_families=tuple(sorted(rest.get_column("model_family").to_list())),
        unbilled=int(priced.get_column("net_unknown").sum()),
        net_tokens=int(families.get_column("net_tokens").sum()),
    )


def by_day(attributed: pl.DataFrame, prices: pl.DataFrame, *, every: str = "1d") -> pl.DataFrame:
    """Net money of the priced families in each step of ``every``: day, money."""
    price = pl.col("input")
    return (
        attributed.join(prices, on=_FAMILY, how="inner")
        .with_columns(pl.col("day").dt.truncate(every))
        .group_by("day")
        .agg(
            money=(
                (pl.col("net_input") + pl.col("net_unknown")) * price
                + pl.col("net_cache_read") * pl.coalesce("cache_read", "input")
                + pl.col("net_cache_write") * pl.coalesce("cache_write", "input")
            ).sum()
            / _PER
        )
        .sort("day")
    )
