"""How values are written among the lines of a file or a page, and whose text is whose.

A value is written plainly where that is unmistakable, else as JSON. Written so, it holds no
line end of any sort and no ellipsis: where one stands, the engine left something out.
"""

from __future__ import annotations

import json
import re

import orjson

CUT = "…"
"""Stands where the engine left something out, and nowhere else."""

_ESCAPED = re.compile("[\x7f-\x9f\u2028\u2029\ufeff" + CUT + "]")
_PLAIN = re.compile(
    "[\\w$(“](?:[^\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\\\\`|" + CUT + "]*[^\\s\\\\`|])?"
)
_SCALAR = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null")
_NO_PLAIN = ('"""', "*/", "-->")


def quoted(value: object, *, indent: int | None = None) -> str:
    """``value`` as JSON, on one line unless it is indented."""
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    return _ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def is_plain(value: object) -> bool:
    """Whether ``value`` is a text that may stand without quotes in every kind of file."""
    return (
        isinstance(value, str)
        and _PLAIN.fullmatch(value) is not None
        and _SCALAR.fullmatch(value) is None
        and not any(mark in value for mark in _NO_PLAIN)
    )


def written(value: object) -> str:
    """``value`` on one line: as it is where it is plain, else as JSON."""
    return str(value) if is_plain(value) else quoted(value)


def read_value(text: str) -> object:
    """The value that ``text`` is, as ``written`` or ``quoted`` wrote it.

    A text may be cut; of anything else that is cut, nothing is certain.

    Raises:
        ValueError: ``text`` is no whole value.
    """
    try:
        value: object = orjson.loads(text)
    except orjson.JSONDecodeError:
        if not _PLAIN.match(text):
            raise
        return text
    if CUT in text and not isinstance(value, str):
        raise ValueError(text)
    return value


def mention(text: str, identifier: str, start: int = 0) -> int:
    """Where ``text`` has ``identifier`` first from ``start`` on, as a whole; else -1.

    What stands at the very end may go on in the text that was cut off there.
    """
    at = text.find(identifier, start)
    while at >= 0 and not _stands(text, at, at + len(identifier)):
        at = text.find(identifier, at + 1)
    return at


def own(text: str, identifier: str) -> tuple[int, int] | None:
    """From the first to behind the last place where ``text`` has ``identifier``; else None.

    Every record names itself first and last. Lines can be lost but not moved, so what stands
    between two mentions of a record is its own, whatever is missing.
    """
    first = mention(text, identifier)
    if first < 0:
        return None
    last = text.rfind(identifier)
    while not _stands(text, last, last + len(identifier)):
        last = text.rfind(identifier, 0, last + len(identifier) - 1)
    return first, last + len(identifier)


def _stands(text: str, start: int, end: int) -> bool:
    around = text[start - 1 : start] if start else ""
    return end < len(text) and not _joins(around) and not _joins(text[end])


def _joins(sign: str) -> bool:
    return sign.isalnum() or sign in ("_", "-")
