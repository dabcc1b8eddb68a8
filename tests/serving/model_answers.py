"""A model's turns in the forms of four providers: whole, and as streams."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from upstream_world import Said, said, stream


@dataclass(frozen=True)
class Use:
    """A call of a model."""

    id: str
    name: str
    arguments: dict[str, Any]


def retrieve(handle: str, query: str | None = None, *, name: str = "call_ours") -> Use:
    """A call of the tool that the proxy adds."""
    return Use(
        name, "toin_retrieve", {"handle": handle, **({"query": query} if query is not None else {})}
    )


def whole(form: str, text: str, *uses: Use, tokens: int = 10) -> Said:
    """A turn at once."""
    return said(_WHOLE[form](text, uses, tokens))


def streamed(form: str, text: str, *uses: Use, tokens: int = 10, pause: float = 0.0) -> Said:
    """A turn as a stream, a chunk an event."""
    return stream(list(_STREAM[form](text, uses, tokens)), pause=pause)


def turn_in(form: str, answer: Any) -> tuple[str, list[str]]:
    """Text and names of called tools of a whole answer."""
    if form == "anthropic":
        blocks = answer["content"]
        texts = [block["text"] for block in blocks if block["type"] == "text"]
        return "".join(texts), [block["name"] for block in blocks if block["type"] == "tool_use"]
    if form == "openai_chat":
        message = answer["choices"][0]["message"]
        calls = message.get("tool_calls") or []
        return message.get("content") or "", [call["function"]["name"] for call in calls]
    if form == "openai_responses":
        texts = [
            part["text"]
            for item in answer["output"]
            if item["type"] == "message"
            for part in item["content"]
        ]
        names = [item["name"] for item in answer["output"] if item["type"] == "function_call"]
        return "".join(texts), names
    parts = answer["candidates"][0]["content"]["parts"]
    return (
        "".join(part.get("text", "") for part in parts),
        [part["functionCall"]["name"] for part in parts if "functionCall" in part],
    )


def tool(form: str, name: str) -> Any:
    """A client's tool."""
    schema = {"type": "object", "properties": {"p": {"type": "string"}}}
    if form == "anthropic":
        return {"name": name, "description": name, "input_schema": schema}
    if form == "openai_chat":
        return {"type": "function", "function": {"name": name, "parameters": schema}}
    if form == "openai_responses":
        return {"type": "function", "name": name, "parameters": schema}
    return {"functionDeclarations": [{"name": name, "parameters": schema}]}


def _anthropic(text: str, uses: tuple[Use, ...], tokens: int) -> Any:
    blocks = [{"type": "text", "text": text}] if text else []
    blocks += [
        {"type": "tool_use", "id": use.id, "name": use.name, "input": use.arguments} for use in uses
    ]
    return {
        "id": "msg_1", "type": "message", "role": "assistant", "model": "claude-sonnet-4-5",
        "content": blocks, "stop_reason": "tool_use" if uses else "end_turn",
        "stop_sequence": None, "usage": {"input_tokens": tokens, "output_tokens": 3},
    }  # fmt: skip


def _chat(text: str, uses: tuple[Use, ...], tokens: int) -> Any:
    message: dict[str, Any] = {"role": "assistant", "content": text or None, "refusal": None}
    if uses:
        message["tool_calls"] = [
            {
                "id": use.id,
                "type": "function",
                "function": {"name": use.name, "arguments": json.dumps(use.arguments)},
            }
            for use in uses
        ]
    return {
        "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "gpt-5",
        "choices": [
            {"index": 0, "message": message, "finish_reason": "tool_calls" if uses else "stop"}
        ],
        "usage": {
            "prompt_tokens": tokens, "completion_tokens": 3, "total_tokens": tokens + 3
        },
    }  # fmt: skip


def _message_item(text: str) -> Any:
    part = {"type": "output_text", "text": text, "annotations": [], "logprobs": []}
    return {
        "type": "message", "id": "msg_1", "role": "assistant", "status": "completed",
        "content": [part],
    }  # fmt: skip


def _call_item(use: Use) -> Any:
    return {
        "type": "function_call", "id": f"fc_{use.id}", "call_id": use.id, "name": use.name,
        "arguments": json.dumps(use.arguments), "status": "completed",
    }  # fmt: skip


def _responses(text: str, uses: tuple[Use, ...], tokens: int, *, status: str = "completed") -> Any:
    items = [_message_item(text)] if text else []
    items += [_call_item(use) for use in uses]
    usage = {
        "input_tokens": tokens, "input_tokens_details": {"cached_tokens": 0}, "output_tokens": 3,
        "output_tokens_details": {"reasoning_tokens": 0}, "total_tokens": tokens + 3,
    }  # fmt: skip
    done = status == "completed"
    return {
        "id": "resp_1", "object": "response", "created_at": 1, "model": "gpt-5",
        "status": status, "output": items if done else [], "parallel_tool_calls": True,
        "tool_choice": "auto", "tools": [], "usage": usage if done else None,
        "error": None, "incomplete_details": None, "instructions": None, "metadata": {},
        "temperature": 1.0, "top_p": 1.0,
    }  # fmt: skip


def _gemini(text: str, uses: tuple[Use, ...], tokens: int) -> Any:
    parts: list[Any] = [{"text": text}] if text else []
    parts += [
        {"functionCall": {"id": use.id, "name": use.name, "args": use.arguments}} for use in uses
    ]
    return {
        "candidates": [
            {"content": {"role": "model", "parts": parts}, "finishReason": "STOP", "index": 0}
        ],
        "usageMetadata": {"promptTokenCount": tokens, "candidatesTokenCount": 3},
    }


def _event(fields: Any, name: str | None = None) -> bytes:
    head = f"event: {name}\n" if name else ""
    return f"{head}data: {json.dumps(fields)}\n\n".encode()


def _halves(text: str) -> tuple[str, str]:
    return text[: len(text) // 2], text[len(text) // 2 :]


def _anthropic_stream(text: str, uses: tuple[Use, ...], tokens: int) -> Any:
    turn = _anthropic("", (), tokens)
    yield _named({"type": "message_start", "message": turn | {"content": [], "stop_reason": None}})
    yield _named({"type": "ping"})
    index = 0
    if text:
        begun = {"type": "text", "text": ""}
        yield _named({"type": "content_block_start", "index": 0, "content_block": begun})
        for half in _halves(text):
            delta = {"type": "text_delta", "text": half}
            yield _named({"type": "content_block_delta", "index": 0, "delta": delta})
        yield _named({"type": "content_block_stop", "index": 0})
        index = 1
    for at, use in enumerate(uses, start=index):
        begun = {"type": "tool_use", "id": use.id, "name": use.name, "input": {}}
        yield _named({"type": "content_block_start", "index": at, "content_block": begun})
        for half in _halves(json.dumps(use.arguments)):
            delta = {"type": "input_json_delta", "partial_json": half}
            yield _named({"type": "content_block_delta", "index": at, "delta": delta})
        yield _named({"type": "content_block_stop", "index": at})
    stop = {"stop_reason": "tool_use" if uses else "end_turn", "stop_sequence": None}
    yield _named({"type": "message_delta", "delta": stop, "usage": {"output_tokens": 3}})
    yield _named({"type": "message_stop"})


def _named(fields: Any) -> bytes:
    return _event(fields, fields["type"])


def _chat_stream(text: str, uses: tuple[Use, ...], tokens: int) -> Any:
    def chunk(delta: Any, finish: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        return _event(_chunk([choice]))

    yield chunk({"role": "assistant", "content": ""})
    for half in _halves(text) if text else ():
        yield chunk({"content": half})
    for index, use in enumerate(uses):
        function = {"name": use.name, "arguments": ""}
        begun = {"index": index, "id": use.id, "type": "function", "function": function}
        yield chunk({"tool_calls": [begun]})
        for half in _halves(json.dumps(use.arguments)):
            yield chunk({"tool_calls": [{"index": index, "function": {"arguments": half}}]})
    yield chunk({}, "tool_calls" if uses else "stop")
    usage = {"prompt_tokens": tokens, "completion_tokens": 3, "total_tokens": tokens + 3}
    yield _event(_chunk([]) | {"usage": usage})
    yield b"data: [DONE]\n\n"


def _chunk(choices: Any) -> Any:
    return {
        "id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "gpt-5",
        "choices": choices,
    }  # fmt: skip


def _responses_stream(text: str, uses: tuple[Use, ...], tokens: int) -> Any:
    events: list[Any] = [
        {"type": kind, "response": _responses("", (), tokens, status="in_progress")}
        for kind in ("response.created", "response.in_progress")
    ]
    items = [_message_item(text)] if text else []
    items += [_call_item(use) for use in uses]
    for index, item in enumerate(items):
        at = {"output_index": index, "item_id": item["id"]}
        empty = item | ({"content": []} if item["type"] == "message" else {"arguments": ""})
        events.append({"type": "response.output_item.added", "output_index": index, "item": empty})
        if item["type"] == "message":
            part = item["content"][0]
            where = at | {"content_index": 0}
            events.append(
                {"type": "response.content_part.added", **where, "part": part | {"text": ""}}
            )
            events += [
                {"type": "response.output_text.delta", **where, "delta": half, "logprobs": []}
                for half in _halves(text)
            ]
            events.append(
                {"type": "response.output_text.done", **where, "text": text, "logprobs": []}
            )
            events.append({"type": "response.content_part.done", **where, "part": part})
        else:
            events += [
                {"type": "response.function_call_arguments.delta", **at, "delta": half}
                for half in _halves(item["arguments"])
            ]
            events.append(
                {
                    "type": "response.function_call_arguments.done",
                    **at,
                    "name": item["name"],
                    "arguments": item["arguments"],
                }
            )
        events.append({"type": "response.output_item.done", "output_index": index, "item": item})
    events.append({"type": "response.completed", "response": _responses(text, uses, tokens)})
    for number, event in enumerate(events):
        yield _named(event | {"sequence_number": number})


def _gemini_stream(text: str, uses: tuple[Use, ...], tokens: int) -> Any:
    for half in _halves(text) if text else ():
        content = {"role": "model", "parts": [{"text": half}]}
        yield _event({"candidates": [{"content": content, "index": 0}]})
    yield _event(_gemini("", uses, tokens))


_WHOLE = {
    "anthropic": _anthropic,
    "openai_chat": _chat,
    "openai_responses": _responses,
    "gemini": _gemini,
}
_STREAM = {
    "anthropic": _anthropic_stream,
    "openai_chat": _chat_stream,
    "openai_responses": _responses_stream,
    "gemini": _gemini_stream,
}
