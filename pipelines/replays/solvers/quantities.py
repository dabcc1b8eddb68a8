"""Which quantities a passage states: what the arithmetic solver may use as an operand.

A quantity counts as stated when it stands there as digits (with thousands separators, a
decimal point, a currency or per-cent sign), as number words up to the thousands, as a
fraction (``1/2``, ``three quarters``), or as one of the words that name a part or a multiple
(half, third, quarter, twice, double, triple, pair, dozen). Nothing else counts: not what the
reader of the passage would know about weeks, feet or years.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

_WORDS = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13,
    "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18,
    "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60,
    "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
_SCALES = {"hundred": 100, "thousand": 1000}
_PARTS = {
    "half": 2, "halves": 2, "third": 3, "thirds": 3, "quarter": 4, "quarters": 4,
    "fourth": 4, "fourths": 4, "fifth": 5, "fifths": 5, "sixth": 6, "sixths": 6,
    "seventh": 7, "sevenths": 7, "eighth": 8, "eighths": 8, "ninth": 9, "ninths": 9,
    "tenth": 10, "tenths": 10,
}  # fmt: skip
_MULTIPLES = {
    "twice": 2, "double": 2, "doubles": 2, "doubled": 2, "thrice": 3, "triple": 3,
    "triples": 3, "tripled": 3, "quadruple": 4, "quadruples": 4, "quadrupled": 4,
    "pair": 2, "pairs": 2, "couple": 2, "dozen": 12, "dozens": 12,
}  # fmt: skip

_NUMBER = re.compile(
    r"(?<![\d.])(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d*\.\d+|\d+)"
    r"(\s?(?:%|per\s?cent\b))?(\s?cents?\b)?"
)
_FRACTION = re.compile(
    r"(?:(?<![\d/.,])(\d+)(?:\s+and\s+|[\s-]))?(?<![\d/.,])(\d+)\s?/\s?(\d+)(?![\d/])"
)
_WORD = re.compile(r"[a-z]+")


def stated(passage: str) -> frozenset[Fraction]:
    """Every quantity that ``passage`` states.

    ``25%`` states 25, 1/4, and the hundred and hundredth of *per cent*; ``50 cents`` states
    50 and 1/2; ``3/4`` and ``three quarters`` state 3, 4 and 3/4, ``a half`` 1, 2 and 1/2;
    ``2 1/2`` and ``two and a half`` state their sum as well.
    """
    found: set[Fraction] = set()
    for digits, percent, cents in _NUMBER.findall(passage):
        value = Fraction(digits.replace(",", ""))
        found.add(value)
        if percent:
            found.update((value / 100, Fraction(1, 100), Fraction(100)))
        if cents:
            found.add(value / 100)
    for whole, above, below in _FRACTION.findall(passage):
        if int(below):
            part = Fraction(int(above), int(below))
            found.add(part)
            if whole:
                found.add(int(whole) + part)
    found.update(_worded(passage.lower()))
    return frozenset(found)


def _worded(passage: str) -> Iterator[Fraction]:
    """The quantities that stand in ``passage`` as words."""
    run: list[str] = []
    end = 0
    for match in _WORD.finditer(passage):
        word = match.group()
        # Words belong to one number while only blanks or hyphens lie between them.
        if run and passage[end : match.start()].strip(" -"):
            yield from _spoken(run)
            run = []
        end = match.end()
        if word in _WORDS or word in _SCALES or word in _PARTS or (run and word in {"and", "a"}):
            run.append(word)
            continue
        if run:
            yield from _spoken(run)
            run = []
        if word in _MULTIPLES:
            yield Fraction(_MULTIPLES[word])
    if run:
        yield from _spoken(run)


def _spoken(run: list[str]) -> Iterator[Fraction]:
    """What a run of number words states: its whole, its parts, and each word by itself.

    ``one hundred and twenty`` is 120, ``two thirds`` is 2/3, ``one and a half`` is 3/2. Each
    word also counts by itself, since ``two and three`` are two numbers and not one.
    """
    total = current = last = 0
    for word in run:
        if word in _WORDS:
            value = _WORDS[word]
            yield Fraction(value)
            # "twenty five" goes on, "five twenty" and "two three" start another number.
            goes_on = current % 100 == 0 or (current % 10 == 0 and value < 10)
            current = current + value if goes_on else value
            last = value
        elif word in _SCALES:
            scale = _SCALES[word]
            yield Fraction(scale)
            if scale == 100:
                current = max(current, 1) * 100
            else:
                total, current = total + max(current, 1) * 1000, 0
            last = 0
        elif word in _PARTS:
            below = _PARTS[word]
            yield Fraction(max(last, 1))
            yield Fraction(below)
            yield Fraction(1, below)
            yield Fraction(max(last, 1), below)
            yield total + current + Fraction(1, below)
            last = 0
            continue
        if total + current:
            yield Fraction(total + current)
