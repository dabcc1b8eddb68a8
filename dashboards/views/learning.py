"""The view Learning."""

from __future__ import annotations

from dashboards.content import learning
from dashboards.drawing.browser import draw
from dashboards.ledger import Ledger, default_scope, options
from dashboards.store import Snapshot


def view(snapshot: Snapshot) -> None:
    """Draw the view."""
    draw(learning.content(Ledger(snapshot, default_scope(options(snapshot)))))
