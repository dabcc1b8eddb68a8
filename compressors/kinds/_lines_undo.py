"""The way back from the notation of ``_lines_notation``, and what guards texts that imitate it."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from typing import NamedTuple

from compressors.kinds._lines import Rows

RAW = "as it stands"
QUOTED = r'"[^"\\]*+(?:\\.[^"\\]*+)*+"|\'[^\']*+\''
_VALUE = re.compile(rf"({QUOTED}|⟦[^⟧]*+⟧|[^ ]++)(?: |$)")
_HEADER = re.compile(r"\[toin ([a-z]+): (.*)\]")
_DEFINITION = re.compile(r"(~[a-z]+)=(.*)", re.DOTALL)
COUNTED = "[×9]: 9 lines like this"
_TOTAL = re.compile(r"  \[×\d+(?:[ :][^\[\]]*)?\]$")
_MOST_REPEATED = 50_000_000


class _Definition(NamedTuple):
    """A definition as read: constants, number of values, which is a time, what repeats."""

    constants: list[str]
    width: int
    time: int | None
    repeats: re.Pattern[str] | None


def raw(kind: str, text: str) -> str:
    """``text`` itself, guarded where it begins as if it were in this notation."""
    return f"[toin {kind}: {RAW}]\n{text}" if text.startswith(f"[toin {kind}: ") else text


def decode(kind: str, text: str) -> str:
    """What ``encode`` was given, or ``text`` itself where it is not in the notation.

    Where not all rows were kept, the notes about the others stay where they stand.
    """
    head, newline, rest = text.partition("\n")
    header = _HEADER.fullmatch(head)
    if header is None or header[1] != kind or not newline:
        return text
    if header[2] == RAW:
        return rest
    try:
        return _decode(header[2], rest.split("\n"))
    except (LookupError, ValueError):
        return text


def _decode(header: str, rows: list[str]) -> str:
    parts = header.split("; ")
    hole = next((p[-1] for p in parts if p.startswith('"~a 1 2" is the line')), "")
    time = next((p[0] for p in parts if " is the date last given as " in p), "")
    again = next((p[0] for p in parts if p.endswith("1 is its first value again")), "")
    counted = any(part.endswith(COUNTED) for part in parts)
    definitions: dict[str, _Definition] = {}
    at = 0
    while hole and at < len(rows) and (found := _DEFINITION.match(rows[at])):
        definitions[found[1]] = _definition(found[2], hole, time, again)
        at += 1
    out: list[str] = []
    date = clock = ""
    for row in itertools.islice(rows, at, None):
        mark = row[:1]
        if mark == "~":
            total = _TOTAL.search(row) if counted else None
            if total:
                row = row[: total.start()]
            name, _, tail = row.partition(" ")
            constants, width, place, repeats = definitions[name]
            cells = _cells(tail, width)
            if place is not None:
                clock = clock if cells[place] == "=" else cells[place]
                cells[place] = date + clock
            if repeats is not None:
                constants = [_again(text, repeats, cells) for text in constants]
            pairs = zip(cells, constants[1:], strict=True)
            line = constants[0] + "".join(itertools.chain.from_iterable(pairs))
            out.append(line + total[0] if total else line)
        elif mark == "×":
            times = int(row[1:])
            if times > _MOST_REPEATED:
                raise ValueError(row)
            out.extend([out[-1]] * times)
        elif mark == "@":
            date = row[1:]
        else:
            out.append(row[1:] if mark == "\\" else row)
    return Rows(out, "CRLF" in parts).text()


def _definition(text: str, hole: str, time: str, again: str) -> _Definition:
    """A definition taken apart at its marks."""
    marks = re.compile("[" + re.escape(hole + time) + "]")
    timed = [mark == time for mark in marks.findall(text)]
    return _Definition(
        marks.split(text),
        len(timed),
        timed.index(True) if True in timed else None,
        re.compile(re.escape(again) + r"(\d+)") if again and again in text else None,
    )


def _again(text: str, repeats: re.Pattern[str], cells: Sequence[str]) -> str:
    return repeats.sub(lambda found: cells[int(found[1]) - 1], text)


def _cells(text: str, number: int) -> list[str]:
    """The values of a row, of which the last runs to its end."""
    if number < 2:
        return [text] * number
    if '"' not in text and "'" not in text and "⟦" not in text:
        return text.split(" ", number - 1)
    cells: list[str] = []
    at = 0
    while len(cells) < number - 1:
        found = _VALUE.match(text, at)
        if found is None:
            raise ValueError(text)
        cell = found[1]
        cells.append(cell[1:-1] if cell[0] == "⟦" else cell)
        at = found.end()
    cells.append(text[at:])
    return cells
