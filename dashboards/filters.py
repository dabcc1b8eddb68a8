"""The filters of a view, kept in the address: a view can be sent as a link."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboards.ledger import ALL, Ledger, Options, Scope, default_scope, options
from dashboards.ledger.scope import RECORDED, WINDOWS
from dashboards.store import Snapshot


def ledger(snapshot: Snapshot, *names: str) -> Ledger:
    """The ledger of what the reader has chosen, of those filters that the view has.

    ``names``: traffic, publication, days, auth, family, kind.
    """
    return Ledger(snapshot, scope(options(snapshot), names))


def scope(choices: Options, names: Sequence[str]) -> Scope:
    """Draw the filters, and what they come to in words."""
    default = default_scope(choices)
    with st.container(horizontal=True, gap="small"):
        traffic = default.traffic
        if "traffic" in names and len(choices.traffic) > 1:
            traffic = choose("traffic", choices.traffic, default=traffic)
        publication = choices.last_pass if traffic == RECORDED else ALL
        if "publication" in names and len(choices.publications[traffic]) > 1:
            publication = choose("publication", choices.publications[traffic], default=publication)
        days = choose("days", WINDOWS, default=ALL) if "days" in names else ALL
        auth, family, kind = (
            choose(name, (ALL, *there), default=ALL) if name in names else ALL
            for name, there in (
                ("auth", choices.auth),
                ("family", choices.families),
                ("kind", choices.kinds),
            )
        )
    return Scope(traffic, publication, days, auth, family, kind, choices.newest.get(traffic))


_LABELS = {"auth": "auth mode", "family": "model family", "days": "last days"}


def choose(name: str, values: Sequence[str], *, default: str) -> str:
    """One filter: its choice stands in the address under ``name`` where it is not the default."""
    return st.selectbox(
        _LABELS.get(name, name).capitalize(),
        values,
        index=values.index(default) if default in values else 0,
        key=name,
        bind="query-params",
        persist_state="session",
        width=166,
    )
