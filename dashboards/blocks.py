"""What a page says, before it is drawn: blocks that the browser and the report draw alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

import polars as pl


class Form(Enum):
    """How a number is written."""

    COUNT = "count"
    PERCENT = "percent"
    DOLLARS = "dollars"
    PRICE = "price"
    P = "p"
    MS = "ms"
    BYTES = "bytes"
    TEXT = "text"
    LONG = "long"
    """Text of a sentence or more."""


@dataclass(frozen=True, slots=True)
class Source:
    """What every figure carries: the tables it is from, its window, unit and sample."""

    tables: str
    window: str
    unit: str
    sample: str

    def __str__(self) -> str:
        return (
            f"Source: {self.tables} · window: {self.window} · unit: {self.unit} · "
            f"sample: {self.sample}"
        )


@dataclass(frozen=True, slots=True)
class Heading:
    """The title of a section."""

    text: str


@dataclass(frozen=True, slots=True)
class Prose:
    """Sentences in Markdown; ``large`` for the one that a newcomer is to read first."""

    text: str
    large: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """Something that is missing or wrong, and what to do; ``warning`` for what is wrong."""

    text: str
    warning: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    """One large number with what it is; None is unknown."""

    label: str
    value: float | None
    form: Form
    below: str
    """Interval, n, or why it is unknown: never empty."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Large numbers side by side."""

    figures: tuple[Figure, ...]
    source: Source


@dataclass(frozen=True, slots=True)
class Column:
    """How a column of a table is headed and written."""

    label: str
    form: Form = Form.TEXT


@dataclass(frozen=True, slots=True)
class Table:
    """Rows with the columns to show; ``export`` names the files that they may be saved as."""

    rows: pl.DataFrame
    columns: Mapping[str, Column]
    source: Source
    export: str = ""


@dataclass(frozen=True, slots=True)
class Code:
    """Text as it is: a command or a piece of a file."""

    text: str


@dataclass(frozen=True, slots=True)
class Download:
    """A file to be saved."""

    label: str
    name: str
    content: str


@dataclass(frozen=True, slots=True)
class Beside:
    """Two texts to be held against one another."""

    titles: tuple[str, str]
    texts: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Details:
    """Blocks that are opened on demand."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """A bar of a waterfall: an amount that is added, or, with ``total``, what has come together.

    An amount that is not ``known`` is 0 and is said to be unknown.
    """

    label: str
    amount: float
    total: bool = False
    known: bool = True


@dataclass(frozen=True, slots=True)
class Waterfall:
    """From a first total over what is taken off to a last one."""

    title: str
    steps: tuple[Step, ...]
    form: Form
    source: Source


@dataclass(frozen=True, slots=True)
class Bars:
    """An amount a day, or a step of days: columns ``day`` and ``value``."""

    title: str
    rows: pl.DataFrame
    form: Form
    source: Source


@dataclass(frozen=True, slots=True)
class Trend:
    """A share over time with its interval: ``day``, ``share``, ``low``, ``high``, conversations."""

    title: str
    rows: pl.DataFrame
    source: Source


@dataclass(frozen=True, slots=True)
class Intervals:
    """Shares with intervals, one a row: ``name``, ``share``, ``low``, ``high``, ``n``."""

    title: str
    rows: pl.DataFrame
    source: Source


@dataclass(frozen=True, slots=True)
class Histogram:
    """How many of something lie where: ``low``, ``high`` (shares) and ``count``."""

    title: str
    rows: pl.DataFrame
    unit: str
    source: Source


@dataclass(frozen=True, slots=True)
class Front:
    """Points of treatments, a panel a data set.

    Columns: ``dataset``, ``treatment``, ``profile``, ``saved``, ``share``, ``low``, ``high``,
    ``solvable``, ``solved``.
    """

    title: str
    rows: pl.DataFrame
    source: Source


@dataclass(frozen=True, slots=True)
class Pair:
    """Two blocks side by side where there is room."""

    left: Block
    right: Block


Chart = Waterfall | Bars | Trend | Intervals | Histogram | Front
Block = (
    Heading
    | Prose
    | Note
    | Figures
    | Table
    | Code
    | Download
    | Beside
    | Details
    | Pair
    | Waterfall
    | Bars
    | Trend
    | Intervals
    | Histogram
    | Front
)
Blocks = Sequence[Block]


@dataclass(frozen=True, slots=True)
class Page:
    """A view's title and what it says."""

    title: str
    blocks: tuple[Block, ...] = field(default=())
