"""Which sentences of a text stay, however few are asked for, and in which order others join.

Always: headings, the first and the last ones, the passages that answer the query, and what sets a
sentence apart from the others here: a word that warns, forbids or denies, a number, a sign
or a name such as few others have, a value unlike the others of its place, words that are
all rare. "Few" and "rare" are shares of this very text, so that a text about errors is
not kept whole. The others join by how much they say: rare words, place in the paragraph,
numbers and names; of sentences that differ in numbers alone the first one stands for the
others, which join last, and what stood before to the letter does not join again.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from itertools import accumulate, chain, compress, pairwise
from math import ceil, log2

from compressors.kinds import _log_odd
from compressors.kinds._lines_answers import answers
from compressors.kinds._text_passages import passages
from compressors.kinds._text_units import BLOB, FENCE, HEADING, RULE, Units
from compressors.kinds._text_words import SIGNALS, STRONG, WEAK, words

_FIRST, _LAST = 2, 2
_SIGNS = frozenset('?!$€£¥%@#`"=<>{}[]|\\~^*/;+&°§™©«»“”—→✓✗⚠')
_DIGITS = bytes.maketrans(b"123456789", b"000000000")
_ZEROS = re.compile(b"00+")
_NUMBER = re.compile(r"[-+]?\d+(?:[.,:]\d+)*%?")
_WORDS_FOR_RARITY = 4
_WORDS_ALIKE = 3
_ALIKE, _COLUMNS = 8, 6
_QUANTA = 16
_FENCE_FACTOR = 3
_OPENS, _SHORT, _NUMBERED, _REPEATED = 24, 40, 12, 1_000
_NOTE = 14
_ENDS, _CLOSING = frozenset(".!?…。！？｡"), " \t\r\n\"'”’)」*_"
# What is no prose is used by the line: a share is counted of at least so many characters.
_READ_BY_LINE = 64_000
# A document has so many headings below its title, or sentences.
_SECTIONS = 3


def is_prose(units: Units) -> bool:
    """Whether a text is a document: in sections, or at least half of it sentences of words."""
    pieces = units.pieces
    headings = [at for at, sort in enumerate(units.sorts) if sort == HEADING]
    if sum([pieces[at].startswith("##") for at in headings]) >= _SECTIONS:
        return True
    # Of what is prose half of the pieces are enough to tell.
    left = sum(map(len, pieces))
    for piece in pieces:
        if piece.rstrip(_CLOSING)[-1:] in _ENDS and (piece.count(" ") > 2 or not piece.isascii()):
            left -= 2 * len(piece)
            if left <= 0:
                return True
    return left <= 0


def kept_whole(units: Units, share: float) -> bool:
    """Whether nothing but what is repeated would go, since no prose is so short."""
    size = sum(map(len, units.pieces))
    return size <= share * _READ_BY_LINE and not is_prose(units)


class Study:
    """All that can be known of the sentences of a text before anybody asks."""

    __slots__ = (
        "_alike",
        "_counts",
        "_numbered",
        "_rarities",
        "_telling",
        "_units",
        "_words",
        "always",
        "groups",
        "odd",
        "order",
        "pieces",
        "same",
        "size",
        "sorts",
    )

    def __init__(self, units: Units) -> None:
        self._units = units
        self.pieces, self.sorts, _ = units
        self.size = len(self.pieces)
        self._words = words(self.pieces)
        self._counts = Counter(chain.from_iterable(map(set, self._words)))
        numbers = {word for word in self._counts if b"0" <= word < b":"}
        self._telling = self._holding(numbers | STRONG | WEAK, range(self.size))
        self._numbered = self._holding(numbers, self._telling)
        self._rarities = self._rarity()
        self.groups = self._grouped()
        self._alike = {at for members in self.groups.values() for at in members[1:]}
        self.same = self._repeated()
        self.odd = self._apart()
        self.always = self.odd | self._structure()
        self.order = self._ordered()

    @property
    def prose(self) -> bool:
        """Whether the text is a document."""
        return is_prose(self._units)

    def _few(self, least: int, share: int) -> int:
        return max(least, self.size // share)

    def _grouped(self) -> dict[int, list[int]]:
        """The first of the pieces that differ in digits alone, and all of them, in order."""
        known: dict[bytes, int] = {}
        groups: dict[int, list[int]] = {}
        if not self.size:
            return groups
        forms = b"\x00".join(map(b" ".join, self._words)).translate(_DIGITS)
        keys = _ZEROS.sub(b"0", forms).split(b"\x00")
        for at in [at for at, sort in enumerate(self.sorts) if sort == BLOB]:
            keys[at] = b"\x00"
        counts = Counter(keys)
        for at in [at for at, key in enumerate(keys) if counts[key] > 1]:
            if len(self._words[at]) <= _WORDS_ALIKE and self.sorts[at] != BLOB:
                continue
            first = known.setdefault(keys[at], at)
            if first != at:
                groups.setdefault(first, [first]).append(at)
        return groups

    def _repeated(self) -> set[int]:
        """Pieces that stood before to the letter, and all of encoded data but its beginning."""
        repeated: set[int] = set()
        for members in self.groups.values():
            if self.sorts[members[0]] == BLOB:
                repeated.update(members[1:])
                continue
            known: set[str] = set()
            for at in members:
                wording = " ".join(self.pieces[at].split())
                if wording in known:
                    repeated.add(at)
                known.add(wording)
        return repeated

    def _structure(self) -> set[int]:
        """The first and the last pieces, headings, heads of tables, fences."""
        size = self.size
        kept = {*range(min(_FIRST, size)), *range(max(0, size - _LAST), size)}
        headings = [at for at, sort in enumerate(self.sorts) if sort in (HEADING, RULE)]
        fences = [at for at, sort in enumerate(self.sorts) if sort == FENCE]
        for lines in (headings, fences):
            if 4 * len(lines) <= size:
                kept.update(lines)
        return kept

    def _apart(self) -> set[int]:
        """Pieces that something sets apart from the others."""
        apart = {*self._signals(), *self._signs(), *self._numbers(), *self._names()}
        apart = (apart | self._rare()) - self._alike
        for members in self.groups.values():
            apart.update(self._unusual(members))
        return apart

    def _signals(self) -> set[int]:
        """Pieces with a word that warns, forbids or denies, where such words are few."""
        most = self._few(4, 8)
        strong = {word for word in STRONG & self._counts.keys() if self._counts[word] <= most}
        found = set(self._holding(strong, self._telling))
        weak = self._holding(WEAK & self._counts.keys(), self._telling)
        found.update(weak if len(weak) <= self._few(3, 25) else [])
        marked = [
            at
            for at, piece in enumerate(self.pieces)
            if not piece.isascii() and SIGNALS.search(piece)
        ]
        found.update(marked if len(marked) <= most else [])
        return found

    def _holding(self, wanted: AbstractSet[bytes], among: Iterable[int]) -> list[int]:
        """Pieces with one of the words ``wanted``, of those to look ``among``."""
        if not wanted:
            return []
        pieces = self._words
        return [at for at in among if not wanted.isdisjoint(pieces[at])]

    def _signs(self) -> list[int]:
        """Pieces with a sign that hardly any other has, where few have one."""
        most = self._few(1, 150)
        text = "".join(self.pieces)
        ends = list(accumulate(map(len, self.pieces)))
        found: set[int] = set()
        for sign in [sign for sign in _SIGNS if sign in text]:
            holders: list[int] = []
            place = text.find(sign)
            while place >= 0 and len(holders) <= most:
                holders.append(bisect_right(ends, place))
                place = text.find(sign, ends[holders[-1]])
            if len(holders) <= most:
                found.update(holders)
        return sorted(found) if len(found) <= self._few(3, 25) else []

    def _numbers(self) -> list[int]:
        """Pieces with a number, where few have one."""
        return self._numbered if len(self._numbered) <= self._few(3, 25) else []

    def _names(self) -> list[int]:
        """Pieces with a capitalised word within that occurs nowhere else, where few have one."""
        once = {word for word, number in self._counts.items() if number == 1 and len(word) > 2}
        most = self._few(3, 25)
        holders: list[int] = []
        for at, each in enumerate(self._words):
            own = once.intersection(each)
            if own and self._has_name(at, own):
                holders.append(at)
                if len(holders) > most:
                    return []
        return holders

    def _has_name(self, at: int, own: Iterable[bytes]) -> bool:
        """Whether one of a piece's ``own`` words is capitalised within it, or all capitals."""
        piece = self.pieces[at]
        within = piece[1:]
        capitals = within != within.lower()
        for word in own:
            # Letters from a to z alone are no name where nothing is capital.
            if not capitals and word.isalpha():
                continue
            text = word.decode("utf-8", "replace")
            if piece.find(f"{text[0].upper()}{text[1:]}", 1) > 0:
                return True
            upper = text.upper()
            if len(text) > 3 and upper != text and upper in piece:
                return True
        return False

    def _rarity(self) -> list[int]:
        """Of each piece how rare its words are on average, in sixteenths of a bit."""
        size = self.size
        by_number = {
            number: round(_QUANTA * log2((size + 1) / number))
            for number in set(self._counts.values())
        }
        rarity = {word: by_number[number] for word, number in self._counts.items()}
        return [
            sum(map(rarity.__getitem__, each)) // len(each) if each else 0 for each in self._words
        ]

    def _rare(self) -> set[int]:
        """Pieces whose words are far rarer than is usual here (Tukey's outer fence)."""
        rarities = self._rarities
        told = [
            at
            for at, each in enumerate(self._words)
            if len(each) >= _WORDS_FOR_RARITY and self.sorts[at] != BLOB
        ]
        if len(told) < 12:
            return set()
        ranked = sorted([rarities[at] for at in told])
        first, third = ranked[len(told) // 4], ranked[(3 * len(told)) // 4]
        fence = third + _FENCE_FACTOR * max(third - first, _QUANTA // 4)
        odd = sorted([at for at in told if rarities[at] > fence], key=rarities.__getitem__)
        return set(odd[-self._few(3, 50) :])

    def _unusual(self, members: Sequence[int]) -> Iterable[int]:
        """Of pieces that differ in numbers alone those with an unusual number."""
        if len(members) < _ALIKE or self.sorts[members[0]] == BLOB:
            return []
        rows = [_NUMBER.findall(self.pieces[at]) for at in members]
        width = len(rows[0])
        if not 0 < width <= _COLUMNS or any(len(row) != width for row in rows):
            return []
        return [
            members[place] for column in zip(*rows, strict=True) for place in _log_odd.odd(column)
        ]

    def _ordered(self) -> list[int]:
        """The other pieces, those that say most first."""
        if not self.pieces:
            return []
        most = 2 * sorted(self._rarities)[self.size // 2]
        scores = [rarity if rarity < most else most for rarity in self._rarities]
        scores[0] += _OPENS
        for at, (piece, sort) in enumerate(zip(self.pieces[:-1], self.sorts, strict=False)):
            if sort == HEADING or piece.endswith("\n\n"):
                scores[at + 1] += _OPENS
        for at, each in enumerate(self._words):
            if len(each) < _WORDS_ALIKE:
                scores[at] -= _SHORT
        for at in self._numbered:
            scores[at] += _NUMBERED
        for at in self._alike:
            scores[at] -= _REPEATED
        settled = self.always | self.same
        free = [at for at in range(self.size) if at not in settled]
        return sorted(free, key=scores.__getitem__, reverse=True)

    def answers(self, query: str) -> set[int]:
        """The pieces of the passages that answer ``query``, which stay whole."""
        if not query.strip() or not self.pieces:
            return set()
        starts = passages(self._units)
        bounds = list(pairwise([*starts, self.size]))
        gap = self._units.gap
        asked = answers(query, [gap.join(self.pieces[start:end]) for start, end in bounds])
        return {at for place in asked.must for at in range(*bounds[place])}


def choose(study: Study, share: float, answers: set[int]) -> list[bool]:
    """Which pieces to write. A larger share keeps every piece that a smaller one keeps."""
    kept = [at in study.always or at in answers for at in range(study.size)]
    wanted = ceil(share * (study.size - len(study.same))) - sum(kept)
    if wanted > 0:
        for at in [at for at in study.order if not kept[at]][:wanted]:
            kept[at] = True
    _fill(study, kept, ceil(share * _READ_BY_LINE))
    _close_gaps(study.pieces, kept)
    return kept


def _fill(study: Study, kept: list[bool], least: int) -> None:
    """Keep further pieces of what is no prose, in order, up to ``least`` characters in all."""
    left = least - sum(map(len, compress(study.pieces, kept)))
    if left <= 0 or study.prose:
        return
    for at in study.order:
        if left <= 0:
            return
        if not kept[at]:
            kept[at] = True
            left -= len(study.pieces[at])


def _close_gaps(pieces: Sequence[str], kept: list[bool]) -> None:
    """Keep what is no longer than the note that would take its place."""
    start = -1
    for at, keep in enumerate([*kept, True]):
        if keep:
            if start >= 0 and sum(map(len, pieces[start:at])) <= _NOTE:
                kept[start:at] = [True] * (at - start)
            start = -1
        elif start < 0:
            start = at
