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
from collections.abc import Collection, Iterator, Mapping, Sequence
from operator import eq
from typing import NamedTuple

from compressors.kinds._table_grid import Barred, Delimited
from compressors.kinds._table_records import Records
from compressors.kinds._table_shared import Shared, constants, stripped
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
_WRAPPED = 0.12
# Tokens from which on a value that recurs is defined: more where a reader has few rows.
_WORTH_A_WORD, _WORTH_A_LOOK = 3, 8


class _Body(NamedTuple):
    """Lines by the number of their record, and what the header says of them.

    ``numbered`` is said last: it tells of columns without names what their cells share.
    """

    lines: dict[int, str]
    head: str | None
    legend: list[str]
    numbered: str
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
        legend = [found.grid.legend(), *body.legend, *crlf, body.numbered]
    else:
        legend = [*notes, *body.legend, body.numbered]
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
        # Bars part cells however these are padded; places only where all are as they say.
        parted = isinstance(grid, Delimited) or (isinstance(grid, Barred) and not exact)
        if not parted and grid.row(cells) != found.texts[at]:
            continue
        numbers.append(at)
        rows.append(cells)
    if exact and (not rows or 2 * len(rows) < len(found.rows)):
        return None
    if not rows:
        return _Body({}, None, [], "", Words("", {}, {}))
    columns: list[Sequence[str]] = list(zip(*rows, strict=True))
    fixed = constants(found, columns, exact=exact)
    legend: list[str] = []
    varying = [at for at in range(grid.width) if at not in fixed]
    columns = [columns[at] for at in varying]
    sign = grid.delimiter if isinstance(grid, Delimited) else " "
    if isinstance(grid, Delimited):
        legend.append(_without_quotes(columns, varying, grid.delimiter))
    # A reader looks for whole values among the rows that are left.
    shared = stripped(columns, varying, fixed, _names(found)) if exact else Shared(fixed, {})
    fewest = _WORTH_A_WORD if exact else _WORTH_A_LOOK
    words = worth_defining(columns, found.texts, fewest=fewest, beginnings=exact)
    columns = [words.short(column) for column in columns]
    if not isinstance(grid, Delimited):
        sign = _sign(columns)
        if not sign and exact:
            return None
        sign = sign or " "
        if sign == " ":
            columns[:-1] = [list(map(_wrapped, column)) for column in columns[:-1]]
        else:
            legend.append(CELLS_BY + next(name for name in SIGNS if SIGNS[name] == sign))
    if any("\n" in row for row in found.texts):
        if exact and any(BREAK in row for row in found.texts):
            return None
        legend.append(BROKEN)
        columns = [[cell.replace("\n", BREAK) for cell in column] for column in columns]
    head, same = _named(found, shared.said(), sign, exact=exact)
    numbered = "" if head is not None else same
    named = same if head is not None else ""
    lines = {
        at: line
        for at, line in zip(numbers, map(sign.join, zip(*columns, strict=True)), strict=True)
        if line and not line.startswith(_SPECIAL)
    }
    legend += [words.legend(), named, shared.legend()]
    return _Body(lines, head, legend, numbered, words)


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


def _names(found: Records) -> str:
    return found.texts[found.head] if found.head >= 0 else ""


def _named(
    found: Records, said: Mapping[int, str], sign: str, *, exact: bool
) -> tuple[str | None, str]:
    """The line of names with what is said of columns in it, and what the header says of that."""
    grid = found.grid
    head = _names(found)
    cells = grid.cells(head) if head else None
    if cells is not None and not (exact and grid.row(cells, head=True) != head):
        mark = next((mark for mark in _MARKS if mark not in head), "")
        # In a row of cells by another sign than a blank nothing can hold that sign.
        open_ = isinstance(grid, Delimited) or sign == " "
        if mark and not any(brace in head for brace in "⟦⟧\n"):
            names = [
                f"{cell}{mark}{said[place]}" if place in said else cell
                for place, cell in enumerate(cells)
            ]
            if open_ or not any(sign in name for name in names):
                if sign == " ":
                    names[:-1] = map(_wrapped, names[:-1])
                return sign.join(names), f"NAME{mark}value{SAME}" if said else ""
    if not said:
        return None, ""
    named = ", ".join([f"{place + 1} is ⟦{value}⟧" for place, value in said.items()])
    return None, f"{IN_EVERY_ROW}column {named}"
