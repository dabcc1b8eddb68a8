"""What an ingest has to say: counts that add up, and the rows that were refused, by name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

MOST_NAMED = 1000
"""Refused rows that a report names one by one; all are counted, and all are in quarantine."""


class BadRow(NamedTuple):
    """A row that is no event, as a person is told of it. Nothing of this is stored.

    ``file`` is the path of the segment, ``line`` counts from 1 (rows, for Parquet), ``field``
    is named as the row names it.
    """

    file: str
    line: int
    field: str
    reason: str

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}, field {self.field}: {self.reason}"


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What one call read; ``rows = stored + duplicates + quarantined + erased``.

    Attributes:
        segments: Segments read.
        known: Segments left unread, since they had been taken in whole before.
        rows: Rows of the segments read.
        stored: Of them, what was new.
        duplicates: Of them, what the warehouse had.
        quarantined: Of them, rows that are nothing of the source's schema.
        erased: Of them, what was erased before and stays away.
        by_reason: The quarantined rows, the first ``MOST_NAMED`` of them.
        days: Days of the events that were new, sorted.
        refused: Of each segment that gave nothing at all, a sentence that says why.
    """

    segments: int = 0
    known: int = 0
    rows: int = 0
    stored: int = 0
    duplicates: int = 0
    quarantined: int = 0
    erased: int = 0
    by_reason: tuple[BadRow, ...] = ()
    days: tuple[date, ...] = ()
    refused: tuple[str, ...] = ()


def total(reports: Iterable[IngestReport]) -> IngestReport:
    """Several reports as one."""
    parts = list(reports)
    named = [row for part in parts for row in part.by_reason]
    return IngestReport(
        segments=sum(part.segments for part in parts),
        known=sum(part.known for part in parts),
        rows=sum(part.rows for part in parts),
        stored=sum(part.stored for part in parts),
        duplicates=sum(part.duplicates for part in parts),
        quarantined=sum(part.quarantined for part in parts),
        erased=sum(part.erased for part in parts),
        by_reason=tuple(named[:MOST_NAMED]),
        days=tuple(sorted({day for part in parts for day in part.days})),
        refused=tuple(refusal for part in parts for refusal in part.refused),
    )
