"""mini-swe-agent: commands in fenced blocks, their output in the next user message."""

from __future__ import annotations

import re

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

_COMMAND = re.compile(r"```(?:bash|sh)?\s*\n(.*?)\n?```", re.DOTALL)
_RETURN = re.compile(r"\A<returncode>(-?\d+)</returncode>\s*")
_OUTPUT = re.compile(r"<output>\n?(.*?)\n?</output>\s*\Z", re.DOTALL)
_HEAD = re.compile(r"<output_head>\n?(.*?)\n?</output_head>", re.DOTALL)
_TAIL = re.compile(r"<output_tail>\n?(.*?)\n?</output_tail>", re.DOTALL)
_ELIDED = re.compile(r"<elided_chars>\n?(.*?)\n?</elided_chars>", re.DOTALL)
_TOOL = "bash"


def _recognises(record: Record) -> bool:
    messages = objects(record.get("messages"))
    if messages is None:
        return False
    return str(record.get("trajectory_format", "")).startswith("mini-swe-agent") or any(
        message.get("role") == "user" and _RETURN.match(plain_text(message.get("content")))
        for message in messages
    )


def _read(record: Record) -> list[Draft]:
    messages: list[Message] = []
    waiting = ""
    for place, message in enumerate(record["messages"]):
        role, content = message.get("role"), plain_text(message.get("content"))
        if role == "assistant":
            command = _COMMAND.search(content)
            waiting = f"call_{place}" if command else ""
            messages.append(_said(content, command, waiting))
        elif role == "user" and waiting:
            messages.append(answer(waiting, _TOOL, _output(content)))
            waiting = ""
        elif role in {"system", "user"}:
            messages.append({"role": role, "content": content})
        else:
            raise FormError(
                f"messages[{place}].role is {role!r}, expected system, user or assistant"
            )
    return [
        Draft(
            messages=tuple(messages),
            id=text_of(record, "id", "instance_id"),
            task=text_of(record, "instance_id"),
            model=_model(record),
        )
    ]


def _said(content: str, command: re.Match[str] | None, identifier: str) -> Message:
    if command is None:
        return {"role": "assistant", "content": content}
    thought = (content[: command.start()] + content[command.end() :]).strip()
    return calling(thought, [call(identifier, _TOOL, {"command": command[1]})])


def _output(content: str) -> str:
    """What the command printed, without the frame that the harness put around it.

    Where the harness itself cut a long output, its head, its own note and its tail stay
    in that order. A message without the frame (a time-out, a plain diff) stays as it is.
    """
    if whole := _OUTPUT.search(content):
        return whole[1]
    head, tail = _HEAD.search(content), _TAIL.search(content)
    if head and tail:
        elided = _ELIDED.search(content)
        return "\n".join([head[1], f"[{elided[1]}]" if elided else "[…]", tail[1]])
    return _RETURN.sub("", content)


def _model(record: Record) -> str:
    found: object = record.get("info")
    for key in ("config", "model", "model_name"):
        found = found.get(key) if isinstance(found, dict) else None
    return found if isinstance(found, str) else ""


MINI_SWE = Form(
    name="mini-swe-agent",
    keys="messages: [{role, content}], user messages with <returncode> and <output>",
    recognises=_recognises,
    read=_read,
)
