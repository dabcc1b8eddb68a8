"""OpenAI's responses: items in, items out, and a stream that numbers everything."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from compressors.providers.base import Called, Fields, Place, fields_of, mappings, named
from compressors.serving.dialects.base import DESCRIPTION, PARAMETERS, TOOL, More
from compressors.serving.sse import ServerEvent, written

_CALLS = ("function_call", "custom_tool_call")
_BEGINNINGS = ("response.created", "response.queued", "response.in_progress")
_ENDS = ("response.completed", "response.incomplete")


def tools_place(request: Fields) -> Place | None:
    """The list of tools; not where the provider keeps the conversation or answers later."""
    kept = request.get("conversation") is not None or request.get("background") is True
    return ("tools",) if any(mappings(request.get("tools"))) and not kept else None


def tool() -> object:
    """A function."""
    return {
        "type": "function",
        "name": TOOL,
        "description": DESCRIPTION,
        "parameters": PARAMETERS,
        "strict": False,
    }


def tool_names(request: Fields) -> Iterator[str]:
    """The names of functions and custom tools."""
    for _, each in mappings(request.get("tools")):
        name = named(each.get("name"))
        if name:
            yield name


def calls(answer: Fields) -> list[Called]:
    """Items that are calls of the client's tools."""
    return [
        Called(
            named(item.get("call_id")),
            named(item.get("name")),
            item.get("arguments", item.get("input")),
        )
        for _, item in mappings(answer.get("output"))
        if item.get("type") in _CALLS
    ]


def more(request: Fields, answer: Fields, results: Sequence[tuple[Called, str]]) -> More:
    """The model's items without other calls, and an item for each result."""
    ours = {call.id for call, _ in results}
    stored = request.get("store") is not False
    kept = [
        item
        for _, item in mappings(answer.get("output"))
        if (item.get("type") not in _CALLS or item.get("call_id") in ours)
        # What is not stored can only be sent back where it is all there.
        and (stored or item.get("type") != "reasoning" or item.get("encrypted_content"))
    ]
    returned = [
        {"type": "function_call_output", "call_id": call.id, "output": text}
        for call, text in results
    ]
    given = request.get("input")
    spoken: list[object] = [{"role": "user", "content": given}]
    return More(("input",), [*kept, *returned], spoken if isinstance(given, str) else None)


class ResponsesReader:
    """Takes the answer from the event that ends it."""

    def __init__(self) -> None:
        self._holds = False
        self._answer: Fields | None = None

    def take(self, event: Fields) -> bool:
        """One event; from the first call on, all are held."""
        if event.get("type") == "response.output_item.added":
            item = fields_of(event.get("item")) or {}
            self._holds = self._holds or item.get("type") in _CALLS
        elif event.get("type") in _ENDS:
            self._answer = fields_of(event.get("response"))
        return self._holds

    def answer(self) -> Fields | None:
        """The response."""
        return self._answer


class ResponsesJoiner:
    """Numbers items and events of later answers on, and lists all items at the end."""

    def __init__(self) -> None:
        self._items: list[object] = []
        self._before: list[object] = []
        self._number = -1

    def first(self, event: ServerEvent, fields: Fields | None) -> None:  # noqa: ARG002
        """Remember what went out."""
        if fields is None:
            return
        number = fields.get("sequence_number")
        self._number = number if isinstance(number, int) else self._number
        if fields.get("type") == "response.output_item.done":
            self._items.append(fields.get("item"))

    def joined(self, event: ServerEvent, fields: Fields | None) -> bytes:
        """Without another beginning, and with numbers that go on."""
        if fields is None:
            return event.raw
        kind = fields.get("type")
        if kind in _BEGINNINGS:
            self._before = list(self._items)
            return b""
        changed = dict(fields)
        if "sequence_number" in fields:
            self._number += 1
            changed["sequence_number"] = self._number
        index = fields.get("output_index")
        if isinstance(index, int):
            changed["output_index"] = index + len(self._before)
        if kind == "response.output_item.done":
            self._items.append(fields.get("item"))
        response = fields_of(fields.get("response"))
        if response is not None:
            own = [item for _, item in mappings(response.get("output"))]
            changed["response"] = {**response, "output": [*self._before, *own]}
        return written(changed, name=str(kind))


def reader() -> ResponsesReader:
    """For the stream of one answer."""
    return ResponsesReader()


def joiner() -> ResponsesJoiner:
    """For all answers to one request."""
    return ResponsesJoiner()
