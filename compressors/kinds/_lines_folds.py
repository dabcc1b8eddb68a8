"""Folding what little repeats in texts that are not written line by line: runs of lines."""

from __future__ import annotations

from itertools import groupby, pairwise
from operator import eq

from compressors.kinds import _lines
from compressors.kinds._lines_undo import RAW, raw
from compressors.kinds.base import Content, Cut, Params

# Folding is worth a header only where it saves as much again.
_HEADER = '"×2" repeats the line above 2 times more'
_SAVES = 160
_SPECIAL = ("×", "\\")


def compress(kind: str, content: Content, params: Params) -> Cut:
    """The content with runs of identical lines folded, where that is worth it."""
    if params.passthrough:
        return _lines.as_it_is(content)
    number = _lines.count(content.text)
    return Cut(fold(kind, content.text), False, "lines", number, number)


def fold(kind: str, text: str) -> str:
    """``text`` with runs of identical lines folded, or as it is where that saves little."""
    if not _repeats(text):
        return raw(kind, text)
    out = [f"[toin {kind}: {_HEADER}]"]
    for row, run in groupby(text.split("\n")):
        number = sum(1 for _ in run)
        line = "\\" + row if row.startswith(_SPECIAL) else row
        if number > 2 and (number - 1) * (len(line) + 1) > len(str(number)) + 2:
            out.extend((line, f"×{number - 1}"))
        else:
            out.extend([line] * number)
    folded = "\n".join(out)
    return folded if len(folded) + _SAVES <= len(text) else raw(kind, text)


def folded(kind: str, text: str) -> bool:
    """Whether ``text`` says that runs of lines are folded in it."""
    return text.startswith(f"[toin {kind}: {_HEADER}]\n")


def unfold(kind: str, text: str) -> str:
    """The text that ``fold`` was given."""
    head, newline, rest = text.partition("\n")
    if not newline or head == f"[toin {kind}: {RAW}]":
        return rest if newline else text
    if head != f"[toin {kind}: {_HEADER}]":
        return text
    out: list[str] = []
    for row in rest.split("\n"):
        if row.startswith("×") and out and row[1:].isdecimal():
            out.extend([out[-1]] * int(row[1:]))
        else:
            out.append(row[1:] if row.startswith("\\") else row)
    return "\n".join(out)


def _repeats(text: str) -> bool:
    """Whether some line stands three times in a row."""
    rows = text.split("\n")
    return (True, True) in pairwise(map(eq, rows, rows[1:]))
