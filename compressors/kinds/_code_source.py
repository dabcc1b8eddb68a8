"""Code as recognised: what is worked out of it is worked out when asked for, and once."""

from __future__ import annotations

import re
from itertools import pairwise
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
# Longer texts are cut in parts where a definition begins, the longest not at all.
_PART, _MOST = 128_000, 2_000_000
_BEGINS = re.compile(r"[^\s)}\]]")
_MOST_REMARKS = 400
_REMARKS = re.compile(
    rf"\n(?:[ \t]*+(?:\d{{1,9}}+[\t:|→ -]{{1,3}}+[ \t]*+)?(?:#[^\n]*+)?\n){{{_MOST_REMARKS}}}"
)
_MARKUP = re.compile(
    r"<(?<![^\s(>]<)/?[A-Za-z][\w.]{0,40}(?: [^<>\n]{0,200})?/?>\s*$", re.MULTILINE
)


class Shown(NamedTuple):
    """A text with rows left out, and how many of its rows are in it."""

    text: str
    rows: int


class Source:
    """A text of a language, ``listed`` where its lines begin with their numbers.

    ``unfit`` says that its lines are too long to leave any out, or that parsing it at once
    would take too long.
    """

    __slots__ = (
        *("_frames", "_grammar", "_layout", "_study", "_text", "_tree"),
        *("language", "listed", "unfit"),
    )

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
        self.unfit = self._is_unfit()

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
    def broken(self) -> bool:
        """Whether too much of it is not of its language."""
        broken = self.tree.broken
        if not broken:
            return False
        told = len([row for row in self.layout.code if row.strip()])
        return len(broken) > _BROKEN * told

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
        if self.unfit:
            return self._in_parts(query, share)
        study = self.study
        rows, numbers = study.rows, self.tree.numbers
        own = self._unpadded()
        out: list[str] = []
        code: list[str] = []
        shown = at = 0
        for gap in study.choose(query, share):
            kept = [number for number in numbers[at : gap.start] if number >= 0]
            shown += len(kept)
            out.extend([own[number] for number in kept])
            code.extend(rows[at : gap.start])
            first = next(number for number in numbers[gap.start : gap.end + 1] if number >= 0)
            out.append(self._number(first) + gap.note)
            code.append(gap.note)
            at = gap.end + 1
        kept = [number for number in numbers[at:] if number >= 0]
        out.extend([own[number] for number in kept])
        code.extend(rows[at:])
        if errors_in(self._grammar, code) > self.tree.errors:
            return None
        return Shown(("\r\n" if self.layout.crlf else "\n").join(out), shown + len(kept))

    def _in_parts(self, query: str, share: float) -> Shown | None:
        """The same for a text that is too long to be parsed at once."""
        if not _LONGEST < len(self._text) <= _MOST:
            return None
        end = "\r\n" if self.layout.crlf else "\n"
        out: list[str] = []
        rows = 0
        for start, stop in self._parts():
            text = end.join(self.layout.rows[start:stop])
            part = Source(text, self.language, listed=self.listed)
            shown = None if part.unfit or part.broken else part.shown(query, share)
            out.append(text if shown is None else shown.text)
            rows += stop - start if shown is None else shown.rows
        return Shown(end.join(out), rows)

    def _parts(self) -> list[tuple[int, int]]:
        """The rows of parts that begin with a definition, behind a row that is blank."""
        code = self.layout.code
        starts, size = [0], 0
        for at, row in enumerate(code):
            if size > _PART and not code[at - 1].strip() and _BEGINS.match(row):
                starts.append(at)
                size = 0
            size += len(row) + 1
        return list(pairwise([*starts, len(code)]))

    def _is_unfit(self) -> bool:
        text = self._text
        rows = text.count("\n") + 1
        if len(text) > _LONGEST or len(text) > _LONG_LINES * rows:
            return True
        remarks = self.language == "python" and rows > _MOST_REMARKS
        return remarks and _REMARKS.search(f"\n{text}") is not None

    def _unpadded(self) -> list[str]:
        """The rows as they are, but for what pads their numbers."""
        rows, heads = self.layout.rows, self.layout.heads
        if not self.listed:
            return rows
        return [row.lstrip(" ") if head > 0 else row for row, head in zip(rows, heads, strict=True)]

    def _number(self, place: int) -> str:
        """The line number of a row, without what pads it."""
        head = self.layout.heads[place]
        return self.layout.rows[place][:head].lstrip(" ") if head > 0 else ""
