"""Stack traces in a log, whole: Python, Java, C#, Go, Rust, JavaScript, also behind a prefix."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Sequence
from typing import NamedTuple

from compressors.kinds._lines_forms import Forms
from compressors.kinds._log_layout import timed

_PYTHON = "Traceback (most recent call last)"
_FRAME = re.compile(
    r'File "[^"\n]+", line \d+|(?:^\s+|\t| {2})(?:at \S|\.\.\. \d+ (?:more|common frames))'
)
# What a frame of Java, C# or JavaScript ends with; looked for in the last characters alone.
_PLACE = re.compile(r"(?:\)|:\d+|:line \d+|more|frames omitted)\s*$")
_ENDING = 40
_OPENING = re.compile(
    r"goroutine \d+ \[[^\]]+\]:|panicked at |^Exception in thread |(?:^|\s)Caused by: "
)
_FRAMERS = ('File "', "  at ", "\tat ", " more", " common ")
_OPENERS = ("goroutine ", "panicked at ", "Exception in thread ", "Caused by: ")
_LINKED = re.compile(
    r"\s*(?:During handling of the above exception|The above exception was the direct cause)"
)
_GOES_ON = re.compile(
    r"\s*(?:Caused by: |Suppressed: |note: |stack backtrace:|\d+: +\S|---> |--- End of )"
)
# What follows the head of a panic behind a prefix: frames, their places, notes.
_FRAMES = re.compile(
    r"\s|\d+: |stack backtrace:|note: |goroutine \d+ \[|created by "
    r"|[\w./*-]+\(|\S+\)\.\S+\(|exit status "
)
_PANIC = re.compile(
    r"goroutine \d+ \[|thread '[^'\n]{0,80}' (?:\(\d+\) )?panicked at |panicked at "
)
_HEAD = ("panic: ", "fatal error: ")
_LONGEST = 5_000


class Trace(NamedTuple):
    """The rows of one trace, and what tells it from another one."""

    start: int
    end: int
    identity: Hashable


def traces(forms: Forms, silent: Sequence[bool]) -> list[Trace]:
    """The traces in order; they do not overlap. Rows of silent forms are of none."""
    rows = forms.rows
    suspects: dict[int, str] = {}
    sampled = "\n".join([rows[members[0]] for members in forms.members])
    if not any(word in sampled for word in (_PYTHON, *_FRAMERS, *_OPENERS)):
        return []
    for members, still in zip(forms.members, silent, strict=True):
        if still:
            continue
        text = rows[members[0]]
        mark = "python" if _PYTHON in text else _mark(text)
        if mark:
            suspects.update((number, mark) for number in members)
    found: list[Trace] = []
    past = 0
    for row in sorted(suspects):
        if row < past:
            continue
        start, past = _extent(rows, row, suspects, past)
        identity = tuple(_identity(forms, number, suspects) for number in range(start, past))
        found.append(Trace(start, past, identity))
    return found


def _identity(forms: Forms, row: int, suspects: dict[int, str]) -> Hashable:
    """A frame in its own words, any other row by its form."""
    if suspects.get(row) == "frame" and (frame := _FRAME.search(forms.rows[row])):
        return forms.rows[row][frame.start() :].strip()
    return forms.ids[row]


def _mark(row: str) -> str:
    """What a row shows of a trace. The cheap tests rule out nearly all rows."""
    if any(word in row for word in _FRAMERS) and (frame := _FRAME.search(row)):
        python = frame[0].startswith("File")
        if python or _PLACE.search(row, max(0, len(row) - _ENDING)):
            return "frame"
    if any(word in row for word in _OPENERS) and _OPENING.search(row):
        return "opening"
    return ""


def _extent(rows: list[str], row: int, suspects: dict[int, str], past: int) -> tuple[int, int]:
    """Where the trace that shows at ``row`` starts and ends."""
    limit = min(len(rows), row + _LONGEST)
    if suspects[row] == "python":
        return row, _python_end(rows, row, suspects, limit)
    panic = _PANIC.search(rows[row])
    if panic is not None:
        return _panic(rows, row, panic.start(), past, limit)
    start = row
    if suspects[row] == "frame" and row > past:
        start = row - 1  # the line that names the exception
        while start > past and " ---> " in rows[start]:
            start -= 1
    end = row + 1
    while end < limit and (
        end in suspects
        or _GOES_ON.match(rows[end])
        or " --- End of " in rows[end]
        or (rows[end][:1].isspace() and rows[end].strip())
    ):
        end += 1
    return start, end


def _panic(rows: list[str], row: int, column: int, past: int, limit: int) -> tuple[int, int]:
    """The extent of a panic of Go or Rust, from what it says to its last frame."""
    prefixed = column > 0 and timed(rows[row])

    def message(number: int) -> str:
        text = rows[number]
        return text[column:] if prefixed and timed(text) else text

    start = row
    above = row - 1
    if above > past and not message(above).strip():
        above -= 1
    while above >= past and message(above).startswith(_HEAD):
        start = above
        above -= 1
    end = row + 1
    if not prefixed:
        while end < limit and rows[end].strip() and not timed(rows[end]):
            end += 1
        return start, end
    if not message(row).startswith("goroutine"):
        end = min(end + 1, limit)  # what a panic of Rust says
    while end < limit and _FRAMES.match(message(end)) and message(end).strip():
        end += 1
    return start, end


def _python_end(rows: list[str], row: int, suspects: dict[int, str], limit: int) -> int:
    """The row after the exception's own line, linked tracebacks included."""
    column = rows[row].find(_PYTHON)
    prefixed = column > 0 and timed(rows[row])

    def message(number: int) -> str:
        text = rows[number]
        return text[column:] if prefixed and timed(text) else text

    end = row
    while suspects.get(end) == "python":
        end += 1
        while end < limit and (message(end)[:1].isspace() or suspects.get(end) == "frame"):
            end += 1
        end = min(end + 1, limit)
        ahead = _past_link(message, end, limit)
        if ahead in (end, limit) or suspects.get(ahead) != "python":
            return end
        end = ahead
    return end


def _past_link(message: Callable[[int], str], end: int, limit: int) -> int:
    """Where the next traceback starts, if a sentence links it to the one that ends here."""
    ahead = end
    if ahead < limit and not message(ahead).strip():
        ahead += 1
    if ahead == limit or not _LINKED.match(message(ahead)):
        return end
    ahead += 1
    if ahead < limit and not message(ahead).strip():
        ahead += 1
    return ahead
