"""Long strings shortened around what matters in them, with a note of what is not shown."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from itertools import accumulate

import msgspec

from compressors.kinds._json_errors import label, telling
from compressors.kinds._json_words import odd_words
from compressors.relevance import bearing

LONG = 240
"""Up to how many characters a string stays as it is."""
# To the end of a sentence or line; where none comes soon, to a space.
_PIECE = re.compile(
    r".{40,160}?(?:[.!?;]\s+|[\n。！？]|\Z)|.{1,160}(?:[\s,]|\Z)|.{1,160}", re.DOTALL
)
_ADDRESS = re.compile(r"[a-z][a-z+.-]{1,12}://\S{1,600}", re.IGNORECASE)
_LEAST_GAP = 60
_MOST_ANSWERS = 4


class Pieces(msgspec.Struct, frozen=True):
    """A text in pieces, and which of these have to stay whatever is asked."""

    texts: Sequence[str]
    must: frozenset[int]


def in_pieces(texts: Sequence[str]) -> list[Pieces]:
    """Long texts that stand in one column, in pieces: what is odd in them is so among all."""
    split = [_split(text) for text in texts]
    pieces = [piece for parts in split for piece in parts]
    few = max(3, len(pieces) // 20)
    odd = set(odd_words(pieces, few=few)) if len(pieces) > few else set()
    told = set(telling(pieces))
    found = []
    starts = accumulate(map(len, split), initial=0)
    for parts, start in zip(split, starts, strict=False):
        places = range(start, start + len(parts))
        must = {at - start for at in places if at in odd}
        # One piece of each different error.
        errors = {label(pieces[at]): at - start for at in reversed(places) if at in told}
        must.update(errors.values(), (0, len(parts) - 1))
        found.append(Pieces(parts, frozenset(must)))
    return found


def shortened(pieces: Pieces, share: float, query: str, spread: Sequence[int]) -> str:
    """A text of which at least ``share`` of the characters stays, and all that must.

    ``spread``: an order of the pieces in which every beginning is spread evenly.
    """
    texts = pieces.texts
    total = sum(map(len, texts))
    kept = set(pieces.must)
    best: list[int] = []
    if query.strip():
        scores, covering = bearing(query, texts)
        top = max(scores)
        ranked = sorted(
            [at for at, score in enumerate(scores) if 3 * score >= top > 0],
            key=lambda at: (-scores[at], at),
        )
        first = [at for at in ranked[:_MOST_ANSWERS] if 2 * scores[at] >= top]
        kept.update(first, covering[:_MOST_ANSWERS])
        best = [*covering, *ranked]
    size = sum([len(texts[at]) for at in kept])
    wanted = math.ceil(share * total)
    for at in [*best, *spread]:
        if size >= wanted:
            break
        if at not in kept:
            kept.add(at)
            size += len(texts[at])
    return _with_gaps(texts, kept)


def _with_gaps(texts: Sequence[str], kept: set[int]) -> str:
    """The pieces that stay, and in between how many characters do not."""
    parts: list[str] = []
    gap: list[str] = []
    for at, text in enumerate(texts):
        if at not in kept:
            gap.append(text)
            continue
        parts += _gap(gap)
        parts.append(text)
        gap = []
    return "".join([*parts, *_gap(gap)])


def _gap(texts: list[str]) -> list[str]:
    size = sum(map(len, texts))
    return [f"[… {size} characters] "] if size > _LEAST_GAP else texts


def _split(text: str) -> list[str]:
    if len(text) <= LONG or _ADDRESS.fullmatch(text):
        return [text]
    return _PIECE.findall(text)
