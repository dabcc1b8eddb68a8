"""Blocks of a configuration that have one shape: the same keys below one another.

Two blocks are alike where all lines but the first agree in what leads up to their values,
indentation included, and so do the first ones or both begin with a key.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

from compressors.kinds._config_lines import BLANK, COMMENT, Line

# What leads up to a value, and where lines belong to it the number of what they have in common.
_Form = str | tuple[str, int]
# The lead of a block's first line, whether it ends with a key that does not count, and its body.
_Shape = tuple[str, bool, int]
_SMALLEST_GAIN = 24
_REFERENCE = 4
_PAIR = 300
_MOST_SHAPES = 2_000
_SHARED, _FEWEST_SHARED = 0.8, 4
_LONGEST_BLOCK = 2_000


class Group(NamedTuple):
    """Blocks of one shape: their first lines and how many lines each has.

    ``constants[line]`` is what all have there, or None where they differ; then
    ``columns[line]`` is what each has. ``keyed``: they begin with a key, which may differ.
    """

    starts: list[int]
    size: int
    keyed: bool
    constants: list[str | None]
    columns: list[list[str]]


def groups_of(lines: Sequence[Line], *, fewest: int) -> list[Group]:
    """The groups worth a definition, none overlapping, by what they may save; blocks in order."""
    shapes, ends = _shapes(lines)
    values = [line.value for line in lines]
    lengths = [0, *accumulate([len(line.lead) + len(line.value) for line in lines])]
    promising = []
    for (_, keyed, _), starts in shapes.items():
        if len(starts) < fewest:
            continue
        first = starts[0]
        size = ends[first] - first
        # No more than all of the blocks but one can be saved.
        most = (len(starts) - 1) * (lengths[first + size] - lengths[first] + size)
        if most >= _SMALLEST_GAIN:
            promising.append((-most, first, keyed, starts, size))
    promising.sort()
    taken = bytearray(len(lines))
    chosen = []
    for _, _, keyed, every, size in promising[:_MOST_SHAPES]:
        starts = [at for at in every if taken.find(1, at, at + size) < 0]
        if len(starts) < fewest:
            continue
        group = _shared(lines, values, starts, size, keyed=keyed)
        if _gain(lines, group) < _SMALLEST_GAIN:
            continue
        for at in group.starts:
            taken[at : at + size] = b"\x01" * size
        chosen.append(group)
    return chosen


def _shapes(lines: Sequence[Line]) -> tuple[dict[_Shape, list[int]], list[int]]:
    """The first lines of all blocks by shape, and for each line where what belongs to it ends."""
    shapes: dict[_Shape, list[int]] = {}
    ends = list(range(1, len(lines) + 1))
    bodies: dict[tuple[_Form, ...], int] = {}
    # The lines to which others belong: number, depth, and the forms of those that do directly.
    stack: list[tuple[int, int, list[_Form]]] = []
    waiting: list[int] = []
    # The line above, of which it is not known yet whether anything belongs to it.
    last, last_lead, last_depth = -1, "", -2

    def close(end: int) -> None:
        number, _, below = stack.pop()
        line = lines[number]
        ends[number] = end
        body = bodies.setdefault(tuple(below), len(bodies))
        if stack:
            stack[-1][2].append((line.lead, body))
        if end - number <= _LONGEST_BLOCK:
            keyed = bool(line.key) and not line.item
            head = line.lead[: len(line.lead) - len(line.key)] if keyed else line.lead
            shapes.setdefault((head, keyed, body), []).append(number)

    for number, (lead, value, depth, sort, item, key) in enumerate(lines):
        # A text of several lines may hold empty ones, which have no depth of their own.
        if sort in (BLANK, COMMENT) or not (depth or value or key or item):
            waiting.append(number)
            continue
        if depth > last_depth:
            if last >= 0:
                stack.append((last, last_depth, []))
        else:
            section = stack[0][0] if stack else last
            ours = _of_section(lines, section, waiting) if waiting else []
            if ours and not stack:
                stack.append((last, last_depth, []))
            elif stack:
                stack[-1][2].append(last_lead)
            end = last + 1
            while stack and stack[-1][1] >= depth:
                if ours and len(stack) == 1:
                    stack[0][2].extend([_alone(lines[at]) for at in ours])
                    del waiting[: len(ours)]
                    end += len(ours)
                close(end)
        if waiting:
            if stack:
                stack[-1][2].extend([_alone(lines[at]) for at in waiting])
            waiting.clear()
        last, last_lead, last_depth = number, lead, depth
    if stack:
        stack[-1][2].append(last_lead)
    while stack:
        close(last + 1)
    return shapes, ends


def _of_section(lines: Sequence[Line], number: int, waiting: Sequence[int]) -> list[int]:
    """Of the lines ``waiting`` below a section those up to an empty one, which belong to it."""
    if lines[number].value[:1] != "[":
        return []
    blanks = [place for place, at in enumerate(waiting) if lines[at].sort == BLANK]
    return list(waiting[: blanks[-1] + 1]) if blanks else []


def _alone(line: Line) -> str:
    """The form of a line to which nothing belongs and that sets nothing."""
    return line.value if line.sort == COMMENT else line.lead


def _shared(
    lines: Sequence[Line], values: Sequence[str], starts: list[int], size: int, *, keyed: bool
) -> Group:
    """The group without blocks that have another value where nearly all have one.

    Of a first line with a key all counts as its value.
    """
    columns = list(map(list, zip(*[values[at : at + size] for at in starts], strict=True)))
    if keyed:
        columns[0] = [lines[at].lead.lstrip() + values[at] for at in starts]
    count = len(starts)
    odd: set[int] = set()
    for column in columns if count >= _FEWEST_SHARED else ():
        value = column[0]
        times = column.count(value)
        if times == count:
            continue
        if _SHARED * count > times:
            value, times = Counter(column).most_common(1)[0]
        if _SHARED * count <= times:
            odd.update(place for place, other in enumerate(column) if other != value)
    if odd and 4 * len(odd) <= count:
        starts = [at for place, at in enumerate(starts) if place not in odd]
        columns = [
            [value for place, value in enumerate(column) if place not in odd] for column in columns
        ]
    constants = [
        column[0] if column.count(column[0]) == len(column) else None for column in columns
    ]
    return Group(starts, size, keyed, constants, columns)


def _gain(lines: Sequence[Line], group: Group) -> int:
    """About how many characters less the blocks take once their common lines stand once."""
    first = group.starts[0]
    shared = 0
    for offset, constant in enumerate(group.constants):
        line = lines[first + offset]
        shared += len(line.lead) + 1
        if constant is not None:
            shared += len(constant)
    count = len(group.starts)
    gain = (count - 1) * shared - (count + 2) * _REFERENCE
    # Of two blocks the second is read as quickly as a definition, unless they are long.
    return gain if count > 2 else gain - _PAIR
