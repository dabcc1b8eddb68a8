"""Rows grouped by form: what stays the same becomes a skeleton, what varies its values.

A form is a row with its numbers, times, identifiers, paths, quoted strings and values of
``key=value`` taken out. One pass of one expression over the whole text finds them all.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from compressors.kinds._lines import Rows, split

_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_FRACTION = r"(?:[.,:]\d{1,9})?"
_TIME = (
    r"\d\d(?:"
    r"\d\d[-/.]\d\d[-/.]\d\d(?:[T_-]|,? {1,2})"
    rf"\d\d[:.]\d\d[:.]\d\d{_FRACTION}(?:Z|[+-]\d\d:?\d\d)?"
    rf"|/{_MONTH}/\d{{4}}:\d\d:\d\d:\d\d(?: [+-]\d{{4}})?"
    r"|[/.-]\d\d(?:[/.-]\d{2,4})?[ T]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?"
    r"|:\d\d:\d\d[.,]\d{1,9}"
    rf"|\d{{6}}[-T ]\d\d?:\d\d?:\d\d?{_FRACTION}"
    r"|\d{4}(?<=^\d{6}) \d{6}(?!\w)"
    r")"
    rf"|(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? )?{_MONTH} [ \d]?\d (?:\d{{4}} )?"
    r"\d\d:\d\d:\d\d(?:[.,]\d{1,9})?"
)
# A word that contains a digit, or a path. It starts where no word runs already, so that
# every character is looked at a bounded number of times.
_WORD = (
    r"(?<![.$+-])[A-Za-z_.$+-]*+(?:"
    r"\d\w*+(?:[.:@+/~-]++\w++)*+%?+"
    r"|/(?:[\w.@+~%-]++/[\w.@+~%:/-]*+|(?<![\w.]/)[\w.@+~%-]++))"
)
# A message's own words tell one event from another; any other quoted string is a value.
_KEPT = ("msg", "message", "error", "err", "reason", "level", "lvl", "severity")
_MESSAGE = "".join(rf'(?<!{key}=")' for key in _KEPT)
_QUOTED = rf'"(?<=[\s=:(\[,{{>]"){_MESSAGE}[^"\\\n]*+(?:\\.[^"\\\n]*+)*+"'
_SINGLE = r"'(?<=[\s=:(\[,{>]')[^'\n]{0,120}+'(?![A-Za-z])"
# From the first brace to the end of the row: a document inside a row stays in one piece.
_DOCUMENT = r'\[?\{"[^\n]*+'
_LEVELS = "".join(rf"(?<!{key}=)" for key in ("level", "lvl", "severity"))
_VALUE = rf"(?<==){_LEVELS}[^\s,;=()\[\]{{}}\"'<>|][^\s,;()\[\]{{}}\"'<>|]*+"

VARYING = re.compile(
    rf"(?<![A-Za-z0-9_])({_TIME}|{_WORD}|{_QUOTED}|{_SINGLE}|{_DOCUMENT}|{_VALUE})",
    re.ASCII | re.MULTILINE,
)
TIME = re.compile(_TIME, re.ASCII | re.MULTILINE)
# Holes in a skeleton. Control characters are rare, all of them together in one text
# rarer still: such a text is simply not taken apart.
_HOLES = ("\x01", "\x02", "\x03", "\x04", "\x05", "\x06", "\x0e", "\x0f")


class Forms:
    """The rows of a text and the form of each.

    ``ids[row]`` is the form of a row, ``skeletons[form]`` its constant parts joined by
    ``hole``, ``members[form]`` its rows in order.
    """

    __slots__ = ("_starts", "_values", "crlf", "hole", "ids", "members", "rows", "skeletons")

    def __init__(self, text: str) -> None:
        self.rows, self.crlf = split(text)
        self.hole = next((mark for mark in _HOLES if mark not in text), "")
        if self.hole:
            parts = VARYING.split("\n".join(self.rows) if self.crlf else text)
            shapes = self.hole.join(parts[0::2]).split("\n")
            self._values = parts[1::2]
        else:
            shapes = self.rows
            self._values = []
        known: dict[str, int] = {}
        self.ids = [known.setdefault(shape, len(known)) for shape in shapes]
        self.skeletons = list(known)
        self.members: list[list[int]] = [[] for _ in self.skeletons]
        holes = [shape.count(self.hole) if self.hole else 0 for shape in self.skeletons]
        self._starts: list[int] = []
        at = 0
        for row, form in enumerate(self.ids):
            self.members[form].append(row)
            self._starts.append(at)
            at += holes[form]

    def holes(self, form: int) -> int:
        """How many values a row of this form has."""
        return self.skeletons[form].count(self.hole) if self.hole else 0

    def values(self, row: int) -> list[str]:
        """The values of a row, in order."""
        start = self._starts[row]
        return self._values[start : start + self.holes(self.ids[row])]

    def columns(self, form: int, rows: Sequence[int]) -> list[tuple[str, ...]]:
        """The values of the given rows of one form, hole by hole."""
        width = self.holes(form)
        starts, values = self._starts, self._values
        return [tuple([values[starts[row] + place] for row in rows]) for place in range(width)]

    def text_rows(self) -> Rows:
        """The rows as they were split."""
        return Rows(self.rows, self.crlf)
