"""Blocks that stand for things of one sort: items of a list, sections or keys with like bodies.

Unlike blocks of one shape these need not agree line by line: it is enough that most of the
keys directly within them are the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from compressors.kinds._config_lines import BLANK, COMMENT, PLAIN, Line

_FEWEST = 3
_MOST_SORTS, _MOST_GROUPS = 64, 32
_ALIKE = 0.5
_MARKS = " \t\"':=-"
_WHOLE = -1


class Block(NamedTuple):
    """A block: its lines are those from ``start`` up to ``end``, which is the one behind it.

    ``above`` is the first of the comments right above it. ``name`` is its key, the last part
    of its section's name, or the first value of an item.
    """

    above: int
    start: int
    end: int
    name: str


def siblings(lines: Sequence[Line]) -> list[list[Block]]:
    """The groups of three blocks or more that are alike and belong to the same line.

    The outermost ones only: what is within a block of a group is in no other. Of very many
    groups the largest.
    """
    tree = _Tree(lines)
    groups: list[list[Block]] = []
    pending = [(_WHOLE, len(lines))] if tree.inner else []
    while pending:
        outer, end = pending.pop()
        nodes = tree.inner[outer]
        ends = dict(zip(nodes, [*nodes[1:], end], strict=True))
        groups.extend(
            [tree.block(member, ends.pop(member)) for member in members]
            for members in tree.sorts(nodes)
        )
        pending.extend([pair for pair in ends.items() if pair[0] in tree.inner])
    if len(groups) > _MOST_GROUPS:
        groups.sort(key=lambda group: sum([block.start - block.end for block in group]))
        del groups[_MOST_GROUPS:]
    return groups


class _Tree:
    """Which lines belong to which: ``inner`` are those directly within one, or the whole."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self.lines = lines
        self.inner: dict[int, list[int]] = {}
        # What the names of sections within a section begin with.
        self.prefixes: dict[int, str] = {}
        stack = [(_WHOLE, -2)]
        for number, line in enumerate(lines):
            section = is_section(line)
            if line.sort != PLAIN or not (line.key or line.item or section):
                continue
            if section:
                name = _section(line)
                while stack[-1][1] > 0 or not name.startswith(self.prefixes.get(stack[-1][0], "")):
                    stack.pop()
                self.prefixes[number] = name + "."
            else:
                while stack[-1][1] >= line.depth:
                    stack.pop()
            self.inner.setdefault(stack[-1][0], []).append(number)
            stack.append((number, line.depth))

    def sorts(self, nodes: Sequence[int]) -> Iterator[list[int]]:
        """Lines by what belongs to them: those with like keys together, where these are enough."""
        sorts: list[tuple[frozenset[str], list[int]]] = []
        known: dict[tuple[str, ...], int | None] = {}
        for node in nodes:
            if node not in self.inner and not (self.lines[node].item and self.lines[node].key):
                continue
            names = self._names(node)
            if names not in known:
                known[names] = self._sort(frozenset(map(_first_part, names)), sorts)
            at = known[names]
            if at is not None:
                sorts[at][1].append(node)
        return (members for _, members in sorts if len(members) >= _FEWEST)

    def _names(self, node: int) -> tuple[str, ...]:
        """What is set directly within a block, by names as they are written."""
        lines = self.lines
        line = lines[node]
        inner = self.inner.get(node, ())
        names = [line.key] if line.item and line.key else []
        names += [lines[at].key for at in inner]
        if node in self.prefixes:
            prefix = len(self.prefixes[node])
            names += [_section(lines[at])[prefix:] for at in inner if at in self.prefixes]
        return tuple(names)

    def _sort(
        self, keys: frozenset[str], sorts: list[tuple[frozenset[str], list[int]]]
    ) -> int | None:
        """The number of the sort with such keys, perhaps a new one; None where these are many."""
        for number, (others, _) in enumerate(sorts):
            if _alike(keys, others):
                return number
        if len(sorts) == _MOST_SORTS:
            return None
        sorts.append((keys, []))
        return len(sorts) - 1

    def block(self, node: int, end: int) -> Block:
        """The block that begins at a line and goes no further than ``end``."""
        lines = self.lines
        while end > node + 1 and lines[end - 1].sort in (BLANK, COMMENT):
            end -= 1
        above = node
        while above and lines[above - 1].sort == COMMENT:
            above -= 1
        line = lines[node]
        if is_section(line):
            name = _section(line).rpartition(".")[2]
        else:
            name = line.value if line.item else line.key
        return Block(above, node, end, name.strip(_MARKS))


def is_section(line: Line) -> bool:
    """Whether a line is the head of a section."""
    return line.value[:1] == "[" and not line.key and line.depth == 0


def _section(line: Line) -> str:
    return line.value.partition("#")[0].strip("[] \t")


def _first_part(name: str) -> str:
    """A name up to its first dot."""
    return name.strip(_MARKS).partition(".")[0]


def _alike(keys: frozenset[str], others: frozenset[str]) -> bool:
    return len(keys & others) >= _ALIKE * len(keys | others)
