"""Messages of OpenAI's chat completions, and of the many that speak its form."""

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
    mappings,
    marked,
    named,
    objects,
    said_by,
    texts_in,
)

NAME = "openai_chat"
MESSAGES = "messages"
SYSTEM = ("system",)


def parts(item: object, place: Place) -> Iterator[Part]:
    """What one message comes down to."""
    message = fields_of(item)
    role = message.get("role") if message is not None else None
    if message is None:
        yield Said("assistant")
    elif role in ("tool", "function"):
        if isinstance(item, Mapping):
            yield from _returned(message, place)
    elif role in ("system", "developer"):
        yield Said("system", said_by("system", texts_in(message.get("content"), place)).text)
    elif role == "user":
        yield said_by("user", texts_in(message.get("content"), (*place, "content")))
    else:
        yield Said("assistant")
        yield from _calls(message)
    if message is not None and _cached(message):
        yield Breakpoint()


def _returned(message: Fields, place: Place) -> Iterator[Part]:
    call, name = named(message.get("tool_call_id")), named(message.get("name"))
    where = (*place, "content")
    texts = list(texts_in(message.get("content"), where)) or [(where, "")]
    for number, (at, text) in enumerate(texts):
        yield Returned(at, text, call, name, number)


def _calls(message: Fields) -> Iterator[Called]:
    for _, call in objects(message.get("tool_calls")):
        function = fields_of(call.get("function", call.get("custom")))
        if function is not None:
            yield _called(function, named(call.get("id")))
    legacy = fields_of(message.get("function_call"))
    if legacy is not None:
        yield _called(legacy, None)


def _called(function: Fields, call: str | None) -> Called:
    return Called(
        call, named(function.get("name")), function.get("arguments", function.get("input"))
    )


def _cached(message: Fields) -> bool:
    """Gateways to other vendors take their breakpoints in this form too."""
    return marked(message) or any(marked(part) for _, part in mappings(message.get("content")))
