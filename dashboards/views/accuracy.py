"""Accuracy: answerability against tokens saved, the certificates, and the controls."""

from __future__ import annotations

import altair as alt
import polars as pl
import streamlit as st

from dashboards import words
from dashboards.store import Snapshot

_COLOURS = ["#0072B2", "#D55E00", "#999999", "#009E73", "#CC79A7"]

_TREATMENTS = {
    "profile": "profile",
    "random_deletion": "control: random deletion at the same ratio",
    "truncation": "control: truncation at the same ratio",
}


def view(snapshot: Snapshot) -> None:
    """Draw the view."""
    st.title("Accuracy")
    model = snapshot.table("model_accuracy")
    measured = words.ANSWERABILITY.capitalize()
    if model.is_empty():
        measured = f"{measured}; {words.NONE_RECORDED}"
    st.markdown(f"**{measured}.** {words.CERTIFICATE}")
    answers = snapshot.table("answerability")
    if answers.is_empty():
        st.info("No replays have been run yet. Run `toin replay` or `toin run`.")
    else:
        _front(answers)
        _certificates(snapshot.table("certificates"))
        _table(answers)
    if not model.is_empty():
        _model(model)


def front(answers: pl.DataFrame) -> pl.DataFrame:
    """The certify part as points: share of the solvable items still solved, tokens saved."""
    return (
        answers.filter((pl.col("split") == "certify") & (pl.col("tokens_before") > 0))
        .with_columns(
            saved=1 - pl.col("tokens_after") / pl.col("tokens_before"),
            treatment=pl.col("treatment").replace(_TREATMENTS),
        )
        .sort(["kind", "dataset", "rung", "treatment"])
    )


def _front(answers: pl.DataFrame) -> None:
    points = front(answers)
    others = set(points.get_column("treatment")) - set(_TREATMENTS.values())
    treatments = [*_TREATMENTS.values(), *sorted(others)]
    for kind in points.get_column("kind").unique().sort().to_list():
        here = points.filter(pl.col("kind") == kind)
        base = alt.Chart(here).encode(
            x=alt.X("saved:Q", title="tokens saved", axis=alt.Axis(format="%")),
            tooltip=[
                "dataset",
                "profile",
                "treatment",
                "solvable",
                "solved",
                alt.Tooltip("share", format=".2%"),
                alt.Tooltip("low", format=".2%"),
                alt.Tooltip("high", format=".2%"),
                alt.Tooltip("saved", format=".1%"),
            ],
        )
        dots = base.mark_point(filled=True, size=80).encode(
            y=alt.Y(
                "share:Q",
                title="still answerable",
                axis=alt.Axis(format="%"),
                scale=alt.Scale(domain=[0, 1]),
            ),
            color=alt.Color(
                "treatment:N",
                title=None,
                legend=alt.Legend(orient="top", labelLimit=400),
                sort=treatments,
                scale=alt.Scale(domain=treatments, range=_COLOURS[: len(treatments)]),
            ),
            shape=alt.Shape("treatment:N", title=None, sort=treatments),
        )
        bars = base.mark_rule(opacity=0.5).encode(y=alt.Y("low:Q"), y2="high:Q")
        st.subheader(f"{kind}: still answerable, against tokens saved")
        st.altair_chart(
            (bars + dots)
            .properties(width=260, height=240)
            .facet(column=alt.Column("dataset:N", title=None))
        )
    smallest = points.get_column("solvable").min()
    st.caption(
        "Certify part. Each point: of the items solved uncompressed, the share solved on what a "
        "profile left, with its Clopper-Pearson interval at 95 %; n (solvable) in the tooltip, "
        f"{words.count(float(str(smallest)))} at least."
    )


def _certificates(rows: pl.DataFrame) -> None:
    st.subheader("Certificates")
    if rows.is_empty():
        st.info("No profile has been tested. Run `toin replay`.")
        return
    for name in rows.get_column("status").unique().sort().to_list():
        st.caption(f"Status {words.status(name)}.")
    st.dataframe(
        rows.sort(["kind", "rung", "dataset"]).select(
            "kind",
            "profile",
            "dataset",
            "n",
            "harms",
            "epsilon",
            "p",
            "threshold",
            "certified",
            "solvable",
            "kinds",
            "block",
            "version",
            "status",
        ),
        hide_index=True,
        column_config={
            "solvable": st.column_config.NumberColumn("solvable uncompressed", format="percent"),
            "epsilon": st.column_config.NumberColumn(format="percent"),
            "p": st.column_config.NumberColumn(format="%.6f"),
            "threshold": st.column_config.NumberColumn("p has to reach", format="%.6f"),
        },
    )
    st.caption(
        "p = P(Bin(n, epsilon) <= harms); anyone can compute it again from the row. A profile is "
        "certified when its largest p over its data sets is at or under the threshold, and every "
        "milder rung was."
    )


def _model(rows: pl.DataFrame) -> None:
    st.subheader("Model accuracy")
    st.caption(words.MODEL_ACCURACY)
    shares = {
        "right without": "right_without",
        "right with": "right_with",
        "unreadable without": "unreadable_without",
        "unreadable with": "unreadable_with",
    }
    st.dataframe(
        rows.sort(["model", "dataset", "kind", "rung", "treatment"]).select(
            "model",
            "dataset",
            "kind",
            "profile",
            "treatment",
            pl.col("items").alias("n"),
            *(
                pl.when(pl.col("items") > 0).then(pl.col(name) / pl.col("items")).alias(shown)
                for shown, name in shares.items()
            ),
            "lost",
            "won",
            "loss",
            "epsilon",
            "p",
            "missing",
            "split",
            "engine",
        ),
        hide_index=True,
        column_config={
            **{shown: st.column_config.NumberColumn(format="percent") for shown in shares},
            "loss": st.column_config.NumberColumn("mean loss", format="percent"),
            "epsilon": st.column_config.NumberColumn(format="percent"),
            "p": st.column_config.NumberColumn(format="%.6f"),
        },
    )


def _table(answers: pl.DataFrame) -> None:
    with st.expander("All figures, learn part and controls included"):
        st.dataframe(
            answers.sort(["kind", "dataset", "rung", "treatment", "split"]), hide_index=True
        )
