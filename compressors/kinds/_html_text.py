"""Text of a page: entities, white space, addresses."""

from __future__ import annotations

import html
import re

_LONGEST_ADDRESS = 300
_UNUSABLE = re.compile(r"\s*(?:javascript|data|blob|about|vbscript)\s*:", re.IGNORECASE)
_HUGE = re.compile(r"&#(?=[0-9]{8})|&#[xX](?=[0-9a-fA-F]{8})")


def unescape(text: str) -> str:
    """``text`` with its entities replaced, numbers beyond all characters left as they are."""
    if "&" not in text:
        return text
    if "&#" in text and _HUGE.search(text):
        return text
    return html.unescape(text)


def one_line(text: str) -> str:
    """``text`` with every run of white space as one space, none at the ends."""
    return " ".join(text.split())


def address(value: str) -> str:
    """An address as a reader can use it; empty for a place on the same page or a script."""
    value = value.strip().replace("&amp;", "&")
    if not value or value[0] == "#" or _UNUSABLE.match(value):
        return ""
    value = value.replace(" ", "%20")
    if len(value) > _LONGEST_ADDRESS:
        return one_line(value[:_LONGEST_ADDRESS]) + "…"
    return one_line(value) if "\n" in value or "\t" in value else value
