"""Texts as lines: splitting without loss, sampling, and finding what answers a query."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from compressors import relevance
from compressors.kinds.base import Content, Cut, Params, Passage

# What harnesses wrap around an output; no part of its kind.
_WRAPPER = re.compile(
    r"</?(?:output|stdout|stderr|output_head|output_tail|result|observation)>\s*$"
    r"|<(?:returncode|exit_code|elided_chars|elapsed)>.*$"
)
_HEAD, _PART = 6_000, 3_000
_ROW, _WIDE = 240, 20_000
_ROWS = 32
_ANSI = re.compile(r"\x1b\[[0-9;?]{0,16}[A-Za-z]")
_PASSAGES = 8
_PARAGRAPH_BREAK = re.compile(r"\n[ \t\r]*\n[ \t\r\n]*")


class Rows(NamedTuple):
    """The lines of a text, without their ends, and whether each of these was CRLF."""

    rows: list[str]
    crlf: bool

    def text(self) -> str:
        """The text that was split."""
        return ("\r\n" if self.crlf else "\n").join(self.rows)


def split(text: str) -> Rows:
    """The rows of ``text``; a final line end gives an empty last row, so joining is exact."""
    if "\r\n" in text and text.count("\n") == text.count("\r\n"):
        return Rows(text.split("\r\n"), True)
    return Rows(text.split("\n"), False)


def count(text: str) -> int:
    """How many lines a person would count."""
    return text.count("\n") + (not text.endswith("\n") if text else 0)


def plain(row: str) -> str:
    """``row`` without the colours of a terminal."""
    return _ANSI.sub("", row) if "\x1b" in row else row


class Sample(NamedTuple):
    """Rows enough to tell a kind by, and the same as one text, a line end in front of each row.

    What no row of a kind is without is looked for in ``text``: one search for all rows.
    ``wide`` are the rows as far as they may go, ``rows`` what stands at their beginnings.
    """

    rows: Sequence[str]
    wide: Sequence[str]
    text: str


def sample(text: str) -> list[str]:
    """Rows enough to tell a kind: from the head, the middle and the tail, their beginnings.

    Bounded whatever the length of ``text``; wrappers of harnesses and colours are left out.
    """
    return list(sampled(text).rows)


# One kind after another looks at the same text.
@lru_cache(maxsize=2)
def sampled(text: str) -> Sample:
    """The rows of :func:`sample`, with what kinds look at before they look at rows."""
    if len(text) <= _HEAD + 2 * _PART:
        chosen = _spread(text.split("\n"), 2 * _ROWS)
    else:
        middle = len(text) // 2
        # The cuts go through rows: a half row tells nothing.
        head = _whole(text[:_HEAD].split("\n"), slice(None, -1))
        within = _whole(text[middle : middle + _PART].split("\n"), slice(1, -1))
        tail = _whole(text[-_PART:].split("\n"), slice(1, None))
        few = _ROWS // 2
        chosen = [*_spread(head, _ROWS), *_spread(within, few), *_spread(tail, few)]
    rows = _cut(chosen, _ROW)
    wide = rows if max(map(len, chosen)) <= _ROW else _cut(chosen, _WIDE)
    return Sample(rows, wide, "\n" + "\n".join(rows))


def _whole(rows: list[str], inner: slice) -> list[str]:
    return rows[inner] if len(rows) > 2 else rows


def _cut(rows: list[str], width: int) -> list[str]:
    """``rows`` up to ``width``, without colours, returns and wrappers."""
    short = [plain(row[:width]).rstrip("\r") for row in rows]
    return [row for row in short if not (row[:1] == "<" and _WRAPPER.match(row))]


def _spread(rows: list[str], most: int) -> list[str]:
    """The first half of ``most`` rows, and as many from the rest at even distances."""
    if len(rows) <= most:
        return rows
    first = most // 2
    step = -(-(len(rows) - first) // (most - first))
    return rows[:first] + rows[first::step]


def as_it_is(content: Content, *, unit: str = "lines") -> Cut:
    """The content untouched."""
    number = count(content.text)
    return Cut(content.text, False, unit, number, number)


def keeps_all(params: Params) -> bool:
    """Whether ``params`` ask for the very bytes of the content."""
    return params.passthrough


def twentieth(offset: int, total: int) -> int:
    """Where ``offset`` stands in a text of ``total`` characters, in twentieths (0..19)."""
    return min(19, 20 * offset // total) if total else 0


def find_rows(text: str, query: str, *, limit: int = _PASSAGES) -> list[Passage]:
    """The lines of ``text`` that answer ``query``, best first, with their positions.

    A line that contains the whole query literally goes before all others.
    """
    rows = text.split("\n")
    offsets: list[int] = []
    at = 0
    for row in rows:
        offsets.append(at)
        at += len(row) + 1
    return [
        Passage(rows[number].rstrip("\r"), twentieth(offsets[number], len(text)))
        for number in best(query, rows, limit=limit)
    ]


def find_paragraphs(text: str, query: str, *, limit: int = _PASSAGES) -> list[Passage]:
    """The paragraphs of ``text`` that answer ``query``, best first, with their positions."""
    pieces: list[str] = []
    offsets: list[int] = []
    at = 0
    for gap in _PARAGRAPH_BREAK.finditer(text):
        pieces.append(text[at : gap.start()])
        offsets.append(at)
        at = gap.end()
    pieces.append(text[at:])
    offsets.append(at)
    return [
        Passage(pieces[number], twentieth(offsets[number], len(text)))
        for number in best(query, pieces, limit=limit)
    ]


def best(query: str, pieces: Sequence[str], *, limit: int) -> list[int]:
    """Which of ``pieces`` answer ``query``: at most ``limit`` numbers, best first.

    What scores under half of the best does not answer; ties go by position.
    """
    wanted = query.strip()
    if not wanted or not pieces:
        return []
    literal = [number for number, piece in enumerate(pieces) if wanted in piece][:limit]
    scores = relevance.rank(query, pieces)
    top = max(scores)
    if top <= 0:
        return literal
    taken = set(literal)
    ranked = sorted(
        (number for number, score in enumerate(scores) if 2 * score >= top),
        key=lambda number: (-scores[number], number),
    )
    return (literal + [number for number in ranked if number not in taken])[:limit]
