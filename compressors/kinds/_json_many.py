"""Arrays of like objects inside rows, without the names that all the objects have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from compressors.kinds._json_shape import Fields, Leaf, Many, Shape
from compressors.kinds._json_text import Literal, Value, dump

_FEWEST = 3
_DEEPEST = 4
_EXACT = frozenset({str, int, bool, type(None)})


def packed(values: Sequence[Value], depth: int = 0) -> tuple[Fields, list[Value]] | None:
    """What the objects in arrays have in common, and the arrays with what is left of them.

    None where most of what is in the arrays is not of one form. Values that are no arrays
    stay as they are.
    """
    lists = [value for value in values if type(value) is list]
    pool = [item for items in lists for item in items]
    if len(pool) < _FEWEST or depth > _DEEPEST:
        return None
    forms: Counter[object] = Counter(
        [tuple(item) if type(item) is dict else type(item) for item in pool]
    )
    names, times = forms.most_common(1)[0]
    if not isinstance(names, tuple) or not names or 5 * times < 3 * len(pool):
        return None
    leaves: list[Sequence[Value]] = []
    fitting = (
        pool
        if times == len(pool)
        else [item for item in pool if type(item) is dict and tuple(item) == names]
    )
    shape = _fields(fitting, names, leaves, depth)
    if not _is_plain(forms, names, leaves):
        return None
    if len(leaves) == 1:
        rows = iter(leaves[0])
    else:
        rows = iter(list(map(list, zip(*leaves, strict=True))) if leaves else [[]] * times)
    changed = [
        [next(rows) if type(item) is dict and tuple(item) == names else item for item in value]
        if type(value) is list
        else value
        for value in values
    ]
    return shape, changed


def _is_plain(
    forms: Counter[object], names: tuple[str, ...], leaves: Sequence[Sequence[Value]]
) -> bool:
    """Whether what is of another form cannot be taken for an object that fits."""
    if len(leaves) != 1:
        return list not in forms
    others = [one for one in forms if one != names]
    # Of a literal the text may be that of an object.
    kinds = set(map(type, leaves[0]))
    return all(type(one) is tuple for one in others) and not kinds & {dict, Literal}


def _fields(
    rows: Sequence[Value], names: tuple[str, ...], leaves: list[Sequence[Value]], depth: int
) -> Fields:
    members = [_member([row[name] for row in rows], leaves, depth) for name in names]
    return Fields(names, tuple(members))


def _member(values: Sequence[Value], leaves: list[Sequence[Value]], depth: int) -> Shape:
    kinds = set(map(type, values))
    if len(kinds) == 1 and _constant(values, next(iter(kinds))):
        return Leaf(constant=dump(values[0]))
    if kinds == {dict} and depth < _DEEPEST:
        names = tuple(values[0])
        if names and all(tuple(value) == names for value in values):
            inner: list[Sequence[Value]] = []
            shape = _fields(values, names, inner, depth + 1)
            leaves.extend(inner)
            return shape
    if list in kinds and (found := packed(values, depth + 1)) is not None:
        leaves.append(found[1])
        return Many(found[0])
    leaves.append(values)
    return Leaf()


def _constant(values: Sequence[Value], kind: type) -> bool:
    if kind in _EXACT:
        return values.count(values[0]) == len(values)
    first = dump(values[0])
    return dump(values[-1]) == first and all(dump(value) == first for value in values)
