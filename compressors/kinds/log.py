"""Logs, and the output of builds, tests and package managers.

Lossless: forms of lines that recur are defined once, and every line refers to its form
with the values that distinguish it. Lossy: of every form one line with its number, all
that stands out, all that answers the query, and a share of the rest.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from compressors.kinds import _lines, _lines_notation
from compressors.kinds._lines_forms import Forms
from compressors.kinds._lines_undo import COUNTED
from compressors.kinds._log_layout import Layout, recognise_layout
from compressors.kinds.base import Content, Cut, Focus, Passage
from compressors.kinds.base import Params as BaseParams

if TYPE_CHECKING:
    from compressors.kinds._log_choice import Study


NAME = "log"
_DROP_AT_LEAST, _DROP_SHARE = 240, 0.03


class Params(BaseParams, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much of a log stays.

    ``line_share`` is the share to keep, in (0, 1], of the lines that no rule keeps.
    """

    line_share: float = 1.0

    def __post_init__(self) -> None:
        """Refuse a share that keeps nothing or more than all."""
        if not 0.0 < self.line_share <= 1.0:
            raise ValueError(f"line_share is {self.line_share}: give a share in (0, 1]")


class Log:
    """A recognised log. What is worked out of it is worked out when asked for, and once."""

    __slots__ = ("_forms", "_lossless", "_study", "_text", "layout")

    def __init__(self, text: str, layout: Layout) -> None:
        self.layout = layout
        self._text = text
        self._forms: Forms | None = None
        self._study: Study | None = None
        self._lossless: str | None = None

    @property
    def forms(self) -> Forms:
        """The lines and their forms."""
        if self._forms is None:
            self._forms = Forms(self._text)
        return self._forms

    @property
    def study(self) -> Study:
        """What of the lines always stays."""
        from compressors.kinds._log_choice import Study

        if self._study is None:
            self._study = Study(self.forms, self.layout)
        return self._study

    @property
    def lossless(self) -> str:
        """The text in the notation, or as it is where that is no shorter."""
        if self._lossless is None:
            self._lossless = _lines_notation.shorter(NAME, self._text, self.forms)
        return self._lossless


def recognise(text: str) -> Log | None:
    """A log, a stack trace or the output of a run, else None."""
    layout = recognise_layout(text)
    return None if layout is None else Log(text, layout)


def signature(parsed: Log) -> str:
    """Time stamp format, level and logger of most lines, and the tool whose run it is."""
    return f"log|{parsed.layout.shape}|{parsed.layout.run}"


def compress(content: Content, params: Params, focus: Focus) -> Cut:
    """The log with recurring forms written once and, where asked for, fewer lines."""
    from compressors.kinds._log_choice import answers, choose
    from compressors.kinds._log_counts import totals

    log = content.parsed if isinstance(content.parsed, Log) else Log(content.text, Layout("", ""))
    if params.passthrough:
        return _lines.as_it_is(content)
    size = _lines.count(content.text)
    if params.lossless or params.line_share >= 1.0:
        return Cut(log.lossless, False, "lines", size, size)
    study = log.study
    found = answers(study, focus.query)
    kept = choose(study, params.line_share, found)
    rows = study.forms.rows
    dropped = len(content.text) - sum(map(len, itertools.compress(rows, kept))) - sum(kept)
    if dropped < max(_DROP_AT_LEAST, _DROP_SHARE * len(content.text)):
        return Cut(log.lossless, False, "lines", size, size)
    number = sum(kept) - (len(rows) - size)
    text = _lines_notation.encode(
        NAME,
        study.forms,
        kept=kept,
        literal=study.loud | found,
        totals=totals(study, kept),
        preface=f'{number} of {size} lines, "…" where others stood, {COUNTED}',
    )
    return Cut(text, True, "lines", size, number)


def restore(text: str) -> str:
    """The log that the lossless parameters made ``text`` of."""
    return _lines_notation.decode(NAME, text)


def find(content: Content, query: str) -> list[Passage]:
    """The lines that answer ``query``, best first, with where they stood."""
    return _lines.find_rows(content.text, query)
