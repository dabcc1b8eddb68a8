"""The TruthfulQA solvers: which of the choices does what is left of a finding support?

They credit evidence only. Where one choice is right (mc1), a choice is supported as far as its
words and those of the passage agree; the question counts as solved when exactly one choice is
supported, by a clear margin, and it is the right one. Without a passage nothing is supported, so
nothing is solved: the one choice in four that a guess would get right earns nothing. Where
several are right (mc2), a choice is supported by a statement of the same words and no others, and
the question counts as solved when exactly the right choices are.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from fractions import Fraction

SUPPORTED = Fraction(3, 4)
"""The agreement from which a choice counts as supported."""

MARGIN = Fraction(1, 20)
"""How far the best choice has to lie above the next."""

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


def solve(passage: str, *, choices: Sequence[str], right: int) -> bool:
    """Whether ``passage`` supports exactly the choice at index ``right``.

    Args:
        passage: what is left of the finding.
        choices: the answers to choose from, in any order; the order decides nothing.
        right: index of the right one.
    """
    words = _words(passage)
    support = [agreement(words, _words(choice)) for choice in choices]
    best = support[right]
    others = [value for index, value in enumerate(support) if index != right]
    return best >= SUPPORTED and all(best - value >= MARGIN for value in others)


def solve_all(passages: Iterable[str], *, choices: Sequence[str], right: Sequence[int]) -> bool:
    """Whether ``passages`` support exactly the choices at the indices ``right``.

    Args:
        passages: the statements that are left.
        choices: the answers to sort, in any order.
        right: indices of the right ones; without any, nothing is solved.
    """
    stated = [_words(passage) for passage in passages]
    supported = {index for index, choice in enumerate(choices) if _words(choice) in stated}
    return bool(right) and supported == set(right)


def agreement(left: Counter[str], right: Counter[str]) -> Fraction:
    """Dice coefficient of two bags of words: ``2 |A and B| / (|A| + |B|)`` (Dice 1945)."""
    size = left.total() + right.total()
    return Fraction(2 * (left & right).total(), size) if size else Fraction(0)


def _words(text: str) -> Counter[str]:
    return Counter(_WORD.findall(text.lower().replace("’", "'")))
