"""What a page consists of for a reader: blocks in order, and a count of what is none."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class Block:
    """A heading, paragraph, list item, table row, code block, form field or piece of metadata.

    ``lead`` stands in front of ``text`` (a list's sign, a heading's). ``region`` is ``main``,
    ``body`` (of a page that does not say what is main), ``aside``, ``nav`` or ``meta``;
    ``at`` the offset in the page; ``group`` the number of the list or table; ``cells``
    those of a row; ``linked`` how many characters of the text are links.
    """

    kind: str
    text: str
    lead: str
    region: str
    at: int
    level: int
    group: int
    hidden: bool
    alert: bool
    linked: int
    cells: tuple[str, ...] = ()

    def shown(self) -> str:
        """The block as it is written."""
        return self.lead + self.text


@dataclass(slots=True)
class Page:
    """The blocks of a page, and how many scripts, styles and others it has besides."""

    blocks: list[Block] = field(default_factory=list)
    unseen: Counter[str] = field(default_factory=Counter)
    data: list[str] = field(default_factory=list)
