"""A difference taken apart: files, their headers, hunks, and what each row is.

Hunks are read by the numbers in their heads, so that a removed line ``-- a/x`` is no header.
Numbers that are wrong, or text that is cut off, end a hunk where its rows end.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from compressors.kinds._lines import plain, split

_HUNK = re.compile(r"@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@")
_COMBINED = re.compile(r"(@{3,17}) (?:-\d{1,9}(?:,\d{1,9})? )+\+(\d{1,9})(?:,(\d{1,9}))? @{3,17}")
_FILE = re.compile(r"diff --(?:git|cc|combined) |diff -r |diff -\w|Index: |=== \w+ \w+ [\"']")
_COMMIT = re.compile(r"(?:commit|From) [0-9a-f]{7,64}\b")
_HEADER = re.compile(
    r"index |--- |\+\+\+ |(?:new|deleted|old) (?:file )?mode|mode |(?:rename|copy) (?:from|to) "
    r"|(?:dis)?similarity index|Binary files |={10}|GIT binary patch"
)
_BINARY = "GIT binary patch"
_BODY = frozenset(" +-\\")
# What the rows of a hunk begin with, where each kept its sign.
_SIGNS = re.compile(r"[ +\-\\\r]*+")

COMMIT, MESSAGE, HEADER, HEAD, DATA, OTHER = "c", "m", "h", "@", "b", "o"
"""Marks of rows beside those of a hunk's body: space, ``+``, ``-`` and a backslash."""


@dataclass(slots=True)
class Hunk:
    """A hunk: its head, and its rows up to ``end``."""

    head: int
    end: int

    def sizes(self, marks: str) -> tuple[int, int]:
        """How many rows it adds and removes."""
        return marks.count("+", self.head, self.end), marks.count("-", self.head, self.end)


@dataclass(slots=True)
class File:
    """A file's part: from ``start`` to ``end``, headers first."""

    start: int
    end: int = 0
    name: str = ""
    hunks: list[Hunk] = field(default_factory=list)


class Parts:
    """The rows of a difference without colours, a mark for each, and the files.

    ``marks`` has a character for each row. ``width`` is the number of signs in front of a row
    of a hunk: 1, or one a parent.
    """

    __slots__ = ("_firsts", "_marks", "crlf", "files", "marks", "rows", "width")

    def __init__(self, text: str) -> None:
        rows, self.crlf = split(text)
        self.rows = [plain(row) for row in rows] if "\x1b" in text else rows
        self.files: list[File] = []
        self.width = 1
        self._firsts = "".join([row[:1] or "\n" for row in self.rows])
        self._marks: list[str] = []
        self._read()
        self.marks = "".join(self._marks)

    def _read(self) -> None:
        rows, marks = self.rows, self._marks
        inside = OTHER
        while len(marks) < len(rows):
            at = len(marks)
            row = rows[at]
            first = row[:1]
            if not first:
                marks.append(MESSAGE if inside == COMMIT else OTHER)
            elif first == "@" and (found := _HUNK.match(row)):
                self._hunk(int(found[2] or 1), int(found[4] or 1))
                inside = OTHER
            elif first == "@" and (found := _COMBINED.match(row)):
                self.width = len(found[1]) - 1
                self._combined(int(found[3] or 1))
                inside = OTHER
            elif _FILE.match(row) or (inside != HEADER and self._paired(at)):
                self._open(at)
                marks.append(HEADER)
                inside = HEADER
            elif inside == HEADER and _HEADER.match(row):
                marks.append(HEADER)
                if row == _BINARY:
                    self._data()
            elif _COMMIT.match(row):
                self._close(at)
                marks.append(COMMIT)
                inside = COMMIT
            elif inside == COMMIT:
                marks.append(MESSAGE if first == " " else COMMIT)
            else:
                inside = OTHER
                marks.append(OTHER)
        self._close(len(rows))
        for file in self.files:
            file.name = self._name(file)

    def _paired(self, at: int) -> bool:
        """Whether a file begins here that nothing but its two names announces."""
        rows = self.rows
        return (
            rows[at].startswith("--- ") and at + 1 < len(rows) and rows[at + 1].startswith("+++ ")
        )

    def _open(self, at: int) -> None:
        self._close(at)
        self.files.append(File(at))

    def _close(self, at: int) -> None:
        if self.files and not self.files[-1].end:
            self.files[-1].end = at

    def _hunk(self, old: int, new: int) -> None:
        rows, marks = self.rows, self._marks
        head = len(marks)
        if not self.files or self.files[-1].end:
            self._open(head)
        marks.append(HEAD)
        if signs := self._signs(head + 1, old, new):
            marks.extend(signs)
            self.files[-1].hunks.append(Hunk(head, len(marks)))
            return
        at = head + 1
        total = len(rows)
        while (old > 0 or new > 0) and at < total:
            first = rows[at][:1] or " "
            if first == "+":
                new -= 1
            elif first == "-":
                old -= 1
            elif first == " " or first == "\r":
                old -= 1
                new -= 1
                first = " "
            elif first != "\\":
                break
            marks.append(first)
            at += 1
        if at < total and rows[at][:1] == "\\":
            marks.append("\\")
            at += 1
        self.files[-1].hunks.append(Hunk(head, at))

    def _signs(self, start: int, old: int, new: int) -> str:
        """The signs of a hunk's rows where up to the next head they are as many as it says.

        Empty where they are not.
        """
        found = _SIGNS.match(self._firsts, start)
        signs = found[0].replace("\r", " ") if found else ""
        same = signs.count(" ")
        right = same + signs.count("-") == old and same + signs.count("+") == new
        return signs if right and not signs.endswith("\\\\") else ""

    def _combined(self, new: int) -> None:
        rows, marks, width = self.rows, self._marks, self.width
        head = len(marks)
        if not self.files or self.files[-1].end:
            self._open(head)
        marks.append(HEAD)
        at = head + 1
        while at < len(rows):
            signs = rows[at][:width]
            if not _BODY.issuperset(signs) or (not signs and new <= 0):
                break
            removed = "-" in signs
            if new <= 0 and not removed and signs[:1] != "\\":
                break
            new -= not removed and signs[:1] != "\\"
            marks.append("-" if removed else "+" if "+" in signs else signs[:1] or " ")
            at += 1
        self.files[-1].hunks.append(Hunk(head, at))

    def _data(self) -> None:
        """Mark the lines of a binary patch; nothing else in a difference looks like them."""
        rows, marks = self.rows, self._marks
        at = len(marks)
        while at < len(rows) and not _FILE.match(rows[at]) and not _COMMIT.match(rows[at]):
            sized = rows[at].startswith(("literal ", "delta "))
            marks.append(HEADER if sized else DATA)
            at += 1

    def _name(self, file: File) -> str:
        """The file's path after the change, or before it where it was deleted."""
        name = ""
        for row in self.rows[file.start : min(file.end, file.start + 12)]:
            if row.startswith(("+++ ", "--- ")):
                path = row[4:].partition("\t")[0].strip('"\r')
                if path != "/dev/null":
                    name = path[2:] if path[:2] in ("a/", "b/") else path
            elif row.startswith("@@"):
                break
            elif row.startswith("diff --git ") and not name:
                name = row.rpartition(" b/")[2]
            elif row.startswith(("diff --cc ", "diff --combined ", "Index: ", "rename to ")):
                name = row.split(" ", 2)[-1] if not row.startswith("Index") else row[7:]
        return name
