"""How grave a line of a log says it is."""

from __future__ import annotations

import re
from collections.abc import Iterable

HEAD = 112
"""So many characters of a line are searched for a level."""

_DOCUMENT = 4_000
_LOUD = "WARN(?:ING)?|ERR(?:OR)?|CRIT(?:ICAL)?|FATAL|SEVERE|ALERT|EMERG(?:ENCY)?|PANIC|FAIL(?:URE)?"
_QUIET = "TRACE|DEBUG|INFO(?:RMATION)?|NOTICE|VERBOSE|FINE(?:R|ST)?|CONFIG|LOG"
# What other languages call an error or a warning.
_ABROAD = (
    r"FEHLER|WARNUNG|ERREUR|AVERTISSEMENT|ADVERTENCIA|AVISO|FALLO|FALHA|ERRO|ERRORE|AVVISO"
    r"|FOUT|WAARSCHUWING|BŁĄD|HATA|UYARI|ОШИБКА|ПРЕДУПРЕЖДЕНИЕ|ВНИМАНИЕ"
)
_SIGNS_ABROAD = r"错误|錯誤|警告|异常|失败|失敗|エラー|오류|경고|에러"
_ANY_CASE = rf"(?i:(?P<loud{{0}}>{_LOUD})|(?P<quiet{{0}}>{_QUIET}))"
# Upper case counts anywhere; other spellings only where brackets, a key or a colon say
# that they are meant. One look behind for all: most places fail at it.
_LEVEL = re.compile(
    r"(?<![A-Za-z])(?:"
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
# The key of a level may stand before it, and a sign of another sort of level.
_BEFORE = 28
_UNSTEMMED = re.compile(
    rf"[EWFI]\d{{4}} \d\d:|(?:{_ABROAD})(?![A-Za-z])|{_SIGNS_ABROAD}"
    rf"|(?<=[\]\dZ|:] )(?i:{_ABROAD})[ :]"
)
_KEYED = re.compile(rf'"(?:[\w@.]*level|lvl|severity)": ?"{_ANY_CASE.format(9)}"')


class Levels:
    """The levels of lines, searched by what of the words for levels occurs among all of them."""

    __slots__ = ("_stems",)

    def __init__(self, rows: Iterable[str]) -> None:
        upper = "\n".join(rows).upper()
        self._stems = [stem for stem in _STEMS if stem in upper]

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
        upper = row[:HEAD].upper()
        starts = [upper.index(stem) for stem in self._stems if stem in upper]
        start = max(0, min(starts) - _BEFORE) if starts else HEAD
        if start and len(upper) > HEAD:
            start = 0  # a letter that is two in upper case stands before it
        other = _UNSTEMMED.search(row, 0, start)
        if other is None and not starts:
            return None
        return _LEVEL.search(row, other.start() if other else start, HEAD)

    def _found(self, row: str) -> re.Match[str] | None:
        """The level near the start of ``row``, or that of the document within it."""
        found = self.within(row)
        if found is None and '{"' in row:
            found = _KEYED.search(row, 0, _DOCUMENT)
        return found
