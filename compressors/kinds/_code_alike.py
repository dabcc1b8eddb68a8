"""Texts of one form: which are alike up to names, and which of them are odd.

The form of a text is what remains without letters and digits. Texts of one form differ in
words only; a word that differs where nearly all others agree is odd, and so is a text that
is nearly, but not quite, of a form that many others have.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from compressors.kinds._log_odd import odd

_WORD = re.compile(rb"\w+(?:\.\d+)?")
_NOT_IN_FORM = bytes(
    code for code in range(256) if chr(code).isalnum() or code >= 128 or code in b"_ \t\r."
)
_FEWEST = 4
_FEWEST_ODD = 5
_AGREE = 0.8
_NEAR = 0.6
_LONGEST = 60


class Alike(NamedTuple):
    """Places of texts.

    ``exemplar`` says of each text that others are like which one stands for it (itself, for
    that one); ``odd`` are places of single rows, as (text, row), that differ from those of
    the others; ``near`` are texts that as a whole are nearly like the others.
    """

    exemplar: dict[int, int]
    odd: set[tuple[int, int]]
    near: list[int]


def alike(texts: Sequence[Sequence[bytes]]) -> Alike:
    """What is alike among ``texts``, each given as its rows."""
    forms = [b"\n".join(rows).translate(None, _NOT_IN_FORM) for rows in texts]
    families: dict[bytes, list[int]] = {}
    for place, form in enumerate(forms):
        families.setdefault(form, []).append(place)
    found = Alike({}, set(), [])
    large: list[tuple[list[int], frozenset[bytes]]] = []
    for form, members in families.items():
        if len(members) >= _FEWEST:
            large.extend(_family(members, texts, found, frozenset(form.split(b"\n"))))
    if large:
        _find_near(texts, forms, large, found)
    return found


def _family(
    members: Sequence[int],
    texts: Sequence[Sequence[bytes]],
    found: Alike,
    rows: frozenset[bytes],
) -> list[tuple[list[int], frozenset[bytes]]]:
    """Fill ``found`` from texts of one form; give those that are also of as many words."""
    known = {row: _WORD.findall(row) for row in {row for place in members for row in texts[place]}}
    words = {place: [known[row] for row in texts[place]] for place in members}
    counts: dict[tuple[int, ...], list[int]] = {}
    for place in members:
        counts.setdefault(tuple(map(len, words[place])), []).append(place)
    large = []
    for places in counts.values():
        if len(places) < _FEWEST:
            continue
        found.exemplar.update(dict.fromkeys(places, places[0]))
        large.append((places, rows))
        if len(places) >= _FEWEST_ODD:
            for row in range(len(texts[places[0]])):
                for column in zip(*(words[place][row] for place in places), strict=True):
                    found.odd.update((places[at], row) for at in _odd(column))
    return large


def _odd(column: Sequence[bytes]) -> list[int]:
    """Places of the words that differ where nearly all agree."""
    if column.count(column[0]) == len(column):
        return []
    value, times = Counter(column).most_common(1)[0]
    if times >= _AGREE * len(column):
        return [place for place, word in enumerate(column) if word != value]
    if not column[0][:1].isdigit():
        return []
    return odd([word.decode("utf-8", "replace") for word in column])


def _find_near(
    texts: Sequence[Sequence[bytes]],
    forms: Sequence[bytes],
    large: Sequence[tuple[list[int], frozenset[bytes]]],
    found: Alike,
) -> None:
    """Find texts that share most of their rows with a large family without being of it."""
    near: list[int] = []
    for place, form in enumerate(forms):
        if place in found.exemplar or not 0 < len(texts[place]) <= _LONGEST:
            continue
        rows = set(form.split(b"\n"))
        for _, others in large:
            if len(rows & others) >= _NEAR * max(len(rows), len(others)):
                near.append(place)
                break
    # Where many are nearly like the others, none of them is the exception.
    if len(near) <= max(_FEWEST, len(found.exemplar) // _FEWEST):
        found.near.extend(near)
