"""What every kind of content offers the engine, and what it gives back.

A kind knows text and parameters, nothing of profiles' names, stores or telemetry.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import msgspec


class Params(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Parameters of a profile. Each kind that has any derives its own from this.

    ``lossless`` asks for the reversible encoding alone: everything else is kept.
    """

    lossless: bool = False
    passthrough: bool = False


class Cut(msgspec.Struct, frozen=True):
    """What a kind made of a content.

    ``text`` carries the kind's own notes about what was left out (how many, of what),
    but no handle: the engine adds that. ``lossy`` says whether anything can be had
    only behind a handle. ``items_*`` count rows, lines, matches or hunks; ``unit`` names
    them in the plural; None where the kind counts nothing.
    """

    text: str
    lossy: bool
    unit: str = "lines"
    items_before: int | None = None
    items_after: int | None = None


class Content(msgspec.Struct, frozen=True):
    """A content whose kind was recognised.

    ``parsed`` is what recognition had to work out anyway (a JSON document, a list of
    lines, a layout); its type is the kind's own business.
    """

    kind: str
    text: str
    parsed: Any


class Focus(msgspec.Struct, frozen=True):
    """What the reader is after, as far as it is known.

    ``query`` is the last user text and the arguments of the tool call; empty where
    nothing is known. ``preserved`` tells whether a field's name is one of those that a
    slice asks to preserve.
    """

    query: str = ""
    preserved: Callable[[str], bool] = lambda _name: False


class Passage(msgspec.Struct, frozen=True):
    """A part of an original that answers a query.

    ``position`` is where it stood, in twentieths of the original (0..19); ``fields`` are
    the plain names of the fields that answered (``json`` and ``table`` only).
    """

    text: str
    position: int
    fields: tuple[str, ...] = ()


class Kind(Protocol):
    """The face of a module in ``compressors.kinds``."""

    NAME: str

    def recognise(self, text: str) -> Any | None:
        """What was parsed if ``text`` is of this kind, else None. Never raises."""
        ...

    def signature(self, parsed: Any) -> str:
        """The shape, free of values and sizes, that the structure hash is made of."""
        ...

    def compress(self, content: Content, params: Any, focus: Focus) -> Cut:
        """``content`` shortened as ``params`` say."""
        ...

    def restore(self, text: str) -> str:
        """The original, to the character, from what the lossless parameters made of it."""
        ...

    def find(self, content: Content, query: str) -> list[Passage]:
        """The parts that answer ``query``, best first; empty where nothing does."""
        ...
