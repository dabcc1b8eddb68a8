"""SWE-agent's ``.traj``: ``history`` in chat form, else ``trajectory`` of actions and answers."""

from __future__ import annotations

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
from pipelines.traffic.forms.chat import chat_messages


def _recognises(record: Record) -> bool:
    history = objects(record.get("history"))
    if history is not None:
        return all("role" in message for message in history)
    steps = objects(record.get("trajectory"))
    return steps is not None and all("action" in step and "observation" in step for step in steps)


def _read(record: Record) -> list[Draft]:
    history = objects(record.get("history"))
    messages = _from_history(history) if history else _from_steps(record["trajectory"])
    return [
        Draft(
            messages=tuple(messages),
            id=text_of(record, "id", "instance_id"),
            task=text_of(record, "instance_id", "environment"),
        )
    ]


def _from_history(history: list[Record]) -> list[Message]:
    if any(message.get("role") == "tool" for message in history):
        return chat_messages(history, field="history")
    messages: list[Message] = []
    waiting = tool = ""
    for place, message in enumerate(history):
        role, content = message.get("role"), plain_text(message.get("content"))
        action = message.get("action")
        if role == "assistant" and isinstance(action, str) and action.strip():
            waiting, tool = f"call_{place}", _command_name(action)
            thought = plain_text(message.get("thought")).strip()
            messages.append(calling(thought, [call(waiting, tool, {"command": action.strip()})]))
        elif role == "user" and waiting:
            messages.append(answer(waiting, tool, content))
            waiting = ""
        elif role in {"system", "user", "assistant"}:
            messages.append({"role": role, "content": content})
        else:
            raise FormError(
                f"history[{place}].role is {role!r}, expected system, user, assistant or tool"
            )
    return messages


def _from_steps(steps: list[Record]) -> list[Message]:
    messages: list[Message] = []
    for place, step in enumerate(steps):
        action = plain_text(step.get("action")).strip()
        tool = _command_name(action)
        thought = plain_text(step.get("thought")).strip()
        messages.append(calling(thought, [call(f"call_{place}", tool, {"command": action})]))
        messages.append(answer(f"call_{place}", tool, plain_text(step.get("observation"))))
    return messages


def _command_name(action: str) -> str:
    """The command that an action begins with, which is the nearest thing to a tool's name."""
    words = action.split(maxsplit=1)
    return words[0] if words else "shell"


SWE_AGENT = Form(
    name="SWE-agent",
    keys="history: [{role, content, action}] or trajectory: [{action, observation}]",
    recognises=_recognises,
    read=_read,
)
