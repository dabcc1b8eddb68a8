"""Rows grouped by form: what stays the same becomes a skeleton, what varies its values.

A form is a row with its numbers, times, identifiers, paths, quoted strings and values of
``key=value`` taken out. What varies does not depend on which digits a row has, so rows are
taken apart once a shape (a row with every digit a zero), by one pass of one expression.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from operator import itemgetter

from compressors._patterns import deferred
from compressors.kinds._lines import split

# One look at the first character rules out most alternatives of an expression: so each begins
# with a character, and what has to stand before that is asked for behind it.
_DAYS = "Mon|Tue|Wed|Thu|Fri|Sat|Sun"
_MONTHS = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
_FRACTION = r"(?:[.,:]\d{1,9})?"
_TIME = (
    r"\d\d(?:"
    r"\d\d[-/.]\d\d[-/.]\d\d(?:[T_-]|,? {1,2})"
    rf"\d\d[:.]\d\d[:.]\d\d{_FRACTION}(?:Z|[+-]\d\d:?\d\d)?"
    rf"|/(?:{_MONTHS})/\d{{4}}:\d\d:\d\d:\d\d(?: [+-]\d{{4}})?"
    r"|[/.-]\d\d(?:[/.-]\d{2,4})?[ T]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?"
    r"|:\d\d:\d\d[.,]\d{1,9}"
    rf"|\d{{6}}[-T ]\d\d?:\d\d?:\d\d?{_FRACTION}"
    r"|\d{4}(?<=^\d{6}) \d{6}(?!\w)"
    r")"
    rf"|[ADFJMNOSTW][a-z][a-z](?:(?<={_DAYS}),? (?:{_MONTHS})|(?<={_MONTHS})) [ \d]?\d "
    r"(?:\d{4} )?\d\d:\d\d:\d\d(?:[.,]\d{1,9})?"
)
# A word that contains a digit, or a path. It starts where no word runs already, so that
# every character is looked at a bounded number of times.
_WORD = (
    r"(?<![.$+-])[A-Za-z_.$+-]*+(?:"
    r"\d\w*+(?:[.:@+/~-]++\w++)*+%?+"
    r"|/(?:[\w.@+~%-]++/[\w.@+~%:/-]*+|(?<![\w.]/)[\w.@+~%-]++))"
)
# A message's own words tell one event from another; any other quoted string is a value.
_KEPT = ("msg", "message", "error", "err", "reason", "event", "log", "level", "lvl", "severity")
_MESSAGE = "".join(rf'(?<!{key}=")(?<!"{key}":")(?<!"{key}": ")' for key in _KEPT)
_QUOTED = rf'"(?<=[\s=:(\[,{{>]"){_MESSAGE}[^"\\\n]*+(?:\\.[^"\\\n]*+)*+"(?! ?:)'
_SINGLE = r"'(?<=[\s=:(\[,{>]')[^'\n]{0,120}+'(?![A-Za-z])"
# In a document inside a row the keys are words and the values are values.
_TRUTH = (
    r'(?:(?:true|null)(?:(?<=":....)|(?<=": ....))|false(?:(?<=":.....)|(?<=": .....)))(?![\w"])'
)
_LEVELS = "".join(rf"(?<!{key}=.)" for key in ("level", "lvl", "severity"))
_VALUE = rf"[^\s,;=()\[\]{{}}\"'<>|](?<==.){_LEVELS}[^\s,;()\[\]{{}}\"'<>|]*+"
# What syslog writes behind its time is a host.
_HOST = rf"[A-Za-z](?<=^(?:{_MONTHS}) [ \d]\d \d\d:\d\d:\d\d .)[\w.-]*+(?= )"

VARYING = deferred(
    rf"(?<![A-Za-z0-9_])({_TIME}|{_WORD}|{_QUOTED}|{_SINGLE}|{_VALUE}|{_TRUTH}|{_HOST})",
    re.ASCII | re.MULTILINE,
)
TIME = deferred(_TIME, re.ASCII | re.MULTILINE)
_SHORTEST_TIME = len("00:00:00.0")
CLOCK = deferred(r"\d(?:[:.]\d\d?[:.]\d|\d{5})", re.ASCII)
"""What every time stamp holds, and is found sooner by."""
# A row without any of these has no value.
_SIGN = re.compile("[0-9/\"'=]")
# Holes in a skeleton. Control characters are rare, all of them together in one text
# rarer still: such a text is simply not taken apart.
_HOLES = ("\x01", "\x02", "\x03", "\x04", "\x05", "\x06", "\x0e", "\x0f")


# Digits that the expression left among the words.
_LEFT = deferred(r"(0+)")
_ZEROS = bytes(48 if 48 <= code < 58 else code for code in range(256))


def digitless(text: str) -> str:
    """``text`` with a zero for every digit; its rows are their shapes."""
    data = text.encode("utf-8", "surrogatepass").translate(_ZEROS)
    return data.decode("utf-8", "surrogatepass")


def numberless(text: str) -> str:
    """``text`` with a zero for every number."""
    text = digitless(text)
    while "00" in text:
        text = text.replace("00", "0")
    return text


@lru_cache(maxsize=1024)
def is_time(shape: str) -> bool:
    """Whether a value of this shape is a time stamp."""
    return TIME.fullmatch(shape) is not None


class Forms:
    """The rows of a text and the form of each.

    ``ids[row]`` is the form of a row, ``skeletons[form]`` its constant parts joined by
    ``hole``, ``members[form]`` its rows in order. ``shapes[row]`` numbers the shape of
    a row, ``shape_rows[shape]`` is it; ``moments[shape]`` is where the time stamp of such a
    row stands, if it is the first of its values.
    """

    __slots__ = (
        "_cuts",
        "_pieces",
        "_values",
        "crlf",
        "hole",
        "ids",
        "members",
        "moments",
        "rows",
        "shape_rows",
        "shapes",
        "skeletons",
    )

    def __init__(self, text: str) -> None:
        self.rows, self.crlf = split(text)
        self.hole = next((mark for mark in _HOLES if mark not in text), "")
        plain = digitless(text).split("\r\n" if self.crlf else "\n") if self.hole else self.rows
        known = {shape: number for number, shape in enumerate(dict.fromkeys(plain))}
        self.shapes = list(map(known.__getitem__, plain))
        self.shape_rows = list(known)
        skeletons = self._take_apart()
        forms = {skeleton: number for number, skeleton in enumerate(dict.fromkeys(skeletons))}
        of_shape = list(map(forms.__getitem__, skeletons))
        self.ids = list(map(of_shape.__getitem__, self.shapes))
        self.skeletons = list(forms)
        self.members: list[list[int]] = [[] for _ in forms]
        for row, form in enumerate(self.ids):
            self.members[form].append(row)
        self._cuts: dict[int, Callable[[str], tuple[str, ...] | str]] = {}

    def _take_apart(self) -> list[str]:
        """The skeletons of the shapes; notes what ``spans`` needs."""
        # What stands between the values of a shape, joined by holes, and its first value's number.
        self._pieces: dict[int, tuple[str, int]] = {}
        self._values: list[str] = []
        self.moments: list[slice | None] = [None] * len(self.shape_rows)
        skeletons = self.shape_rows.copy()
        signed = [shape for shape, row in enumerate(skeletons) if _SIGN.search(row)]
        if not self.hole or not signed:
            return skeletons
        # The line end in front makes the first row like all others.
        parts = VARYING.split("\n" + "\n".join([skeletons[shape] for shape in signed]))
        self._values = parts[1::2]
        joined = self.hole.join(parts[0::2])
        first = 0
        for shape, pieces in zip(signed, joined.split("\n")[1:], strict=True):
            self._pieces[shape] = pieces, first
            before, hole, _ = pieces.partition(self.hole)
            if hole:
                value = self._values[first]
                if len(value) >= _SHORTEST_TIME and is_time(value) and "0" not in before:
                    self.moments[shape] = slice(len(before), len(before) + len(value))
                first += pieces.count(self.hole)
        for shape, skeleton in zip(
            signed, _LEFT.sub(self.hole, joined).split("\n")[1:], strict=True
        ):
            skeletons[shape] = skeleton
        return skeletons

    def spans(self, shape: int) -> list[slice]:
        """Where the values of rows of this shape stand."""
        if shape not in self._pieces:
            return []
        joined, first = self._pieces[shape]
        pieces = joined.split(self.hole)
        pairs = zip(pieces, [*self._values[first : first + len(pieces) - 1], ""], strict=True)
        if "0" in joined:
            parts = [part for piece, value in pairs for part in (*_LEFT.split(piece), value)]
        else:
            parts = list(itertools.chain.from_iterable(pairs))
        ends = list(itertools.accumulate(map(len, parts)))
        return list(map(slice, ends[:-2:2], ends[1:-2:2]))

    def holes(self, form: int) -> int:
        """How many values a row of this form has."""
        return self.skeletons[form].count(self.hole) if self.hole else 0

    def values(self, row: int) -> list[str]:
        """The values of a row, in order."""
        text = self.rows[row]
        return [text[span] for span in self.spans(self.shapes[row])]

    def moment(self, row: int) -> slice | None:
        """Where the time stamp of a row stands, if it is the first of its values."""
        return self.moments[self.shapes[row]]

    def columns(self, form: int, rows: Sequence[int]) -> list[tuple[str, ...]]:
        """The values of the given rows of one form, hole by hole."""
        width = self.holes(form)
        if not width or not rows:
            return [() for _ in range(width)]
        texts, shapes, cuts = self.rows, self.shapes, self._cuts
        for shape in {shapes[row] for row in rows}.difference(cuts):
            cuts[shape] = itemgetter(*self.spans(shape))
        cells = [cuts[shapes[row]](texts[row]) for row in rows]
        return [tuple(cells)] if width == 1 else list(zip(*cells, strict=True))  # type: ignore[arg-type]
