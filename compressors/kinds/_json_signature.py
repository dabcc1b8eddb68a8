"""The digest of a document's shape: the one that Headroom keeps its JSON history under.

For an array: of the first five items the objects, of these the names at the top with the
type of each, sorted by code point, as ``[[name, type], ...]`` in Python's default JSON; of
that SHA-256, the first 24 hex digits. ``[]`` is the digest of ``empty``.

An object is reduced to an array, in this order:

1. a map stands for its values: all are objects, three in five or more have the same names,
   and the object has five names or more, or a digit in each;
2. where one member alone is an array of objects, or a map, it stands for the whole;
3. where no member is, but one alone is an object that leads to such an array or map, that
   one stands for the whole, three levels down at most;
4. any other object stands for itself, as the only item of an array.

Documents one a line are an array. Other values have the digest of their type.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence

from compressors.kinds._json_text import Literal, Value

_ITEMS = 5
_DEEPEST = 3
_ORDER = ("object", "array", "string", "numeric", "boolean")


def signature_of(value: Value) -> str:
    """24 hex digits for a parsed document, by the rules of this module."""
    if isinstance(value, list):
        return _digest(value)
    if isinstance(value, dict):
        items = _standing_for(value, 0)
        return _digest([value] if items is None else items)
    return _hashed(f"scalar {_type(value)}")


def _digest(items: Sequence[Value]) -> str:
    if not items:
        return _hashed("empty")
    types: dict[str, set[str]] = {}
    for item in items[:_ITEMS]:
        if isinstance(item, dict):
            for name, value in item.items():
                types.setdefault(name, set()).add(_type(value))
    pairs = [[name, _strongest(types[name])] for name in sorted(types)]
    return _hashed(json.dumps(pairs))


def _hashed(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:24]


def _type(value: Value) -> str:
    if value is None or (isinstance(value, Literal) and value == "null"):
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float | Literal):
        return "numeric"
    return "string" if isinstance(value, str) else "array" if isinstance(value, list) else "object"


def _strongest(types: set[str]) -> str:
    return next((kind for kind in _ORDER if kind in types), "null")


def _standing_for(members: dict[str, Value], depth: int) -> list[Value] | None:
    """The items that an object is reduced to; None where it stands for itself."""
    if _is_map(members):
        return list(members.values())
    arrays = [items for value in members.values() if (items := _rows(value)) is not None]
    if len(arrays) == 1:
        return arrays[0]
    if arrays or depth == _DEEPEST:
        return None
    inner = [
        items
        for value in members.values()
        if isinstance(value, dict) and (items := _standing_for(value, depth + 1)) is not None
    ]
    return inner[0] if len(inner) == 1 else None


def _rows(value: Value) -> list[Value] | None:
    """The items of an array of objects, or the values of a map."""
    if isinstance(value, list):
        return value if any(isinstance(item, dict) for item in value[:_ITEMS]) else None
    if isinstance(value, dict) and _is_map(value):
        return list(value.values())
    return None


def _is_map(members: dict[str, Value]) -> bool:
    if not members or not all(isinstance(value, dict) for value in members.values()):
        return False
    forms = Counter([frozenset(value) for value in members.values()])
    if 5 * max(forms.values()) < 3 * len(members):
        return False
    return len(members) >= _ITEMS or all(any(char.isdigit() for char in name) for name in members)
