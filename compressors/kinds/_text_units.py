"""A text as sentences: pieces that follow one another without a gap, each with what it is.

A sentence ends at its sign (``. ! ? 。 ！ ？``), at an empty line, and at the end of a line that
does not go on in the next. Lines of structure (headings, items of lists, rows of tables,
fences and what they hold) are pieces of their own. What has neither ends nor lines is cut
at spaces or signs, so that no piece is much longer than a paragraph.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

# One set of signs in front: the text is searched for these without trying the rest.
_END = re.compile(
    r"[.!?…。！？｡\n](?:(?<=\n)(?:[ \t\r]*\n)*"
    r"|(?:(?<=[.!?…])(?<![.!?…]{2})[.!?…]*+[\"'”’»)\]*_]*[ \t]+(?![a-z,;.])"
    r"|(?<=[。！？｡])[。！？｡]*[」』”’）)】》]*[ \t]*)(?:\n(?:[ \t\r]*\n)*)?)"
)
_ABBREVIATIONS = frozenset(
    re.findall(
        r"\w+",
        "al approx art bd bzgl bzw ca cf ch chap co corp dept dr ed eds eg eq est etc evtl "
        "fig figs ggf hr inc inkl jr ltd max min mr mrs ms nr no nos op pp prof ref refs rev "
        "sec sect seq sog sr st str tel usw vgl viz vol vs zzgl",
    )
)
_GERMAN_MONTH = re.compile(
    r"(?:Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember)\b"
)
_TELLING = frozenset("#=-~|`")
_HEADING = re.compile(r"#{1,6}[ \t]")
_STRUCTURE = re.compile(
    r"#{1,6}[ \t]|[-*+•][ \t]|\d{1,3}[.)][ \t]|[a-z][.)][ \t]|\||>|`{3}|~{3}|={3,}|-{3,}|\*{3,}|:\w"
    r"|\.\. |@|<|\$ "
)
_FENCES = ("```", "~~~")
_JOINED_FROM, _FULL, _SPACES = 30, 52, 4
_WORD = 5
_OPENING, _OPEN_END = "(\"'“„«‘", ",;-–—)\"'’”"
_LONGEST, _PIECE = 1_000, 400
_CUT = re.compile(r"[^\n]{160,360}?[ ,;})\]>|]+|[^\n]{1,400}|\n+")
_BLOB = re.compile(r"[A-Za-z0-9+/=_%-]{300,}")

PROSE, HEADING, FENCE, RULE, BLOB, UNDERLINE = range(6)
"""What a piece is: a sentence or line; a heading; a fence; a rule of a table; encoded data."""


class Units(NamedTuple):
    """The pieces of a text, which with ``gap`` between them are the text, and what each is."""

    pieces: list[str]
    sorts: list[int]
    gap: str = ""


def units(text: str) -> Units:
    """``text`` cut into pieces, in time linear in its length."""
    pieces = [text[start:end] for start, end in pairwise(_bounds(text))]
    if max(map(len, pieces), default=0) <= _LONGEST:
        return Units(pieces, _sorts(pieces))
    pieces, blobs = _divided(pieces)
    sorts = _sorts(pieces)
    for at in blobs:
        sorts[at] = BLOB
    return Units(pieces, sorts)


def _divided(pieces: Iterable[str]) -> tuple[list[str], list[int]]:
    """The pieces with the long ones in parts, and which of these are encoded data."""
    divided: list[str] = []
    blobs: list[int] = []
    for piece in pieces:
        if len(piece) <= _LONGEST:
            divided.append(piece)
            continue
        for part in _cut(piece):
            if _BLOB.match(part):
                blobs.append(len(divided))
            divided.append(part)
    return divided, blobs


def lines(rows: Sequence[str]) -> Units:
    """Rows as they are, each a piece."""
    return Units(list(rows), _sorts(rows), "\n")


def _sorts(pieces: Sequence[str]) -> list[int]:
    sorts = [PROSE] * len(pieces)
    fenced = False
    for at, piece in enumerate(pieces):
        if piece[:1] not in _TELLING:
            continue
        sort = _sort(piece)
        if sort == FENCE:
            fenced = not fenced
            sorts[at] = FENCE
        elif fenced or sort == PROSE:
            continue
        elif sort == UNDERLINE:
            # A line under a line makes that one a heading.
            above = pieces[at - 1].rstrip("\n") if at else ""
            if above and sorts[at - 1] == PROSE and len(above) <= 2 * len(piece) + 8:
                sorts[at - 1] = sorts[at] = HEADING
        else:
            sorts[at] = sort
            if sort == RULE and at:
                sorts[at - 1] = RULE
    return sorts


def _sort(piece: str) -> int:
    first = piece[:1]
    if first == "#":
        return HEADING if _HEADING.match(piece) else PROSE
    if first == "|":
        return RULE if not piece.strip("|-: \t\r\n") else PROSE
    if first in "=-~" and len(piece) >= 3 and not piece.strip(f"{first} \t\r\n"):
        return UNDERLINE
    return FENCE if piece.startswith(_FENCES) else PROSE


def _bounds(text: str) -> list[int]:
    """Where each piece begins, and where the last one ends."""
    bounds = [0]
    start = line = 0
    for found in _END.finditer(text):
        at, end = found.start(), found.end()
        if text[at] == "\n":
            if end == at + 1 and _goes_on(text, line, at):
                line = end
                continue
            line = end
        elif "\n" in found[0]:
            line = end
        elif text[line] == "#" and _HEADING.match(text, line):
            continue  # "## 2. Names": a heading is whole
        elif text[at] == "." and _abbreviated(text, start, at, end):
            continue
        if end > start:
            bounds.append(end)
            start = end
    if start < len(text):
        bounds.append(len(text))
    return bounds


def _goes_on(text: str, line: int, at: int) -> bool:
    """Whether the line that ends at ``at`` is continued on the next."""
    if at - line < _JOINED_FROM:
        return False
    before = text[at - 1]
    after = at + 1
    while text[after : after + 1] in (" ", "\t"):
        after += 1
    following = text[after : after + 1]
    if not following.isalnum() and following not in _OPENING:
        return False
    if not following or not (before.isalnum() or before in _OPEN_END):
        return False
    indent = line
    while text[indent] in " \t":
        indent += 1
    if after - at - 1 < indent - line or after - at - 1 > indent - line + 4:
        return False
    if _STRUCTURE.match(text, after) or text.find("  ", indent, at) >= 0:
        return False
    if following.islower():
        return True
    # A full line of prose may go on with a name or a noun; short lines are lines.
    return at - line >= _FULL and text.count(" ", line, at) >= _SPACES


def _abbreviated(text: str, start: int, at: int, end: int) -> bool:
    """Whether the full stop at ``at`` ends a word only, not a sentence."""
    if end > at + 1 and text[at + 1] == ".":
        return False
    within = text[max(start, at - 12) : at]
    # No abbreviation without a full stop within is that long.
    if within[-_WORD:].isalpha() and len(within) >= _WORD and "." not in within:
        return False
    before = within.split()
    last = before[-1].lstrip("([\"'„“«") if before else ""
    if not last or (len(before) == 1 and at - start <= 4 and last.isalnum()):
        # The number or letter of an item in a list.
        return True
    if last.isdigit():
        return len(last) <= 2 and _GERMAN_MONTH.match(text, end) is not None
    return (len(last) == 1 and last.isalpha()) or "." in last or last.lower() in _ABBREVIATIONS


def _cut(piece: str) -> list[str]:
    """A long piece in parts: encoded data apart from what surrounds it."""
    parts: list[str] = []
    at = 0
    for blob in _BLOB.finditer(piece):
        parts.extend(_CUT.findall(piece[at : blob.start()]))
        parts.extend(blob[0][k : k + _PIECE] for k in range(0, len(blob[0]), _PIECE))
        at = blob.end()
    parts.extend(_CUT.findall(piece[at:]))
    return parts
