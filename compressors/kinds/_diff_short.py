"""What stays of a difference, as a difference, with notes about what does not."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from compressors.kinds._diff_keep import Study
from compressors.kinds._diff_parts import DATA, HEADER, File, Hunk
from compressors.kinds._lines_clip import Clip

_HEAD = re.compile(r"(@@+) (.*?) (@@+)(.*)", re.DOTALL)
_SIZE = re.compile(r",\d+")
_HASH = re.compile(r"(commit [0-9a-f]{12})[0-9a-f]+")
_LISTED = 12
_ASKED_ROW = 8_000
_WORDS = {"+": "added", "-": "removed", " ": "unchanged"}


class Writer:
    """Writes the rows that are kept, and counts what is not shown."""

    def __init__(self, study: Study, kept: set[int], query: str) -> None:
        self._study = study
        self._parts = study.parts
        self._kept = kept
        self._clip = Clip(query)
        self._asked = study.asked(query).must
        self._out: list[str] = []
        self._noted: set[str] = set()
        self._unsaid = False
        self.shown = 0

    def text(self, name: str) -> str:
        """The whole, under a header that says what its notes mean."""
        parts = self._parts
        at = 0
        for file in parts.files:
            self._between(at, file.start)
            self._file(file)
            at = file.end
        self._between(at, len(parts.rows))
        return "\n".join([f"[toin {name}: {'; '.join(self._header())}]", *self._out])

    def _between(self, start: int, end: int) -> None:
        """Rows that belong to no file: of commits, or of whatever stands around a difference."""
        rows = self._parts.rows[start:end]
        self._out += [_HASH.sub(r"\1", row) if row.startswith("commit ") else row for row in rows]
        self.shown += len(rows)

    def _header(self) -> Iterator[str]:
        marks = self._parts.marks
        shown = sum([marks[at] in "+-" for at in self._kept])
        changed = marks.count("+") + marks.count("-")
        context = marks.count(" ")
        yield "shortened, so it does not apply"
        if shown < changed:
            yield f"{shown} of {changed} changed lines"
        if len(self._kept) - shown < context:
            unsaid = " (unmarked at hunk ends)" if self._unsaid else ""
            yield f"{len(self._kept) - shown} of {context} lines around them{unsaid}"
        for sign in sorted(self._noted):
            yield f'"{sign}…9": 9 {_WORDS[sign]} lines left out'

    def _put(self, row: str) -> None:
        self._out.append(row)
        self.shown += 1

    def _file(self, file: File) -> None:
        parts, study = self._parts, self._study
        first = file.hunks[0].head if file.hunks else file.end
        headers = [at for at in range(file.start, first) if parts.marks[at] == HEADER]
        for row in _headers([parts.rows[at] for at in headers], hunks=bool(file.hunks)):
            self._put(row)
        data = parts.marks[file.start : file.end].count(DATA)
        if data:
            self._out.append(f"… {data} lines of data")
        sort = study.sorts.get(file.start)
        if sort:
            self._summary(file, sort)
        folded: dict[str, list[str]] = {}
        past = first
        for hunk in file.hunks:
            self._others(past, hunk.head)
            past = hunk.end
            reason = self._reason(hunk)
            if reason:
                folded.setdefault(reason, []).append(_line(parts.rows[hunk.head]))
            else:
                self._hunk(hunk, quiet=bool(sort))
        for reason, lines in folded.items():
            more = len(lines) - _LISTED
            tail = f" and {more} more" if more > 0 else ""
            self._out.append(f"@@ {', '.join(lines[:_LISTED])}{tail} @@ {reason}")
        self._others(past, file.end)

    def _others(self, start: int, end: int) -> None:
        for at in range(start, end):
            if self._parts.marks[at] not in (HEADER, DATA):
                self._put(self._parts.rows[at])

    def _summary(self, file: File, sort: str) -> None:
        marks = Counter(self._parts.marks[file.start : file.end])
        self._out.append(
            f"… {sort}: {len(file.hunks)} hunks, {marks['+']} lines added, {marks['-']} removed"
        )

    def _reason(self, hunk: Hunk) -> str:
        """Why a hunk is not shown: which one stands for it, or that it is white space."""
        study = self._study
        if not self._kept.isdisjoint(range(hunk.head + 1, hunk.end)):
            return ""
        if hunk.head in study.white:
            return "white space alone"
        standing = study.standing.get(hunk.head)
        if standing is None:
            return ""
        name = next(
            (file.name for file in self._parts.files if file.start <= standing < file.end), ""
        )
        return f"as {name} @@ {_line(self._parts.rows[standing])}"

    def _hunk(self, hunk: Hunk, *, quiet: bool) -> None:
        parts, kept = self._parts, self._kept
        rows, marks = parts.rows, parts.marks
        if quiet and kept.isdisjoint(range(hunk.head + 1, hunk.end)):
            return
        self._put(_short_head(rows[hunk.head]))
        gap, sign = 0, ""
        begun = False
        for at in range(hunk.head + 1, hunk.end):
            mark = marks[at]
            if at in kept or mark == "\\":
                self._gap(gap, sign, silent=quiet or (sign == " " and not begun))
                gap = 0
                begun = True
                whole = at in self._asked and len(rows[at]) <= _ASKED_ROW
                self._put(rows[at] if whole else self._clip(rows[at]))
                continue
            if mark != sign and gap:
                self._gap(gap, sign, silent=quiet or (sign == " " and not begun))
                begun = begun or sign != " "
                gap = 0
            sign = mark
            gap += 1
        self._gap(gap, sign, silent=quiet or sign == " ")

    def _gap(self, number: int, sign: str, *, silent: bool) -> None:
        if number and silent:
            self._unsaid = True
        elif number:
            self._noted.add(sign)
            self._out.append(f"{sign}…{number}")


def _headers(rows: list[str], *, hunks: bool) -> Iterator[str]:
    """The headers that say something another one does not."""
    names = {row[:4]: row[4:].partition("\t")[0] for row in rows if row[:4] in ("--- ", "+++ ")}
    old, new = names.get("--- ", ""), names.get("+++ ", "")
    stated = any(row.startswith(("new file", "deleted file")) for row in rows)
    moved = any(row.startswith(("rename to", "copy to")) for row in rows)
    for row in rows:
        if row.startswith(("index ", "=====")):
            continue
        if row.startswith(("diff ", "Index: ")) and (moved or (new and hunks)):
            continue
        if row.startswith(("--- ", "+++ ")) and moved:
            continue
        if row.startswith("--- ") and (old[2:] == new[2:] or (stated and old == "/dev/null")):
            continue
        if row.startswith("+++ ") and stated and new == "/dev/null":
            continue
        yield row


def _line(head: str) -> str:
    """The line after the change at which a hunk begins."""
    found = re.search(r"\+(\d+)", head)
    return found[1] if found else "?"


def _short_head(row: str) -> str:
    found = _HEAD.match(row)
    if found is None:
        return row
    return f"{found[1]} {_SIZE.sub('', found[2])} {found[3]}{found[4]}"
