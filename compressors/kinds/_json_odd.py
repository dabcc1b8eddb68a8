"""Which rows stand out from the others by rules alone, whatever is asked.

Values of a rare type, rare values where most are alike, strings of a rare form, numbers far
from all others by the median absolute deviation (Rousseeuw and Croux 1993), and rows at
which a series changes its level, its step or its run.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Hashable, Sequence
from itertools import accumulate, pairwise
from operator import gt, lt, ne, sub
from typing import NamedTuple, TypeVar

from compressors.kinds._json_columns import Series, rare_names
from compressors.kinds._json_shape import Missing
from compressors.kinds._json_text import Literal, Value
from compressors.kinds._json_words import odd_words

_NORMAL = 1.4826  # median absolute deviations to standard deviations of a normal sample
_FAR = 8.0
_FAR_STEP = 12.0
_SHIFT = 3.0  # of the CUSUM statistic, whose 1 % quantile without a shift is 1.63
_FEWEST = 5
_FEWEST_SHIFT = 20
_EXEMPLARS = 3
_LONG_FORM = 40
_DIGITS = re.compile(r"\d+")
_LETTERS = re.compile(r"[^\W\d_]+")
_MARKED = {
    "0": bytes.maketrans(b"123456789", b"000000000"),
    "a": bytes.maketrans(b"bcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", b"a" * 51),
}
_KINDS = {
    str: "string",
    int: "number",
    float: "number",
    Literal: "number",
    bool: "truth",
    type(None): "null",
    list: "array",
    dict: "object",
    Missing: "missing",
}

Label = TypeVar("Label", bound=Hashable)


class Odd(NamedTuple):
    """Rows that have to stay, and rows where something changes, with how clearly."""

    rows: set[int]
    changes: list[tuple[float, int]]


def odd(columns: Sequence[Series]) -> Odd:
    """The odd ones among rows, given what :func:`series` gives of them."""
    found = Odd(set(), [])
    if not columns or len(columns[0].values) < _FEWEST:
        return found
    found.rows.update(rare_names(columns[0].values, few=_few(len(columns[0].values))))
    for column in columns:
        _column(column, found)
    return found


def _few(total: int) -> int:
    """How many of so many are few."""
    return max(1, total // 50)


def _column(column: Series, found: Odd) -> None:
    values = column.values
    if len(column.kinds) == 1:
        _alike(_KINDS[type(values[0])], values, column.counts, found)
        return
    kinds: Counter[Hashable] = Counter()
    for kind, times in column.kinds.items():
        kinds[_KINDS[kind]] += times
    total = len(values)
    most = kinds.most_common(1)[0][0]
    if len(kinds) == 1:
        _alike(str(most), values, column.counts, found)
        return
    labels = [_KINDS[type(value)] for value in values]
    found.rows.update(_rare(labels, kinds, few=total // 25))
    if most == "missing":
        most = kinds.most_common(2)[1][0]
    places = [at for at, label in enumerate(labels) if label == most]
    if len(places) < _FEWEST:
        return
    present = [values[at] for at in places]
    inner = Odd(set(), [])
    _alike(str(most), present, None, inner)
    found.rows.update([places[at] for at in inner.rows])
    found.changes.extend([(strength, places[at]) for strength, at in inner.changes])


def _alike(kind: str, values: Sequence[Value], counts: Counter[Value] | None, found: Odd) -> None:
    """The odd ones among values of one kind."""
    if kind == "array":
        _measures(list(map(float, map(len, values))), found)
    elif kind in ("string", "number", "truth"):
        counted = Counter(values) if counts is None else counts
        few_values = _categories(values, counted, found)
        if kind == "string" and not few_values:
            _strings(values, counted, found)
        elif kind == "number" and len(counted) > _FEWEST:
            _numbers(values, found)


def _rare(labels: Sequence[Label], counts: Counter[Label], *, few: int = 0) -> list[int]:
    """The rows with rare labels, some of each; none where rare labels are common."""
    total = len(labels)
    few = max(few, _few(total))
    most = max(3, total // 50)
    if len(counts) > most + total // few:
        return []
    rare = {label: _EXEMPLARS for label, times in counts.items() if times <= few}
    if not rare or len(rare) > most or len(rare) == len(counts):
        return []
    found = []
    for at, label in enumerate(labels):
        if rare.get(label):
            found.append(at)
            rare[label] -= 1
    return found


def _categories(labels: Sequence[Hashable], counts: Counter[Hashable], found: Odd) -> bool:
    """Rare values and the beginnings of runs; whether there are few different ones at all."""
    total = len(labels)
    if len(counts) == 1:
        return True
    found.rows.update(_rare(labels, counts))
    if len(counts) > max(8, total // 10):
        return False
    runs = sum(map(ne, labels, labels[1:]))
    if runs <= max(3, total // 20):
        starts = [at for at, (one, two) in enumerate(pairwise(labels), 1) if one != two]
        found.changes.extend([(1000.0 / runs, at) for at in starts])
    return True


def _strings(values: Sequence[str], counts: Counter[str], found: Odd) -> None:
    """Odd ones among many different strings: by length, and by form."""
    few = _few(len(values))
    lengths = list(map(len, values))
    middle = sorted(lengths)[len(lengths) // 2]
    limit = 6 * middle + 40
    if max(lengths) > limit:
        longest = [at for at, length in enumerate(lengths) if length > limit]
        found.rows.update(longest if len(longest) <= few + 1 else ())
    if counts[""]:
        empty = [at for at, length in enumerate(lengths) if not length]
        found.rows.update(empty[:_EXEMPLARS] if len(empty) <= few else ())
    if middle > _LONG_FORM:
        found.rows.update(odd_words(values, few=max(_EXEMPLARS, few)))
        return
    forms = _forms(list(counts), _DIGITS, "0")
    labels = [forms[value] for value in values]
    different = Counter(labels)
    if len(different) < len(counts) and _rare_form(labels, different, found):
        return
    shapes = _forms(list(different), _LETTERS, "a")
    labels = [shapes[label] for label in labels]
    _rare_form(labels, Counter(labels), found)


def _rare_form(labels: Sequence[str], counts: Counter[str], found: Odd) -> bool:
    rare = _rare(labels, counts)
    found.rows.update(rare)
    return bool(rare)


def _forms(values: Sequence[str], varying: re.Pattern[str], mark: str) -> dict[str, str]:
    """Each value with what varies in it replaced by a mark."""
    whole = "\n".join(values)
    if whole.count("\n") != len(values) - 1:
        return {value: varying.sub(mark, value) for value in values}
    if whole.isascii():
        # Some times quicker than an expression.
        data = whole.encode().translate(_MARKED[mark])
        sign = mark.encode()
        while sign + sign in data:
            for size in (16, 4, 2, 2):
                data = data.replace(size * sign, sign)
        formed = data.decode()
    else:
        formed = varying.sub(mark, whole)
    return dict(zip(values, formed.split("\n"), strict=True))


def _numbers(values: Sequence[Value], found: Odd) -> None:
    numbers = values
    if Literal in set(map(type, values)):
        numbers = list(map(_number, values))
        infinite = [at for at, number in enumerate(numbers) if not math.isfinite(number)]
        found.rows.update(infinite[:_EXEMPLARS])
        finite = sorted([number for number in numbers if math.isfinite(number)])
        middle = finite[len(finite) // 2] if finite else 0.0
        numbers = [number if math.isfinite(number) else middle for number in numbers]
    _measures(numbers, found)
    if min(numbers) <= 0 <= max(numbers):
        signs = [(number > 0) - (number < 0) for number in numbers]
        found.rows.update(_rare(signs, Counter(signs)))


def _number(value: Value) -> float:
    try:
        return float(value)
    except ValueError:
        return math.nan


def _measures(numbers: Sequence[float], found: Odd) -> None:
    """Numbers far from the others, and where their level or step changes."""
    found.rows.update(_far(numbers))
    steps = list(map(sub, numbers[1:], numbers))
    rising = sum(map(lt, numbers, numbers[1:]))
    falling = sum(map(gt, numbers, numbers[1:]))
    if 20 * max(rising, falling) >= 19 * len(steps):
        jumps = _far(steps, factor=_FAR_STEP)
        found.changes.extend([(100.0, at + 1) for at in jumps])
    elif len(numbers) >= _FEWEST_SHIFT:
        noise = sorted(map(abs, steps))[len(steps) // 2] * _NORMAL / math.sqrt(2)
        if noise > 0:
            _shifts(numbers, 0, noise, found, depth=1)


def _far(numbers: Sequence[float], *, factor: float = _FAR) -> list[int]:
    """The places of numbers far from the median; of very many only the two extremes."""
    total = len(numbers)
    ordered = sorted(numbers)
    if ordered[0] == ordered[-1]:
        return []
    middle = total // 2
    median = ordered[middle]
    distances = [median - number for number in ordered[:middle]]
    distances += [number - median for number in ordered[middle:]]
    scale = sorted(distances)[middle] * _NORMAL
    if scale == 0:
        # Most are the same: the mean distance of all is the scale.
        scale = sum(distances) / total
    limit = factor * scale
    if distances[0] <= limit and distances[-1] <= limit:
        return []
    far = [at for at, number in enumerate(numbers) if abs(number - median) > limit]
    if len(far) <= max(3, total // 50):
        return far
    extremes = {max(far, key=numbers.__getitem__), min(far, key=numbers.__getitem__)}
    return sorted(extremes)


def _shifts(numbers: Sequence[float], offset: int, noise: float, found: Odd, *, depth: int) -> None:
    """Where the level changes, by cumulative sums (Page 1954), halving at each change."""
    total = len(numbers)
    mean = math.fsum(numbers) / total
    sums = list(accumulate([number - mean for number in numbers]))
    sums.pop()
    highest, lowest = max(sums), min(sums)
    most = highest if highest >= -lowest else lowest
    strength = abs(most) / (noise * math.sqrt(total))
    if strength < _SHIFT:
        return
    at = sums.index(most) + 1
    found.changes.append((strength, offset + at))
    if depth:
        for part, start in ((numbers[:at], offset), (numbers[at:], offset + at)):
            if len(part) >= _FEWEST_SHIFT:
                _shifts(part, start, noise, found, depth=depth - 1)
