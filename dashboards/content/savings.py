"""Savings: where they come from, and how they are spread over conversations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import polars as pl

from dashboards import numbers, words
from dashboards.blocks import (
    Block,
    Column,
    Details,
    Form,
    Heading,
    Histogram,
    Intervals,
    Note,
    Prose,
    Source,
    Table,
)
from dashboards.ledger import Ledger
from dashboards.ledger.spread import FEWEST
from dashboards.ledger.totals import summed

DIMENSIONS = {
    "kind": "kind",
    "model_family": "model family",
    "auth_mode": "auth mode",
    "tool": "tool",
    "profile": "profile",
    "arm": "arm",
}
"""What savings may be told apart by, with its name."""

_BOUNDED = ("kind", "model_family", "auth_mode")
_ADDING = {
    "compressions": Column("compressions", Form.COUNT),
    "tokens_before": Column("tokens before", Form.COUNT),
    "tokens_after": Column("tokens after", Form.COUNT),
    "gross": Column("gross", Form.COUNT),
    "tokens_returned": Column("came back", Form.COUNT),
    "net": Column("net", Form.COUNT),
    "share": Column("net share", Form.PERCENT),
}


def content(
    ledger: Ledger, *, dimension: str = "kind", tools: Mapping[str, str] | None = None
) -> Iterator[Block]:
    """The page, by one dimension; ``tools`` are names by keyed name, as a local file gives them."""
    total = ledger.total()
    if not total.compressions:
        yield Note(words.NO_TRAFFIC)
        yield from imported(ledger)
        return
    yield Prose(words.NET)
    yield from by(ledger, dimension, tools or {})
    yield Heading("How it is spread over conversations")
    yield from _spread(ledger)
    yield Heading("Money by model family")
    yield _money(ledger)
    yield from imported(ledger)


def by(ledger: Ledger, dimension: str, tools: Mapping[str, str]) -> Iterator[Block]:
    """What was saved by one dimension: intervals where conversations tell it, and the sums."""
    name, total = DIMENSIONS[dimension], ledger.total()
    window = words.window(ledger.scope)
    if dimension in _BOUNDED:
        rows = ledger.intervals(dimension)
        yield Intervals(
            f"Net savings by {name}, with 95 % interval",
            rows.select(pl.col(dimension).alias("name"), "share", "low", "high", n="conversations"),
            Source(
                "spread",
                window,
                "net share: a ratio of sums over conversations",
                f"{numbers.count(summed(rows, 'conversations'))} conversations and parts of them; "
                f"no interval under {FEWEST}",
            ),
        )
    shown = ledger.by(dimension)
    if dimension == "tool":
        shown = shown.with_columns(
            pl.col("tool").map_elements(lambda key: tools.get(key, key), return_dtype=pl.String)
        )
    yield Table(
        shown.with_columns(pl.col(dimension).replace("", "unknown")),
        {dimension: Column(name), **_ADDING},
        Source(
            "tools" if dimension == "tool" else "savings",
            window,
            "tokens; negative where more came back than was saved",
            f"{numbers.count(total.compressions)} compressions; the rows add up to "
            f"{numbers.count(total.net)} net tokens",
        ),
        export=f"savings-by-{dimension}",
    )
    if dimension == "tool" and not tools:
        yield Prose("Tools are keyed. A file `tools.txt` in the home, a name a line, names them.")
    if dimension == "arm":
        yield from _trials(ledger)


def _trials(ledger: Ledger) -> Iterator[Block]:
    rows = ledger.by("arm", acting=False).filter(pl.col("arm") == "trial")
    if rows.height:
        yield Details(
            "Trials of recorded traffic, in no total",
            (
                Prose("What each profile would have done: every content once a profile."),
                Table(
                    rows,
                    {"arm": Column("arm"), **_ADDING},
                    Source("savings", words.window(ledger.scope), "tokens", "compressions"),
                ),
            ),
        )
    yield Prose(
        "`default` beside `recommended` is no randomised comparison: which slices have a row is "
        "not drawn. Canary and control are drawn by unit."
    )


def _spread(ledger: Ledger) -> Iterator[Block]:
    rows = ledger.conversations()
    n = summed(rows, "conversations")
    below = summed(rows.filter(pl.col("bucket") < 0), "conversations")
    histogram = ledger.histogram()
    yield Histogram(
        "Conversations by their own net share",
        histogram.select("low", "high", count="conversations"),
        "conversations",
        Source(
            "spread",
            words.window(ledger.scope),
            "conversations by net share, in twentieths; the first holds -50 % and less",
            f"{numbers.count(n)} conversations, {numbers.count(below)} of them under zero",
        ),
    )


def _money(ledger: Ledger) -> Block:
    rows = ledger.money_by_family()
    priced = rows.filter(pl.col("input").is_not_null())
    return Table(
        rows,
        {
            "model_family": Column("model family"),
            "net_tokens": Column("net tokens", Form.COUNT),
            "gross": Column("gross", Form.DOLLARS),
            "retrieved": Column("retrieval", Form.DOLLARS),
            "reread": Column("re-reads", Form.DOLLARS),
            "cache": Column("cache", Form.DOLLARS),
            "money": Column("net money", Form.DOLLARS),
            "net_unknown": Column("of it without a bill", Form.COUNT),
            "reference": Column("priced as"),
            "input": Column("uncached, $/M", Form.PRICE),
            "cache_read": Column("cached, $/M", Form.PRICE),
            "source": Column("price of", Form.LONG),
        },
        Source(
            "savings, attributed, prices",
            words.window(ledger.scope),
            "US dollars; empty is unknown, not zero",
            f"{priced.height} of {rows.height} families have a price",
        ),
        export="money-by-family",
    )


def imported(ledger: Ledger) -> Iterator[Block]:
    """Other tools' histories, under a heading of their own and in no total."""
    uses = by_source(ledger.snapshot.table("imported"))
    named = {
        "imported_slices": "Slices, the most compressed first: where to look first.",
        "imported_filters": "Filters, by how often an agent went back for what they had cut.",
    }
    tables = {name: ledger.snapshot.table(name) for name in named}
    if uses.is_empty() and all(table.is_empty() for table in tables.values()):
        return
    yield Heading("What other tools report")
    yield Prose(words.IMPORTED)
    for rows, title in [(uses, "By source."), *((tables[name], named[name]) for name in named)]:
        if not rows.is_empty():
            yield Prose(title)
            yield Table(
                rows,
                {name: Column(name.replace("_", " ")) for name in rows.columns},
                Source("imported*", "all that was taken in", "as the tool counted", "its own"),
            )


def by_source(uses: pl.DataFrame) -> pl.DataFrame:
    """Sums of each source and model family; savings are negative where the text grew."""
    return (
        uses.group_by("source", "model_family")
        .agg(
            pl.col("day").min().alias("from"),
            pl.col("day").max().alias("to"),
            pl.col("uses", "tokens_before", "tokens_after").sum(),
        )
        .with_columns((pl.col("tokens_before") - pl.col("tokens_after")).alias("tokens_saved"))
        .sort("source", "model_family")
    )
