"""The reader that all solvers share: what is left of a record in a text.

It reads what stands in the text alone. Where the engine writes repeated forms once, the text's
own header says how to read it, and the kind's way back does just that. Of a record that is
found, only fields that still have both their name and their value count.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence

import orjson

from pipelines.replays.solvers.notation import written_out

Fields = Mapping[str, object]

_PAIR = re.compile(r'([A-Za-z_]\w*)=("(?:[^"\\]|\\.)*")')


def find(text: str, ids: Sequence[str], *, kind: str) -> dict[str, Fields]:
    """The records with these ids, as far as they are left.

    In JSON a record is the object whose ``id`` it is; elsewhere the line whose ``id="…"``
    it is. An answer that is cut off in the middle still has the objects before the cut.
    """
    plain = written_out(text, kind=kind)
    wanted = {identifier for identifier in ids if identifier in plain}
    found: dict[str, Fields] = {}
    if not wanted:
        return found
    for fields in _records(plain, wanted):
        identifier = fields.get("id")
        if isinstance(identifier, str) and identifier in wanted:
            found.setdefault(identifier, fields)
            if len(found) == len(wanted):
                break
    return found


def _records(text: str, ids: Collection[str]) -> Iterator[Fields]:
    """Objects or lines that may be the records, as a text of this form holds them."""
    if text.lstrip()[:1] in ("{", "["):
        try:
            document = orjson.loads(text)
        except orjson.JSONDecodeError:
            yield from _enclosing(text, ids)
        else:
            yield from _objects(document)
            return
    marks = [f'id="{identifier}"' for identifier in ids]
    for line in text.splitlines():
        if any(mark in line for mark in marks):
            yield _pairs(line)


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


def _pairs(line: str) -> Fields:
    fields: dict[str, object] = {}
    for name, quoted in _PAIR.findall(line):
        try:
            fields[name] = orjson.loads(quoted)
        except orjson.JSONDecodeError:
            continue
    return fields
