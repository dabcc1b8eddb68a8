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


def strange(columns: Sequence[Series]) -> set[int]:
    """The rows, given the columns; few of each column, or none."""
    found: set[int] = set()
    for column in columns:
        if column.path and str in column.kinds:
            texts = [value if type(value) is str else "" for value in column.values]
            few = max(_MOST, len(texts) * _MOST // 100)
            for rows in (_foreign(texts), _novel(texts)):
                if len(rows) <= few:
                    found.update(rows)
    return found


def _foreign(texts: Sequence[str]) -> list[int]:
    """Those with letters beyond ASCII."""
    if "".join(texts).isascii():
        return []
    return [at for at, text in enumerate(texts) if not text.isascii()]


def _novel(texts: Sequence[str]) -> list[int]:
    """Those with a word that occurs once among words that nearly all recur."""
    if len(texts) < _FEWEST:
        return []
    words = Counter(_DIGITS.sub("0", " ".join([text[:_LONGEST] for text in texts])).split())
    total = words.total()
    new = {word for word, times in words.items() if times == 1}
    if not new or total - len(new) < _RECURRING * total:
        return []
    return [
        at
        for at, text in enumerate(texts)
        if not new.isdisjoint(_DIGITS.sub("0", text[:_LONGEST]).split())
    ]
