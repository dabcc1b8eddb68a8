"""Which of many lines answer a query, and an order for those that neither rule nor query names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from compressors.relevance import bearing

_NAME = re.compile(r"[\w.:/@#-]{3,120}+")
_TELLING = re.compile(r"[0-9_/@#.:-]|[a-z][A-Z]")
_EDGES = '".:/-#@'
_ASKED = 64
_NAMED, _NAMED_SHARE = 8, 20
_TOP = 5


class Answers(NamedTuple):
    """The lines that a reader asks for by name or above all, and others that bear on it."""

    must: set[int]
    next: list[int]


def answers(query: str, texts: Sequence[str]) -> Answers:
    """What of ``texts`` answers ``query``.

    A line must stay that names what the query names, where few lines do; so must the best by
    relevance, and those that cover a query of many parts between them. The others that bear
    on it follow, best first; ties go by position.
    """
    if not query.strip() or not texts:
        return Answers(set(), [])
    must: set[int] = set()
    most = max(_NAMED, len(texts) // _NAMED_SHARE)
    for name in _names(query):
        hits = [place for place, text in enumerate(texts) if name in text]
        if len(hits) <= most:
            must.update(place for place in hits if _stands(name, texts[place]))
    scores, covering = bearing(query, texts)
    top = max(scores)
    ranked = sorted(
        (place for place, score in enumerate(scores) if score > 0 and 3 * score >= top),
        key=lambda place: (-scores[place], place),
    )
    must.update(place for place in ranked[:_TOP] if 2 * scores[place] >= top)
    must.update(covering[:_TOP])
    return Answers(must, [at for at in dict.fromkeys([*covering, *ranked]) if at not in must])


def _stands(name: str, text: str) -> bool:
    """Whether ``name`` is in ``text`` as a whole, not within a longer word or number."""
    at = text.find(name)
    while at >= 0:
        before, after = text[at - 1 : at], text[at + len(name) : at + len(name) + 1]
        if not before.isalnum() and not after.isalnum():
            return True
        at = text.find(name, at + len(name))
    return False


def _names(query: str) -> list[str]:
    """Words of the query that name one thing: with digits, signs or capitals inside."""
    words = dict.fromkeys(
        word.strip(_EDGES) for word in _NAME.findall(query[:20_000]) if _TELLING.search(word)
    )
    return [word for word in words if len(word) >= 3][:_ASKED]


def spread(places: Sequence[int]) -> list[int]:
    """``places`` in an order whose every beginning is spread evenly over all of them."""
    total = len(places)
    order = [0]
    for bit in range(max(0, total - 1).bit_length()):
        step = 1 << ((total - 1).bit_length() - 1 - bit)
        order += [number + step for number in order]
    return [places[number] for number in order if number < total]
