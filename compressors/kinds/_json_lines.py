"""The lines of a table in the notation, read back as JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

from compressors.kinds._json_cells import text_of
from compressors.kinds._json_derive import KEY
from compressors.kinds._json_shape import Affix, Fields, Items, Leaf, Many, Shape, looseness, width
from compressors.kinds._json_text import dump

_STRING_CELL = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
_REFERENCE = re.compile(r"&(\d+)")
_SCAN = json.JSONDecoder().raw_decode


def row(line: str, shape: Shape, entries: Sequence[str], *, keyed: bool) -> str:
    """The JSON of the row on a line; in a map with its key and a colon before it.

    Raises:
        ValueError, IndexError: the line is none of this shape.
    """
    if line.startswith("~"):
        return line[1:]
    cells = _split(line)
    if entries:
        cells = [
            entries[int(found[1]) - 1] if (found := _REFERENCE.fullmatch(cell)) else cell
            for cell in cells
        ]
    key = text_of(cells[0]) if keyed else ""
    reading = _Row(cells, int(keyed), key)
    text = reading.filled(shape)
    if text is None or reading.at != len(cells):
        raise ValueError("a row of another width")
    return f"{key}:{text}" if keyed else text


class _Row:
    """The cells of one line, read from the first to the last."""

    __slots__ = ("_cells", "_key", "at")

    def __init__(self, cells: Sequence[str], at: int, key: str) -> None:
        self._cells = cells
        self._key = key
        self.at = at

    def filled(self, shape: Shape) -> str | None:
        """The JSON of a shape with the next cells in its leaves."""
        told: dict[str, str] = {KEY: self._key} if self._key else {}
        self._leaves(shape, "", told, self.at)
        return self._text(shape, told)

    def _leaves(self, shape: Shape, path: str, told: dict[str, str], at: int) -> int:
        """Adds to ``told`` what other columns may be told by; the place after the shape."""
        if isinstance(shape, Leaf):
            if shape.celled and at < len(self._cells) and self._cells[at]:
                told[path] = _leaf(shape, self._cells[at])
            return at + shape.celled
        if isinstance(shape, Many) or (isinstance(shape, Fields) and shape.loose):
            return at + width(shape)
        if isinstance(shape, Items):
            for member in shape.members:
                at = self._leaves(member, path, told, at)
            return at
        for name, member in zip(shape.names, shape.members, strict=True):
            at = self._leaves(member, f"{path}.{name}" if path else name, told, at)
        return at

    def _text(self, shape: Shape, told: dict[str, str], path: str = "") -> str | None:
        if isinstance(shape, Fields):
            return self._object(shape, told, path)
        if isinstance(shape, Items):
            return (
                "[" + ",".join([self._text(item, told, path) or "" for item in shape.members]) + "]"
            )
        if isinstance(shape, Many):
            cell = self._next(optional=shape.optional)
            return _unpacked(text_of(cell), shape.member) if cell else None
        if shape.constant is not None:
            return shape.constant
        if shape.key:
            return self._key
        if shape.affix is not None and shape.affix.source is not None:
            return _told(shape.affix, told[shape.affix.source])
        cell = self._next(optional=shape.optional)
        return _leaf(shape, cell) if cell else None

    def _object(self, shape: Fields, told: dict[str, str], path: str) -> str | None:
        if shape.loose:
            sign = "!" * looseness(shape)
            if self._cells[self.at].startswith(sign):
                other = self._cells[self.at][len(sign) :]
                self.at += width(shape)
                return other or None
            told = {}
            at = self.at
            for name, member in zip(shape.names, shape.members, strict=True):
                at = self._leaves(member, f"{path}.{name}" if path else name, told, at)
        parts = []
        for name, member in zip(shape.names, shape.members, strict=True):
            text = self._text(member, told, f"{path}.{name}" if path else name)
            if text is not None:
                parts.append(f"{dump(name)}:{text}")
        return "{" + ",".join(parts) + "}"

    def _next(self, *, optional: bool) -> str:
        cell = self._cells[self.at]
        self.at += 1
        if not cell and not optional:
            raise ValueError("an empty cell")
        return cell


def _leaf(leaf: Leaf, cell: str) -> str:
    """The JSON text of a cell, with what the header says stands around it."""
    if leaf.affix is None:
        return text_of(cell)
    rest = json.loads(cell) if cell[0] == '"' else cell
    return dump(leaf.affix.before + rest + leaf.affix.after)


def _told(affix: Affix, text: str) -> str:
    if affix.whole:
        return text
    inner = json.loads(text) if text[0] == '"' else text
    return dump(affix.before + inner + affix.after)


def _unpacked(text: str, member: Fields) -> str:
    """An array of objects, given the array of their leaves."""
    if text[0] != "[":
        return text
    count = width(member)
    items = []
    for item in elements(text):
        if count == 1:
            items.append(item if item[0] == "{" else _one(member, [item]))
        else:
            items.append(_one(member, elements(item)) if item[0] == "[" else item)
    return "[" + ",".join(items) + "]"


def _one(member: Fields, leaves: list[str]) -> str:
    """An object with these leaves."""
    if len(leaves) != width(member):
        raise ValueError("an object of another width")
    return _object(member, iter(leaves))


def _object(shape: Fields, leaves: Iterator[str]) -> str:
    parts = []
    for name, member in zip(shape.names, shape.members, strict=True):
        if isinstance(member, Fields):
            text = _object(member, leaves)
        elif isinstance(member, Leaf) and member.constant is not None:
            text = member.constant
        else:
            text = next(leaves)
            text = _unpacked(text, member.member) if isinstance(member, Many) else text
        parts.append(f"{dump(name)}:{text}")
    return "{" + ",".join(parts) + "}"


def elements(text: str) -> list[str]:
    """The JSON texts of the items of a compact array."""
    found = []
    at = 1
    while text[at] != "]":
        _, end = _SCAN(text, at)
        found.append(text[at:end])
        at = end + (text[end] == ",")
    return found


def members_of(text: str) -> list[tuple[str, str]]:
    """The JSON texts of the names and values of a compact object."""
    found = []
    at = 1
    while text[at] != "}":
        _, colon = _SCAN(text, at)
        _, end = _SCAN(text, colon + 1)
        found.append((text[at:colon], text[colon + 1 : end]))
        at = end + (text[end] == ",")
    return found


def _split(line: str) -> list[str]:
    """The cells of a line."""
    if '"' not in line and "{" not in line and "[" not in line:
        return line.split(",")
    cells = []
    at = 0
    while True:
        sign = line[at : at + 1]
        start = at
        while sign == "!":
            start += 1
            sign = line[start : start + 1]
        if sign == '"':
            string = _STRING_CELL.match(line, start)
            if not string:
                raise ValueError("a string without an end")
            end = string.end()
        elif sign in ("{", "["):
            _, end = _SCAN(line, start)
        else:
            end = line.find(",", start)
            end = len(line) if end < 0 else end
        cells.append(line[at:end])
        if end == len(line):
            return cells
        if line[end] != ",":
            raise ValueError("a cell without an end")
        at = end + 1
