"""How grave a line of a log says it is."""

from __future__ import annotations

import re
from collections.abc import Iterable

from compressors._patterns import deferred

HEAD = 112
"""So many characters of a line are searched for a level."""

_DOCUMENT = 4_000
_LOUD = "WARN(?:ING)?|ERR(?:OR)?|CRIT(?:ICAL)?|FATAL|SEVERE|ALERT|EMERG(?:ENCY)?|PANIC|FAIL(?:URE)?"
_QUIET = "TRACE|DEBUG|INFO(?:RMATION)?|NOTICE|VERBOSE|FINE(?:R|ST)?|CONFIG|LOG"
# What other languages call an error or a warning.
_ABROAD = (
    "FEHLER|WARNUNG|ERREUR|AVERTISSEMENT|ADVERTENCIA|AVISO|FALLO|FALHA|ERRO|ERRORE|AVVISO"
    "|FOUT|WAARSCHUWING|BŁĄD|HATA|UYARI|ОШИБКА|ПРЕДУПРЕЖДЕНИЕ|ВНИМАНИЕ"
)
_SIGNS_ABROAD = "错误|錯誤|警告|异常|失败|失敗|エラー|오류|경고|에러"
_ANY_CASE = rf"(?i:(?P<loud{{0}}>{_LOUD})|(?P<quiet{{0}}>{_QUIET}))"
# Upper case counts anywhere; other spellings only where brackets, a key or a colon say
# that they are meant. One look behind and one ahead for all: most places fail at these.
_LEVEL = deferred(
    r"(?<![A-Za-z])(?=[^\W\d_])(?:"
    rf"(?:(?P<loud>{_LOUD}|ERR!)|(?P<quiet>{_QUIET}))(?![A-Za-z])"
    rf"|(?<=[\[<(|]){_ANY_CASE.format(2)}[\]>)|:]"
    rf"|(?<=, ){_ANY_CASE.format(3)} "
    rf"|(?:level|lvl|severity)[\"']?[=:] ?[\"']?{_ANY_CASE.format(4)}(?![A-Za-z])"
    r"|(?:(?P<loud5>[EWF])|(?P<quiet5>I))\d{4} \d\d:\d\d:\d\d"
    r"|(?P<loud6>error|warning|fatal|panic)(?:\[\w{1,12}\])?: "
    rf"|(?:(?<=[\]\dZ|] )|(?<=\]: ))(?P<loud7>(?i:{_LOUD}|{_ABROAD}))[ :]"
    rf"|(?P<loud8>(?:{_ABROAD})(?![A-Za-z])|{_SIGNS_ABROAD})"
    r")"
)
# Without any of these, in upper case, there is no level: most lines are done with quickly.
_STEMS = (
    *("INFO", "WARN", "ERR", "DEBUG", "FAIL", "FATAL", "LOG", "TRACE", "NOTICE", "CRIT"),
    *("SEVERE", "ALERT", "EMERG", "PANIC", "VERBOSE", "FINE", "CONFIG"),
)
# The key of a level may stand before it, or a sign of another sort of level.
_BEFORE, _KEYS = 28, ("level", "lvl", "severity")
_NUMBERED = deferred(r"[EWFI]\d{4} \d\d:")
# One of these stands in upper case in every text with a foreign sign. The last is a letter that
# is no other's upper case, though some take it for the one without a dot.
_FOREIGN = (
    *(
        word
        for word in f"{_ABROAD}|{_SIGNS_ABROAD}".split("|")
        if not any(stem in word for stem in _STEMS)
    ),
    "\u0130",
)
_UNSTEMMED = deferred(
    rf"{_NUMBERED.pattern}|(?:{_ABROAD})(?![A-Za-z])|{_SIGNS_ABROAD}"
    rf"|(?<=[\]\dZ|:] )(?i:{_ABROAD})[ :]"
)
_KEYED = deferred(rf'"(?:[\w@.]*level|lvl|severity)": ?"{_ANY_CASE.format(9)}"')


class Levels:
    """The levels of lines, searched by what of the words for levels occurs among all of them."""

    __slots__ = ("_before", "_stems", "_unstemmed")

    def __init__(self, rows: Iterable[str]) -> None:
        heads = "\n".join([row[:HEAD] for row in rows])
        upper = heads.upper()
        self._stems = [stem for stem in _STEMS if stem in upper]
        self._unstemmed = _NUMBERED.search(heads) is not None or any(
            word in upper for word in _FOREIGN
        )
        keyed = self._unstemmed or any(key in heads for key in _KEYS)
        self._before = _BEFORE if keyed else 0

    def of(self, row: str) -> int:
        """2 for a line above info level, 1 for one at or below it, 0 for one without a level."""
        found = self._found(row)
        if found is None:
            return 0
        return 2 if found.lastgroup and found.lastgroup.startswith("loud") else 1

    def place(self, row: str) -> int:
        """Where the level of a line stands; -1 where it has none."""
        found = self._found(row)
        return -1 if found is None else found.start()

    def within(self, row: str) -> re.Match[str] | None:
        """The level near the start of ``row``."""
        head = row[:HEAD]
        upper = head.upper()
        starts = [at for stem in self._stems if (at := upper.find(stem)) >= 0]
        start = HEAD
        if starts:
            # A letter that is two in upper case moves all behind it.
            start = max(0, min(starts) - self._before) if len(upper) == len(head) else 0
        other = _UNSTEMMED.search(row, 0, start) if self._unstemmed else None
        if other is None and not starts:
            return None
        return _LEVEL.search(row, other.start() if other else start, HEAD)

    def _found(self, row: str) -> re.Match[str] | None:
        """The level near the start of ``row``, or that of the document within it."""
        found = self.within(row)
        if found is None and '{"' in row:
            found = _KEYED.search(row, 0, _DOCUMENT)
        return found
