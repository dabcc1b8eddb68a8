"""A page as blocks: headings, paragraphs, list items, rows, code, fields, metadata.

One pass over tags and text with a stack of open elements. What a page leaves open is closed
as browsers do it, as far as a reader would notice.
"""

from __future__ import annotations

import re

from compressors.kinds._html_blocks import Page
from compressors.kinds._html_elements import Elements
from compressors.kinds._html_tables import Table
from compressors.kinds._html_tags import PIECES, RAW, Tag, read_tag
from compressors.kinds._html_text import unescape

_BLOCKS = frozenset(
    re.findall(
        "[a-z0-9]+",
        "address article aside blockquote body caption center dd details dialog dir div dl dt "
        "fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 head header hgroup html legend "
        "li listing main menu nav noscript ol optgroup option p plaintext pre search section "
        "select summary table tbody td template tfoot th thead tr ul",
    )
)
# Blocks that are nothing but blocks.
_CONTAINERS = frozenset({"div", "p", "section", "article", "main", "header", "footer", "nav"})
_INLINE = frozenset(
    re.findall(
        "[a-z]+",
        "b bdi bdo big cite data dfn em font i ins label mark picture rp rt ruby small span "
        "strong tt u var",
    )
)
_CODES = frozenset({"code", "kbd", "samp"})
# Words within a drawing.
_DRAWN = frozenset({"text", "desc"})
_SIGNS = {"sup": "^", "sub": "_", "del": "~~", "s": "~~", "strike": "~~", "q": '"'}
# What an open element of the key is ended by, as far as no element of its own stands between.
_ENDS = {
    "p": frozenset(_BLOCKS - {"option", "optgroup", "caption"}),
    "li": frozenset({"li"}),
    "dt": frozenset({"dt", "dd"}),
    "dd": frozenset({"dt", "dd"}),
    "td": frozenset({"td", "th", "tr", "tbody", "tfoot"}),
    "th": frozenset({"td", "th", "tr", "tbody", "tfoot"}),
    "tr": frozenset({"tr", "tbody", "tfoot"}),
    "option": frozenset({"option", "optgroup"}),
}
_KNOWN_LENGTH = 240
_DEEPEST = 64
_Entry = tuple[str, str, bool, bool]


class _Reader(Elements):
    """One pass over the pieces of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.stack: list[_Entry] = []
        self.special: dict[str, int] = {}
        self.opened: dict[str, int] = {}

    def read(self, text: str) -> Page:
        pieces = PIECES.split(text)
        known: dict[str, Tag] = {}
        above = pieces[0]
        self.buffer.append(unescape(above))
        self.at = len(above)
        after_closing = False
        for piece, text in zip(pieces[1::3], pieces[3::3], strict=True):
            tag = known.get(piece)
            if tag is None:
                tag = read_tag(piece)
                if len(piece) < _KNOWN_LENGTH:
                    known[piece] = tag
            if not tag.name:
                self.page.unseen["comment"] += piece.startswith("<!--")
                if piece.startswith("<![CDATA["):
                    self.buffer.append(piece[9:].removesuffix("]]>"))
            elif tag.closing:
                after_closing = True
                if tag.name not in _INLINE or tag.name in self.special:
                    self._close(tag.name)
            else:
                if after_closing and not above and not self.code and not self.pre:
                    self.buffer.append(" ")
                after_closing = False
                self._open(tag, piece)
            self.at += len(piece)
            above = text
            if text:
                after_closing = False
                if (not self.svg or self.drawn) and not (self._between() and text.isspace()):
                    self.buffer.append(unescape(text) if "&" in text else text)
                self.at += len(text)
        while self.stack:
            self._leave(self.stack.pop())
        self._flush()
        return self.page

    def _open(self, tag: Tag, piece: str) -> None:
        name = tag.name
        if name in _INLINE and tag.plain and name not in self.special:
            return
        if self.stack and name in _ENDS.get(self.stack[-1][0], ()):
            self._imply_end(name)
        if name in _BLOCKS:
            self._open_block(tag)
        elif self.svg and name in _DRAWN:
            self.drawn += 1
            self.buffer.append(" ")
        elif self.svg and name != "svg" and name != "title":
            return
        handler = self.opens.get(name)
        if handler is not None:
            handler(tag, piece)
        elif name in _SIGNS:
            self.buffer.append(_SIGNS[name])
        if tag.void or name in RAW:
            return
        self.stack.append((name, self.region, self.hidden, self.alert))
        self.opened[name] = self.opened.get(name, 0) + 1
        if name in _INLINE:
            self.special[name] = self.special.get(name, 0) + 1
        elif name in _CODES and not self.pre:
            self.code += 1
            self.buffer.append("`")
        elif name in _CODES:
            self.language = self.language or _language(tag)
        if not tag.plain:
            self._enter(tag)

    def _enter(self, tag: Tag) -> None:
        """Take over what the element says of all that it holds."""
        self.hidden = self.hidden or tag.hidden
        self.alert = self.alert or tag.alert
        if tag.region and self.region not in ("nav", "aside"):
            # A heading part inside an article is part of the article.
            if not (self.region == "main" and tag.name == "header"):
                self.region = tag.region
        elif tag.region == "nav" or (tag.region == "main" and tag.name == "main"):
            self.region = tag.region

    def _imply_end(self, name: str) -> None:
        while self.stack and name in _ENDS.get(self.stack[-1][0], ()):
            self._leave(self.stack.pop())

    def _close(self, name: str) -> None:
        stack = self.stack
        if not stack or not self.opened.get(name):
            return
        if stack[-1][0] != name:
            limit = max(0, len(stack) - _DEEPEST)
            for place in range(len(stack) - 2, limit - 1, -1):
                if stack[place][0] == name:
                    break
                if stack[place][0] in ("table", "td", "th") and name not in ("table", "tr"):
                    return
            else:
                return
            while len(stack) > place + 1:
                self._leave(stack.pop())
        self._leave(stack.pop())

    def _leave(self, entry: _Entry) -> None:
        name = entry[0]
        self.opened[name] -= 1
        if name == "a":
            self._close_link()
        elif name in _BLOCKS:
            self._close_block(name)
        elif name in _CODES:
            if self.code and not self.pre:
                self.code -= 1
                self.buffer.append("`")
        elif name in ("del", "s", "strike", "q"):
            self.buffer.append(_SIGNS[name])
        elif name == "svg":
            self.svg = max(0, self.svg - 1)
        elif name in _DRAWN and self.drawn:
            self.drawn -= 1
            self.buffer.append(" ")
        elif name == "button":
            self.buffer.append("]")
        if name in self.special:
            self.special[name] -= 1
            if not self.special[name]:
                del self.special[name]
        _, self.region, self.hidden, self.alert = entry

    def _open_block(self, tag: Tag) -> None:
        name = tag.name
        if name == "td" or name == "th":
            self._open_cell(tag)
            return
        if name == "tr":
            self._end_row()
            return
        table = self.tables[-1] if self.tables else None
        in_cell = table is not None and table.in_cell and not table.layout
        if in_cell and name in ("table", "pre", "h1", "h2", "h3"):
            self._lay_out()
            in_cell = False
        if name == "table":
            self._flush()
            self.groups += 1
            self.tables.append(Table(self.groups, at=self.at))
        elif in_cell:
            self.buffer.append(" - " if name == "li" else " ")
        elif name not in ("option", "select", "optgroup"):
            self._flush()
        if name in _CONTAINERS:
            return
        if name == "pre" or name == "listing" or name == "plaintext":
            self.pre += 1
            self.language = _language(tag)
        elif name in ("ul", "ol", "menu", "dir", "dl"):
            self.groups += 1
            self.lists.append([self.groups, _start(tag) if name == "ol" else -1])
        elif name == "li" and not in_cell:
            self.fresh = self._item_sign(tag)
        elif len(name) == 2 and name[0] == "h" and name[1].isdigit():
            self.heading = int(name[1])
        elif name == "dt" and not in_cell:
            self.fresh = "- "
        elif name == "blockquote":
            self.quotes += 1

    def _close_block(self, name: str) -> None:
        if name == "td" or name == "th":
            self._close_cell()
            return
        if name == "tr":
            self._end_row()
            return
        if name == "pre" or name == "listing" or name == "plaintext":
            self._flush_code()
            return
        table = self.tables[-1] if self.tables else None
        if name == "table":
            self._end_row()
            if self.tables:
                self.tables.pop()
            self._flush()
        elif table is not None and table.in_cell and not table.layout:
            self.buffer.append(" ")
        elif name == "select":
            self.buffer.append("]")
        elif name not in ("option", "optgroup"):
            self._flush()
        if name in _CONTAINERS:
            return
        if name in ("ul", "ol", "menu", "dir", "dl") and self.lists:
            self.lists.pop()
        elif len(name) == 2 and name[0] == "h" and name[1].isdigit():
            self.heading = 0
        elif name == "blockquote" and self.quotes:
            self.quotes -= 1
        if name == "li":
            self.fresh = ""


def _language(tag: Tag) -> str:
    """The language that a class such as ``language-rust`` names."""
    names = tag.attributes.get("class", "") if tag.attributes else ""
    for name in names.split():
        for prefix in ("language-", "lang-", "highlight-source-", "brush:"):
            if name.startswith(prefix):
                return "".join(c for c in name.removeprefix(prefix) if c.isalnum() or c in "+#-")[
                    :20
                ]
    return ""


def _start(tag: Tag) -> int:
    value = tag.attributes.get("start", "") if tag.attributes else ""
    return int(value) if value.isdecimal() and len(value) < 9 else 1


def read_page(text: str) -> Page:
    """The blocks of a page; never raises, in time linear in the text."""
    return _Reader().read(text)
