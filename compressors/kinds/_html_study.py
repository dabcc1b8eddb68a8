"""What of a page stays however little is asked for: worked out once, before any query.

Loud blocks (errors, warnings, alerts, prices) stay wherever they stand, hidden ones too.
In the main text sentences with numbers stay, unless most have some; in lists and tables of many
alike, the odd ones.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from compressors.kinds._html_blocks import Block, Page
from compressors.kinds._loud import loud, stems_of
from compressors.kinds._values_odd import odd_lines, odd_rows

# Looked for at digits, which are few: that is quicker than to look at every character.
_CODES = "USD|EUR|GBP|CHF|JPY|INR|CNY"
_PRICE = re.compile(
    rf"\d(?:(?<=[$€£¥₹₩]\d)|(?<=[$€£¥₹₩] \d)|(?<=\b(?:{_CODES})\d)|(?<=\b(?:{_CODES}) \d)"
    rf"| ?[€£¥₹₩%‰]| (?:{_CODES}|dollars?|euros?)\b)"
)
# A number of its own: no part of an address, a name, a version's path or a reference "[1]".
NUMBER = re.compile(r"[-+\d](?<![\w/.#=&?%\[(-][-+\d])(?:(?<=\d)|\d)")
_OUTPUT = re.compile(
    r"(?i:\b(?:error|warning|fatal|exception|failed|failure|panic\w*)\b[^\n]{0,40}:|^Traceback "
    r"|^npm ERR|panicked at)"
)
_SENTENCE = re.compile(r"\s(?<=[.!?;]\s)\s*+(?=\S)")
_ANY_SENTENCE = re.compile(rf"{_SENTENCE.pattern}|(?<=[。！？])")
_SHORT = 240
_MANY = 12
_HARDLY = 0.4
_PROSE = ("paragraph", "item")
_NUMBERED = 24


class Study:
    """The blocks of a page with what is known of each.

    ``must``: whole blocks that always stay. ``parts``: of other blocks the sentences that
    always stay. ``regions``: where each belongs once it is clear what is main. ``loud``:
    those that stay even where they stand in navigation or hidden.
    """

    __slots__ = ("blocks", "loud", "must", "page", "parts", "regions", "stems")

    def __init__(self, page: Page) -> None:
        self.page = page
        self.blocks = page.blocks
        _unhide(page.blocks)
        self.regions = regions_of(page.blocks)
        self.stems = stems_of([block.text for block in page.blocks])
        self.loud: set[int] = set()
        self.must: set[int] = set()
        self.parts: dict[int, str] = {}
        self._find_loud()
        self._find_odd()
        self._find_main()

    def _find_loud(self) -> None:
        for at, block in enumerate(self.blocks):
            if block.kind == "code":
                continue
            quiet = block.hidden or self.regions[at] == "nav"
            said = loud(block.text, self.stems)
            if quiet and not block.alert:
                # A link to a chapter on errors is no error.
                said = said and 2 * block.linked < len(block.text)
            if said or block.alert or _PRICE.search(block.text):
                if quiet or self.regions[at] != "main" or block.alert:
                    self.loud.add(at)
                    if len(block.text) <= _SHORT or block.alert:
                        self.must.add(at)
                if at not in self.must:
                    self._keep_parts(at, numbers=False)

    def _find_odd(self) -> None:
        """In large tables and lists keep what is unlike the rest, and nothing for its numbers."""
        groups: dict[tuple[str, int], list[int]] = {}
        for at, block in enumerate(self.blocks):
            if block.kind in ("row", "item") and not block.hidden:
                groups.setdefault((block.kind, block.group), []).append(at)
        for (kind, _), members in groups.items():
            if len(members) < _MANY:
                continue
            if kind == "row":
                found: set[int] | None = odd_rows([self.blocks[at].cells for at in members])
            else:
                found = odd_lines([self.blocks[at].text for at in members])
            if found is None:
                continue
            numbered = sum(at in self.parts for at in members)
            for place, at in enumerate(members):
                if place in found or place in (0, len(members) - 1):
                    if self.regions[at] == "main":
                        self.must.add(at)
                elif 2 * numbered > len(members):
                    self.parts.pop(at, None)
                    self.must.discard(at)
                self.parts.setdefault(at, "")

    def _find_main(self) -> None:
        """First and last of the main text, its title, and sentences with numbers."""
        main = [at for at, region in enumerate(self.regions) if region == "main"]
        main = [at for at in main if not self.blocks[at].hidden]
        self.must.update(main[:2], main[-1:])
        for at, block in enumerate(self.blocks):
            title = block.kind == "heading" and block.level == 1 and self.regions[at] == "main"
            if title or (block.kind == "meta" and len(block.text) <= _SHORT):
                self.must.add(at)
        numbers = not self._numbered(main)
        for at in main:
            if at in self.must or self.parts.get(at) == "":
                continue
            block = self.blocks[at]
            if block.kind == "code":
                self._keep_output(at)
            elif block.kind != "heading":
                self._keep_parts(at, numbers=numbers)
        self.parts = {at: text for at, text in self.parts.items() if text}

    def _numbered(self, main: Sequence[int]) -> bool:
        """Whether numbers stand nearly everywhere, so that one tells nothing of its sentence."""
        told = [self.blocks[at].text for at in main if self.blocks[at].kind in _PROSE]
        numbered = [len(text) for text in told if NUMBER.search(text)]
        return len(told) >= _NUMBERED and 2 * sum(numbered) > sum(map(len, told))

    def _keep_parts(self, at: int, *, numbers: bool) -> None:
        """Keep the sentences of a block that are loud, or have numbers."""
        text = self.blocks[at].text
        if numbers and not NUMBER.search(text) and at not in self.parts:
            return
        sentences = (_SENTENCE if text.isascii() else _ANY_SENTENCE).split(text)
        kept = [
            loud(sentence, self.stems)
            or _PRICE.search(sentence) is not None
            or (numbers and NUMBER.search(sentence) is not None)
            for sentence in sentences
        ]
        self._set_parts(at, sentences, kept, " ")

    def _keep_output(self, at: int) -> None:
        """Keep the lines of a code block that are messages of errors."""
        text = self.blocks[at].text
        if not loud(text, self.stems) or not _OUTPUT.search(text):
            return
        lines = text.split("\n")
        inner = [_OUTPUT.search(line) is not None for line in lines[1:-1]]
        self._set_parts(at, lines, [True, *inner, True], "\n")

    def _set_parts(
        self, at: int, pieces: Sequence[str], kept: Sequence[bool], between: str
    ) -> None:
        if not any(kept):
            return
        size = sum(len(piece) for piece, keep in zip(pieces, kept, strict=True) if keep)
        if size > (1 - _HARDLY) * len(self.blocks[at].text):
            self.must.add(at)
            return
        out: list[str] = []
        for piece, keep in zip(pieces, kept, strict=True):
            if keep:
                out.append(piece)
            elif not out or out[-1] != "…":
                out.append("…")
        self.parts[at] = between.join(out)


def _unhide(blocks: Sequence[Block]) -> None:
    """Where more is hidden than shown, a script shows it: then it is the page's text."""
    hidden = sum(len(block.text) for block in blocks if block.hidden)
    if 2 * hidden > sum(len(block.text) for block in blocks):
        for block in blocks:
            block.hidden = False


def regions_of(blocks: Sequence[Block]) -> list[str]:
    """Of each block ``main``, ``aside``, ``nav`` or ``meta``.

    Where a page does not say what is main, or hardly anything stands there, all that is no
    aside is; where nothing is left, asides are, and at last the navigation.
    """
    sizes = {"main": 0, "body": 0, "aside": 0, "nav": 0, "meta": 0}
    for block in blocks:
        if not block.hidden:
            sizes[block.region] += len(block.text)
    body = "aside" if sizes["main"] > sizes["body"] else "main"
    aside = "aside" if sizes["main"] + sizes["body"] else "main"
    nav = "nav" if sizes["main"] + sizes["body"] + sizes["aside"] else "main"
    meaning = {"main": "main", "body": body, "aside": aside, "nav": nav, "meta": "meta"}
    return [meaning[block.region] for block in blocks]
