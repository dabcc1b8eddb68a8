"""One conversation in the forms of four providers, turn by turn, as clients send it."""

import copy
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass

Messages = list[dict[str, object]]

FORMS = ("openai_chat", "openai_responses", "anthropic", "gemini")


@dataclass(frozen=True)
class Call:
    """A call and what it returned."""

    id: str
    tool: str
    arguments: dict[str, object]
    result: str


@dataclass(frozen=True)
class Step:
    """What the user says, if anything, then what the model calls and what comes back."""

    user: str | None
    calls: tuple[Call, ...]
    answer: str = "Let me look."


def written(form: str, steps: list[Step], *, system: str = "You are a careful agent.") -> Messages:
    """The messages that a client has sent once all of ``steps`` happened."""
    return {
        "openai_chat": _chat,
        "openai_responses": _responses,
        "anthropic": _anthropic,
        "gemini": _gemini,
    }[form](steps, system)


def turns(form: str, steps: list[Step], **how: str) -> Iterator[Messages]:
    """What a client sends after each step: all of it again, and more."""
    for count in range(1, len(steps) + 1):
        yield written(form, steps[:count], **how)


def results(form: str, messages: Messages) -> list[str]:
    """What tools returned, as it stands in the messages, in order."""
    found: list[object] = []
    for message in messages:
        if form == "openai_chat" and message.get("role") == "tool":
            found.append(message["content"])
        if form == "openai_responses" and message.get("type") == "function_call_output":
            found.append(message["output"])
        for block in _listed(message.get("content")):
            if form == "anthropic" and block.get("type") == "tool_result":
                found += [inner["text"] for inner in block["content"] if inner["type"] == "text"]
        for part in _listed(message.get("parts")):
            if "functionResponse" in part:
                found.append(part["functionResponse"]["response"]["output"])
    return [text for text in found if isinstance(text, str)]


def _listed(value: object) -> list[dict[str, object]]:
    return value if isinstance(value, list) else []


def _chat(steps: list[Step], system: str) -> Messages:
    out: Messages = [{"role": "system", "content": system}]
    for step in steps:
        if step.user is not None:
            out.append({"role": "user", "content": step.user})
        calls = [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": call.tool, "arguments": json.dumps(call.arguments)},
            }
            for call in step.calls
        ]
        out.append({"role": "assistant", "content": step.answer, "tool_calls": calls})
        out += [
            {"role": "tool", "tool_call_id": call.id, "content": call.result} for call in step.calls
        ]
    return out


def _responses(steps: list[Step], system: str) -> Messages:
    out: Messages = [{"role": "developer", "content": system}]
    for step in steps:
        if step.user is not None:
            out.append(
                {
                    "type": "message",
                    "role": "user",
                    "content": [{"type": "input_text", "text": step.user}],
                }
            )
        out.append({"type": "reasoning", "id": "rs", "encrypted_content": "gAAAA" * 20})
        out += [
            {
                "type": "function_call",
                "call_id": call.id,
                "name": call.tool,
                "arguments": json.dumps(call.arguments),
            }
            for call in step.calls
        ]
        out += [
            {"type": "function_call_output", "call_id": call.id, "output": call.result}
            for call in step.calls
        ]
    return out


def _anthropic(steps: list[Step], system: str) -> Messages:
    out: Messages = [{"role": "system", "content": system}]
    pending: list[dict[str, object]] = []
    for step in steps:
        if step.user is not None:
            pending.append({"type": "text", "text": step.user})
        if pending:
            out.append({"role": "user", "content": pending})
        used = [
            {"type": "tool_use", "id": call.id, "name": call.tool, "input": call.arguments}
            for call in step.calls
        ]
        thought = {"type": "thinking", "thinking": "hm", "signature": "c2ln" * 9}
        said = {"type": "text", "text": step.answer}
        out.append({"role": "assistant", "content": [thought, said, *used]})
        image = {"type": "image", "source": {"type": "base64", "data": "iVBORw0KGgo="}}
        pending = [
            {
                "type": "tool_result",
                "tool_use_id": call.id,
                "content": [{"type": "text", "text": call.result}, image],
            }
            for call in step.calls
        ]
    if pending:
        out.append({"role": "user", "content": pending})
    return out


def _gemini(steps: list[Step], system: str) -> Messages:
    del system  # stands beside the contents
    out: Messages = []
    for step in steps:
        if step.user is not None:
            out.append({"role": "user", "parts": [{"text": step.user}]})
        calls = [
            {
                "functionCall": {"id": call.id, "name": call.tool, "args": call.arguments},
                "thoughtSignature": "c2ln",
            }
            for call in step.calls
        ]
        out.append({"role": "model", "parts": [{"text": step.answer}, *calls]})
        out.append(
            {
                "role": "user",
                "parts": [
                    {
                        "functionResponse": {
                            "id": call.id,
                            "name": call.tool,
                            "response": {"output": call.result, "exit_code": 0},
                        }
                    }
                    for call in step.calls
                ],
            }
        )
    return out


def rows(count: int = 60, *, seed: int = 1) -> str:
    """A tool's answer in JSON that much can be left out of."""
    drawn = random.Random(seed)
    return json.dumps(
        [
            {
                "id": n,
                "name": f"customer {n}",
                "city": drawn.choice(["Oslo", "Rome", "Lima", "Kyiv", "Bonn"]),
                "total": drawn.randint(10, 99),
                "status": "ok",
            }
            for n in range(count)
        ]
    )


def lines(count: int = 80, *, seed: int = 1) -> str:
    """A tool's answer that is a log."""
    drawn = random.Random(seed)
    return "".join(
        f"2026-11-20 10:{n // 60:02d}:{n % 60:02d} INFO worker request {drawn.randint(0, 999)} "
        f"served in {n % 7} ms\n"
        for n in range(count)
    )


def step(number: int, *results: str, user: str | None = None) -> Step:
    """A step with one call a result, ids by number."""
    return Step(
        user=user if number else user or "Which orders are late?",
        calls=tuple(
            Call(f"call_{number}_{place}", "list_orders", {"page": number}, result)
            for place, result in enumerate(results)
        ),
    )


def digest(value: object) -> str:
    """What goes over the wire for ``value``."""
    return json.dumps(value, ensure_ascii=True)


def frozen(value: object) -> object:
    """A copy to compare with later: nothing given may be changed."""
    return copy.deepcopy(value)


def stem(messages: object) -> str:
    """What a later turn's messages have to begin with; a block may join the last message."""
    return digest(messages).rstrip("]}")
