"""What a chat says about a tool's result: the query it answers and the talk it stands in.

Messages are in OpenAI chat form. Proxy, recorded traffic and replays all derive the query
here, so what is learned from one holds for the others. Nothing here raises: a message of
another shape says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

import orjson

Message = Mapping[str, object]

_UNIT_SEPARATOR = "\x1f"


def query_for(messages: Sequence[Message], index: int) -> str:
    """What the tool result at ``index`` was wanted for; empty where nothing says so.

    The last user text before it, then the arguments of the call it answers, a line each.
    """
    before = reversed(messages[: max(index, 0)])
    said = (text_of(message) for message in before if message.get("role") == "user")
    user = next((text for text in said if text), "")
    call = _call_answered(messages, index)
    return "\n".join(part for part in (user, _arguments(call)) if part)


def conversation_text(messages: Sequence[Message]) -> str:
    """What a conversation and its unit are keyed from: system prompt and first user message.

    The text itself never leaves the engine; see ``Pepper.key``.
    """
    system: list[str] = []
    for message in messages:
        role = message.get("role")
        if role in ("system", "developer"):
            system.append(text_of(message))
        elif role == "user":
            return _UNIT_SEPARATOR.join([*system, text_of(message)])
    return _UNIT_SEPARATOR.join(system)


def tool_of(messages: Sequence[Message], index: int) -> str | None:
    """The name of the tool whose result stands at ``index``, where the messages tell it."""
    call = _call_answered(messages, index)
    for name in (call.get("name"), _at(messages, index).get("name")):
        if isinstance(name, str) and name:
            return name
    return None


def text_of(message: Message) -> str:
    """The plain text of a message, its parts joined by newlines; empty where it has none."""
    content = message.get("content")
    if isinstance(content, str):
        return content
    return "\n".join(
        text
        for part in _mappings(content)
        if part.get("type") in ("text", "input_text") and isinstance(text := part.get("text"), str)
    )


def _call_answered(messages: Sequence[Message], index: int) -> Message:
    """Name and arguments of the call that the message at ``index`` answers, else nothing.

    By the call's id; where an id is missing, by its place among the results that follow the call.
    """
    wanted = _at(messages, index).get("tool_call_id")
    place = 0
    for message in reversed(messages[: max(index, 0)]):
        if message.get("role") in ("tool", "function"):
            place += 1
        if message.get("role") != "assistant":
            continue
        calls = list(_calls(message))
        if wanted is not None and any(id_ is not None for id_, _ in calls):
            answered = [call for id_, call in calls if id_ == wanted]
            if answered:
                return answered[0]
        elif wanted is None or calls:
            return calls[place][1] if place < len(calls) else {}
    return {}


def _calls(message: Message) -> Iterator[tuple[object, Message]]:
    for call in _mappings(message.get("tool_calls")):
        function = call.get("function")
        if isinstance(function, Mapping):
            yield call.get("id"), function
    legacy = message.get("function_call")
    if isinstance(legacy, Mapping):
        yield None, legacy


def _arguments(call: Message) -> str:
    """The arguments as they were written: models send them as JSON text."""
    arguments = call.get("arguments")
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


def _at(messages: Sequence[Message], index: int) -> Message:
    return messages[index] if 0 <= index < len(messages) else {}


def _mappings(value: object) -> Iterator[Message]:
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        yield from (item for item in value if isinstance(item, Mapping))
