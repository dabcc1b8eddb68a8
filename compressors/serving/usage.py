"""What a provider says it billed, in whichever form it says so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from compressors.serving.forms import FormName

_MOST = 2**53


class Usage(NamedTuple):
    """Billed tokens, each counted once: as input, cache read, cache write, or output."""

    input: int
    cache_read: int
    cache_write: int
    output: int


class UsageReader:
    """Reads usage off an answer, or off the events of one; what comes later counts."""

    def __init__(self, form: FormName) -> None:
        self._form = form
        self._said: dict[str, object] = {}

    def look(self, fields: Mapping[str, object]) -> None:
        """One answer, or one event of a stream."""
        said: dict[str, object] = {}
        for place in _PLACES[self._form]:
            found: object = fields
            for key in place:
                found = found.get(key) if isinstance(found, Mapping) else None
            if isinstance(found, Mapping):
                said |= {name: value for name, value in found.items() if value is not None}
        self._said |= said

    def read(self) -> Usage | None:
        """What was billed; None where nothing was said of it."""
        return _READ[self._form](self._said) if self._said else None


def _anthropic(said: Mapping[str, object]) -> Usage:
    read, write = _at(said, "cache_read_input_tokens"), _at(said, "cache_creation_input_tokens")
    return Usage(_at(said, "input_tokens"), read, write, _at(said, "output_tokens"))


def _chat(said: Mapping[str, object]) -> Usage:
    read = _at(said, "prompt_tokens_details", "cached_tokens")
    return _less_read(_at(said, "prompt_tokens"), read, _at(said, "completion_tokens"))


def _responses(said: Mapping[str, object]) -> Usage:
    read = _at(said, "input_tokens_details", "cached_tokens")
    return _less_read(_at(said, "input_tokens"), read, _at(said, "output_tokens"))


def _gemini(said: Mapping[str, object]) -> Usage:
    output = _at(said, "candidatesTokenCount") + _at(said, "thoughtsTokenCount")
    given = _at(said, "promptTokenCount") + _at(said, "toolUsePromptTokenCount")
    return _less_read(given, _at(said, "cachedContentTokenCount"), output)


def _less_read(given: int, read: int, output: int) -> Usage:
    """OpenAI and Gemini count what the cache gave among the input."""
    return Usage(max(0, given - read), read, 0, output)


_PLACES: Mapping[FormName, tuple[tuple[str, ...], ...]] = {
    "anthropic": (("usage",), ("message", "usage")),
    "openai_chat": (("usage",),),
    "openai_responses": (("usage",), ("response", "usage")),
    "gemini": (("usageMetadata",),),
}
_READ = {
    "anthropic": _anthropic,
    "openai_chat": _chat,
    "openai_responses": _responses,
    "gemini": _gemini,
}


def _at(said: Mapping[str, object], *path: str) -> int:
    """A count; 0 where it is none."""
    found: object = said
    for key in path:
        found = found.get(key) if isinstance(found, Mapping) else None
    fits = isinstance(found, int) and not isinstance(found, bool) and 0 <= found <= _MOST
    return found if fits and isinstance(found, int) else 0
