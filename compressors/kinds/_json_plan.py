"""Where the tables of a document are: arrays of like rows, and maps of like values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import msgspec

from compressors.kinds._json_notation import reference
from compressors.kinds._json_rows import Table, table
from compressors.kinds._json_text import Value, dump

_DEEPEST = 8
_FEWEST_VALUES = 24
_FEW_ROWS = 8
_MOST_COLUMNS = 64
_CONTAINERS = frozenset({dict, list})
# What the head of a table, its reference and the header may cost before it pays.
_HEAD_COST = 40


class Plan(msgspec.Struct, frozen=True):
    """A document around its tables: a reference for each, from 1."""

    skeleton: Value
    tables: tuple[Table, ...]

    @property
    def rows(self) -> int:
        """How many rows the tables have together."""
        return sum([len(table.rows) for table in self.tables])


def plan(value: Value, *, lines: bool) -> Plan:
    """The tables of a document; with ``lines`` it is a list that is one whatever its items.

    Raises:
        NotWritable: a value is nested too deeply.
    """
    tables: list[Table] = []
    if lines:
        return Plan(reference(1), (table(value),))
    skeleton = _around(value, tables, 0)
    return Plan(skeleton, tuple(tables))


def _around(value: Value, tables: list[Table], depth: int) -> Value:
    """``value`` with references for the tables in it, which are added to ``tables``."""
    kind = type(value)
    if kind is list:
        found = _array(value)
    elif kind is dict:
        found = _map(value)
    else:
        return value
    if found is not None:
        tables.append(found)
        return reference(len(tables))
    if kind is dict and (columns := _upright(value)) is not None:
        tables.append(columns)
        number = len(tables)
        names = list(columns.rows[0])
        if len(names) == len(value):
            return reference(number)
        value = value | {name: reference(number, at) for at, name in enumerate(names, 1)}
    if depth >= _DEEPEST:
        return value
    if kind is list:
        return [
            _around(item, tables, depth + 1) if type(item) in _CONTAINERS else item
            for item in value
        ]
    return {
        name: _around(item, tables, depth + 1) if type(item) in _CONTAINERS else item
        for name, item in value.items()
    }


def _array(items: list[Value]) -> Table | None:
    if len(items) < 2:
        return None
    containers = sum([type(item) is dict or type(item) is list for item in items])
    if 2 * containers < len(items):
        return table(items) if len(items) >= _FEWEST_VALUES else None
    if _holds_more(items):
        return None
    return _paying(table(items), items)


def _map(members: dict[str, Value]) -> Table | None:
    """A map: many names, each with a value of one form."""
    if len(members) < 3:
        return None
    values = list(members.values())
    kinds = set(map(type, values))
    if not kinds & {dict, list}:
        return table(values, list(members)) if len(members) >= _FEWEST_VALUES else None
    if kinds != {dict} or _holds_more(values):
        return None
    (_, times), *_ = Counter(map(tuple, values)).most_common(1)
    if 5 * times < 3 * len(values):
        return None
    return _paying(table(values, list(members)), members)


def _upright(members: dict[str, Value]) -> Table | None:
    """Arrays of one length in an object: columns."""
    lengths = Counter([len(value) for value in members.values() if type(value) is list])
    if not lengths:
        return None
    (length, times), *_ = lengths.most_common(1)
    if times < 2 or not length >= _FEW_ROWS or times > _MOST_COLUMNS:
        return None
    found = {
        name: value
        for name, value in members.items()
        if type(value) is list and len(value) == length and dict not in set(map(type, value))
    }
    if len(found) < 2:
        return None
    rows = [dict(zip(found, values, strict=True)) for values in zip(*found.values(), strict=True)]
    return table(rows, upright=True)


def _paying(found: Table, value: Value) -> Table | None:
    """The table, if it is shorter than what it stands for."""
    length = sum(map(len, found.lines)) + len(found.lines) + _HEAD_COST
    return found if length < len(dump(value)) else None


def _holds_more(rows: Sequence[Value]) -> bool:
    """Whether a few rows hold arrays with many more objects than there are rows."""
    if len(rows) > _FEW_ROWS:
        return False
    inner = 0
    pending = [(row, 0) for row in rows]
    while pending:
        value, depth = pending.pop()
        parts = value.values() if type(value) is dict else value if type(value) is list else ()
        if depth and type(value) is list:
            inner += sum([type(item) is dict for item in value])
        if depth < 3:
            pending.extend((part, depth + 1) for part in parts)
    return inner > 2 * _FEW_ROWS
