"""Other values at places of a JSON text, and not one other byte of it changed."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

import msgspec

from compressors.errors import ToinError
from compressors.providers.base import Place

_SPACE = b" \t\n\r"
_KEY = re.compile(rb'[ \t\n\r,]*"(?:[^"\\]|\\.)*"[ \t\n\r]*:[ \t\n\r]*', re.DOTALL)
_BETWEEN = re.compile(rb"[ \t\n\r,]*")
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F][0-9a-fA-F]{2}")

_MEMBERS = msgspec.json.Decoder(dict[str, msgspec.Raw])
_ITEMS = msgspec.json.Decoder(list[msgspec.Raw])


class NotSpliced(ToinError):
    """The text is no JSON that can be changed in one place: a key stands twice, or no such place.

    The message names the place, never what stands there.
    """


def splice(
    body: bytes,
    values: Mapping[Place, bytes],
    appended: Mapping[Place, Sequence[bytes]] | None = None,
) -> bytes:
    """``body``, a JSON text, with the JSON texts ``values`` at these places.

    ``appended`` are JSON texts that the lists at their places end with. Takes time in proportion
    to the body.

    Raises:
        NotSpliced: a place cannot be found for sure, or is within another that is replaced.
    """
    appended = {place: items for place, items in (appended or {}).items() if items}
    if not values and not appended:
        return body
    try:
        try:
            edits = sorted(_edits(body, values, appended))
        except msgspec.DecodeError:
            # A lone surrogate is valid in JSON, but no decoder of bytes takes it. Escapes are
            # looked past here, so others of the same length do as well.
            shadow = _SURROGATE.sub(rb"\\u0041", body)
            edits = sorted(_edits(shadow, values, appended))
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise NotSpliced(f"the body cannot be read ({type(error).__name__})") from None
    if any(before.end > after.start for before, after in pairwise(edits)):
        raise NotSpliced("one place stands within another")
    out, done = [], 0
    for start, end, value in edits:
        out += [body[done:start], value]
        done = end
    return b"".join((*out, body[done:]))


def changed(before: object, after: object, place: Place = ()) -> Iterator[tuple[Place, object]]:
    """Where ``after`` has another value than ``before``, and which.

    Both have one shape; what was not changed in ``after`` is the very object of ``before``.
    """
    if before is after:
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key, value in after.items():
            yield from changed(before[key], value, (*place, key))
    elif isinstance(before, list) and isinstance(after, list):
        for index, value in enumerate(after):
            yield from changed(before[index], value, (*place, index))
    else:
        yield place, after


class _Edit(NamedTuple):
    start: int
    end: int
    value: bytes


def _edits(
    body: bytes, values: Mapping[Place, bytes], appended: Mapping[Place, Sequence[bytes]]
) -> Iterator[_Edit]:
    for place, (start, end) in _spans(body, [*values, *(set(appended) - set(values))]):
        if place in values:
            yield _Edit(start, end, values[place])
        if place in appended:
            if body[start : start + 1] != b"[":
                raise NotSpliced(f"no list stands at {place}")
            empty = not body[start + 1 : end - 1].strip(_SPACE)
            items = b",".join(appended[place])
            yield _Edit(end - 1, end - 1, items if empty else b"," + items)


def _spans(body: bytes, places: list[Place]) -> Iterator[tuple[Place, tuple[int, int]]]:
    """Of each place where its value begins and ends; containers on the way are read once."""
    start = len(body) - len(body.lstrip(_SPACE))
    pending = [(places, 0, start, body[start:].rstrip(_SPACE))]
    while pending:
        below, depth, start, text = pending.pop()
        steps: defaultdict[int | str, list[Place]] = defaultdict(list)
        for place in below:
            if len(place) == depth:
                yield place, (start, start + len(text))
            else:
                steps[place[depth]].append(place)
        if not steps:
            continue
        found = dict(_children(text))
        for step, deeper in steps.items():
            if step not in found:
                raise NotSpliced(f"nothing stands at {deeper[0][: depth + 1]}")
            offset, child = found[step]
            pending.append((deeper, depth + 1, start + offset, child))


def _children(text: bytes) -> Iterator[tuple[int | str, tuple[int, bytes]]]:
    """The values directly in a container, each with its key or index and where it begins."""
    at = 1
    if text.startswith(b"{"):
        for key, raw in _MEMBERS.decode(text).items():
            match = _KEY.match(text, at)
            value = bytes(raw)
            at = match.end() if match else at
            if match is None or not text.startswith(value, at):
                raise NotSpliced("a key stands twice in one object")
            yield key, (at, value)
            at += len(value)
        if text[at:].strip(_SPACE) != b"}":
            raise NotSpliced("a key stands twice in one object")
    elif text.startswith(b"["):
        for index, raw in enumerate(_ITEMS.decode(text)):
            match = _BETWEEN.match(text, at)
            at = match.end() if match else at
            value = bytes(raw)
            yield index, (at, value)
            at += len(value)
