"""Accuracy: fronts, certificates and controls, harmed items, and what models answered."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from dashboards import numbers, words
from dashboards.blocks import (
    Beside,
    Block,
    Code,
    Column,
    Details,
    Form,
    Front,
    Heading,
    Note,
    Pair,
    Prose,
    Source,
    Table,
)
from dashboards.ledger import ALL, Ledger
from dashboards.ledger.accuracy import front, history
from dashboards.ledger.totals import summed

_CERTIFICATE = {
    "kind": Column("kind"),
    "profile": Column("profile"),
    "dataset": Column("data set"),
    "n": Column("n", Form.COUNT),
    "harms": Column("harms", Form.COUNT),
    "epsilon": Column("epsilon", Form.PERCENT),
    "p": Column("p", Form.P),
    "threshold": Column("p has to reach", Form.P),
    "certified": Column("passes"),
    "solvable": Column("solvable uncompressed", Form.PERCENT),
    "status": Column("status"),
}


def content(ledger: Ledger, *, kind: str = ALL) -> Iterator[Block]:
    """The page, of one kind or of all."""
    answers = ledger.snapshot.table("answerability")
    model = ledger.snapshot.table("model_accuracy")
    recorded = "" if model.height else f"; {words.NONE_RECORDED}"
    yield Prose(f"**{words.ANSWERABILITY.capitalize()}{recorded}.** {words.CERTIFICATE}")
    if answers.is_empty():
        yield Note(words.NO_REPLAYS)
    else:
        yield from _fronts(answers, kind)
        yield Heading("Certificates")
        yield from _certificates(ledger, kind)
        yield Heading("Profiles and controls")
        yield _table(answers, kind)
        yield Heading("Harmed items")
        yield from _harmed(ledger, kind)
        yield Heading("Certificates over time")
        yield from _history(ledger, kind)
    yield Heading("Model accuracy")
    yield from _model(model)


def _fronts(answers: pl.DataFrame, kind: str) -> Iterator[Block]:
    """A front for each kind: those with one data set two in a row, the others below them."""
    points = front(answers, kind=kind)
    kinds = points.get_column("kind").unique().sort().to_list()
    fronts = [_front(name, points.filter(pl.col("kind") == name)) for name in kinds]
    single = [each for each in fronts if each.rows["dataset"].n_unique() == 1]
    for left, right in zip(single[::2], single[1::2], strict=False):
        yield Pair(left, right)
    yield from single[len(single) // 2 * 2 :]
    yield from (each for each in fronts if each.rows["dataset"].n_unique() > 1)


def _front(kind: str, points: pl.DataFrame) -> Front:
    smallest = numbers.count(float(str(points["solvable"].min())))
    return Front(
        f"{kind}: still answerable, against tokens saved",
        points,
        Source(
            "answerability",
            "the newest replays, certify part",
            "share of the items solved uncompressed; Clopper-Pearson interval at 95 %",
            f"n of each point in its tooltip and in the table, {smallest} at least; controls cut "
            "as much as the profile beside them, blindly",
        ),
    )


def _certificates(ledger: Ledger, kind: str) -> Iterator[Block]:
    rows = _of_kind(ledger.snapshot.table("certificates"), kind)
    if rows.is_empty():
        yield Note("No profile has been tested. Run `toin replay`.")
        return
    yield Prose(words.CERTIFICATE_SAYS)
    delta = ledger.snapshot.table("certified").get_column("delta").drop_nulls().unique().to_list()
    kinds = summed(rows.select(pl.col("kinds").max()), "kinds")
    stated = ", ".join(numbers.percent(each, 0) for each in sorted(delta)) or "as the file says"
    statuses = "; ".join(words.status(name) for name in sorted(set(rows["status"].to_list())))
    yield Table(
        rows.sort(["kind", "rung", "dataset"]),
        _CERTIFICATE,
        Source(
            "certificates",
            f"the newest replays, certify part; {statuses}",
            f"probabilities; delta {stated}, shared by {kinds} kinds",
            f"n in each row; {rows.height} rows",
        ),
        export="certificates",
    )
    yield Prose(
        "A profile passes when its largest p over its data sets is at or under the threshold, and "
        "every milder rung did."
    )


def _table(answers: pl.DataFrame, kind: str) -> Table:
    rows = front(answers, kind=kind)
    return Table(
        rows,
        {
            "kind": Column("kind"),
            "profile": Column("profile"),
            "treatment": Column("treatment"),
            "dataset": Column("data set"),
            "saved": Column("tokens saved", Form.PERCENT),
            "share": Column("still answerable", Form.PERCENT),
            "low": Column("low", Form.PERCENT),
            "high": Column("high", Form.PERCENT),
            "solved": Column("solved", Form.COUNT),
            "solvable": Column("n", Form.COUNT),
        },
        Source(
            "answerability",
            "the newest replays, certify part",
            "shares of items",
            "n in each row; controls cut as much as the profile, blindly",
        ),
        export="answerability",
    )


def _harmed(ledger: Ledger, kind: str) -> Iterator[Block]:
    rows = _of_kind(ledger.snapshot.table("harmed"), kind)
    yield Prose(
        "Items of the learn part and of retired blocks, of public data sets only: whoever has seen "
        "an item may tune on it, so those that certify are never shown. Some of each kind and data "
        "set, those that the mildest profiles harm; `toin replay --explain CASE` shows any of them "
        "whole."
    )
    if rows.is_empty():
        yield Note("No item of the learn part is harmed, or none has been looked for: `toin run`.")
    for row in rows.to_dicts():
        saved = 1 - row["tokens_after"] / row["tokens_before"] if row["tokens_before"] else None
        yield Details(
            f"{row['kind']} · {row['profile']} · {row['dataset']} · case {row['case']}",
            (
                Prose(
                    f"Harmed by {row['profiles']}. {row['profile']} saves {numbers.percent(saved)} "
                    f"here. Source: {row['source']}."
                ),
                Prose("Asked for:"),
                Code(row["query"] or "nothing"),
                Prose("Missing afterwards:"),
                Code(row["missing"] or "nothing that can be named"),
                Beside(("before", "after"), (row["before"], row["after"])),
            ),
        )


def _history(ledger: Ledger, kind: str) -> Iterator[Block]:
    publications = ledger.snapshot.table("publications")
    rows = _of_kind(history(ledger.snapshot.table("certified"), publications), kind)
    if rows.is_empty():
        yield Note("No publication carries a certificate yet. `toin run` publishes.")
        return
    yield Table(
        rows.with_columns(
            pl.col("publication").str.slice(7, 8),
            pl.col("watermark").dt.to_string("%Y-%m-%d").fill_null("no rows"),
        ),
        {
            "watermark": Column("evidence until"),
            "publication": Column("publication"),
            **{name: column for name, column in _CERTIFICATE.items() if name in rows.columns},
        },
        Source(
            "certified, publications",
            f"{publications.height} publications, oldest evidence first",
            "probabilities",
            "n in each row",
        ),
        export="certificates-over-time",
    )


def _model(rows: pl.DataFrame) -> Iterator[Block]:
    if rows.is_empty():
        yield Note(
            f"{words.NONE_RECORDED.capitalize()}. `toin model ask` asks one and records what it "
            "answers with and without compression (docs/model-answers.md)."
        )
        return
    yield Prose(words.MODEL_ACCURACY)
    shares = {
        "right without": "right_without",
        "right with": "right_with",
        "unreadable without": "unreadable_without",
        "unreadable with": "unreadable_with",
    }
    yield Table(
        rows.sort(["model", "dataset", "kind", "rung", "treatment"]).with_columns(
            pl.when(pl.col("items") > 0).then(pl.col(name) / pl.col("items")).alias(shown)
            for shown, name in shares.items()
        ),
        {
            "model": Column("model"),
            "dataset": Column("data set"),
            "kind": Column("kind"),
            "profile": Column("profile"),
            "treatment": Column("treatment"),
            "items": Column("n", Form.COUNT),
            **{shown: Column(shown, Form.PERCENT) for shown in shares},
            "lost": Column("lost", Form.COUNT),
            "won": Column("won", Form.COUNT),
            "loss": Column("mean loss", Form.PERCENT),
            "epsilon": Column("epsilon", Form.PERCENT),
            "p": Column("p", Form.P),
            "missing": Column("missing", Form.COUNT),
            "split": Column("part"),
        },
        Source(
            "model_accuracy", "all recordings", "shares of items; loss in -1, 0, 1", "n in each row"
        ),
        export="model-accuracy",
    )


def _of_kind(rows: pl.DataFrame, kind: str) -> pl.DataFrame:
    return rows if kind == ALL else rows.filter(pl.col("kind") == kind)
