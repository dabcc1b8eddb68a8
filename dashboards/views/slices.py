"""The view Slices: a table to search in, and the slice that is open."""

from __future__ import annotations

import streamlit as st

from dashboards import filters
from dashboards.content import slices
from dashboards.drawing.browser import draw
from dashboards.ledger import Ledger
from dashboards.ledger.slices import KEY, Slice
from dashboards.store import Snapshot

_OFFERED = 200
"""Slices that the list to choose from holds: those that the search found first."""


def view(snapshot: Snapshot) -> None:
    """Draw the view."""
    ledger = filters.ledger(snapshot, "traffic", "auth", "family", "kind")
    search = st.text_input(
        "Search",
        key="search",
        bind="query-params",
        placeholder="a part of a hash, a kind, a profile, a reason, or a whole slice",
    )
    draw(slices.content(ledger, search=search))
    of = _opened(ledger, search)
    if of is not None:
        draw(slices.one(ledger, of), at="one")


def _opened(ledger: Ledger, search: str) -> Slice | None:
    rows = slices.found(ledger, search).select(KEY).unique(maintain_order=True).head(_OFFERED)
    keys = [Slice(*row) for row in rows.iter_rows()]
    if not keys:
        if not ledger.snapshot.table("slices").is_empty():
            st.info("No slice is found; search for less, or widen the filters.")
        return None
    names = {key.name: key for key in keys}
    name = st.selectbox("Slice", list(names), key="slice", bind="query-params")
    return names[name]
