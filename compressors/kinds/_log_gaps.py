"""Gaps in time: where a log was silent for much longer than it usually is."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from compressors.kinds._lines_forms import Forms

_TIME = re.compile(r"(\d\d?)[:.](\d\d?)[:.](\d\d?)|(?<= )(\d\d)(\d\d)(\d\d)$", re.ASCII)
_DAY = 86_400
_NOWHERE = slice(0, 0)
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
    steps.sort(key=lambda step: (-step[0], step[2]))
    rank = max(_MOST, number // _USUAL)
    usual = steps[rank][0] if rank < len(steps) else 0
    return [
        row
        for seconds, before, after in steps[:_MOST]
        if seconds > _FAR * max(1, usual)
        for row in (before, after)
    ]


def _steps(forms: Forms, size: int) -> tuple[int, list[tuple[int, int, int]]]:
    """How many rows have a time, and where it goes on: seconds, the row before, the row."""
    timed = [forms.moment(members[0]) is not None for members in forms.members]
    if not any(timed):
        return 0, []
    clocks = [_clock(forms, shape) for shape in range(len(forms.shape_rows))]
    texts = [
        row[clocks[shape].moment]
        for row, shape in zip(forms.rows[:size], forms.shapes, strict=False)
    ]
    steps: list[tuple[int, int, int]] = []
    moment = date = ""
    above, seconds = 0, -1
    for row, text in enumerate(texts):
        if not text:
            continue
        if text != moment:
            clock = clocks[forms.shapes[row]]
            now = 3600 * int(text[clock.hours]) + 60 * int(text[clock.minutes])
            now += int(text[clock.seconds])
            today = text[: clock.hours.start]
            gone = now - seconds + (_DAY if today != date else 0)
            if seconds >= 0 and gone > 0:
                steps.append((gone, above, row))
            moment, date, seconds = text, today, now
        above = row
    return len(texts) - texts.count(""), steps


def _clock(forms: Forms, shape: int) -> _Clock:
    """Where the time of rows of this shape stands; nowhere where they have none."""
    span = forms.moment_of(shape)
    parts = _parts(forms.shape_rows[shape][span]) if span else None
    if span is None or parts is None:
        return _Clock(_NOWHERE, _NOWHERE, _NOWHERE, _NOWHERE)
    return _Clock(slice(span.start, span.start + parts[2].stop), *parts)


@lru_cache(maxsize=1024)
def _parts(shape: str) -> tuple[slice, slice, slice] | None:
    """Where hours, minutes and seconds stand in a time stamp of this shape."""
    found = _TIME.search(shape)
    if found is None:
        return None
    first = 1 if found[1] else 4
    hours, minutes, seconds = (slice(*found.span(first + part)) for part in range(3))
    return hours, minutes, seconds
