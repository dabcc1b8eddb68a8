"""The BFCL solver: the recorded calls, built from the function documents left and checked.

It credits evidence only, and checks a call as the benchmark's own checker does: the function
is documented, every argument given is documented with a type, every required one is given,
and one of the accepted values fits type and enumeration. A document that lost its name, one
needed parameter, that parameter's type or the list of required ones builds no call.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence

from pipelines.replays.tasks import Call

OMITTED = ""
"""Among accepted values: the argument may be left out."""


class UnreadableCallError(ValueError):
    """A recorded call that is no function call with literal arguments."""


def parse_call(source: str) -> Call:
    """The call written as source, such as ``mkdir(dir_name='temp')``.

    Positional arguments are kept under ``"0"``, ``"1"``, … until `name_arguments` names them.

    Raises:
        UnreadableCallError: it is no single call, or an argument is no literal.
    """
    try:
        node = ast.parse(source.strip(), mode="eval").body
        if not isinstance(node, ast.Call):
            raise UnreadableCallError(source)
        arguments = {str(index): ast.literal_eval(value) for index, value in enumerate(node.args)}
        for keyword in node.keywords:
            if keyword.arg is None:
                raise UnreadableCallError(source)
            arguments[keyword.arg] = ast.literal_eval(keyword.value)
        return Call(ast.unparse(node.func), {name: (value,) for name, value in arguments.items()})
    except (SyntaxError, ValueError, TypeError) as error:
        raise UnreadableCallError(source) from error


def name_arguments(call: Call, parameters: Sequence[str]) -> Call:
    """``call`` with positional arguments named in the order of ``parameters``.

    Raises:
        UnreadableCallError: there are more arguments than parameters.
    """
    named: dict[str, tuple[object, ...]] = {}
    for name, values in call.arguments.items():
        if name.isdigit():
            if int(name) >= len(parameters):
                raise UnreadableCallError(call.function)
            named[parameters[int(name)]] = values
        else:
            named[name] = values
    return Call(call.function, named)


def solve(documents: Sequence[Mapping[str, object]], *, calls: Sequence[Call]) -> bool:
    """Whether every one of ``calls`` can be built from the ``documents`` left.

    Args:
        documents: mappings with ``name`` and ``parameters``, as far as they are left.
        calls: what was recorded; none at all is not solvable.
    """
    by_name = {document.get("name"): document for document in documents}
    return bool(calls) and all(
        (document := by_name.get(call.function)) is not None and buildable(call, document)
        for call in calls
    )


def buildable(call: Call, document: Mapping[str, object]) -> bool:
    """Whether ``call`` can be built from its function's ``document`` and holds against it."""
    schema = document.get("parameters")
    if not isinstance(schema, Mapping):
        return False
    properties, required = schema.get("properties"), schema.get("required")
    if not isinstance(properties, Mapping) or not isinstance(required, list):
        return False
    given = {name: values for name, values in call.arguments.items() if OMITTED not in values}
    # An argument that may be left out is given all the same where the document requires it.
    for name in required:
        if name not in given:
            values = tuple(v for v in call.arguments.get(name, ()) if v != OMITTED)
            if not values:
                return False
            given[name] = values
    return all(_accepts(properties.get(name), values) for name, values in given.items())


def _accepts(parameter: object, values: Sequence[object]) -> bool:
    if not isinstance(parameter, Mapping):
        return False
    kind = parameter.get("type")
    if not isinstance(kind, str):
        return False
    choices = parameter.get("enum")
    return any(
        _fits(kind, value) and (not isinstance(choices, list) or _listed(value, choices))
        for value in values
    )


def _listed(value: object, choices: Sequence[object]) -> bool:
    return all(item in choices for item in value) if isinstance(value, list) else value in choices


# Types as Python, Java and JavaScript documents of the benchmark name them. Values of the
# latter two are recorded as the literals they are written as, so text fits any of theirs.
_NUMBERS = frozenset({"integer", "int", "long", "short", "byte", "bigint"})
_DECIMALS = frozenset({"float", "double", "number"})
_LISTS = frozenset({"array", "tuple", "list", "arraylist", "set", "queue", "stack"})
_MAPPINGS = frozenset({"dict", "object", "hashmap", "hashtable", "map"})
_TEXTS = frozenset({"string", "char", "character", "str"})
_FOREIGN = frozenset(
    {"long", "short", "byte", "bigint", "double", "arraylist", "set", "queue", "stack",
     "hashmap", "hashtable", "map", "char", "any"}
)  # fmt: skip


def _fits(kind: str, value: object) -> bool:
    name = kind.lower()
    if name == "any" or (isinstance(value, str) and (name in _FOREIGN or kind != name)):
        return True
    if isinstance(value, bool):
        return name in {"boolean", "bool"}
    if isinstance(value, str):
        return name in _TEXTS
    if isinstance(value, int):
        return name in _NUMBERS or name in _DECIMALS
    if isinstance(value, float):
        return name in _DECIMALS
    if isinstance(value, list | tuple):
        return name in _LISTS
    return isinstance(value, Mapping) and name in _MAPPINGS
