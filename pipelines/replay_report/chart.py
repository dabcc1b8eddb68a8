"""The front of one kind on one data set as an SVG: still solved, against tokens saved.

Drawn here since the page has to stand alone: no script, no request.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from pipelines.replay_report.contents import Point
from pipelines.replay_report.wording import TREATMENTS, percent, treatment

_WIDTH, _HEIGHT = 320, 210
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 22, 12, 34
_TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)


def front(dataset: str, points: Sequence[Point], controls: Sequence[Point]) -> str:
    """An SVG of the profiles' ``points``, joined in ladder order, and of the ``controls``.

    Every point has its exact interval as a bar, and its figures as a tooltip.
    """
    marks = [
        *_axes(),
        _line(points),
        *[mark for point in controls for mark in _mark(point)],
        *[mark for point in points for mark in _mark(point)],
    ]
    label = escape(f"{dataset}: share still solved, against tokens saved")
    return (
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{label}">'
        f"{''.join(marks)}</svg>"
    )


def _x(saved: float) -> float:
    return _LEFT + (_WIDTH - _LEFT - _RIGHT) * min(1.0, max(0.0, saved))


def _y(share: float) -> float:
    return _TOP + (_HEIGHT - _TOP - _BOTTOM) * (1 - share)


def _axes() -> Iterator[str]:
    for tick in _TICKS:
        y, x, said = _y(tick), _x(tick), percent(tick, digits=0)
        yield f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield f'<text x="{_LEFT - 6}" y="{y + 3:.1f}" text-anchor="end">{said}</text>'
        yield f'<text x="{x:.1f}" y="{_HEIGHT - 18}" text-anchor="middle">{said}</text>'
    yield f'<text x="{_x(0.5):.0f}" y="{_HEIGHT - 4}" text-anchor="middle">tokens saved</text>'


def _line(points: Sequence[Point]) -> str:
    path = " ".join(f"{_x(p.saved):.1f},{_y(p.answered.share):.1f}" for p in points)
    return f'<polyline class="profile" points="{path}"/>'


def _mark(point: Point) -> Iterator[str]:
    x, y = _x(point.saved), _y(point.answered.share)
    low, high = _y(point.answered.low), _y(point.answered.high)
    said = escape(
        f"{point.profile}, {treatment(point.treatment)}: {percent(point.answered.share)} "
        f"({percent(point.answered.low)} to {percent(point.answered.high)}), "
        f"n {point.answered.n}, {percent(point.saved)} saved"
    )
    drawn = point.treatment if point.treatment in TREATMENTS else "peer"
    yield f'<g class="{drawn}"><title>{said}</title>'
    yield f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{low:.1f}" y2="{high:.1f}"/>'
    match point.treatment:
        case "profile":
            yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4"/>'
        case "random_deletion":
            corners = f"{x:.1f},{y - 4:.1f} {x + 4:.1f},{y + 3:.1f} {x - 4:.1f},{y + 3:.1f}"
            yield f'<polygon points="{corners}"/>'
        case "truncation":
            yield f'<rect x="{x - 3:.1f}" y="{y - 3:.1f}" width="6" height="6"/>'
        case _:
            sides = (
                f"{x:.1f},{y - 5:.1f} {x + 5:.1f},{y:.1f} {x:.1f},{y + 5:.1f} {x - 5:.1f},{y:.1f}"
            )
            yield f'<polygon points="{sides}"/>'
    yield "</g>"
