"""Which of many lines or pieces answer a query, and an order for those that nothing names."""

from __future__ import annotations

import re
import string
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import NamedTuple

from compressors.relevance import bearing, terms

_NAME = re.compile(r"[\w.:/@#$-]{3,120}+|\"[^\"\n]{3,80}\"")
_TELLING = re.compile(r"[\d_./:@#$-]|[a-z][A-Z]")
_EDGES = '".:/-#@'
_LETTERS = frozenset(string.ascii_letters + string.digits)
_LONGEST, _ASKED = 20_000, 64
_NAMED, _NAMED_SHARE = 8, 10
_BEST, _BEST_SHARE = 8, 50
# A word of so many letters that stands so seldom tells one piece from all others.
_TELLS, _FEW = 4, 3


class Answers(NamedTuple):
    """The pieces that a reader asks for by name or above all, and others that bear on it."""

    must: set[int]
    next: list[int]


def answers(query: str, texts: Sequence[str], *, clear: int = 0) -> Answers:
    """What of ``texts`` answers ``query``.

    A query asks for several things at once. A piece must stay that names what the query names,
    where few pieces do; so must the best by relevance, those that between them answer each of
    its parts, and the few with a word that is in none of these. The others that bear on it
    follow, best first; ties go by position. A score under ``clear`` tells nothing apart, so
    that by relevance alone none of these must stay.
    """
    if not query.strip() or not texts:
        return Answers(set(), [])
    scores, covering = bearing(query, texts)
    least = max(1, max(scores) / 3)
    ranked = [place for place, score in enumerate(scores) if score >= least]
    ranked.sort(key=scores.__getitem__, reverse=True)
    joined = _Joined(texts)
    must = joined.naming(identifiers(query))
    must.update(place for place in covering if scores[place] >= clear)
    best = ranked[: max(_BEST, len(texts) // _BEST_SHARE)]
    must.update(place for place in best if 2 * scores[place] >= max(scores[best[0]], 2 * clear))
    must.update(joined.alone(terms(query[:_LONGEST]), must))
    return Answers(must, [place for place in ranked if place not in must])


def identifiers(query: str) -> list[str]:
    """Words of the query that name one thing: with digits, signs or capitals inside, or quoted."""
    words = dict.fromkeys(
        word.strip(_EDGES)
        for word in _NAME.findall(query[:_LONGEST])
        if word[0] == '"' or _TELLING.search(word.strip(_EDGES))
    )
    return [word for word in words if len(word) >= 3][:_ASKED]


class _Joined:
    """Pieces as one text, in which looking for a word is quicker than in each of them."""

    __slots__ = ("_ends", "_text", "_texts")

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = texts
        self._text = "\n".join(texts)
        self._ends = list(accumulate([len(text) + 1 for text in texts]))

    def naming(self, names: Iterable[str]) -> set[int]:
        """The pieces with one of ``names``, of those names that few pieces have."""
        most = max(_NAMED, len(self._texts) // _NAMED_SHARE)
        found: set[int] = set()
        for name in names:
            places = self._with(name, most + 1)
            if len(places) <= most:
                found.update(places)
        return found

    def _with(self, name: str, most: int) -> list[int]:
        """The first pieces with ``name`` as a whole, not within a longer word or number."""
        text, ends = self._text, self._ends
        places: list[int] = []
        at = text.find(name)
        while at >= 0 and len(places) < most:
            past = at + len(name)
            if text[at - 1 : at] not in _LETTERS and text[past : past + 1] not in _LETTERS:
                places.append(bisect_right(ends, at))
                past = ends[places[-1]]
            at = text.find(name, past)
        return places

    def alone(self, words: Iterable[str], found: Iterable[int]) -> set[int]:
        """The pieces with a word that none of those found and hardly any other has."""
        told = "\n".join([self._texts[place] for place in sorted(found)]).lower()
        open_ = [word for word in dict.fromkeys(words) if len(word) >= _TELLS and word not in told]
        if not open_:
            return set()
        lowered = self._text.lower()
        rare = [word for word in open_[:_ASKED] if 0 < lowered.count(word) <= _FEW]
        return {
            place
            for place, text in enumerate(self._texts if rare else ())
            if any(word in text.lower() for word in rare)
        }


def spread(places: Sequence[int]) -> list[int]:
    """``places`` in an order whose every beginning is spread evenly over all of them."""
    total = len(places)
    order = [0]
    for bit in range(max(0, total - 1).bit_length()):
        step = 1 << ((total - 1).bit_length() - 1 - bit)
        order += [number + step for number in order]
    return [places[number] for number in order if number < total]
