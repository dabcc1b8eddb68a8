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
    for name, kind in KINDS.items():
        try:
            parsed = kind.recognise(text)
        except Exception:  # noqa: S112  a kind that fails does not claim the text
            continue
        if parsed is not None:
            return Content(name, text, parsed)
    return Content(_LAST, text, 0)
