"""Cells and other values shortened: long strings, and arrays with many items.

What must stay of a value does not depend on how much is kept, and the rest follows in one
fixed order, as for rows.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Collection, Sequence

import msgspec

from compressors.kinds import _json_keep as keep
from compressors.kinds._json_cells import cells as cells_of
from compressors.kinds._json_cells import rest_cells
from compressors.kinds._json_derive import Column
from compressors.kinds._json_rows import Table
from compressors.kinds._json_shape import Leaf
from compressors.kinds._json_strings import LONG, Pieces, in_pieces, shortened
from compressors.kinds._json_text import Literal, NotWritable, Value, dump, reread
from compressors.kinds.base import Focus

_MANY = 12
_FEWEST = 8
_DEEPEST = 12
_COMPOSED = frozenset({str, dict, list})


class Shorter:
    """Shortens what is in one document, for one reader and one share.

    ``row_share``: of the items of long arrays; ``text_share``: of the characters of long
    strings. ``changed`` tells whether anything was shortened.
    """

    def __init__(self, row_share: float, text_share: float, focus: Focus) -> None:
        self._rows = row_share
        self._texts = text_share
        self._focus = focus
        self.changed = False

    def table(self, table: Table, kept: Sequence[bool], answers: Collection[int]) -> Table:
        """A table with shorter cells in the rows that are kept, but for those that answer."""
        some = [here and at not in answers for at, here in enumerate(kept)]
        longest = max(
            [len(line) for line, here in zip(table.lines, some, strict=True) if here], default=0
        )
        if longest <= LONG // 2:
            return table
        shown = [some[at] for at in table.regular]
        columns = [self._column(column, shown) for column in table.columns]
        lines: Sequence[str] = table.lines
        if any(one is not other for one, other in zip(columns, table.columns, strict=True)):
            lines = table.with_cells([column.cells for column in columns])
        if len(table.regular) < len(table.rows):
            regular = set(table.regular)
            lines = [
                self._odd_line(line) if here and at not in regular else line
                for at, (line, here) in enumerate(zip(lines, some, strict=True))
            ]
        return msgspec.structs.replace(table, columns=tuple(columns), lines=lines)

    def value(self, value: Value) -> Value:
        """A value that stands in no table with its strings and arrays shortened."""
        strings: list[str] = []
        if not _long(value, strings, 0):
            return value
        long = list(dict.fromkeys(strings))
        found = dict(zip(long, in_pieces(long), strict=True))
        return self._inner(value, found, 0)

    def _inner(self, value: Value, pieces: dict[str, Pieces], depth: int) -> Value:
        kind = type(value)
        if kind is str:
            return self._string(pieces[value]) if value in pieces else value
        if kind not in (dict, list) or depth > _DEEPEST:
            return value
        if kind is dict:
            return {
                name: item if self._focus.preserved(name) else self._inner(item, pieces, depth + 1)
                for name, item in value.items()
            }
        items = [self._inner(item, pieces, depth + 1) for item in value]
        if len(items) <= _MANY or len(dump(value)) <= LONG:
            return items
        (chosen,) = self._chosen([value])
        self.changed = self.changed or len(chosen) < len(items)
        return _with_gaps(items, chosen)

    def _string(self, pieces: Pieces) -> str:
        spread = keep.spread(len(pieces.texts))
        text = shortened(pieces, self._texts, self._focus.query, spread)
        whole = "".join(pieces.texts)
        if len(text) >= len(whole):
            return whole
        self.changed = True
        return text

    def _column(self, column: Column, shown: Sequence[bool]) -> Column:
        longest = max(
            [len(cell) for cell, here in zip(column.cells, shown, strict=True) if here], default=0
        )
        kept = self._focus.preserved(column.path) or self._focus.preserved(
            column.path.rpartition(".")[2]
        )
        if longest <= LONG // 4 or kept:
            return column
        if list in set(map(type, column.values)):
            column = self._arrays(column, shown)
        long = [at for at, cell in enumerate(column.cells) if len(cell) > LONG]
        if not any(shown[at] for at in long):
            return column
        affixed = column.leaf is not None and column.leaf.affix is not None
        pieces: dict[int, Pieces] = {}
        strings = [at for at in long if column.cells[at][0] not in "{[!"]
        texts = [_plain(column.cells[at]) for at in strings]
        pieces = dict(zip(strings, in_pieces(texts), strict=True))
        cells = list(column.cells)
        write: Callable[[Sequence[Value]], list[str]] = rest_cells if affixed else cells_of
        for at in long:
            if shown[at]:
                cells[at] = self._cell(cells[at], pieces.get(at), write)
        return msgspec.structs.replace(column, cells=cells)

    def _cell(
        self, cell: str, pieces: Pieces | None, write: Callable[[Sequence[Value]], list[str]]
    ) -> str:
        try:
            if pieces is not None:
                return write([self._string(pieces)])[0]
            start = len(cell) - len(cell.lstrip("!"))
            return cell[:start] + dump(self.value(reread(cell[start:])))
        except (ValueError, RecursionError):
            return cell

    def _odd_line(self, line: str) -> str:
        if len(line) <= LONG:
            return line
        try:
            return f"~{dump(self.value(reread(line[1:])))}"
        except (ValueError, RecursionError):
            return line

    def _arrays(self, column: Column, shown: Sequence[bool]) -> Column:
        """A column with fewer items in its arrays."""
        long = [
            at
            for at, value in enumerate(column.values)
            if shown[at]
            and type(value) is list
            and len(value) > _MANY
            and len(column.cells[at]) > LONG // 2
        ]
        if not long:
            return column
        places = [at for at, value in enumerate(column.values) if type(value) is list]
        chosen = dict(zip(places, self._chosen([column.values[at] for at in places]), strict=True))
        cells = list(column.cells)
        for at in long:
            try:
                items = reread(column.cells[at])
                if type(items) is list and len(items) == len(column.values[at]):
                    stay = chosen[at]
                    items = [
                        self.value(item) if n in stay else item for n, item in enumerate(items)
                    ]
                    cells[at] = dump(_with_gaps(items, stay))
            except (ValueError, RecursionError):
                continue
            self.changed = self.changed or cells[at] != column.cells[at]
        return msgspec.structs.replace(column, cells=cells)

    def _chosen(self, lists: Sequence[list[Value]]) -> list[set[int]]:
        """Of each of some like arrays which items stay."""
        pool = [item for items in lists for item in items]
        try:
            lines = list(map(dump, pool)) if self._focus.query.strip() else []
        except NotWritable:
            return [set(range(len(items))) for items in lists]
        whole = Table(Leaf(), None, pool, (), range(len(pool)), lines)
        found = keep.findings(whole)
        order = keep.order(whole, found, self._focus.query)
        must = set(order.must) | keep.preserved(found, self._focus.preserved)
        ranks = dict(zip(order.others, range(len(pool)), strict=False))
        chosen: list[set[int]] = []
        start = 0
        for items in lists:
            places = range(start, start + len(items))
            stay = {at for at in places if at in must or at in (places[0], places[-1])}
            wanted = max(math.ceil(self._rows * len(items)), min(len(items), _FEWEST))
            others = sorted(set(places) - stay, key=ranks.__getitem__)
            stay.update(others[: max(0, wanted - len(stay))])
            chosen.append({at - start for at in stay})
            start += len(items)
        return chosen


def _with_gaps(items: Sequence[Value], kept: set[int]) -> list[Value]:
    """The items that stay, and in between how many do not."""
    found: list[Value] = []
    missing = 0
    for at, item in enumerate(items):
        if at not in kept:
            missing += 1
            continue
        if missing:
            found.append(Literal(f"… {missing} items"))
            missing = 0
        found.append(item)
    if missing:
        found.append(Literal(f"… {missing} items"))
    return found


def _plain(cell: str) -> str:
    return str(json.loads(cell)) if cell[0] == '"' else cell


def _long(value: Value, strings: list[str], depth: int) -> bool:
    """Whether anything in ``value`` is long; adds the long strings to ``strings``."""
    kind = type(value)
    if kind is str:
        if len(value) > LONG:
            strings.append(value)
        return len(value) > LONG
    if kind not in (dict, list) or depth > _DEEPEST:
        return False
    long = kind is list and len(value) > _MANY
    for item in value.values() if kind is dict else value:
        if type(item) in _COMPOSED and _long(item, strings, depth + 1):
            long = True
    return long
