"""The lines of a configuration, each as what leads up to its value, and its value.

Read by indentation alone, without a library for any of the formats: whatever a line may
be, its lead and its value together are the line.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
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

PLAIN, COMMENT, BLANK, SCALAR = 0, 1, 2, 3


class Line(NamedTuple):
    """A line taken apart: ``lead + value`` is the line.

    ``depth`` orders nesting: what belongs to a line is deeper than it. ``sort`` is one of
    PLAIN, COMMENT, BLANK and SCALAR, which is text inside a value of several lines.
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
    text = "\n".join(rows)
    parts = (_YAML if flavour == "yaml" else _ASSIGNED).findall(text)
    if len(parts) != len(rows):
        parts = [("", "", "", row) for row in rows]
    return _yaml(parts) if flavour == "yaml" else _assigned(parts, _COMMENTS.get(flavour, "#"))


def _yaml(parts: Sequence[tuple[str, str, str, str]]) -> list[Line]:
    lines: list[Line] = []
    # Of a tuple with names this is the quick way to make one, and most lines are made so.
    new = tuple.__new__
    within = -1
    for indent, dashes, key, value in parts:
        width = len(indent)
        if within >= 0:
            if not (dashes or key or value):
                lines.append(Line(indent, "", 0, SCALAR, False, ""))
                continue
            if width > within:
                lines.append(Line(indent, dashes + key + value, 2 * width, SCALAR, False, ""))
                continue
            within = -1
        if not (key or dashes):
            if not value:
                lines.append(Line(indent, "", 0, BLANK, False, ""))
            elif value[0] == "#":
                lines.append(Line(indent, value, 2 * width, COMMENT, False, ""))
            elif width == 0 and (value.startswith("---") or value == "..."):
                lines.append(Line(value, "", -1, PLAIN, True, ""))
            else:
                lines.append(Line(indent, value, 2 * width, PLAIN, False, ""))
            continue
        depth = 2 * width + (1 if dashes else 0)
        lead = indent + dashes + key
        lines.append(new(Line, (lead, value, depth, PLAIN, bool(dashes), key)))
        if (value[-1:] in "|>-+0123456789" or "#" in value) and _SCALAR.match(value):
            within = width + len(dashes) if key else width
    return lines


def _assigned(parts: Sequence[tuple[str, str, str, str]], signs: str) -> list[Line]:
    lines: list[Line] = []
    fence = ""
    for indent, section, key, value in parts:
        whole = section + key + value
        if fence:
            fence = "" if fence in whole else fence
            lines.append(Line(indent, whole, 4 + 2 * len(indent), SCALAR, False, ""))
        elif not whole:
            lines.append(Line(indent, "", 0, BLANK, False, ""))
        elif whole[0] in signs:
            lines.append(Line(indent, whole, 3, COMMENT, False, ""))
        elif section:
            lines.append(Line(indent, whole, 0, PLAIN, False, ""))
        elif key:
            lines.append(Line(indent + key, value, 2, PLAIN, False, key))
            fence = next((sign for sign in _FENCES if value.count(sign) == 1), "")
        else:
            # What closes a value stands beside what opened it.
            depth = 2 if value[0] in "]})" else 4
            lines.append(Line(indent, value, depth, PLAIN, False, ""))
    return lines


class Merged(NamedTuple):
    """Lines with runs of like ones as one, and the numbers of the lines that each stands for."""

    lines: list[Line]
    origin: list[list[int]]


def merge(lines: Sequence[Line], numbers: Sequence[int]) -> Merged:
    """The lines of these numbers; those of a list, or of one text, are one line together.

    Its value then holds line ends, each followed by the lead again.
    """
    merged = Merged([], [])
    values: list[str] = []
    above: Line | None = None
    total = len(numbers)
    for place, number in enumerate(numbers):
        line = lines[number]
        begins = not line.key and _may_begin(line)
        if not begins and (above is None or line.sort != SCALAR):
            if len(values) > 1 and above is not None:
                merged.lines[-1] = above._replace(value=f"\n{above.lead}".join(values))
            merged.lines.append(line)
            merged.origin.append([number])
            above, values = None, []
            continue
        opens = _opens(lines, numbers, place, total)
        if above is not None and not opens and _goes_on(above, line):
            values.append((line.lead + line.value)[len(above.lead) :])
            merged.origin[-1].append(number)
            continue
        if len(values) > 1 and above is not None:
            merged.lines[-1] = above._replace(value=f"\n{above.lead}".join(values))
        merged.lines.append(line)
        merged.origin.append([number])
        above = line if begins and not opens else None
        values = [line.value]
    if len(values) > 1 and above is not None:
        merged.lines[-1] = above._replace(value=f"\n{above.lead}".join(values))
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


def _opens(lines: Sequence[Line], numbers: Sequence[int], place: int, total: int) -> bool:
    """Whether something belongs to the line at ``place``."""
    if place + 1 == total or lines[numbers[place]].sort == SCALAR:
        return False
    below = lines[numbers[place + 1]]
    return below.sort == SCALAR or (
        below.sort == PLAIN and below.depth > lines[numbers[place]].depth
    )


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
