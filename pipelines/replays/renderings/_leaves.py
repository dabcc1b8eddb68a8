"""What renderings share: values as text, nested fields as lines, and values that were shortened.

A nested field is written as its leaves, each under its whole path, so that a leaf tells by
itself where it belongs, whatever happened to the others.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping

import orjson

from pipelines.replays.renderings.base import Fields

Path = tuple[str, ...]

_MARKER = "[toin: "

PATH = r'(?:[\w-]+|"(?:[^"\\]|\\.)*+")(?:\.(?:[\w-]+|"(?:[^"\\]|\\.)*+"))*+'
"""A path as :func:`dotted` writes it, as an expression."""

_STEP = re.compile(r'[\w-]+|"(?:[^"\\]|\\.)*+"')
_PLAIN_STEP = re.compile(r"[\w-]+")
_CUT = re.compile(r"…\([\d,]+ characters\)…|…\[\d+\]…|…$")
# A number next to a cut may be half of one, and a word half of what it says.
_AROUND_CUT = re.compile(rf"(?:\S+\s*)?(?:{_CUT.pattern})(?:\s*\S+)?")
_MAY_BE_JSON = re.compile(r'[-\d"{\[]|(?:true|false|null)$')
_DECODER = json.JSONDecoder()
# What ends a line for one reader or another.
_BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_SIGNS = {escape[1]: sign for sign, escape in _NAMED.items()}
_ESCAPE = re.compile(r"\\(?:u([0-9a-f]{4})|(.))")


def without_marker(text: str) -> tuple[str, bool]:
    """``text`` without the line in which the engine says what it left out, and whether it had one.

    Where it had none, nothing in it is shortened: it is an answer, a part of one that something
    else cut, or what leads back to one.
    """
    at = text.rfind("\n") + 1
    return (text[:at], True) if text.startswith(_MARKER, at) else (text, False)


def quoted(value: object) -> str:
    """``value`` as JSON on one line: strings in quotes, their signs for line ends escaped."""
    if isinstance(value, str):
        return _on_one_line(orjson.dumps(value).decode())
    return _on_one_line(json.dumps(value, ensure_ascii=False))


def as_text(value: object) -> str:
    """``value`` where all values are text: strings as they are, others as tight JSON."""
    return value if isinstance(value, str) else _on_one_line(orjson.dumps(value).decode())


def _on_one_line(written: str) -> str:
    return _BREAKS.sub(lambda sign: f"\\u{ord(sign[0]):04x}", written)


def escaped(text: str, *, signs: str = "") -> str:
    """``text`` on one line: a backslash before backslashes and ``signs``, escapes for line ends."""
    for sign in "\\" + signs:
        text = text.replace(sign, f"\\{sign}")
    return _BREAKS.sub(lambda sign: _NAMED.get(sign[0], f"\\u{ord(sign[0]):04x}"), text)


def unescaped(text: str) -> str:
    """The text that :func:`escaped` was given."""
    if "\\" not in text:
        return text
    return _ESCAPE.sub(lambda e: chr(int(e[1], 16)) if e[1] else _SIGNS.get(e[2], e[2]), text)


def leaves(fields: Fields, above: Path = ()) -> Iterator[tuple[Path, object]]:
    """Every value that is no mapping, or an empty one, with the names that lead to it."""
    for name, value in fields.items():
        if isinstance(value, Mapping) and value:
            yield from leaves(value, (*above, name))
        else:
            yield (*above, name), value


def nested(found: Iterable[tuple[Path, object]]) -> Fields:
    """The fields that these leaves are of; a leaf where another already stands is none."""
    fields: dict[str, object] = {}
    for path, value in found:
        inner = fields
        for name in path[:-1]:
            below = inner.setdefault(name, {})
            if not isinstance(below, dict):
                break
            inner = below
        else:
            inner.setdefault(path[-1], value)
    return fields


def dotted(path: Path) -> str:
    """A path on one line: names with other signs than those of a word stand in quotes."""
    return ".".join([name if _PLAIN_STEP.fullmatch(name) else quoted(name) for name in path])


def path_of(text: str) -> Path:
    """The path that :func:`dotted` gave ``text`` for."""
    return tuple(orjson.loads(step) if step[0] == '"' else step for step in _STEP.findall(text))


def bare(value: object) -> str:
    """``value`` without quotes where it is read as the same text again, else as JSON."""
    if isinstance(value, str) and value and value == value.strip() and not _BREAKS.search(value):
        if not _MAY_BE_JSON.match(value):
            return value
        try:
            orjson.loads(value)
        except orjson.JSONDecodeError:
            return value if value[0] not in '"{[' else quoted(value)
    return quoted(value)


def read_back(written: str, *, shortened: bool) -> Iterator[object]:
    """The value that :func:`quoted` or :func:`bare` wrote; none where that is uncertain.

    Args:
        written: the value, from its first to its last sign.
        shortened: whether the engine wrote it, which may have cut out its middle or its end. Of
            a text then the words beside the cut do not count either, of an object the members
            before it do, and of a list nothing does.
    """
    cut = _CUT.search(written) if shortened and "…" in written else None
    if cut is None:
        if written and not _MAY_BE_JSON.match(written):
            yield written
            return
        try:
            yield orjson.loads(written)
        except orjson.JSONDecodeError:
            if written[:1] not in ('"', "{", "[", ""):
                yield written
    elif written[0] == "{":
        yield _members(written, cut.start())
    elif written[0] == '"' == written[-1:] and len(written) > 1:
        yield from read_back(f'"{_AROUND_CUT.sub("…", written[1:-1])}"', shortened=False)
    elif written[0] not in '["':
        yield _AROUND_CUT.sub("…", written)


def _members(written: str, end: int) -> Fields:
    """The members of a JSON object that are whole before ``end``."""
    found: dict[str, object] = {}
    at = 1
    try:
        while True:
            name, at = _DECODER.raw_decode(written, at + (written[at] == " "))
            value, at = _DECODER.raw_decode(written, at + 1 + (written[at + 1] == " "))
            if at >= end:
                return found
            found[name] = value
            at += 1
    except (json.JSONDecodeError, IndexError):
        return found
