"""Rows with words or letters that no other row has, where words mostly recur.

A column of prose brings new words all the time and tells nothing that way; one whose words
recur, such as messages and states, tells of what happened once by a word that it has once.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from compressors.kinds._json_columns import Series

_DIGITS = re.compile(r"\d+")
_FEWEST = 20
_MOST = 3  # rows of a column, in a hundred, but as many where there are fewer
_LONGEST = 400
_RECURRING = 0.97
_LOOKED_AT = 32
_SAMPLED, _NEW = 100, 6


def strange(columns: Sequence[Series]) -> set[int]:
    """The rows, given the columns; few of each column, or none."""
    found: set[int] = set()
    for column in columns:
        if not column.path or str not in column.kinds:
            continue
        different = [value for value in column.counts if type(value) is str]
        few = max(_MOST, len(column.values) * _MOST // 100)
        odd = {value for values in (_foreign(different), _novel(different)) for value in values}
        rows = [at for at, value in enumerate(column.values) if value in odd] if odd else []
        if len(rows) <= few:
            found.update(rows)
    return found


def _foreign(texts: Sequence[str]) -> list[str]:
    """Those with letters beyond ASCII; none where these are many."""
    if "".join(texts).isascii():
        return []
    return _some([text for text in texts if not text.isascii()], texts)


def _novel(texts: Sequence[str]) -> list[str]:
    """Those with a word that occurs once among words that nearly all recur."""
    some = texts[:_LOOKED_AT]
    if len(texts) < _FEWEST or 2 * sum([" " in text for text in some]) < len(some):
        return []
    if _bringing_new(texts[:: max(1, len(texts) // _SAMPLED)]):
        return []
    plain = _DIGITS.sub("0", "\n".join([text[:_LONGEST] for text in texts]))
    words = Counter(plain.split())
    total = words.total()
    new = {word for word, times in words.items() if times == 1}
    if not new or total - len(new) < _RECURRING * total:
        return []
    if plain.count("\n") != len(texts) - 1:
        return []
    lines = zip(texts, plain.split("\n"), strict=True)
    return _some([text for text, line in lines if not new.isdisjoint(line.split())], texts)


def _bringing_new(texts: Sequence[str]) -> bool:
    """Whether many words are new even among a part of the texts."""
    words = Counter(_DIGITS.sub("0", "\n".join([text[:_LONGEST] for text in texts])).split())
    return _NEW * sum([times == 1 for times in words.values()]) > words.total()


def _some(odd: list[str], texts: Sequence[str]) -> list[str]:
    return odd if len(odd) <= max(_MOST, len(texts) * _MOST // 100) else []
