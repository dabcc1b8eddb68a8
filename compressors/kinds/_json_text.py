"""JSON values that keep the spelling they had, read from a text and written again."""

from __future__ import annotations

import json
import re
from typing import Any, TypeAlias

import msgspec
import orjson

from compressors.kinds._json_style import Style, compacted, escape, escapes_of

Value: TypeAlias = Any  # a JSON value: None, bool, int, float, str, list, dict, Literal

_SURROGATE = re.compile("[\ud800-\udfff]")
_LONGEST_INTEGER = 18
_SPACE = " \t\r\n"


class Literal(str):
    """A JSON text that stands for itself: what a parsed value could not be spelled as again.

    Numbers in another than the shortest spelling, NaN, objects with a name twice, strings
    with half a surrogate pair.
    """

    __slots__ = ()


class NotWritable(ValueError):
    """A value is nested too deeply to be written."""


def dump(value: Value) -> str:
    """The compact JSON text of ``value``; its literals as they are.

    Raises:
        NotWritable: the value is nested more than 250 levels deep.
    """
    try:
        return orjson.dumps(
            value, default=_fragment, option=orjson.OPT_PASSTHROUGH_SUBCLASS
        ).decode()
    except (TypeError, RecursionError) as error:
        raise NotWritable(str(error)) from None


def _fragment(literal: Value) -> orjson.Fragment:
    if isinstance(literal, Literal):
        return orjson.Fragment(str(literal))
    raise TypeError(type(literal).__name__)


class Exact(msgspec.Struct, frozen=True):
    """Values that keep their spelling, and the style of the text: None if it has none."""

    value: Value
    style: Style | None


def parse(text: str) -> Value | None:
    """The value of a JSON document, numbers perhaps rounded; None where it is none.

    ``null`` gives ``Literal("null")``, so that None is left for what is no JSON.
    """
    try:
        value = orjson.loads(text)
    except ValueError:
        try:
            value = json.loads(text, parse_int=_integer)
        except (ValueError, RecursionError):
            return None
    return Literal("null") if value is None else value


def reread(text: str) -> Value:
    """The exact value of a compact text that this module wrote.

    Raises:
        ValueError: it is no JSON.
    """
    try:
        value = orjson.loads(text)
        if orjson.dumps(value).decode() == text:
            return value
    except (ValueError, TypeError):
        pass
    return _tame(_DECODER.decode(text))[0]


def exactly(text: str, value: Value) -> Exact:
    """The exact reading of a document, given what :func:`parse` read.

    Raises:
        NotWritable: the document is nested too deeply.
    """
    text, returns = _without_returns(text)
    body = text.strip(_SPACE)
    exact = _read([body], [value])
    start = len(text) - len(text.lstrip(_SPACE))
    style = exact.style and msgspec.structs.replace(
        exact.style, returns=returns, before=text[:start], after=text[start + len(body) :]
    )
    return Exact(exact.value[0], style)


def exactly_lines(text: str, values: list[Value]) -> Exact:
    """The same of documents one a line: the values are a list."""
    text, returns = _without_returns(text)
    body = text.rstrip(_SPACE)
    rows = body.split("\n")
    exact = _read([row for row in rows if row.strip()], values)
    if exact.style is None or len(rows) != len(exact.value):
        return Exact(exact.value, None)
    after = text[len(body) :]
    return Exact(
        exact.value, msgspec.structs.replace(exact.style, lines=True, returns=returns, after=after)
    )


def _without_returns(text: str) -> tuple[str, bool]:
    """A text without the carriage returns before its line ends, if all of these have one."""
    ends = text.count("\r\n")
    if not ends or ends != text.count("\n") or ends != text.count("\r"):
        return text, False
    return text.replace("\r\n", "\n"), True


def _read(rows: list[str], values: list[Value]) -> Exact:
    """The values of documents with their spelling, and the style that they all have."""
    compact, spacing = compacted(rows)
    whole = "[" + ",".join(compact) + "]"
    escapes = escapes_of(whole)
    try:
        if escape(orjson.dumps(values).decode(), escapes) == whole:
            return Exact(values, Style(spacing, escapes) if spacing else None)
    except (TypeError, RecursionError):
        pass
    try:
        values = _DECODER.decode(whole)
    except (ValueError, RecursionError) as error:
        raise NotWritable(str(error)) from None
    values, written = _tame(values)
    regular = spacing is not None and escape(written, escapes) == whole
    return Exact(values, Style(spacing, escapes) if spacing and regular else None)


def _integer(text: str) -> Value:
    if len(text) <= _LONGEST_INTEGER and text != "-0":
        return int(text)
    return Literal(text)


def _object(pairs: list[tuple[str, Value]]) -> Value:
    """An object; where a name stands twice, its literal text."""
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    return Literal("{" + ",".join([f"{_tame(k)[1]}:{_tame(v)[1]}" for k, v in pairs]) + "}")


_DECODER = json.JSONDecoder(
    parse_float=Literal, parse_int=_integer, parse_constant=Literal, object_pairs_hook=_object
)


def _tame(value: Value) -> tuple[Value, str]:
    """``value`` and its text; strings with half a surrogate pair become literals."""
    try:
        return value, dump(value)
    except NotWritable:
        tamed = _without_halves(value, 0)
        return tamed, dump(tamed)


def _without_halves(value: Value, depth: int) -> Value:
    if depth > 250:
        raise NotWritable("nested too deeply")
    if type(value) is str and _SURROGATE.search(value):
        return Literal(_SURROGATE.sub(_half, json.dumps(value, ensure_ascii=False)))
    if type(value) is list:
        return [_without_halves(item, depth + 1) for item in value]
    if type(value) is dict:
        pairs = [
            (_without_halves(name, depth), _without_halves(item, depth + 1))
            for name, item in value.items()
        ]
        if all(type(name) is str for name, _ in pairs):
            return dict(pairs)
        return Literal("{" + ",".join([f"{dump(name)}:{dump(item)}" for name, item in pairs]) + "}")
    return value


def _half(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"
