"""What all cells of a column have in common: one value, or how they begin and end.

``name=member *`` says of a column that each of its cells is ``member`` and what stands in
the row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import takewhile
from operator import eq

import msgspec

from compressors.kinds._table_records import Records
from compressors.tokens import estimate

HOLED = " in it is the cell"
_HOLES = ("*", "◇", "○", "¤")
_FEWEST = 3
_LONGEST_END = 24
_SAYS = 4  # tokens that it takes to say of a column how its cells begin or end


class Shared(msgspec.Struct, frozen=True):
    """By column: ``values`` that all cells have, ``around`` what stands around those that vary.

    ``hole`` is the sign that stands for what varies.
    """

    values: Mapping[int, str]
    around: Mapping[int, tuple[str, str]]
    hole: str = ""

    def said(self) -> dict[int, str]:
        """What the names or the header say of each such column, in their order."""
        around = {
            place: f"{before}{self.hole}{after}" for place, (before, after) in self.around.items()
        }
        return dict(sorted({**self.values, **around}.items()))

    def legend(self) -> str:
        """What the header says of the sign."""
        return self.hole + HOLED if self.around else ""


def constants(found: Records, columns: Sequence[Sequence[str]], *, exact: bool) -> dict[int, str]:
    """The columns with one value in every row, but for the last where all are such.

    Where rows are left out, the value has to be that of these as well.
    """
    if len(columns[0]) < _FEWEST:
        return {}
    fixed = {
        place: column[0]
        for place, column in enumerate(columns)
        if column.count(column[0]) == len(column) and _sayable(column[0])
    }
    if not exact:
        fitting = [cells for cells in found.cells if cells is not None]
        fixed = {
            place: value
            for place, value in fixed.items()
            if [cells[place] for cells in fitting].count(value) == len(fitting)
        }
    if len(fixed) == len(columns):
        fixed.popitem()
    return fixed


def stripped(
    columns: list[Sequence[str]], places: Sequence[int], fixed: Mapping[int, str], names: str
) -> Shared:
    """The columns without what all cells begin and end with; changes ``columns``."""
    taken = names + "".join(fixed.values())
    hole = next((hole for hole in _HOLES if hole not in taken), "")
    around: dict[int, tuple[str, str]] = {}
    for at, column in enumerate(columns):
        before = _before(column) if hole and len(column) >= _FEWEST else ""
        after = _after(column, len(before)) if hole and len(column) >= _FEWEST else ""
        gain = len(column) * (estimate(before) + estimate(after))
        if gain <= _SAYS + estimate(before) + estimate(after) or hole in before + after:
            continue
        around[places[at]] = (before, after)
        columns[at] = [cell[len(before) : len(cell) - len(after)] for cell in column]
    return Shared(fixed, around, hole)


def _before(column: Sequence[str]) -> str:
    """How all cells begin, up to a sign: words and numbers stay in one piece."""
    least, most = min(column), max(column)
    prefix = least[: sum(takewhile(bool, map(eq, least, most)))]
    while prefix and prefix[-1].isalnum():
        prefix = prefix[:-1]
    return prefix if _sayable(prefix) and '"' not in prefix else ""


def _after(column: Sequence[str], before: int) -> str:
    """How all cells end, from a sign on."""
    first = column[0][before:]
    for at in range(max(0, len(first) - _LONGEST_END), len(first)):
        if not first[at].isalnum():
            suffix = first[at:]
            if _sayable(suffix) and '"' not in suffix:
                length = before + len(suffix)
                if all(len(cell) >= length and cell.endswith(suffix) for cell in column):
                    return suffix
    return ""


def _sayable(value: str) -> bool:
    return not any(sign in value for sign in "⟦⟧\n\r;")
