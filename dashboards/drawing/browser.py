"""Blocks in the browser, through Streamlit."""

from __future__ import annotations

import io
from collections.abc import Iterable

import polars as pl
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from dashboards import blocks, numbers
from dashboards.blocks import Block, Form
from dashboards.drawing.charts import specification

_CARDS = 5
"""Cards in a row, where there is room for several."""

_METRIC = {Form.PERCENT: "percent", Form.COUNT: "localized", Form.DOLLARS: "dollar"}


def draw(content: Iterable[Block], *, at: str = "") -> None:
    """Draw the blocks below one another; ``at`` tells the widgets of several calls apart."""
    for number, block in enumerate(content):
        _draw(block, f"{at}{number}")


def _draw(block: Block, at: str) -> None:
    match block:
        case blocks.Heading(text):
            st.subheader(text, divider="gray")
        case blocks.Prose(text, large):
            st.markdown(f"#### {_safe(text)}" if large else _safe(text))
        case blocks.Note(text, warning):
            (st.warning if warning else st.info)(text)
        case blocks.Figures():
            _figures(block)
        case blocks.Table():
            _table(block, at)
        case blocks.Code(text):
            st.code(text, language=None, wrap_lines=True)
        case blocks.Download(label, name, content):
            st.download_button(label, content, file_name=name, on_click="ignore", key=f"save{at}")
        case blocks.Beside(titles, texts):
            for cell, title, text in zip(st.columns(2), titles, texts, strict=True):
                cell.caption(title)
                cell.code(text, language=None, wrap_lines=True)
        case blocks.Details(title, inner):
            with st.expander(title):
                draw(inner, at=f"{at}.")
        case blocks.Pair(left, right):
            for cell, inner_block, side in zip(st.columns(2), (left, right), "lr", strict=True):
                with cell:
                    _draw(inner_block, f"{at}{side}")
        case _:
            st.markdown(f"**{block.title}**")
            st.vega_lite_chart(
                specification(block), alt=f"{block.title}. {block.source}", key=f"chart{at}"
            )
            st.caption(_safe(str(block.source)))


def _figures(block: blocks.Figures) -> None:
    cells = st.columns(_CARDS, gap="small")
    for cell, figure in zip(cells, block.figures, strict=False):
        with cell, st.container(border=True, height="stretch"):
            unknown = figure.value is None
            st.metric(
                figure.label,
                numbers.UNKNOWN if unknown else figure.value,
                format=None if unknown else _METRIC.get(figure.form),
            )
            st.caption(_safe(figure.below))
    st.caption(_safe(str(block.source)))


def _table(block: blocks.Table, at: str) -> None:
    columns = {
        name: st.column_config.DateColumn(column.label)
        if block.rows.schema[name] == pl.Date
        else _config(column)
        for name, column in block.columns.items()
    }
    shown = block.rows.select(list(block.columns))
    st.dataframe(
        shown, hide_index=True, column_config=columns, key=f"table{at}", alt=str(block.source)
    )
    st.caption(_safe(str(block.source)))
    if block.export:
        _export(shown, block.export, at)


def _export(rows: pl.DataFrame, name: str, at: str) -> None:
    """Buttons that make their files when they are pressed."""

    def parquet() -> bytes:
        buffer = io.BytesIO()
        rows.write_parquet(buffer)
        return buffer.getvalue()

    with st.container(horizontal=True, gap="small"):
        for kind, content in (("csv", rows.write_csv), ("parquet", parquet)):
            st.download_button(
                f"{kind.upper() if kind == 'csv' else 'Parquet'}",
                content,
                file_name=f"{name}.{kind}",
                on_click="ignore",
                icon=":material/download:",
                key=f"{name}.{kind}{at}",
                type="tertiary",
            )


def _config(column: blocks.Column) -> ColumnConfig | str:
    number, label = st.column_config.NumberColumn, column.label
    match column.form:
        case Form.COUNT:
            return number(label, format="localized")
        case Form.PERCENT:
            return number(label, format="percent")
        case Form.DOLLARS:
            return number(label, format="dollar")
        case Form.PRICE:
            return number(label, format="%.3f")
        case Form.P:
            return number(label, format="%.6f")
        case Form.MS:
            return number(label, format="%.2f")
        case Form.LONG:
            return st.column_config.TextColumn(label, width="large")
        case _:
            if label.startswith("in Dagster"):
                return st.column_config.LinkColumn(label, display_text="open")
            return label


def _safe(text: str) -> str:
    """Without Streamlit's formulas: two amounts of dollars would begin one."""
    return text.replace("$", "\\$")
