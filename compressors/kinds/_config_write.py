"""A configuration with comments, repeated blocks, empty values and long values folded."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from compressors.kinds._config_asked import Asked, asked
from compressors.kinds._config_blocks import groups_of
from compressors.kinds._config_choice import items_left_out, left_out
from compressors.kinds._config_fold import Folded, fold, where
from compressors.kinds._config_lines import NOTE, PLAIN, SCALAR, Line, Merged, merge
from compressors.kinds._config_notation import (
    Template,
    definitions,
    header,
    literal,
    reference,
    templates,
)
from compressors.kinds._config_values import Shortener
from compressors.kinds._lines_answers import identifiers

_EMPTY = frozenset({" null", " ~", " {}", " []", ' ""', " ''"})
_FEWEST_EMPTY = 3
_BRIEF = 40


class Shares(NamedTuple):
    """How much stays: of comments, of blocks of one shape, of the characters of long values."""

    comments: float
    blocks: float
    values: float


def write(
    lines: Sequence[Line], shares: Shares, rows: Sequence[str], query: str
) -> tuple[str, int]:
    """The text, and how many of the lines it holds; ``rows`` are the lines as they stand."""
    wanted = asked(lines, rows, shares.blocks, query)
    if wanted.notes:
        lines = [wanted.notes.get(number, line) for number, line in enumerate(lines)]
    folded = fold(lines, comment_share=shares.comments, noise=shares.values < 1, asked=wanted)
    notes = [note.value for note in wanted.notes.values()]
    source = "\n".join([*[rows[number] for number in folded.kept], *notes])
    return _Writer(merge(lines, folded.kept), shares, source, query, wanted).text(folded)


class _Writer:
    """The lines that stayed, and how they are written."""

    def __init__(
        self, merged: Merged, shares: Shares, source: str, query: str, wanted: Asked
    ) -> None:
        self.lines = merged.lines
        self.origin = merged.origin
        self.shares = shares
        # Lines that hardly are shortened, and the places of those that stay with their blocks.
        self.whole = wanted.rows | wanted.whole
        self.stay = merged.places_of(self.whole | wanted.stay)
        names = identifiers(query) if query else []
        self.shortener = Shortener(shares.values, names)
        groups = groups_of(self.lines, fewest=2)
        self.defined, self.signs = templates(self.lines, groups, source)
        self.owner: dict[int, Template] = {
            at: template for template in self.defined for at in template.cells
        }
        self.out: list[str] = []
        self.written = 0

    def text(self, folded: Folded) -> tuple[str, int]:
        """The whole text, and how many lines of the configuration it holds."""
        missing: set[int] = set()
        for template in self.defined:
            missing |= left_out(template, self.shares.blocks, self.stay)
        number = 0
        while number < len(self.lines):
            owner = self.owner.get(number)
            number = self._line(number) if owner is None else self._blocks(owner, number, missing)
        notes = [
            f"comments left out: lines {where(folded.comments)}" if folded.comments else "",
            f"below managedFields left out: {len(folded.noise)} lines" if folded.noise else "",
        ]
        if any(" ⟨" in row for row in self.out):
            notes.append("⟨a, b⟩ are keys of one value")
        head = header(notes, self.defined, self.signs)
        shown = [row for template in self.defined for row in self._definition(template)]
        return "\n".join([head, *shown, *self.out]), self.written

    def _definition(self, template: Template) -> Iterator[str]:
        """A definition with its long values shortened, as in its blocks."""
        asked = any(self._is_asked(at, template.size) for at in template.cells)
        return definitions([template], lambda row: self.shortener.value(row, asked=asked))

    def _is_asked(self, number: int, size: int) -> bool:
        """Whether one of so many lines was asked for, or belongs to a block that was."""
        if not self.whole:
            return False
        return any(not self.whole.isdisjoint(own) for own in self.origin[number : number + size])

    def _blocks(self, template: Template, number: int, missing: Collection[int]) -> int:
        """Write a block, or one note for all blocks left out in a row; give what follows."""
        run = []
        while number in missing and number in template.cells:
            run.append(number)
            number += template.size
        if not run:
            self._reference(template, number)
            return number + template.size
        keys = ""
        if template.named and self.signs.hole in template.rows[0]:
            keys = ": " + ", ".join(template.cells[at][0] for at in run)
        note = f"… {len(run)} {'block' if len(run) == 1 else 'blocks'} like {template.name}{keys}"
        size = sum(len(cell) + 1 for at in run for cell in template.cells[at])
        if len(run) == 1 and not keys:
            # Alone among others it is no repetition: its values in brief say more than a note.
            cells = [
                cell if len(cell) <= _BRIEF else cell[:_BRIEF] + "…"
                for cell in template.cells[run[0]]
            ]
            self.out.append(reference(template, cells))
            self.written += 1
        elif size <= len(note):
            for at in run:
                self._reference(template, at)
        else:
            self.out.append(note)
        return number

    def _reference(self, template: Template, number: int) -> None:
        cells = template.cells[number]
        if self.shares.values < 1:
            asked = self._is_asked(number, template.size)
            cells = [self.shortener.value(cell, asked=asked) for cell in cells]
        self.out.append(reference(template, cells))
        self.written += sum(
            len(self.origin[at])
            for at in range(number, number + template.size)
            if self.lines[at].sort != NOTE
        )

    def _line(self, number: int) -> int:
        """Write a line, or in one line the keys of some that have the same empty value."""
        line = self.lines[number]
        run = self._empties(number) if line.value in _EMPTY else 0
        if run >= _FEWEST_EMPTY:
            indent = line.lead[: len(line.lead) - len(line.key)]
            keys = ", ".join(
                self.lines[at].key.rstrip(" \t:=") for at in range(number, number + run)
            )
            self.out.append(f"{indent} ⟨{keys}⟩{line.key.lstrip()[-1:]}{line.value}")
            self.written += run
            return number + run
        if line.sort == NOTE:
            self.out.append(line.lead + line.value)
            return number + 1
        if "\n" in line.value:
            self._several(number)
            return number + 1
        value = self.shortener.value(line.value, asked=self._is_asked(number, 1))
        row = literal(line.lead + value)
        self.out.append(row + " …" if line.key == "managedFields:" and not line.value else row)
        self.written += 1
        return number + 1

    def _several(self, number: int) -> None:
        """Write the items of a list, or the lines of a text, a note for each gap."""
        line = self.lines[number]
        values = line.value.split(f"\n{line.lead}")
        asked = {at for at, row in enumerate(self.origin[number]) if row in self.whole}
        if line.sort == SCALAR:
            out, sort = self.shortener.lines_left_out(values, asked), "line"
        else:
            out, sort = items_left_out(values, self.shares.blocks, asked), "item"
        indent = line.lead[: len(line.lead) - len(line.lead.lstrip())]
        left = 0
        for place, value in enumerate([*values, None]):
            if place in out:
                left += 1
                continue
            if left:
                self.out.append(f"{indent}… {left} {sort if left == 1 else sort + 's'}")
                left = 0
            if value is not None:
                shown = self.shortener.value(value, asked=place in asked)
                self.out.append(literal(line.lead + shown))
                self.written += 1

    def _empties(self, number: int) -> int:
        """How many lines from this one on have a key of their own and the same empty value."""
        first = self.lines[number]
        if first.item or not first.key:
            return 0
        indent = first.lead[: len(first.lead) - len(first.key)]
        at = number
        while at < len(self.lines) and at not in self.owner:
            line = self.lines[at]
            if (
                line.sort != PLAIN
                or line.item
                or not line.key
                or line.value != first.value
                or line.lead != indent + line.key
            ):
                break
            at += 1
        return at - number
