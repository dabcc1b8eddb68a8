"""Gaps in time: where a log was silent for much longer than it usually is."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from compressors.kinds._lines_forms import Forms

_TIME = re.compile(r"(\d\d?)[:.](\d\d?)[:.](\d\d?)|(?<= )(\d\d)(\d\d)(\d\d)$", re.ASCII)
_DAY = 86_400
_FEWEST = 20
# A gap is this many times as long as those that it is to be told from; one in fifty may be.
_FAR, _USUAL, _MOST = 8, 50, 3


class _Clock(NamedTuple):
    """Where the time of a row stands down to its seconds, and where in that its parts do."""

    moment: slice
    hours: slice
    minutes: slice
    seconds: slice


def around_gaps(forms: Forms, size: int) -> list[int]:
    """The rows before and after the longest gaps, where these are far longer than all others."""
    number, steps = _steps(forms, size)
    if number < _FEWEST:
        return []
    steps.sort()
    rank = max(_MOST, number // _USUAL)
    usual = -steps[rank][0] if rank < len(steps) else 0
    return [
        row
        for shorter, after, before in steps[:_MOST]
        if -shorter > _FAR * max(1, usual)
        for row in (before, after)
    ]


def _steps(forms: Forms, size: int) -> tuple[int, list[tuple[int, int, int]]]:
    """How many rows have a time, and where it goes on: seconds below zero, the row, that before."""
    clocks = [_clock(forms, shape) for shape in range(len(forms.shape_rows))]
    if not any(clocks):
        return 0, []
    number = start = 0
    steps: list[tuple[int, int, int]] = []
    above = seconds = -1
    moment = minute = today = date = ""
    for row, (text, shape) in enumerate(zip(forms.rows[:size], forms.shapes, strict=False)):
        clock = clocks[shape]
        if clock is None:
            continue
        number += 1
        if (stamp := text[clock.moment]) != moment:
            moment = stamp
            within = clock.seconds.start
            if stamp[:within] != minute:
                minute, today = stamp[:within], stamp[: clock.hours.start]
                start = 3600 * int(stamp[clock.hours]) + 60 * int(stamp[clock.minutes])
            now = start + int(stamp[within:])
            gone = now - seconds + (_DAY if today != date else 0)
            if seconds >= 0 and gone > 0:
                steps.append((-gone, row, above))
            date, seconds = today, now
        above = row
    return number, steps


def _clock(forms: Forms, shape: int) -> _Clock | None:
    """Where the time of rows of this shape stands; None where they have none."""
    span = forms.moments[shape]
    parts = _parts(forms.shape_rows[shape][span]) if span else None
    return _Clock(slice(span.start, span.start + parts[2].stop), *parts) if span and parts else None


@lru_cache(maxsize=1024)
def _parts(shape: str) -> tuple[slice, slice, slice] | None:
    """Where hours, minutes and seconds stand in a time stamp of this shape."""
    found = _TIME.search(shape)
    if found is None:
        return None
    first = 1 if found[1] else 4
    hours, minutes, seconds = (slice(*found.span(first + part)) for part in range(3))
    return hours, minutes, seconds
