r"""The lossless notation of matches: each under its file, files under their directory.

As ``rg --heading`` writes them::

    [toin search: a line below "▸ path" begins, in full, with that path and ":" or "-"]
    ▸ src/app.py
    12:import os
    13-import sys

Where files of one directory follow one another, it is named once: ``/views.py:3:x`` below
``▸ src/shop/`` is ``src/shop/views.py:3:x``, and ``▹ views.py`` is the file there. A row
that would be mistaken for notation gets a backslash in front.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from compressors.kinds._lines_undo import RAW, raw
from compressors.kinds._search_rows import Hit

FILE, WITHIN = "▸ ", "▹ "
_LEGEND = 'a line below "▸ path" begins, in full, with that path and ":" or "-"'
_LEGEND_WITHIN = 'a line "/…" below "▸ path/" begins with that path; "▹ name" is the file there'
_GROUPED = re.compile(r"[0-9]+([:=-])")
_DIGITS = frozenset("0123456789")
_WORTH = 0.96


class _Group(NamedTuple):
    """Neighbouring rows that name one file; without a path a row that names none."""

    path: str
    rows: list[str]

    @property
    def place(self) -> str:
        """The directory, without the slash at its end."""
        return self.path.rpartition("/")[0]


def group(name: str, text: str, rows: Sequence[str], hits: Sequence[Hit | None]) -> str:
    """``text`` in the notation where that is shorter and exact, else ``text`` itself."""
    if not any(hits):
        return raw(name, text)
    body = list(_body(_grouped(rows, hits)))
    within = any(row.startswith(FILE) and row.endswith("/") for row in body)
    head = f"{_LEGEND}; {_LEGEND_WITHIN}" if within else _LEGEND
    short = "\n".join([f"[toin {name}: {head}]", *body])
    if len(short) > _WORTH * len(text) or ungroup(name, short) != text:
        return raw(name, text)
    return short


def ungroup(name: str, text: str) -> str:
    """The text that ``group`` was given; ``text`` itself where it is not in the notation."""
    head, newline, rest = text.partition("\n")
    if not newline:
        return text
    if head == f"[toin {name}: {RAW}]":
        return rest
    if not head.startswith(f"[toin {name}: {_LEGEND}"):
        return text
    out: list[str] = []
    path = place = ""
    for row in rest.split("\n"):
        mark = row[:1]
        if path and mark in _DIGITS and (grouped := _GROUPED.match(row)):
            out.append(f"{path}{grouped[1]}{row}")
        elif mark == "\\":
            out.append(row[1:])
        elif mark == "/" and place:
            out.append(place + row)
        elif row.startswith(FILE):
            path = row[len(FILE) :]
            if path.endswith("/"):
                path, place = "", path[:-1]
        elif row.startswith(WITHIN):
            path = f"{place}/{row[len(WITHIN) :]}"
        elif path and mark and mark in ":-" and row != "--":
            out.append(path + row)
        else:
            out.append(row)
    return "\n".join(out)


def _grouped(rows: Sequence[str], hits: Sequence[Hit | None]) -> list[_Group]:
    groups: list[_Group] = []
    path = ""
    for row, hit in zip(rows, hits, strict=True):
        if hit is None or not hit.path or not _fits(row, hit):
            if path or not groups:
                groups.append(_Group("", []))
                path = ""
            groups[-1].rows.append(row)
        elif hit.path == path and row != path:
            groups[-1].rows.append(row)
        else:
            path = hit.path
            groups.append(_Group(path, [row]))
    return groups


def _fits(row: str, hit: Hit) -> bool:
    """Whether what is left of ``row`` behind its path leads back to it."""
    if hit.number:
        return True
    rest = row[hit.cut :]
    return rest != "--" and _GROUPED.match(rest, 1) is None


def _body(groups: Sequence[_Group]) -> Iterator[str]:
    """The rows of the notation."""
    place = ""
    current = ""
    for number, found in enumerate(groups):
        if not found.path:
            yield from map(_guarded, found.rows)
            continue
        here = found.place
        if here and here != place and _shared(groups, number, here):
            place, current = here, ""
            yield f"{FILE}{here}/"
        lone = len(found.rows) == 1 and (current != found.path or found.rows[0] == found.path)
        if here and here == place:
            name = found.path[len(here) :]
            if lone:
                yield name + found.rows[0][len(found.path) :]
                continue
            if current != found.path:
                yield WITHIN + name[1:]
        elif lone:
            yield _guarded(found.rows[0])
            continue
        elif current != found.path:
            yield FILE + found.path
        current = found.path
        for row in found.rows:
            rest = row[len(found.path) :]
            yield rest[1:] if _GROUPED.match(rest, 1) else rest


def _shared(groups: Sequence[_Group], number: int, place: str) -> bool:
    """Whether another file of ``place`` follows, messages and separators aside."""
    own = groups[number].path
    for found in groups[number + 1 : number + 16]:
        if found.path and found.path != own:
            return found.place == place
    return False


def _guarded(row: str) -> str:
    if not row:
        return row
    special = row[:1] in ("\\", "/", ":") or row.startswith((FILE, WITHIN))
    special = special or (row[:1] == "-" and row != "--") or _GROUPED.match(row) is not None
    return "\\" + row if special else row
