"""Recommendations: the file in place, what is new in it, its evidence, who runs it, how to ship."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from dashboards import numbers, words
from dashboards.blocks import (
    Block,
    Code,
    Column,
    Details,
    Download,
    Form,
    Heading,
    Note,
    Prose,
    Source,
    Table,
)
from dashboards.content.overview import changed
from dashboards.ledger import Ledger
from dashboards.ledger.health import proxies
from dashboards.ledger.scope import short_id
from dashboards.ledger.totals import summed

_SHOWN = 4000
"""Characters of the file that are shown; the whole is to be saved."""


def content(
    ledger: Ledger, *, against: str | None = None, most: int | None = None
) -> Iterator[Block]:
    """The page; ``against`` is the full id of the publication to compare with."""
    current = ledger.current()
    if current is None:
        yield Note("Nothing has been published yet. `toin run` publishes what is certified.")
        return
    row = ledger.snapshot.table("publications").filter("current").row(0, named=True)
    until = f"evidence until {row['watermark']:%Y-%m-%d %H:%M} UTC" if row["watermark"] else ""
    yield Prose(
        f"**Publication {short_id(current)}**: {numbers.count(row['rows'])} rows, made from "
        f"{row['origin'] or 'no'} traffic, {until or 'no evidence of traffic'}"
        f"{'; a demonstration' if row['demonstration'] else ''}. Nothing on this page changes it."
    )
    yield Heading("What is new in it")
    yield from changed(ledger, against)
    yield Heading("Rows, with their evidence")
    yield _rows(ledger, most)
    yield Heading("Defaults: what a slice without a row gets")
    yield _defaults(ledger, current)
    yield Heading("What persons decided over the evidence")
    yield from _overrides(ledger)
    yield Heading("To ship it")
    yield Code("toin verify recommendations.toml\ntoin ship DEST")
    yield Prose("Engines read it at their next start (docs/shipping.md).")
    content = str(row["content"])
    yield Download("Save recommendations.toml", "recommendations.toml", content)
    more = len(content) - _SHOWN
    yield Details(
        "The file itself",
        (Code(content[:_SHOWN] + (f"\n… {more:,} more characters" if more > 0 else "")),),
    )
    yield Heading("Which proxies run which publication")
    yield from running(ledger, current)
    yield Heading("History")
    yield _history(ledger)


def _rows(ledger: Ledger, most: int | None) -> Table:
    rows = ledger.snapshot.table("decisions").sort(["published", "conversations"], descending=True)
    shown = rows if most is None else rows.head(most)
    return Table(
        shown.with_columns(
            reason=pl.col("reason").map_elements(words.reason, return_dtype=pl.String)
        ),
        {
            "kind": Column("kind"),
            "auth_mode": Column("auth mode"),
            "model_family": Column("model family"),
            "structure_hash": Column("structure"),
            "published": Column("row"),
            "profile": Column("profile"),
            "incumbent": Column("before"),
            "canary": Column("canary"),
            "reason": Column("why", Form.LONG),
            "because": Column("evidence", Form.LONG),
            "conversations": Column("conversations", Form.COUNT),
            "instances": Column("instances", Form.COUNT),
            "net_low": Column("net, low", Form.PERCENT),
            "net_high": Column("net, high", Form.PERCENT),
            "regret_low": Column("regret, low", Form.PERCENT),
            "regret_high": Column("regret, high", Form.PERCENT),
            "confidence": Column("confidence", Form.PERCENT),
        },
        Source(
            "decisions",
            "the evidence window of the publication in place",
            "shares; bounds at the level of the file, after selection",
            f"{rows['published'].sum()} rows of {rows.height} decided slices; conversations in "
            "each row",
        ),
        export="recommendations",
    )


def _defaults(ledger: Ledger, current: str) -> Table:
    rows = ledger.snapshot.table("defaults").filter(pl.col("publication") == current)
    return Table(
        rows,
        {"kind": Column("kind"), "profile": Column("profile")},
        Source("defaults", "the publication in place", "profiles", f"{rows.height} kinds"),
    )


def _overrides(ledger: Ledger) -> Iterator[Block]:
    rows = ledger.snapshot.table("overrides")
    if rows.is_empty():
        yield Prose("Nothing: no pin, no hold after a rollback.")
        return
    yield Table(
        rows,
        {
            "what": Column("what"),
            "subject": Column("of"),
            "profile": Column("profile"),
            "why": Column("why", Form.LONG),
            "until": Column("until"),
        },
        Source("overrides", "now", "pins and holds", f"{rows.height} of them"),
    )


def running(ledger: Ledger, current: str | None) -> Iterator[Block]:
    """The proxies as they were last seen; their names are keyed."""
    rows = proxies(ledger.snapshot.table("proxies"), current=short_id(current or ""))
    if rows.is_empty():
        yield Note("No proxy has reported anything yet.")
        return
    yield Table(
        rows.with_columns(publication=pl.col("publication").replace("", "none")),
        {
            "instance": Column("proxy (keyed)"),
            "state": Column("state"),
            "publication": Column("publication"),
            "engine": Column("engine"),
            "origin": Column("traffic"),
            "last": Column("last seen"),
            "compressions": Column("compressions", Form.COUNT),
            "faults": Column("faults", Form.COUNT),
        },
        Source(
            "proxies",
            "all days",
            "proxies; of recorded traffic a group of transcripts stands for one",
            f"{numbers.count(summed(rows, 'compressions'))} compressions",
        ),
    )


def _history(ledger: Ledger) -> Table:
    rows = ledger.snapshot.table("publications")
    return Table(
        rows.with_columns(
            pl.col("id").str.slice(7, 16),
            pl.col("watermark").dt.to_string("%Y-%m-%d %H:%M").fill_null("no rows"),
        ),
        {
            "id": Column("publication"),
            "current": Column("in place"),
            "state": Column("state"),
            "rows": Column("rows", Form.COUNT),
            "watermark": Column("evidence until"),
            "origin": Column("made from"),
            "demonstration": Column("demonstration"),
        },
        Source("publications", "all", "publications", f"{rows.height} of them"),
    )
