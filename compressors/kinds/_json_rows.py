"""Rows of one shape as columns: what they share is said once, each row is one line.

A shape is what an array's items, or the values of a map, have in common: nested objects and
arrays down to leaves. A leaf whose value is the same in every row belongs to the shape.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from compressors.kinds._json_text import Value, dump

_NUMBER = r"-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?"
_WORD = rf"(?:{_NUMBER}|true|false|null|NaN|-?Infinity)"
_NOT_PLAIN = r",\x00-\x1f\x7f\x85\u2028\u2029\ud800-\udfff"
_FIRST = rf'[^\s"{{\[~…{_NOT_PLAIN}]'
# A string that is no number and cannot be taken for notation stands without quotes.
_BARE = re.compile(rf"(?!{_WORD}\Z){_FIRST}[^{_NOT_PLAIN}]*+(?<!\s)")
_BARE_ROWS = re.compile(rf"(?:(?!{_WORD}\n){_FIRST}[^{_NOT_PLAIN}]*+(?<!\s)\n)*+")
_JSON_WORD = re.compile(_WORD)
_MOST_ITEMS = 12
_DEEPEST = 5
_MOST_FORMS = 32
_MOST_NAMES = 400
_SCALARS = frozenset({int, float, bool, type(None)})


class Missing:
    """Stands where a row has no such name."""

    __slots__ = ()


MISSING: Final = Missing()


@dataclass(frozen=True, slots=True)
class Leaf:
    """A value in every row. ``constant``: its JSON text where all rows have the same.

    ``optional``: some rows have no such name; ``key``: it repeats the row's key in the map.
    """

    constant: str | None = None
    optional: bool = False
    key: bool = False


@dataclass(frozen=True, slots=True)
class Fields:
    """An object with these names in this order."""

    names: tuple[str, ...]
    members: tuple[Shape, ...]


@dataclass(frozen=True, slots=True)
class Items:
    """An array with this many items."""

    members: tuple[Shape, ...]


Shape: TypeAlias = Leaf | Fields | Items


@dataclass(frozen=True, slots=True)
class Column:
    """A leaf that varies: its dotted path, the value and the text of each row."""

    path: str
    values: Sequence[Value | Missing]
    cells: Sequence[str]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows as columns, and each as a line.

    ``keys``: of a map, whose values are the rows; they are the first column then. ``odd``
    are the rows of another shape, whose lines hold them whole; the columns are those of the
    others, whose numbers are ``regular``.
    """

    shape: Shape
    keys: Sequence[str] | None
    rows: Sequence[Value]
    columns: tuple[Column, ...]
    regular: Sequence[int]
    odd: frozenset[int]
    lines: Sequence[str]


@dataclass(frozen=True, slots=True)
class _Common:
    """What goes together in one table: objects with these names, or arrays of one length."""

    fitting: frozenset[object]
    names: tuple[str, ...] = ()
    optional: frozenset[str] = frozenset()


class _Columns:
    """The columns found so far, and the texts of a map's keys where there is one."""

    __slots__ = ("found", "keys")

    def __init__(self, keys: Sequence[str] | None) -> None:
        self.keys = None if keys is None else _cells(keys)
        self.found: list[Column] = []
        if keys is not None and self.keys is not None:
            self.found.append(Column("", keys, self.keys))


def table(rows: Sequence[Value], keys: Sequence[str] | None = None) -> Table:
    """The rows of an array, or the values of a map with these ``keys``, as columns.

    Raises:
        NotWritable: a value is nested too deeply.
    """
    forms: list[object]
    forms = list(map(tuple if set(map(type, rows)) == {dict} else _form, rows))
    common = _common(Counter(forms))
    regular: Sequence[int] = range(len(rows))
    some = rows
    if common is not None and not common.fitting.issuperset(forms):
        regular = [at for at, form in enumerate(forms) if form in common.fitting]
        some = [rows[at] for at in regular]
    columns = _Columns(keys if keys is None or some is rows else [keys[at] for at in regular])
    shape = _root(some, common, columns)
    if keys is None and all(_is_optional(shape, column.path) for column in columns.found):
        # Every line needs something to stand on it.
        shape, regular, some, columns = Leaf(), range(len(rows)), rows, _Columns(None)
        columns.found.append(Column("", rows, _cells(rows)))
    found = tuple(columns.found)
    lines = list(map(",".join, zip(*[column.cells for column in found], strict=True)))
    odd: frozenset[int] = frozenset()
    if some is not rows:
        written = dict(zip(regular, lines, strict=True))
        odd = frozenset([at for at in range(len(rows)) if at not in written])
        lines = [_whole(rows, keys, at) if at in odd else written[at] for at in range(len(rows))]
    return Table(shape, keys, rows, found, regular, odd, lines)


def _is_optional(shape: Shape, name: str) -> bool:
    if not isinstance(shape, Fields) or name not in shape.names:
        return False
    member = shape.members[shape.names.index(name)]
    return isinstance(member, Leaf) and member.optional


def _whole(rows: Sequence[Value], keys: Sequence[str] | None, at: int) -> str:
    return f"~{dump(keys[at])}:{dump(rows[at])}" if keys else f"~{dump(rows[at])}"


def _form(row: Value) -> object:
    """What rows of one table share: names in order, or a length; None for other values."""
    kind = type(row)
    return tuple(row) if kind is dict else len(row) if kind is list else None


def _common(forms: Counter[object]) -> _Common | None:
    """The forms that go together; None where most rows have none."""
    total = forms.total()
    first, times = forms.most_common(1)[0]
    if isinstance(first, int):
        usual = 0 < first <= _MOST_ITEMS and 2 * times > total
        return _Common(frozenset({first})) if usual else None
    if not first:
        return None
    names: list[str] = []
    fitting: list[tuple[str, ...]] = []
    for form, times in forms.most_common(_MOST_FORMS):
        if not isinstance(form, tuple) or not form or (names and 20 * times < min(total, 40)):
            continue
        merged = _merged(names, form)
        if merged is None:
            continue
        # A name that few rows have costs a comma in all others.
        cost = (len(merged) - len(names)) * (total - times)
        if not names or cost < 6 * times * len(form):
            names = merged
            fitting.append(form)
    covered = sum([forms[form] for form in fitting])
    if 2 * covered < total or (len(names) == 1 and len(fitting) > 1):
        return None
    shared = set(names).intersection(*fitting)
    optional = frozenset(name for name in names if name not in shared)
    return _Common(frozenset(fitting), tuple(names), optional)


def _merged(names: list[str], form: tuple[str, ...]) -> list[str] | None:
    """``names`` and those of ``form`` in one order that keeps both; None where none does."""
    places = {name: place for place, name in enumerate(names)}
    merged: list[str] = []
    at = 0
    for name in form:
        place = places.get(name)
        if place is None:
            merged.append(name)
        elif place < at:
            return None
        else:
            merged.extend(names[at : place + 1])
            at = place + 1
    merged.extend(names[at:])
    return merged if len(merged) <= _MOST_NAMES else None


def _root(rows: Sequence[Value], common: _Common | None, columns: _Columns) -> Shape:
    """The shape of the rows; adds a column for each leaf that varies."""
    if common is None:
        return _leaf(rows, "", columns)
    if not common.names:
        return _items(rows, "", columns, 0)
    members: list[Shape] = []
    for name in common.names:
        if name in common.optional:
            values = [row.get(name, MISSING) for row in rows]
            members.append(_leaf(values, name, columns, optional=True))
        else:
            members.append(_member([row[name] for row in rows], name, columns, 1))
    return Fields(common.names, tuple(members))


def _member(values: Sequence[Value], path: str, columns: _Columns, depth: int) -> Shape:
    kinds = set(map(type, values))
    if kinds == {dict} and depth < _DEEPEST:
        names = tuple(values[0])
        if names and len(set(map(tuple, values))) == 1:
            members = [
                _member([value[name] for value in values], f"{path}.{name}", columns, depth + 1)
                for name in names
            ]
            return Fields(names, tuple(members))
    if kinds == {list} and depth < _DEEPEST:
        widths = set(map(len, values))
        if len(widths) == 1 and 0 < widths.pop() <= _MOST_ITEMS:
            return _items(values, path, columns, depth)
    return _leaf(values, path, columns)


def _items(rows: Sequence[Value], path: str, columns: _Columns, depth: int) -> Items:
    places = range(len(rows[0]))
    return Items(
        tuple([_member([row[at] for row in rows], path, columns, depth + 1) for at in places])
    )


def _leaf(values: Sequence[Value], path: str, columns: _Columns, *, optional: bool = False) -> Leaf:
    cells = _optional_cells(values) if optional else _cells(values)
    if not optional and cells.count(cells[0]) == len(cells) > 1:
        return Leaf(constant=dump(values[0]))
    if cells == columns.keys:
        return Leaf(key=True)
    columns.found.append(Column(path, values, cells))
    return Leaf(optional=optional)


def _optional_cells(values: Sequence[Value]) -> list[str]:
    """The texts of values of which some are missing: these are empty."""
    present = [at for at, value in enumerate(values) if value is not MISSING]
    cells = [""] * len(values)
    for at, cell in zip(present, _cells([values[at] for at in present]), strict=True):
        cells[at] = cell
    return cells


def _cells(values: Sequence[Value]) -> list[str]:
    """The text of each value: JSON, but for strings that can do without quotes."""
    kinds = set(map(type, values))
    if kinds == {str}:
        whole = "\n".join(values) + "\n"
        if _BARE_ROWS.fullmatch(whole) and whole.count("\n") == len(values):
            return list(values)
        return [value if _BARE.fullmatch(value) else dump(value) for value in values]
    if kinds <= _SCALARS:
        return dump(values)[1:-1].split(",") if values else []
    return [
        value if type(value) is str and _BARE.fullmatch(value) else dump(value) for value in values
    ]


def text_of(cell: str) -> str:
    """The JSON text of a cell."""
    if cell[0] in '"{[' or _JSON_WORD.fullmatch(cell):
        return cell
    return dump(cell)
