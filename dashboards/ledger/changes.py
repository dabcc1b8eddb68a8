"""What differs between the current publication and an earlier one."""

from __future__ import annotations

from typing import NamedTuple

import polars as pl

SLICE = ("auth_mode", "model_family", "structure_hash")
_IN_PLACE = ("published", "rolled_back")


class Changes(NamedTuple):
    """Rows of two files side by side.

    ``slices`` has a row for each slice that differs: before, after (null where it has no row),
    reason and because of the current decision. ``same`` counts the others.
    """

    slices: pl.DataFrame
    defaults: pl.DataFrame
    same: int

    @property
    def none(self) -> bool:
        """Whether the files do the same."""
        return self.slices.is_empty() and self.defaults.is_empty()


def previous(publications: pl.DataFrame) -> str | None:
    """The id of the publication in place before the current one; None without one."""
    rows = publications.filter(pl.col("state").is_in([*_IN_PLACE, "withdrawn"]))
    places = rows.get_column("current").to_list()
    if True not in places or not places.index(True):
        return None
    return str(rows.get_column("id")[places.index(True) - 1])


def changes(
    decisions: pl.DataFrame, earlier: pl.DataFrame, defaults: pl.DataFrame, *,
    current: str, against: str,
) -> Changes:  # fmt: skip
    """What the current publication does otherwise than ``against``."""
    now = decisions.filter("published").select(*SLICE, "kind", after="profile")
    why = decisions.select(*SLICE, "reason", "because")
    was = earlier.filter((pl.col("publication") == against) & pl.col("published")).select(
        *SLICE, was_kind="kind", before="profile"
    )
    both = now.join(was, on=SLICE, how="full", coalesce=True).with_columns(
        kind=pl.coalesce("kind", "was_kind")
    )
    differs = pl.col("before").ne_missing(pl.col("after"))
    slices = (
        both.filter(differs)
        .join(why, on=SLICE, how="left")
        .select(*SLICE, "kind", "before", "after", "reason", "because")
        .sort(*SLICE)
    )
    return Changes(slices, _defaults(defaults, current, against), both.filter(~differs).height)


def _defaults(defaults: pl.DataFrame, current: str, against: str) -> pl.DataFrame:
    now = defaults.filter(pl.col("publication") == current).select("kind", after="profile")
    was = defaults.filter(pl.col("publication") == against).select("kind", before="profile")
    both = now.join(was, on="kind", how="full", coalesce=True)
    return (
        both.filter(pl.col("before").ne_missing(pl.col("after")))
        .select("kind", "before", "after")
        .sort("kind")
    )
