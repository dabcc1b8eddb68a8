"""The view Health."""

from __future__ import annotations

from datetime import UTC, datetime

from dashboards.content import health
from dashboards.drawing.browser import draw
from dashboards.ledger import Ledger, default_scope, options
from dashboards.store import Snapshot


def view(snapshot: Snapshot) -> None:
    """Draw the view."""
    ledger = Ledger(snapshot, default_scope(options(snapshot)))
    draw(health.content(ledger, now=datetime.now(UTC)))
