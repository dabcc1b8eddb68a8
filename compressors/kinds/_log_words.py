"""Words that vary: forms of lines that are one form but for a name in one place.

A host, a user or a class name has no digits to tell it from a fixed word. Where many forms
agree in everything but the word in one place, that word is taken for a value.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

_WORD = re.compile(r"[A-Za-z][\w.$-]{2,}+")
# So many different words in one place are names; fewer may be states, and each counts.
_NAMES = 12
_WORDS, _LONGEST, _FORMS = 16, 600, 20_000


class Family(NamedTuple):
    """Forms that differ in one word, and that word of each."""

    forms: list[int]
    words: list[str]


def families(skeletons: Sequence[str], forms: Iterable[int]) -> list[Family]:
    """The families among ``forms``; a form is in one at most, the largest it fits in."""
    alike: dict[tuple[str, str], Family] = {}
    built: dict[str, list[int]] = {}
    for form in itertools.islice(forms, _FORMS):
        text = skeletons[form]
        if len(text) <= _LONGEST:
            built.setdefault(_WORD.sub("a", text), []).append(form)
    # Only forms of as many words, with the same signs between them, can differ in one alone.
    likely = sorted(itertools.chain(*(group for group in built.values() if len(group) >= _NAMES)))
    for form in likely:
        text = skeletons[form]
        for word in itertools.islice(_WORD.finditer(text), _WORDS):
            family = alike.setdefault((text[: word.start()], text[word.end() :]), Family([], []))
            family.forms.append(form)
            family.words.append(word[0])
    large = [family for family in alike.values() if len(family.forms) >= _NAMES]
    large.sort(key=lambda family: (-len(family.forms), family.forms[0]))
    taken: set[int] = set()
    found: list[Family] = []
    for family in large:
        free = [place for place, form in enumerate(family.forms) if form not in taken]
        if len(free) >= _NAMES:
            found.append(
                Family([family.forms[at] for at in free], [family.words[at] for at in free])
            )
            taken.update(found[-1].forms)
    return found
