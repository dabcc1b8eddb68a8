"""Charts as Altair specifications: one function a block."""

from __future__ import annotations

from typing import Any

import altair as alt
import polars as pl
from altair.utils.schemapi import debug_mode

from dashboards import blocks, numbers
from dashboards.blocks import Form
from dashboards.drawing.colours import BLUE, GREEN, ORANGE, SKY, TREATMENTS, VERMILION
from dashboards.ledger.accuracy import TREATMENTS as NAMED

_AXIS = {Form.COUNT: "~s", Form.DOLLARS: "$~s", Form.PERCENT: "~%"}
_CENTS = "$,.2f"
_FULL = {Form.COUNT: ",.0f", Form.DOLLARS: "$,.2f", Form.PERCENT: ".1%"}
_PANEL, _ALONE = 200, 400

Chart = Any
"""An Altair chart: its classes have no common type that says more."""


def specification(block: blocks.Chart) -> dict[str, Any]:
    """The block as Vega-Lite, not validated: that takes longer than all else, and tests do it."""
    with debug_mode(False):
        drawn: dict[str, Any] = chart(block).to_dict(validate=False)
    return drawn


def chart(block: blocks.Chart) -> Chart:
    """The block as a chart, with the reader's separators."""
    match block:
        case blocks.Waterfall():
            drawn = _waterfall(block)
        case blocks.Bars():
            drawn = _bars(block)
        case blocks.Trend():
            drawn = _trend(block)
        case blocks.Intervals():
            drawn = _intervals(block)
        case blocks.Histogram():
            drawn = _histogram(block)
        case blocks.Front():
            drawn = _front(block)
    here = numbers.separators()
    return drawn.configure(
        locale={
            "number": {
                "decimal": here.decimal,
                "thousands": here.thousands,
                "grouping": [3],
                "currency": ["$", ""],
            }
        }
    )


def levels(block: blocks.Waterfall) -> list[dict[str, object]]:
    """Each bar of a waterfall: its two ends, its amount in words, and what it is."""
    write = numbers.dollars if block.form is Form.DOLLARS else numbers.count
    rows: list[dict[str, object]] = []
    level = 0.0
    for step in block.steps:
        start = 0.0 if step.total else level
        level = step.amount if step.total else level + step.amount
        what = "total" if step.total else ("added" if step.amount > 0 else "taken off")
        said = write(step.amount) if step.known else numbers.UNKNOWN
        rows.append({"step": step.label, "start": start, "end": level, "said": said, "what": what})
    return rows


def _axis(form: Form, largest: float) -> alt.Axis:
    """Small amounts of money in cents: a thousandth would be written as a letter."""
    cents = form is Form.DOLLARS and largest < 1000
    return alt.Axis(format=_CENTS if cents else _AXIS[form])


def _largest(rows: pl.DataFrame) -> float:
    return float(str(rows["value"].abs().max() or 0))


def _waterfall(block: blocks.Waterfall) -> Chart:
    rows = levels(block)
    for row in rows:
        row["top"] = max(float(str(row["start"])), float(str(row["end"])))
    base = alt.Chart(pl.DataFrame(rows)).encode(
        x=alt.X("step:N", sort=None, title=None, axis=alt.Axis(labelAngle=0)),
        tooltip=[
            alt.Tooltip("step:N"),
            alt.Tooltip("said:N", title="amount"),
            alt.Tooltip("what:N"),
        ],
    )
    bars = base.mark_bar(size=44).encode(
        y=alt.Y(
            "start:Q",
            title=None,
            axis=_axis(block.form, max(abs(float(str(row["top"]))) for row in rows)),
        ),
        y2="end:Q",
        color=alt.Color(
            "what:N",
            legend=None,
            scale=alt.Scale(domain=["total", "taken off", "added"], range=[BLUE, VERMILION, GREEN]),
        ),
    )
    # Grey stands out on light and on dark.
    text = base.mark_text(dy=-7, color="#808080", fontWeight="bold").encode(y="top:Q", text="said")
    return (bars + text).properties(height=260)


def _bars(block: blocks.Bars) -> Chart:
    return (
        alt.Chart(block.rows)
        .mark_bar(color=BLUE)
        .encode(
            x=alt.X("day:T", title=None, axis=alt.Axis(format="%b %d", labelOverlap=True)),
            y=alt.Y("value:Q", title=None, axis=_axis(block.form, _largest(block.rows))),
            color=alt.condition("datum.value < 0", alt.value(VERMILION), alt.value(BLUE)),
            tooltip=[
                alt.Tooltip("day:T", format="%Y-%m-%d"),
                alt.Tooltip("value:Q", format=_FULL[block.form]),
            ],
        )
        .properties(height=220)
    )


def _trend(block: blocks.Trend) -> Chart:
    base = alt.Chart(block.rows).encode(
        x=alt.X("day:T", title=None, axis=alt.Axis(format="%b %d", labelOverlap=True)),
        tooltip=[
            alt.Tooltip("day:T", format="%Y-%m-%d"),
            alt.Tooltip("share:Q", format=".1%", title="net share"),
            alt.Tooltip("low:Q", format=".1%"),
            alt.Tooltip("high:Q", format=".1%"),
            alt.Tooltip("conversations:Q", format=","),
        ],
    )
    scale = alt.Scale(zero=False, nice=True)
    band = base.mark_area(opacity=0.25, color=SKY).encode(
        y=alt.Y("low:Q", title=None, axis=alt.Axis(format="~%"), scale=scale), y2="high:Q"
    )
    line = base.mark_line(color=BLUE, point=alt.OverlayMarkDef(color=BLUE)).encode(
        y=alt.Y("share:Q", title=None, axis=alt.Axis(format="~%"), scale=scale)
    )
    return (band + line).properties(height=220)


def _intervals(block: blocks.Intervals) -> Chart:
    base = alt.Chart(block.rows).encode(
        y=alt.Y("name:N", title=None, sort=None, axis=alt.Axis(labelLimit=220)),
        tooltip=[
            alt.Tooltip("name:N"),
            alt.Tooltip("share:Q", format=".1%", title="net share"),
            alt.Tooltip("low:Q", format=".1%"),
            alt.Tooltip("high:Q", format=".1%"),
            alt.Tooltip("n:Q", format=","),
        ],
    )
    zero = alt.Chart(pl.DataFrame({"at": [0.0]})).mark_rule(color=ORANGE, strokeDash=[4, 3])
    bars = base.mark_rule(color=SKY, strokeWidth=4).encode(
        x=alt.X("low:Q", title=None, axis=alt.Axis(format="~%")), x2="high:Q"
    )
    points = base.mark_point(filled=True, size=80, color=BLUE).encode(
        x=alt.X("share:Q", title=None, axis=alt.Axis(format="~%"))
    )
    return (zero.encode(x="at:Q") + bars + points).properties(
        height=max(90, 30 * block.rows.height + 30)
    )


def _histogram(block: blocks.Histogram) -> Chart:
    return (
        alt.Chart(block.rows)
        .mark_bar(stroke="white", strokeWidth=0.5)
        .encode(
            x=alt.X(
                "low:Q",
                title=None,
                bin="binned",
                axis=alt.Axis(format="~%", values=[n / 10 for n in range(-5, 11)]),
            ),
            x2="high:Q",
            y=alt.Y("count:Q", title=block.unit),
            color=alt.condition("datum.low < 0", alt.value(VERMILION), alt.value(BLUE)),
            tooltip=[
                alt.Tooltip("low:Q", format=".0%", title="from"),
                alt.Tooltip("high:Q", format=".0%", title="to"),
                alt.Tooltip("count:Q", format=",", title=block.unit),
            ],
        )
        .properties(height=220)
    )


def _front(block: blocks.Front) -> Chart:
    points = block.rows
    others = set(points.get_column("treatment")) - set(NAMED.values())
    treatments = [*NAMED.values(), *sorted(others)]
    base = alt.Chart(points).encode(
        x=alt.X("saved:Q", title="tokens saved", axis=alt.Axis(format="~%")),
        tooltip=[
            "dataset",
            "profile",
            "treatment",
            alt.Tooltip("solvable", title="n"),
            "solved",
            alt.Tooltip("share", format=".2%"),
            alt.Tooltip("low", format=".2%"),
            alt.Tooltip("high", format=".2%"),
            alt.Tooltip("saved", format=".1%"),
        ],
    )
    axis = alt.Y(
        "share:Q",
        title="still answerable",
        axis=alt.Axis(format="~%"),
        scale=alt.Scale(domain=[0, 1]),
    )
    colour = alt.Scale(domain=treatments, range=list(TREATMENTS[: len(treatments)]))
    dots = base.mark_point(filled=True, size=70).encode(
        y=axis,
        color=alt.Color(
            "treatment:N",
            title=None,
            sort=treatments,
            scale=colour,
            legend=alt.Legend(orient="top", labelLimit=400, columns=2),
        ),
        shape=alt.Shape("treatment:N", title=None, sort=treatments),
    )
    whiskers = base.mark_rule(opacity=0.5).encode(
        y=alt.Y("low:Q"), y2="high:Q", color=alt.Color("treatment:N", scale=colour)
    )
    return (
        (whiskers + dots)
        .properties(width=_ALONE if points["dataset"].n_unique() == 1 else _PANEL, height=220)
        .facet(column=alt.Column("dataset:N", title=None))
    )
