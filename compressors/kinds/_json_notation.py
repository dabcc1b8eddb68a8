"""The notation of a compressed JSON text, and the way back from it to the character.

::

    [toin json, spaced: 3 rows {id,name,currency=USD,address{city,zip}}]
    1,Alice,Rome,"00184"
    2,"Bob, the second",Oslo,"0150"
    ~{"id":3,"name":null}

One table takes a header and a line a row. Cells are JSON, but strings that are no numbers
and have no comma stand without quotes; an empty cell is a name that the row has not;
``name=value`` is the same in every row; ``~`` begins a row of another shape. Where tables
stand inside a document, ``~1`` stands for the first::

    [toin json: ~N = rows below]
    {"total":3,"orders":~1}
    ~1 3 rows {id,name}
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from itertools import compress, pairwise

from compressors.kinds._json_rows import Fields, Items, Leaf, Shape, Table, text_of
from compressors.kinds._json_text import COMPACT, Literal, Spacing, Style, Value, dump

_OPENING = "[toin json"
_BELOW = "~N = rows below"
# A name or a value that cannot be taken for a sign of the header.
_PLAIN = re.compile(r"[^\W\d](?:[\w .:/@$#+()%&*'!;-]*[\w.:/@$#+()%&*'!;-])?")
_WORDS = frozenset({"true", "false", "null", "NaN", "Infinity", "key"})
_STRING = r'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_REFERENCE = re.compile(rf"{_STRING}|~(\d+)", re.DOTALL)
_STRING_CELL = re.compile(_STRING)
_HEAD = re.compile(r"(\d+) rows (key:)?")
_FLAG = re.compile(r", (spaced|indent (?:\d+|tab)|ascii|upper|html|slash|lines|newline|gaps )")
_ESCAPES = ("ascii", "upper", "html", "slash")
_SCAN = json.JSONDecoder().raw_decode


def reference(number: int) -> Literal:
    """What stands for table ``number``, from 1, in the document around it."""
    return Literal(f"~{number}")


def write(
    skeleton: Value,
    tables: Sequence[Table],
    *,
    style: Style | None,
    kept: Sequence[Sequence[bool]] | None = None,
    notes: Sequence[Sequence[str]] = (),
) -> str:
    """The notation of a document.

    Args:
        skeleton: the document with references for its tables.
        tables: in the order of their references.
        style: what the way back needs; None where none leads back.
        kept: of each table which rows to write; None for all of them.
        notes: of each table what its head says about the rows left out.

    Raises:
        NotWritable: a value is nested too deeply.
    """
    flags = _flags(style) if style else ""
    bodies = [
        _body(table, kept[at] if kept else None, notes[at] if notes else ())
        for at, table in enumerate(tables)
    ]
    if tables and skeleton == reference(1):
        (head, *lines) = bodies[0]
        return "\n".join([f"{_OPENING}{flags}: {head}]", *lines])
    parts = [f"{_OPENING}{flags}: {_BELOW}]" if tables else f"{_OPENING}{flags}]", dump(skeleton)]
    for number, (head, *lines) in enumerate(bodies, 1):
        parts += [f"{reference(number)} {head}", *lines]
    return "\n".join(parts)


def _body(table: Table, kept: Sequence[bool] | None, notes: Sequence[str]) -> list[str]:
    """The head of a table and its lines, with a note for each gap where gaps are few."""
    total = len(table.rows)
    shape = ("" if table.keys is None else "key:") + _item(table.shape)
    left = total if kept is None else sum(kept)
    if kept is None or left == total:
        return [f"{total} rows {shape}", *table.lines]
    head = f"{left} of {total} rows {shape}"
    if notes:
        head += f"; left out: {', '.join(notes)}"
    gaps = sum([here and not there for here, there in pairwise([True, *kept])])
    if 4 * gaps > left:
        return [head, *compress(table.lines, kept)]
    lines = [head]
    missing = 0
    for line, keep in zip(table.lines, kept, strict=True):
        if not keep:
            missing += 1
            continue
        if missing:
            lines.append(f"… {missing} rows")
            missing = 0
        lines.append(line)
    if missing:
        lines.append(f"… {missing} rows")
    return lines


def _spec(shape: Shape) -> str:
    """A shape as the header writes it, such as ``{id,name=x,size[*,*]}``."""
    if isinstance(shape, Fields):
        members = zip(shape.names, shape.members, strict=True)
        return "{" + ",".join([_name(name) + _after_name(member) for name, member in members]) + "}"
    if isinstance(shape, Items):
        return "[" + ",".join([_item(member) for member in shape.members]) + "]"
    return "*"


def _after_name(shape: Shape) -> str:
    if not isinstance(shape, Leaf):
        return _spec(shape)
    if shape.constant is not None:
        return "=" + _constant(shape.constant)
    return "=key" if shape.key else "?" if shape.optional else ""


def _item(shape: Shape) -> str:
    return (_after_name(shape) or "*") if isinstance(shape, Leaf) else _spec(shape)


def _name(name: str) -> str:
    return name if _PLAIN.fullmatch(name) else dump(name)


def _constant(text: str) -> str:
    if text[0] != '"':
        return text
    value = json.loads(text)
    return value if _PLAIN.fullmatch(value) and value not in _WORDS else text


def _flags(style: Style) -> str:
    spacing = style.spacing
    named = (
        [] if spacing.name == COMPACT else [spacing.name or f"gaps {dump(dict(spacing.places))}"]
    )
    named += style.escapes
    named += ["lines"] * style.lines + ["newline"] * style.newline
    return "".join([f", {flag}" for flag in named])


def read(text: str) -> str | None:
    """The document that ``write`` was given whole; None where ``text`` is not such a notation."""
    if not text.startswith(_OPENING):
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
        self._at = len(_OPENING)

    def document(self) -> str:
        """The original.

        Raises:
            ValueError, IndexError: the text is not in the notation.
        """
        style = self._style()
        if self._take(f": {_BELOW}]"):
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
        plain = _PLAIN.match(self._head, self._at)
        if not plain or plain[0] in _WORDS - {"key"}:
            return Leaf(constant=self._json())
        self._at = plain.end()
        return Leaf(key=True) if plain[0] == "key" else Leaf(constant=dump(plain[0]))

    def _text(self) -> str:
        plain = _PLAIN.match(self._head, self._at)
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
