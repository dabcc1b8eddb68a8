"""A stream of events (SSE) as it comes in: cut into whole events, each with its very bytes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from compressors.serving.objects import json_object, json_text

_END = re.compile(rb"\r\n\r\n|\n\n|\r\r")
_LONGEST = 32 * 1024 * 1024


class ServerEvent(NamedTuple):
    """One event: its bytes with the empty line that ends it, and its data, joined by newlines."""

    raw: bytes
    data: bytes

    def fields(self) -> dict[str, object] | None:
        """Its data where that is a JSON object."""
        return json_object(self.data) if self.data.startswith(b"{") else None


class TooLong(ValueError):
    """An event that does not end."""


class Events:
    """Cuts chunks of a stream into events."""

    def __init__(self, *, longest: int = _LONGEST) -> None:
        self._rest = bytearray()
        self._looked = 0
        self._longest = longest

    def feed(self, chunk: bytes) -> Iterator[ServerEvent]:
        """The events that are complete with ``chunk``.

        Raises:
            TooLong: one is longer than any model's answer.
        """
        self._rest += chunk
        while True:
            match = _END.search(self._rest, max(0, self._looked - 3))
            if match is None:
                self._looked = len(self._rest)
                break
            raw = bytes(self._rest[: match.end()])
            del self._rest[: match.end()]
            self._looked = 0
            yield ServerEvent(raw, _data(raw))
        if len(self._rest) > self._longest:
            raise TooLong(f"an event of the stream is longer than {self._longest} bytes")

    def rest(self) -> bytes:
        """What no empty line has ended; it is given out once."""
        rest, self._rest, self._looked = bytes(self._rest), bytearray(), 0
        return rest


def written(fields: object, *, name: str | None = None) -> bytes:
    """An event with these fields as its data."""
    head = f"event: {name}\n".encode() if name else b""
    return head + b"data: " + json_text(fields) + b"\n\n"


def _data(raw: bytes) -> bytes:
    lines = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    return b"\n".join(line[5:].removeprefix(b" ") for line in lines if line.startswith(b"data:"))
