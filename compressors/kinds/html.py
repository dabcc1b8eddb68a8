"""Web pages and fragments of them."""

from __future__ import annotations

import re

from compressors.kinds import _lines, _lines_folds
from compressors.kinds.base import Content, Cut, Focus, Params, Passage

__all__ = ["NAME", "Params", "compress", "find", "recognise", "restore", "signature"]

NAME = "html"
_START = re.compile(
    r"\s*(?:<!--.{0,500}?-->\s*)?<(?:!doctype html|html|head|body)\b", re.IGNORECASE | re.DOTALL
)
_TAG = re.compile(
    r"</?(?:a|article|body|br|button|code|div|em|footer|form|h[1-6]|head|header|hr|html|iframe|img"
    r"|input|label|li|link|main|meta|nav|ol|option|p|pre|script|section|select|span|strong|style"
    r"|svg|table|tbody|td|th|thead|title|tr|ul)(?:\s[^<>\n]{0,300})?/?>",
    re.IGNORECASE,
)
_LOOKED_AT = 8_000
_TAGS, _DENSE = 6, 90


def recognise(text: str) -> bool | None:
    """True where the text is a page, or a fragment with a tag every few words, else None."""
    head = text[:_LOOKED_AT]
    if _START.match(head):
        return True
    stripped = head.lstrip()
    if not stripped.startswith("<") or stripped.startswith("<?xml"):
        return None
    tags = sum(1 for _ in _TAG.finditer(head))
    return True if tags >= _TAGS and tags * _DENSE >= len(head) else None


def signature(parsed: bool) -> str:  # noqa: ARG001
    """Pages have one shape."""
    return NAME


def compress(content: Content, params: Params, focus: Focus) -> Cut:  # noqa: ARG001
    """The page with runs of identical lines folded."""
    return _lines_folds.compress(NAME, content, params)


def restore(text: str) -> str:
    """The page that the lossless parameters made ``text`` of."""
    return _lines_folds.unfold(NAME, text)


def find(content: Content, query: str) -> list[Passage]:
    """The lines that answer ``query``, best first, with where they stood."""
    return _lines.find_rows(content.text, query)
