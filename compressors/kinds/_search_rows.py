"""The rows of a search's output, each with the file and line it names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from compressors._patterns import deferred
from compressors.kinds._search_layout import HEADING, NUMBERED, UNNUMBERED

_AFTER = re.compile(r"([:=-])([0-9]+)\1")
_LINE = deferred(r"(\d{1,9})([:-])(?!\d\d[:-])")


class Hit(NamedTuple):
    """A match or a line of its context.

    ``sep`` is ``:`` for a match, anything else for context; ``number`` the line's number,
    empty where none is given; ``cut`` where the row goes on behind the path.
    """

    path: str
    sep: str
    number: str
    text: str
    cut: int

    @property
    def match(self) -> bool:
        """Whether it is a match, not its context."""
        return self.sep == ":"


def parse(rows: Sequence[str], flavour: str) -> list[Hit | None]:
    """Of every row what it says, None for headings, separators and messages."""
    if flavour in ("heading", "lines"):
        return _under_headings(rows, named=flavour == "heading")
    if flavour == "files":
        return [Hit(row, ":", "", "", len(row)) if "/" in row else None for row in rows]
    return _numbered(rows) if flavour == "numbered" else _plain(rows)


def _numbered(rows: Sequence[str]) -> list[Hit | None]:
    hits: list[Hit | None] = []
    known: set[str] = set()
    path = ""
    for row in rows:
        # Most rows are matches in a file that is known by now.
        head, _, rest = row.partition(":")
        if head in known:
            number, colon, text = rest.partition(":")
            if colon and number.isdecimal():
                path = head
                hits.append(Hit(head, ":", number, text, len(head)))
                continue
        if path and row.startswith(path) and (after := _AFTER.match(row, len(path))):
            hits.append(Hit(path, after[1], after[2], row[after.end() :], len(path)))
            continue
        found = NUMBERED.match(row) if row else None
        if found is None:
            hits.append(None)
            continue
        if found["sep"] != ":" and found["path"] not in known:
            # A dash and a number may be part of the path.
            longer = UNNUMBERED.match(row)
            after = _AFTER.match(row, longer.end() - 1) if longer else None
            if longer and after:
                path = longer["path"]
                hits.append(Hit(path, after[1], after[2], row[after.end() :], len(path)))
                known.add(path)
                continue
        path = found["path"]
        known.add(path)
        hits.append(Hit(path, found["sep"], found["line"], row[found.end() :], len(path)))
    return hits


def _plain(rows: Sequence[str]) -> list[Hit | None]:
    hits: list[Hit | None] = []
    path = ""
    for row in rows:
        if path and row.startswith(path) and row[len(path) : len(path) + 1] in (":", "-"):
            cut = len(path)
            hits.append(Hit(path, row[cut], "", row[cut + 1 :], cut))
            continue
        found = UNNUMBERED.match(row) if row else None
        if found is None:
            hits.append(None)
            continue
        path = found["path"]
        hits.append(Hit(path, ":", "", row[found.end() :], len(path)))
    return hits


def _under_headings(rows: Sequence[str], *, named: bool) -> list[Hit | None]:
    hits: list[Hit | None] = []
    path = ""
    above = ""
    for row in rows:
        found = _LINE.match(row)
        if found is not None:
            hits.append(Hit(path, found[2], found[1], row[found.end() :], 0))
        else:
            if named and not above.strip() and (heading := HEADING.match(row.rstrip("\r"))):
                path = heading["path"]
            hits.append(None)
        above = row
    return hits
