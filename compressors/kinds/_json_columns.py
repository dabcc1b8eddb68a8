"""The values of rows, name by name and level by level, whatever their shapes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

from compressors.kinds._json_shape import MISSING
from compressors.kinds._json_text import Value

_DEEPEST = 4
_MOST_COLUMNS = 256
_MOST_NAMES = 48


class Series:
    """What each row has under one dotted path: a value or ``MISSING``.

    ``kinds`` counts types; ``counts`` counts values, where none is an array or an object.
    """

    __slots__ = ("_counts", "kinds", "path", "values")

    def __init__(self, path: str, values: Sequence[Value]) -> None:
        self.path = path
        self.values = values
        kinds = set(map(type, values))
        self.kinds: Mapping[type, int]
        self.kinds = (
            Counter(map(type, values)) if len(kinds) > 1 else dict.fromkeys(kinds, len(values))
        )
        self._counts: Counter[Value] | None = None

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition(".")[2]

    @property
    def counts(self) -> Counter[Value]:
        """How often each value occurs; empty where values are arrays or objects."""
        if self._counts is None:
            plain = list not in self.kinds and dict not in self.kinds
            self._counts = Counter(self.values) if plain else Counter()
        return self._counts


def series(rows: Sequence[Value]) -> list[Series]:
    """The rows themselves under the path ``""``, then what is under each of their names.

    Names inside objects follow the object they are in. Bounded: of many names the most
    frequent ones, and no more than some hundred columns altogether.
    """
    found: list[Series] = []
    for column in _walk(Series("", rows), 0):
        found.append(column)
        if len(found) >= _MOST_COLUMNS:
            break
    return found


def _walk(column: Series, depth: int) -> Iterator[Series]:
    yield column
    if depth >= _DEEPEST or dict not in column.kinds:
        return
    objects: Sequence[dict[str, Value]] = column.values
    if len(column.kinds) > 1:
        objects = [value if type(value) is dict else {} for value in column.values]
    names = Counter(chain.from_iterable(objects))
    prefix = f"{column.path}." if column.path else ""
    # Of an object that is a map, names that few rows have are keys and no columns.
    fewest = len(objects) // 20 if len(names) > _MOST_NAMES else 0
    for name, times in names.most_common(_MOST_NAMES):
        if times <= fewest:
            break
        if times == len(objects):
            values = [value[name] for value in objects]
        else:
            values = [value.get(name, MISSING) for value in objects]
        yield from _walk(Series(prefix + name, values), depth + 1)


def rare_names(rows: Sequence[Value], *, few: int) -> list[int]:
    """The first rows with names that at most ``few`` rows have, if such names are rare."""
    objects = [row if type(row) is dict else {} for row in rows]
    names = Counter(chain.from_iterable(objects))
    rare = {name for name, times in names.items() if times <= few}
    if not rare or len(rare) > max(8, len(rows) // 25):
        return []
    found = []
    for at, value in enumerate(objects):
        new = rare.intersection(value)
        if new:
            found.append(at)
            rare -= new
    return found
