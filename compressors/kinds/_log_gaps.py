"""Gaps in time: where a log was silent for much longer than it usually is."""

from __future__ import annotations

import re
from collections.abc import Iterator

from compressors.kinds._lines_forms import Forms

_CLOCK = re.compile(r"(\d\d?)[:.](\d\d?)[:.](\d\d?)|(?<= )(\d\d)(\d\d)(\d\d)$", re.ASCII)
_DAY = 86_400
_FEWEST = 20
# A gap is this many times as long as those that it is to be told from; one in fifty may be.
_FAR, _USUAL, _MOST = 8, 50, 3


def around_gaps(forms: Forms, size: int) -> list[int]:
    """The rows before and after the longest gaps, where these are far longer than all others."""
    steps = list(_steps(forms, size))
    if len(steps) < _FEWEST:
        return []
    ranked = sorted(steps, reverse=True)
    usual = ranked[max(_MOST, len(steps) // _USUAL)][0]
    return [
        row
        for seconds, before, after in ranked[:_MOST]
        if seconds > _FAR * max(1, usual)
        for row in (-before, after)
    ]


def _steps(forms: Forms, size: int) -> Iterator[tuple[int, int, int]]:
    """Seconds from each row with a time to the next one, and both rows, the first negated."""
    clocks: dict[str, tuple[str, int] | None] = {}
    moments: dict[int, slice | None] = {}
    last: tuple[str, int] | None = None
    above = 0
    for row, shape in enumerate(forms.shapes[:size]):
        if shape not in moments:
            moments[shape] = forms.moment(row)
        span = moments[shape]
        if span is None:
            continue
        text = forms.rows[row][span]
        if text not in clocks:
            clocks[text] = _clock(text)
        clock = clocks[text]
        if clock is None:
            continue
        if last is not None:
            day = _DAY if clock[0] != last[0] else 0
            yield max(0, day + clock[1] - last[1]), -above, row
        last, above = clock, row


def _clock(text: str) -> tuple[str, int] | None:
    """The date of a time stamp and its seconds since midnight."""
    found = _CLOCK.search(text)
    if found is None:
        return None
    hours, minutes, seconds = found.group(1, 2, 3) if found[1] else found.group(4, 5, 6)
    return text[: found.start()], 3600 * int(hours) + 60 * int(minutes) + int(seconds)
