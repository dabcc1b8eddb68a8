r"""Output of grep, ripgrep and ag: matches with the files and lines they stand in.

Lossless: matches of one file follow one another under its path, as ``rg --heading`` writes
them::

    [toin search: a line below "▸ path" begins, in full, with that path and ":" or "-"]
    ▸ src/app.py
    12:import os
    13-import sys
"""

from __future__ import annotations

import re

from compressors.kinds import _lines, _lines_listing
from compressors.kinds._lines_undo import RAW, raw
from compressors.kinds.base import Content, Cut, Focus, Params, Passage

__all__ = ["NAME", "Params", "compress", "find", "recognise", "restore", "signature"]

NAME = "search"
_PATH = r"(?:[A-Za-z]:)?[\w./\\@+~%=,\[\]{}()#-]{1,300}?"
# A path has a directory or a suffix; times, versions and plain words have neither.
_FILE = (
    r"(?=(?:[A-Za-z]:)?[^\s:]*?(?:[/\\]|\.[A-Za-z]\w{0,9}[:-]))(?=[^\s:]*[A-Za-z_])"
    rf"(?P<path>{_PATH})"
)
_NUMBERED = re.compile(rf"{_FILE}(?P<sep>[:-])(?P<line>\d+)(?P=sep)")
_UNNUMBERED = re.compile(
    r"(?=[^\s:/]*+/[^\s:]*+:|[^\s:]+\.[A-Za-z]\w{0,4}:(?:\S|\s{2}))"
    rf"(?P<path>{_PATH}):(?!//|:\S)(?=.)"
)
_LINE = re.compile(r"\d{1,9}[:-](?!\d\d[:-])")
_HEADING = re.compile(rf"(?=[^\s:]*[/.])(?P<path>{_PATH})$")
_ASIDE = re.compile(r"--$|$|(?:grep|rg|ag|Binary file)\b.*")
_DIAGNOSIS = re.compile(rf"{_PATH}:\d+:(?:\d+:)? (?:fatal error|error|warning|note|[EWFC]\d+)\b")
_SHARE = 0.6
_LEGEND = 'a line below "▸ path" begins, in full, with that path and ":" or "-"'
_MARK = "▸ "
_GROUPED = re.compile(r"\d+([:-])")
_SPECIAL = re.compile(r"▸ |\\|\d+[:-]|:")
_WORTH = 0.96


def recognise(text: str) -> str | None:
    """The flavour of a list of matches, else None."""
    rows = [row for row in _lines.sample(text) if not _ASIDE.match(row)]
    if not rows:
        return None
    if 5 * sum(_DIAGNOSIS.match(row) is not None for row in rows) >= len(rows):
        return None
    numbered = sum(_NUMBERED.match(row) is not None for row in rows)
    if numbered >= _SHARE * len(rows):
        return "numbered"
    lines = sum(_LINE.match(row) is not None for row in rows)
    if lines >= _SHARE * len(rows) and len(rows) > 1 and not _lines_listing.listed(rows):
        return "heading" if any(_HEADING.match(row) for row in rows) else "lines"
    unnumbered = [found["path"] for row in rows if (found := _UNNUMBERED.match(row))]
    if len(unnumbered) >= 0.8 * len(rows) and (len(rows) > 1 or "." in unnumbered[0][1:]):
        return "plain"
    return None


def signature(parsed: str) -> str:
    """The flavour."""
    return f"{NAME}|{parsed}"


def compress(content: Content, params: Params, focus: Focus) -> Cut:  # noqa: ARG001
    """The matches grouped under their files, where that is shorter."""
    if params.passthrough:
        return _lines.as_it_is(content, unit="matches")
    number = _lines.count(content.text)
    text = _group(content.text)
    if len(text) > _WORTH * len(content.text) or restore(text) != content.text:
        text = raw(NAME, content.text)
    return Cut(text, False, "matches", number, number)


def restore(text: str) -> str:
    """The matches that the lossless parameters made ``text`` of."""
    head, newline, rest = text.partition("\n")
    if not newline:
        return text
    if head == f"[toin {NAME}: {RAW}]":
        return rest
    if head != f"[toin {NAME}: {_LEGEND}]":
        return text
    out: list[str] = []
    path = ""
    for row in rest.split("\n"):
        if row.startswith(_MARK):
            path = row[len(_MARK) :]
        elif row.startswith("\\"):
            out.append(row[1:])
        elif row.startswith(":"):
            out.append(path + row)
        elif grouped := _GROUPED.match(row):
            out.append(f"{path}{grouped[1]}{row}")
        else:
            out.append(row)
    return "\n".join(out)


def find(content: Content, query: str) -> list[Passage]:
    """The matches that answer ``query``, best first, with where they stood."""
    return _lines.find_rows(content.text, query)


def _group(text: str) -> str:
    out = [f"[toin {NAME}: {_LEGEND}]"]
    rows = text.split("\n")
    path = ""
    for number, row in enumerate(rows):
        if not (path and row.startswith(path)) or _under(row, path) is None:
            found = _path(row)
            following = rows[number + 1] if number + 1 < len(rows) else ""
            if found and following.startswith(found) and _under(following, found) is not None:
                path = found
                out.append(_MARK + path)
        short = _under(row, path) if path and row.startswith(path) else None
        if short is not None:
            out.append(short)
        else:
            out.append("\\" + row if _SPECIAL.match(row) else row)
    return "\n".join(out)


def _path(row: str) -> str:
    found = _NUMBERED.match(row) or _UNNUMBERED.match(row)
    return found["path"] if found else ""


def _under(row: str, path: str) -> str | None:
    """What is left of ``row`` below a heading of ``path``; None where it does not belong."""
    rest = row[len(path) :]
    grouped = _GROUPED.match(rest, 1)
    if grouped and rest[0] == grouped[1]:
        return rest[1:]
    return rest if rest.startswith(":") and not _GROUPED.match(rest) else None
