"""Anthropic's messages: calls are blocks, and so are results."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import orjson

from compressors.providers.base import Called, Fields, Place, fields_of, mappings, named
from compressors.serving.dialects.base import DESCRIPTION, PARAMETERS, TOOL, More
from compressors.serving.sse import ServerEvent, written

_CALL = "tool_use"


def tools_place(request: Fields) -> Place | None:
    """The list of tools."""
    return ("tools",) if any(mappings(request.get("tools"))) else None


def tool() -> object:
    """A tool of the client's."""
    return {"name": TOOL, "description": DESCRIPTION, "input_schema": PARAMETERS}


def tool_names(request: Fields) -> Iterator[str]:
    """The names of the client's tools and of the provider's."""
    for _, each in mappings(request.get("tools")):
        name = named(each.get("name"))
        if name:
            yield name


def calls(answer: Fields) -> list[Called]:
    """Blocks of the type ``tool_use``; what the provider runs itself is none."""
    return [_called(block) for block in _blocks(answer) if block.get("type") == _CALL]


def more(request: Fields, answer: Fields, results: Sequence[tuple[Called, str]]) -> More:  # noqa: ARG001
    """A turn of the model's blocks without other calls, and one of the results."""
    ours = {call.id for call, _ in results}
    kept = [
        block for block in _blocks(answer) if block.get("type") != _CALL or block.get("id") in ours
    ]
    returned = [
        {"type": "tool_result", "tool_use_id": call.id, "content": text} for call, text in results
    ]
    turn = {"role": "assistant", "content": kept}
    return More(("messages",), [turn, {"role": "user", "content": returned}])


class AnthropicReader:
    """Puts blocks together from their deltas."""

    def __init__(self) -> None:
        self._blocks: dict[object, dict[str, object]] = {}
        self._json: dict[object, str] = {}
        self._holds = False
        self._ended = False

    def take(self, event: Fields) -> bool:
        """One event; from the first call on, all are held."""
        kind, index = event.get("type"), event.get("index")
        if kind == "content_block_start":
            block = dict(fields_of(event.get("content_block")) or {})
            self._blocks[index] = block
            self._holds = self._holds or block.get("type") == _CALL
        elif kind == "content_block_delta":
            self._delta(index, fields_of(event.get("delta")) or {})
        elif kind == "message_stop":
            self._ended = True
        return self._holds

    def answer(self) -> Fields | None:
        """The answer, as far as the loop needs it: its blocks."""
        if not self._ended:
            return None
        for index, text in self._json.items():
            try:
                self._blocks[index]["input"] = orjson.loads(text) if text else {}
            except orjson.JSONDecodeError:
                return None
        return {"content": [block for _, block in sorted(self._blocks.items(), key=_place)]}

    def _delta(self, index: object, delta: Fields) -> None:
        block = self._blocks.setdefault(index, {})
        for kind, key in _GROWING.items():
            text = delta.get(key)
            if delta.get("type") == kind and isinstance(text, str):
                before = block.get(key, "")
                block[key] = (before if isinstance(before, str) else "") + text
        partial = delta.get("partial_json")
        if isinstance(partial, str):
            self._json[index] = self._json.get(index, "") + partial


_GROWING = {"text_delta": "text", "thinking_delta": "thinking", "signature_delta": "signature"}


class AnthropicJoiner:
    """Numbers the blocks of later answers on from those that went out."""

    def __init__(self) -> None:
        self._sent = 0
        self._before: int | None = None

    def first(self, event: ServerEvent, fields: Fields | None) -> None:  # noqa: ARG002
        """Count blocks."""
        if fields is not None and fields.get("type") == "content_block_start":
            self._sent += 1

    def joined(self, event: ServerEvent, fields: Fields | None) -> bytes:
        """Without another beginning, and with indices that go on."""
        if fields is None:
            return event.raw
        kind, index = fields.get("type"), fields.get("index")
        if kind == "message_start":
            self._before = self._sent
            return b""
        if not isinstance(index, int):
            return event.raw
        if kind == "content_block_start":
            self._sent += 1
        return written({**fields, "index": index + (self._before or 0)}, name=str(kind))


def reader() -> AnthropicReader:
    """For the stream of one answer."""
    return AnthropicReader()


def joiner() -> AnthropicJoiner:
    """For all answers to one request."""
    return AnthropicJoiner()


def _blocks(answer: Fields) -> list[Fields]:
    return [block for _, block in mappings(answer.get("content"))]


def _called(block: Fields) -> Called:
    return Called(named(block.get("id")), named(block.get("name")), block.get("input"))


def _place(item: tuple[object, object]) -> int:
    return item[0] if isinstance(item[0], int) else 0
