"""Markup that recurs written once, reversibly: ``<~a>`` stands for a piece of markup.

A piece is a tag, or a run of tags with nothing but white space between. ``<~`` opens no tag
in any page; a page that contains it all the same is left as it is.
"""

from __future__ import annotations

import itertools
import re
import string
from collections import Counter
from collections.abc import Iterator

from compressors.kinds._lines_undo import raw
from compressors.tokens import estimate

_RUN = re.compile(r"(?:<[/a-zA-Z](?:[^<>\"']++|\"[^\"<>]*+\"|'[^'<>]*+')*+>\s*+){1,6}")
_HEADER = '[toin html: "<~a>" is the markup that "~a=" says]'
_FORM = re.compile(r"<~([a-z]+)>")
_DEFINITION = re.compile(r"~([a-z]+)=(.*)", re.DOTALL)
_SHORTEST = 12
_REFERENCE, _DEFINED = 3, 4
_MOST = 400
_WORTH = 0.92


def shorten(text: str) -> str:
    """``text`` with recurring markup written once where that pays, else ``text`` itself."""
    if "<~" in text or "\x00" in text:
        return raw("html", text)
    runs = _RUN.findall(text)
    names = _worth(Counter(runs))
    if not names:
        return raw("html", text)
    body = _RUN.sub(lambda found: names.get(found[0], found[0]), text)
    rows = [f"{name[1:-1]}={_written(piece)}" for piece, name in names.items()]
    short = "\n".join([_HEADER, *rows, "", body])
    return short if len(short) < _WORTH * len(text) else raw("html", text)


def restore(text: str) -> str | None:
    """The text that ``shorten`` was given; None where ``text`` is not in this notation."""
    head, newline, rest = text.partition("\n")
    if head != _HEADER or not newline:
        return None
    pieces: dict[str, str] = {}
    while True:
        row, newline, rest = rest.partition("\n")
        if not row and newline:
            break
        found = _DEFINITION.fullmatch(row)
        if found is None or not newline:
            return None
        pieces[found[1]] = _read(found[2])
    if any(name not in pieces for name in _FORM.findall(rest)):
        return None
    return _FORM.sub(lambda found: pieces[found[1]], rest)


def _worth(counts: Counter[str]) -> dict[str, str]:
    gains = []
    for piece, times in counts.items():
        if times > 1 and len(piece) >= _SHORTEST:
            tokens = estimate(piece)
            gain = times * (tokens - _REFERENCE) - tokens - _DEFINED
            if gain > 0:
                gains.append((-gain, piece))
    gains.sort()
    return {piece: f"<~{name}>" for (_, piece), name in zip(gains[:_MOST], _names(), strict=False)}


def _names() -> Iterator[str]:
    for length in itertools.count(1):
        for letters in itertools.product(string.ascii_lowercase, repeat=length):
            yield "".join(letters)


def _written(piece: str) -> str:
    """``piece`` on one line."""
    return piece.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")


def _read(written: str) -> str:
    signs = {"\\\\": "\\", "\\n": "\n", "\\r": "\r"}
    return re.sub(r"\\[\\nr]", lambda found: signs[found[0]], written)
