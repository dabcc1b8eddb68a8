"""What occurs more than once in a document: said once, and referred to by a number.

``&1`` stands for the first entry, ``&1"rest"`` for a string that begins with it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from itertools import accumulate, compress, pairwise

from compressors.kinds._json_cells import alike
from compressors.kinds._json_text import NotWritable, Value, dump

_TOKEN = re.compile(r'("[^"\\]*+(?:\\.[^"\\]*+)*+":?)', re.DOTALL)
_TO_BOUNDARY = re.compile(r".*[/:?#=&@ ._-]", re.DOTALL)
_LONG_CELL = 10
_LONG_STRING = 18
_LONG_PART = 24
_SHORTEST_START = 16
_MOST_STRINGS = 4000
_MOST_ENTRIES = 64
_DEEPEST = 40
# What a reference costs, and what a line of its own costs, in characters.
_REFERENCE, _LINE = 4, 10
_ENTRY = re.compile(r"&(\d+)")
# A part that begins like this cannot begin inside a string.
_PART = re.compile(r'(?:\[|\{)+"[A-Za-z0-9_]')


class Shared:
    """The entries of a document, numbered as they were added."""

    __slots__ = ("_numbers", "entries")

    def __init__(self) -> None:
        self.entries: list[str] = []
        self._numbers: dict[str, str] = {}

    def lines(self) -> list[str]:
        """An entry a line."""
        return [f"&{number}={text}" for number, text in enumerate(self.entries, 1)]

    def column(self, cells: Sequence[str], kept: Sequence[bool] | None) -> Sequence[str]:
        """The cells of a column, with references for those that are long and frequent."""
        shown = cells if kept is None else list(compress(cells, kept))
        if not shown or sum(map(len, shown)) < _LONG_CELL * len(shown):
            return cells
        counts = Counter(shown)
        if 2 * len(counts) > len(shown) + 2 and len(counts) > 8:
            return cells
        references = {}
        for text, times in counts.items():
            saved = (times - 1) * len(text) - times * _REFERENCE - _LINE
            if times > 1 and len(text) >= _LONG_CELL and saved > 0:
                references[text] = self._reference(text)
        return [references.get(cell, cell) for cell in cells] if references else cells

    def document(self, value: Value) -> str:
        """The JSON text of ``value`` with references for what it repeats.

        Raises:
            NotWritable: it is nested too deeply.
        """
        text = dump(value)
        if len(text) < 2 * _LONG_PART:
            return text
        texts = [text]
        for part in _repeated(value):
            pieces = texts[0].split(part)
            inside = [at for at, entry in enumerate(texts) if at and part in entry]
            if len(pieces) + len(inside) < 3:
                continue
            mark = f"&{len(texts)}"
            texts = [mark.join(one.split(part)) for one in texts]
            texts.append(part)
        return self._without_starts(texts)

    def _without_starts(self, texts: Sequence[str]) -> str:
        """A text, and those of its parts, with references for how their strings begin."""
        tokens = [_TOKEN.split(text) for text in texts]
        strings = Counter(
            [token for some in tokens for token in some[1::2] if len(token) >= _LONG_STRING]
        )
        starts = _starts([(text, times) for text, times in strings.items() if text[-1] == '"'])
        different = sorted(set(starts.values()), key=lambda start: (-len(start), start))
        self.entries = [f'{start}"' for start in different]
        numbers = {start: at for at, start in enumerate(different, 1)}
        shift = len(different)
        written = {}
        for text, start in starts.items():
            rest = text[len(start) : -1]
            written[text] = f'&{numbers[start]}"{rest}"' if rest else f"&{numbers[start]}"

        def shifted(found: re.Match[str]) -> str:
            return f"&{int(found[1]) + shift}"

        for at, some in enumerate(tokens):
            some[1::2] = [written.get(token, token) for token in some[1::2]]
            if shift:
                some[::2] = [_ENTRY.sub(shifted, one) if "&" in one else one for one in some[::2]]
            tokens[at] = some
        around, *parts = ["".join(some) for some in tokens]
        self.entries += parts
        return around

    def _reference(self, text: str) -> str:
        if text not in self._numbers:
            self.entries.append(text)
            self._numbers[text] = f"&{len(self.entries)}"
        return self._numbers[text]


def _repeated(value: Value) -> list[str]:
    """The texts of objects and arrays that occur more than once in ``value``, longest first."""
    parts: Counter[str] = Counter()
    try:
        _survey(value, parts, 0)
    except RecursionError:
        raise NotWritable("nested too deeply") from None
    found = [
        text
        for text, times in parts.items()
        if times > 1 and (times - 1) * len(text) > times * _REFERENCE + _LINE
    ]
    found.sort(key=lambda text: (-len(text), text))
    return [text for text in found if _PART.match(text)][:_MOST_ENTRIES]


def _survey(value: Value, parts: Counter[str], depth: int) -> None:
    """Counts the objects and arrays in ``value``."""
    if depth > _DEEPEST:
        return
    for item in value.values() if type(value) is dict else value:
        if type(item) is dict or type(item) is list:
            text = dump(item)
            if len(text) >= _LONG_PART:
                parts[text] += 1
                _survey(item, parts, depth + 1)


def _starts(strings: Sequence[tuple[str, int]]) -> dict[str, str]:
    """How strings begin, where that is worth an entry, and of each the longest such beginning.

    ``strings``: the JSON texts of strings, and how often each occurs.
    """
    ordered = sorted(strings[:_MOST_STRINGS])
    texts = [text for text, _ in ordered]
    times = [times for _, times in ordered]
    before = [0, *accumulate(times)]
    candidates = {text[:-1] for text, often in ordered if often > 1}
    for one, other in pairwise(texts):
        if one[:_SHORTEST_START] == other[:_SHORTEST_START]:
            boundary = _TO_BOUNDARY.match(one, 0, alike(one, other, _SHORTEST_START))
            if boundary and boundary.end() >= _SHORTEST_START:
                candidates.add(boundary[0])
    found = []
    for start in candidates:
        first, last = bisect_left(texts, start), bisect_left(texts, start + "\U0010ffff")
        often = before[last] - before[first]
        gain = often * (len(start) - _REFERENCE) - len(start) - _LINE
        if often > 1 and gain > 0:
            found.append((-gain, start, first, last))
    saved = [0] * len(texts)
    chosen: list[tuple[int, str, int, int]] = []
    for _, start, first, last in sorted(found)[: 4 * _MOST_ENTRIES]:
        size = len(start) - _REFERENCE
        gain = sum(
            [times[at] * (size - saved[at]) for at in range(first, last) if size > saved[at]]
        )
        if gain > len(start) + _LINE and len(chosen) < _MOST_ENTRIES:
            chosen.append((size, start, first, last))
            saved[first:last] = [one if one > size else size for one in saved[first:last]]
    begin: dict[str, str] = {}
    for _, start, first, last in sorted(chosen):
        begin.update(dict.fromkeys(texts[first:last], start))
    return begin
