"""Which of a table's forms a text has, and its columns."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from compressors.kinds import _lines, _lines_cells, _lines_columns, _lines_listing
from compressors.kinds._lines_forms import TIME

RULE = re.compile(r"(?=[^-=─]{0,4}[-=─]{2})[\s|+:=─┼-]+$")
_NAME = re.compile(r"\s*\"?[A-Za-z_#%@(/][\w .()%/#@&$*-]{0,60}\"?\s*$")
_MODES = re.compile(r"[-dlcbps][rwxsStT-]{9}[.+@]? +\d+ ")
_MOST_COLUMNS = 200
_WHOLE = 20_000
_SAME, _ALIGNED, _PARTED = 0.9, 0.6, 0.8
_TIME_WITHIN = 32


class Layout(NamedTuple):
    """The flavour, the delimiter where there is one, and the names of the columns.

    ``head`` is the row with the names, empty where there is none; ``width`` how many cells a
    delimited row has.
    """

    flavour: str
    delimiter: str
    columns: tuple[str, ...]
    head: str = ""
    width: int = 0


def recognise_layout(text: str) -> Layout | None:
    """The layout of ``text`` where its rows have the same cells, else None."""
    rows = [row for row in _lines.sample(text, width=_WHOLE) if row.strip()]
    if len(rows) < 2:
        return None
    found = _drawn(rows) or _delimited(rows)
    if found is not None or _lines_listing.listed(rows):
        return found
    return _tabbed(rows) or _aligned(rows)


def _drawn(rows: Sequence[str]) -> Layout | None:
    """Markdown, and tables drawn with bars and rules."""
    rules = [number for number, row in enumerate(rows) if RULE.match(row)]
    bars = [row for row in rows if "|" in row or "│" in row]
    if not rules or len(bars) < 2 or len(bars) + len(rules) < _SAME * len(rows):
        return None
    bar = "|" if sum("|" in row for row in bars) * 2 >= len(bars) else "│"
    head = next((row for row in bars if not RULE.match(row) and bar in row), "")
    names = tuple(cell.strip() for cell in head.strip().strip(bar).split(bar))
    flavour = "markdown" if rows[0].lstrip()[:1] == "|" and rules[0] == 1 else "drawn"
    return Layout(flavour, bar, names[:_MOST_COLUMNS], head) if len(names) > 1 else None


def _delimited(rows: Sequence[str]) -> Layout | None:
    """CSV and its relatives: the same number of cells in nearly every row."""
    for delimiter, flavour in (("\t", "tsv"), (",", "csv"), (";", "csv"), ("|", "csv")):
        head = _lines_cells.split(rows[0], delimiter)
        # Two plain columns are too little to tell a table from prose with commas.
        if len(head) < (2 if delimiter == "\t" else 3) and not (len(head) == 2 and len(rows) > 3):
            continue
        same = sum(len(_lines_cells.split(row, delimiter)) == len(head) for row in rows)
        if same < _SAME * len(rows) or same < 2:
            continue
        names = [cell.strip().strip('"') for cell in head]
        if all(_NAME.match(cell) for cell in head) and len(set(names)) == len(names):
            if len(head) == 2 and any(" " in name for name in names):
                continue
            return Layout(flavour, delimiter, tuple(names[:_MOST_COLUMNS]), rows[0], len(head))
    return None


def _tabbed(rows: Sequence[str]) -> Layout | None:
    """Rows with the same number of tabs, without names of columns."""
    tabs = rows[0].count("\t")
    if tabs and len(rows) > 2 and all(row.count("\t") == tabs for row in rows):
        return Layout("tsv", "\t", (f"{tabs + 1} columns",), width=tabs + 1)
    return None


def _aligned(rows: Sequence[str]) -> Layout | None:
    """Output of ``ps``, ``df``, ``ls -l`` and the like: columns that start or end alike."""
    modes = sum(_MODES.match(row) is not None for row in rows)
    if modes >= max(2, 0.6 * len(rows)):
        return Layout("aligned", "", ("mode", "links", "owner", "group", "size"))
    if 2 * sum(row.lstrip()[:1] in "|>" for row in rows) > len(rows):
        return None
    if 2 * sum(TIME.search(row, 0, _TIME_WITHIN) is not None for row in rows) >= len(rows):
        return None
    spaced = sum("  " in row.strip() or "\t" in row.strip() for row in rows)
    if spaced < _ALIGNED * len(rows) or len(rows) < 3:
        return None
    head = _head(rows)
    if head is None:
        columns = _lines_columns.places(rows)
        return Layout("aligned", "", (f"{len(columns)} columns",)) if len(columns) > 2 else None
    body = rows[head + 1 :]
    words = rows[head].split()
    filled = Counter(min(len(row.split()), len(words)) for row in body)
    enough = sum(n for width, n in filled.items() if width >= max(3, len(words) - 2))
    if len(_lines_columns.places(body)) < 2 or enough < _ALIGNED * len(body):
        return None
    return Layout("aligned", "", _names(rows[head], body)[:_MOST_COLUMNS], rows[head])


def _names(head: str, body: Sequence[str]) -> tuple[str, ...]:
    """The names of columns: one space parts two of them where it does in the rows below."""
    names: list[str] = []
    end = 0
    for word in re.finditer(r"\S+", head):
        gap = word.start() - end
        parted = sum(row[end : end + 1] == " " for row in body)
        if names and gap == 1 and parted < _PARTED * len(body):
            names[-1] += " " + word[0]
        else:
            names.append(word[0])
        end = word.end()
    return tuple(names)


def _head(rows: Sequence[str]) -> int | None:
    """The first row that reads like names of columns above values, two of them at least."""
    for number, row in enumerate(rows[:8]):
        words = row.split()
        if len(words) < 3 or len(rows) < number + 3 or not all(map(_header_word, words)):
            continue
        capital = sum(word[:1].isupper() or not word[:1].isalpha() for word in words)
        below = rows[number + 1].split()
        if 2 * capital >= len(words) or 2 * sum(any(c.isdigit() for c in w) for w in below) >= len(
            below
        ):
            return number
    return None


def _header_word(word: str) -> bool:
    """Whether ``word`` could be part of a column's name."""
    return (
        len(word) <= 30 and not word[0].isdigit() and word[-1] not in ".:;,!?" and "=" not in word
    )
