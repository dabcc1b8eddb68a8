"""What of a syntax tree can be left out: its pieces, and the rows that stay in any case."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from enum import IntEnum

from compressors.kinds._code_tree import Block, Tree, Unit

_PIECE, _LARGE = 8, 12
_CONSTANT_ROWS, _FEW_CONSTANTS = 3, 40
_MEMBER_ROWS, _FEW_MEMBERS = 6, 60
# So many names of a whole text stay, and of one of them so many characters.
_FEW_NAMED, _LONG_NAMED = 200, 240
_TAIL, _FIRST_TAIL = 3, 4
_ELEMENTS = 6
_LINE_COMMENT = ("//", "#")
_LETTERS = re.compile(r"\w")
# Blocks that hold statements where no function is around them: anything else is a type.
_STATEMENTS = frozenset(
    (
        *("module", "block", "program", "statement_block", "translation_unit", "source_file"),
        *("compound_statement", "statement_list", "case_statement", "declaration_list"),
        *("preproc_if", "preproc_ifdef", "preproc_elif", "preproc_else"),
    )
)


class Tier(IntEnum):
    """What is kept sooner: the lower, the longer it stays."""

    RELATED = 0
    NAMED = 1
    CALLED = 2
    SAID = 3
    BODY = 4
    EXPLAINED = 5
    ELEMENT = 6
    REMARK = 7


class Piece:
    """Rows ``start`` to ``end`` that are kept or left out together."""

    __slots__ = ("end", "function", "start", "tier")

    def __init__(self, start: int, end: int, tier: Tier, function: int) -> None:
        self.start = start
        self.end = end
        self.tier = tier
        self.function = function

    @property
    def rows(self) -> int:
        """How many rows it is."""
        return self.end - self.start + 1


class Doc:
    """A docstring or a run of comments: what follows its first line can be left out."""

    __slots__ = ("end", "start", "string", "tail")

    def __init__(self, start: int, end: int, rows: Sequence[str], *, string: bool) -> None:
        self.start = start
        self.end = end
        self.string = string
        first = start
        while first < end and not _LETTERS.search(rows[first]):
            first += 1
        last = end - 1 if string or "*/" in rows[end] else end
        self.tail = range(first + 1, last + 1)


class Pieces:
    """All pieces of a tree, and what is no piece.

    Attributes:
        pieces: in the order of the text.
        docs: docstrings and comments with a tail worth a look, by their first row.
        stays: rows that always stay, whatever the query.
        lists: of each long run of alike short units, their first and last rows.
    """

    def __init__(self, tree: Tree, rows: Sequence[str]) -> None:
        self.tree = tree
        self.pieces: list[Piece] = []
        self.docs: dict[int, Doc] = {}
        self.stays: set[int] = set()
        self.lists: list[list[tuple[int, int]]] = []
        self._rows = rows
        self._grouped: dict[int, list[Unit]] = {}
        self._named: list[tuple[list[Unit], int]] = []
        self._heads = frozenset(tree.grammar.heads)
        self._constants = frozenset(tree.grammar.constants)
        pending = tree.blocks[:1]
        while pending:
            block = pending.pop()
            pending.extend(self._outer(block) if block.outer else self._inner(block))
        number = sum(len(named) for named, _ in self._named)
        for named, few in self._named:
            self._keep_named(named, few=few, many=number > _FEW_NAMED)
        self.stays |= _defaults(tree)
        self.pieces.sort(key=lambda piece: piece.start)

    def grouped(self, block: Block) -> list[Unit]:
        """The units of ``block``, runs of comments as one, with their docs made."""
        known = self._grouped.get(id(block))
        if known is not None:
            return known
        grouped: list[Unit] = []
        units = self.tree.units(block)
        first = next((unit for unit in units if not unit.kind.endswith("comment")), None)
        for unit in units:
            comment = unit.kind.endswith("comment") and not unit.blocks
            last = grouped[-1] if grouped else None
            if comment and last and self._goes_on(last, unit):
                last.end = unit.end
                last.stuck = last.stuck or unit.stuck
                continue
            if comment:
                unit, kind = Unit("comments", unit.start, unit.end), unit
                unit.stuck = kind.stuck
            elif unit is first and unit.named == "string":
                unit.kind = "docstring"
            grouped.append(unit)
        for unit in grouped:
            if unit.kind in ("comments", "docstring") and unit.end - unit.start >= _TAIL:
                string = unit.kind == "docstring"
                self.docs[unit.start] = Doc(unit.start, unit.end, self._rows, string=string)
        self._grouped[id(block)] = grouped
        return grouped

    def _goes_on(self, last: Unit, unit: Unit) -> bool:
        """Whether two comments up to the ends of their lines are one remark."""
        return (
            last.kind == "comments"
            and unit.start == last.end + 1
            and self._rows[unit.start].lstrip().startswith(_LINE_COMMENT)
            and self._rows[last.end].lstrip().startswith(_LINE_COMMENT)
        )

    def _outer(self, block: Block) -> Iterator[Block]:
        """Sort the units of a block that no function is around."""
        statements = block.kind in _STATEMENTS
        units = self.grouped(block)
        named: list[Unit] = []
        run: list[Unit] = []
        for at, unit in enumerate(units):
            yield from unit.blocks
            if unit.kind in ("comments", "docstring"):
                follows = at + 1 < len(units) and units[at + 1].start == unit.end + 1
                self._say(unit, -1, said=unit.kind == "docstring" or (follows and at > 0))
                continue
            if unit.kind in self._heads or block.kind == "ERROR":
                rows = range(unit.start, unit.end + 1) if not unit.blocks else [unit.start]
                self.stays.update(rows)
            elif (
                unit.stuck
                or any(not inner.literal or not inner.outer for inner in unit.blocks)
                or (unit.blocks and unit.end - unit.start >= _LARGE)
            ):
                self.stays.add(unit.start)
            elif block.literal:
                run.append(unit)
                continue
            elif self._names(unit, statements=statements):
                named.append(unit)
            else:
                self._cut([unit], Tier.BODY, -1)
        self._named.append((named, _FEW_CONSTANTS if statements else _FEW_MEMBERS))
        self._elements(run, -1)

    def _names(self, unit: Unit, *, statements: bool) -> bool:
        rows = unit.end - unit.start + 1
        if not statements:
            return rows <= _MEMBER_ROWS
        if rows > _CONSTANT_ROWS:
            return False
        return unit.kind in self._constants or unit.named in self._constants

    def _keep_named(self, units: Sequence[Unit], *, few: int, many: bool) -> None:
        """Names, members and the like stay where there are few; else they are pieces.

        ``many`` says that there are many in the whole text.
        """
        if len(units) <= few and not many:
            short = [unit for unit in units if self._size(unit) <= _LONG_NAMED]
            for unit in short:
                self.stays.update(range(unit.start, unit.end + 1))
            self._cut([unit for unit in units if self._size(unit) > _LONG_NAMED], Tier.NAMED, -1)
            return
        ends = units[:2]
        if len(units) > few:
            self.lists.append([(unit.start, unit.end) for unit in units])
            ends = [*ends, units[-1]]
        for unit in ends:
            if len(units) > few or self._size(unit) <= _LONG_NAMED:
                self.stays.update(range(unit.start, unit.end + 1))
        self._cut(units, Tier.NAMED, -1)

    def _size(self, unit: Unit) -> int:
        return sum(map(len, self._rows[unit.start : unit.end + 1]))

    def _inner(self, block: Block) -> Iterator[Block]:
        """Cut the units of a block within a function into pieces."""
        function = block.function
        units = self.grouped(block)
        if block.literal:
            self._elements(units, function)
            return
        run: list[Unit] = []
        for unit in units:
            if unit.kind == "docstring":
                self._say(unit, function, said=True)
            elif unit.stuck or (unit.blocks and unit.end - unit.start >= _LARGE):
                yield from unit.blocks
            else:
                run.append(unit)
        self._cut(run, Tier.BODY, function)

    def _elements(self, units: Sequence[Unit], function: int) -> None:
        """Elements of a literal: some of them stand for all."""
        free = [unit for unit in units if not unit.stuck]
        if len(free) >= _ELEMENTS:
            self.lists.append([(unit.start, unit.end) for unit in free])
        self._cut(free, Tier.ELEMENT, function)

    def _cut(self, units: Iterable[Unit], tier: Tier, function: int) -> None:
        """Pieces of neighbouring units, none longer than a few rows if units allow."""
        last: Piece | None = None
        for unit in units:
            if unit.stuck:
                continue
            remark = unit.kind == "comments"
            at = Tier.REMARK if remark and tier is Tier.BODY and unit.end - unit.start else tier
            if (
                last is not None
                and last.tier is at
                and unit.end - last.start < _PIECE
                and unit.start - last.end <= 2
            ):
                last.end = unit.end
            else:
                last = Piece(unit.start, unit.end, at, function)
                self.pieces.append(last)

    def _say(self, unit: Unit, function: int, *, said: bool) -> None:
        """Keep the first line of a docstring or comment; its tail is in pieces."""
        doc = self.docs.get(unit.start)
        if doc is None:
            self.stays.update(range(unit.start, unit.end + 1))
            return
        self.stays.update(range(unit.start, doc.tail.start))
        self.stays.update(range(doc.tail.stop, unit.end + 1))
        middle = min(doc.tail.start + _FIRST_TAIL, doc.tail.stop) if said else doc.tail.start
        for start, stop, tier in (
            (doc.tail.start, middle, Tier.SAID),
            (middle, doc.tail.stop, Tier.EXPLAINED if said else Tier.REMARK),
        ):
            for at in range(start, stop, _PIECE):
                end = min(stop, at + _PIECE) - 1
                self.pieces.append(Piece(at, end, tier, function))


def _defaults(tree: Tree) -> set[int]:
    """The rows of literals in signatures: values of parameters where none are given."""
    places = {id(block): at for at, block in enumerate(tree.blocks)}
    rows: set[int] = set()
    for function in tree.functions:
        if function.outer and function.body is not None:
            at = places[id(function.body)] - 1
            while at > 0 and tree.blocks[at].start >= function.start and tree.blocks[at].literal:
                rows.update(range(tree.blocks[at].start, tree.blocks[at].end + 1))
                at -= 1
    return rows
