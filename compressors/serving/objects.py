"""JSON as clients and providers write it: lone surrogates are let in, and written again."""

from __future__ import annotations

import json

import orjson


def json_text(value: object) -> bytes:
    """``value`` as JSON; lone surrogates are escaped."""
    try:
        return orjson.dumps(value)
    except TypeError:
        return json.dumps(value, separators=(",", ":")).encode()


def json_object(content: bytes) -> dict[str, object] | None:
    """The object that ``content`` is; None where it is none."""
    try:
        found = orjson.loads(content)
    except orjson.JSONDecodeError:
        try:
            # Some clients cut an emoji in two, which orjson does not read.
            found = json.loads(content)
        except (ValueError, RecursionError):
            return None
    return found if isinstance(found, dict) else None
