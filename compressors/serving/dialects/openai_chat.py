"""OpenAI's chat completions, and those of many who speak its form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from compressors.providers.base import Called, Fields, Place, fields_of, mappings, named
from compressors.serving.dialects.base import DESCRIPTION, PARAMETERS, TOOL, More, Verbatim

# What an answer says of itself that no message may say.
_ANSWERS_ONLY = frozenset({"annotations", "audio", "function_call", "refusal"})


def tools_place(request: Fields) -> Place | None:
    """The list of tools; several answers at once are not followed."""
    several = request.get("n") not in (None, 1)
    return ("tools",) if any(mappings(request.get("tools"))) and not several else None


def tool() -> object:
    """A function."""
    function = {"name": TOOL, "description": DESCRIPTION, "parameters": PARAMETERS}
    return {"type": "function", "function": function}


def tool_names(request: Fields) -> Iterator[str]:
    """The names of functions and custom tools."""
    for _, each in mappings(request.get("tools")):
        inner = fields_of(each.get("function", each.get("custom"))) or {}
        name = named(inner.get("name"))
        if name:
            yield name


def calls(answer: Fields) -> list[Called]:
    """The calls of the first choice."""
    found = []
    for _, call in mappings(_message(answer).get("tool_calls")):
        function = fields_of(call.get("function", call.get("custom"))) or {}
        written = function.get("arguments", function.get("input"))
        found.append(Called(named(call.get("id")), named(function.get("name")), written))
    return found


def more(request: Fields, answer: Fields, results: Sequence[tuple[Called, str]]) -> More:  # noqa: ARG001
    """The model's message without other calls, and a message for each result."""
    ours = {call.id for call, _ in results}
    message = _message(answer)
    kept = [call for _, call in mappings(message.get("tool_calls")) if call.get("id") in ours]
    turn = {
        "role": "assistant",
        "content": None,
        **{
            key: value
            for key, value in message.items()
            if value is not None and key not in _ANSWERS_ONLY
        },
        "tool_calls": kept,
    }
    returned = [
        {"role": "tool", "tool_call_id": call.id, "content": text} for call, text in results
    ]
    return More(("messages",), [turn, *returned])


class ChatReader:
    """Puts the message of the first choice together from its deltas."""

    def __init__(self) -> None:
        self._message: dict[str, object] = {}
        self._calls: dict[object, dict[str, object]] = {}
        self._ended = False

    def take(self, event: Fields) -> bool:
        """One chunk; from the first call on, all are held."""
        for _, choice in mappings(event.get("choices")):
            if choice.get("index") not in (None, 0):
                continue
            self._grow(fields_of(choice.get("delta")) or {})
            self._ended = self._ended or choice.get("finish_reason") is not None
        return bool(self._calls)

    def answer(self) -> Fields | None:
        """The answer, as far as the loop needs it: its message."""
        if not self._ended:
            return None
        calls = [call for _, call in sorted(self._calls.items(), key=_place)]
        message = {**self._message, "tool_calls": calls}
        return {"choices": [{"index": 0, "message": message}]}

    def _grow(self, delta: Fields) -> None:
        for key, value in delta.items():
            if key == "tool_calls":
                for _, call in mappings(value):
                    _merge(self._calls.setdefault(call.get("index"), {}), call)
            elif key != "role":
                _merge(self._message, {key: value})


def reader() -> ChatReader:
    """For the stream of one answer."""
    return ChatReader()


def joiner() -> Verbatim:
    """Chunks say nothing of their place but for calls, and no call went out before."""
    return Verbatim()


def _message(answer: Fields) -> Fields:
    choice: Fields = next((each for _, each in mappings(answer.get("choices"))), {})
    return fields_of(choice.get("message")) or {}


def _merge(into: dict[str, object], delta: Fields) -> None:
    """Texts grow, lists grow, objects are merged, all else is said once."""
    for key, value in delta.items():
        before = into.get(key)
        if key in ("id", "type", "index", "name"):
            if value not in (None, "") and key != "index":
                into[key] = value
        elif isinstance(before, str) and isinstance(value, str):
            into[key] = before + value
        elif isinstance(before, dict) and isinstance(value, Mapping):
            _merge(before, value)
        elif isinstance(before, list) and isinstance(value, list):
            into[key] = [*before, *value]
        elif isinstance(value, Mapping):
            fresh: dict[str, object] = {}
            _merge(fresh, value)
            into[key] = fresh
        elif value is not None:
            into[key] = value


def _place(item: tuple[object, object]) -> int:
    return item[0] if isinstance(item[0], int) else 0
