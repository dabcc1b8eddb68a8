"""Plain text: prose, listings, whatever no other kind claims."""

from __future__ import annotations

from collections import Counter

from compressors.kinds import _lines, _lines_listing, _lines_notation
from compressors.kinds._lines_forms import Forms
from compressors.kinds.base import Content, Cut, Focus, Params, Passage

__all__ = ["NAME", "Params", "compress", "find", "recognise", "restore", "signature"]

NAME = "text"
# Fewer lines have no forms that would be worth a definition.
_LINES = 12
_START, _SHARED = 8, 0.25
_DIGITS = dict.fromkeys(map(ord, "123456789"), "0")


def recognise(text: str) -> int:
    """The number of lines: every text is a text."""
    return _lines.count(text)


def signature(parsed: int) -> str:  # noqa: ARG001
    """Texts have one shape."""
    return NAME


def compress(content: Content, params: Params, focus: Focus) -> Cut:  # noqa: ARG001
    """The text with recurring lines and beginnings of lines written once."""
    number = _lines.count(content.text)
    if params.passthrough:
        return _lines.as_it_is(content)
    if number < _LINES or not _alike(content.text):
        return Cut(_lines_notation.raw(NAME, content.text), False, "lines", number, number)
    text = None
    if _lines_listing.listed(_lines.sample(content.text)):
        text = _lines_listing.narrow(NAME, content.text)
    if text is None:
        text = _lines_notation.shorter(NAME, content.text, Forms(content.text))
    return Cut(text, False, "lines", number, number)


def _alike(text: str) -> bool:
    """Whether enough lines begin alike, numbers apart, to hope for shared forms."""
    rows = text.translate(_DIGITS).split("\n")
    starts = Counter(row[:_START] for row in rows if row.strip())
    shared = sum(number for number in starts.values() if number > 2)
    return shared > _SHARED * starts.total()


def restore(text: str) -> str:
    """The text that the lossless parameters made ``text`` of."""
    listing = _lines_listing.widen(NAME, text)
    return _lines_notation.decode(NAME, text) if listing is None else listing


def find(content: Content, query: str) -> list[Passage]:
    """The paragraphs that answer ``query``, best first, with where they stood."""
    return _lines.find_paragraphs(content.text, query)
