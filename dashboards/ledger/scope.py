"""What a view is about: traffic, publication, days, auth mode, model family and kind."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import polars as pl

from dashboards.store import Snapshot

ALL = "all"
NONE = "none"
"""Traffic that ran without a publication."""

WINDOWS = (ALL, "7", "28", "90", "365")
"""Days before the newest event that a view may be about."""

LIVE, RECORDED = "live", "recorded"


@dataclass(frozen=True, slots=True)
class Scope:
    """A selection; each of the last five may be ``ALL``. ``days`` counts back from ``newest``."""

    traffic: str
    publication: str = ALL
    days: str = ALL
    auth: str = ALL
    family: str = ALL
    kind: str = ALL
    newest: date | None = None

    @property
    def since(self) -> date | None:
        """The first day that belongs to it, None without a limit."""
        if self.days == ALL or self.newest is None:
            return None
        return self.newest - timedelta(days=int(self.days) - 1)

    @property
    def whole(self) -> bool:
        """Whether it is one whole publication, of which the published bounds speak."""
        return self.publication != ALL and {self.days, self.auth, self.family, self.kind} == {ALL}

    def of(self, rows: pl.DataFrame, *, acting: bool = True) -> pl.DataFrame:
        """The rows that it selects, by the columns that they have; with ``acting`` no trials.

        A table without kinds has its rows for every kind.
        """
        keep = [pl.col("origin") == self.traffic]
        if acting and "arm" in rows.columns:
            keep.append(pl.col("arm") != "trial")
        chosen = {
            "publication": "" if self.publication == NONE else self.publication,
            "auth_mode": self.auth,
            "model_family": self.family,
            "kind": self.kind,
        }
        keep += [
            pl.col(column) == value
            for column, value in chosen.items()
            if value != ALL and column in rows.columns
        ]
        if self.since is not None and "day" in rows.columns:
            keep.append(pl.col("day") >= self.since)
        return rows.filter(keep)


@dataclass(frozen=True, slots=True)
class Options:
    """What there is to choose from, each list sorted; ``newest`` is the last day by traffic.

    ``publications`` are by traffic: those of live traffic may be added up, so ``ALL`` is one of
    them; passes of recorded traffic repeat the same transcripts and never are. ``last_pass`` is
    the publication of the last of these.
    """

    traffic: tuple[str, ...]
    publications: Mapping[str, tuple[str, ...]]
    auth: tuple[str, ...]
    families: tuple[str, ...]
    kinds: tuple[str, ...]
    newest: dict[str, date]
    last_pass: str


def short_id(publication: str) -> str:
    """A publication's id as events carry it: its first 16 hex digits."""
    return publication.removeprefix("sha256:")[:16]


@lru_cache(maxsize=4)
def options(snapshot: Snapshot) -> Options:
    """What the traffic of a snapshot may be narrowed to. Imported histories are none of it."""
    rows = snapshot.table("savings").filter(pl.col("origin").is_in([LIVE, RECORDED]))
    newest = dict(rows.group_by("origin").agg(pl.col("day").max()).iter_rows())
    seen = {
        name: set(rows.filter(pl.col("origin") == name).get_column("publication").to_list())
        for name in (LIVE, RECORDED)
    }
    return Options(
        traffic=tuple(name for name in (LIVE, RECORDED) if name in newest),
        publications={
            LIVE: (ALL, *sorted(one or NONE for one in seen[LIVE])),
            RECORDED: tuple(sorted(one or NONE for one in seen[RECORDED])),
        },
        auth=_distinct(rows, "auth_mode"),
        families=_distinct(rows, "model_family"),
        kinds=_distinct(rows, "kind"),
        newest=newest,
        last_pass=last_pass(seen[RECORDED], snapshot.table("publications")) or NONE,
    )


def default_scope(choices: Options) -> Scope:
    """Live traffic under every publication where there is any, else the last recorded pass.

    Passes of recorded traffic repeat the same transcripts, so they are not added up.
    """
    if LIVE in choices.traffic or not choices.traffic:
        return Scope(LIVE, newest=choices.newest.get(LIVE))
    return Scope(RECORDED, choices.last_pass, newest=choices.newest[RECORDED])


def last_pass(seen: Collection[str], publications: pl.DataFrame) -> str:
    """The publication, of those ``seen`` in traffic, of the last pass; '' for none.

    The current one if traffic has run under it; else the one with the newest watermark.
    """
    order = publications.sort(["current", "watermark"], descending=True, nulls_last=True)
    known = [short_id(full) for full in order.get_column("id").to_list()]
    return next((short for short in known if short in seen), min(seen, default=""))


def _distinct(rows: pl.DataFrame, column: str) -> tuple[str, ...]:
    return tuple(sorted(rows.get_column(column).unique().to_list()))
