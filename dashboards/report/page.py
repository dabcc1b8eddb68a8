"""Pages of blocks as one HTML file: charts as SVG, no script, no request."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date
from html import escape

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from dashboards import blocks, numbers
from dashboards.blocks import Column, Form, Page
from dashboards.drawing.svg import svg

MOST_ROWS = 100
"""Rows of a table that stand in the file; the others are counted."""

_WRITE: dict[Form, Callable[[float], str]] = {
    Form.COUNT: numbers.count,
    Form.PERCENT: numbers.percent,
    Form.DOLLARS: numbers.dollars,
    Form.PRICE: lambda value: numbers.decimal(value, 3),
    Form.P: numbers.small,
    Form.MS: lambda value: numbers.decimal(value, 2),
}


def page(pages: Sequence[Page], *, title: str, about: str) -> str:
    """The file: a section a page; ``about`` says what it was made from."""
    environment = Environment(
        loader=PackageLoader("dashboards.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template("report.html").render(
        pages=pages,
        title=title,
        about=about,
        kind=lambda block: type(block).__name__,
        chart=lambda block: Markup(svg(block)),  # noqa: S704 - numbers and escaped names
        prose=prose,
        figure=figure,
        cell=cell,
        is_number=lambda column: column.form in _WRITE,
        is_chart=lambda block: isinstance(block, blocks.Chart),
        most=MOST_ROWS,
    )


def prose(text: str) -> Markup:
    """The little Markdown that blocks use: strong, code, lists and paragraphs; all else escaped."""
    parts = []
    for part in text.split("\n\n"):
        lines = part.split("\n")
        if all(line.startswith("- ") for line in lines):
            parts.append(f"<ul>{''.join(f'<li>{_inline(line[2:])}</li>' for line in lines)}</ul>")
        else:
            parts.append(f"<p>{_inline(part)}</p>")
    return Markup("".join(parts))  # noqa: S704 - escaped in _inline


def figure(block: blocks.Figure) -> str:
    """The number of a card."""
    if block.value is None:
        return numbers.UNKNOWN
    return _WRITE[block.form](block.value) if block.form in _WRITE else f"{block.value:g}"


def cell(value: object, column: Column) -> str:
    """A cell; what is not known is empty."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if column.form in _WRITE and isinstance(value, int | float):
        return _WRITE[column.form](value)
    return value.isoformat() if isinstance(value, date) else str(value)


def _inline(text: str) -> str:
    safe = escape(text)
    safe = re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", safe)
    return re.sub(r"`(.+?)`", r"<code>\1</code>", safe)
