"""Accuracy: the fronts, what the acting profiles keep answerable, and certificates over time."""

from __future__ import annotations

from typing import NamedTuple

import polars as pl

from dashboards.ledger.scope import ALL

TREATMENTS = {
    "profile": "profile",
    "random_deletion": "control: random deletion",
    "truncation": "control: truncation",
}


class Kept(NamedTuple):
    """What the acting profiles keep answerable: ``solved`` of ``n`` replays on the certify part.

    ``weakest`` is the row of the profile and data set with the lowest share, None without replays;
    ``unreplayed`` are acting profiles of which there is no replay.
    """

    n: int
    solved: int
    weakest: dict[str, object] | None
    rows: pl.DataFrame
    unreplayed: tuple[str, ...]

    @property
    def share(self) -> float | None:
        """Solved of the replays that were solved uncompressed."""
        return self.solved / self.n if self.n else None


def front(answers: pl.DataFrame, *, kind: str = ALL) -> pl.DataFrame:
    """The certify part as points: share of the solvable items still solved, tokens saved."""
    keep = (pl.col("split") == "certify") & (pl.col("tokens_before") > 0) & (pl.col("solvable") > 0)
    if kind != ALL:
        keep &= pl.col("kind") == kind
    return (
        answers.filter(keep)
        .with_columns(
            saved=1 - pl.col("tokens_after") / pl.col("tokens_before"),
            treatment=pl.col("treatment").replace(TREATMENTS),
        )
        .sort(["kind", "dataset", "rung", "treatment"])
    )


def kept(answers: pl.DataFrame, cube: pl.DataFrame) -> Kept:
    """Answerability of the profiles that act on the selection ``cube``, each counted once.

    Passthrough, which changes nothing, is none of them: it would only add to n.
    """
    changing = ~pl.col("profile").str.ends_with(".passthrough")
    acting = set(
        cube.filter((pl.col("compressions") > 0) & changing)
        .get_column("profile")
        .unique()
        .to_list()
    )
    rows = answers.filter(
        (pl.col("treatment") == "profile")
        & (pl.col("split") == "certify")
        & (pl.col("solvable") > 0)
        & pl.col("profile").is_in(sorted(acting))
    ).sort(
        ["share", "low", "rung", "dataset", "profile"],
        descending=[False, False, True, False, False],
    )
    replayed = set(rows.get_column("profile").to_list())
    return Kept(
        n=int(rows.get_column("solvable").sum()),
        solved=int(rows.get_column("solved").sum()),
        weakest=rows.row(0, named=True) if rows.height else None,
        rows=rows,
        unreplayed=tuple(sorted(acting - replayed)),
    )


def history(certified: pl.DataFrame, publications: pl.DataFrame) -> pl.DataFrame:
    """The certificates of every publication, oldest evidence first."""
    order = publications.select(
        pl.col("id").alias("publication"), "watermark", "state", "current"
    ).with_row_index("place")
    return certified.join(order, on="publication", how="inner").sort(
        ["kind", "profile", "dataset", "place"]
    )
