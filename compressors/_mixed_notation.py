r"""The notation in which parts of several kinds follow one another, and the way back.

One line says how many lines of the text below it belong to which kind, each restored by
itself; ``+`` stands where the original had no line end between two parts::

    [toin parts: 1 line text, 14 lines json, 1 line text]
    Here are the results:
    [toin json: 13 rows id,name]
    1,Ada
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

OPENING = "[toin parts: "
_RAW = f"{OPENING}as it stands]\n"
_HEADER = re.compile(r"\[toin parts: ((?:\d{1,9} lines? [a-z]{1,10}(?:, | \+ )?)++)\]")
_PART = re.compile(r"(\d+) lines? ([a-z]+)(, | \+ )?")
_LINE_END, _GLUED = ", ", " + "


class Piece(NamedTuple):
    """The text of one part, its kind, and whether it follows the part before on its line."""

    kind: str
    text: str
    glued: bool


def raw(text: str, opening: str = OPENING) -> str:
    """``text`` itself, guarded where it begins with ``opening``."""
    return _RAW + text if text.startswith(opening) else text


def write(pieces: Sequence[Piece]) -> str:
    """The pieces under a header that tells where each ends."""
    head = ""
    for number, piece in enumerate(pieces):
        lines = piece.text.count("\n") + 1
        head += (_GLUED if piece.glued else _LINE_END) if number else ""
        head += f"{lines} line{'s' if lines > 1 else ''} {piece.kind}"
    return "\n".join([f"{OPENING}{head}]", *(piece.text for piece in pieces)])


def read(text: str, restore: Callable[[str, str], str]) -> str | None:
    """The original of a text in this notation; None where ``text`` is not in it.

    ``restore`` gives the original of a part, from its kind and its text.
    """
    if not text.startswith(OPENING):
        return None
    if text.startswith(_RAW):
        return text[len(_RAW) :]
    head, _, rest = text.partition("\n")
    header = _HEADER.fullmatch(head)
    if header is None:
        return None
    rows = rest.split("\n")
    out: list[str] = []
    at = 0
    for count, kind, joint in _PART.findall(header[1]):
        end = at + int(count)
        out.append(restore(kind, "\n".join(rows[at:end])))
        out.append("" if joint != _LINE_END else "\n")
        at = end
    return "".join(out) if at == len(rows) else None
