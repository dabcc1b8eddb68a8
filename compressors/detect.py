"""What kind of content a text is."""

from __future__ import annotations

from compressors.kinds import KINDS
from compressors.kinds.base import Content

_LAST = "text"


def detect(text: str) -> Content:
    """The content with its kind, and what recognition found out about it.

    Kinds look at a bounded part of the text, except ``json``, which has to read it whole.
    Never raises: what no kind claims, or what one fails at, is plain text.
    """
    for name in KINDS:
        found = recognised(name, text)
        if found is not None:
            return found
    return Content(_LAST, text, 0)


def recognised(kind: str, text: str) -> Content | None:
    """``text`` as of ``kind``, if that claims it. Never raises."""
    try:
        parsed = KINDS[kind].recognise(text)
    except Exception:
        return None
    return None if parsed is None else Content(kind, text, parsed)
