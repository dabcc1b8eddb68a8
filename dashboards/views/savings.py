"""Savings: what the acting profiles saved, net, with interval and sample, and why they act."""

from __future__ import annotations

import altair as alt
import polars as pl
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from dashboards import words
from dashboards.store import Snapshot
from dashboards.views._imported import imported

_BEFORE, _AFTER, _RETURNED = "before", "after", "brought back"


def view(snapshot: Snapshot) -> None:
    """Draw the view."""
    st.title("Savings")
    net = snapshot.table("net")
    publications = snapshot.table("publications")
    last = last_pass(net, publications)
    if last is None:
        st.info(
            "No traffic has been seen yet, so nothing was saved and nothing can be said. "
            "Run `toin run`, or ingest segments with `toin ingest PATH`."
        )
        imported(snapshot)
        return
    _headline(net.filter((pl.col("publication") == last) & (pl.col("scope") == "all")), last)
    _passes(net, last)
    _by_kind_and_slice(net, snapshot.table("decisions"), last)
    _by_day(snapshot.table("savings").filter(pl.col("publication") == last))
    _decisions(snapshot.table("decisions"))
    imported(snapshot)


def last_pass(net: pl.DataFrame, publications: pl.DataFrame) -> str | None:
    """The publication under which the last pass of traffic ran ('' for none), or None.

    The current publication if traffic has run under it; else the one with the newest
    watermark that traffic ran under.
    """
    seen = set(net.get_column("publication").to_list())
    order = publications.sort(["current", "watermark"], descending=True, nulls_last=True)
    for full in order.get_column("id").to_list():
        short = short_id(full)
        if short in seen:
            return short
    return min(seen, default=None)


def short_id(publication: str) -> str:
    """A publication's id as events carry it: its first 16 hex digits."""
    return publication.removeprefix("sha256:")[:16]


def _headline(total: pl.DataFrame, publication: str) -> None:
    row = total.row(0, named=True)
    under = f"publication {publication}" if publication else "the package's defaults"
    cells = st.columns(5)
    cells[0].metric("Net savings", words.percent(row["net"]))
    cells[1].metric("Conversations", words.count(row["conversations"]))
    cells[2].metric("Tokens before", words.count(row["tokens_before"]))
    cells[3].metric("Tokens after", words.count(row["tokens_after"]))
    cells[4].metric("Brought back", words.count(row["tokens_returned"]))
    st.caption(
        f"Acting arms of the last pass, under {under}. "
        f"Interval {words.interval(row['low'], row['high'], row['level'])}, "
        f"n = {words.count(row['conversations'])} conversations. {words.NET} "
        "Share of the tool results that passed the engine, not of the whole bill."
    )


def _passes(net: pl.DataFrame, last: str) -> None:
    totals = net.filter(pl.col("scope") == "all").sort("publication")
    if totals.height < 2:
        return
    st.subheader("The same traffic, pass by pass")
    shown = totals.with_columns(
        pl.when(pl.col("publication") == last)
        .then(pl.lit("last pass"))
        .otherwise(pl.lit("earlier pass"))
        .alias("pass")
    ).select(
        "pass",
        "publication",
        "conversations",
        "tokens_before",
        "tokens_after",
        "tokens_returned",
        "net",
        "low",
        "high",
    )
    st.dataframe(shown, hide_index=True, column_config=_columns())
    st.caption("Passes are shown side by side; they are not a randomised trial.")


def _by_kind_and_slice(net: pl.DataFrame, decisions: pl.DataFrame, last: str) -> None:
    st.subheader("Where it was saved")
    here = net.filter(pl.col("publication") == last)
    left, right = st.columns(2)
    left.altair_chart(_intervals(here.filter(pl.col("scope") == "kind")))
    right.altair_chart(_intervals(here.filter(pl.col("scope") == "slice")))
    st.caption(
        "Net savings with interval, by kind and by slice; n conversations in the tooltip. "
        f"{decisions.height} slices have a decision."
    )


def _intervals(rows: pl.DataFrame) -> alt.LayerChart | alt.FacetChart:
    shown = (
        rows.sort("tokens_before", descending=True)
        .head(20)
        .with_columns(pl.col("key").map_elements(words.short_key, return_dtype=pl.String))
    )
    base = alt.Chart(shown).encode(
        y=alt.Y("key:N", title=None, sort=None, axis=alt.Axis(labelLimit=260)),
        tooltip=[
            "key",
            "conversations",
            "tokens_before",
            "tokens_after",
            "tokens_returned",
            alt.Tooltip("net", format=".1%"),
            alt.Tooltip("low", format=".1%"),
            alt.Tooltip("high", format=".1%"),
        ],
    )
    points = base.mark_point(filled=True, size=70).encode(
        x=alt.X("net:Q", title="net savings", axis=alt.Axis(format="%"))
    )
    bars = base.mark_rule().encode(x=alt.X("low:Q"), x2="high:Q")
    return alt.layer(bars, points)


def by_day(cube: pl.DataFrame) -> pl.DataFrame:
    """Tokens of the acting arms by day: before, after, brought back."""
    return (
        cube.filter(pl.col("arm") != "trial")
        .group_by("day")
        .agg(
            pl.col("tokens_before").sum().alias(_BEFORE),
            pl.col("tokens_after").sum().alias(_AFTER),
            pl.col("tokens_returned").sum().alias(_RETURNED),
        )
        .sort("day")
    )


def _by_day(cube: pl.DataFrame) -> None:
    totals = by_day(cube)
    if totals.is_empty():
        return
    st.subheader("Day by day")
    days = totals.unpivot(index="day", variable_name="tokens", value_name="count")
    st.altair_chart(
        alt.Chart(days)
        .mark_line(point=True)
        .encode(
            x=alt.X("day:T", title="day of the event (UTC)"),
            y=alt.Y("count:Q", title="tokens (estimate)"),
            color=alt.Color(
                "tokens:N",
                sort=[_BEFORE, _AFTER, _RETURNED],
                scale=alt.Scale(range=["#0072B2", "#E69F00", "#CC79A7"]),
            ),
            strokeDash="tokens:N",
        )
    )
    st.caption(
        "Recorded traffic carries days derived from the pepper, not days on a calendar."
        if cube.get_column("origin").unique().to_list() == ["recorded"]
        else "By the day of the event."
    )


def _decisions(decisions: pl.DataFrame) -> None:
    st.subheader("What acts from the next start on, and why")
    if decisions.is_empty():
        st.info("No slice has evidence yet: every slice gets the default of its kind.")
        return
    shown = decisions.sort(["published", "conversations"], descending=True).select(
        "kind",
        "auth_mode",
        "model_family",
        "structure_hash",
        "incumbent",
        "profile",
        "published",
        "reason",
        "because",
        "conversations",
        "instances",
        "net_low",
        "net_high",
        "regret_low",
        "regret_high",
    )
    st.dataframe(shown, hide_index=True, column_config=_columns())


def _columns() -> dict[str, ColumnConfig | str | None]:
    share = {
        name: st.column_config.NumberColumn(name.replace("_", " "), format="percent")
        for name in ("net", "low", "high", "net_low", "net_high", "regret_low", "regret_high")
    }
    counts = {
        name: st.column_config.NumberColumn(name.replace("_", " "), format="localized")
        for name in ("tokens_before", "tokens_after", "tokens_returned", "conversations")
    }
    return {**share, **counts, "because": st.column_config.TextColumn(width="large")}
