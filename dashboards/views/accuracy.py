"""The view Accuracy."""

from __future__ import annotations

from dashboards import filters
from dashboards.content import accuracy
from dashboards.drawing.browser import draw
from dashboards.ledger import ALL, Ledger, default_scope, options
from dashboards.store import Snapshot


def view(snapshot: Snapshot) -> None:
    """Draw the view."""
    kinds = sorted(set(snapshot.table("answerability").get_column("kind").to_list()))
    kind = filters.choose("kind", (ALL, *kinds), default=ALL) if kinds else ALL
    draw(accuracy.content(Ledger(snapshot, default_scope(options(snapshot))), kind=kind))
