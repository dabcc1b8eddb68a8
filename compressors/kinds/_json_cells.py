"""Values as cells of a line, and what all strings of a column begin and end with."""

from __future__ import annotations

import re
from collections.abc import Sequence

from compressors.kinds._json_shape import MISSING
from compressors.kinds._json_text import Value, dump

_NUMBER = r"-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?"
_WORD = rf"(?:{_NUMBER}|true|false|null|NaN|-?Infinity)"
_NOT_PLAIN = r",\x00-\x1f\x7f\x85\u2028\u2029\ud800-\udfff"
_FIRST = rf'[^\s"{{\[~…!&{_NOT_PLAIN}]'
# A string that is no number and cannot be taken for notation stands without quotes.
_BARE = re.compile(rf"(?!{_WORD}\Z){_FIRST}[^{_NOT_PLAIN}]*+(?<!\s)")
_BARE_ROWS = re.compile(rf"(?:(?!{_WORD}\n){_FIRST}[^{_NOT_PLAIN}]*+(?<!\s)\n)*+")
# What is known to be a string may look like a number.
_REST = re.compile(rf"{_FIRST}[^{_NOT_PLAIN}]*+(?<!\s)")
_REST_ROWS = re.compile(rf"(?:{_FIRST}[^{_NOT_PLAIN}]*+(?<!\s)\n)*+")
_JSON_WORD = re.compile(_WORD)
_SCALARS = frozenset({int, float, bool, type(None)})
_TAIL = re.compile(r"[0-9]*\Z")
_HEAD = re.compile(r"[0-9]*")
_WORD_TAIL = re.compile(r"[^\W_]*\Z")
_WORD_HEAD = re.compile(r"[^\W_]*")


def cells(values: Sequence[Value]) -> list[str]:
    """The text of each value: JSON, but for strings that can do without quotes."""
    kinds = set(map(type, values))
    if kinds == {str}:
        return _strings(values, _BARE, _BARE_ROWS)
    if kinds <= _SCALARS:
        return dump(values)[1:-1].split(",") if values else []
    return [
        value if type(value) is str and _BARE.fullmatch(value) else dump(value) for value in values
    ]


def optional_cells(values: Sequence[Value]) -> list[str]:
    """The texts of values of which some are missing: these are empty."""
    present = [at for at, value in enumerate(values) if value is not MISSING]
    found = [""] * len(values)
    for at, cell in zip(present, cells([values[at] for at in present]), strict=True):
        found[at] = cell
    return found


def rest_cells(rests: Sequence[str]) -> list[str]:
    """The texts of what is known to be a string."""
    return _strings(rests, _REST, _REST_ROWS)


def _strings(values: Sequence[str], bare: re.Pattern[str], rows: re.Pattern[str]) -> list[str]:
    whole = "\n".join(values) + "\n"
    if rows.fullmatch(whole) and whole.count("\n") == len(values):
        return list(values)
    return [value if bare.fullmatch(value) else dump(value) for value in values]


def text_of(cell: str) -> str:
    """The JSON text of a cell."""
    if cell[0] in '"{[' or _JSON_WORD.fullmatch(cell):
        return cell
    return dump(cell)


def affixes(values: Sequence[str]) -> tuple[str, str]:
    """What all of some strings begin and end with, but for parts of words and numbers."""
    low, high = min(values), max(values)
    before = _TAIL.sub("", low[: alike(low, high)])
    if before and before[-1].isalpha():
        size = len(before)
        if not all(value[size : size + 1].isdigit() for value in values):
            before = _WORD_TAIL.sub("", before)
    size, shortest = len(before), min(map(len, values))
    backwards = low[size:][::-1]
    after = backwards[: alike(backwards, high[size:][::-1])][::-1]
    while after:
        after = _HEAD.sub("", after, count=1)
        if after and after[0].isalpha() and low[len(low) - len(after) - 1 :][:1].isalpha():
            after = _WORD_HEAD.sub("", after, count=1)
        if size + len(after) <= shortest and all(value.endswith(after) for value in values):
            break
        after = _WORD_HEAD.sub("", after[1:], count=1)
    return before, after


def alike(one: str, other: str, known: int = 0) -> int:
    """How many characters two texts have in common at their beginnings.

    ``known``: how many are known to be the same.
    """
    low, high = known, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
