"""Which lines of a log stay: what always does, what answers, and how many of the others."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from compressors.kinds import _lines_answers
from compressors.kinds._log_study import Study

__all__ = ["Study", "answers", "choose"]

_CHUNK = 8
# A gap no longer than its own note says less than the lines it stands for.
_NOTE = 18


def answers(study: Study, query: str) -> set[int]:
    """The rows that bear on ``query``."""
    return _lines_answers.answers(query, study.forms.rows[: study.size]).must


def choose(study: Study, line_share: float, found: set[int]) -> list[bool]:
    """Which rows to write: what always stays, what answers, and others spread evenly.

    A larger share keeps every row that a smaller one keeps: the others join in an order
    that does not depend on the share, and a gap that is not worth its note is closed.
    """
    always = study.kept | found
    rows = study.forms.rows
    kept = [row in always for row in range(len(rows))]
    free = [row for row in range(study.size) if row not in always]
    for row in _spread(free, ceil(line_share * len(free))):
        kept[row] = True
    if len(rows) > study.size:
        kept[-1] = True
    _close_gaps(rows, kept)
    return kept


def _spread(rows: Sequence[int], wanted: int) -> list[int]:
    """The first ``wanted`` of ``rows`` in an order that visits short stretches evenly."""
    stretches = [rows[at : at + _CHUNK] for at in range(0, len(rows), _CHUNK)]
    bits = max(1, (len(stretches) - 1).bit_length())
    order = (int(format(number, f"0{bits}b")[::-1], 2) for number in range(1 << bits))
    taken: list[int] = []
    for number in order:
        if number < len(stretches):
            taken.extend(stretches[number])
            if len(taken) >= wanted:
                break
    return taken[:wanted]


def _close_gaps(rows: Sequence[str], kept: list[bool]) -> None:
    start = -1
    for number, keep in enumerate(kept):
        if keep:
            if start >= 0 and _short(rows, start, number):
                kept[start:number] = [True] * (number - start)
            start = -1
        elif start < 0:
            start = number


def _short(rows: Sequence[str], start: int, end: int) -> bool:
    """Whether the rows are no longer than a note that says how many they are."""
    return end - start <= _NOTE and sum(map(len, rows[start:end])) + end - start <= _NOTE
