"""Other tools' histories beside the figures, under a heading of their own and in no total."""

from __future__ import annotations

import polars as pl
import streamlit as st

from dashboards import words
from dashboards.store import Snapshot

_TABLES = {
    "imported_slices": "Slices, the most compressed first: where to look first.",
    "imported_filters": "Filters, by how often an agent went back for what they had cut.",
}


def imported(snapshot: Snapshot) -> None:
    """Draw the section; nothing where no history was taken in."""
    uses = by_source(snapshot.table("imported"))
    tables = {name: snapshot.table(name) for name in _TABLES}
    if uses.is_empty() and all(table.is_empty() for table in tables.values()):
        return
    st.subheader("What other tools report")
    st.caption(words.IMPORTED)
    if not uses.is_empty():
        st.dataframe(uses, hide_index=True)
    for name, table in tables.items():
        if not table.is_empty():
            st.caption(_TABLES[name])
            st.dataframe(table, hide_index=True)


def by_source(uses: pl.DataFrame) -> pl.DataFrame:
    """Sums of each source and model family; savings are negative where the text grew."""
    return (
        uses.group_by("source", "model_family")
        .agg(
            pl.col("day").min().alias("from"),
            pl.col("day").max().alias("to"),
            pl.col("uses", "tokens_before", "tokens_after").sum(),
        )
        .with_columns((pl.col("tokens_before") - pl.col("tokens_after")).alias("tokens_saved"))
        .sort("source", "model_family")
    )
