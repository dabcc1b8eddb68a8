"""What a reader of one recorded form offers, and the small steps that several of them take."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

Message = dict[str, Any]
"""One OpenAI chat message: ``role`` is system, user, assistant or tool."""

Record = Mapping[str, Any]
"""One JSON object of a file, as it was parsed."""


class FormError(Exception):
    """A record that looks like this form but cannot be read as it.

    The message names the field and what was expected; the caller adds file and line.
    """


@dataclass(frozen=True, slots=True)
class Draft:
    """One conversation as a form gives it, before its group is known.

    ``id`` and ``task`` are empty where the record names none; ``model`` is the model's
    name as recorded, empty where it is not.
    """

    messages: tuple[Message, ...]
    id: str = ""
    task: str = ""
    model: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """One recorded form: how a person knows it, how a record of it is told and read."""

    name: str
    keys: str
    recognises: Callable[[Record], bool]
    read: Callable[[Record], list[Draft]]


def plain_text(content: object) -> str:
    """The text of a message's ``content``: a string, a list of parts, a number or nothing."""
    if content is None:
        return ""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "\n".join(part for part in map(_part_text, content) if part)
    return orjson.dumps(content).decode()


def _part_text(part: object) -> str:
    if isinstance(part, str):
        return part
    if isinstance(part, dict) and isinstance(part.get("text"), str):
        return str(part["text"])
    return ""


def call(identifier: str, name: str, arguments: object) -> dict[str, Any]:
    """A tool call in OpenAI's form; arguments that are no text yet are written as JSON."""
    written = arguments if isinstance(arguments, str) else orjson.dumps(arguments).decode()
    return {
        "id": identifier,
        "type": "function",
        "function": {"name": name, "arguments": written},
    }


def calling(text: str, calls: Sequence[dict[str, Any]]) -> Message:
    """An assistant message that makes ``calls``, with what it said beside them."""
    return {"role": "assistant", "content": text or None, "tool_calls": list(calls)}


def answer(identifier: str, name: str, content: str) -> Message:
    """A tool message: the answer to the call ``identifier``."""
    return {"role": "tool", "tool_call_id": identifier, "name": name, "content": content}


def text_of(record: Record, *keys: str) -> str:
    """The first of ``keys`` that the record holds as text or number, as text; else empty."""
    for key in keys:
        value = record.get(key)
        if isinstance(value, str) and value:
            return value
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
    return ""


def objects(value: object) -> list[Record] | None:
    """``value`` if it is a list of JSON objects with at least one member, else None."""
    if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
        return value
    return None
