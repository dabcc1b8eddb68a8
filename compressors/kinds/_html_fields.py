"""Elements that are shown by their attributes: images, form fields, metadata."""

from __future__ import annotations

import re

from compressors.kinds._html_tags import Tag
from compressors.kinds._html_text import address, one_line, unescape

_TELLING = re.compile(
    r"(?:description|author|keywords|date|robots|refresh|og:(?:title|description|type|url)"
    r"|twitter:(?:title|description|data\d|label\d)|article:.{1,40}|product:.{1,40}"
    r"|citation_.{1,40}|dc\..{1,40}|.{0,40}(?:error|price).{0,40})",
    re.IGNORECASE,
)
_UNSEEN_FIELDS = frozenset({"hidden", "submit_token"})
_LONGEST = 2_000


def alternative(tag: Tag) -> str:
    """What an image says in words."""
    said = tag.attributes.get("alt") or tag.attributes.get("aria-label") or ""
    return one_line(unescape(said)) or one_line(unescape(tag.attributes.get("title", "")))


def field_of(tag: Tag) -> str:
    """A form field with its name, value, state and hint; empty for one that is hidden."""
    attributes = tag.attributes
    sort = attributes.get("type", "").lower()
    if sort in _UNSEEN_FIELDS:
        return ""
    kind = "textarea" if tag.name == "textarea" else sort or "input"
    if kind in ("checkbox", "radio"):
        mark = "x" if "checked" in attributes else " "
        said = one_line(f"{_said(attributes, 'name')} {_said(attributes, 'value')}")
        return f"[{mark}] {said or _said(attributes, 'id')}".rstrip()
    words = [kind, _said(attributes, "name")]
    value = _said(attributes, "value")
    hint = _said(attributes, "placeholder") or _said(attributes, "aria-label")
    if value:
        words.append(f'"{value}"')
    if hint:
        words.append(f"({hint})")
    words.extend(state for state in ("required", "disabled", "readonly") if state in attributes)
    words.extend(
        f"{limit} {_said(attributes, limit)}"
        for limit in ("min", "max", "pattern")
        if attributes.get(limit)
    )
    return f"[{one_line(' '.join(words))}]"


def button(tag: Tag) -> str:
    """The beginning of a button, whose text follows."""
    label = _said(tag.attributes, "aria-label") if tag.attributes else ""
    state = "disabled button" if "disabled" in tag.attributes else "button"
    return f" [{state}: {label} " if label else f" [{state}: "


def metadata(tag: Tag) -> str:
    """What the head of a page tells a reader: description, author, price, redirection."""
    attributes = tag.attributes
    if tag.name == "base":
        target = address(attributes.get("href", ""))
        return f"base: {target}" if target else ""
    if tag.name == "link":
        target = address(attributes.get("href", ""))
        return f"canonical: {target}" if attributes.get("rel") == "canonical" and target else ""
    name = (
        attributes.get("name")
        or attributes.get("property")
        or attributes.get("http-equiv")
        or attributes.get("itemprop")
        or ""
    )
    content = one_line(unescape(attributes.get("content", "")))[:_LONGEST]
    return f"{name.lower()}: {content}" if content and _TELLING.fullmatch(name) else ""


def _said(attributes: dict[str, str], name: str) -> str:
    return one_line(unescape(attributes.get(name, "")))
