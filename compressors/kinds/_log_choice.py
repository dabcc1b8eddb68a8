"""Which lines of a log stay: what always does, what answers, and how many of the others."""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import ceil

from compressors import relevance
from compressors.kinds._log_study import Study

__all__ = ["Study", "answers", "choose"]

_CHUNK = 8
_NAME = re.compile(r"[A-Za-z0-9_.:/@#-]{3,120}+|\"[^\"\n]{3,80}\"")
_TELLING = re.compile(r"[0-9_/@#\"-]")
_ASKED = 64
# A word of so many letters that stands so seldom tells one row from all others.
_TELLS, _FEW = 4, 3
_ANSWERS, _ANSWERS_SHARE = 10, 50
_MATCHES, _MATCHES_SHARE = 20, 10
# A gap no longer than its own note says less than the lines it stands for.
_NOTE = 18


def answers(study: Study, query: str) -> set[int]:
    """The rows that bear on ``query``: those with its identifiers, the best, and a cover of it.

    A query asks for several things at once: rows that between them answer each of its parts
    stay beside those that answer most of it.
    """
    rows = study.forms.rows[: study.size]
    if not query.strip() or not rows:
        return set()
    found: set[int] = set()
    most = max(_MATCHES, len(rows) // _MATCHES_SHARE)
    for name in _identifiers(query):
        exact = re.compile(rf"(?<![A-Za-z0-9]){re.escape(name)}(?![A-Za-z0-9])")
        hits = [number for number, row in enumerate(rows) if name in row and exact.search(row)]
        if len(hits) <= most:
            found.update(hits)
    scores, covering = relevance.bearing(query, rows)
    top = max(scores)
    ranked = sorted(
        (number for number, score in enumerate(scores) if score > 0 and 2 * score >= top),
        key=lambda number: (-scores[number], number),
    )
    found.update(ranked[: max(_ANSWERS, len(rows) // _ANSWERS_SHARE)])
    found.update(covering)
    found.update(_named(rows, found, query))
    return found


def _named(rows: Sequence[str], found: set[int], query: str) -> set[int]:
    """The rows with a word of the query that no row found so far and hardly any other holds."""
    text = "\n".join(rows).lower()
    lowered = text.split("\n")
    answered = "\n".join([lowered[row] for row in sorted(found)])
    words = [word for word in dict.fromkeys(relevance.terms(query)) if len(word) >= _TELLS]
    named: set[int] = set()
    for word in [word for word in words if word not in answered][:_ASKED]:
        if 0 < text.count(word) <= _FEW:
            named.update(number for number, row in enumerate(lowered) if word in row)
    return named


def _identifiers(query: str) -> list[str]:
    """Words of the query that name one thing: with digits or signs, or in quotes."""
    words = dict.fromkeys(
        word.strip('".:/-#') for word in _NAME.findall(query) if _TELLING.search(word)
    )
    return [word for word in words if len(word) >= 3][:_ASKED]


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
