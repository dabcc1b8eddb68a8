"""What a query names and a page holds where no reader sees it: attributes, scripts, comments."""

from __future__ import annotations

from compressors.kinds._html_text import one_line
from compressors.kinds._lines_answers import identifiers

_AROUND, _MOST = 90, 8


def extracts(source: str, shown: str, query: str) -> list[str]:
    """For each identifier of ``query`` that ``shown`` lacks, where ``source`` has it first."""
    found: list[str] = []
    reached = -1
    for name in identifiers(query):
        if name in shown:
            continue
        at = source.find(name)
        if at < 0 or len(found) == _MOST:
            continue
        if 0 <= at - reached < _AROUND:
            continue
        reached = at
        around = one_line(source[max(0, at - _AROUND) : at + len(name) + _AROUND])
        found.append(f"[in the markup: … {around} …]")
    return found
