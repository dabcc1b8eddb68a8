"""Which of a table's forms a text has, and its columns."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from compressors.kinds import _lines, _lines_columns, _lines_listing
from compressors.kinds._lines_forms import CLOCK, TIME
from compressors.kinds._table_delimited import delimited, quoted, very_wide
from compressors.kinds._table_shape import FILES, MOST_COLUMNS, Layout

RULE = re.compile(r"(?=[^-=─]{0,4}[-=─]{2})[\s|+:=─┼-]+$")
_FOOTER = re.compile(r"\(\d+ rows?\)\s*$|\d+ rows? in set\b|Time: [\d.]+ ms\s*$")
_FOOTERS = (" row", "Time: ")
_WIDE = re.compile(r" {2,}")
_STROKE = re.compile(r"[-=─]{2,}")
_MODES = re.compile(r"[-dlcbps][rwxsStT-]{9}[.+@]? +\d+ ")
_WIDE_FROM = 2_000
_PREAMBLE = 4
_FEW = 4
_PARAGRAPHS = 0.8  # empty rows for each other one
_FEWEST_ALONE = 3
_SAME, _ALIGNED, _PARTED = 0.9, 0.6, 0.8
_TIME_WITHIN = 32


def recognise_layout(text: str) -> Layout | None:
    """The layout of ``text`` where its rows have the same cells, else None."""
    if text.find("\n", 0, _WIDE_FROM) < 0:
        wide = very_wide(text)
        if wide is not None:
            return wide
    sample = _lines.sampled(text)
    rows = [row for row in sample.wide if row.strip()]
    counted = len(rows)
    if any(word in sample.text for word in _FOOTERS):
        rows = [row for row in rows if not _FOOTER.match(row)]
    if len(rows) < 2:
        return None
    if len(rows) < counted and _one_column(rows):
        return Layout("drawn", "|", (rows[0].strip(),), rows[0])
    found = _drawn(rows) or delimited(rows) or quoted(text)
    if found is not None or _lines_listing.listed(rows):
        return found
    # Paragraphs may begin alike; rows of a table have no empty ones between them.
    if len(sample.wide) - counted >= _PARAGRAPHS * counted:
        return _ruled(rows) or _tabbed(rows)
    return _ruled(rows) or _tabbed(rows) or _alone(rows) or _aligned(rows)


def _drawn(rows: Sequence[str]) -> Layout | None:
    """Markdown, and tables drawn with bars and rules."""
    bars = [row for row in rows if "|" in row or "│" in row]
    if len(bars) < 2:
        return None
    rules = [number for number, row in enumerate(rows) if RULE.match(row)]
    if not rules or len(bars) + len(rules) < _SAME * len(rows):
        return None
    bar = "|" if sum("|" in row for row in bars) * 2 >= len(bars) else "│"
    head = next((row for row in bars if not RULE.match(row) and bar in row), "")
    names = tuple(cell.strip() for cell in head.strip().strip(bar).split(bar))
    flavour = "markdown" if rows[0].lstrip()[:1] == "|" and rules[0] == 1 else "drawn"
    if len(names) == 1 and not all(row.strip()[:1] == bar == row.strip()[-1:] for row in bars):
        return None
    return Layout(flavour, bar, names[:MOST_COLUMNS], head)


def _one_column(rows: Sequence[str]) -> bool:
    """Whether rows with their number below them are of one column, named above a rule."""
    rule = rows[1]
    return rule.strip("-") == "" and len(rule) > 2 and rows[0].strip() != "" and len(rows) > 2


def _ruled(rows: Sequence[str]) -> Layout | None:
    """Names above a rule of several strokes, as ``pip list`` prints them."""
    for number, row in enumerate(rows[1 : _PREAMBLE + 2]):
        strokes = [stroke.span() for stroke in _STROKE.finditer(row)]
        if len(strokes) < 2 or not RULE.match(row):
            continue
        head, body = rows[number], rows[number + 2 :]
        if not body:
            continue
        ends = [start for start, _ in strokes[1:]]
        names = tuple(
            head[start:end].strip() for start, end in zip([0, *ends], [*ends, None], strict=True)
        )
        parted = sum(all(line[at - 1 : at] in (" ", "") for at in ends) for line in body)
        if all(names) and parted >= _PARTED * len(body) and "|" not in head:
            return Layout("aligned", "", names[:MOST_COLUMNS], head)
    return None


def _tabbed(rows: Sequence[str]) -> Layout | None:
    """Rows with the same number of tabs, without names of columns."""
    tabs = rows[0].count("\t")
    if tabs and len(rows) > 2 and all(row.count("\t") == tabs for row in rows):
        return Layout("tsv", "\t", (f"{tabs + 1} columns",), width=tabs + 1)
    return None


def _aligned(rows: Sequence[str]) -> Layout | None:
    """Output of ``ps``, ``df``, ``ls -l`` and the like: columns that start or end alike."""
    modes = sum([_MODES.match(row) is not None for row in rows])
    if modes >= max(2, 0.6 * len(rows)):
        return Layout("aligned", "", FILES)
    spaced = sum(["  " in row or "\t" in row for row in map(str.strip, rows)])
    if spaced < _ALIGNED * len(rows) or len(rows) < 3:
        return None
    if 2 * sum([row.lstrip()[:1] in "|>" for row in rows]) > len(rows):
        return None
    clocks = [row for row in rows if CLOCK.search(row, 0, _TIME_WITHIN)]
    if 2 * sum([TIME.search(row, 0, _TIME_WITHIN) is not None for row in clocks]) >= len(rows):
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
            return Layout("aligned", "", _names(rows[head], body)[:MOST_COLUMNS], rows[head])
    return None


def _alone(rows: Sequence[str]) -> Layout | None:
    """Names in capitals above one row, which has a cell that begins where each name does."""
    if len(rows) != 2 or not rows[0].isupper():
        return None
    head, row = rows
    names = [name for name in _WIDE.split(head.strip()) if name]
    starts = [gap.end() for gap in _WIDE.finditer(head.rstrip()) if gap.start()]
    parted = all(row[at - 2 : at] == "  " and row[at : at + 1].strip() for at in starts)
    if len(names) < _FEWEST_ALONE or not parted or not all(map(_header_word, head.split())):
        return None
    return Layout("aligned", "", tuple(names[:MOST_COLUMNS]), head)


def _two_columns(rows: Sequence[str]) -> bool:
    """Whether two names in capitals stand above two columns that begin where they do."""
    head = rows[0]
    second = _WIDE.search(head.rstrip())
    if second is None or not second.start() or not head.isupper() or len(rows) < 3:
        return False
    if len(_WIDE.split(head.strip())) != 2:
        return False
    at = second.end()
    if len(rows) < _FEW:
        # One blank may be within a cell of each of them.
        return all(row[at - 2 : at] == "  " and row[at : at + 1].strip() for row in rows)
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
