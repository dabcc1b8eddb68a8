"""Records as the rows of an API's answer in JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Sequence

import orjson

from compressors.kinds.json import left_in
from pipelines.replays.draws import Draw
from pipelines.replays.items import Record
from pipelines.replays.renderings.base import Fields

# A number that says how much is gone is none of the value's own.
_CUT = re.compile(r"\[… [\d,]+ characters\]")


def render(records: Sequence[Record], draw: Draw) -> str:
    """The records as rows of an API's answer: a bare list or a page of one, tight or spaced."""
    rows = [record.fields for record in records]
    document: object
    match draw.below(4):
        case 0 | 1:
            document = rows
        case 2:
            document = {"total": len(rows), "page": 1, "results": rows}
        case _:
            document = {"status": "ok", "request": f"req-{draw.below(16**8):08x}", "items": rows}
    match draw.below(4):
        case 0:
            return orjson.dumps(document, option=orjson.OPT_INDENT_2).decode()
        case 1:
            return json.dumps(document, ensure_ascii=False)
        case _:
            return orjson.dumps(document).decode()


def read(text: str, ids: Collection[str]) -> Iterator[Fields]:
    """The objects of the document; of one that is cut off, the whole objects around the ids."""
    left = left_in(text)
    plain = _CUT.sub("…", left)
    if left is text:
        # Most often the records are there as they were, and need not be looked for in all others.
        whole = [fields for fields in _enclosing(plain, ids) if fields.get("id") in ids]
        if len(whole) == sum(f'"{identifier}"' in plain for identifier in ids):
            yield from whole
            return
    try:
        document = orjson.loads(plain)
    except orjson.JSONDecodeError:
        yield from _enclosing(plain, ids)
    else:
        yield from _objects(document)


def _objects(value: object) -> Iterator[Fields]:
    """Every object of a document: those of a list before what they hold."""
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            if isinstance(inner, dict | list):
                yield from _objects(inner)
    elif isinstance(value, list):
        objects = [inner for inner in value if isinstance(inner, dict)]
        yield from objects
        for inner in objects:
            for held in inner.values():
                if isinstance(held, dict | list):
                    yield from _objects(held)
        for inner in value:
            if isinstance(inner, list):
                yield from _objects(inner)


def _enclosing(text: str, ids: Collection[str]) -> Iterator[Fields]:
    """The smallest whole object around each id, in a text that is no document any more."""
    decoder = json.JSONDecoder()
    for identifier in ids:
        at = text.find(f'"{identifier}"')
        start = text.rfind("{", 0, at) if at >= 0 else -1
        if start >= 0:
            try:
                value, _ = decoder.raw_decode(text, start)
            except json.JSONDecodeError:
                continue
            if isinstance(value, dict):
                yield value
