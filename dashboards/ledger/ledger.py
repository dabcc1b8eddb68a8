"""One selection of one snapshot: the frames that a view asks, and the figures that it shows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import polars as pl

from dashboards.ledger import accuracy, bill, changes, money, slices, spread, totals
from dashboards.ledger.scope import ALL, NONE, Scope
from dashboards.store import Snapshot

_MOST_DAYS = 120
"""Days that a chart shows one by one; more are summed by weeks."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """Every figure of ``snapshot`` under ``scope``; all are sums of the same tables."""

    snapshot: Snapshot
    scope: Scope

    def rows(self, name: str, *, acting: bool = True) -> pl.DataFrame:
        """The rows of a table by day that the scope selects."""
        return self.scope.of(self.snapshot.table(name), acting=acting)

    def total(self) -> totals.Totals:
        """What was saved, and what came back."""
        return totals.total(self.rows("savings"))

    def by(self, column: str, *, acting: bool = True) -> pl.DataFrame:
        """The same by one column of the cube, or by ``tool``."""
        rows = self.rows("tools" if column == "tool" else "savings", acting=acting)
        return totals.by(rows, column)

    def step(self) -> str:
        """How charts over time sum days: ``1d``, or ``1w`` where there are too many."""
        days = self.rows("savings").get_column("day")
        return "1w" if days.n_unique() > _MOST_DAYS else "1d"

    def conversation_step(self) -> str:
        """The same for conversations: weeks, too, where a day has too few for an interval."""
        rows = self.conversations()
        enough = rows["conversations"].sum() >= spread.FEWEST * rows["day"].n_unique()
        return self.step() if enough else "1w"

    def by_day(self) -> pl.DataFrame:
        """Tokens, net and money in each step; money is null where no family has a price."""
        step = self.step()
        rows = self.rows("savings").with_columns(pl.col("day").dt.truncate(step))
        dollars = money.by_day(self.rows("attributed"), self.snapshot.table("prices"), every=step)
        return totals.by(rows, "day").join(dollars, on="day", how="left").sort("day")

    def conversations(self) -> pl.DataFrame:
        """Whole conversations, or what of them is of the scope's kind, by net share."""
        rows = self.rows("spread")
        return rows.filter(pl.col("kind") == "") if self.scope.kind == ALL else rows

    def share_by_day(self) -> pl.DataFrame:
        """Net share with interval of the conversations that began in each step."""
        return spread.by_day(self.conversations(), every=self.conversation_step())

    def histogram(self) -> pl.DataFrame:
        """Conversations by their own net share."""
        return spread.histogram(self.conversations())

    def interval(self) -> spread.Interval:
        """The interval of the net share: published bounds of a whole publication, else of now."""
        if self.scope.whole:
            name = "" if self.scope.publication == NONE else self.scope.publication
            rows = self.snapshot.table("net").filter(
                (pl.col("publication") == name) & (pl.col("scope") == "all")
            )
            if rows.height and rows["tokens_before"][0] == self.total().tokens_before:
                row = rows.row(0, named=True)
                return spread.Interval(
                    row["low"], row["high"], row["conversations"], row["level"], published=True
                )
        return spread.ratio_interval(self.conversations())

    def intervals(self, column: str) -> pl.DataFrame:
        """Net share with interval by auth mode, model family or kind: conversations are the unit.

        Columns: the column, conversations, share, low, high.
        """
        rows = self.rows("spread")
        rows = rows.filter((pl.col("kind") != "") if column == "kind" else (pl.col("kind") == ""))
        found = []
        for (value,), group in rows.partition_by(column, as_dict=True).items():
            low, high, n, _, _ = spread.ratio_interval(group)
            before = totals.summed(group, "tokens_before")
            share = totals.summed(group, "tokens_net") / before if before else None
            found.append((value, n, share, low, high))
        schema = {
            column: pl.String(),
            "conversations": pl.Int64(),
            "share": pl.Float64(),
            "low": pl.Float64(),
            "high": pl.Float64(),
        }
        return pl.DataFrame(found, schema=schema, orient="row").sort(
            "conversations", column, descending=[True, False]
        )

    def money_by_family(self) -> pl.DataFrame:
        """Money of each family, null where it has no price."""
        return money.by_family(
            self.rows("savings"), self.rows("attributed"), self.snapshot.table("prices")
        )

    def money(self) -> money.Money:
        """Money of all priced families."""
        return money.total(self.money_by_family())

    def bill(self) -> bill.Bill:
        """The whole bill, and the share of it that was saved."""
        return bill.bill(self.rows("usage"), self.rows("attributed"))

    def kept(self) -> accuracy.Kept:
        """What the acting profiles keep answerable."""
        return accuracy.kept(self.snapshot.table("answerability"), self.rows("savings"))

    def current(self) -> str | None:
        """The id of the publication in place; None without one."""
        publications = self.snapshot.table("publications").filter("current")
        return str(publications["id"][0]) if publications.height else None

    def changes(self, against: str) -> changes.Changes:
        """What the current publication does otherwise than ``against``."""
        return _changes(self.snapshot, self.current() or "", against)

    def slices(self) -> pl.DataFrame:
        """Every slice of the scope as it is now; days are not told apart."""
        return _slices(self.snapshot, replace(self.scope, days=ALL, newest=None))


# A view is drawn anew at every change of a filter; what no filter changes is kept.
@lru_cache(maxsize=4)
def _changes(snapshot: Snapshot, current: str, against: str) -> changes.Changes:
    return changes.changes(
        snapshot.table("decisions"),
        snapshot.table("earlier"),
        snapshot.table("defaults"),
        current=current,
        against=against,
    )


@lru_cache(maxsize=8)
def _slices(snapshot: Snapshot, scope: Scope) -> pl.DataFrame:
    return slices.table(snapshot.table("slices"), snapshot.table("decisions"), scope)
