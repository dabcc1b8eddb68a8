"""Which rows of a table stay: those that must, those that answer, then an even choice.

What must stay does not depend on how much is kept, and what is chosen beyond it is the
beginning of one fixed order. So a larger share keeps all that a smaller one keeps.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from typing import Protocol

import msgspec

from compressors.kinds._json_columns import Series, series
from compressors.kinds._json_errors import errors
from compressors.kinds._json_odd import odd
from compressors.kinds._json_rows import Table
from compressors.kinds._json_text import Literal, Value
from compressors.relevance import bearing, terms

_FEWEST = 8
_FEWEST_HELD = 20
_DEEPEST = 2
_TOP = 5
_MOST_PRESERVED = 64
_LONGEST_QUERY = 20_000
_MOST_WORDS = 400
_LONGEST_PHRASE = 5
_LONGEST_CELL = 80
_SMALL_NUMBER = 100
_WORD = re.compile(r"[^\s\"'`,;:{}()\[\]<>=]+")
_EDGES = ".!?*#"


class Findings(msgspec.Struct, frozen=True):
    """What the rules found in a table: the same for every query and every share.

    ``errors``: rows by label, for the note of what was left out of each.
    """

    columns: Sequence[Series]
    must: frozenset[int]
    errors: dict[str, list[int]]


def findings(table: Table) -> Findings:
    """What stands out among the rows of a table."""
    columns = series(table.rows)
    if table.keys is not None:
        columns.append(Series("key", table.keys))
    return standing_out(columns)


def standing_out(columns: Sequence[Series]) -> Findings:
    """What stands out among rows, given their columns; the first stands for the rows whole."""
    total = len(columns[0].values)
    strange = odd(columns)
    failing = errors(columns)
    # Changes are many in noisy data: the clearest ones only.
    changes = sorted(set(strange.changes), key=lambda change: (-change[0], change[1]))
    clearest = [at for _, at in changes[: max(2, total // 40)]]
    must = {0, total - 1, *strange.rows, *failing.rows, *clearest, *_holding(columns, 0)}
    return Findings(columns, frozenset(must), failing.groups)


def _holding(columns: Sequence[Series], depth: int) -> set[int]:
    """The rows with arrays in which something is odd among what all these arrays hold.

    None of a column where these are many.
    """
    rows: set[int] = set()
    for column in columns:
        if list not in column.kinds:
            continue
        places: list[int] = []
        pool: list[Value] = []
        for at, value in enumerate(column.values):
            if type(value) is list and value:
                places += [at] * len(value)
                pool += value
        if len(pool) < _FEWEST_HELD:
            continue
        inner = series(pool)
        found = odd(inner).rows
        if depth < _DEEPEST:
            found |= _holding(inner, depth + 1)
        holders = {places[at] for at in found}
        if len(holders) <= max(3, len(column.values) // 10):
            rows |= holders
    return rows


class Order(msgspec.Struct, frozen=True):
    """For one query: the rows that must stay, and all others, the next to stay first.

    ``answers``: those of the former that the query names, or that bear most on it.
    """

    must: frozenset[int]
    others: Sequence[int]
    answers: frozenset[int] = frozenset()

    def kept(self, share: float) -> list[bool]:
        """Which rows stay when at least this share of them may."""
        total = len(self.must) + len(self.others)
        wanted = max(math.ceil(share * total), min(total, _FEWEST))
        kept = [False] * total
        for at in self.must:
            kept[at] = True
        for at in self.others[: max(0, wanted - len(self.must))]:
            kept[at] = True
        return kept


class Lines(Protocol):
    """Rows, each as a line of text."""

    @property
    def lines(self) -> Sequence[str]:
        """The text of each row."""
        ...


def order(table: Lines, found: Findings, query: str) -> Order:
    """The order in which the rows of a table stay, for a reader who asks ``query``."""
    total = len(found.columns[0].values)
    answers: set[int] = set()
    best: list[int] = []
    if query.strip():
        answers = _named(found.columns, query)
        scores, covering = bearing(query, table.lines)
        top = max(scores)
        ranked = sorted(
            [at for at, score in enumerate(scores) if 3 * score >= top > 0],
            key=lambda at: (-scores[at], at),
        )
        answers.update([at for at in ranked[:_TOP] if 2 * scores[at] >= top], covering[:_TOP])
        must = found.must | answers
        best = [at for at in dict.fromkeys([*covering, *ranked]) if at not in must]
    must = found.must | answers
    seen = must.union(best)
    rest = [at for at in spread(total) if at not in seen]
    return Order(must, [*best, *rest], frozenset(answers))


def preserved(found: Findings, wanted: Callable[[str], bool]) -> set[int]:
    """The first rows of the first values of fields that are to be preserved."""
    rows: set[int] = set()
    for column in found.columns:
        if column.path and (wanted(column.path) or wanted(column.name)):
            first: dict[str, int] = {}
            for at, value in enumerate(column.values):
                first.setdefault(repr(value), at)
                if len(first) == _MOST_PRESERVED:
                    break
            rows.update(first.values())
    return rows


def spread(total: int) -> list[int]:
    """All numbers below ``total`` in an order whose every beginning is spread evenly."""
    bits = (total - 1).bit_length()
    reversed_ = [0]
    for bit in range(bits):
        step = 1 << (bits - 1 - bit)
        reversed_ += [number + step for number in reversed_]
    return [number for number in reversed_ if number < total]


def _named(columns: Sequence[Series], query: str) -> set[int]:
    """The rows with a cell that the query names whole: an identifier, a name, a number."""
    query = query[:_LONGEST_QUERY]
    words = _WORD.findall(query)[:_MOST_WORDS]
    bare = [word.strip(_EDGES).lower() for word in words]
    phrases = {word.lower() for word in words}
    for size in range(1, _LONGEST_PHRASE + 1):
        for at in range(len(bare) - size + 1):
            phrases.add(" ".join(bare[at : at + size]))
    phrases.discard("")
    numbers: set[float] = set()
    for word in bare:
        number = _number(word.lstrip("$€£"))
        if number is not None:
            numbers.add(number)
    asked = set(terms(query))
    rows: set[int] = set()
    for column in columns:
        named = _cells_named(column, phrases, numbers, small=_asks_for(column.name, asked))
        times = sum([column.counts[value] for value in named])
        # What many rows have names none of them.
        if named and times <= max(_TOP, len(column.values) // 10):
            rows.update([at for at, value in enumerate(column.values) if value in named])
    return rows


def _asks_for(name: str, asked: set[str]) -> bool:
    return not asked.isdisjoint(terms(name))


def _cells_named(
    column: Series, phrases: set[str], numbers: set[float], *, small: bool
) -> set[Value]:
    """The values of a column that stand in the query whole."""
    kinds = column.kinds
    counts = column.counts
    named: set[Value] = set()
    if str in kinds:
        named.update(
            [
                value
                for value in counts
                if type(value) is str
                and len(value) <= _LONGEST_CELL
                and value.lower().strip(_EDGES) in phrases
            ]
        )
    if int in kinds or float in kinds:
        named.update(
            [
                number
                for number in numbers
                if number in counts
                and (small or abs(number) >= _SMALL_NUMBER or number != int(number))
            ]
        )
    if Literal in kinds:
        named.update(
            [value for value in counts if type(value) is Literal and _number(value) in numbers]
        )
    return named


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
