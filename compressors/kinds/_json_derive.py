"""What columns have in common: the beginnings and ends of strings, and each other."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

import msgspec

from compressors.kinds._json_cells import affixes, rest_cells
from compressors.kinds._json_shape import Affix, Leaf
from compressors.kinds._json_text import Value

PATH: Final = re.compile(r"[^\W\d][\w .:/@$#+()%&'!;-]*")
"""A path that a header can refer to a column by."""
KEY: Final = "key"
"""The name by which a header refers to the keys of a map."""
_FEWEST = 3
_SHORTEST = 2
# What tells one row from others, and what is short, is easier to use as it is.
_IDENTIFIER = re.compile(
    r"(?:^|[^A-Za-z])(?:id|key|code|number|sku|uuid|name)$|Id$|Key$|Name$", re.IGNORECASE
)
_LONG_AFFIX = 8
_MOST = 64
# Fewer characters than this, all rows together, are not worth a place in the header.
_LEAST = 24


class Column(msgspec.Struct):
    """A leaf that varies: its dotted path, the value and the text of each row.

    ``leaf`` is None where nothing can be changed about it. ``keys``: of the map.
    """

    path: str
    values: Sequence[Value]
    cells: Sequence[str]
    leaf: Leaf | None
    optional: bool = False
    keys: bool = False

    @property
    def name(self) -> str:
        """What a header refers to it by."""
        return KEY if self.keys else self.path


def derive(columns: Sequence[Column]) -> None:
    """Sets the affixes of the leaves of ``columns``, and shortens their cells."""
    if not columns or len(columns[0].cells) < _FEWEST:
        return
    changing = [column for column in columns if column.leaf is not None and not column.optional]
    if len(columns) <= _MOST:
        sources = _sources(columns)
        used: set[str] = set()
        for column in changing:
            found = None if column.path in used else _told(column, sources)
            if found is not None and column.leaf is not None and found.source is not None:
                column.leaf.affix = found
                used.add(found.source)
                sources = [one for one in sources if one[0] != column.path]
    for column in changing:
        if column.leaf is not None and column.leaf.affix is None:
            _strip(column, column.leaf)


def _sources(columns: Sequence[Column]) -> list[tuple[str, Column, Sequence[str]]]:
    """The columns that others may be told by: a name for each, and its texts."""
    names = Counter([column.name for column in columns])
    found = []
    for column in columns:
        name = column.name
        if column.optional or names[name] > 1 or not PATH.fullmatch(name):
            continue
        if column.leaf is None and not column.keys:
            continue
        strings = set(map(type, column.values)) == {str}
        found.append((name, column, column.values if strings else column.cells))
    return found


def _told(column: Column, sources: Sequence[tuple[str, Column, Sequence[str]]]) -> Affix | None:
    """How another column tells this one, if one does."""
    first, second = column.cells[0], column.cells[1]
    strings = type(column.values[0]) is str and type(column.values[1]) is str
    for name, other, texts in sources:
        if other is column:
            continue
        if other.cells[0] == first and other.cells[1] == second and other.cells == column.cells:
            return Affix(source=name, whole=True)
        if not strings or len(texts[0]) < _SHORTEST or texts[0] not in column.values[0]:
            continue
        found = _around(column.values, name, texts)
        if found is not None:
            return found
    return None


def _around(values: Sequence[Value], name: str, texts: Sequence[str]) -> Affix | None:
    """What stands around the texts of a column in all of some values."""
    text = texts[0]
    at = values[0].rfind(text)
    before, after = values[0][:at], values[0][at + len(text) :]
    if texts[1] == text and texts[-1] == text:
        return None
    if values[1] != before + texts[1] + after:
        return None
    if set(map(type, values)) != {str}:
        return None
    for value, text in zip(values, texts, strict=True):
        if value != before + text + after:
            return None
    return Affix(before, after, source=name)


def _strip(column: Column, leaf: Leaf) -> None:
    """Takes what all values begin and end with out of the cells."""
    values = column.values
    name = column.path.rpartition(".")[2]
    if len(column.cells[0]) < _LONG_AFFIX or set(map(type, values)) != {str}:
        return
    if _IDENTIFIER.search(name):
        return
    before, after = affixes(values)
    size = len(before) + len(after)
    if size < _LONG_AFFIX:
        return
    start, end = len(before), -len(after) or None
    rests = rest_cells([value[start:end] for value in values])
    if sum(map(len, rests)) + _LEAST // 2 + size > sum(map(len, column.cells)):
        return
    leaf.affix = Affix(before, after)
    column.cells = rests
