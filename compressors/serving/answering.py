"""Originals that a model asks for: which it may have, what it gets, and the event of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from compressors._report import report
from compressors.engine import Engine
from compressors.errors import HandleUnknown
from compressors.events import Event
from compressors.kinds.base import Passage
from compressors.providers.base import Called
from compressors.serving.dialects.base import TOOL
from compressors.serving.objects import json_object
from compressors.telemetry import LiveStamps, retrieval_event
from compressors.tokens import estimate
from compressors.turn import Placed, Turn

_NO_MORE = (
    "[toin: too many originals were asked for in one turn; go on with what is there, "
    "and ask again later if need be]"
)


class Answered(NamedTuple):
    """What the model gets, and the event that says so; None where nothing was had back."""

    text: str
    event: Event | None


class Answering:
    """Answers calls of the retrieval tool for the messages of one request.

    Only originals that those messages show a handle of are given out.
    """

    def __init__(self, engine: Engine, turn: Turn[object], stamps: LiveStamps) -> None:
        self._engine = engine
        self._stamps = stamps
        self._conversation = turn.conversation
        self._shown = _shown(turn.compressions)

    @staticmethod
    def ours(call: Called) -> bool:
        """Whether a call is one of the tool that was added."""
        return call.name == TOOL

    def answer(self, call: Called, *, last: bool = False) -> Answered:
        """The original, or the passages asked for. Never raises.

        ``last`` says that no more is given out in this turn.
        """
        if last:
            return Answered(_NO_MORE, None)
        handle, query = _asked(call)
        placed = self._shown.get(handle)
        if placed is None:
            return Answered(
                "[toin: no original is kept under this handle in this conversation; give the "
                "16 hex digits that stand in the marker]",
                None,
            )
        try:
            text = self._engine.retrieve(handle, query)
            passages = bool(query) and text != self._engine.retrieve(handle)
            found = self._passages(handle, query) if passages and query else []
        except HandleUnknown:
            return Answered(
                "[toin: the original is not kept any more; call the tool that returned it again]",
                None,
            )
        except Exception as error:
            report(error, "answering a retrieval")
            return Answered("[toin: the original cannot be read; call its tool again]", None)
        event = retrieval_event(
            self._engine,
            placed.compression,
            stamp=self._stamps.next(),
            of=placed.event_id,
            mode="query" if passages else "full",
            tokens_returned=estimate(text),
            positions=[passage.position for passage in found],
            fields=[name for passage in found for name in passage.fields],
            conversation=self._conversation,
            nth=placed.nth,
        )
        return Answered(text, event)

    def _passages(self, handle: str, query: str) -> list[Passage]:
        reading = self._engine.read(self._engine.retrieve(handle))
        return self._engine.passages(reading, query)


def _shown(compressions: Sequence[Placed]) -> dict[str, Placed]:
    """Of each handle that stands in the messages the compression that it came with first."""
    shown: dict[str, Placed] = {}
    for placed in compressions:
        handle = placed.compression.handle
        if handle is not None:
            shown.setdefault(handle, placed)
    return shown


def _asked(call: Called) -> tuple[str, str | None]:
    """Handle and query of a call, as far as it has them."""
    arguments = call.arguments
    if isinstance(arguments, str):
        arguments = json_object(arguments.encode("utf-8", "surrogatepass"))
    said: Mapping[object, object] = arguments if isinstance(arguments, Mapping) else {}
    handle, query = said.get("handle"), said.get("query")
    return (
        handle.strip() if isinstance(handle, str) else "",
        query if isinstance(query, str) and query.strip() else None,
    )
