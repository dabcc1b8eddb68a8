"""Input items of OpenAI's responses."""

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
    marked,
    named,
    said_by,
    texts_in,
)

NAME = "openai_responses"
MESSAGES = "input"
SYSTEM = ("instructions",)

_CALLS = ("function_call", "custom_tool_call")
_OUTPUTS = ("function_call_output", "custom_tool_call_output")
_TEXT_TYPES = ("input_text", "output_text", "text")

# What a client sends beside texts: pictures, exit codes, patches. They stay as they are, and
# a model's turn they are not.
_OTHER_OUTPUTS = (
    "apply_patch_call_output",
    "computer_call_output",
    "local_shell_call_output",
    "mcp_approval_response",
    "shell_call_output",
    "tool_search_output",
)


def parts(item: object, place: Place) -> Iterator[Part]:
    """What one input item comes down to."""
    fields = fields_of(item)
    if fields is None:
        yield Said("user", item) if isinstance(item, str) else Said("assistant")
        return
    kind = fields.get("type")
    if kind in _OUTPUTS:
        if isinstance(item, Mapping):
            yield from _returned(fields, place)
    elif kind in _CALLS:
        written = fields.get("arguments", fields.get("input"))
        yield Called(named(fields.get("call_id")), named(fields.get("name")), written)
    elif kind not in _OTHER_OUTPUTS:
        yield _message(fields, place)
    if marked(fields):
        yield Breakpoint()


def _message(fields: Fields, place: Place) -> Said:
    role = fields.get("role") if fields.get("type") in (None, "message") else None
    texts = texts_in(fields.get("content"), (*place, "content"), _TEXT_TYPES)
    if role == "user":
        return said_by("user", texts)
    if role in ("system", "developer"):
        return Said("system", said_by("system", texts).text)
    return Said("assistant")


def _returned(fields: Fields, place: Place) -> Iterator[Part]:
    call, name = named(fields.get("call_id")), named(fields.get("name"))
    where = (*place, "output")
    texts = list(texts_in(fields.get("output"), where, _TEXT_TYPES)) or [(where, "")]
    for number, (at, text) in enumerate(texts):
        yield Returned(at, text, call, name, number)
