"""tau-bench's few-shot transcripts: one text with ``role: `` before every message."""

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
    text_of,
)

_TURN = re.compile(r"^(system|user|assistant|tool): ?", re.MULTILINE)
_CALLED = "None"  # how an assistant message without content, a call, was written
_TOOL = "tool"


def _recognises(record: Record) -> bool:
    return isinstance(record.get("messages_display"), str)


def _read(record: Record) -> list[Draft]:
    text: str = record["messages_display"]
    starts = list(_TURN.finditer(text))
    if not starts or starts[0].start() != 0:
        raise FormError(
            "messages_display does not begin with `user: `, `assistant: `, `system: ` or `tool: `"
        )
    messages: list[Message] = []
    for turn, following in zip(starts, [*starts[1:], None], strict=True):
        content = text[turn.end() : following.start() if following else len(text)]
        content = content.removesuffix("\n")
        if turn[1] == "tool":
            identifier = _ask(messages)
            messages.append(answer(identifier, _TOOL, content))
        else:
            said = "" if turn[1] == "assistant" and content == _CALLED else content
            messages.append({"role": turn[1], "content": said})
    return [Draft(messages=tuple(messages), id=text_of(record, "id"), task=text_of(record, "task"))]


def _ask(messages: list[Message]) -> str:
    """Write the call that the next answer belongs to; its name and arguments are not known."""
    identifier = f"call_{len(messages)}"
    asker = next(
        (
            place
            for place in range(len(messages) - 1, -1, -1)
            if messages[place]["role"] == "assistant"
        ),
        None,
    )
    if asker is None:
        raise FormError("messages_display has a `tool: ` before any `assistant: `")
    earlier = messages[asker]
    calls = [*earlier.get("tool_calls", []), call(identifier, _TOOL, {})]
    messages[asker] = calling(earlier["content"] or "", calls)
    return identifier


FEW_SHOT = Form(
    name="tau-bench few-shot text",
    keys="messages_display: 'user: …\\nassistant: …\\ntool: …'",
    recognises=_recognises,
    read=_read,
)
