"""Rows apart: what is an event of this pepper, and what goes to quarantine, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]

from compressors.events import WHOLE_ROW, Event, Flaw, RowRefused, decode
from compressors.pepper import Pepper
from pipelines.ingest.blocks import Block
from pipelines.ingest.columns import of_columns, of_events
from pipelines.ingest.erasures import Erasures
from pipelines.ingest.rows import Row
from pipelines.ingest.surely import surely_events, times_of

BATCH = 20_000
"""Rows that are held at a time where they are read one by one."""

FOREIGN_PEPPER = Flaw(
    "pepper_id",
    "is of another pepper than this home's; bring it with `toin pepper import`, or use the "
    "home that has it",
)
"""Hashes keyed otherwise would look like other slices, tools and conversations."""


class Refused(NamedTuple):
    """A row that is no event.

    ``field`` and ``reason`` may be stored, ``shown`` is the field as the row names it, for the
    person alone. ``digest`` is the row's, keyed.
    """

    line: int
    field: str
    reason: str
    shown: str
    digest: str


class Sifted(NamedTuple):
    """One batch: ``rows = len(events) + erased + len(refused)``; ids may repeat."""

    rows: int
    events: pa.Table
    erased: int
    refused: list[Refused]


def sift(
    blocks: Iterable[Block], *, pepper: Pepper, erasures: Erasures | None = None
) -> Iterator[Sifted]:
    """The rows batch by batch: whole columns of what is surely events, the others one by one.

    What ``erasures`` cover is counted and not among the events.
    """
    erased = erasures or Erasures(pepper=pepper)
    for block in blocks:
        columns = block.columns
        if columns is None:
            yield from _one_by_one(block.rows(None), pepper=pepper, erasures=erased)
            continue
        sure = surely_events(columns, pepper=pepper, erasures=erased)
        if sure.any():
            events = columns if sure.all() else columns.filter(pa.array(sure))
            yield Sifted(events.num_rows, of_columns(events, times_of(events)), 0, [])
        if not sure.all():
            yield from _one_by_one(block.rows(np.logical_not(sure)), pepper=pepper, erasures=erased)


def _one_by_one(rows: Iterable[Row], *, pepper: Pepper, erasures: Erasures) -> Iterator[Sifted]:
    remaining = iter(rows)
    while batch := list(islice(remaining, BATCH)):
        yield _sift(batch, pepper=pepper, erasures=erasures)


def _sift(rows: Sequence[Row], *, pepper: Pepper, erasures: Erasures) -> Sifted:
    events: list[Event] = []
    refused: list[Refused] = []
    own = pepper.id
    erased = 0
    for row in rows:
        try:
            event = _event(row, own=own)
        except RowRefused as error:
            refused.append(refused_row(row, error, pepper=pepper))
        else:
            if erasures.cover(event.instance, event.ts):
                erased += 1
            else:
                events.append(event)
    return Sifted(len(rows), of_events(events), erased, refused)


def _event(row: Row, *, own: str) -> Event:
    if row.damage:
        raise RowRefused(Flaw(WHOLE_ROW, row.damage))
    event = decode(row.content)
    if event.pepper_id != own:
        raise RowRefused(FOREIGN_PEPPER)
    return event


def refused_row(row: Row, error: RowRefused, *, pepper: Pepper) -> Refused:
    """A row with the flaw that keeps it out."""
    flaw = error.flaw
    # The message is "field NAME: reason", with the name as the row has it.
    shown = str(error).removeprefix("field ").removesuffix(f": {flaw.reason}")
    content = row.content.decode("utf-8", "surrogateescape")
    return Refused(row.line, flaw.field, flaw.reason, shown, pepper.key(content))
