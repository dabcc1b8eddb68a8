"""What every rendering offers: records as a tool's answer, and what is left of them read again."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Protocol

from pipelines.replays.draws import Draw
from pipelines.replays.items import Record

Fields = Mapping[str, object]
"""What is left of a record: its fields by name, ``id`` among them."""


class Rendering(Protocol):
    """The face of a module in this package: one kind of tool answer.

    A record is rendered alike wherever it stands and whether or not it is asked for.
    """

    def render(self, records: Sequence[Record], draw: Draw) -> str:
        """The records as one answer of a tool, drawn from layouts that such tools have."""
        ...

    def read(self, text: str, ids: Collection[str]) -> Iterator[Fields]:
        """What stands in ``text`` of the records with these ids, and perhaps of others.

        ``text`` is an answer, or what a profile or a control left of it: where the engine
        writes repeated forms once, the text's own notation says how to read it, and only that
        is used. Of a field, only what still has both its name and its whole value counts.
        """
        ...
