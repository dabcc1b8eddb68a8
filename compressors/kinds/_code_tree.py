"""A syntax tree as rows: which blocks there are, and which of their rows stand alone.

A *unit* is what can be left out of a block as a whole: statements, members or elements
that share no row with anything else. A block is *outer* where no function is around it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import TYPE_CHECKING

from compressors.kinds._code_grammar import GRAMMARS, Grammar, load

if TYPE_CHECKING:
    from tree_sitter import Node

_ENDS = (b"", b",", b";")
# A function is as good as a file where most of it are this many functions.
_FEWEST_WITHIN, _SHARE_WITHIN = 3, 0.6
_DECLARATORS = 6
_WIDEST = 2000
# What is nothing without the unit that follows it.
_LEADING = ("attribute_item", "decorator")
# Types of nodes that are whole, though something around them could not be parsed.
_SOUND = ("comment", "_statement", "_definition", "declaration", "_item", "_include", "_def")


class Unit:
    """Rows ``start`` to ``end``, both included, of a block, and the blocks in them."""

    __slots__ = ("blocks", "end", "kind", "named", "start", "stuck")

    def __init__(self, kind: str, start: int, end: int) -> None:
        self.kind = kind
        self.start = start
        self.end = end
        self.blocks: list[Block] = []
        self.named = ""
        self.stuck = False


class Block:
    """Rows that hold units. ``function`` is the place of the function whose body this is in.

    ``begin`` and ``stop`` are its first byte and the one behind its last.
    """

    __slots__ = (
        *("begin", "children", "end", "function", "kind", "literal", "node", "outer"),
        *("start", "stop"),
    )

    def __init__(
        self, node: Node, extent: tuple[int, int], rows: tuple[int, int], *, literal: bool
    ) -> None:
        self.node = node
        self.kind = node.type
        self.literal = literal
        self.begin, self.stop = extent
        self.start, self.end = rows
        self.outer = True
        self.function = -1
        self.children: list[Block] = []


class Function:
    """A function: its name, empty where it has none, its rows and its body."""

    __slots__ = ("body", "end", "name", "outer", "start")

    def __init__(self, name: str, start: int, end: int) -> None:
        self.name = name
        self.start = start
        self.end = end
        self.body: Block | None = None
        self.outer = False


class Tree:
    """What a text's syntax tree says, in rows."""

    def __init__(self, language: str, rows: Sequence[str], numbers: Sequence[int]) -> None:
        """Parse ``rows``; ``numbers`` are their places in a text, -1 where they are not of it.

        ``errors`` counts the parts that could not be parsed, ``broken`` are their rows.
        """
        from tree_sitter import Parser, QueryCursor

        self.grammar: Grammar = GRAMMARS[language]
        loaded = load(language)
        self._data = "\n".join(rows).encode("utf-8", "replace")
        self._rows = self._data.split(b"\n")
        self.root = Parser(loaded.language).parse(self._data).root_node
        self.numbers = numbers
        broken, hopeless = _broken_nodes(self.root)
        self.errors = len({_extent(node) for node in broken})
        captures = {} if hopeless else QueryCursor(loaded.query).captures(self.root)
        self.raises = sorted({_extent(node) for node in captures.get("raise", [])})
        self.blocks = [] if hopeless else self._nest([*broken, *captures.get("block", [])])
        self.broken = self._broken(broken)
        self._units: dict[int, list[Unit]] = {}
        self.functions = self._functions(captures.get("function", []))

    def units(self, block: Block) -> list[Unit]:
        """The units of ``block``, in order."""
        found = self._units.get(id(block))
        if found is None:
            found = self._units[id(block)] = self._divide(block)
        return found

    def _nest(self, nodes: list[Node]) -> list[Block]:
        """Blocks in order, each among the children of the one around it.

        A literal of one row has nothing to leave out.
        """
        literals = self.grammar.literals
        order: list[tuple[int, int, int, Node, int, int]] = []
        for node in nodes:
            first, last = node.start_point.row, node.end_point.row
            if first != last or node.type not in literals:
                order.append((node.start_byte, -node.end_byte, len(order), node, first, last))
        order.sort()
        blocks: list[Block] = []
        around: list[Block] = []
        for begin, end, _, node, first, last in order:
            if blocks and node.id == blocks[-1].node.id:
                continue
            block = Block(node, (begin, -end), (first, last), literal=node.type in literals)
            while around and around[-1].stop < -end:
                around.pop()
            if around:
                around[-1].children.append(block)
            around.append(block)
            blocks.append(block)
        return blocks

    def _broken(self, nodes: list[Node]) -> set[int]:
        """The rows in parts that could not be parsed, but for blocks in them that could."""
        rows: set[int] = set()
        if not self.blocks:
            return set(range(len(self._rows)))
        for node in nodes:
            start, end = _extent(node)
            rows.update(range(start, end + 1))
        for node in nodes:
            for child in node.named_children:
                if child.type.endswith(_SOUND) and not child.has_error:
                    start, end = _extent(child)
                    rows.difference_update(range(start, end + 1))
        if rows:
            for block in self.blocks:
                if block.end - block.start > 1 and not block.node.has_error:
                    rows.difference_update(range(block.start + 1, block.end))
            rows = {row for row in rows if self._rows[row].strip()}
        return rows

    def _functions(self, nodes: list[Node]) -> list[Function]:
        """The functions in order; marks the blocks within them."""
        starts = [block.begin for block in self.blocks]
        functions = []
        for node in sorted(nodes, key=lambda node: (node.start_byte, -node.end_byte)):
            first, last = node.start_point.row, node.end_point.row
            if first == last:
                continue
            function = Function(_name(node), first, last)
            body = node.child_by_field_name("body")
            if body is not None:
                at = bisect_left(starts, body.start_byte)
                if at < len(starts) and self.blocks[at].stop <= body.end_byte:
                    function.body = self.blocks[at]
            functions.append(function)
        bodies = {id(f.body): at for at, f in enumerate(functions) if f.body is not None}
        heads = [function.start for function in functions]
        pending = [(block, True, -1) for block in self.blocks[:1]]
        while pending:
            block, outer, inside = pending.pop()
            at = bodies.get(id(block), -1)
            if at >= 0 and outer:
                functions[at].outer = True
                outer = self._like_a_file(functions[at], functions, heads)
                inside = -1 if outer else at
            block.outer, block.function = outer, inside
            pending.extend((child, outer, inside) for child in block.children)
        return functions

    def _like_a_file(
        self, function: Function, functions: Sequence[Function], heads: Sequence[int]
    ) -> bool:
        """Whether the body of ``function`` is mostly other functions."""
        if function.end - function.start < 10 * _FEWEST_WITHIN:
            return False
        rows = number = 0
        at, reached = bisect_left(heads, function.start + 1), function.start
        while at < len(functions) and functions[at].start < function.end:
            inner = functions[at]
            at += 1
            if inner.start > reached and inner.end > inner.start + 1:
                rows += inner.end - inner.start + 1
                number += 1
                reached = inner.end
        within = function.end - function.start
        return number >= _FEWEST_WITHIN and rows >= _SHARE_WITHIN * within

    def _divide(self, block: Block) -> list[Unit]:
        units: list[Unit] = []
        first = last = (0, 0)
        children = iter(block.children)
        inner = next(children, None)
        reached = -1
        for node in block.node.named_children:
            row, column = node.start_point
            end, behind = node.end_point
            if behind == 0 and end > row:
                end, behind = end - 1, -1
            kind = node.type
            if row <= reached or (units and units[-1].kind in _LEADING):
                unit = units[-1]
                if unit.kind == "comment" or unit.kind in _LEADING:
                    unit.kind = kind
                unit.end = max(unit.end, end)
            else:
                if units:
                    units[-1].stuck = self._shares(first, last)
                unit = Unit(kind, row, end)
                units.append(unit)
                first = (row, column)
            reached = unit.end
            last = (end, behind)
            if inner is not None and inner.start <= end:
                stop = node.end_byte
                while inner is not None and inner.begin < stop:
                    unit.blocks.append(inner)
                    inner = next(children, None)
            if (
                kind == "expression_statement"
                and not unit.named
                and (block.outer or len(units) == 1)
            ):
                inside = node.named_children
                unit.named = inside[0].type if inside else ""
        if units:
            units[-1].stuck = self._shares(first, last)
        return units

    def _shares(self, first: tuple[int, int], last: tuple[int, int]) -> bool:
        """Whether anything else stands before ``first`` or behind ``last`` on their rows."""
        before = self._rows[first[0]][: first[1]].strip()
        behind = b"" if last[1] < 0 else self._rows[last[0]][last[1] :].strip()
        return bool(before) or behind not in _ENDS or self.numbers[first[0]] < 0


def _extent(node: Node) -> tuple[int, int]:
    start, end = node.start_point, node.end_point
    return start.row, _stop(start.row, end.row, end.column)


def _stop(first: int, last: int, column: int) -> int:
    """The last row of a node; one that ends with a line end reaches into the next row."""
    return last - 1 if column == 0 and last > first else last


def _name(node: Node) -> str:
    """The name of a function, which in C stands within its declarators."""
    named = node.child_by_field_name("name")
    for _ in range(_DECLARATORS):
        if named is not None:
            break
        inner = node.child_by_field_name("declarator")
        if inner is None:
            return ""
        node = inner
        if node.type.endswith("identifier"):
            named = node
        elif node.type == "qualified_identifier":
            named = node.child_by_field_name("name")
    return named.text.decode("utf-8", "replace") if named is not None and named.text else ""


def errors_in(language: str, rows: Sequence[str]) -> int:
    """How many parts of ``rows`` could not be parsed."""
    from tree_sitter import Parser

    loaded = load(language)
    root = Parser(loaded.language).parse("\n".join(rows).encode("utf-8", "replace")).root_node
    return len({_extent(node) for node in _broken_nodes(root)[0]})


def _broken_nodes(root: Node) -> tuple[list[Node], bool]:
    """The nodes that could not be parsed, and whether one of them is beyond all bounds."""
    found: list[Node] = []
    hopeless = False
    pending = [root] if root.has_error else []
    while pending:
        node = pending.pop()
        if node.is_error or node.is_missing:
            found.append(node)
            # In these a query takes time by the square.
            hopeless = hopeless or node.child_count > _WIDEST
        if node.child_count:
            pending.extend(child for child in node.children if child.has_error)
    return found, hopeless
