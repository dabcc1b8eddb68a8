"""What was erased stays away: rows of it are counted and left where they are."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from compressors.pepper import Pepper

if TYPE_CHECKING:
    import duckdb


def tombstone(instance: str, *, pepper: Pepper) -> str:
    """What is kept of an erased instance: enough to know it again, not to name it."""
    return pepper.key(f"erased instance {instance}")


class Erasures:
    """Which instances and days were erased from a warehouse.

    Args:
        instances: tombstones.
        before: earlier days are erased; None: no day is.
        pepper: what the tombstones are made with.

    Attributes:
        instances: the tombstones.
        first_day: the first day that was not erased; None: no day was.
    """

    def __init__(
        self, instances: frozenset[str] = frozenset(), before: date | None = None, *, pepper: Pepper
    ) -> None:
        self.instances = instances
        self.first_day = before
        self._first_day = before.isoformat() if before else ""
        self._pepper = pepper
        self._seen: dict[str, bool] = {}

    def cover(self, instance: str, ts: str) -> bool:
        """Whether what ``instance`` reports of the time ``ts`` (RFC 3339) was erased."""
        if ts < self._first_day:
            return True
        if not self.instances:
            return False
        if instance not in self._seen:
            self._seen[instance] = tombstone(instance, pepper=self._pepper) in self.instances
        return self._seen[instance]


class Erasure(NamedTuple):
    """A row of the table: a tombstone or a day, and how many events went by it."""

    instance: str | None
    before: date | None
    events: int


def read_erasures(con: duckdb.DuckDBPyConnection, *, pepper: Pepper) -> Erasures:
    """The erasures of a warehouse."""
    rows = con.execute("select instance, before from erasures").fetchall()
    days = [before for _, before in rows if before is not None]
    return Erasures(
        frozenset(instance for instance, _ in rows if instance is not None),
        max(days, default=None),
        pepper=pepper,
    )
