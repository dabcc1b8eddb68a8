"""Slices: all of them in a table, and one with its ladder, its windows and what would change it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import polars as pl

from dashboards.ledger.scope import ALL, RECORDED, Scope
from dashboards.ledger.totals import with_net

KEY = ("auth_mode", "model_family", "structure_hash")
_SUMS = (
    "conversations",
    "compressions",
    "tokens_before",
    "tokens_after",
    "tokens_returned",
    "retrievals",
    "rereads",
    "regrets",
)
WINDOWS = {
    "deciding window": (0, 1),
    "newest half of it": (0,),
    "everything before": (2,),
    "all": (0, 1, 2),
}
"""Evidence windows by the periods that they are made of; the first decides."""


class Slice(NamedTuple):
    """The key of a slice."""

    auth_mode: str
    model_family: str
    structure_hash: str

    @property
    def name(self) -> str:
        """As commands and addresses write it."""
        return "/".join(self)

    def of(self, rows: pl.DataFrame) -> pl.DataFrame:
        """The rows that are about it."""
        return rows.filter(pl.col(name) == value for name, value in zip(KEY, self, strict=True))


def table(slices: pl.DataFrame, decisions: pl.DataFrame, scope: Scope) -> pl.DataFrame:
    """Every slice of the selection with its totals and its decision, the most tokens first.

    Days are not told apart here: a slice is shown as it is now. Conversations are counted once
    an arm, profile and period.
    """
    # Rows of live traffic are over all publications.
    publication = scope.publication if scope.traffic == RECORDED else ALL
    chosen = Scope(scope.traffic, publication, ALL, scope.auth, scope.family, scope.kind)
    acting = chosen.of(slices)
    totals = with_net(
        acting.group_by(*KEY, "kind").agg(
            pl.col(_SUMS).sum(), pl.col("first").min(), pl.col("last").max()
        )
    )
    decided = decisions.select(*KEY, "profile", "published", "reason", "because", "canary")
    return totals.join(decided, on=KEY, how="left").sort(
        ["tokens_before", *KEY], descending=[True, False, False, False]
    )


def windows(of_slice: pl.DataFrame) -> pl.DataFrame:
    """Totals of a slice by evidence window, arm and profile, with net share and regret rate."""
    parts = [
        of_slice.filter(pl.col("period").is_in(periods))
        .group_by("arm", "profile")
        .agg(pl.col(_SUMS).sum(), pl.col("first").min(), pl.col("last").max())
        .with_columns(window=pl.lit(name))
        for name, periods in WINDOWS.items()
    ]
    order = pl.col("window").replace_strict(list(WINDOWS), range(len(WINDOWS)))
    return (
        with_net(pl.concat(parts))
        .with_columns(regret=pl.col("regrets") / pl.col("compressions"))
        .sort(order, "arm", "profile")
    )


def ladder(
    of_slice: pl.DataFrame, answers: pl.DataFrame, certificates: pl.DataFrame, *, kind: str
) -> pl.DataFrame:
    """The profiles of ``kind`` in order, with evidence of the replays and of this slice."""
    replays = (
        answers.filter(
            (pl.col("kind") == kind)
            & (pl.col("treatment") == "profile")
            & (pl.col("split") == "certify")
        )
        .group_by("profile", "rung")
        .agg(
            replays=pl.col("solvable").sum(),
            harms=(pl.col("solvable") - pl.col("solved")).sum(),
            saved=1 - pl.col("tokens_after").sum() / pl.col("tokens_before").sum(),
        )
    )
    tested = (
        certificates.filter(pl.col("kind") == kind)
        .group_by("profile")
        .agg(certified=pl.col("certified").all(), status=pl.col("status").first())
    )
    seen = with_net(
        of_slice.group_by("profile").agg(
            pl.col(_SUMS).sum(), pl.col("arm").unique().sort().str.join(", ")
        )
    ).select("profile", "arm", "conversations", "compressions", "share", "regrets")
    return (
        replays.join(tested, on="profile", how="left")
        .join(seen, on="profile", how="full", coalesce=True)
        .sort("rung", "profile", nulls_last=True)
    )


def would_change(decision: Mapping[str, object], settings: Mapping[str, float]) -> Iterator[str]:
    """What would make the next decision of a slice another one, in sentences."""
    reason = decision["reason"]
    seen, instances = int(str(decision["conversations"])), int(str(decision["instances"]))
    fewest, places = int(settings["min_conversations"]), int(settings["min_instances"])
    limit = settings["regret_limit"]
    if seen < fewest:
        yield f"{fewest - seen} more conversations: no row under {fewest}, there are {seen}."
    if instances < places:
        yield f"{places - instances} more instances: no row under {places}, there are {instances}."
    if reason == "pinned":
        yield "The end of its pin (`toin pin SLICE --end`): a person has fixed it."
    if reason in ("skip", "negative_savings"):
        yield (
            "A canary that saves: from passthrough the way back is a canary with net savings "
            "bounded above zero."
        )
    if reason == "regret_high":
        yield (
            f"A milder canary rung with regret bounded under {limit:.0%}, or evidence windows in "
            "which originals are asked for less."
        )
    if reason == "regret_unclear":
        yield (
            f"More conversations without regret, until the upper bound is under {limit:.0%}; "
            "or evidence that it is above."
        )
    if decision.get("published"):
        yield (
            f"Demotion by one rung: evidence that regret exceeds {limit:.0%}, or that net savings "
            f"are negative, at an error of {settings['alpha']:.0%}, with any one instance left out."
        )
        yield (
            "Promotion of a canary: its regret bounded under the limit, and its lower bound of net "
            "savings above the upper bound of the profile that acts now."
        )
