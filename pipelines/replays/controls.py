"""Controls: what losing as much by other means costs, at the ratio a profile achieved.

A profile that does not beat a blind deletion of the same size is not worth publishing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import orjson

from pipelines.replays.draws import Draw

Control = Callable[[str, float, Draw], str]

T = TypeVar("T")


def random_deletion(text: str, ratio: float, draw: Draw) -> str:
    """About ``ratio`` of ``text``: its rows, or its lines, in order, without those drawn.

    Rows are the elements of the longest list of a JSON document; every other text is taken by
    lines. A row is kept while it fits; at least one is.
    """
    document, rows = _rows(text)
    if rows is None:
        lines = text.splitlines(keepends=True)
        return "".join(_kept(lines, [len(line) for line in lines], ratio, draw))
    sizes = [len(orjson.dumps(row)) for row in rows]
    rows[:] = _kept(list(rows), sizes, ratio, draw)
    return orjson.dumps(document).decode()


def truncation(text: str, ratio: float, draw: Draw) -> str:
    """The first ``ratio`` of the characters of ``text``. Nothing is drawn."""
    del draw
    return text[: int(len(text) * ratio)]


CONTROLS: Mapping[str, Control] = {
    "random_deletion": random_deletion,
    "truncation": truncation,
}


def _kept(parts: list[T], sizes: Sequence[int], ratio: float, draw: Draw) -> list[T]:
    budget = sum(sizes) * ratio
    chosen: set[int] = set()
    spent = 0
    for place in draw.order(len(parts)):
        if not chosen or spent + sizes[place] <= budget:
            chosen.add(place)
            spent += sizes[place]
    return [part for place, part in enumerate(parts) if place in chosen]


def _rows(text: str) -> tuple[object, list[object] | None]:
    """A JSON document and its longest list; no list where ``text`` is no such document."""
    if text.lstrip()[:1] not in ("{", "["):
        return None, None
    try:
        document = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None, None
    lists = [document, *document.values()] if isinstance(document, dict) else [document]
    found = [part for part in lists if isinstance(part, list) and part]
    return document, max(found, key=len, default=None)
