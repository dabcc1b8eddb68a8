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
from collections.abc import Sequence
from itertools import compress, pairwise
from typing import Final

from compressors.kinds._json_rows import Fields, Items, Leaf, Shape, Table
from compressors.kinds._json_style import COMPACT, Style
from compressors.kinds._json_text import Literal, Value, dump

OPENING: Final = "[toin json"
BELOW: Final = "~N = rows below"
PLAIN: Final = re.compile(r"[^\W\d](?:[\w .:/@$#+()%&*'!;-]*[\w.:/@$#+()%&*'!;-])?")
"""A name or a value that cannot be taken for a sign of the header."""
WORDS: Final = frozenset({"true", "false", "null", "NaN", "Infinity", "key"})
"""What is no plain value of the header though it looks like one."""


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
        return "\n".join([f"{OPENING}{flags}: {head}]", *lines])
    parts = [f"{OPENING}{flags}: {BELOW}]" if tables else f"{OPENING}{flags}]", dump(skeleton)]
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
    named += style.escapes
    named += ["lines"] * style.lines + ["newline"] * style.newline
    return "".join([f", {flag}" for flag in named])
