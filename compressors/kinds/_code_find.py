"""Passages of code that answer a query: functions by name, and paragraphs by their words."""

from __future__ import annotations

import re
from itertools import accumulate

from compressors.kinds import _lines
from compressors.kinds._code_source import Source
from compressors.kinds.base import Content, Passage

_NAME = re.compile(r"[A-Za-z_$][\w$]{2,}")
_MOST = 8
_LONGEST = 400


def find(content: Content, query: str) -> list[Passage]:
    """The passages, best first: functions that the query names, whole, then paragraphs."""
    named = _functions(content, query) if isinstance(content.parsed, Source) else []
    others = [
        passage
        for passage in _lines.find_paragraphs(content.text, query)
        if not any(passage.text in whole.text for whole in named)
    ]
    return (named + others)[:_MOST]


def _functions(content: Content, query: str) -> list[Passage]:
    """The functions whose names stand in ``query``, in order."""
    source: Source = content.parsed
    if source.unfit:
        return []
    names = set(_NAME.findall(query))
    rows = source.layout.rows
    numbers = source.tree.numbers
    width = 2 if source.layout.crlf else 1
    starts = list(accumulate((len(row) + width for row in rows), initial=0))
    found = []
    for function in source.tree.functions:
        if function.name not in names or function.end - function.start > _LONGEST:
            continue
        own = [n for n in numbers[function.start : function.end + 1] if n >= 0]
        if own:
            first, last = own[0], own[-1]
            text = content.text[starts[first] : starts[last] + len(rows[last])]
            found.append(Passage(text, _lines.twentieth(starts[first], len(content.text))))
    return found[:_MOST]
