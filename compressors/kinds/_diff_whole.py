"""A difference without the lines that others say again, so that it still applies.

``diff --git a/x b/x`` says nothing that ``--- a/x`` and ``+++ b/x`` do not say; ``git apply``
does without it where a hunk or nothing at all stands before.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from compressors.kinds._lines_undo import RAW, raw

_LEGEND = '"diff --git a/f b/f" left out above "--- a/f" and "+++ b/f"; it still applies'
_INDEX = re.compile(r"index [0-9a-f]{4,64}\.\.[0-9a-f]{4,64}(?: \d{6})?$")
_OLD = re.compile(r"--- a/(\S+)$")
_WORTH = 60


def shorter(name: str, text: str) -> str:
    """``text`` without those lines where that is exact and worth saying, else ``text``."""
    rows = text.split("\n")
    out = [
        row
        for at, row in enumerate(rows)
        if not (row.startswith("diff --git ") and row == _said(rows, at + 1) and _apart(rows, at))
    ]
    short = "\n".join([f"[toin {name}: {_LEGEND}]", *out])
    if len(short) + _WORTH > len(text) or restore(name, short) != text:
        return raw(name, text)
    return short


def restore(name: str, text: str) -> str:
    """The text that ``shorter`` was given; ``text`` itself where it is not from there."""
    head, newline, rest = text.partition("\n")
    if not newline:
        return text
    if head == f"[toin {name}: {RAW}]":
        return rest
    if head != f"[toin {name}: {_LEGEND}]":
        return text
    rows = rest.split("\n")
    out: list[str] = []
    for at, row in enumerate(rows):
        said = _said(rows, at) if row.startswith("index ") else ""
        if said and out[-1:] != [said]:
            out.append(said)
        out.append(row)
    return "\n".join(out)


def _said(rows: Sequence[str], at: int) -> str:
    """The line that the headers from ``at`` on make superfluous; empty where they do not."""
    if at + 3 >= len(rows) or not _INDEX.match(rows[at]):
        return ""
    old = _OLD.match(rows[at + 1])
    if old is None or rows[at + 2] != f"+++ b/{old[1]}" or not rows[at + 3].startswith("@@ -"):
        return ""
    return f"diff --git a/{old[1]} b/{old[1]}"


def _apart(rows: Sequence[str], at: int) -> bool:
    """Whether what stands above is no header of another file."""
    return at == 0 or rows[at - 1][:1] in (" ", "+", "-", "\\", "")
