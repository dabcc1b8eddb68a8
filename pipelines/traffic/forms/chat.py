"""OpenAI chat: tau-bench's ``traj``, tau2's ``messages``, and what any client records."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pipelines.traffic.forms.base import (
    Draft,
    Form,
    FormError,
    Message,
    Record,
    answer,
    call,
    calling,
    objects,
    plain_text,
    text_of,
)

_ROLES = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "assistant": "assistant",
    "tool": "tool",
    "function": "tool",
}


def _recognises(record: Record) -> bool:
    messages = objects(record.get("messages")) or objects(record.get("traj"))
    return messages is not None and any("role" in message for message in messages)


def _read(record: Record) -> list[Draft]:
    field = "messages" if objects(record.get("messages")) else "traj"
    messages = chat_messages(record[field], field=field)
    policy = record.get("policy")
    if isinstance(policy, str) and policy and messages[0]["role"] != "system":
        # tau2 keeps the system prompt beside the messages; the proxy saw it before them.
        messages.insert(0, {"role": "system", "content": policy})
    return [
        Draft(
            messages=tuple(messages),
            id=text_of(record, "id", "session_id", "conversation_id"),
            task=text_of(record, "task_id", "task", "instance_id"),
            model=text_of(record, "model"),
        )
    ]


def chat_messages(messages: Sequence[Record], *, field: str) -> list[Message]:
    """``messages`` as OpenAI chat, whatever dialect of it they were recorded in.

    Calls may be written as OpenAI writes them, as ``{name, arguments}`` or with the
    function's name alone under ``function``; answers name their call under
    ``tool_call_id``, ``tool_call_ids`` or ``id``. Tools that the user called on a device
    of their own never passed the agent's proxy and are left out.

    Raises:
        FormError: a message has no role that is known, or a call has no name.
    """
    read: list[Message] = []
    named: dict[str, str] = {}
    waiting: list[str] = []
    for place, message in enumerate(messages):
        role = _ROLES.get(str(message.get("role")))
        if role is None:
            raise FormError(
                f"{field}[{place}].role is {message.get('role')!r}, "
                f"expected one of {', '.join(sorted(_ROLES))}"
            )
        if message.get("requestor") == "user" or (role == "user" and message.get("tool_calls")):
            continue
        if role == "tool":
            asked = _asked(message) or (waiting[0] if waiting else f"call_{place}")
            if asked in waiting:
                waiting.remove(asked)
            name = text_of(message, "name") or named.get(asked) or text_of(message, "function")
            read.append(answer(asked, name or "tool", plain_text(message.get("content"))))
        elif role == "assistant" and (made := message.get("tool_calls")):
            calls = [
                _call(each, where=f"{field}[{place}].tool_calls[{which}]", place=place, which=which)
                for which, each in enumerate(made)
            ]
            for each in calls:
                named[each["id"]] = each["function"]["name"]
            waiting = [each["id"] for each in calls]
            read.append(calling(plain_text(message.get("content")), calls))
        else:
            read.append({"role": role, "content": plain_text(message.get("content"))})
    if not read:
        raise FormError(f"{field} holds no message of the agent's own conversation")
    return read


def _asked(message: Record) -> str:
    ids = message.get("tool_call_ids")
    if isinstance(ids, list) and ids and isinstance(ids[0], str):
        return ids[0]
    return text_of(message, "tool_call_id") or text_of(message, "id")


def _call(made: object, *, where: str, place: int, which: int) -> dict[str, Any]:
    if not isinstance(made, dict):
        raise FormError(f"{where} is no object")
    function = made.get("function")
    inner: Record = function if isinstance(function, dict) else made
    name = function if isinstance(function, str) else inner.get("name")
    if not isinstance(name, str) or not name:
        raise FormError(f"{where} names no function")
    arguments = inner.get("arguments", {})
    return call(text_of(made, "id") or f"call_{place}_{which}", name, arguments)


CHAT = Form(
    name="OpenAI chat",
    keys="messages or traj: [{role, content, tool_calls, tool_call_id}]",
    recognises=_recognises,
    read=_read,
)
