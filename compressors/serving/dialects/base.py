"""What the retrieval loop needs to know of a provider's form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol

from compressors.providers.base import Called, Fields, Place
from compressors.serving.sse import ServerEvent

TOOL = "toin_retrieve"
DESCRIPTION = (
    "Returns what was left out of an earlier tool result. Where a result has a line such as "
    '[toin: 180 of 200 rows left out; toin_retrieve("4f1c2a9be07d5583") returns all of it], call '
    "this with that handle if you need what is missing. With a query, only the passages that "
    "answer it are returned, where there are any. Do not call it for anything else."
)
PARAMETERS: Mapping[str, object] = {
    "type": "object",
    "properties": {
        "handle": {"type": "string", "description": "The 16 hex digits of the marker."},
        "query": {"type": "string", "description": "What you are looking for; may be left out."},
    },
    "required": ["handle"],
}


class More(NamedTuple):
    """What a request continues with: items that the list at ``place`` is to end with.

    ``instead`` is a list to be put there first, where what stands there is no list.
    """

    place: Place
    items: Sequence[object]
    instead: list[object] | None = None


class Reader(Protocol):
    """Reads the stream of one answer."""

    def take(self, event: Fields) -> bool:
        """Whether this event, and all after it, are held back: a call may be ours."""
        ...

    def answer(self) -> Fields | None:
        """The whole answer, as it would have come without a stream; None where it did not end."""
        ...


class Joiner(Protocol):
    """Makes the streams of several answers one."""

    def first(self, event: ServerEvent, fields: Fields | None) -> None:
        """An event of the first answer went to the client, as it is."""
        ...

    def joined(self, event: ServerEvent, fields: Fields | None) -> bytes:
        """What goes to the client for an event of a later answer; empty where nothing does."""
        ...


class Dialect(Protocol):
    """The face of a module in ``compressors.serving.dialects``."""

    def tools_place(self, request: Fields) -> Place | None:
        """The list that the tool is added to; None where the request is no place for it."""
        ...

    def tool(self) -> object:
        """The tool, as this form declares one."""
        ...

    def tool_names(self, request: Fields) -> Iterator[str]:
        """The names of the tools that the request brings."""
        ...

    def calls(self, answer: Fields) -> list[Called]:
        """Calls that a client is to carry out, in order."""
        ...

    def more(self, request: Fields, answer: Fields, results: Sequence[tuple[Called, str]]) -> More:
        """The model's turn with these calls alone, and their results."""
        ...

    def reader(self) -> Reader:
        """For the stream of one answer."""
        ...

    def joiner(self) -> Joiner:
        """For all answers to one request."""
        ...


class Verbatim:
    """A joiner for forms whose events say nothing of their place."""

    def first(self, event: ServerEvent, fields: Fields | None) -> None:
        """Nothing to remember."""

    def joined(self, event: ServerEvent, fields: Fields | None) -> bytes:  # noqa: ARG002
        """As it came."""
        return event.raw
