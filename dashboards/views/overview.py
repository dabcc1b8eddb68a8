"""The view Overview."""

from __future__ import annotations

from dashboards import filters
from dashboards.content import overview
from dashboards.drawing.browser import draw
from dashboards.store import Snapshot


def view(snapshot: Snapshot) -> None:
    """Draw the view."""
    names = ("traffic", "publication", "days", "auth", "family", "kind")
    draw(overview.content(filters.ledger(snapshot, *names)))
