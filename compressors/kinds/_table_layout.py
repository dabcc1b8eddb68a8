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
_FOOTER = re.compile(r"\(\d+ rows?\)\s*$|\d+ rows? in set\b|Time: [\d.]+ ms\s*$")
_WIDE = re.compile(r" {2,}")
_STROKE = re.compile(r"[-=─]{2,}")
_DELIMITERS = (("\t", "tsv"), (",", "csv"), (";", "csv"), ("|", "csv"))
_MODES = re.compile(r"[-dlcbps][rwxsStT-]{9}[.+@]? +\d+ ")
_MOST_COLUMNS = 200
_WHOLE = 20_000
_WIDE_FROM, _WIDEST, _WIDE_ROWS = 2_000, 400_000, 8
_PREAMBLE, _BELOW = 4, 3
_QUOTED_WITHIN = 20_000
# A quoted cell of more lines than this is no cell, and after so many of them nothing is.
_LONGEST_RECORD, _MOST_BROKEN = 400, 40
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
    if text.find("\n", 0, _WIDE_FROM) < 0:
        return _very_wide(text)
    rows = [row for row in _lines.sample(text, width=_WHOLE) if row.strip()]
    counted = len(rows)
    rows = [row for row in rows if not _FOOTER.match(row)]
    if len(rows) < 2:
        return None
    if len(rows) < counted and _one_column(rows):
        return Layout("drawn", "|", (rows[0].strip(),), rows[0])
    found = _drawn(rows) or _delimited(rows) or _quoted(text)
    if found is not None or _lines_listing.listed(rows):
        return found
    return _ruled(rows) or _tabbed(rows) or _aligned(rows)


def _very_wide(text: str) -> Layout | None:
    """The layout of delimited rows so long that no sample holds two of them."""
    rows = [row.rstrip("\r") for row in text[:_WIDEST].split("\n")]
    if len(text) > _WIDEST:
        rows.pop()
    rows = [row for row in rows if row.strip()]
    return _delimited(rows[:_WIDE_ROWS]) if len(rows) > 1 else None


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
    if len(names) == 1 and not all(row.strip()[:1] == bar == row.strip()[-1:] for row in bars):
        return None
    return Layout(flavour, bar, names[:_MOST_COLUMNS], head)


def _one_column(rows: Sequence[str]) -> bool:
    """Whether rows with their number below them are of one column, named above a rule."""
    rule = rows[1]
    return rule.strip("-") == "" and len(rule) > 2 and rows[0].strip() != "" and len(rows) > 2


def _delimited(rows: Sequence[str]) -> Layout | None:
    """CSV and its relatives: the same number of cells in nearly every row."""
    for delimiter, flavour in _DELIMITERS:
        found = _headed(rows, delimiter, flavour)
        if found is not None:
            return found
    for start in range(1, min(_PREAMBLE + 1, len(rows) - _BELOW)):
        # What stands before the names has other signs, or none.
        for delimiter, flavour in _DELIMITERS:
            if rows[start].count(delimiter) > 1 + max(row.count(delimiter) for row in rows[:start]):
                found = _headed(rows[start:], delimiter, flavour)
                if found is not None:
                    return found
    return None


def _headed(rows: Sequence[str], delimiter: str, flavour: str) -> Layout | None:
    """The layout of rows of which the first names the columns."""
    head = _lines_cells.split(rows[0], delimiter)
    # Two plain columns are too little to tell a table from prose with commas.
    if len(head) < (2 if delimiter == "\t" else 3) and not (len(head) == 2 and len(rows) > 3):
        return None
    same = sum(len(_lines_cells.split(row, delimiter)) == len(head) for row in rows)
    if same < _SAME * len(rows) or same < 2:
        return None
    names = [cell.strip().strip('"') for cell in head]
    if not all(_NAME.match(cell) for cell in head) or len(set(names)) < len(names):
        return None
    if len(head) == 2 and any(" " in name for name in names):
        return None
    return Layout(flavour, delimiter, tuple(names[:_MOST_COLUMNS]), rows[0], len(head))


def _quoted(text: str) -> Layout | None:
    """CSV with line ends within quotes: the same number of cells once rows are put together."""
    start = text[:_QUOTED_WITHIN]
    if start.count('"') < 4:
        return None
    rows = [row.rstrip("\r") for row in start.split("\n")]
    if len(text) > len(start):
        rows.pop()
    if len(rows) < 2:
        return None
    for delimiter, flavour in _DELIMITERS:
        width = len(_lines_cells.split(rows[0], delimiter))
        if width < 3:
            continue
        whole = [row for row in joined(rows, delimiter, width) if row.strip()]
        if len(text) > len(start) and len(whole) > 2 and whole[-1].count('"') % 2:
            whole.pop()
        if len(whole) > 2:
            found = _headed(whole, delimiter, flavour)
            if found is not None:
                return found
    return None


def joined(rows: Sequence[str], delimiter: str, width: int) -> list[str]:
    """Rows with those joined over which one of ``width`` cells runs, as its quotes tell."""
    found: list[str] = []
    broken = at = 0
    while at < len(rows):
        row = rows[at]
        at += 1
        if row.count('"') % 2 and broken < _MOST_BROKEN:
            end = _end(rows, at)
            record = "\n".join([row, *rows[at:end]])
            if end > at and len(_lines_cells.split(record, delimiter)) == width:
                row, at = record, end
            else:
                broken += 1
        found.append(row)
    return found


def _end(rows: Sequence[str], start: int) -> int:
    """Behind the row that closes the quotes left open before ``start``; that if none does."""
    for at in range(start, min(len(rows), start + _LONGEST_RECORD)):
        if rows[at].count('"') % 2:
            return at + 1
    return start


def _ruled(rows: Sequence[str]) -> Layout | None:
    """Names above a rule of several strokes, as ``pip list`` prints them."""
    for number, row in enumerate(rows[1 : _PREAMBLE + 2]):
        strokes = [stroke.span() for stroke in _STROKE.finditer(row)]
        head, body = rows[number], rows[number + 2 :]
        if not strokes or not RULE.match(row) or not body:
            continue
        if len(strokes) < 2:
            continue
        ends = [start for start, _ in strokes[1:]]
        names = tuple(
            head[start:end].strip() for start, end in zip([0, *ends], [*ends, None], strict=True)
        )
        parted = sum(all(line[at - 1 : at] in (" ", "") for at in ends) for line in body)
        if all(names) and parted >= _PARTED * len(body) and "|" not in head:
            return Layout("aligned", "", names[:_MOST_COLUMNS], head)
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
    if _two_columns(rows):
        return Layout("aligned", "", tuple(_WIDE.split(rows[0].strip())), rows[0])
    heads = _heads(rows)
    if not heads:
        columns = _lines_columns.places(rows)
        return Layout("aligned", "", (f"{len(columns)} columns",)) if len(columns) > 2 else None
    for head in heads:
        body = rows[head + 1 :]
        words = rows[head].split()
        filled = Counter(min(len(row.split()), len(words)) for row in body)
        enough = sum(n for width, n in filled.items() if width >= max(3, len(words) - 2))
        if enough >= _ALIGNED * len(body) and len(_lines_columns.places(body, most=2)) >= 2:
            return Layout("aligned", "", _names(rows[head], body)[:_MOST_COLUMNS], rows[head])
    return None


def _two_columns(rows: Sequence[str]) -> bool:
    """Whether two names in capitals stand above two columns that begin where they do."""
    head = rows[0]
    second = _WIDE.search(head.rstrip())
    if second is None or not second.start() or not head.isupper() or len(rows) < 4:
        return False
    if len(_WIDE.split(head.strip())) != 2:
        return False
    at = second.end()
    starts = sum(row[at - 1 : at] == " " and row[at : at + 1].strip() != "" for row in rows)
    return starts >= _PARTED * len(rows)


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


def _heads(rows: Sequence[str]) -> list[int]:
    """The rows that may name the columns, the likeliest first: none, one, or with a title two."""
    found = _reading(rows, 0)
    if found is None:
        return []
    if "  " not in rows[found].strip() and "\t" not in rows[found]:
        # A title, where what reads like names stands below it.
        below = _reading(rows, found + 1)
        if below == found + 1 and "  " in rows[below].strip():
            return [below, found]
    return [found]


def _reading(rows: Sequence[str], start: int) -> int | None:
    """The first row that reads like names of columns above values, three of them at least."""
    for number, row in enumerate(rows[start:8], start):
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
