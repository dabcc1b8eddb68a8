"""What a file is, told by its beginning, and the histories of other tools as batches."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from compressors.errors import InputRefused
from compressors.events import Flaw, RowRefused
from compressors.pepper import Pepper
from pipelines.ingest import headroom, rtk
from pipelines.ingest.erasures import Erasures
from pipelines.ingest.imported import Fact, History, Pattern, Recall, Use
from pipelines.ingest.rows import Row, read_rows
from pipelines.ingest.validate import BATCH, Refused, refused_row

ENGINE = "engine"
"""Segments of our own."""

_READERS = {
    headroom.PATTERNS: headroom.patterns,
    headroom.SAVINGS: headroom.savings,
    rtk.HISTORY: rtk.history,
    rtk.RECALL: rtk.recalls,
}
SOURCES = (ENGINE, *_READERS)
"""What a file may be."""


def recognise(path: Path, *, name: str) -> str:
    """Which of ``SOURCES`` the file is; what has a segment's name is one unless it shows otherwise.

    Raises:
        InputRefused: it is nothing that is known here.
        OSError: it cannot be read.
    """
    if name.endswith(".jsonl"):
        first = next(iter(read_rows(path)), None)
        return headroom.SAVINGS if first and headroom.is_savings(first.content) else ENGINE
    if name.endswith((".jsonl.zst", ".parquet")):
        return ENGINE
    if rtk.is_database(path):
        try:
            source = rtk.source_of(path)
        except sqlite3.DatabaseError as error:
            raise InputRefused(f"{name} is a damaged database ({error})") from error
        if source is not None:
            return source
    elif headroom.is_patterns(path):
        return headroom.PATTERNS
    raise InputRefused(
        f"{name} is no segment and no history that is known here: expected Headroom's toin.json "
        "or ledger of savings, or RTK's history.db or recall.db"
    )


def histories(
    path: Path, *, source: str, pepper: Pepper, place: str, erasures: Erasures
) -> Iterator[History]:
    """The facts of another tool's file, batch by batch.

    Raises:
        InputRefused: the file has a version that is not known here.
        OSError: it cannot be read.
    """
    found = _READERS[source](path, pepper=pepper, place=place)
    while batch := list(islice(found, BATCH)):
        facts: list[Fact] = []
        refused: list[Refused] = []
        erased = 0
        for row, value in batch:
            if isinstance(value, Flaw):
                refused.append(_refused(row, value, pepper=pepper))
            elif _erased(value, erasures):
                erased += 1
            else:
                facts.append(value)
        yield History(len(batch), facts, erased, refused)


def _refused(row: Row, flaw: Flaw, *, pepper: Pepper) -> Refused:
    return refused_row(row, RowRefused(flaw), pepper=pepper)


def _erased(fact: Use | Pattern | Recall, erasures: Erasures) -> bool:
    # Counters of no time are erased with their store alone.
    time = "9" if isinstance(fact, Recall) else fact.ts.isoformat()
    return erasures.cover(fact.instance, time)
