"""Hunks that change the same: one stands for all, unless one of them differs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from compressors.kinds._diff_parts import Hunk, Parts
from compressors.kinds._lines_forms import numberless
from compressors.kinds._log_odd import odd

_DIGITS = re.compile(r"\d+")
_FEWEST = 3
_DIFFERENT = 8


def repeats(parts: Parts, hunks: Sequence[Hunk]) -> dict[int, int]:
    """For each hunk that another one stands for, by their heads, the other one.

    Hunks are alike that change the same but for indentation and numbers; of three or more
    the first stands for the others. One with a number unlike the others' stands for itself,
    and so does the first of each wording where there are few.
    """
    if len(hunks) < _FEWEST:
        return {}
    alike: dict[str, list[Hunk]] = {}
    texts: dict[int, str] = {}
    sizes = [hunk.sizes(parts.marks) for hunk in hunks]
    times = Counter(sizes)
    for hunk, size in zip(hunks, sizes, strict=True):
        if times[size] < _FEWEST:
            continue
        text = _changes(parts, hunk)
        texts[hunk.head] = text
        alike.setdefault(numberless(text), []).append(hunk)
    standing: dict[int, int] = {}
    for members in alike.values():
        if len(members) >= _FEWEST and texts[members[0].head]:
            standing.update(_standing(members, texts))
    return standing


def _changes(parts: Parts, hunk: Hunk) -> str:
    rows, marks, width = parts.rows, parts.marks, parts.width
    return "\n".join(
        [
            rows[at][:width] + rows[at][width:].strip()
            for at in range(hunk.head + 1, hunk.end)
            if marks[at] in "+-"
        ]
    )


def _standing(members: Sequence[Hunk], texts: Mapping[int, str]) -> dict[int, int]:
    worded: dict[str, list[Hunk]] = {}
    for hunk in members:
        worded.setdefault(texts[hunk.head], []).append(hunk)
    if len(worded) <= max(_DIFFERENT, len(members) // _DIFFERENT):
        return {hunk.head: same[0].head for same in worded.values() for hunk in same[1:]}
    columns = zip(*[_DIGITS.findall(texts[hunk.head]) for hunk in members], strict=True)
    own = {0, *[place for column in columns for place in odd(column)]}
    first = members[0].head
    return {hunk.head: first for place, hunk in enumerate(members) if place not in own}


def whitespace_only(parts: Parts, hunk: Hunk) -> bool:
    """Whether a hunk changes nothing but white space."""
    rows, marks, width = parts.rows, parts.marks, parts.width
    body = range(hunk.head + 1, hunk.end)
    removed = [rows[at][width:] for at in body if marks[at] == "-"]
    added = [rows[at][width:] for at in body if marks[at] == "+"]
    if not removed or not added:
        return not any(row.strip() for row in removed or added)
    return "".join("".join(removed).split()) == "".join("".join(added).split())
