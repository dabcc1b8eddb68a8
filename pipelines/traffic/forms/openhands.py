"""OpenHands: a history of actions and observations, in single events or in pairs."""

from __future__ import annotations

from collections.abc import Iterator
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
    plain_text,
    text_of,
)

# What an action carries beside its arguments: the harness's own bookkeeping.
_BOOKKEEPING = frozenset(
    {
        *("id", "timestamp", "source", "message", "action", "cause", "args", "thought"),
        *("tool_call_metadata", "llm_metrics", "kernel_init_code", "timeout"),
        *("blocking", "keep_prompt", "hidden", "include_extra", "is_input", "is_static"),
        *("confirmation_state", "is_confirmed", "security_risk", "action_risk"),
        *("image_urls", "images_urls", "wait_for_response"),
    }
)
# Context that the harness fetched for itself: no call of the agent's, no answer to one.
_INTERNAL = frozenset(["recall", "null", "change_agent_state", "agent_state_changed"])


def _recognises(record: Record) -> bool:
    history = record.get("history")
    if not isinstance(history, list) or not history:
        return False
    return all(
        isinstance(event, dict) and ("action" in event or "observation" in event)
        for event in _flat(history)
    )


def _flat(history: list[Any]) -> Iterator[Any]:
    for entry in history:
        if isinstance(entry, list):
            yield from entry
        else:
            yield entry


def _read(record: Record) -> list[Draft]:
    messages: list[Message] = []
    waiting: list[tuple[str, str]] = []
    for place, event in enumerate(_flat(record["history"])):
        if "observation" in event:
            if event["observation"] not in _INTERNAL and waiting:
                identifier, tool = waiting.pop(0)
                messages.append(answer(identifier, tool, plain_text(event.get("content"))))
        elif event["action"] not in _INTERNAL:
            message = _action(event, place=place, first=not any_user(messages))
            waiting += [
                (each["id"], each["function"]["name"]) for each in message.get("tool_calls", [])
            ]
            messages.append(message)
    if not messages:
        raise FormError("history holds no action of the agent")
    instance = record.get("instance")
    return [
        Draft(
            messages=tuple(messages),
            id=text_of(record, "id", "instance_id"),
            task=text_of(record, "instance_id")
            or (text_of(instance, "instance_id") if isinstance(instance, dict) else "")
            or text_of(record, "instruction"),
            model=_model(record),
        )
    ]


def any_user(messages: list[Message]) -> bool:
    """Whether the conversation's task has been given yet."""
    return any(message["role"] == "user" for message in messages)


def _action(event: Record, *, place: int, first: bool) -> Message:
    name = str(event["action"])
    args = event.get("args")
    given: Record = args if isinstance(args, dict) else event
    if name == "system":
        return {"role": "system", "content": plain_text(given.get("content"))}
    if name == "message":
        # Old recordings do not say who spoke: the first message is the task.
        source = event.get("source") or ("user" if first else "agent")
        role = "user" if source == "user" else "assistant"
        return {"role": role, "content": plain_text(given.get("content"))}
    arguments = {
        key: value
        for key, value in given.items()
        if key not in _BOOKKEEPING and value not in (None, "", [], {})
    }
    thought = plain_text(given.get("thought"))
    if name == "finish":
        said = [thought, *(plain_text(value) for value in arguments.values())]
        return {"role": "assistant", "content": "\n".join(text for text in said if text)}
    metadata = event.get("tool_call_metadata")
    known: Record = metadata if isinstance(metadata, dict) else {}
    return calling(
        thought,
        [
            call(
                text_of(known, "tool_call_id") or f"call_{place}",
                text_of(known, "function_name") or name,
                arguments,
            )
        ],
    )


def _model(record: Record) -> str:
    found: object = record.get("metadata")
    for key in ("llm_config", "model"):
        found = found.get(key) if isinstance(found, dict) else None
    return found if isinstance(found, str) else ""


OPENHANDS = Form(
    name="OpenHands",
    keys="history: [{action, args}, {observation, content}] or pairs of them",
    recognises=_recognises,
    read=_read,
)
