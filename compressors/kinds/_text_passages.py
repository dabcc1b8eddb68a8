"""The passages of a text: what a reader would quote whole, since its parts belong together.

A section is what stands below a heading, or below a line that names what follows, up to the
next of its rank. Without these a passage is a paragraph, with what is indented below it; of a
list, and of many lines that do not go on in one another, each is one. What would be too long
to be quoted falls into its smaller parts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import NamedTuple

from compressors._patterns import deferred
from compressors.kinds._text_units import HEADING, Units

_LONGEST = 8_000
# Sections within a section are quoted with it where all of it is short.
_SECTIONS, _SECTIONS_SHARE = 4_000, 8
_LINES, _LINES_SHARE, _GOING_ON = 1_500, 4, 0.8
_LABEL, _FEWEST_KEYS = 80, 3
_UNDERLINED = {"=": 1, "-": 2, "~": 3}
_LABELLED = 7
_ITEM = deferred(r"(?:[-*+•]|\d{1,3}[.)]|[a-z][.)])[ \t]")
_KEY = deferred(r"(\w[\w -]{0,29}):[ \t]")
_ENDS = tuple(".!?…。！？｡")


class _Block(NamedTuple):
    """Pieces with no empty line between; ``rank`` is that of a heading, 0 for all else."""

    start: int
    end: int
    size: int
    rank: int


def passages(units: Units) -> list[int]:
    """Where passages begin: the numbers of their first pieces, in order, from 0."""
    if not units.pieces:
        return []
    pieces = [f"{piece}{units.gap}" for piece in units.pieces] if units.gap else units.pieces
    blocks = _ranked(_blocks(pieces, units.sorts), pieces)
    total = sum([block.size for block in blocks])
    most = min(_LONGEST, total // _LINES_SHARE)
    ends = _ends(blocks)
    ranks = Counter([block.rank for block in blocks])
    starts: list[int] = []
    at = 0
    while at < len(blocks):
        block = blocks[at]
        if not block.rank:
            starts += _parts(block, pieces, total)
            at += 1
            continue
        past = ends[at]
        if not _within(blocks, at, past, min(_SECTIONS, total // _SECTIONS_SHARE)):
            own = at + 1
            while own < past and not blocks[own].rank:
                own += 1
            past = own
            if not _within(blocks, at, past, _LONGEST if ranks[block.rank] > 1 else most):
                # Too much to be quoted: the first paragraph alone goes with its heading.
                past = min(past, at + 2)
                if not _within(blocks, at, past, max(_LINES, most)):
                    past = at + 1
        starts.append(block.start)
        at = past
    return starts


def _within(blocks: Sequence[_Block], start: int, end: int, most: int) -> bool:
    """Whether some blocks have no more than ``most`` characters."""
    size = 0
    for at in range(start, end):
        size += blocks[at].size
        if size > most:
            return False
    return True


def _blocks(pieces: Sequence[str], sorts: Sequence[int]) -> list[_Block]:
    """The pieces between empty lines; headings apart, what is indented with what it is below."""
    headings = [sort == HEADING for sort in sorts]
    bounds = [0]
    before = zip(pieces, headings, headings[1:], strict=False)
    for at, (piece, heading, following) in enumerate(before, 1):
        if heading is not following or _ends_block(piece):
            bounds.append(at)
    bounds.append(len(pieces))
    offsets = [0, *accumulate(map(len, pieces))]
    blocks: list[_Block] = []
    margin = 0
    for start, end in pairwise(bounds):
        first = pieces[start]
        size = offsets[end] - offsets[start]
        if sorts[start] == HEADING:
            blocks.append(_Block(start, end, size, _rank(first, pieces[end - 1])))
            margin = -1
            continue
        bare = first.lstrip()
        indent = len(first) - len(bare)
        last = blocks[-1] if blocks else None
        below = not bare or 0 <= margin < indent
        if last and below and not last.rank and last.size + size <= _LONGEST:
            blocks[-1] = _Block(last.start, end, last.size + size, 0)
        else:
            blocks.append(_Block(start, end, size, 0))
            margin = indent
    return blocks


def _ends_block(piece: str) -> bool:
    """Whether a piece is empty, or an empty line follows it."""
    if not piece or piece.isspace():
        return True
    return piece.count("\n") > 1 and piece.count("\n", len(piece.rstrip())) > 1


def _rank(first: str, last: str) -> int:
    """The rank of a heading: of signs in front as many as there are, else by what underlines it."""
    marked = len(first) - len(first.lstrip("#"))
    return min(marked, 6) or _UNDERLINED.get(last[:1], 2)


def _ranked(blocks: list[_Block], pieces: Sequence[str]) -> list[_Block]:
    """The blocks with the ranks of those that only name what follows, headings or not."""
    found: list[str | None] = []
    for block in blocks:
        key = None if block.rank else _KEY.match(pieces[block.start])
        found.append(key[1] if key else None)
    counts = Counter([key for key in found if key])
    # The first of the words that begin paragraphs again and again begins each record.
    leader = next((key for key in found if key and counts[key] >= _FEWEST_KEYS), None)
    labels = [_is_label(block, pieces) for block in blocks]
    ranked = list(blocks)
    for at, block in enumerate(blocks):
        following = labels[at + 1] if at + 1 < len(blocks) else True
        if not block.rank and (
            (labels[at] and not following and not blocks[at + 1].rank)
            or (leader and found[at] == leader)
        ):
            ranked[at] = block._replace(rank=_LABELLED)
    return ranked


def _is_label(block: _Block, pieces: Sequence[str]) -> bool:
    """Whether a paragraph is one short line that is no sentence and no item."""
    if block.rank or block.size > _LABEL + 2:
        return False
    line = "".join(pieces[block.start : block.end]).strip()
    return (
        0 < len(line) <= _LABEL
        and "\n" not in line
        and not line.endswith(_ENDS)
        and not _ITEM.match(line)
    )


def _ends(blocks: Sequence[_Block]) -> list[int]:
    """Of every block the next one of the same or a higher rank, which ends its section."""
    ends = [len(blocks)] * len(blocks)
    open_: list[int] = []
    for at in range(len(blocks) - 1, -1, -1):
        rank = blocks[at].rank
        if not rank:
            continue
        while open_ and blocks[open_[-1]].rank > rank:
            open_.pop()
        if open_:
            ends[at] = open_[-1]
        open_.append(at)
    return ends


def _parts(block: _Block, pieces: Sequence[str], total: int) -> list[int]:
    """The passages of a paragraph: itself, or its items or lines."""
    start, end = block.start, block.end
    if block.size <= min(_LINES, total // _LINES_SHARE) or end - start == 1:
        return [start]
    lines = [start]
    lines += [at for at in range(start + 1, end) if _ends_line(pieces[at - 1])]
    first = pieces[start]
    margin = first[: len(first) - len(first.lstrip())]
    items = [
        at for at in lines if pieces[at].startswith(margin) and _ITEM.match(pieces[at], len(margin))
    ]
    if len(items) > 1:
        return sorted({start, *items})
    breaks = sum([pieces[at].count("\n") for at in range(start, end)])
    if len(lines) > 1 and len(lines) >= _GOING_ON * breaks:
        return lines
    return [start] if block.size <= _LONGEST else lines if len(lines) > 1 else [*range(start, end)]


def _ends_line(piece: str) -> bool:
    return piece.endswith("\n")
