"""Code with rows left out: where nothing of a unit is kept, a note takes its place."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from compressors.kinds._code_pieces import Doc, Pieces
from compressors.kinds._code_tree import Block, Unit

# What a note itself costs, in characters of code.
_WORTH = 36
_INDENT = re.compile(r"[ \t]*")
_COMMENTED = re.compile(r"[ \t]*(?:#+|//+!?|\*(?!/))? ?")
_COMMENTS = ("comments", "docstring")


class Gap(NamedTuple):
    """Rows ``start`` to ``end``, both included, and the row that stands for them."""

    start: int
    end: int
    note: str


class Writer:
    """Writes which rows are left out of a text, once it is known which have to stay."""

    def __init__(
        self, pieces: Pieces, rows: Sequence[str], numbers: Sequence[int], alike: Mapping[int, str]
    ) -> None:
        """``alike`` gives, for the first row of a body, the name of the function it is like."""
        self._pieces = pieces
        self._rows = rows
        self._numbers = numbers
        self._alike = alike
        self._python = pieces.tree.grammar.comment == "#"
        self._comment = pieces.tree.grammar.comment

    def gaps(self, kept: bytearray) -> list[Gap]:
        """The gaps that leave out all that can be, given the rows that are kept."""
        found: list[Gap] = []
        pending = self._pieces.tree.blocks[:1]
        while pending:
            block = pending.pop()
            run: list[Unit] = []
            shown: list[Unit] = []
            runs: list[list[Unit]] = []
            for unit in self._pieces.grouped(block):
                if not unit.stuck and kept.find(1, unit.start, unit.end + 1) < 0:
                    run.append(unit)
                    continue
                if run:
                    runs.append(run)
                    run = []
                shown.append(unit)
                pending.extend(unit.blocks)
                doc = self._pieces.docs.get(unit.start)
                if doc is not None and unit.kind in _COMMENTS:
                    found.extend(self._within(doc, kept))
            if run:
                runs.append(run)
            holds = any(unit.kind != "comments" for unit in shown)
            found.extend(gap for each in runs if (gap := self._gap(block, each, holds=holds)))
        found.sort()
        return found

    def _gap(self, block: Block, run: Sequence[Unit], *, holds: bool) -> Gap | None:
        start, end = run[0].start, run[-1].end
        first = next((unit for unit in run if unit.kind != "comments"), None)
        indent = _indent(self._rows[(first or run[0]).start])
        note = f"{self._comment} {self._count(start, end)}"
        if self._python and not block.literal and first is not None and not holds:
            note = f"...  {note}"
        like = self._alike.get(start)
        if like is not None:
            note += f", like {like}"
        return self._worth(start, end, indent + note)

    def _within(self, doc: Doc, kept: bytearray) -> list[Gap]:
        """The gaps in a docstring or a comment."""
        gaps = []
        at = doc.tail.start
        while at < doc.tail.stop:
            stop = kept.find(1, at, doc.tail.stop)
            stop = doc.tail.stop if stop < 0 else stop
            if stop > at:
                row = self._rows[at]
                found = _INDENT.match(row) if doc.string else _COMMENTED.match(row)
                assert found is not None
                lead = found[0]
                if not doc.string and lead.strip() and not lead.endswith(" "):
                    lead += " "
                gap = self._worth(at, stop - 1, f"{lead}… {self._count(at, stop - 1)}")
                if gap is not None:
                    gaps.append(gap)
            at = stop + 1
        return gaps

    def _count(self, start: int, end: int) -> str:
        number = sum(number >= 0 for number in self._numbers[start : end + 1])
        return "1 line left out" if number == 1 else f"{number} lines left out"

    def _worth(self, start: int, end: int, note: str) -> Gap | None:
        """The gap, if it leaves out more than its note says."""
        saved = 0
        for row in self._rows[start : end + 1]:
            saved += len(row.strip()) + 2
            if saved > _WORTH:
                return Gap(start, end, note)
        return None


def _indent(row: str) -> str:
    found = _INDENT.match(row)
    assert found is not None
    return found[0]
