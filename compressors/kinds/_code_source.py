"""Code as recognised: what is worked out of it is worked out when asked for, and once."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from compressors.kinds import _code_fragment
from compressors.kinds._code_fragment import Frame
from compressors.kinds._code_layout import Layout, lay_out
from compressors.kinds._code_tree import Tree, errors_in

if TYPE_CHECKING:
    from compressors.kinds._code_study import Study


# More broken rows than this share, and a text is not of its language.
_BROKEN = 0.5
# Where lines are this long on average, a line is no unit of anything.
_LONG_LINES = 400
# The parser's time grows with the square of some things: none of them is let grow long.
_LONGEST = 256_000
_REMARKS = re.compile(
    r"(?:^[ \t]*+(?:\d{1,9}+[\t:|→ -]{1,3}+[ \t]*+)?(?:#[^\n]*+)?\n){400}", re.MULTILINE
)
_MARKUP = re.compile(r"(?:^|[\s(>])</?[A-Za-z][\w.]{0,40}(?: [^<>\n]{0,200})?/?>\s*$", re.MULTILINE)


class Shown(NamedTuple):
    """A text with rows left out, and how many of its rows are in it."""

    text: str
    rows: int


class Source:
    """A text of a language, ``listed`` where its lines begin with their numbers."""

    __slots__ = ("_frames", "_grammar", "_layout", "_study", "_text", "_tree", "language", "listed")

    def __init__(self, text: str, language: str, *, listed: bool) -> None:
        self.language = language
        tagged = language == "typescript" and _MARKUP.search(text)
        self._grammar = "tsx" if tagged else language
        self.listed = listed
        self._text = text
        self._layout: Layout | None = None
        self._tree: Tree | None = None
        self._frames: list[Frame] = []
        self._study: Study | None = None

    @property
    def layout(self) -> Layout:
        """The lines."""
        if self._layout is None:
            self._layout = lay_out(self._text, listed=self.listed)
        return self._layout

    @property
    def tree(self) -> Tree:
        """The syntax tree."""
        if self._tree is None:
            layout = self.layout
            self._tree, self._frames = _code_fragment.parse(
                self._grammar, layout.code, layout.breaks
            )
        return self._tree

    @property
    def unfit(self) -> bool:
        """Whether its lines are too long to leave any out, or parsing it would take too long."""
        return (
            len(self._text) > _LONGEST
            or len(self._text) > _LONG_LINES * (self._text.count("\n") + 1)
            or (self.language == "python" and _REMARKS.search(self._text) is not None)
        )

    @property
    def broken(self) -> bool:
        """Whether too much of it is not of its language."""
        told = sum(bool(row.strip()) for row in self.layout.code)
        return len(self.tree.broken) > _BROKEN * told

    @property
    def study(self) -> Study:
        """What of it stays, and what there is to choose from."""
        from compressors.kinds._code_study import Study

        if self._study is None:
            tree = self.tree
            framed = _code_fragment.frame(self.layout.code, self.layout.breaks, self._frames)
            self._study = Study(tree, framed, self._grammar)
        return self._study

    def shown(self, query: str, share: float) -> Shown | None:
        """The text with bodies left out; None where that would not parse as well as before."""
        gaps = self.study.choose(query, share)
        layout, numbers = self.layout, self.tree.numbers
        out: list[str] = []
        code: list[str] = []
        rows = at = 0
        following = iter([*gaps, None])
        gap = next(following)
        while at < len(numbers):
            if gap is not None and at == gap.start:
                code.append(gap.note)
                first = next(n for n in numbers[at : gap.end + 1] if n >= 0)
                out.append(self._prefix(first) + gap.note)
                at = gap.end + 1
                gap = next(following)
                continue
            code.append(self.study.rows[at])
            number = numbers[at]
            at += 1
            if number >= 0:
                rows += 1
                out.append(
                    self._prefix(number) + layout.rows[number][max(0, layout.heads[number]) :]
                )
        if errors_in(self._grammar, code) > self.tree.errors:
            return None
        return Shown(("\r\n" if layout.crlf else "\n").join(out), rows)

    def _prefix(self, number: int) -> str:
        """The line number of a row, without what pads it."""
        head = self.layout.heads[number]
        return self.layout.rows[number][:head].lstrip(" ") if head > 0 else ""
