"""What tells a JSON text from the compact text of the same values: white space and escapes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

import msgspec

from compressors.kinds._json_layout import Layout, laid_out, layout_of, tokens

COMPACT = "compact"
SPACED = "spaced"

_INDENTED = re.compile(r"[{\[]\n( +|\t+)")
_ESCAPED_PAST_ASCII = re.compile("[^\x00-\x7e]")
_PLAIN_SLASH = re.compile(r"/(?<!\\/)")
_MOST_GAPS = 24


class Spacing(msgspec.Struct, frozen=True):
    """Where a text has white space: ``compact``, ``spaced``, ``indent N``, or place by place.

    A place is named by what stands there (``o`` after opening, ``e`` in an empty container,
    ``n`` before a next item, ``k`` and ``v`` around a colon, ``b`` before a comma, ``c``
    before closing), the container, the item if it is a container too, and the depth, such
    as ``n[{1``: before the objects of an array, but for the first. With a ``layout`` some
    containers of an indented text stand on one line.
    """

    name: str = COMPACT
    places: tuple[tuple[str, str], ...] = ()
    layout: Layout | None = None

    def rule(self) -> Callable[[str], str]:
        """What stands at a place."""
        if not self.name:
            known = dict(self.places)
            return lambda place: known.get(place, "")
        if self.name == SPACED:
            return lambda place: " " if place[0] in "nv" else ""
        if self.name == COMPACT:
            return lambda _: ""
        unit = "\t" if self.name == "indent tab" else " " * int(self.name[7:])

        def indented(place: str) -> str:
            if place[0] in "on":
                return "\n" + unit * int(place[3:])
            if place[0] == "c":
                return "\n" + unit * (int(place[3:]) - 1)
            return " " if place[0] == "v" else ""

        return indented


def respace(compact: str, spacing: Spacing) -> str:
    """A compact text with the white space of ``spacing``."""
    if spacing.name == COMPACT:
        return compact
    if spacing.layout is not None:
        return laid_out(compact, spacing.layout)
    rule = spacing.rule()
    return "".join([rule(place) + part for place, _, part in _places(compact)])


def _places(text: str) -> Iterator[tuple[str, str, str]]:
    """The signs and words of a JSON text, each with the place before it and what is there."""
    containers: list[str] = []
    previous = ""
    for gap, part in tokens(text):
        if part in ("}", "]"):
            place = "e" if previous in ("{", "[") else "c"
        elif part in (",", ":"):
            place = "b" if part == "," else "k"
        elif previous in ("{", "["):
            place = "o"
        else:
            place = "n" if previous == "," else "v"
        opens = part in ("{", "[")
        item = part if opens and place in "on" else "."
        yield f"{place}{containers[-1]}{item}{len(containers)}" if containers else "t", gap, part
        if opens:
            containers.append(part)
        elif part in ("}", "]") and containers:
            containers.pop()
        previous = part


class Style(msgspec.Struct, frozen=True):
    """All that tells a text from the compact text of its values.

    ``escapes`` are those of ``ascii``, ``upper`` (hex digits), ``html`` and ``slash``;
    ``lines``: one document a line; ``returns``: lines end with a carriage return too;
    ``before`` and ``after``: white space around the whole.
    """

    spacing: Spacing = Spacing()
    escapes: tuple[str, ...] = ()
    lines: bool = False
    returns: bool = False
    before: str = ""
    after: str = ""

    def text(self, rows: list[str]) -> str:
        """The text of compact documents: one, or one a line."""
        spaced = [respace(escape(row, self.escapes), self.spacing) for row in rows]
        whole = self.before + "\n".join(spaced) + self.after
        return whole.replace("\n", "\r\n") if self.returns else whole


def escape(text: str, escapes: tuple[str, ...]) -> str:
    """A JSON text with characters of its strings written as escapes."""
    if "slash" in escapes:
        text = text.replace("/", "\\/")
    if "html" in escapes:
        for char in "<>&":
            text = text.replace(char, f"\\u{ord(char):04x}")
    if "ascii" in escapes:
        digits = "04X" if "upper" in escapes else "04x"

        def numbered(found: re.Match[str]) -> str:
            code = ord(found[0])
            if code < 0x10000:
                return f"\\u{code:{digits}}"
            code -= 0x10000
            return f"\\u{0xD800 + (code >> 10):{digits}}\\u{0xDC00 + (code & 0x3FF):{digits}}"

        text = _ESCAPED_PAST_ASCII.sub(numbered, text)
    return text


def escapes_of(text: str) -> tuple[str, ...]:
    """The escapes that a text seems to use."""
    found: list[str] = []
    if "\\" not in text:
        return ()
    if "\\u" in text:
        if text.isascii() and re.search(r"\\u(?!00[013])", text):
            found.append("ascii")
            if re.search(r"\\u[0-9A-F]*[A-F]", text):
                found.append("upper")
        if re.search(r"\\u00(?:3[ce]|26)", text) and not re.search("[<>&]", text):
            found.append("html")
    if "\\/" in text and not _PLAIN_SLASH.search(text):
        found.append("slash")
    return tuple(found)


def compacted(rows: Sequence[str]) -> tuple[list[str], Spacing | None]:
    """Documents without white space, and the spacing that all of them have, if they do."""
    try:
        compact = [msgspec.json.format(row, indent=-1) for row in rows]
        return compact, _spacing(list(rows), compact)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        # NaN, or half a surrogate pair.
        compact = ["".join([part for _, _, part in _places(row)]) for row in rows]
        return compact, _learned(rows)


def _spacing(rows: list[str], compact: list[str]) -> Spacing | None:
    """The spacing that all rows have, given them without any."""
    if rows == compact:
        return Spacing()
    indent = _INDENTED.match(rows[0])
    width = len(indent[1]) if indent else 0
    regular = not indent or indent[1][0] == " "
    if regular and [msgspec.json.format(row, indent=width) for row in compact] == rows:
        return Spacing(f"indent {width}" if indent else SPACED)
    if indent and len(rows) == 1:
        layout = layout_of(rows[0], compact[0], indent[1])
        if layout is not None:
            return Spacing("indent tab" if indent[1] == "\t" else f"indent {width}", (), layout)
    return _learned(rows)


def _learned(rows: Sequence[str]) -> Spacing | None:
    """The spacing that all rows have, gap by gap; None where two gaps differ."""
    seen: dict[str, str] = {}
    for row in rows:
        for place, gap, _ in _places(row):
            if seen.setdefault(place, gap) != gap:
                return None
        if row[-1:].isspace():
            return None
    return _named(seen)


def _named(seen: dict[str, str]) -> Spacing | None:
    """The spacing that has these gaps: one with a name if any has."""
    gaps = {place: gap for place, gap in seen.items() if gap}
    if not gaps:
        return Spacing()
    depth = next((gap for place, gap in gaps.items() if place[0] == "o" and place[3:] == "1"), "")
    names = [SPACED]
    if depth.startswith("\n") and len(depth) > 1:
        names = ["indent tab"] if depth == "\n\t" else [f"indent {len(depth) - 1}"]
    for name in names:
        rule = Spacing(name).rule()
        if all(rule(place) == gap for place, gap in seen.items() if place != "t"):
            return Spacing(name) if not seen.get("t") else None
    return Spacing("", tuple(sorted(gaps.items()))) if len(gaps) <= _MOST_GAPS else None
