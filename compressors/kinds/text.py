"""Plain text: prose, listings, whatever no other kind claims."""

from __future__ import annotations

from compressors.kinds import _lines, _lines_listing, _lines_notation
from compressors.kinds._lines_forms import Forms
from compressors.kinds.base import Content, Cut, Focus, Params, Passage

__all__ = ["NAME", "Params", "compress", "find", "recognise", "restore", "signature"]

NAME = "text"
# Fewer lines have no forms that would be worth a definition.
_LINES = 12


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
    if number < _LINES:
        return Cut(_lines_notation.raw(NAME, content.text), False, "lines", number, number)
    text = (
        _lines_listing.narrow(NAME, content.text)
        if _lines_listing.listed(_lines.sample(content.text))
        else None
    )
    if text is None:
        text = _lines_notation.shorter(NAME, content.text, Forms(content.text))
    return Cut(text, False, "lines", number, number)


def restore(text: str) -> str:
    """The text that the lossless parameters made ``text`` of."""
    listing = _lines_listing.widen(text)
    return _lines_notation.decode(NAME, text) if listing is None else listing


def find(content: Content, query: str) -> list[Passage]:
    """The paragraphs that answer ``query``, best first, with where they stood."""
    return _lines.find_paragraphs(content.text, query)
