"""Gemini's contents: calls and responses are parts, and a stream is of whole answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from compressors.providers.base import Called, Fields, Place, fields_of, mappings, named
from compressors.serving.dialects.base import DESCRIPTION, PARAMETERS, TOOL, More, Verbatim

_DECLARATIONS = ("functionDeclarations", "function_declarations")


def tools_place(request: Fields) -> Place | None:
    """The first list of functions: some endpoints take one only."""
    settings = fields_of(request.get("generationConfig")) or {}
    if settings.get("candidateCount") not in (None, 1):
        return None
    for index, each in mappings(request.get("tools")):
        for key in _DECLARATIONS:
            if any(mappings(each.get(key))):
                return ("tools", index, key)
    return None


def tool() -> object:
    """A declaration of a function."""
    return {"name": TOOL, "description": DESCRIPTION, "parameters": PARAMETERS}


def tool_names(request: Fields) -> Iterator[str]:
    """The names of functions."""
    for _, each in mappings(request.get("tools")):
        for key in _DECLARATIONS:
            for _, function in mappings(each.get(key)):
                name = named(function.get("name"))
                if name:
                    yield name


def calls(answer: Fields) -> list[Called]:
    """Parts of the first candidate that are calls."""
    return [call for part in _parts(answer) if (call := _called(part)) is not None]


def more(request: Fields, answer: Fields, results: Sequence[tuple[Called, str]]) -> More:  # noqa: ARG001
    """The model's parts without other calls, and a part for each result."""
    ours = [call for call, _ in results]
    kept = [part for part in _parts(answer) if _called(part) is None or _called(part) in ours]
    returned = [
        {
            "functionResponse": {
                **({"id": call.id} if call.id else {}),
                "name": call.name,
                "response": {"output": text},
            }
        }
        for call, text in results
    ]
    return More(
        ("contents",),
        [{"role": "model", "parts": kept}, {"role": "user", "parts": returned}],
    )


class GeminiReader:
    """Gathers the parts of all chunks."""

    def __init__(self) -> None:
        self._parts: list[Fields] = []
        self._holds = False
        self._ended = False

    def take(self, event: Fields) -> bool:
        """One chunk; from the first call on, all are held."""
        parts = _parts(event)
        self._parts += parts
        self._holds = self._holds or any(_called(part) for part in parts)
        candidate: Fields = next((each for _, each in mappings(event.get("candidates"))), {})
        self._ended = self._ended or candidate.get("finishReason") is not None
        return self._holds

    def answer(self) -> Fields | None:
        """The answer, as far as the loop needs it: its parts."""
        if not self._ended:
            return None
        return {"candidates": [{"content": {"role": "model", "parts": self._parts}}]}


def reader() -> GeminiReader:
    """For the stream of one answer."""
    return GeminiReader()


def joiner() -> Verbatim:
    """Chunks say nothing of their place."""
    return Verbatim()


def _parts(answer: Fields) -> list[Fields]:
    candidate: Fields = next((each for _, each in mappings(answer.get("candidates"))), {})
    content = fields_of(candidate.get("content")) or {}
    return [part for _, part in mappings(content.get("parts"))]


def _called(part: Fields) -> Called | None:
    call = fields_of(part.get("functionCall"))
    if call is None:
        return None
    return Called(named(call.get("id")), named(call.get("name")), call.get("args"))
