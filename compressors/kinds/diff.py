"""Differences between files: unified, git, combined, and the forms of other tools.

Lossless: a text that still applies. Lossy: first the lines around changes give way, then
files that nobody writes by hand, and at last changes that repeat others or go on for long.
"""

from __future__ import annotations

from compressors._patterns import deferred
from compressors.kinds import _lines
from compressors.kinds.base import Content, Cut, Focus, Passage
from compressors.kinds.base import Params as BaseParams

__all__ = ["NAME", "Params", "compress", "find", "recognise", "restore", "signature"]

NAME = "diff"
_FLAVOURS = (
    ("combined", deferred(r"diff --(?:cc|combined) |@@@+ -")),
    ("git", deferred(r"diff --git ")),
    ("hg", deferred(r"diff -r [0-9a-f]+ ")),
    ("bzr", deferred(r"=== (?:modified|added|removed|renamed) file ")),
    ("svn", deferred(r"Index: \S")),
    ("context", deferred(r"\*{15}$")),
    ("unified", deferred(r"@@ -\d+(?:,\d+)? \+\d+(?:,\d+)? @@")),
)
# What a text with none of these has no flavour by: most texts are done with here.
_MARKS = ("\ndiff -", "\n@@", "\n=== ", "\nIndex: ", "\n***************")
_PART = deferred(
    r"[ +\-@\\]|$|diff |index |Index: |={3,}|(?:new|deleted|old) "
    r"|(?:rename|copy|similarity|dissimilarity) "
    r"|Binary files |GIT binary|\*{3}|! |commit |Author: |Date: |Merge: "
)
_CHANGES = deferred(
    r"[+\-!](?![+\-])|@@|rename |(?:new|deleted|old) (?:file )?mode |Binary files "
    r"|GIT binary"
)
_SHARE = 0.8
_HUNK = deferred(r"(?m)^(?=diff |Index: |@@ |@@@)")
_DROP_AT_LEAST, _DROP_SHARE = 160, 0.03


class Params(BaseParams, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much of a difference stays.

    ``context_share``: of each stretch of unchanged lines the share to keep, those nearest to
    changes; below 1, files that nobody writes by hand are summed up. ``change_share``: the
    share of changed lines; below 1, hunks that repeat others are counted, and what must stay
    stays even where it is more. Both in (0, 1].
    """

    context_share: float = 1.0
    change_share: float = 1.0

    def __post_init__(self) -> None:
        """Refuse a share that keeps nothing or more than all."""
        for name in ("context_share", "change_share"):
            share = getattr(self, name)
            if not 0.0 < share <= 1.0:
                raise ValueError(f"{name} is {share}: give a share in (0, 1]")


def recognise(text: str) -> str | None:
    """The flavour of a text that is a difference for the most part, else None."""
    rows, _, sampled = _lines.sampled(text)
    if not any(mark in sampled for mark in _MARKS):
        return None
    flavour = next((n for n, mark in _FLAVOURS if any(mark.match(row) for row in rows)), "")
    if not flavour or not any(_CHANGES.match(row) for row in rows):
        return None
    return (
        flavour if sum(_PART.match(row) is not None for row in rows) >= _SHARE * len(rows) else None
    )


def signature(parsed: str) -> str:
    """The flavour."""
    return f"{NAME}|{parsed}"


def compress(content: Content, params: Params, focus: Focus) -> Cut:
    """The difference as it applies or, where asked for, what matters in it."""
    from compressors.kinds._diff_whole import shorter

    if params.passthrough:
        return _lines.as_it_is(content)
    partial = params.context_share < 1.0 or params.change_share < 1.0
    if partial and not params.lossless and content.parsed != "context":
        cut = _short(content.text, params, focus.query)
        if cut is not None:
            return cut
    number = _lines.count(content.text)
    return Cut(shorter(NAME, content.text), False, "lines", number, number)


def restore(text: str) -> str:
    """The difference that the lossless parameters made ``text`` of."""
    from compressors.kinds._diff_whole import restore as restored

    return restored(NAME, text)


def find(content: Content, query: str) -> list[Passage]:
    """The hunks that answer ``query``, best first, with where they stood."""
    starts = [0, *(found.start() for found in _HUNK.finditer(content.text) if found.start())]
    ends = [*starts[1:], len(content.text)]
    hunks = [content.text[start:end] for start, end in zip(starts, ends, strict=True)]
    return [
        Passage(hunks[number].rstrip("\n"), _lines.twentieth(starts[number], len(content.text)))
        for number in _lines.best(query, hunks, limit=4)
    ]


def _short(text: str, params: Params, query: str) -> Cut | None:
    """What stays; None where leaving the rest out saves next to nothing."""
    from compressors.kinds._diff_keep import Study
    from compressors.kinds._diff_parts import Parts
    from compressors.kinds._diff_short import Writer

    study = Study(Parts(text))
    kept = study.choose(params.context_share, params.change_share, query)
    writer = Writer(study, kept, query)
    short = writer.text(NAME)
    if len(text) - len(short) < max(_DROP_AT_LEAST, _DROP_SHARE * len(text)):
        return None
    number = _lines.count(text)
    return Cut(short, True, "lines", number, min(number, writer.shown))
