"""JSON texts to the character: values with their spelling, white space and escapes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import msgspec
import orjson

Value: TypeAlias = Any  # a JSON value: None, bool, int, float, str, list, dict, Literal

COMPACT = "compact"
SPACED = "spaced"

_PART = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[{}\[\],:]|[^\s"{}\[\],:]++|\s++', re.DOTALL)
_INDENTED = re.compile(r"[{\[]\n( +|\t+)")
_SURROGATE = re.compile("[\ud800-\udfff]")
_ESCAPED_PAST_ASCII = re.compile("[^\x00-\x7e]")
_PLAIN_SLASH = re.compile(r"/(?<!\\/)")
_LONGEST_INTEGER = 18
_MOST_GAPS = 24


class Literal(str):
    """A JSON text that stands for itself: what a parsed value could not be spelled as again.

    Numbers in another than the shortest spelling, NaN, objects with a name twice, strings
    with half a surrogate pair.
    """

    __slots__ = ()


class NotWritable(ValueError):
    """A value is nested too deeply to be written."""


def dump(value: Value) -> str:
    """The compact JSON text of ``value``; its literals as they are.

    Raises:
        NotWritable: the value is nested more than 250 levels deep.
    """
    try:
        return orjson.dumps(
            value, default=_fragment, option=orjson.OPT_PASSTHROUGH_SUBCLASS
        ).decode()
    except (TypeError, RecursionError) as error:
        raise NotWritable(str(error)) from None


def _fragment(literal: Value) -> orjson.Fragment:
    if isinstance(literal, Literal):
        return orjson.Fragment(str(literal))
    raise TypeError(type(literal).__name__)


@dataclass(frozen=True, slots=True)
class Spacing:
    """Where a text has white space: ``compact``, ``spaced``, ``indent N``, or place by place.

    A place is named by what stands there (``o`` after opening, ``e`` in an empty container,
    ``n`` before a next item, ``k`` and ``v`` around a colon, ``b`` before a comma, ``c``
    before closing), the container, the item if it is a container too, and the depth, such
    as ``n[{1``: before the objects of an array, but for the first.
    """

    name: str = COMPACT
    places: tuple[tuple[str, str], ...] = ()

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
    rule = spacing.rule()
    return "".join([rule(place) + part for place, _, part in _places(compact)])


def _places(text: str) -> Iterator[tuple[str, str, str]]:
    """The signs and words of a JSON text, each with the place before it and what is there."""
    containers: list[str] = []
    previous, gap = "", ""
    for part in _PART.findall(text):
        if part.isspace():
            gap = part
            continue
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
        previous, gap = part, ""


@dataclass(frozen=True, slots=True)
class Style:
    """All that tells a text from the compact text of its values.

    ``escapes`` are those of ``ascii``, ``upper`` (hex digits), ``html`` and ``slash``;
    ``lines``: one document a line; ``newline``: the text ends with one.
    """

    spacing: Spacing = Spacing()
    escapes: tuple[str, ...] = ()
    lines: bool = False
    newline: bool = False

    def text(self, rows: list[str]) -> str:
        """The text of compact documents: one, or one a line."""
        spaced = [respace(escape(row, self.escapes), self.spacing) for row in rows]
        return "\n".join(spaced) + ("\n" if self.newline else "")


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


def _escapes(text: str) -> tuple[str, ...]:
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


@dataclass(frozen=True, slots=True)
class Exact:
    """Values that keep their spelling, and the style of the text: None if it has none."""

    value: Value
    style: Style | None


def parse(text: str) -> Value | None:
    """The value of a JSON document, numbers perhaps rounded; None where it is none.

    ``null`` gives ``Literal("null")``, so that None is left for what is no JSON.
    """
    try:
        value = orjson.loads(text)
    except ValueError:
        try:
            value = json.loads(text, parse_int=_integer)
        except (ValueError, RecursionError):
            return None
    return Literal("null") if value is None else value


def exactly(text: str, value: Value) -> Exact:
    """The exact reading of a document, given what :func:`parse` read.

    Raises:
        NotWritable: the document is nested too deeply.
    """
    exact = _read([text.removesuffix("\n")], [value])
    style = exact.style and replace(exact.style, newline=text.endswith("\n"))
    return Exact(exact.value[0], style)


def exactly_lines(text: str, values: list[Value]) -> Exact:
    """The same of documents one a line: the values are a list."""
    rows = text.removesuffix("\n").split("\n")
    exact = _read([row for row in rows if row.strip()], values)
    if exact.style is None or len(rows) != len(exact.value):
        return Exact(exact.value, None)
    return Exact(exact.value, replace(exact.style, lines=True, newline=text.endswith("\n")))


def _read(rows: list[str], values: list[Value]) -> Exact:
    """The values of documents with their spelling, and the style that they all have."""
    try:
        compact = [msgspec.json.format(row, indent=-1) for row in rows]
        spacing = _spacing(rows, compact)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        # NaN, or half a surrogate pair.
        compact = ["".join([part for _, _, part in _places(row)]) for row in rows]
        spacing = _learned(rows)
    whole = "[" + ",".join(compact) + "]"
    escapes = _escapes(whole)
    try:
        if escape(orjson.dumps(values).decode(), escapes) == whole:
            return Exact(values, spacing and Style(spacing, escapes))
    except (TypeError, RecursionError):
        pass
    try:
        values = _DECODER.decode(whole)
    except (ValueError, RecursionError) as error:
        raise NotWritable(str(error)) from None
    values, written = _tame(values)
    regular = spacing is not None and escape(written, escapes) == whole
    return Exact(values, Style(spacing, escapes) if spacing and regular else None)


def _spacing(rows: list[str], compact: list[str]) -> Spacing | None:
    """The spacing that all rows have, given them without any."""
    if rows == compact:
        return Spacing()
    indent = _INDENTED.match(rows[0])
    width = len(indent[1]) if indent else 0
    regular = not indent or indent[1][0] == " "
    if regular and [msgspec.json.format(row, indent=width) for row in compact] == rows:
        return Spacing(f"indent {width}" if indent else SPACED)
    return _learned(rows)


def _learned(rows: list[str]) -> Spacing | None:
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


def _integer(text: str) -> Value:
    if len(text) <= _LONGEST_INTEGER and text != "-0":
        return int(text)
    return Literal(text)


def _object(pairs: list[tuple[str, Value]]) -> Value:
    """An object; where a name stands twice, its literal text."""
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    return Literal("{" + ",".join([f"{_tame(k)[1]}:{_tame(v)[1]}" for k, v in pairs]) + "}")


_DECODER = json.JSONDecoder(
    parse_float=Literal, parse_int=_integer, parse_constant=Literal, object_pairs_hook=_object
)


def _tame(value: Value) -> tuple[Value, str]:
    """``value`` and its text; strings with half a surrogate pair become literals."""
    try:
        return value, dump(value)
    except NotWritable:
        tamed = _without_halves(value, 0)
        return tamed, dump(tamed)


def _without_halves(value: Value, depth: int) -> Value:
    if depth > 250:
        raise NotWritable("nested too deeply")
    if type(value) is str and _SURROGATE.search(value):
        return Literal(_SURROGATE.sub(_half, json.dumps(value, ensure_ascii=False)))
    if type(value) is list:
        return [_without_halves(item, depth + 1) for item in value]
    if type(value) is dict:
        pairs = [
            (_without_halves(name, depth), _without_halves(item, depth + 1))
            for name, item in value.items()
        ]
        if all(type(name) is str for name, _ in pairs):
            return dict(pairs)
        return Literal("{" + ",".join([f"{dump(name)}:{dump(item)}" for name, item in pairs]) + "}")
    return value


def _half(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"
