"""The way back from the notation of ``_config_notation``."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from typing import NamedTuple

from compressors.kinds._lines import Rows

LEGEND = '"~a 1 2" is the block from "~a=" to "~.", with 1, 2 for its '
REPEATED = "1 is its first value again"
PARTED = " parts lines that begin alike"
# No text that was ever written is as long: a reference may not blow up what is read.
_LONGEST = 200_000_000
_HEADER = re.compile(r"\[toin config: (.*)\]")
_CELL = re.compile(r"⟦([^⟧]*+)⟧(?: |$)|([^ ]*+)(?: |$)")


class Signs(NamedTuple):
    """The signs of the notation, none of which is in the text: empty where all are."""

    hole: str
    again: str
    joint: str


def decode(text: str) -> str | None:
    """What ``encode`` was given; None where ``text`` is not in the notation."""
    head, newline, rest = text.partition("\n")
    found = _HEADER.fullmatch(head)
    if found is None or not newline:
        return None
    parts = found[1].split("; ")
    signs = Signs(
        next((part[-1] for part in parts if part[:-1] == LEGEND), ""),
        next((part[0] for part in parts if part[1:] == REPEATED), ""),
        next((part[0] for part in parts if part[1:] == PARTED), ""),
    )
    if not signs.hole:
        return None
    try:
        return Rows(_decode(rest.split("\n"), signs), "CRLF" in parts).text()
    except (LookupError, ValueError):
        return None


def _decode(rows: Sequence[str], signs: Signs) -> list[str]:
    known: dict[str, list[str]] = {}
    at = 0
    while at < len(rows) and rows[at].startswith("~") and rows[at].endswith("="):
        name = rows[at][:-1]
        end = rows.index("~.", at)
        block = [row[1:] if row[:1] == "\\" else row for row in rows[at + 1 : end]]
        known[name] = "\n".join(block).split(signs.hole)
        at = end + 1
    out: list[str] = []
    size = 0
    for row in itertools.islice(rows, at, None):
        if row[:1] != "~":
            out.append(row[1:] if row[:1] == "\\" else row)
            continue
        name, _, tail = row.partition(" ")
        size += sum(map(len, known[name])) + len(tail)
        if size > _LONGEST:
            raise ValueError(name)
        out.extend(_filled(known[name], _cells(tail), signs).split("\n"))
    return out


def _cells(tail: str) -> list[str]:
    cells: list[str] = []
    at = 0
    while at < len(tail):
        found = _CELL.match(tail, at)
        if found is None:
            raise ValueError(tail)
        cells.append(found[1] if found[1] is not None else found[2])
        at = found.end()
    return cells


def _filled(parts: list[str], cells: list[str], signs: Signs) -> str:
    if len(parts) != len(cells) + 1:
        raise ValueError(parts[0])
    if signs.again:
        refill = re.compile(re.escape(signs.again) + "([0-9]+)")
        parts = [refill.sub(lambda found: cells[int(found[1]) - 1], part) for part in parts]
    out = [parts[0]]
    for place, cell in enumerate(cells):
        if signs.joint and signs.joint in cell:
            lead = parts[place].rpartition("\n")[2]
            cell = cell.replace(signs.joint, f"\n{lead}")
        out += (cell, parts[place + 1])
    return "".join(out)
