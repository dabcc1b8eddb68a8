"""The view Recommendations."""

from __future__ import annotations

from dashboards import filters
from dashboards.content import recommendations
from dashboards.drawing.browser import draw
from dashboards.ledger import Ledger, default_scope, options
from dashboards.ledger.changes import previous
from dashboards.ledger.scope import short_id
from dashboards.store import Snapshot

_SHOWN = 1000
"""Rows that are shown at once, those with the most conversations; the file has them all."""


def view(snapshot: Snapshot) -> None:
    """Draw the view."""
    history = snapshot.table("publications")
    ids = {short_id(one): one for one in history.filter(~history["current"])["id"].to_list()}
    before = previous(history)
    against = None
    if ids:
        default = short_id(before) if before else next(iter(ids))
        against = ids[filters.choose("against", tuple(ids), default=default)]
    ledger = Ledger(snapshot, default_scope(options(snapshot)))
    draw(recommendations.content(ledger, against=against, most=_SHOWN))
