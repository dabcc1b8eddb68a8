"""Whether a model's calls are right, as the checker of the Berkeley Function Calling Leaderboard.

Its rules (``ast_checker`` of bfcl_eval, Patil et al. 2025), on calls in JSON: as many calls as
recorded, in any order; the function's name; every required argument; no argument that is
unknown or not recorded; each value of the documented type, or of the type recorded; one of the
accepted values. Text is compared without case, blanks and ``,./-_*^``; a whole number passes for
a float. Java and JavaScript documents are read in the types that JSON has. Calls of several turns
are checked alike, by their recorded arguments, and not by what they would do.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import cast

import msgspec

from pipelines.replays.solvers.calls import OMITTED
from pipelines.replays.tasks import Call


class Given(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A call as a model wrote it."""

    name: str
    arguments: dict[str, object]


_LIKE = {
    str: ("string", "str", "char", "character", "any"),
    int: ("integer", "int", "long", "short", "byte", "bigint"),
    float: ("float", "double", "number"),
    bool: ("boolean", "bool"),
    list: ("array", "tuple", "list", "arraylist", "set", "queue", "stack"),
    dict: ("dict", "object", "hashmap", "hashtable", "map"),
}
_TYPES: Mapping[str, type] = {name: kind for kind, names in _LIKE.items() for name in names}
_LEFT_OUT = re.compile(r"[ ,./\-_*^]")


def right_calls(
    given: Sequence[Given],
    recorded: Sequence[Call],
    *,
    documents: Sequence[Mapping[str, object]],
) -> bool:
    """Whether ``given`` are the ``recorded`` calls, in any order, each once.

    Args:
        given: what the model wrote.
        recorded: the calls with their accepted values.
        documents: of the functions that are called, with ``name`` and ``parameters``.
    """
    if len(given) != len(recorded):
        return False
    by_name = {document.get("name"): document for document in documents}
    left = list(given)
    for call in recorded:
        document = by_name.get(call.function, {})
        found = next((each for each in left if _right(each, call, document)), None)
        if found is None:
            return False
        left.remove(found)
    return True


def _right(given: Given, recorded: Call, document: Mapping[str, object]) -> bool:
    schema = document.get("parameters")
    if given.name != recorded.function or not isinstance(schema, Mapping):
        return False
    properties, required = schema.get("properties"), schema.get("required")
    documented = properties if isinstance(properties, Mapping) else {}
    if not all(name in given.arguments for name in required or ()):
        return False
    if not all(
        name in given.arguments or OMITTED in values for name, values in recorded.arguments.items()
    ):
        return False
    return all(
        name in documented
        and name in recorded.arguments
        and _accepted(value, recorded.arguments[name], documented[name])
        for name, value in given.arguments.items()
    )


def _accepted(value: object, accepted: Sequence[object], parameter: object) -> bool:
    details = parameter if isinstance(parameter, Mapping) else {}
    expected = _TYPES.get(str(details.get("type")).lower())
    if expected is float and type(value) is int:
        value = float(value)
    # A value may also be of the type recorded, such as the name of a variable for a list.
    return any(
        (type(value) is expected or type(value) is type(each)) and _same(value, each)
        for each in accepted
    )


def _same(value: object, accepted: object) -> bool:
    """Whether ``value`` is ``accepted``; of a mapping, each key has a list of what is accepted."""
    if isinstance(value, bool) or isinstance(accepted, bool):
        return value is accepted
    if isinstance(value, str) and isinstance(accepted, str):
        return _plain(value) == _plain(accepted)
    if isinstance(value, list) and isinstance(accepted, list | tuple):
        return len(value) == len(accepted) and all(
            _same(one, other) for one, other in zip(value, accepted, strict=True)
        )
    if isinstance(value, dict) and isinstance(accepted, dict):
        return _same_mapping(cast("dict[str, object]", value), accepted)
    return value == accepted


def _same_mapping(value: Mapping[str, object], accepted: Mapping[str, object]) -> bool:
    choices = {
        key: [each, *each] if isinstance(each, list) else [each] for key, each in accepted.items()
    }
    return all(
        key in choices and any(_same(each, choice) for choice in choices[key])
        for key, each in value.items()
    ) and all(key in value or OMITTED in choices[key] for key in choices)


def _plain(text: str) -> str:
    return _LEFT_OUT.sub("", text).lower().replace("'", '"')
