"""Contents of Gemini: parts of a turn, results as objects with a text in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compressors.providers.base import (
    Called,
    Fields,
    Part,
    Place,
    Returned,
    Said,
    fields_of,
    listed,
    mappings,
    named,
    objects,
    said_by,
)

NAME = "gemini"
MESSAGES = "contents"
SYSTEM = ("systemInstruction", "system_instruction")


def parts(item: object, place: Place) -> Iterator[Part]:
    """What one content comes down to."""
    if isinstance(item, str):
        yield said_by("user", [(place, item)])
        return
    content = fields_of(item)
    role = content.get("role") if content is not None else None
    if content is None or role not in ("user", "function", "tool", None):
        yield Said("assistant")
        if content is not None:
            yield from _calls(content)
        return
    said: list[tuple[Place, str]] = []
    for index, each in listed(content.get("parts")):
        part = fields_of(each)
        if part is None:
            continue
        where, text = (*place, "parts", index), part.get("text")
        if isinstance(text, str) and not part.get("thought"):
            said.append(((*where, "text"), text))
        results = list(_returned(part, where)) if isinstance(each, Mapping) else []
        if said and results:
            yield said_by("user", said)
            said = []
        yield from results
    if said:
        yield said_by("user", said)


def _calls(content: Fields) -> Iterator[Called]:
    for _, part in objects(content.get("parts")):
        call = fields_of(part.get("functionCall", part.get("function_call")))
        if call is not None:
            yield Called(named(call.get("id")), named(call.get("name")), call.get("args"))


def _returned(part: Fields, place: Place) -> Iterator[Returned]:
    """Each text directly in the response, and those of a list of contents as MCP has it.

    A response that is data, not text, stays: written as text it would be another type.
    """
    for key in ("functionResponse", "function_response"):
        result = part.get(key)
        if not isinstance(result, Mapping):
            continue
        call, name = named(result.get("id")), named(result.get("name"))
        where = (*place, key, "response")
        texts = list(_texts(result.get("response"), where)) or [(where, "")]
        for number, (at, text) in enumerate(texts):
            yield Returned(at, text, call, name, number)


def _texts(response: object, place: Place) -> Iterator[tuple[Place, str]]:
    if not isinstance(response, Mapping):
        return
    for key, value in response.items():
        if not isinstance(key, str):
            continue
        if isinstance(value, str):
            yield (*place, key), value
        elif key == "content":
            for index, inner in mappings(value):
                text = inner.get("text")
                if isinstance(text, str):
                    yield (*place, key, index, "text"), text
