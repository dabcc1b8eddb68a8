"""Days of events (UTC): the only partitions there are."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

import dagster as dg

from compressors.errors import ConfigurationError

DAYS = dg.DailyPartitionsDefinition(start_date="2026-01-01", end_offset=1)
"""From the project's first day up to today; today's partition is still filling."""

RANGE_START_TAG = "dagster/asset_partition_range_start"
RANGE_END_TAG = "dagster/asset_partition_range_end"

_FIRST = "2026-01-01"
_BEGINNING, _END = date(2000, 1, 1), date(2999, 12, 31)


class Span(NamedTuple):
    """Days from ``first`` to ``last``, both included."""

    first: date
    last: date


def newest() -> str:
    """The key of the partition of today.

    Raises:
        ConfigurationError: this machine's clock stands before the first partition.
    """
    key = DAYS.get_last_partition_key()
    if key is None:
        raise ConfigurationError(
            f"this machine's clock stands before {_FIRST}, where the partitions begin; set it"
        )
    return key


def days_of(first_key: str, last_key: str) -> Span:
    """The days that the partitions from ``first_key`` to ``last_key`` answer for.

    The first partition also holds what is older, the newest what claims to be newer (a proxy
    whose clock is fast): no event is left out for its date.
    """
    first = _BEGINNING if first_key == _FIRST else date.fromisoformat(first_key)
    last = _END if last_key == newest() else date.fromisoformat(last_key)
    return Span(first, last)


def range_tags(days: tuple[date, date] | None) -> dict[str, str]:
    """Tags that let one run take all partitions of ``days``; without any, today's alone."""
    end = newest()
    first, last = (end, end) if days is None else (day.isoformat() for day in days)
    return {
        RANGE_START_TAG: min(max(first, _FIRST), end),
        RANGE_END_TAG: min(max(last, _FIRST), end),
    }
