"""Learning: which learned models act. None does yet, and the page says so."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from dashboards.blocks import Block, Column, Form, Heading, Note, Prose, Source, Table
from dashboards.ledger import Ledger


def content(ledger: Ledger) -> Iterator[Block]:
    """The page."""
    yield Note("No learned model acts: rules decide what is kept, and no artefact is shipped.")
    yield Prose(
        "So there is no calibration to show, nothing that a model adds over the rules, and no "
        "drift of features to watch. Where a model is shipped, its digest becomes a part of the "
        "engine's, and every profile that uses it is certified again before it acts."
    )
    yield Heading("What a model would have to beat")
    rows = ledger.snapshot.table("answerability")
    rules = (
        rows.filter((pl.col("split") == "learn") & (pl.col("treatment") == "profile"))
        .group_by("kind", "rung", "profile")
        .agg(
            saved=1 - pl.col("tokens_after").sum() / pl.col("tokens_before").sum(),
            share=pl.col("solved").sum() / pl.col("solvable").sum(),
            n=pl.col("solvable").sum(),
        )
        .sort("kind", "rung")
    )
    if rules.is_empty():
        yield Note("No replays have been run yet. Run `toin replay` or `toin run`.")
        return
    yield Table(
        rules,
        {
            "kind": Column("kind"),
            "profile": Column("profile, by rules"),
            "saved": Column("tokens saved", Form.PERCENT),
            "share": Column("still answerable", Form.PERCENT),
            "n": Column("n", Form.COUNT),
        },
        Source(
            "answerability",
            "the newest replays, learn part: models are trained and tuned on it, never certified",
            "shares of tokens and of items, all data sets together",
            "n in each row",
        ),
        export="rules",
    )
