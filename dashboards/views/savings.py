"""The view Savings."""

from __future__ import annotations

from dashboards import filters
from dashboards.content import savings
from dashboards.drawing.browser import draw
from dashboards.store import Snapshot
from dashboards.tools import names_of_tools


def view(snapshot: Snapshot) -> None:
    """Draw the view."""
    names = ("traffic", "publication", "days", "auth", "family", "kind")
    ledger = filters.ledger(snapshot, *names)
    by = filters.choose("by", tuple(savings.DIMENSIONS), default="kind")
    draw(savings.content(ledger, dimension=by, tools=names_of_tools()))
