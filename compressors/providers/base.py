"""What every provider's messages come down to, and how one text in them is replaced.

A provider's module says how one of its messages reads; all that follows from that (live zone,
query, conversation) is worked out once, for all of them, in ``compressors.talk``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple, Protocol, TypeVar, cast

import orjson

Place = tuple[int | str, ...]
"""Where a text stands: the keys and indices that lead to it from the messages as given."""

Fields = Mapping[str, object]

_T = TypeVar("_T")
_TEXT_TYPES = ("text", "input_text")


class Said(NamedTuple):
    """What somebody said, or that a model's turn stands here at all.

    ``places`` are those of its texts that may be replaced, where any may.
    """

    who: Literal["system", "user", "assistant"]
    text: str = ""
    places: tuple[tuple[Place, str], ...] = ()


class Called(NamedTuple):
    """A tool that the model called; ``arguments`` are a text or an object, as it wrote them."""

    id: str | None
    name: str | None
    arguments: object


class Returned(NamedTuple):
    """One text of what a tool returned; ``part`` counts the texts of one result from 0.

    ``call`` is the id of the call it answers, ``name`` the tool's, as far as it says so.
    """

    place: Place
    text: str
    call: str | None
    name: str | None
    part: int = 0


class Breakpoint(NamedTuple):
    """The client asks the provider to cache everything up to here."""


Part = Said | Called | Returned | Breakpoint


class Provider(Protocol):
    """The face of a module in ``compressors.providers``."""

    NAME: str
    MESSAGES: str
    """The key of a request under which its messages stand."""
    SYSTEM: tuple[str, ...]
    """The keys of a request under which a system prompt may stand."""

    def parts(self, item: object, place: Place) -> Iterator[Part]:
        """What one message, which stands at ``place``, comes down to, in order.

        What it does not know it takes for the model's: nothing before that is touched.
        """
        ...


def replaced(messages: _T, texts: Mapping[Place, str]) -> _T:
    """``messages`` with other texts at these places; everything else is the very same objects.

    Only what leads to a replaced text is copied. Without texts it is ``messages`` itself.
    """
    if not texts:
        return messages
    copies: dict[Place, dict[object, object] | list[object]] = {}
    for place, text in texts.items():
        _set(_writable(messages, place[:-1], copies), place[-1], text)
    return cast("_T", copies[()])


def _writable(
    root: object, place: Place, copies: dict[Place, dict[object, object] | list[object]]
) -> dict[object, object] | list[object]:
    if place in copies:
        return copies[place]
    above = _writable(root, place[:-1], copies) if place else None
    found = root if above is None else above[cast("int", place[-1])]
    copy = dict(found) if isinstance(found, Mapping) else list(cast("Iterable[object]", found))
    copies[place] = copy
    if above is not None:
        _set(above, place[-1], copy)
    return copy


def _set(where: dict[object, object] | list[object], key: int | str, value: object) -> None:
    cast("dict[object, object]", where)[key] = value


def fields_of(item: object) -> Fields | None:
    """The fields of a message or block; of a client library's object what it says of itself."""
    if isinstance(item, Mapping):
        return item
    dump = getattr(item, "model_dump", None)
    if callable(dump):
        try:
            dumped = dump()
        except Exception:
            return None
        return dumped if isinstance(dumped, Mapping) else None
    return None


def listed(value: object) -> Iterator[tuple[int, object]]:
    """The items of a list with their indices; nothing of anything else."""
    if isinstance(value, Sequence) and not isinstance(value, str | bytes | bytearray):
        yield from enumerate(value)


def mappings(value: object) -> Iterator[tuple[int, Fields]]:
    """Those items of a list that have fields, with their indices."""
    for index, item in listed(value):
        if isinstance(item, Mapping):
            yield index, item


def objects(value: object) -> Iterator[tuple[int, Fields]]:
    """As :func:`mappings`, a client library's objects included: to be read, never replaced."""
    for index, item in listed(value):
        fields = fields_of(item)
        if fields is not None:
            yield index, fields


def texts_in(
    content: object, place: Place, types: tuple[str, ...] = _TEXT_TYPES
) -> Iterator[tuple[Place, str]]:
    """The texts of a content that is a text or a list of parts, each with its place."""
    if isinstance(content, str):
        yield place, content
        return
    for index, part in mappings(content):
        text = part.get("text")
        if part.get("type") in types and isinstance(text, str):
            yield (*place, index, "text"), text


def system_texts(value: object) -> tuple[str, ...]:
    """The texts of a system prompt, whichever way it is written: a text, blocks, or parts."""
    if isinstance(value, str):
        return (value,)
    if isinstance(value, Mapping):
        value = value.get("parts", value.get("content", [value]))
        if isinstance(value, str):
            return (value,)
    blocks = (item.get("text") if isinstance(item, Mapping) else item for _, item in listed(value))
    return tuple(text for text in blocks if isinstance(text, str))


def said_by(who: Literal["system", "user"], texts: Iterable[tuple[Place, str]]) -> Said:
    """What these texts say together."""
    places = tuple(texts)
    return Said(who, "\n".join(text for _, text in places), places)


def marked(fields: Fields) -> bool:
    """Whether the client set a cache breakpoint at the end of this message or block."""
    return fields.get("cache_control") is not None


def named(value: object) -> str | None:
    """A name or an id, where it is one."""
    return value if isinstance(value, str) and value else None


def arguments_text(arguments: object) -> str:
    """A call's arguments as one text, the way they were written where they are JSON text."""
    if isinstance(arguments, str):
        return re.sub(r"\\u([0-9a-fA-F]{4})", _unescape, arguments)
    if isinstance(arguments, Mapping):
        try:
            return orjson.dumps(arguments, option=orjson.OPT_SORT_KEYS).decode()
        except TypeError:
            return ""
    return ""


def _unescape(match: re.Match[str]) -> str:
    """A character that JSON escaped, so that it is found as the tool's answer writes it."""
    code = int(match[1], 16)
    return match[0] if code < 32 or 0xD800 <= code <= 0xDFFF else chr(code)
