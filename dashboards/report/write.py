"""The report of a home: what each view says of the snapshot that holds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from compressors.home import Home
from dashboards import store, words
from dashboards.blocks import Block, Heading, Note, Page
from dashboards.content import (
    accuracy,
    health,
    learning,
    overview,
    recommendations,
    savings,
    slices,
)
from dashboards.ledger import Ledger, default_scope, options
from dashboards.ledger.slices import KEY, Slice
from dashboards.report.page import page
from dashboards.tools import names_of_tools

_SLICES = 10
"""Slices that are told of one by one: those with the most tokens."""

_ROWS = 200


def write_report(home: Home, *, now: datetime) -> str:
    """The HTML of everything that the dashboard of ``home`` says, as of ``now`` in UTC.

    Raises:
        ToinError: there is no snapshot, or it cannot be read.
    """
    snapshot = store.current(home.snapshots)
    ledger = Ledger(snapshot, default_scope(options(snapshot)))
    late = health.late(ledger, now=now)
    warned = (Note(late, warning=True),) if late else ()
    pages = (
        Page("Overview", (*warned, *overview.content(ledger))),
        Page("Savings", tuple(_savings(ledger))),
        Page("Accuracy", tuple(accuracy.content(ledger))),
        Page("Slices", tuple(_slices(ledger))),
        Page("Recommendations", tuple(recommendations.content(ledger, most=_ROWS))),
        Page("Learning", tuple(learning.content(ledger))),
        Page("Health", tuple(health.content(ledger, now=now))),
    )
    return page(
        pages,
        title="TOIN: what was saved, and what it cost",
        about=f"Snapshot {snapshot.id}, {words.window(ledger.scope)}. "
        f"Made {now:%Y-%m-%d %H:%M} UTC.",
    )


def _savings(ledger: Ledger) -> Iterator[Block]:
    yield from savings.content(ledger)
    if ledger.total().compressions:
        names = names_of_tools()
        for dimension, name in savings.DIMENSIONS.items():
            if dimension != "kind":
                yield Heading(f"By {name}")
                yield from savings.by(ledger, dimension, names)


def _slices(ledger: Ledger) -> Iterator[Block]:
    yield from slices.content(ledger)
    keys = slices.found(ledger).select(KEY).unique(maintain_order=True).head(_SLICES)
    for row in keys.iter_rows():
        yield from slices.one(ledger, Slice(*row))
