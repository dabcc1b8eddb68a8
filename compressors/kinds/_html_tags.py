"""HTML as tags and what stands between them, and what a tag means for a reader.

A tokenizer of one expression instead of a parser: it is as quick as a compiled parser once
the walk over a tree is counted, needs no library whose version would be part of the output,
knows where everything stood, and takes any string (lone surrogates, NUL, 5 MB of ``<``).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

# Quotes count only behind "="; an unquoted "<" ends nothing but the attempt, so that every
# character is looked at a bounded number of times.
_ATTRIBUTES = r"(?:[^<>\"'=]++|=\s*+(?:\"[^\"]*+\"|'[^']*+')?+|[\"'])*+"
_RAW = "script|style|textarea|title|xmp|iframe|noembed|noframes"
RAW = frozenset(_RAW.split("|"))
"""Elements whose content is no markup."""
PIECES = re.compile(
    rf"(<(?:(?i:({_RAW})\b){_ATTRIBUTES}>(?:[^<]++|<(?!/(?i:\2)\b))*+"
    rf"|/?[a-zA-Z]{_ATTRIBUTES}>"
    r"|!--(?:[^-]++|-(?!->))*+(?:-->|\Z)"
    r"|!\[CDATA\[(?:[^\]]++|\](?!\]>))*+(?:\]\]>|\Z)"
    r"|[!?][^<>]*+>))"
)
"""Splits a page into text, tag, name of a raw element or None, text, ... in this order.

The content of an element that holds no markup (a script) is part of its tag's piece.
"""

_NAME = re.compile(r"</?([a-zA-Z][^\s/>]*+)")
_ATTRIBUTE = re.compile(
    r"([^\s\"'<>/=]++)(?:\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s>\"']++)))?+"
)
_OPENING = re.compile(rf"<[a-zA-Z]{_ATTRIBUTES}>")
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_NAVIGATION = re.compile(
    r"(?:^|[\s_-])(?:nav|navbar|navigation|menu|menubar|breadcrumbs?|skip-?(?:link|nav|to-?\w+)"
    r"|topbar)(?:$|[\s_-])",
    re.IGNORECASE,
)
_ASIDE = re.compile(
    r"(?:^|[\s_-])(?:sidebar|footer|cookies?|consent|gdpr|newsletter|subscribe|social|share|sharing"
    r"|related|recommended|advert\w*|ads?|promo\w*|sponsor\w*|toc|contents|pagination|pager|masthead"
    r"|site-header)(?:$|[\s_-])",
    re.IGNORECASE,
)
_ALERT = re.compile(
    r"(?:^|[\s_-])(?:error\w*|alert\w*|warn\w*|danger|invalid\w*|critical|fatal|failure|failed"
    r"|exception|caution|deprecated|admonition|flash)(?:$|[\s_-])",
    re.IGNORECASE,
)
_ROLES = {"navigation": "nav", "menu": "nav", "menubar": "nav", "main": "main"} | dict.fromkeys(
    ("banner", "contentinfo", "complementary", "search"), "aside"
)
_ELEMENTS = {
    "nav": "nav", "main": "main", "article": "main",
    "header": "aside", "footer": "aside", "aside": "aside", "noscript": "aside",
}  # fmt: skip
_CONTAINERS = frozenset({"div", "section", "ul", "ol", "table", "form", "header", "p", "dl"})
VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param"}
    | {"source", "track", "wbr"}
)


class Tag(NamedTuple):
    """A tag as far as it concerns a reader.

    ``region`` is ``main``, ``aside`` or ``nav`` where the element is such a part of a page;
    ``alert`` tells of an error or a warning by its class or role. ``attributes`` are those
    of an opening tag, as written.
    """

    name: str
    closing: bool
    attributes: dict[str, str]
    region: str
    hidden: bool
    alert: bool
    void: bool
    plain: bool


def read_tag(piece: str) -> Tag:
    """The tag at the start of ``piece``; a comment, a declaration or a bare ``<`` has no name."""
    found = _NAME.match(piece)
    if found is None:
        return Tag("", True, {}, "", False, False, True, True)
    name = found[1].lower()
    if piece[1] == "/":
        return Tag(name, True, {}, "", False, False, False, True)
    attributes = _attributes(piece, found.end(), raw=name in RAW)
    region = _region(name, attributes)
    hidden = _is_hidden(name, attributes)
    names = attributes.get("class", "") if attributes else ""
    role = attributes.get("role", "") if attributes else ""
    alert = role in ("alert", "alertdialog") or bool(names and _alerting(names))
    void = name in VOID or piece.endswith("/>")
    return Tag(
        name, False, attributes, region, hidden, alert, void, not (region or hidden or alert)
    )


def raw_content(piece: str) -> str:
    """What stands in a raw element behind its opening tag."""
    found = _OPENING.match(piece)
    return piece[found.end() :] if found else ""


def _attributes(piece: str, at: int, *, raw: bool) -> dict[str, str]:
    if piece[at] == ">":
        return {}
    end = len(piece)
    if raw:
        opening = _OPENING.match(piece)
        end = opening.end() if opening else end
    pairs = _ATTRIBUTE.findall(piece, at, end - 1)
    # Of a repeated attribute the first counts.
    return {
        name.lower(): double or single or bare for name, double, single, bare in reversed(pairs)
    }


def _region(name: str, attributes: dict[str, str]) -> str:
    role = _ROLES.get(attributes.get("role", "").lower(), "") if attributes else ""
    if role or name in ("nav", "main"):
        return role or name
    if attributes and name in _CONTAINERS:
        names = f"{attributes.get('class', '')} {attributes.get('id', '')}"
        named = _named(names) if names != " " else ""
        if named:
            return named
    return _ELEMENTS.get(name, "")


@lru_cache(maxsize=4096)
def _named(names: str) -> str:
    """The region that an element's class and id speak of."""
    if _NAVIGATION.search(names):
        return "nav"
    return "aside" if _ASIDE.search(names) else ""


@lru_cache(maxsize=4096)
def _alerting(names: str) -> bool:
    return _ALERT.search(names) is not None


def _is_hidden(name: str, attributes: dict[str, str]) -> bool:
    if name in ("template", "datalist"):
        return True
    if not attributes:
        return False
    if name == "dialog":
        return "open" not in attributes
    return "hidden" in attributes or (
        "style" in attributes and _HIDDEN.search(attributes["style"]) is not None
    )
