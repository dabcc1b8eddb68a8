"""Rows grouped by form: what stays the same becomes a skeleton, what varies its values.

A form is a row with its numbers, times, identifiers, paths, quoted strings and values of
``key=value`` taken out. What varies does not depend on which digits a row has, so rows are
taken apart once a shape (a row with every digit a zero), by one pass of one expression.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from operator import itemgetter

from compressors.kinds._lines import split

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
_KEPT = ("msg", "message", "error", "err", "reason", "event", "log", "level", "lvl", "severity")
_MESSAGE = "".join(rf'(?<!{key}=")(?<!"{key}":")(?<!"{key}": ")' for key in _KEPT)
_QUOTED = rf'"(?<=[\s=:(\[,{{>]"){_MESSAGE}[^"\\\n]*+(?:\\.[^"\\\n]*+)*+"(?! ?:)'
_SINGLE = r"'(?<=[\s=:(\[,{>]')[^'\n]{0,120}+'(?![A-Za-z])"
# In a document inside a row the keys are words and the values are values.
_TRUTH = r'(?:(?<=":)|(?<=": ))(?:true|false|null)(?![\w"])'
_LEVELS = "".join(rf"(?<!{key}=)" for key in ("level", "lvl", "severity"))
_VALUE = rf"(?<==){_LEVELS}[^\s,;=()\[\]{{}}\"'<>|][^\s,;()\[\]{{}}\"'<>|]*+"
# What syslog writes behind its time is a host.
_HOST = rf"(?<=^{_MONTH} [ \d]\d \d\d:\d\d:\d\d )[A-Za-z][\w.-]*+(?= )"

VARYING = re.compile(
    rf"(?<![A-Za-z0-9_])({_TIME}|{_WORD}|{_QUOTED}|{_SINGLE}|{_VALUE}|{_TRUTH}|{_HOST})",
    re.ASCII | re.MULTILINE,
)
TIME = re.compile(_TIME, re.ASCII | re.MULTILINE)
# Holes in a skeleton. Control characters are rare, all of them together in one text
# rarer still: such a text is simply not taken apart.
_HOLES = ("\x01", "\x02", "\x03", "\x04", "\x05", "\x06", "\x0e", "\x0f")


# Digits that the expression left among the words.
_LEFT = re.compile(r"(0+)")
_ZEROS = bytes(48 if 48 <= code < 58 else code for code in range(256))


def digitless(text: str) -> str:
    """``text`` with a zero for every digit; its rows are their shapes."""
    data = text.encode("utf-8", "surrogatepass").translate(_ZEROS)
    return data.decode("utf-8", "surrogatepass")


@lru_cache(maxsize=1024)
def is_time(shape: str) -> bool:
    """Whether a value of this shape is a time stamp."""
    return TIME.fullmatch(shape) is not None


class Forms:
    """The rows of a text and the form of each.

    ``ids[row]`` is the form of a row, ``skeletons[form]`` its constant parts joined by
    ``hole``, ``members[form]`` its rows in order. ``shapes[row]`` numbers the shape of
    a row, ``shape_rows[shape]`` is it, ``spans[shape]`` says where its values stand.
    """

    __slots__ = (
        "_cuts",
        "_moments",
        "crlf",
        "hole",
        "ids",
        "members",
        "rows",
        "shape_rows",
        "shapes",
        "skeletons",
        "spans",
    )

    def __init__(self, text: str) -> None:
        self.rows, self.crlf = split(text)
        self.hole = next((mark for mark in _HOLES if mark not in text), "")
        known: dict[str, int] = {}
        plain = digitless(text).split("\r\n" if self.crlf else "\n") if self.hole else self.rows
        self.shapes = [known.setdefault(shape, len(known)) for shape in plain]
        self.shape_rows = list(known)
        skeletons = self._take_apart(self.shape_rows)
        forms: dict[str, int] = {}
        of_shape = [forms.setdefault(skeleton, len(forms)) for skeleton in skeletons]
        self.ids = [of_shape[shape] for shape in self.shapes]
        self.skeletons = list(forms)
        self.members: list[list[int]] = [[] for _ in forms]
        for row, form in enumerate(self.ids):
            self.members[form].append(row)
        self._cuts: dict[int, Callable[[str], tuple[str, ...] | str]] = {}
        self._moments: dict[int, slice | None] = {}

    def _take_apart(self, shapes: list[str]) -> list[str]:
        """The skeletons of ``shapes``; fills ``spans``."""
        self.spans: list[list[slice]] = [[] for _ in shapes]
        if not self.hole:
            return shapes
        # The line end in front makes the first row like all others.
        parts = VARYING.split("\n" + "\n".join(shapes))
        skeletons = self.hole.join(parts[0::2]).split("\n")[1:]
        values = iter(parts[1::2])
        for shape, skeleton in enumerate(skeletons):
            pieces = skeleton.split(self.hole)
            if "0" in skeleton:
                pieces, lengths = self._numbers_too(pieces, values)
                skeletons[shape] = self.hole.join(pieces)
            else:
                lengths = [len(next(values)) for _ in pieces[1:]]
            at = 0
            spans = self.spans[shape]
            for piece, length in zip(pieces, lengths, strict=False):
                at += len(piece)
                spans.append(slice(at, at + length))
                at += length
        return skeletons

    def _numbers_too(self, pieces: list[str], values: Iterator[str]) -> tuple[list[str], list[int]]:
        """Pieces and lengths of values where digits among the words are values as well."""
        constants: list[str] = []
        lengths: list[int] = []
        for number, piece in enumerate(pieces):
            if number:
                lengths.append(len(next(values)))
            parts = _LEFT.split(piece)
            constants.extend(parts[0::2])
            lengths.extend(map(len, parts[1::2]))
        return constants, lengths

    def holes(self, form: int) -> int:
        """How many values a row of this form has."""
        return self.skeletons[form].count(self.hole) if self.hole else 0

    def values(self, row: int) -> list[str]:
        """The values of a row, in order."""
        text = self.rows[row]
        return [text[span] for span in self.spans[self.shapes[row]]]

    def moment(self, row: int) -> slice | None:
        """Where the time stamp of a row stands, if it is the first of its values."""
        return self.moment_of(self.shapes[row])

    def moment_of(self, shape: int) -> slice | None:
        """Where the time stamp of rows of this shape stands, if it is their first value."""
        if shape not in self._moments:
            span = self.spans[shape][0] if self.spans[shape] else None
            timed = span is not None and is_time(self.shape_rows[shape][span])
            self._moments[shape] = span if timed else None
        return self._moments[shape]

    def columns(self, form: int, rows: Sequence[int]) -> list[tuple[str, ...]]:
        """The values of the given rows of one form, hole by hole."""
        width = self.holes(form)
        if not width or not rows:
            return [() for _ in range(width)]
        texts, shapes, cuts = self.rows, self.shapes, self._cuts
        for shape in {shapes[row] for row in rows}.difference(cuts):
            cuts[shape] = itemgetter(*self.spans[shape])
        cells = [cuts[shapes[row]](texts[row]) for row in rows]
        return [tuple(cells)] if width == 1 else list(zip(*cells, strict=True))  # type: ignore[arg-type]
