"""Charts as SVG, for a page that stands alone: no script, no request. Colours are classes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import date
from html import escape

from dashboards import blocks, numbers
from dashboards.blocks import Form
from dashboards.drawing.charts import levels

_WIDTH, _HEIGHT = 640, 240
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 14, 22, 30
_ROW = 26
_PANEL = 300


def svg(block: blocks.Chart) -> str:
    """The block as one SVG, or several side by side."""
    match block:
        case blocks.Waterfall():
            return _waterfall(block)
        case blocks.Bars():
            return _bars(block)
        case blocks.Trend():
            return _trend(block)
        case blocks.Intervals():
            return _intervals(block)
        case blocks.Histogram():
            return _histogram(block)
        case blocks.Front():
            return _front(block)


class _Scale:
    """From values to places; the ends are widened to what covers all values."""

    def __init__(self, values: Sequence[float], low: float, high: float, *, zero: bool) -> None:
        ends = [*values, 0.0] if zero else list(values)
        self.first, self.last = min(ends, default=0.0), max(ends, default=1.0)
        if self.first == self.last:
            self.last = self.first + 1
        self.low, self.high = low, high

    def __call__(self, value: float) -> float:
        share = (value - self.first) / (self.last - self.first)
        return self.low + share * (self.high - self.low)

    def ticks(self, count: int = 4) -> list[float]:
        """Round values between the ends, about ``count`` of them."""
        least = (self.last - self.first) / count
        power = 10 ** math.floor(math.log10(least))
        step = next(power * n for n in (1, 2, 2.5, 5, 10) if power * n >= least)
        first, last = math.ceil(self.first / step), math.floor(self.last / step + 1e-9)
        return [step * n for n in range(first, last + 1)]


def _write(form: Form, value: float) -> str:
    match form:
        case Form.PERCENT:
            return numbers.percent(value, 0)
        case Form.DOLLARS:
            return numbers.dollars(value)
        case _:
            return numbers.count(value)


def _canvas(title: str, marks: Iterator[str], *, width: int = _WIDTH, height: int = _HEIGHT) -> str:
    return (
        f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="{escape(title)}" '
        f'style="max-width:{width}px">{"".join(marks)}</svg>'
    )


def _text(x: float, y: float, text: str, anchor: str = "middle") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _line(kind: str, x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def _rect(kind: str, x: float, y: float, width: float, height: float, said: str) -> str:
    return (
        f'<rect class="{kind}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" '
        f'height="{max(height, 0.8):.1f}"><title>{escape(said)}</title></rect>'
    )


def _grid(y: _Scale, form: Form, *, width: int = _WIDTH) -> Iterator[str]:
    for tick in y.ticks():
        yield _line("grid", _LEFT, y(tick), width - _RIGHT, y(tick))
        yield _text(_LEFT - 6, y(tick) + 3, _write(form, tick), "end")


def _upright(values: Sequence[float], *, zero: bool = True, height: int = _HEIGHT) -> _Scale:
    return _Scale(values, height - _BOTTOM, _TOP, zero=zero)


def _waterfall(block: blocks.Waterfall) -> str:
    rows = levels(block)
    ends = [float(str(row[name])) for row in rows for name in ("start", "end")]
    y = _upright(ends)
    step = (_WIDTH - _LEFT - _RIGHT) / len(rows)
    kinds = {"total": "a", "taken off": "b", "added": "c"}

    def marks() -> Iterator[str]:
        yield from _grid(y, block.form)
        for n, row in enumerate(rows):
            start, end = float(str(row["start"])), float(str(row["end"]))
            x, top = _LEFT + n * step, min(y(start), y(end))
            said = str(row["said"])
            yield _rect(
                kinds[str(row["what"])], x + step * 0.2, top, step * 0.6,
                abs(y(start) - y(end)), f"{row['step']}: {said}",
            )  # fmt: skip
            yield _text(x + step / 2, top - 5, said)
            yield _text(x + step / 2, _HEIGHT - 10, str(row["step"]))

    return _canvas(block.title, marks())


def _bars(block: blocks.Bars) -> str:
    rows = block.rows.to_dicts()
    y = _upright([row["value"] for row in rows])
    step = (_WIDTH - _LEFT - _RIGHT) / max(1, len(rows))

    def marks() -> Iterator[str]:
        yield from _grid(y, block.form)
        for n, row in enumerate(rows):
            value, x = row["value"], _LEFT + n * step
            said = f"{row['day']}: {_write(block.form, value)}"
            kind = "a" if value >= 0 else "b"
            top = min(y(0), y(value))
            yield _rect(kind, x + step * 0.15, top, step * 0.7, abs(y(0) - y(value)), said)
        yield from _days([row["day"] for row in rows], [_LEFT + (n + 0.5) * step for n in _n(rows)])

    return _canvas(block.title, marks())


def _trend(block: blocks.Trend) -> str:
    rows = block.rows.to_dicts()
    bounds = [row[name] for row in rows for name in ("low", "share", "high")]
    y = _upright([each for each in bounds if each is not None], zero=False)
    step = (_WIDTH - _LEFT - _RIGHT) / max(1, len(rows))
    at = [_LEFT + (n + 0.5) * step for n in _n(rows)]

    def marks() -> Iterator[str]:
        yield from _grid(y, Form.PERCENT)
        points = " ".join(f"{x:.1f},{y(row['share']):.1f}" for x, row in zip(at, rows, strict=True))
        yield f'<polyline class="line" points="{points}"/>'
        for x, row in zip(at, rows, strict=True):
            if row["low"] is not None:
                yield _line("bound", x, y(row["low"]), x, y(row["high"]))
            said = (
                f"{row['day']}: {numbers.percent(row['share'])}, "
                f"{numbers.interval(row['low'], row['high'], 0.95)}, n = {row['conversations']}"
            )
            yield _dot("a", x, y(row["share"]), said)
        yield from _days([row["day"] for row in rows], at)

    return _canvas(block.title, marks())


def _intervals(block: blocks.Intervals) -> str:
    rows = block.rows.to_dicts()
    bounds = [row[name] for row in rows for name in ("low", "share", "high")]
    left = 150
    x = _Scale([each for each in bounds if each is not None], left, _WIDTH - 40, zero=True)
    height = _ROW * len(rows) + 40

    def marks() -> Iterator[str]:
        for tick in x.ticks():
            yield _line("grid", x(tick), 8, x(tick), height - 24)
            yield _text(x(tick), height - 8, numbers.percent(tick, 0))
        for n, row in enumerate(rows):
            y = 18 + n * _ROW
            yield _text(left - 10, y + 4, str(row["name"]), "end")
            if row["low"] is not None:
                yield _line("bound", x(row["low"]), y, x(row["high"]), y)
            if row["share"] is not None:
                said = (
                    f"{row['name']}: {numbers.percent(row['share'])}, "
                    f"{numbers.interval(row['low'], row['high'], 0.95)}, n = {row['n']}"
                )
                yield _dot("a", x(row["share"]), y, said)

    return _canvas(block.title, marks(), height=height)


def _histogram(block: blocks.Histogram) -> str:
    rows = block.rows.to_dicts()
    y = _upright([row["count"] for row in rows])
    x = _Scale(
        [row[name] for row in rows for name in ("low", "high")], _LEFT, _WIDTH - _RIGHT, zero=False
    )

    def marks() -> Iterator[str]:
        yield from _grid(y, Form.COUNT)
        for row in rows:
            said = (
                f"{numbers.percent(row['low'], 0)} to {numbers.percent(row['high'], 0)}: "
                f"{numbers.count(row['count'])} {block.unit}"
            )
            kind, width = ("a" if row["low"] >= 0 else "b"), x(row["high"]) - x(row["low"])
            yield _rect(
                kind, x(row["low"]), y(row["count"]), width - 1, y(0) - y(row["count"]), said
            )
        for row in rows[:: max(1, len(rows) // 8)]:
            yield _text(x(row["low"]), _HEIGHT - 10, numbers.percent(row["low"], 0))

    return _canvas(block.title, marks())


def _front(block: blocks.Front) -> str:
    datasets = block.rows.get_column("dataset").unique().sort().to_list()
    x = _Scale([0.0, 1.0], 48, _PANEL - 12, zero=True)
    y = _Scale([0.0, 1.0], 180, 24, zero=True)

    def panel(dataset: str) -> Iterator[str]:
        yield _text(_PANEL / 2, 12, dataset)
        for tick in x.ticks():
            yield _line("grid", 48, y(tick), _PANEL - 12, y(tick))
            yield _text(42, y(tick) + 3, numbers.percent(tick, 0), "end")
            yield _text(x(tick), 196, numbers.percent(tick, 0))
        yield _text(_PANEL / 2, 212, "tokens saved")
        for row in block.rows.to_dicts():
            if row["dataset"] == dataset:
                at = x(max(0.0, row["saved"]))
                yield _line("bound", at, y(row["low"]), at, y(row["high"]))
                said = (
                    f"{row['profile']} ({row['treatment']}): {numbers.percent(row['share'], 2)} of "
                    f"{row['solvable']}, saves {numbers.percent(row['saved'])}"
                )
                kind = {"profile": "a"}.get(row["treatment"], "b")
                yield _dot(kind, at, y(row["share"]), said, hollow=kind == "b")

    drawn = (
        _canvas(f"{block.title}: {each}", panel(each), width=_PANEL, height=220)
        for each in datasets
    )
    return f'<div class="panels">{"".join(drawn)}</div>'


def _dot(kind: str, x: float, y: float, said: str, *, hollow: bool = False) -> str:
    shape = (
        f'<rect class="{kind} hollow" x="{x - 3:.1f}" y="{y - 3:.1f}" width="6" height="6">'
        if hollow
        else f'<circle class="{kind}" cx="{x:.1f}" cy="{y:.1f}" r="4">'
    )
    return f"{shape}<title>{escape(said)}</title></{'rect' if hollow else 'circle'}>"


def _days(days: Sequence[date], at: Sequence[float]) -> Iterator[str]:
    for day, x in list(zip(days, at, strict=True))[:: max(1, len(days) // 6)]:
        yield _text(x, _HEIGHT - 10, f"{day:%b %d}")


def _n(rows: Sequence[object]) -> range:
    return range(len(rows))
