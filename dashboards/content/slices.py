"""Slices: all of them, then one: its totals, its ladder, its decision and what would change it."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from dashboards import numbers, words
from dashboards.blocks import Block, Code, Column, Form, Heading, Note, Prose, Source, Table
from dashboards.ledger import Ledger
from dashboards.ledger.slices import Slice, ladder, windows, would_change
from dashboards.ledger.totals import summed

_MOST = 500
"""Slices that are listed at once: further ones are found by searching."""


def content(ledger: Ledger, *, search: str = "", most: int = _MOST) -> Iterator[Block]:
    """The table of all slices whose key, kind, profile or reason has ``search`` in it."""
    rows = found(ledger, search)
    every = ledger.snapshot.table("slices")
    if every.is_empty():
        yield Note(words.NO_TRAFFIC)
        return
    shown = rows.head(most)
    yield Table(
        shown.with_columns(pl.col("profile").fill_null("default of the kind")),
        {
            "kind": Column("kind"),
            "auth_mode": Column("auth mode"),
            "model_family": Column("model family"),
            "structure_hash": Column("structure"),
            "tokens_before": Column("tokens before", Form.COUNT),
            "net": Column("net", Form.COUNT),
            "share": Column("net share", Form.PERCENT),
            "compressions": Column("compressions", Form.COUNT),
            "regrets": Column("regrets", Form.COUNT),
            "profile": Column("decided"),
            "reason": Column("reason"),
            "last": Column("last seen"),
        },
        Source(
            "slices, decisions",
            words.window(ledger.scope),
            "tokens; shares of sums",
            f"{numbers.count(rows.height)} slices, the {numbers.count(shown.height)} with most "
            "tokens shown",
        ),
        export="slices",
    )


def found(ledger: Ledger, search: str = "") -> pl.DataFrame:
    """The slices of the scope that a search finds, the most tokens first."""
    rows = ledger.slices()
    parts = ("auth_mode", "model_family", "structure_hash")
    # A whole key, as commands print it, is found too.
    for word in search.lower().replace("/", " ").split():
        hit = [
            pl.col(column).str.contains(word, literal=True)
            for column in (*parts, "kind", "profile", "reason")
        ]
        rows = rows.filter(pl.any_horizontal(*(each.fill_null(value=False) for each in hit)))
    return rows


def one(ledger: Ledger, of: Slice) -> Iterator[Block]:
    """Everything about one slice."""
    rows = of.of(ledger.snapshot.table("slices")).filter(pl.col("origin") == ledger.scope.traffic)
    if rows.is_empty():
        yield Note(f"{of.name} is in no traffic of this snapshot; choose another slice.")
        return
    kind = str(rows["kind"][0])
    yield Heading(f"{kind}: {words.short_key(of.name)}")
    yield Code(of.name)
    yield from _decision(ledger, of)
    yield Heading("Totals by evidence window")
    yield _windows(ledger, rows)
    yield from _arms(rows)
    yield Heading("Ladder, with evidence for each profile")
    yield _ladder(ledger, rows, kind)


def _decision(ledger: Ledger, of: Slice) -> Iterator[Block]:
    rows = of.of(ledger.snapshot.table("decisions"))
    settings = dict(ledger.snapshot.table("settings").iter_rows())
    if rows.is_empty():
        yield Note("No decision yet: it gets the default of its kind. The next run decides.")
        return
    row = rows.row(0, named=True)
    verb = "Published" if row["published"] else "Not published"
    regret = (
        f" Regret {numbers.percent(row['regret_low'])} to {numbers.percent(row['regret_high'])}; "
        f"net savings {numbers.percent(row['net_low'])} to {numbers.percent(row['net_high'])}, at "
        f"{numbers.percent(1 - settings.get('alpha', 0.05), 0)}."
        if row["regret_high"] is not None
        else ""
    )
    yield Prose(
        f"**{verb}: {row['profile']}** (before: {row['incumbent']}), for the reason "
        f"“{words.reason(row['reason'])}”: {row['because']}.{regret} "
        f"n = {numbers.count(row['conversations'])} conversations of "
        f"{numbers.count(row['instances'])} instances."
    )
    if row["canary"]:
        yield Prose(f"Canary: {row['canary']} on {row['canary_share']} per mille of the units.")
    sentences = [f"- {each}" for each in would_change(row, settings)] if settings else []
    if sentences:
        yield Prose("What would change it:\n\n" + "\n".join(sentences))


def _windows(ledger: Ledger, rows: pl.DataFrame) -> Table:
    acting = rows.filter(pl.col("arm") != "trial")
    return Table(
        windows(acting),
        {
            "window": Column("window"),
            "arm": Column("arm"),
            "profile": Column("profile"),
            "conversations": Column("conversations", Form.COUNT),
            "compressions": Column("compressions", Form.COUNT),
            "tokens_before": Column("tokens before", Form.COUNT),
            "net": Column("net", Form.COUNT),
            "share": Column("net share", Form.PERCENT),
            "regrets": Column("regrets", Form.COUNT),
            "regret": Column("regret rate", Form.PERCENT),
            "first": Column("from"),
            "last": Column("to"),
        },
        Source(
            "slices",
            f"{ledger.scope.traffic} traffic; the deciding window is the newest two half-lives; "
            "passes of recorded traffic are added up",
            "tokens; regrets a compression",
            f"{numbers.count(summed(acting, 'compressions'))} compressions",
        ),
    )


def _arms(rows: pl.DataFrame) -> Iterator[Block]:
    arms = set(rows["arm"].to_list())
    if {"canary", "recommended"} <= arms:
        yield Prose(
            "Canary and recommended are drawn by unit and may be compared where they ran at the "
            "same time: in the deciding window above."
        )
    else:
        yield Prose("No canary has run beside a recommendation here.")


def _ladder(ledger: Ledger, rows: pl.DataFrame, kind: str) -> Block:
    shown = ladder(
        rows,
        ledger.snapshot.table("answerability"),
        ledger.snapshot.table("certificates"),
        kind=kind,
    )
    return Table(
        shown,
        {
            "profile": Column("profile"),
            "certified": Column("passes"),
            "status": Column("status"),
            "replays": Column("replays, n", Form.COUNT),
            "harms": Column("harms", Form.COUNT),
            "saved": Column("saves on replays", Form.PERCENT),
            "arm": Column("arms here"),
            "compressions": Column("compressions here", Form.COUNT),
            "share": Column("net share here", Form.PERCENT),
            "regrets": Column("regrets here", Form.COUNT),
        },
        Source(
            "answerability, certificates, slices",
            "the newest replays; of this slice all days, trials of recorded traffic included",
            "shares of tokens; counts",
            "n in each row",
        ),
    )
