"""Web pages and fragments of them.

Lossless: markup that recurs is written once. Lossy: the page as text (headings, lists,
links with addresses, tables as rows, code verbatim, form fields, metadata), whole or the
main text alone or shares of it.

What is shown: text, ``alt`` texts, form fields with values, ``<noscript>`` as a part beside
the main text, JSON-LD, descriptions and redirections of the head. What is not: scripts,
styles, comments, navigation, ``data-*`` and other attributes, hidden elements. Two things
bring any of it back: a hidden or navigational part that tells of an error, a warning or a
price (by its class or words), and a query that names it. Documents of XML and SVG are no
pages: their tags mean what their makers say, so none of them can be dropped.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from compressors._patterns import deferred
from compressors.kinds import _lines
from compressors.kinds._lines_undo import RAW
from compressors.kinds.base import Content, Cut, Focus, Passage
from compressors.kinds.base import Params as BaseParams

# What reads a page is loaded with the first one: its expressions take time to compile, and
# most processes that compress never see a page.
if TYPE_CHECKING:
    from compressors.kinds._html_study import Study

__all__ = ["NAME", "Params", "compress", "find", "recognise", "restore", "signature"]

NAME = "html"
_START = deferred(
    r"\s*(?:<\?xml\s[^<>]{0,200}\?>\s*)?(?:<!--.{0,500}?-->\s*)?"
    r"<(?:!doctype html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)
_TAG = deferred(
    r"</?(?:a|article|body|br|button|code|div|em|footer|form|h[1-6]|head|header|hr|html|iframe|img"
    r"|input|label|li|link|main|meta|nav|ol|option|p|pre|script|section|select|span|strong|style"
    r"|svg|table|tbody|td|th|thead|title|tr|ul)(?:\s[^<>\n]{0,300})?/?>",
    re.IGNORECASE,
)
# The first tags of feeds and other documents of XML, some of whose names HTML has too.
_XML = deferred(
    r"(?:<!--.{0,500}?-->\s*)?<(?:\?xml|!doctype (?!html)|svg|rss|feed|rdf|urlset|sitemapindex"
    r"|project|manifest|template|[\w.-]{1,60}:|[\w.-]{1,60}\s[^<>]{0,300}\bxmlns\s*=)",
    re.IGNORECASE | re.DOTALL,
)
_LOOKED_AT = 8_000
_TAGS, _DENSE = 6, 90
_PASSAGES = 8


class Params(BaseParams, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much of a page's text stays.

    ``block_share`` is the share of the main text, in characters, in (0, 1]; ``aside_share``
    that of what stands beside it (header, footer, sidebars), in [0, 1]. What must stay
    stays even where it is more.
    """

    block_share: float = 1.0
    aside_share: float = 1.0

    def __post_init__(self) -> None:
        """Refuse shares out of range."""
        if not 0.0 < self.block_share <= 1.0:
            raise ValueError(f"block_share is {self.block_share}: give a share in (0, 1]")
        if not 0.0 <= self.aside_share <= 1.0:
            raise ValueError(f"aside_share is {self.aside_share}: give a share in [0, 1]")


class Markup:
    """A recognised page. What is worked out of it is worked out when asked for, and once."""

    __slots__ = ("_lossless", "_study", "_text")

    def __init__(self, text: str) -> None:
        self._text = text
        self._study: Study | None = None
        self._lossless: str | None = None

    @property
    def study(self) -> Study:
        """The blocks of the page with what always stays."""
        if self._study is None:
            from compressors.kinds._html_reader import read_page
            from compressors.kinds._html_study import Study

            self._study = Study(read_page(self._text))
        return self._study

    @property
    def lossless(self) -> str:
        """The page with recurring markup written once."""
        if self._lossless is None:
            from compressors.kinds import _html_repeats

            self._lossless = _html_repeats.shorten(self._text)
        return self._lossless


def recognise(text: str) -> Markup | None:
    """A page, or a fragment with a tag every few words, else None."""
    head = text[:_LOOKED_AT]
    stripped = head.lstrip()
    if not stripped.startswith("<"):
        return None
    if _START.match(head):
        return Markup(text)
    if _XML.match(stripped):
        return None
    tags = sum(1 for _ in _TAG.finditer(head))
    return Markup(text) if tags >= _TAGS and tags * _DENSE >= len(head) else None


def signature(parsed: Markup) -> str:  # noqa: ARG001
    """Pages have one shape."""
    return NAME


def compress(content: Content, params: Params, focus: Focus) -> Cut:
    """The page with its markup written once, or as text, all of it or a share."""
    if params.passthrough:
        return _lines.as_it_is(content)
    page = content.parsed if isinstance(content.parsed, Markup) else Markup(content.text)
    if params.lossless:
        size = _lines.count(content.text)
        return Cut(page.lossless, False, "lines", size, size)
    from compressors.kinds._html_write import shortened

    blocks = page.study.blocks
    text, shown = shortened(
        content.text, page.study, params.block_share, params.aside_share, focus.query
    )
    return Cut(text, True, "blocks", len(blocks), shown)


def restore(text: str) -> str:
    """The page that the lossless parameters made ``text`` of."""
    head, newline, rest = text.partition("\n")
    if newline and head == f"[toin {NAME}: {RAW}]":
        return rest
    from compressors.kinds import _html_repeats

    original = _html_repeats.restore(text)
    return text if original is None else original


def find(content: Content, query: str) -> list[Passage]:
    """The blocks that answer ``query``, best first, with where they stood; else lines."""
    page = content.parsed if isinstance(content.parsed, Markup) else Markup(content.text)
    blocks = page.study.blocks
    found = _lines.best(query, [block.text for block in blocks], limit=_PASSAGES)
    if not found:
        return _lines.find_rows(content.text, query)
    size = len(content.text)
    return [Passage(blocks[at].text, _lines.twentieth(blocks[at].at, size)) for at in found]
