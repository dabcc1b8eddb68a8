"""Which lines of a configuration are folded away before anything else: comments and noise."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from math import ceil
from typing import NamedTuple

from compressors.kinds._config_asked import Asked
from compressors.kinds._config_lines import BLANK, COMMENT, PLAIN, Line
from compressors.kinds._loud import loud, stems_of

# What a Kubernetes API server writes for itself: who set which field when.
_NOISE = frozenset({"managedFields:"})
_SIGNS = " \t#;!-=*"
_SPANS = 12


class Folded(NamedTuple):
    """The numbers of the lines that stay, and of those left out by what they are."""

    kept: list[int]
    comments: list[int]
    noise: list[int]


def fold(
    lines: Sequence[Line],
    *,
    comment_share: float,
    noise: bool,
    asked: Asked,
) -> Folded:
    """The lines without empty ones, without comments but loud ones, and without ``noise``.

    Of the other comments the first stay, as many as ``comment_share`` says. What is asked
    for stays; what is out as nothing asks for it is in none of the parts.
    """
    left_out = asked.out
    comments = [
        number
        for number, line in enumerate(lines)
        if line.sort == COMMENT and number not in left_out
    ]
    stays = _comments_kept(lines, comments, asked.rows | asked.whole)
    rest = [number for number in comments if number not in stays]
    stays.update(rest[: ceil(comment_share * len(rest))])
    noise = noise and not _NOISE.isdisjoint([line.key for line in lines])
    out = _noise(lines, asked.rows) if noise else set()
    if not comments and not out:
        kept = [at for at, line in enumerate(lines) if line.sort != BLANK]
        return Folded([at for at in kept if at not in left_out] if left_out else kept, [], [])
    folded = Folded([], [], [])
    for number, line in enumerate(lines):
        if number in left_out:
            continue
        if number in out:
            folded.noise.append(number)
        elif line.sort == COMMENT and number not in stays:
            folded.comments.append(number)
        elif line.sort != BLANK:
            folded.kept.append(number)
    return folded


def _comments_kept(
    lines: Sequence[Line], comments: Sequence[int], asked: Collection[int]
) -> set[int]:
    """Comments that warn, order or deprecate, each with the line it may go on in."""
    stems = stems_of([lines[number].value for number in comments])
    stays: set[int] = set()
    for number in comments:
        text = lines[number].value
        if number == 0 or number in asked or loud(text, stems):
            stays.add(number)
            below = number + 1
            if below < len(lines) and lines[below].sort == COMMENT and text[-1:] not in ".!?:":
                stays.add(below)
    return {number for number in stays if lines[number].value.strip(_SIGNS)}


def _noise(lines: Sequence[Line], asked: Collection[int]) -> set[int]:
    """What stands below a key that no reader needs, the key itself not."""
    out: set[int] = set()
    start = -1
    for number, line in enumerate(lines):
        if start >= 0 and line.sort == PLAIN and line.depth <= lines[start].depth:
            start = -1
        if start >= 0:
            out.add(number)
        elif line.key in _NOISE and not line.value.strip():
            start = number
    return out if out.isdisjoint(asked) else set()


def where(numbers: Sequence[int]) -> str:
    """Numbers of lines as a reader counts them, neighbours as spans."""
    spans: list[list[int]] = []
    for number in numbers:
        if spans and spans[-1][1] == number:
            spans[-1][1] = number + 1
        else:
            spans.append([number + 1, number + 1])
    said = [f"{a}-{b}" if b > a else str(a) for a, b in spans[:_SPANS]]
    return ", ".join(said) + (", …" if len(spans) > _SPANS else "")
