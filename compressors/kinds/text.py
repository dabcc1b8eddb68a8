"""Plain text: prose, Markdown, listings, whatever no other kind claims.

Lossless: lines, paragraphs and beginnings of lines that recur are written once. Lossy:
headings, what warns, what is odd here, the passages that answer the query as a whole, and of
the rest the sentences that say most; a note in the place of every gap says how many stood
there. What is no prose (listings, views of files, output of commands) is used line by line,
so of that much more stays while it is short.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from compressors.kinds import _lines, _lines_listing, _lines_notation
from compressors.kinds._lines_forms import Forms
from compressors.kinds._lines_undo import COUNTED
from compressors.kinds.base import Content, Cut, Focus, Passage
from compressors.kinds.base import Params as BaseParams
from compressors.tokens import estimate

if TYPE_CHECKING:
    from compressors.kinds._text_choice import Study
    from compressors.kinds._text_units import Units


NAME = "text"
# Fewer lines have no forms that would be worth a definition.
_LINES = 12
_START, _SHARED = 8, 0.25
_DIGITS = dict.fromkeys(map(ord, "123456789"), "0")
_WORTH = 0.97
_ENDS = (". ", "! ", "? ", "。", "！", "？")
_MUCH = 8
_DROP_AT_LEAST, _DROP_SHARE = 200, 0.03


class Params(BaseParams, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much of a text stays.

    ``sentence_share`` is the share of sentences to keep, in (0, 1], of those that do not
    repeat one another; what must stay stays even where it is more.
    """

    sentence_share: float = 1.0

    def __post_init__(self) -> None:
        """Refuse a share that keeps nothing or more than all."""
        if not 0.0 < self.sentence_share <= 1.0:
            raise ValueError(f"sentence_share is {self.sentence_share}: give a share in (0, 1]")


class Text:
    """A text. What is worked out of it is worked out when asked for, and once."""

    __slots__ = ("_by_line", "_forms", "_lossless", "_study", "_units", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._by_line: bool | None = None
        self._forms: Forms | None = None
        self._units: Units | None = None
        self._study: Study | None = None
        self._lossless: str | None = None

    @property
    def by_line(self) -> bool:
        """Whether the text is a list of lines that begin alike rather than sentences."""
        if self._by_line is None:
            lines = _lines.count(self.text)
            self._by_line = (
                lines >= _LINES
                and 4 * sum([self.text.count(end) for end in _ENDS]) <= lines
                and _alike(self.text)
            )
        return self._by_line

    @property
    def forms(self) -> Forms:
        """The lines and their forms."""
        if self._forms is None:
            self._forms = Forms(self.text)
        return self._forms

    @property
    def units(self) -> Units:
        """The sentences, or the lines where these are alike."""
        from compressors.kinds._text_units import lines, units

        if self._units is None:
            if self.by_line:
                rows = self.forms.rows
                self._units = lines(rows[:-1] if not rows[-1] else rows)
            else:
                self._units = units(_lines.plain(self.text))
        return self._units

    @property
    def study(self) -> Study:
        """What is known of the sentences or lines, and which always stay."""
        from compressors.kinds._text_choice import Study

        if self._study is None:
            self._study = Study(self.units)
        return self._study

    @property
    def lossless(self) -> str:
        """The text in the shortest notation, or as it is where none is shorter."""
        if self._lossless is None:
            self._lossless = self._shortest()
        return self._lossless

    def _shortest(self) -> str:
        from compressors.kinds import _text_fold

        found: list[str] = []
        if self.by_line:
            if _lines_listing.listed(_lines.sample(self.text)):
                narrow = _lines_listing.narrow(NAME, self.text)
                found += [narrow] if narrow is not None else []
            if not found:
                found.append(_lines_notation.shorter(NAME, self.text, self.forms))
        folded = _text_fold.fold(self.text) if _text_fold.repeats(self.text) else None
        if folded is not None and estimate(folded) < _WORTH * estimate(self.text):
            found.append(folded)
        found = [short for short in found if len(short) < len(self.text)]
        return min(found, key=len) if found else _lines_notation.raw(NAME, self.text)


def recognise(text: str) -> Text:
    """The text: every text is one."""
    return Text(text)


def signature(parsed: Text) -> str:  # noqa: ARG001
    """Texts have one shape."""
    return NAME


def compress(content: Content, params: Params, focus: Focus) -> Cut:
    """The text with what recurs written once and, where asked for, fewer sentences."""
    from compressors.kinds._text_choice import choose, kept_whole
    from compressors.kinds._text_notes import write

    if params.passthrough:
        return _lines.as_it_is(content)
    text = content.parsed if isinstance(content.parsed, Text) else Text(content.text)
    share = params.sentence_share
    if params.lossless or share >= 1.0 or len(content.text) < _DROP_AT_LEAST:
        return _whole(text)
    if kept_whole(text.units, share):
        return _whole(text)
    study = text.study
    answers = study.answers(focus.query)
    kept = choose(study, share, answers)
    pieces = zip(study.pieces, kept, strict=True)
    dropped = sum([len(piece) for piece, keep in pieces if not keep])
    if dropped < max(_DROP_AT_LEAST, _DROP_SHARE * len(content.text)):
        return _whole(text)
    number = sum(kept)
    totals = {
        first: len(members)
        for first, members in study.groups.items()
        if kept[first] and first not in answers and not all(kept[at] for at in members)
    }
    if not text.by_line:
        written = write(NAME, study.pieces, kept, totals)
        # Where much is repeated, folding it may save as much, and lose nothing.
        if _MUCH * len(study.same) >= study.size and len(text.lossless) <= len(written):
            return _whole(text)
        return Cut(written, True, "sentences", study.size, number)
    # A final line end makes an empty last row, which nobody counts.
    kept.extend([True] * (len(text.forms.rows) - len(kept)))
    written = _lines_notation.encode(
        NAME,
        text.forms,
        kept=kept,
        literal=answers | study.odd,
        totals={row: f"×{number}" for row, number in totals.items()},
        preface=f'{number} of {study.size} lines, "…" where others stood, {COUNTED}',
    )
    return Cut(written, True, "lines", study.size, number)


def _whole(text: Text) -> Cut:
    number = _lines.count(text.text)
    return Cut(text.lossless, False, "lines", number, number)


def _alike(text: str) -> bool:
    """Whether enough lines begin alike, numbers apart, to hope for shared forms."""
    starts = "\n".join([row[:_START] for row in text.split("\n")]).translate(_DIGITS).split("\n")
    counts = Counter(starts)
    spoken = [number for start, number in counts.items() if start.strip()]
    return sum([number for number in spoken if number > 2]) > _SHARED * sum(spoken)


def restore(text: str) -> str:
    """The text that the lossless parameters made ``text`` of."""
    from compressors.kinds import _text_fold

    for undo in (_text_fold.unfold, lambda short: _lines_listing.widen(NAME, short)):
        original = undo(text)
        if original is not None:
            return original
    return _lines_notation.decode(NAME, text)


def find(content: Content, query: str) -> list[Passage]:
    """The paragraphs that answer ``query``, best first, with where they stood."""
    return _lines.find_paragraphs(content.text, query)
