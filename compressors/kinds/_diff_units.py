"""A difference in the parts that a reader asks for: short files, hunks, stretches of long ones.

What tells of a part stands in all of its rows and in the name of its file together, and who
asks for it needs it whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from compressors.kinds._diff_parts import File, Parts

_WHOLE = 8_000
_STRETCH, _ROWS = 3_000, 60


class Unit(NamedTuple):
    """Rows that are asked for together, and what is known of them."""

    rows: Sequence[int]
    text: str


def units_of(parts: Parts) -> list[Unit]:
    """The units of a difference in order: every row of a hunk's body is in one."""
    return [unit for file in parts.files for unit in _of_file(parts, file)]


def _of_file(parts: Parts, file: File) -> Iterator[Unit]:
    rows = parts.rows
    bodies = [range(hunk.head + 1, hunk.end) for hunk in file.hunks]
    sizes = [sum(map(len, rows[body.start : body.stop])) for body in bodies]
    if sum(sizes) <= _WHOLE:
        if bodies:
            yield _unit(parts, file, [at for body in bodies for at in body])
        return
    for body, size in zip(bodies, sizes, strict=True):
        if size <= _WHOLE:
            yield _unit(parts, file, body)
        else:
            for stretch in _stretches(parts, body):
                yield _unit(parts, file, stretch)


def _stretches(parts: Parts, body: range) -> Iterator[range]:
    """A long hunk in parts, cut at blank rows where that is possible."""
    start, size = body.start, 0
    for at in body:
        row = parts.rows[at]
        full = size > _STRETCH or at - start >= _ROWS
        blank = not row[parts.width :].strip()
        if at > start and (full or (blank and 2 * (at - start) >= _ROWS)):
            yield range(start, at)
            start, size = at, 0
        size += len(row)
    if start < body.stop:
        yield range(start, body.stop)


def _unit(parts: Parts, file: File, body: Sequence[int]) -> Unit:
    texts = [parts.rows[at][parts.width :] for at in body]
    return Unit(body, "\n".join([file.name, *texts]))
