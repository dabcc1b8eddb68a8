"""The way back from the notation of a compressed JSON text to the original."""

from __future__ import annotations

import json
import re
from typing import Any

from compressors.kinds._json_derive import PATH
from compressors.kinds._json_layout import Layout
from compressors.kinds._json_lines import members_of, row
from compressors.kinds._json_notation import AROUND, BELOW, OPENING, PLAIN, WORDS, reference
from compressors.kinds._json_shape import Affix, Fields, Items, Leaf, Many, Shape
from compressors.kinds._json_style import Spacing, Style
from compressors.kinds._json_text import dump

_STRING = r'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_REFERENCE = re.compile(
    rf"{_STRING}|~(?P<table>\d+)(?:\.(?P<column>\d+))?|&(?P<entry>\d+)(?P<rest>{_STRING})?",
    re.DOTALL,
)
_ENTRY = re.compile(r"&(\d+)=")
_HEAD = re.compile(r"(\d+)( of \d+)? rows (key:|columns:)?")
_ROWS_LEFT_OUT = re.compile(r"… \d+ rows")
_ITEMS_LEFT_OUT = re.compile(rf"({_STRING})|,… \d+ items", re.DOTALL)
_DEEPEST = 60
_FLAG = re.compile(
    r", (spaced|indent (?:\d+|tab)|ascii|upper|html|slash|lines|newline|crlf|tight"
    r"|short (?:(?:arrays|width) \d{2,3}|arrays|leaves)|(?:gaps|but|before|after) )"
)
_ESCAPES = ("ascii", "upper", "html", "slash")
_SCAN = json.JSONDecoder().raw_decode


def read(text: str) -> str | None:
    """The document that ``write`` was given whole; None where ``text`` is not such a notation."""
    return _read(text, cut=False)


def read_cut(text: str) -> str | None:
    """What is left of a document in a text from which rows or items were left out.

    None where ``text`` is not in the notation.
    """
    return _read(_ITEMS_LEFT_OUT.sub(lambda found: found[1] or "", text), cut=True)


def _read(text: str, *, cut: bool) -> str | None:
    if not text.startswith(OPENING):
        return None
    try:
        return _Reader(text, cut=cut).document()
    except (ValueError, IndexError, KeyError, TypeError, RecursionError):
        return None


class _Reader:
    """Reads a notation from its beginning to its end."""

    def __init__(self, text: str, *, cut: bool) -> None:
        self._lines = text.split("\n")
        self._cut = cut
        if cut:
            self._lines = [line for line in self._lines if not _ROWS_LEFT_OUT.fullmatch(line)]
        self._head = self._lines[0]
        self._at = len(OPENING)
        self._entries: list[str] = []

    def document(self) -> str:
        """The original.

        Raises:
            ValueError, IndexError: the text is not in the notation.
        """
        style = self._style()
        if self._take(f": {BELOW}]") or self._take("]"):
            self._end()
            return style.text([self._around()])
        self._expect(": ")
        rows, form, last = self._rows(self._read_entries(1))
        if not self._cut:
            self._expect("]")
        self._end()
        if last != len(self._lines):
            raise ValueError("more lines than rows")
        if style.lines:
            return style.text(rows)
        return style.text([_together(rows, form)])

    def _read_entries(self, line: int) -> int:
        """Reads the entries from ``line`` on; the number of the line after them."""
        while line < len(self._lines) and (found := _ENTRY.match(self._lines[line])):
            self._entries.append(self._lines[line][found.end() :])
            if int(found[1]) != len(self._entries):
                raise ValueError("an entry out of its place")
            line += 1
        return line

    def _style(self) -> Style:
        flags: set[str] = set()
        told: dict[str, Any] = {}
        name, rule = "", ""
        while flag := _FLAG.match(self._head, self._at):
            self._at = flag.end()
            word = flag[1]
            if word.endswith(" "):
                told[word.strip()] = json.loads(self._json())
            elif word == "tight" or word.startswith("short "):
                rule = word.removeprefix("short ")
            elif word.startswith(("spaced", "indent")):
                name = word
            else:
                flags.add(word)
        return Style(
            _spacing(name, rule, told),
            tuple([flag for flag in _ESCAPES if flag in flags]),
            lines="lines" in flags,
            returns="crlf" in flags,
            before=told.get("before", ""),
            after="\n" if "newline" in flags else told.get("after", ""),
        )

    def _around(self) -> str:
        """The document around the tables, with these and the entries in their places."""
        tables: list[tuple[list[str], str]] = []
        line = self._read_entries(2)
        while line < len(self._lines):
            self._head, self._at = self._lines[line], 0
            self._expect(f"{reference(len(tables) + 1)} ")
            rows, form, line = self._rows(line + 1)
            self._end()
            tables.append((rows, form))
        columns: dict[int, list[str]] = {}

        def placed(found: re.Match[str], depth: int) -> str:
            if found["entry"]:
                if depth > _DEEPEST:
                    raise ValueError("entries in a circle")
                text = filled(self._entries[int(found["entry"]) - 1], depth + 1)
                rest = found["rest"]
                return text[:-1] + rest[1:] if rest else text
            if not found["table"]:
                return found[0]
            number = int(found["table"]) - 1
            if not found["column"]:
                return _together(*tables[number])
            if number not in columns:
                columns[number] = _columns(tables[number][0])
            return columns[number][int(found["column"]) - 1]

        def filled(text: str, depth: int) -> str:
            return _REFERENCE.sub(lambda found: placed(found, depth), text)

        return filled(self._lines[1], 0)

    def _rows(self, first: int) -> tuple[list[str], str, int]:
        """The rows of the table whose head comes next, as JSON.

        With what the head says of their form, and the number of the line after.
        """
        head = _HEAD.match(self._head, self._at)
        if not head or (head[2] and not self._cut):
            raise ValueError("no head of a table")
        self._at = head.end()
        form = head[3] or ""
        shape = self._member()
        last = first + int(head[1])
        if last > len(self._lines):
            raise ValueError("fewer lines than rows")
        lines = self._lines[first:last]
        rows = [row(line, shape, self._entries, keyed=form == "key:") for line in lines]
        return rows, form, last

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
        if self._take("[]"):
            member = self._shape()
            if not isinstance(member, Fields):
                raise ValueError("an array of no objects")
            return Many(member)
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
        if self._take("<"):
            return Leaf(affix=self._affix())
        if self._take("?"):
            if self._head[self._at : self._at + 1] not in ("{", "["):
                return Leaf(optional=True)
            inner = self._shape()
            if isinstance(inner, Fields):
                return Fields(inner.names, inner.members, loose=True)
            if isinstance(inner, Many):
                return Many(inner.member, optional=True)
            raise ValueError("an array that is optional")
        if not self._take("="):
            return Leaf()
        plain = PLAIN.match(self._head, self._at)
        if not plain or plain[0] in WORDS - {"key"}:
            return Leaf(constant=self._json())
        self._at = plain.end()
        return Leaf(key=True) if plain[0] == "key" else Leaf(constant=dump(plain[0]))

    def _affix(self) -> Affix:
        """What stands around what varies in a column, up to the closing sign."""
        whole = self._take("=")
        before = "" if whole else self._part()
        source = None
        if self._take("{"):
            path = PATH.match(self._head, self._at)
            if not path:
                raise ValueError("no path of a column")
            self._at = path.end()
            source = path[0]
            self._expect("}")
        else:
            self._expect("*")
        after = "" if whole else self._part()
        self._expect(">")
        return Affix(before, after, source, whole)

    def _part(self) -> str:
        if self._head[self._at : self._at + 1] == '"':
            return str(json.loads(self._json()))
        found = AROUND.match(self._head, self._at)
        if not found:
            raise ValueError("no part of a string")
        self._at = found.end()
        return found[0]

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
        if self._at != len(self._head) and not self._cut:
            raise ValueError("more than a head")


def _spacing(name: str, rule: str, told: dict[str, Any]) -> Spacing:
    """The spacing that the flags of a head tell."""
    if "gaps" in told:
        return Spacing("", tuple(sorted(told["gaps"].items())))
    if not rule:
        return Spacing(name) if name else Spacing()
    unit = "\t" if name == "indent tab" else " " * int(name.removeprefix("indent "))
    padding, *others = told.get("but", [""])
    return Spacing(name, (), Layout(unit, rule, tuple(others), padding))


def _together(rows: list[str], form: str) -> str:
    """The rows of a table as the JSON that it stands for."""
    if form == "key:":
        return "{" + ",".join(rows) + "}"
    if form == "columns:":
        names = [name for name, _ in members_of(rows[0])]
        columns = zip(names, _columns(rows), strict=True)
        return "{" + ",".join([f"{name}:{column}" for name, column in columns]) + "}"
    return "[" + ",".join(rows) + "]"


def _columns(rows: list[str]) -> list[str]:
    """Rows that are objects, as an array for each name."""
    values = [[value for _, value in members_of(row)] for row in rows]
    return ["[" + ",".join(column) + "]" for column in zip(*values, strict=True)]
