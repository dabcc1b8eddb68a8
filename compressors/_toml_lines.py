"""Where in a TOML file a table or key stands: parsers tell no lines of what they accepted."""

from __future__ import annotations

import re
from collections import Counter

_HEADER = re.compile(r"\s*(\[\[?)\s*([\w.\-]+)\s*\]")
_KEY = re.compile(r"\s*([\w.\-]+)\s*=")

Place = tuple[str, int]
"""A top-level table and which one of its name it is, from 0."""


class Lines:
    """Line numbers, from 1, of the tables and keys of a TOML text."""

    def __init__(self, text: str) -> None:
        self._lines: dict[tuple[Place, str], int] = {}
        seen: Counter[str] = Counter()
        place: Place = ("", 0)
        inner = ""
        for number, line in enumerate(text.splitlines(), start=1):
            header = _HEADER.match(line)
            key = None if header else _KEY.match(line)
            if header:
                table, _, inner = header[2].partition(".")
                if not inner:
                    place = (table, seen[table])
                    seen[table] += 1
                self._lines.setdefault((place, inner), number)
            elif key:
                path = f"{inner}.{key[1]}" if inner else key[1]
                self._lines.setdefault((place, path), number)

    def of(self, place: Place, path: str = "") -> int | None:
        """The line of a dotted key below a table, else of the nearest thing around it."""
        while True:
            found = self._lines.get((place, path))
            if found is not None or not path:
                return found
            path = path.rpartition(".")[0]
