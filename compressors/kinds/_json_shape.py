"""What rows have in common: nested objects and arrays, down to the leaves that vary."""

from __future__ import annotations

from typing import Final, TypeAlias

import msgspec


class Missing:
    """Stands where a row has no such name."""

    __slots__ = ()


MISSING: Final = Missing()


class Affix(msgspec.Struct, frozen=True):
    """What every value of a column of strings has around what varies.

    ``source``: the path of the column that what varies is the text of; None where a cell
    holds it. ``whole``: the column is the same as its source, cell by cell.
    """

    before: str = ""
    after: str = ""
    source: str | None = None
    whole: bool = False


class Leaf(msgspec.Struct):
    """A value in every row. ``constant``: its JSON text where all rows have the same.

    ``optional``: some rows have no such name; ``key``: it repeats the row's key in the map.
    ``affix`` is set once all columns are known.
    """

    constant: str | None = None
    optional: bool = False
    key: bool = False
    affix: Affix | None = None

    @property
    def celled(self) -> bool:
        """Whether rows have a cell for it."""
        derived = self.affix is not None and self.affix.source is not None
        return self.constant is None and not self.key and not derived


class Fields(msgspec.Struct, frozen=True):
    """An object with these names in this order.

    ``loose``: some rows have something else there, which its first cell then holds.
    """

    names: tuple[str, ...]
    members: tuple[Shape, ...]
    loose: bool = False


class Items(msgspec.Struct, frozen=True):
    """An array with this many items."""

    members: tuple[Shape, ...]


class Many(msgspec.Struct, frozen=True):
    """An array of any number of objects of one shape: one cell, a JSON array of arrays.

    Each object is the array of its leaves, or the one leaf it has; what is of another shape
    stands as it is. ``optional``: some rows have no such name.
    """

    member: Fields
    optional: bool = False


Shape: TypeAlias = Leaf | Fields | Items | Many


def width(shape: Shape) -> int:
    """How many cells a shape has."""
    if isinstance(shape, Leaf):
        return shape.celled
    if isinstance(shape, Many):
        return 1
    return sum([width(member) for member in shape.members])


def looseness(shape: Shape) -> int:
    """How many objects that rows may have something else for begin with one same cell.

    The outermost of these has that many signs before what stands in its place.
    """
    if isinstance(shape, Fields | Items):
        first = next((member for member in shape.members if width(member)), None)
        inner = 0 if first is None else looseness(first)
        return inner + (isinstance(shape, Fields) and shape.loose)
    return 0
