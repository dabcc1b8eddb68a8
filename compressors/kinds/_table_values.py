"""What the cells of a table say: numbers with their units as numbers, everything else as text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from compressors.kinds._json_columns import Series
from compressors.kinds._json_shape import MISSING
from compressors.kinds._json_text import Literal, Value
from compressors.kinds._table_records import Records

_INTEGER = re.compile(r"-?(?:0|[1-9]\d*+)", re.ASCII)
_DECIMAL = re.compile(r"[-+]?\d++(?:\.\d*+)?(?:[eE][-+]?\d{1,3})?|[-+]?\.\d++", re.ASCII)
_MEASURE = re.compile(
    r"[$€£]?([-+]?\d{1,15}(?:,\d{3})*+(?:\.\d{1,15})?) ?([A-Za-zµ%°/]{0,6})", re.ASCII
)
_SPAN = re.compile(r"(?:\d{1,9}(?:\.\d{1,9})?(?:ms|us|µs|ns|[ywdhms]))++", re.ASCII)
_SPAN_PART = re.compile(r"(\d++(?:\.\d++)?)([a-zµ]+)", re.ASCII)
_CLOCK = re.compile(r"(?:(\d{1,4})-)?(?:(\d{1,4}):)?(\d{1,4}):(\d\d(?:\.\d{1,9})?)", re.ASCII)
# Numbers that are read as they stand: no zeros in front, no more digits than a float has.
_WHOLE = r"-?(?:0|[1-9]\d{0,15}+)"
_PART = r"-?(?:0|[1-9]\d{0,11}+)(?:\.\d{1,4}+)?"
_PLAIN = re.compile(rf"(?:{_WHOLE}\n)*+{_WHOLE}|(?:{_PART}\n)*+{_PART}", re.ASCII)
_BLANK = ("", "-")
_TRIED = 40
_LONGEST_INTEGER = 18
_LONGEST_MEASURE = 32
_MOSTLY = 0.8
_SECONDS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_SECONDS |= {"d": 86400.0, "w": 604800.0, "y": 31557600.0}
_SIZES = {letter: 1024.0**power for power, letter in enumerate("BKMGTPE")}
_SIZES |= {f"{letter}B": size for letter, size in _SIZES.items() if letter != "B"}
_SIZES |= {f"{letter}iB": size for letter, size in _SIZES.items() if len(letter) == 1}
_SIZES |= {f"{letter}i": size for letter, size in _SIZES.items() if len(letter) == 1}
_SIZES |= {"k": 1024.0, "kB": 1024.0, "b": 1.0}


def columns(found: Records, names: Sequence[str]) -> list[Series]:
    """The numbers of cells of all rows, what is in rows of no column, and what in each column.

    A column with one value throughout tells no row from another and is left out.
    """
    cells = found.cells
    width = found.grid.width
    fitting = [row for row in cells if row is not None]
    odd = len(fitting) < len(cells)
    # A row that does not fit the grid has a form of its own.
    counts = [width if row is not None else -1 for row in cells]
    series = [Series("", counts)]
    if odd:
        texts = [
            MISSING if row is not None else found.texts[at]
            for row, at in zip(cells, found.rows, strict=True)
        ]
        series.append(Series("line", texts))
    for place, column in enumerate(zip(*fitting, strict=True)):
        counted = Counter(column)
        if len(counted) == 1 and not odd:
            continue
        values = _values(column, counted)
        if odd:
            present = iter(values)
            values = [MISSING if row is None else next(present) for row in cells]
        name = names[place] if place < len(names) else ""
        series.append(Series(name or f"column {place + 1}", values))
    return series


def _values(column: Sequence[str], counted: Counter[str]) -> Sequence[Value]:
    """The values of a column: of one of numbers the numbers, else the text."""
    different = list(counted)
    joined = "\n".join(different)
    if _PLAIN.fullmatch(joined):
        plain = int if "." not in joined else float
        return list(map(plain, column))
    # A few of them tell whether it is worth reading all.
    some = [cell for cell in different[:_TRIED] if cell not in _BLANK]
    if 2 * sum([type(_value(cell)) is not str for cell in some]) >= len(some) > 0:
        blank = sum([counted[cell] for cell in _BLANK])
        read = {cell: _value(cell) for cell in different}
        numbers = sum([counted[cell] for cell, value in read.items() if type(value) is not str])
        if numbers >= _MOSTLY * (len(column) - blank):
            return [read[cell] for cell in column]
    if '"' not in joined:
        return column
    return [cell[1:-1] if cell[:1] == '"' == cell[-1:] else cell for cell in column]


def _value(cell: str) -> Value:
    """The number that a cell states, or its text."""
    text = cell.strip('" ')
    if not text or not (text[0].isdigit() or text[-1].isdigit() or text[0] in "-+$€£."):
        return cell
    if _INTEGER.fullmatch(text):
        return int(text) if len(text) <= _LONGEST_INTEGER else Literal(text)
    if text[0] == "0" and text.isdigit():
        return cell  # an identifier: its zeros count
    if _DECIMAL.fullmatch(text):
        return float(text) if len(text) <= _LONGEST_INTEGER else Literal(text)
    return cell if len(text) > _LONGEST_MEASURE else _measure(text, cell)


def _measure(text: str, cell: str) -> Value:
    """A size, a span of time, a sum of money or a share as a number, else the cell."""
    if _SPAN.fullmatch(text):
        return sum([float(n) * _SECONDS[unit] for n, unit in _SPAN_PART.findall(text)])
    clock = _CLOCK.fullmatch(text)
    if clock:
        days, hours, minutes, seconds = (float(part or 0) for part in clock.groups())
        return ((days * 24 + hours) * 60 + minutes) * 60 + seconds
    found = _MEASURE.fullmatch(text)
    if found is None:
        return cell
    number = float(found[1].replace(",", ""))
    unit = found[2]
    return number * _SIZES.get(unit, _SECONDS.get(unit, 1.0))
