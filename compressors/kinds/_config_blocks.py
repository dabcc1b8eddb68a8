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

_NONE: list[int] = []
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
    children, ends = _tree(lines)
    values = [line.value for line in lines]
    lengths = [0, *accumulate([len(line.lead) + len(line.value) for line in lines])]
    promising = []
    for (_, keyed, _), starts in _shapes(lines, children, ends).items():
        first = starts[0]
        size = ends[first] - first
        # No more than all of the blocks but one can be saved.
        most = (len(starts) - 1) * (lengths[first + size] - lengths[first] + size)
        if len(starts) >= fewest and most >= _SMALLEST_GAIN:
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


def _tree(lines: Sequence[Line]) -> tuple[list[list[int]], list[int]]:
    """What belongs to each line directly, and where what belongs to it at all ends."""
    children: list[list[int]] = [_NONE] * len(lines)
    ends = list(range(1, len(lines) + 1))
    stack: list[int] = []
    depths: list[int] = []
    waiting: list[int] = []
    last = -1
    for number, line in enumerate(lines):
        if line.sort in (BLANK, COMMENT):
            waiting.append(number)
            continue
        depth = line.depth
        # A text of several lines may hold empty ones, which have no depth of their own.
        if depth == 0 and not line.value and not line.key and not line.item:
            waiting.append(number)
            continue
        while depths and depths[-1] >= depth:
            if waiting and len(stack) == 1 and lines[stack[0]].value[:1] == "[":
                # What stands below a section up to an empty line belongs to it.
                blanks = [at for at, other in enumerate(waiting) if lines[other].sort == BLANK]
                ours = waiting[: blanks[-1] + 1] if blanks else []
                children[stack[0]] = [*children[stack[0]], *ours]
                del waiting[: len(ours)]
                last += len(ours)
            ends[stack.pop()] = last + 1
            depths.pop()
        if stack:
            above = stack[-1]
            if children[above] is _NONE:
                children[above] = []
            if waiting:
                children[above].extend(waiting)
            children[above].append(number)
        if waiting:
            waiting.clear()
        stack.append(number)
        depths.append(depth)
        last = number
    for number in stack:
        ends[number] = last + 1
    return children, ends


def _shapes(
    lines: Sequence[Line], children: Sequence[Sequence[int]], ends: Sequence[int]
) -> dict[tuple[str, bool, int], list[int]]:
    """The first lines of all blocks by shape: their own lead or indentation, and the rest."""
    known: dict[tuple[object, ...], int] = {}
    leaves: dict[str, int] = {}
    exact = [0] * len(lines)
    bodies = [0] * len(lines)
    for number in range(len(lines) - 1, -1, -1):
        line = lines[number]
        below = children[number]
        if below:
            body = known.setdefault(tuple([exact[child] for child in below]), len(known) + 1)
            bodies[number] = body
            exact[number] = known.setdefault((line.lead, body), len(known) + 1)
        else:
            lead = line.value if line.sort == COMMENT else line.lead
            exact[number] = leaves.setdefault(lead, -len(leaves) - 1)
    shapes: dict[tuple[str, bool, int], list[int]] = {}
    for number, body in enumerate(bodies):
        if body and ends[number] - number <= _LONGEST_BLOCK:
            line = lines[number]
            keyed = bool(line.key) and not line.item
            head = line.lead[: len(line.lead) - len(line.key)] if keyed else line.lead
            shapes.setdefault((head, keyed, body), []).append(number)
    return shapes


def _shared(
    lines: Sequence[Line], values: Sequence[str], starts: list[int], size: int, *, keyed: bool
) -> Group:
    """The group without blocks that have another value where nearly all have one.

    Of a first line with a key all counts as its value.
    """
    columns = [[values[at + offset] for at in starts] for offset in range(size)]
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
