"""Words that vary: forms of lines that are one form but for a name in one place.

A host, a user or a class name has no digits to tell it from a fixed word. Where many forms
agree in everything but the word in one place, that word is taken for a value.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

_WORD = re.compile(r"[A-Za-z][\w.$-]{2,}+")
# So many different words in one place are names; fewer may be states, and each counts.
_NAMES = 12
_OF_WORDS = bytes(code for code in range(256) if code > 127 or chr(code).isalnum()) + b"_.$-"
_WORDS, _LONGEST, _FORMS = 16, 600, 20_000


class Family(NamedTuple):
    """Forms that differ in one word, and that word of each."""

    forms: list[int]
    words: list[str]


def families(skeletons: Sequence[str], forms: Iterable[int]) -> list[Family]:
    """The families among ``forms``; a form is in one at most, the largest it fits in."""
    alike: dict[tuple[object, ...], Family] = {}
    short = [form for form in itertools.islice(forms, _FORMS) if len(skeletons[form]) <= _LONGEST]
    groups = _many(_many([short], skeletons, _signs), skeletons, _wordless)
    for number, group in enumerate(groups):
        words = [_WORD.findall(skeletons[form]) for form in group]
        shared = [Counter(column) for column in zip(*words, strict=True)]
        for form, own in zip(group, words, strict=True):
            # In a family all words but one are those of many forms.
            places = [place for place, word in enumerate(own) if shared[place][word] < _NAMES]
            for place in places or range(len(own)):
                if len(places) < 2 and place < _WORDS:
                    key = (number, place, *own[:place], *own[place + 1 :])
                    family = alike.setdefault(key, Family([], []))
                    family.forms.append(form)
                    family.words.append(own[place])
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


def _many(
    groups: Iterable[list[int]], skeletons: Sequence[str], alike: Callable[[str], list[str]]
) -> list[list[int]]:
    """The groups, parted by what ``alike`` makes of their lines, of which many are the same."""
    found: list[list[int]] = []
    for group in groups:
        if len(group) >= _NAMES:
            parted: dict[str, list[int]] = {}
            lines = alike("\n".join([skeletons[form] for form in group]))
            for form, line in zip(group, lines, strict=True):
                parted.setdefault(line, []).append(form)
            found += [part for part in parted.values() if len(part) >= _NAMES]
    return found


def _signs(lines: str) -> list[str]:
    """Of each line what certainly is not of its words: cheap, and many differ in that."""
    return lines.encode("utf-8", "replace").translate(None, _OF_WORDS).decode().split("\n")


def _wordless(lines: str) -> list[str]:
    """Each line with one letter for every word."""
    return _WORD.sub("a", lines).split("\n")
