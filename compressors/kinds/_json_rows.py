"""Rows of one shape as columns: what they share is said once, each row is one line.

A shape is what an array's items, or the values of a map, have in common. A leaf whose value
is the same in every row belongs to the shape, and so does what all strings of a column
begin and end with, and a column that another one tells.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import msgspec

from compressors.kinds._json_cells import cells, optional_cells
from compressors.kinds._json_derive import Column, derive
from compressors.kinds._json_forms import MOST_ITEMS, Common, common, form
from compressors.kinds._json_many import packed
from compressors.kinds._json_shape import MISSING, Fields, Items, Leaf, Many, Shape, looseness
from compressors.kinds._json_text import Value, dump

_DEEPEST = 5


class Table(msgspec.Struct, frozen=True):
    """Rows as columns, and each as a line.

    ``keys``: of a map, whose values are the rows; they are the first column then.
    ``columns``: of the cells of the rows of this shape, whose numbers are ``regular``; the
    others' lines hold them whole. ``upright``: the rows were columns, arrays of one length
    in an object. ``lines`` are the rows as they are written.
    """

    shape: Shape
    keys: Sequence[str] | None
    rows: Sequence[Value]
    columns: tuple[Column, ...]
    regular: Sequence[int]
    lines: Sequence[str]
    upright: bool = False

    def with_cells(self, columns: Sequence[Sequence[str]]) -> list[str]:
        """The lines that it has with other cells in its columns."""
        written = list(map(",".join, zip(*columns, strict=True)))
        if len(self.regular) == len(self.rows):
            return written
        lines = list(self.lines)
        for at, line in zip(self.regular, written, strict=True):
            lines[at] = line
        return lines


class _Columns:
    """The columns found so far, and the texts of a map's keys where there is one."""

    __slots__ = ("found", "keys")

    def __init__(self, keys: Sequence[str] | None) -> None:
        self.keys = None if keys is None else cells(keys)
        self.found: list[Column] = []
        if keys is not None and self.keys is not None:
            self.found.append(Column("", keys, self.keys, None, keys=True))


def table(
    rows: Sequence[Value], keys: Sequence[str] | None = None, *, upright: bool = False
) -> Table:
    """The rows of an array, or the values of a map with these ``keys``, as columns.

    Raises:
        NotWritable: a value is nested too deeply.
    """
    forms: list[object]
    forms = list(map(tuple if set(map(type, rows)) == {dict} else form, rows))
    shared = common(Counter(forms))
    regular: Sequence[int] = range(len(rows))
    some = rows
    if shared is not None and not shared.fitting.issuperset(forms):
        regular = [at for at, one in enumerate(forms) if one in shared.fitting]
        some = [rows[at] for at in regular]
    columns = _Columns(keys if keys is None or some is rows else [keys[at] for at in regular])
    shape = _root(some, shared, columns)
    derive(columns.found)
    found = [column for column in columns.found if column.leaf is None or column.leaf.celled]
    if keys is None and all(column.optional for column in found):
        # Every line needs something to stand on it.
        shape, regular, some = Leaf(), range(len(rows)), rows
        found = [Column("", rows, cells(rows), None)]
    lines = list(map(",".join, zip(*[column.cells for column in found], strict=True)))
    if some is not rows:
        written = dict(zip(regular, lines, strict=True))
        lines = [
            written[at] if at in written else _whole(rows, keys, at) for at in range(len(rows))
        ]
    return Table(shape, keys, rows, tuple(found), regular, lines, upright)


def _whole(rows: Sequence[Value], keys: Sequence[str] | None, at: int) -> str:
    return f"~{dump(keys[at])}:{dump(rows[at])}" if keys else f"~{dump(rows[at])}"


def _root(rows: Sequence[Value], shared: Common | None, columns: _Columns) -> Shape:
    """The shape of the rows; adds a column for each leaf that varies."""
    if shared is None:
        return _leaf(rows, "", columns, optional=False)
    if not shared.names:
        return _items(rows, "", columns, 0)
    return _fields(rows, shared, "", columns, 0)


def _fields(
    rows: Sequence[Value], shared: Common, path: str, columns: _Columns, depth: int
) -> Fields:
    """Rows that all have names of ``shared``, as columns."""
    prefix = f"{path}." if path else ""
    members: list[Shape] = []
    for name in shared.names:
        optional = name in shared.optional
        if optional:
            values = [row.get(name, MISSING) for row in rows]
        else:
            values = [row[name] for row in rows]
        members.append(_member(values, prefix + name, columns, depth + 1, optional=optional))
    return Fields(shared.names, tuple(members))


def _member(
    values: Sequence[Value], path: str, columns: _Columns, depth: int, *, optional: bool = False
) -> Shape:
    kinds = set(map(type, values))
    if depth < _DEEPEST:
        found = None
        if dict in kinds:
            found = _objects(values, path, columns, depth)
        elif list in kinds:
            widths = set(map(len, values)) if kinds == {list} else set()
            if len(widths) == 1 and 0 < max(widths) <= MOST_ITEMS:
                return _items(values, path, columns, depth)
            found = _many(values, path, columns, optional=optional)
        if found is not None:
            return found
    return _leaf(values, path, columns, optional=optional)


def _objects(values: Sequence[Value], path: str, columns: _Columns, depth: int) -> Shape | None:
    """A column of objects as columns of its own; None where they are too different."""
    forms = [tuple(value) if type(value) is dict else None for value in values]
    shared = common(Counter(forms))
    if shared is None:
        return None
    if shared.fitting.issuperset(forms):
        return _fields(values, shared, path, columns, depth)
    places = [at for at, one in enumerate(forms) if one in shared.fitting]
    inner = _Columns(None)
    shape = _fields([values[at] for at in places], shared, path, inner, depth)
    derive(inner.found)
    found = [column for column in inner.found if column.leaf is None or column.leaf.celled]
    if not found:
        return None
    loose = Fields(shape.names, shape.members, loose=True)
    sign = "!" * looseness(loose)
    fitting = set(places)
    others = {at: value for at, value in enumerate(values) if at not in fitting}
    for number, column in enumerate(found):
        texts = [""] * len(values)
        for at, cell in zip(places, column.cells, strict=True):
            texts[at] = cell
        if not number:
            for at, value in others.items():
                texts[at] = sign if value is MISSING else sign + dump(value)
        columns.found.append(Column(column.path, values, texts, None, optional=bool(number)))
    return loose


def _many(values: Sequence[Value], path: str, columns: _Columns, *, optional: bool) -> Shape | None:
    """A column of arrays of like objects; None where they are none."""
    found = packed(values)
    if found is None:
        return None
    member, lists = found
    texts = optional_cells(lists) if optional else cells(lists)
    columns.found.append(Column(path, values, texts, None, optional=optional))
    return Many(member, optional)


def _items(rows: Sequence[Value], path: str, columns: _Columns, depth: int) -> Items:
    places = range(len(rows[0]))
    return Items(
        tuple([_member([row[at] for row in rows], path, columns, depth + 1) for at in places])
    )


def _leaf(values: Sequence[Value], path: str, columns: _Columns, *, optional: bool) -> Leaf:
    texts = optional_cells(values) if optional else cells(values)
    if not optional and texts.count(texts[0]) == len(texts) > 1:
        return Leaf(constant=dump(values[0]))
    if texts == columns.keys:
        return Leaf(key=True)
    leaf = Leaf(optional=optional)
    columns.found.append(Column(path, values, texts, leaf, optional=optional))
    return leaf
