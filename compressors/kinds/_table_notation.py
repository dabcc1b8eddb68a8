r"""The notation of a shortened table: cells without padding, what all rows share said once.

::

    [toin table: cells stood at L0 R12 L14; NAME=value is the same in every row]
    # USER PID STAT=Ss COMMAND
    root 1 /sbin/init
    \Warning: this line is no row
    ×2

Cells stand with one blank between them, or with the sign that the header names; ``⟦⟧`` holds
one with blanks in it. ``×2`` repeats the line above, ``~a`` stands for a value defined once,
``\`` begins a line that stands as it was, ``… 12 rows`` tells of rows left out.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator, Sequence
from operator import eq
from typing import NamedTuple

from compressors.kinds._table_grid import Delimited
from compressors.kinds._table_records import Records
from compressors.kinds._table_words import Words, worth_defining

SAME = " is the same in every row"
UNQUOTED = "in quotes stood column "
IN_EVERY_ROW = "in every row "
BREAK = "⏎"
BROKEN = f"{BREAK} is a line end within a cell"
CELLS_BY = "below by "
SIGNS = {"comma": ",", "semicolon": ";", "bar": "|", "tab": "\t", "blank": " "}
_MARKS = ("=", "≡", "≐")
_SPECIAL = ("\\", "×", "…", "#")
_FEWEST_CONSTANT = 3
_WRAPPED = 0.12
# Tokens from which on a value that recurs is defined: more where a reader has few rows.
_WORTH_A_WORD, _WORTH_A_LOOK = 3, 8


class _Body(NamedTuple):
    """Lines by the number of their record, and what the header says of them."""

    lines: dict[int, str]
    head: str | None
    legend: list[str]
    words: Words


def write(
    found: Records, *, kept: Collection[int] | None = None, notes: Sequence[str] = ()
) -> str | None:
    """The records in the notation, or those of them that are kept; None where it cannot hold them.

    What is written for some of them alone is for reading: no way leads back from it.
    """
    exact = kept is None
    chosen = range(len(found.texts)) if kept is None else sorted(kept)
    body = _body(found, chosen, exact=exact)
    if body is None:
        return None
    lines = []
    for at in chosen:
        if at == found.head and body.head is not None:
            lines.append("# " + body.head)
        else:
            lines.append(body.lines.get(at) or _plain(found.texts[at], exact=exact))
    if exact:
        lines = list(_repeated(lines))
        crlf = ["CRLF"] if found.crlf else []
        legend = [found.grid.legend(), *body.legend[:-1], *crlf, *body.legend[-1:]]
    else:
        legend = [*notes, *body.legend]
        lines = _with_gaps(found, chosen, lines)
    header = f"[toin table: {'; '.join([part for part in legend if part])}]"
    return "\n".join([header, *body.words.definitions(), *lines])


def _plain(record: str, *, exact: bool) -> str:
    """A record that stands as it was."""
    record = record.replace("\n", BREAK) if "\n" in record else record
    return "\\" + record if exact and record else record


def _repeated(lines: Sequence[str]) -> Iterator[str]:
    """The lines with a count for those that repeat the one above."""
    if not any(map(eq, lines, lines[1:])):
        yield from lines
        return
    for line, run in itertools.groupby(lines):
        number = sum(1 for _ in run)
        if number > 1 and line:
            yield line
            yield f"×{number - 1}"
        else:
            yield from itertools.repeat(line, number)


def _with_gaps(found: Records, chosen: Sequence[int], lines: Sequence[str]) -> list[str]:
    """The lines with a note for each gap, where gaps are few."""
    rows = set(found.rows)
    out: list[str] = []
    gaps = 0
    above = -1
    for at, line in itertools.chain(zip(chosen, lines, strict=True), [(len(found.texts), "")]):
        missing = sum([row in rows for row in range(above + 1, at)]) if at > above + 1 else 0
        if missing:
            gaps += 1
            out.append(f"… {missing} row{'s' * (missing > 1)}")
        above = at
        out.append(line)
    out.pop()
    return list(lines) if 4 * gaps > len(lines) else out


def _body(found: Records, chosen: Sequence[int], *, exact: bool) -> _Body | None:
    """The rows as lines, short of what their header says."""
    wanted = set(chosen)
    grid = found.grid
    numbers = []
    rows = []
    for at, cells in zip(found.rows, found.cells, strict=True):
        if cells is None or at not in wanted:
            continue
        if not isinstance(grid, Delimited) and grid.row(cells) != found.texts[at]:
            continue
        numbers.append(at)
        rows.append(cells)
    if not rows or (exact and 2 * len(rows) < len(found.rows)):
        return None
    columns: list[Sequence[str]] = list(zip(*rows, strict=True))
    constants = _constants(found, columns, exact=exact)
    legend: list[str] = []
    varying = [at for at in range(grid.width) if at not in constants]
    columns = [columns[at] for at in varying]
    sign = grid.delimiter if isinstance(grid, Delimited) else " "
    if isinstance(grid, Delimited):
        legend.append(_without_quotes(columns, varying, grid.delimiter))
    words = worth_defining(columns, found.texts, fewest=_WORTH_A_WORD if exact else _WORTH_A_LOOK)
    columns = [words.short(column) for column in columns]
    if not isinstance(grid, Delimited):
        sign = _sign(columns)
        if not sign:
            return None
        if sign == " ":
            columns[:-1] = [list(map(_wrapped, column)) for column in columns[:-1]]
        else:
            legend.append(CELLS_BY + next(name for name in SIGNS if SIGNS[name] == sign))
    if any("\n" in row for row in found.texts):
        if any(BREAK in row for row in found.texts):
            return None
        legend.append(BROKEN)
        columns = [[cell.replace("\n", BREAK) for cell in column] for column in columns]
    head, same = _named(found, constants, sign, exact=exact)
    lines = {
        at: line
        for at, line in zip(numbers, map(sign.join, zip(*columns, strict=True)), strict=True)
        if line and not line.startswith(_SPECIAL)
    }
    legend += [words.legend(), same]
    return _Body(lines, head, legend, words)


def _constants(found: Records, columns: Sequence[Sequence[str]], *, exact: bool) -> dict[int, str]:
    """The columns with one value in every row, but for the last where all are such.

    Where rows are left out, the value has to be that of these as well.
    """
    if len(columns[0]) < _FEWEST_CONSTANT:
        return {}
    fixed = {
        place: column[0]
        for place, column in enumerate(columns)
        if column.count(column[0]) == len(column) and _sayable(column[0])
    }
    if not exact:
        for cells in found.cells:
            if cells is not None and fixed:
                fixed = {place: value for place, value in fixed.items() if cells[place] == value}
    if len(fixed) == len(columns):
        fixed.popitem()
    return fixed


def _sayable(value: str) -> bool:
    return not any(sign in value for sign in "⟦⟧\n\r;")


def _without_quotes(columns: list[Sequence[str]], places: Sequence[int], delimiter: str) -> str:
    """Strip the quotes of columns that have them in every row; say which."""
    stripped = []
    for at, column in enumerate(columns):
        if not all(cell[:1] == '"' == cell[-1:] and len(cell) > 1 for cell in column):
            continue
        columns[at] = [
            cell if '"' in cell[1:-1] or delimiter in cell or "\n" in cell else cell[1:-1]
            for cell in column
        ]
        stripped.append(str(places[at] + 1))
    return UNQUOTED + " ".join(stripped) if stripped else ""


def _sign(columns: Sequence[Sequence[str]]) -> str:
    """What to put between cells: a blank where few hold one, else a sign that none holds."""
    inner = columns[:-1]
    number = sum(map(len, inner))
    awkward = sum([sum([not cell or " " in cell for cell in column]) for column in inner])
    marked = any("⟦" in cell or "⟧" in cell for column in inner for cell in column)
    if not marked and awkward <= _WRAPPED * number:
        return " "
    for sign in (",", ";", "|", "\t"):
        if not any(sign in cell for column in columns for cell in column):
            return sign
    return "" if marked else " "


def _wrapped(cell: str) -> str:
    return f"⟦{cell}⟧" if not cell or " " in cell else cell


def _named(
    found: Records, constants: dict[int, str], sign: str, *, exact: bool
) -> tuple[str | None, str]:
    """The line of names with the constants in it, and what the header says of these."""
    grid = found.grid
    cells = grid.cells(found.texts[found.head]) if found.head >= 0 else None
    if cells is not None and not (exact and grid.row(cells, head=True) != found.texts[found.head]):
        names = "".join(cells)
        mark = next((mark for mark in _MARKS if mark not in names), "")
        usable = bool(mark) and not any(s in names for s in "⟦⟧\n")
        spoilt = sign not in (" ", getattr(grid, "delimiter", " ")) and sign in "".join(
            [names, *constants.values()]
        )
        if usable and not spoilt:
            said = [
                f"{cell}{mark}{constants[place]}" if place in constants else cell
                for place, cell in enumerate(cells)
            ]
            if sign == " ":
                said[:-1] = map(_wrapped, said[:-1])
            return sign.join(said), f"NAME{mark}value{SAME}" if constants else ""
    if not constants:
        return None, ""
    named = ", ".join([f"{place + 1} is ⟦{value}⟧" for place, value in constants.items()])
    return None, f"{IN_EVERY_ROW}column {named}"
