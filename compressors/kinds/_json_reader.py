"""The way back from the notation of a compressed JSON text to the original."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from compressors.kinds._json_notation import BELOW, OPENING, PLAIN, WORDS, reference
from compressors.kinds._json_rows import Fields, Items, Leaf, Shape, text_of
from compressors.kinds._json_style import Spacing, Style
from compressors.kinds._json_text import dump

_STRING = r'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_REFERENCE = re.compile(rf"{_STRING}|~(\d+)", re.DOTALL)
_STRING_CELL = re.compile(_STRING)
_HEAD = re.compile(r"(\d+) rows (key:)?")
_FLAG = re.compile(r", (spaced|indent (?:\d+|tab)|ascii|upper|html|slash|lines|newline|gaps )")
_ESCAPES = ("ascii", "upper", "html", "slash")
_SCAN = json.JSONDecoder().raw_decode


def read(text: str) -> str | None:
    """The document that ``write`` was given whole; None where ``text`` is not such a notation."""
    if not text.startswith(OPENING):
        return None
    try:
        return _Reader(text).document()
    except (ValueError, IndexError, RecursionError):
        return None


class _Reader:
    """Reads a notation from its beginning to its end."""

    def __init__(self, text: str) -> None:
        self._lines = text.split("\n")
        self._head = self._lines[0]
        self._at = len(OPENING)

    def document(self) -> str:
        """The original.

        Raises:
            ValueError, IndexError: the text is not in the notation.
        """
        style = self._style()
        if self._take(f": {BELOW}]"):
            self._end()
            return style.text([self._around()])
        if self._take("]"):
            self._end()
            (skeleton,) = self._lines[1:]
            return style.text([skeleton])
        self._expect(": ")
        rows, keyed, last = self._rows(1)
        self._expect("]")
        self._end()
        if last != len(self._lines):
            raise ValueError("more lines than rows")
        if style.lines:
            return style.text(rows)
        return style.text(["{" + ",".join(rows) + "}" if keyed else "[" + ",".join(rows) + "]"])

    def _style(self) -> Style:
        spacing, flags = Spacing(), []
        while flag := _FLAG.match(self._head, self._at):
            self._at = flag.end()
            if flag[1] == "gaps ":
                places = self._json()
                spacing = Spacing("", tuple(sorted(json.loads(places).items())))
            elif flag[1] == "spaced" or flag[1].startswith("indent"):
                spacing = Spacing(flag[1])
            else:
                flags.append(flag[1])
        escapes = tuple([flag for flag in _ESCAPES if flag in flags])
        return Style(spacing, escapes, lines="lines" in flags, newline="newline" in flags)

    def _around(self) -> str:
        """The document around the tables, with these in their places."""
        tables: list[str] = []
        line = 2
        while line < len(self._lines):
            self._head, self._at = self._lines[line], 0
            self._expect(f"{reference(len(tables) + 1)} ")
            rows, keyed, line = self._rows(line + 1)
            self._end()
            tables.append("{" + ",".join(rows) + "}" if keyed else "[" + ",".join(rows) + "]")

        def placed(found: re.Match[str]) -> str:
            return tables[int(found[1]) - 1] if found[1] else found[0]

        return _REFERENCE.sub(placed, self._lines[1])

    def _rows(self, first: int) -> tuple[list[str], bool, int]:
        """The rows of the table whose head comes next, as JSON; the number of the line after."""
        head = _HEAD.match(self._head, self._at)
        if not head:
            raise ValueError("no head of a table")
        self._at = head.end()
        keyed = bool(head[2])
        shape = self._member()
        last = first + int(head[1])
        if last > len(self._lines):
            raise ValueError("fewer lines than rows")
        return [_row(line, shape, keyed=keyed) for line in self._lines[first:last]], keyed, last

    def _shape(self) -> Shape:
        if self._take("{"):
            names: list[str] = []
            members: list[Shape] = []
            while not self._take("}"):
                if names:
                    self._expect(",")
                names.append(self._text())
                members.append(self._member())
            return Fields(tuple(names), tuple(members))
        if self._take("["):
            items: list[Shape] = []
            while not self._take("]"):
                if items:
                    self._expect(",")
                items.append(self._member())
            return Items(tuple(items))
        self._expect("*")
        return Leaf()

    def _member(self) -> Shape:
        if self._head[self._at] in "{[*":
            return self._shape()
        if self._take("?"):
            return Leaf(optional=True)
        if not self._take("="):
            return Leaf()
        plain = PLAIN.match(self._head, self._at)
        if not plain or plain[0] in WORDS - {"key"}:
            return Leaf(constant=self._json())
        self._at = plain.end()
        return Leaf(key=True) if plain[0] == "key" else Leaf(constant=dump(plain[0]))

    def _text(self) -> str:
        plain = PLAIN.match(self._head, self._at)
        if plain:
            self._at = plain.end()
            return plain[0]
        name = json.loads(self._json())
        if not isinstance(name, str):
            raise ValueError("a name that is no string")  # noqa: TRY004
        return name

    def _json(self) -> str:
        """The JSON value that comes next."""
        _, end = _SCAN(self._head, self._at)
        text = self._head[self._at : end]
        self._at = end
        return text

    def _take(self, sign: str) -> bool:
        if not self._head.startswith(sign, self._at):
            return False
        self._at += len(sign)
        return True

    def _expect(self, sign: str) -> None:
        if not self._take(sign):
            raise ValueError(f"no {sign!r} at {self._at}")

    def _end(self) -> None:
        if self._at != len(self._head):
            raise ValueError("more than a head")


def _row(line: str, shape: Shape, *, keyed: bool) -> str:
    """The JSON of the row on a line; in a map with its key and a colon before it."""
    if line.startswith("~"):
        return line[1:]
    cells = iter(_split(line))
    key = text_of(next(cells)) if keyed else ""
    text = _filled(shape, cells, key)
    if text is None or next(cells, None) is not None:
        raise ValueError("a row of another width")
    return f"{key}:{text}" if keyed else text


def _filled(shape: Shape, cells: Iterator[str], key: str) -> str | None:
    """The JSON of a shape with the next cells in its leaves; None where it is missing."""
    if isinstance(shape, Fields):
        parts = []
        for name, member in zip(shape.names, shape.members, strict=True):
            text = _filled(member, cells, key)
            if text is not None:
                parts.append(f"{dump(name)}:{text}")
        return "{" + ",".join(parts) + "}"
    if isinstance(shape, Items):
        return "[" + ",".join([_filled(item, cells, key) or "" for item in shape.members]) + "]"
    if shape.constant is not None:
        return shape.constant
    if shape.key:
        return key
    cell = next(cells, None)
    if cell is None:
        raise ValueError("a row of another width")
    if not cell and not shape.optional:
        raise ValueError("an empty cell")
    return text_of(cell) if cell else None


def _split(line: str) -> list[str]:
    """The cells of a line."""
    if '"' not in line and "{" not in line and "[" not in line:
        return line.split(",")
    cells = []
    at = 0
    while True:
        sign = line[at : at + 1]
        if sign == '"':
            string = _STRING_CELL.match(line, at)
            if not string:
                raise ValueError("a string without an end")
            end = string.end()
        elif sign in ("{", "["):
            _, end = _SCAN(line, at)
        else:
            end = line.find(",", at)
            end = len(line) if end < 0 else end
        cells.append(line[at:end])
        if end == len(line):
            return cells
        if line[end] != ",":
            raise ValueError("a cell without an end")
        at = end + 1
