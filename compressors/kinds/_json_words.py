"""Which of many texts say something that none of the others says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence


def _table() -> bytes:
    """Small letters, one digit for all, and spaces for what is in no word."""
    table = bytearray(range(256))
    for code in range(128):
        char = chr(code)
        table[code] = ord("0") if char.isdigit() else ord(char.lower()) if char.isalpha() else 32
    table[10] = 10
    return bytes(table)


_TABLE = _table()
_MOST_WORDS = 12


def odd_words(texts: Sequence[str], *, few: int) -> list[int]:
    """The texts with words that occur but once in all of them; none where these are many.

    Digits count as one, so that a number is as odd as its length. In ordinary prose most
    texts have such words; then they tell nothing.
    """
    whole = "\n".join([text.replace("\n", " ") for text in texts])
    data = whole.encode("utf-8", "replace").translate(_TABLE)
    counts = Counter(data.split())
    rare = [word for word, times in counts.items() if times == 1]
    if not rare or len(rare) > _MOST_WORDS * few:
        return []
    wanted = set(rare)
    found = [at for at, line in enumerate(data.split(b"\n")) if not wanted.isdisjoint(line.split())]
    return found if len(found) <= few else []
