"""A long line shortened around what matters in it."""

from __future__ import annotations

import re

from compressors.relevance import terms

_LONGEST = 480
_EDGE, _REACH = 100, 60
_WINDOWS = 4
_TELLING = re.compile(
    r"(?i:error|fail|exception|critical|fatal|panic|denied|refused|timeout|warn|traceback|raise"
    r"|throw|invalid|TODO|FIXME)"
)
_STOP, _WORDS = 3, 64
_NOTE = 12


class Clip:
    """Shortens long lines for a reader who asks ``query``."""

    __slots__ = ("_patterns", "_query")

    def __init__(self, query: str) -> None:
        self._query = query
        self._patterns: list[re.Pattern[str]] = []

    def __call__(self, text: str) -> str:
        """``text``, or where it is long its ends and what is around words that tell or answer.

        What is left out is given in characters: ``…[1200]…``.
        """
        if len(text) <= _LONGEST:
            return text
        spans = [(0, _EDGE), (len(text) - _EDGE, len(text))]
        for pattern in self._telling():
            spans.extend(_windows(text, pattern))
        spans.sort()
        out = ""
        at = 0
        for start, end in spans:
            if end <= at:
                continue
            if start > at + _NOTE:
                out += f"…[{start - at}]…"
                at = start
            out += text[at:end]
            at = end
        return out

    def _telling(self) -> list[re.Pattern[str]]:
        if not self._patterns:
            self._patterns.append(_TELLING)
            words = dict.fromkeys(word for word in terms(self._query) if len(word) > _STOP)
            listed = [re.escape(word) for word in list(words)[:_WORDS]]
            if listed:
                self._patterns.append(re.compile(rf"(?i:{'|'.join(listed)})"))
        return self._patterns


def _windows(text: str, pattern: re.Pattern[str]) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    past = 0
    while len(spans) < _WINDOWS and (hit := pattern.search(text, past)):
        start, end = max(0, hit.start() - _REACH), min(len(text), hit.end() + _REACH)
        spans.append((start, end))
        past = end
    return spans
