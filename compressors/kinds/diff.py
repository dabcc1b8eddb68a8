"""Differences between files: unified, git, combined, and the forms of other tools."""

from __future__ import annotations

import re

from compressors.kinds import _lines
from compressors.kinds.base import Content, Cut, Focus, Params, Passage

__all__ = ["NAME", "Params", "compress", "find", "recognise", "restore", "signature"]

NAME = "diff"
_FLAVOURS = (
    ("combined", re.compile(r"diff --(?:cc|combined) |@@@+ -")),
    ("git", re.compile(r"diff --git ")),
    ("hg", re.compile(r"diff -r [0-9a-f]+ ")),
    ("bzr", re.compile(r"=== (?:modified|added|removed|renamed) file ")),
    ("svn", re.compile(r"Index: \S")),
    ("context", re.compile(r"\*{15}$")),
    ("unified", re.compile(r"@@ -\d+(?:,\d+)? \+\d+(?:,\d+)? @@")),
)
_PART = re.compile(
    r"[ +\-@\\]|$|diff |index |Index: |={3,}|(?:new|deleted|old) "
    r"|(?:rename|copy|similarity|dissimilarity) "
    r"|Binary files |GIT binary|\*{3}|! |commit |Author: |Date: |Merge: "
)
_CHANGES = re.compile(
    r"[+\-!](?![+\-])|@@|rename |(?:new|deleted|old) (?:file )?mode |Binary files "
    r"|GIT binary"
)
_SHARE = 0.8
_HUNK = re.compile(r"(?m)^(?=diff |Index: |@@ |@@@)")


def recognise(text: str) -> str | None:
    """The flavour of a text that is a difference for the most part, else None."""
    rows = _lines.sample(text)
    flavour = next((n for n, mark in _FLAVOURS if any(mark.match(row) for row in rows)), "")
    if not flavour or not any(_CHANGES.match(row) for row in rows):
        return None
    return (
        flavour if sum(_PART.match(row) is not None for row in rows) >= _SHARE * len(rows) else None
    )


def signature(parsed: str) -> str:
    """The flavour."""
    return f"{NAME}|{parsed}"


def compress(content: Content, params: Params, focus: Focus) -> Cut:  # noqa: ARG001
    """The difference as it is, so that it still applies; changed places are counted."""
    hunks = sum(1 for _ in _HUNK.finditer(content.text))
    return Cut(content.text, False, "hunks", hunks, hunks)


def restore(text: str) -> str:
    """The text itself."""
    return text


def find(content: Content, query: str) -> list[Passage]:
    """The hunks that answer ``query``, best first, with where they stood."""
    starts = [0, *(found.start() for found in _HUNK.finditer(content.text) if found.start())]
    ends = [*starts[1:], len(content.text)]
    hunks = [content.text[start:end] for start, end in zip(starts, ends, strict=True)]
    return [
        Passage(hunks[number].rstrip("\n"), _lines.twentieth(starts[number], len(content.text)))
        for number in _lines.best(query, hunks, limit=4)
    ]
