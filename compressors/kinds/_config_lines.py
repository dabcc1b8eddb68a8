"""The lines of a configuration, each as what leads up to its value, and its value.

Read by indentation alone, without a library for any of the formats: whatever a line may
be, its lead and its value together are the line.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

_YAML = re.compile(
    r"^([ \t]*+)((?:-[ \t]++)*+(?:-$)?+)"
    r"((?:\"[^\"\n]*+\"|'[^'\n]*+'|[^\s#\"'\[\]{}&*!|>%@`-][^:\n]*+(?::(?![ \t\n]|$)[^:\n]*+)*+"
    r"|-[^\s:-][^:\n]*+|[*&!<][^:\n]*+)[ \t]*+:(?=[ \t]|$))?+(.*+)$",
    re.MULTILINE,
)
_ASSIGNED = re.compile(
    r"^([ \t]*+)((?:\[[^\]\n]*+\]++[ \t]*+$)?+)"
    r"((?:\"[^\"\n]*+\"|[^\s#;=\"\[\]{},][^=:\n#]{0,120}+)(?:[ \t]*+(?:=|:(?!//))))?+(.*+)$",
    re.MULTILINE,
)
_JOINED = ('"', "'")
_SCALAR = re.compile(r"[ \t]*+(?:[&!][^\s]++[ \t]++)*+[|>][-+0-9]{0,3}[ \t]*+(?:#.*)?$")
_COMMENTS = {"yaml": "#", "toml": "#", "env": "#", "ini": "#;", "properties": "#!"}
_FENCES = ('"""', "'''")

_FARTHEST = 20_000

PLAIN, COMMENT, BLANK, SCALAR, NOTE = 0, 1, 2, 3, 4


class Line(NamedTuple):
    """A line taken apart: ``lead + value`` is the line.

    ``depth`` orders nesting: what belongs to a line is deeper than it. ``sort`` is one of
    PLAIN, COMMENT, BLANK, SCALAR, which is text inside a value of several lines, and NOTE,
    which stands in the place of lines that are left out.
    ``item`` tells whether the line begins an item of a list, or a document;
    ``key`` is what the value is named, as written, with the sign behind it.
    """

    lead: str
    value: str
    depth: int
    sort: int
    item: bool
    key: str


def take_apart(rows: Sequence[str], flavour: str) -> list[Line]:
    """The lines of a configuration of this flavour, one for each row."""
    # Rows recur: each different one is looked at once.
    different = list(dict.fromkeys(rows))
    parts = (_YAML if flavour == "yaml" else _ASSIGNED).findall("\n".join(different))
    if len(parts) != len(different):
        parts = [("", "", "", row) for row in different]
    if flavour == "yaml":
        known = {row: _yaml(*part) for row, part in zip(different, parts, strict=True)}
        return _with_texts(rows, known)
    signs = _COMMENTS.get(flavour, "#")
    known = {row: _assigned(signs, *part) for row, part in zip(different, parts, strict=True)}
    return _with_fences(rows, known)


# Of a tuple with names this is the quick way to make one, and most lines are made so.
_new = tuple.__new__


def _yaml(indent: str, dashes: str, key: str, value: str) -> Line:
    width = len(indent)
    if key or dashes:
        depth = 2 * width + (1 if dashes else 0)
        return _new(Line, (indent + dashes + key, value, depth, PLAIN, bool(dashes), key))
    if not value:
        return Line(indent, "", 0, BLANK, False, "")
    if value[0] == "#":
        return Line(indent, value, 2 * width, COMMENT, False, "")
    if width == 0 and (value.startswith("---") or value == "..."):
        return Line(value, "", -1, PLAIN, True, "")
    return Line(indent, value, 2 * width, PLAIN, False, "")


def _with_texts(rows: Sequence[str], known: Mapping[str, Line]) -> list[Line]:
    """The lines of rows, those inside of texts of several lines as such."""
    opening = {
        row: (len(line.lead) - len(line.key) if line.key else line.depth // 2)
        for row, line in known.items()
        if (line.key or line.item)
        and ("|" in line.value or ">" in line.value)
        and _SCALAR.match(line.value)
    }
    if not opening:
        return [known[row] for row in rows]
    lines: list[Line] = []
    within = -1
    for row in rows:
        if within >= 0:
            text = row.lstrip(" \t")
            width = len(row) - len(text)
            if not text or width > within:
                depth = 2 * width if text else 0
                lines.append(Line(row[:width], text, depth, SCALAR, False, ""))
                continue
        lines.append(known[row])
        within = opening.get(row, -1)
    return lines


def _assigned(signs: str, indent: str, section: str, key: str, value: str) -> Line:
    whole = section + key + value
    if not whole:
        return Line(indent, "", 0, BLANK, False, "")
    if whole[0] in signs:
        return Line(indent, whole, 3, COMMENT, False, "")
    if section:
        return Line(indent, whole, 0, PLAIN, False, "")
    if key:
        return _new(Line, (indent + key, value, 2, PLAIN, False, key))
    # What closes a value stands beside what opened it.
    return Line(indent, value, 2 if value[0] in "]})" else 4, PLAIN, False, "")


def _with_fences(rows: Sequence[str], known: Mapping[str, Line]) -> list[Line]:
    """The lines of rows, those between quotes that open and close over several as such."""
    opening = {
        row: sign
        for row, line in known.items()
        if line.key
        for sign in _FENCES[::-1]
        if line.value.count(sign) == 1
    }
    if not opening:
        return [known[row] for row in rows]
    lines: list[Line] = []
    fence = ""
    for row in rows:
        if fence:
            text = row.lstrip(" \t")
            width = len(row) - len(text)
            lines.append(Line(row[:width], text, 4 + 2 * width, SCALAR, False, ""))
            fence = "" if fence in text else fence
            continue
        lines.append(known[row])
        fence = opening.get(row, "")
    return lines


class Merged(NamedTuple):
    """Lines with runs of like ones as one, and the numbers of the lines that each stands for."""

    lines: list[Line]
    origin: list[Sequence[int]]

    def add(self, lines: Sequence[Line], numbers: Sequence[int]) -> None:
        """Add lines that stand for themselves."""
        self.lines.extend(lines)
        self.origin.extend([(number,) for number in numbers])

    def places_of(self, numbers: set[int]) -> set[int]:
        """The places of the lines that stand for one of ``numbers``."""
        if not numbers:
            return set()
        return {place for place, own in enumerate(self.origin) if not numbers.isdisjoint(own)}


def merge(lines: Sequence[Line], numbers: Sequence[int]) -> Merged:
    """The lines of these numbers; those of a list, or of one text, are one line together.

    Its value then holds line ends, each followed by the lead again.
    """
    every = [lines[number] for number in numbers]
    runs: list[list[int]] = []
    for place, line in enumerate(every):
        if line.key or not _may_begin(line) or _opens(every, place):
            continue
        if runs and runs[-1][1] == place and _goes_on(every[runs[-1][0]], line):
            runs[-1][1] += 1
        else:
            runs.append([place, place + 1])
    merged = Merged([], [])
    at = 0
    for start, end in [run for run in runs if run[1] - run[0] > 1]:
        merged.add(every[at:start], numbers[at:start])
        first = every[start]
        joined = "\n".join([line.lead + line.value for line in every[start:end]])
        merged.lines.append(first._replace(value=joined[len(first.lead) :]))
        merged.origin.append(numbers[start:end])
        at = end
    merged.add(every[at:], numbers[at:])
    return merged


def _may_begin(line: Line) -> bool:
    """Whether others may join a line."""
    if line.key or not line.value:
        return False
    if line.sort == SCALAR:
        return bool(line.lead)
    return (
        line.sort == PLAIN
        and line.depth >= 0
        and (line.lead.endswith("- ") if line.item else line.value.startswith(_JOINED))
    )


def _goes_on(above: Line, line: Line) -> bool:
    if line.sort == SCALAR:
        return above.sort == SCALAR and line.lead.startswith(above.lead) and bool(line.value)
    return line.lead == above.lead and line.item == above.item and _may_begin(line)


def _opens(lines: Sequence[Line], place: int) -> bool:
    """Whether something belongs to the line at ``place``."""
    if place + 1 == len(lines) or lines[place].sort == SCALAR:
        return False
    below = lines[place + 1]
    return below.sort == SCALAR or (below.sort == PLAIN and below.depth > lines[place].depth)


def above(lines: Sequence[Line], number: int) -> list[int]:
    """The lines that the line of this number belongs to, outermost first."""
    found: list[int] = []
    depth = lines[number].depth
    for at in range(number - 1, max(-1, number - _FARTHEST), -1):
        line = lines[at]
        if line.sort == PLAIN and line.depth < depth:
            found.append(at)
            depth = line.depth
            if depth <= 0:
                break
    return found[::-1]
