"""The notation of a compressed JSON text, and the way back from it to the character.

::

    [toin json, spaced: 3 rows {id,name,currency=USD,address{city,zip}}]
    1,Alice,Rome,"00184"
    2,"Bob, the second",Oslo,"0150"
    ~{"id":3,"name":null}

One table takes a header and a line a row. Cells are JSON, but strings that are no numbers
and have no comma stand without quotes; an empty cell is a name that the row has not;
``name=value`` is the same in every row; ``~`` begins a row of another shape.
``name<before*after>`` are strings of which the cell holds what varies; with ``{id}`` for the
star it is the text of that column, and ``<={id}>`` is the column itself. ``name?{a,b}`` is
an object in most rows, and after ``!`` what the others have. ``name[]{a,b}`` are arrays of
objects, one array of values each. Where tables stand inside a document, ``~1`` stands for
the first, and ``&1`` for what is said more than once::

    [toin json: ~N = rows below]
    {"total":3,"orders":~1,"self":&1"orders","next":&1"orders?page=2"}
    &1="https://api.example.com/v1/"
    ~1 3 rows {id,name}
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from itertools import compress, pairwise
from typing import Final

from compressors.kinds._json_rows import Table
from compressors.kinds._json_shape import Affix, Fields, Items, Leaf, Many, Shape
from compressors.kinds._json_shared import Shared
from compressors.kinds._json_style import COMPACT, Style
from compressors.kinds._json_text import Literal, Value, dump

OPENING: Final = "[toin json"
BELOW: Final = "~N = rows below"
PLAIN: Final = re.compile(r"[^\W\d](?:[\w .:/@$#+()%&*'!;-]*[\w.:/@$#+()%&*'!;-])?")
"""A name or a value that cannot be taken for a sign of the header."""
AROUND: Final = re.compile(
    r'(?:(?!=)[^<>{}*"\\\x00-\x1f\x7f\x85\u2028\u2029][^<>{}*"\\\x00-\x1f\x7f\x85\u2028\u2029]*+)?'
)
"""What stands as it is around what varies in a column."""
WORDS: Final = frozenset({"true", "false", "null", "NaN", "Infinity", "key"})
"""What is no plain value of the header though it looks like one."""


def reference(number: int, column: int | None = None) -> Literal:
    """What stands for table ``number``, or one of its columns, both from 1."""
    return Literal(f"~{number}" if column is None else f"~{number}.{column}")


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
    shared = Shared()
    alone = bool(tables) and skeleton == reference(1)
    around = "" if alone else shared.document(skeleton)
    bodies = [
        _body(table, kept[at] if kept else None, notes[at] if notes else (), shared)
        for at, table in enumerate(tables)
    ]
    if alone:
        (head, *lines) = bodies[0]
        return "\n".join([f"{OPENING}{flags}: {head}]", *shared.lines(), *lines])
    parts = [f"{OPENING}{flags}: {BELOW}]" if tables else f"{OPENING}{flags}]", around]
    parts += shared.lines()
    for number, (head, *lines) in enumerate(bodies, 1):
        parts += [f"{reference(number)} {head}", *lines]
    return "\n".join(parts)


def _body(
    table: Table, kept: Sequence[bool] | None, notes: Sequence[str], shared: Shared
) -> list[str]:
    """The head of a table and its lines, with a note for each gap where gaps are few."""
    total = len(table.rows)
    shape = ("" if table.keys is None else "key:") + _item(table.shape)
    shape = f"columns:{shape}" if table.upright else shape
    left = total if kept is None else sum(kept)
    lines = _lines(table, kept, shared)
    if kept is None or left == total:
        return [f"{total} rows {shape}", *lines]
    head = f"{left} of {total} rows {shape}"
    if notes:
        head += f"; left out: {', '.join(notes)}"
    gaps = sum([here and not there for here, there in pairwise([True, *kept])])
    if 4 * gaps > left:
        return [head, *compress(lines, kept)]
    shown = [head]
    missing = 0
    for line, keep in zip(lines, kept, strict=True):
        if not keep:
            missing += 1
            continue
        if missing:
            shown.append(f"… {missing} rows")
            missing = 0
        shown.append(line)
    if missing:
        shown.append(f"… {missing} rows")
    return shown


def _lines(table: Table, kept: Sequence[bool] | None, shared: Shared) -> Sequence[str]:
    """The lines of a table, with references for cells that it repeats."""
    some = kept if kept is None else [kept[at] for at in table.regular]
    columns = [shared.column(column.cells, some) for column in table.columns]
    if all(one is other.cells for one, other in zip(columns, table.columns, strict=True)):
        return table.lines
    return table.with_cells(columns)


def _spec(shape: Shape) -> str:
    """A shape as the header writes it, such as ``{id,name=x,size[*,*]}``."""
    if isinstance(shape, Fields):
        members = zip(shape.names, shape.members, strict=True)
        inner = ",".join([_name(name) + _after_name(member) for name, member in members])
        return f"?{{{inner}}}" if shape.loose else f"{{{inner}}}"
    if isinstance(shape, Many):
        return ("?[]" if shape.optional else "[]") + _spec(shape.member)
    if isinstance(shape, Items):
        return "[" + ",".join([_item(member) for member in shape.members]) + "]"
    return "*"


def _after_name(shape: Shape) -> str:
    if not isinstance(shape, Leaf):
        return _spec(shape)
    if shape.constant is not None:
        return "=" + _constant(shape.constant)
    if shape.affix is not None:
        return _affix(shape.affix)
    return "=key" if shape.key else "?" if shape.optional else ""


def _affix(affix: Affix) -> str:
    if affix.whole:
        return f"<={{{affix.source}}}>"
    varying = "*" if affix.source is None else f"{{{affix.source}}}"
    return f"<{_around(affix.before)}{varying}{_around(affix.after)}>"


def _around(text: str) -> str:
    return text if AROUND.fullmatch(text) else dump(text)


def _item(shape: Shape) -> str:
    return (_after_name(shape) or "*") if isinstance(shape, Leaf) else _spec(shape)


def _name(name: str) -> str:
    return name if PLAIN.fullmatch(name) else dump(name)


def _constant(text: str) -> str:
    if text[0] != '"':
        return text
    value = json.loads(text)
    return value if PLAIN.fullmatch(value) and value not in WORDS else text


def _flags(style: Style) -> str:
    spacing = style.spacing
    named = (
        [] if spacing.name == COMPACT else [spacing.name or f"gaps {dump(dict(spacing.places))}"]
    )
    if spacing.layout is not None:
        layout = spacing.layout
        named.append("tight" if layout.rule == "tight" else f"short {layout.rule}")
        if layout.others or layout.padding:
            named.append(f"but {dump([layout.padding, *layout.others])}")
    named += style.escapes
    named += ["lines"] * style.lines + ["crlf"] * style.returns
    if style.before:
        named.append(f"before {dump(style.before)}")
    if style.after:
        named.append("newline" if style.after == "\n" else f"after {dump(style.after)}")
    return "".join([f", {flag}" for flag in named])
