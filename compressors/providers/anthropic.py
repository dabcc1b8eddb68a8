"""Messages of Anthropic: results stand as blocks among what the user says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compressors.providers.base import (
    Breakpoint,
    Called,
    Fields,
    Part,
    Place,
    Returned,
    Said,
    fields_of,
    listed,
    mappings,
    marked,
    named,
    objects,
    said_by,
    system_texts,
)

NAME = "anthropic"
MESSAGES = "messages"
SYSTEM = ("system",)

_CALLS = ("tool_use", "server_tool_use", "mcp_tool_use")


def parts(item: object, place: Place) -> Iterator[Part]:
    """What one message comes down to."""
    message = fields_of(item)
    role = message.get("role") if message is not None else None
    if message is None or role not in ("user", "system"):
        yield Said("assistant")
        if message is not None:
            yield from _calls(message)
    elif role == "system":
        yield Said("system", "\n".join(system_texts(message.get("content"))))
    else:
        yield from _from_user(message, place)
    if message is not None and marked(message):
        yield Breakpoint()


def _calls(message: Fields) -> Iterator[Part]:
    for _, block in objects(message.get("content")):
        if block.get("type") in _CALLS:
            yield Called(named(block.get("id")), named(block.get("name")), block.get("input"))
        if marked(block):
            yield Breakpoint()


def _from_user(message: Fields, place: Place) -> Iterator[Part]:
    """Texts that stand together are one saying; a result or a breakpoint ends it."""
    place = (*place, "content")
    content = message.get("content")
    if isinstance(content, str):
        yield said_by("user", [(place, content)])
        return
    said: list[tuple[Place, str]] = []
    for index, item in listed(content):
        block = fields_of(item)
        if block is None:
            continue
        kind, text, where = block.get("type"), block.get("text"), (*place, index)
        if kind == "text" and isinstance(text, str):
            said.append(((*where, "text"), text))
        result = kind == "tool_result" and isinstance(item, Mapping)
        if said and (result or marked(block)):
            yield said_by("user", said)
            said = []
        if result:
            yield from _returned(block, where)
        if marked(block):
            yield Breakpoint()
    if said:
        yield said_by("user", said)


def _returned(block: Fields, place: Place) -> Iterator[Part]:
    call, content = named(block.get("tool_use_id")), block.get("content")
    where = (*place, "content")
    if not isinstance(content, str):
        number = 0
        for index, inner in mappings(content):
            text = inner.get("text")
            if inner.get("type") == "text" and isinstance(text, str):
                yield Returned((*where, index, "text"), text, call, None, number)
                number += 1
            if marked(inner):
                yield Breakpoint()
        if number:
            return
        content = ""
    yield Returned(where, content, call, None)
