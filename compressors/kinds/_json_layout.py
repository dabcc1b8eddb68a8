"""Where an indented text keeps short containers on one line, as formatters write them.

A rule says which containers stand on one line, and a list names those for which it is the
other way round, by their number in the text. ``arrays``: arrays that hold no container;
``leaves``: all containers that hold none; ``arrays N``: such arrays as fit a line of N
characters; ``width N``: all that fits. As Prettier does it, numbers that do not fit are
filled into lines. ``tight``: none, but no space follows a colon.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec

_PART = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[{}\[\],:]|[^\s"{}\[\],:]++|\s++', re.DOTALL)
# Of lines that begin or hold no container, not even an empty one.
_LEAF_ARRAY = re.compile(
    r"\[\n((?:[^\n]*+(?<![\[{])(?<!\[\])(?<!\{\})(?<!\[\],)(?<!\{\},)\n)*?)[ \t]*\]"
)
_NAMED = re.compile(r'^( *"[^"\\]*+(?:\\.[^"\\]*+)*+"): ', re.MULTILINE)
# A line on which a container begins and something in it stands.
_SHORT = re.compile(
    r'^[ \t]*+(?:"[^"\\]*+(?:\\.[^"\\]*+)*+"[ ]*+:[ ]*+)?[\[{][ ]*+[^\s\]}]', re.MULTILINE
)
_WIDTHS = (80, 100, 120)
_MOST_OTHERS = 24
_LONGEST = 1_000_000


class Layout(msgspec.Struct, frozen=True):
    """How a text is laid out: ``unit`` of indentation, rule, exceptions, and inner gaps.

    ``padding``: what stands inside the braces of an object on one line.
    """

    unit: str
    rule: str
    others: tuple[int, ...] = ()
    padding: str = ""


class _Token(NamedTuple):
    """A part of a compact text: a sign, or a value, with its place in the structure.

    ``close`` is the index of the end of what begins here, itself where nothing does.
    """

    text: str
    depth: int
    close: int


def tokens(text: str) -> list[tuple[str, str]]:
    """The parts of a JSON text, each with the white space before it."""
    found: list[tuple[str, str]] = []
    gap = ""
    for part in _PART.findall(text):
        if part.isspace():
            gap = part
        else:
            found.append((gap, part))
            gap = ""
    return found


def laid_out(compact: str, layout: Layout) -> str:
    """A compact text with the white space of ``layout``."""
    if layout.rule.startswith("arrays") and not layout.others and set(layout.unit) == {" "}:
        return _short_arrays(compact, layout.unit, _limit(layout))
    if layout.rule == "tight":
        return _tight(compact, layout.unit)
    structure = _structure([part for _, part in tokens(compact)])
    modes = _modes(structure, layout) or {}
    return "".join(_written(structure, modes, layout))


def layout_of(text: str, compact: str, unit: str) -> Layout | None:
    """The layout of a text whose first container is indented by ``unit``; None: none."""
    if not _SHORT.search(text):
        tight = set(unit) == {" "} and _tight(compact, unit) == text
        return Layout(unit, "tight") if tight else None
    if set(unit) == {" "}:
        for width in (0, *_WIDTHS):
            if _short_arrays(compact, unit, width) == text:
                return Layout(unit, f"arrays {width}" if width else "arrays")
    if len(text) > _LONGEST:
        return None
    found = tokens(text)
    structure = _structure([part for _, part in found])
    flat = {
        at: "\n" not in found[at + 1][0]
        for at, token in enumerate(structure)
        if token.close > at + 1
    }
    padding = next((found[at + 1][0] for at in flat if flat[at] and found[at][1] == "{"), "")
    for rule in _rules(structure, flat, Layout(unit, "arrays", (), padding)):
        others: list[int] = []
        plain = Layout(unit, rule, (), padding)
        modes = _modes(structure, plain, flat, others)
        if modes is None:
            continue
        layout = Layout(unit, rule, tuple(others), padding)
        if laid_out(compact, layout) == text:
            return layout
    return None


def _rules(structure: Sequence[_Token], flat: Mapping[int, bool], layout: Layout) -> list[str]:
    """The rules worth a try: the usual ones, and the width of the longest short container."""
    lengths = _flat_lengths(structure, layout)
    widest = max([_width(structure, at, layout, lengths) for at in flat if flat[at]], default=0)
    widths = [width for width in _WIDTHS if width >= widest]
    widths += [widest] * (10 < widest < 1000 and widest not in widths)
    sizes = [f"{kind} {width}" for width in widths for kind in ("arrays", "width")]
    return ["arrays", "leaves", *sizes]


def _width(structure: Sequence[_Token], at: int, layout: Layout, lengths: Sequence[int]) -> int:
    """How wide a line is on which a container stands, were it on one line."""
    token = structure[at]
    start = len(layout.unit) * token.depth
    if at >= 2 and structure[at - 1].text == ":":
        start += len(structure[at - 2].text) + 2
    comma = token.close + 1 < len(structure) and structure[token.close + 1].text == ","
    return start + lengths[token.close] - lengths[at] + 1 + comma


def _tight(compact: str, unit: str) -> str:
    return _NAMED.sub(r"\1:", msgspec.json.format(compact, indent=len(unit)))


def _short_arrays(compact: str, unit: str, width: int) -> str:
    """The indented text with arrays of plain values on one line, where they fit ``width``."""
    indented = msgspec.json.format(compact, indent=len(unit))

    def joined(found: re.Match[str]) -> str:
        lines = [line.lstrip(" ") for line in found[1].split("\n")]
        text = "[" + " ".join(lines)[:-1] + "]"
        if not width:
            return text
        start = found.start() - indented.rfind("\n", 0, found.start()) - 1
        if start + len(text) + indented.startswith(",", found.end()) <= width:
            return text
        if all(line[0] in "-0123456789" for line in lines[:-1]):
            indent = " " * (len(found[1]) - len(found[1].lstrip(" ")))
            return (
                "[\n"
                + _filled(lines[:-1], indent, width)
                + found[0][found.end(1) - found.start() :]
            )
        return found[0]

    return _LEAF_ARRAY.sub(joined, indented)


def _filled(lines: Sequence[str], indent: str, width: int) -> str:
    """Lines that are filled with items, each with its comma."""
    parts = [indent]
    column = len(indent)
    for number, line in enumerate(lines):
        if number and column + 1 + len(line) > width:
            parts.append("\n" + indent)
            column = len(indent)
        elif number:
            parts.append(" ")
            column += 1
        parts.append(line)
        column += len(line)
    return "".join(parts) + "\n"


def _structure(parts: Sequence[str]) -> list[_Token]:
    """The parts with their depth and the ends of the containers that begin there."""
    closes = list(range(len(parts)))
    depths: list[int] = []
    open_: list[int] = []
    for at, part in enumerate(parts):
        if part in ("}", "]") and open_:
            closes[open_.pop()] = at
        depths.append(len(open_))
        if part in ("{", "["):
            open_.append(at)
    return list(map(_Token, parts, depths, closes))


def _modes(
    structure: Sequence[_Token],
    layout: Layout,
    seen: Mapping[int, bool] | None = None,
    differing: list[int] | None = None,
) -> dict[int, str] | None:
    """Of each container that is not empty whether it is ``flat``, ``open`` or ``filled``.

    ``seen``: which are flat in a text; those of which the rule says otherwise are added to
    ``differing``, and where these are too many the answer is None.
    """
    modes: dict[int, str] = {}
    others = set(layout.others)
    most = min(_MOST_OTHERS, 2 + len(seen) // 8) if seen else 0
    width = _limit(layout)
    lengths = _flat_lengths(structure, layout) if width else ()
    until = -1
    for at, token in enumerate(structure):
        if token.close <= at + 1:
            continue
        if at < until:
            modes[at] = "flat"
        else:
            modes[at] = _mode(structure, at, layout, lengths, width)
        number = len(modes) - 1
        differs = number in others
        if seen is not None and differing is not None and seen[at] != (modes[at] == "flat"):
            differs = True
            differing.append(number)
            if len(differing) > most:
                return None
        if differs:
            modes[at] = "open" if modes[at] == "flat" else "flat"
        if modes[at] == "flat" and at > until:
            until = token.close
    return modes


def _limit(layout: Layout) -> int:
    """The width that a rule speaks of; 0 for none."""
    return int(layout.rule.partition(" ")[2] or 0)


def _mode(
    structure: Sequence[_Token], at: int, layout: Layout, lengths: Sequence[int], width: int
) -> str:
    token = structure[at]
    inner = range(at + 1, token.close)
    if not layout.rule.startswith("width"):
        leaf = not any(structure[place].close > place for place in inner)
        if not leaf or (token.text == "{" and layout.rule != "leaves"):
            return "open"
    if not width or _width(structure, at, layout, lengths) <= width:
        return "flat"
    numbers = token.text == "[" and all(
        structure[place].text == "," or structure[place].text[0] in "-0123456789" for place in inner
    )
    return "filled" if numbers else "open"


def _flat_lengths(structure: Sequence[_Token], layout: Layout) -> list[int]:
    """Where each part would end, were all on one line."""
    ends = []
    end = 0
    previous = ""
    for at, token in enumerate(structure):
        end += len(_flat_gap(previous, token.text, layout)) + len(token.text)
        ends.append(end if at else 1)
        previous = token.text
    return ends


def _flat_gap(previous: str, part: str, layout: Layout) -> str:
    if previous in (",", ":"):
        return " "
    if previous == "{" and part != "}":
        return layout.padding
    return layout.padding if part == "}" and previous != "{" else ""


def _written(structure: Sequence[_Token], modes: dict[int, str], layout: Layout) -> Iterator[str]:
    """The parts with what stands before each."""
    width = _limit(layout)
    around: list[str] = []
    previous = ""
    column = 0
    for at, token in enumerate(structure):
        part = token.text
        mode = around[-1] if around else "flat"
        if part in (",", ":"):
            gap = ""
        elif previous == ":":
            gap = " "
        elif part in ("}", "]") and previous in ("{", "["):
            gap = ""
        elif mode == "flat":
            gap = _flat_gap(previous, part, layout)
        else:
            gap = "\n" + layout.unit * token.depth
            if mode == "filled" and previous == ",":
                comma = structure[at + 1].text == ","
                gap = " " if column + 1 + len(part) + comma <= width else gap
        if part in ("}", "]") and around:
            around.pop()
        if token.close > at:
            around.append(modes.get(at, "flat"))
        if gap[:1] == "\n":
            column = len(gap) - 1
        else:
            column += len(gap)
        column += len(part)
        yield gap
        yield part
        previous = part
