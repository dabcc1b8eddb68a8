"""Records as files of a repository, in what git says of their changes.

A file that is new has all its lines added; of one that changed some fields are among the
changed lines, the others are context. Found is what the new state of a record's file says:
added lines and context under its path, never removed lines. Of a value on several lines,
JSON counts whole or not at all, text up to the first gap, with an ellipsis for the rest.

Where lines may have been lost without a word (no header of the engine), only what stands
between two mentions of the record counts, and values on several lines only where the hunk
has as many lines as its head says.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from compressors.kinds import diff
from pipelines.replays.draws import Draw
from pipelines.replays.items import Record
from pipelines.replays.renderings._diff_files import FORMATS, LAST_OF_JSON, added, changed, some_hex
from pipelines.replays.renderings._diff_noise import others
from pipelines.replays.renderings._rows import document, folded
from pipelines.replays.renderings._written import CUT, mention, own, read_value
from pipelines.replays.renderings.base import Fields

_FOLDERS = ("content/entries", "data/records", "fixtures/catalogue", "registry/items")
_MESSAGES = ("Update records", "Sync from the editors' sheet", "Apply review", "Weekly import")
_HEADERS = ("+++ ", "--- ")
_FIELD = re.compile(r'(?:  "(\w+)": |(\w+)(?:: | = ))(.*)')
_HEAD = re.compile(r"^@@ -\S+ \+\d+(?:,(\d+))? @@", re.MULTILINE)
_SECTION = re.compile(
    r"^(?:diff |(?:new|deleted) file |(?:old|new) mode |(?:dis)?similarity |rename |copy |Binary "
    r"|commit |\+\+\+ |--- |\[toin: )",
    re.MULTILINE,
)
# The words beside what was cut out of a line may be halves.
_CLIPPED = re.compile(rf"(?:\S+\s*)?{CUT}\[\d+\]{CUT}(?:\s*\S+)?")
_CLOSING = re.compile(r"  [}\]],?|'''")


def render(records: Sequence[Record], draw: Draw) -> str:
    """The records as files that are new or changed: a bare diff, one commit, or several."""
    suffix, write = draw.one_of(FORMATS)
    folder = draw.one_of(_FOLDERS)
    files = others(1 + len(records) // 8, draw)
    answer = str(draw.below(2**32))
    for record in records:
        own_draw = Draw("file", answer, record.id)
        path = f"{folder}/{record.id}.{suffix}"
        parts = write({"id": record.id} | record.fields, record.id)
        state = own_draw.one_of((added, added, changed))
        files.append((path, state(path, parts, own_draw)))
    match draw.below(4):
        case 0:
            commits = [[*_commit(draw), *_listed(files)]]
        case 1:
            files = draw.shuffled(files)
            size = draw.between(3, 9)
            groups = [files[at : at + size] for at in range(0, len(files), size)]
            commits = [[*_commit(draw), *_listed(group), ""] for group in groups]
        case _:
            commits = [_listed(files)]
    return "\n".join([row for commit in commits for row in commit]).rstrip("\n") + "\n"


def read(text: str, ids: Collection[str]) -> Iterator[Fields]:
    """The fields of the files whose names are the ids, as they are after the change."""
    whole = diff.restore(text)
    shortened = whole.startswith("[toin diff: ")
    for identifier in ids:
        if shortened:
            section = _section(whole, identifier)
            complete = True
        else:
            section = _bracketed(whole, identifier)
            complete = _is_complete(section)
        if section:
            yield {"id": identifier, **_fields(list(_rows(section)), complete=complete)}


def _listed(files: Sequence[tuple[str, list[str]]]) -> list[str]:
    """The rows of ``files``, in the order of their paths as git has it."""
    return [row for _, rows in sorted(files, key=lambda file: file[0]) for row in rows]


def _commit(draw: Draw) -> list[str]:
    day, hour = draw.one_of((3, 10, 17, 24)), draw.between(7, 18)
    return [
        f"commit {some_hex(40, draw)}",
        "Author: Records Desk <desk@example.org>",
        f"Date:   Tue Mar {day} {hour:02d}:{draw.below(60):02d}:{draw.below(60):02d} 2026 +0100",
        "",
        f"    {draw.one_of(_MESSAGES)}",
        "",
    ]


def _bracketed(text: str, identifier: str) -> str:
    """The lines from the first to the last that name the record."""
    found = own(text, identifier)
    if found is None:
        return ""
    start, end = found
    stop = text.find("\n", end)
    return text[text.rfind("\n", 0, start) + 1 : stop if stop >= 0 else len(text)]


def _section(text: str, identifier: str) -> str:
    """What the engine shows of the record's file, up to the next one."""
    at = mention(text, identifier)
    while at >= 0:
        start = text.rfind("\n", 0, at) + 1
        if text.startswith("+++ ", start):
            following = _SECTION.search(text, at)
            return text[start : following.start() if following else len(text)]
        at = mention(text, identifier, at + 1)
    return ""


def _is_complete(section: str) -> bool:
    """Whether the one hunk has as many rows as its head says."""
    head = _HEAD.search(section)
    if head is None:
        return False
    rows = section[head.end() + 1 :].split("\n")
    closing = rows[-1][1:].startswith(LAST_OF_JSON)
    return sum(row[:1] in ("+", " ") for row in rows) + closing == int(head[1] or 1)


def _rows(section: str) -> Iterator[str | None]:
    """The rows of a file as it is after the change; None where some may be missing."""
    for row in section.split("\n"):
        sign = row[:1]
        if sign == "@" or row.startswith((f" {CUT}", f"+{CUT}")):
            yield None
        elif sign in ("+", " ") and not row.startswith(_HEADERS):
            yield row[1:]


def _fields(rows: Sequence[str | None], *, complete: bool) -> Fields:
    fields: dict[str, object] = {}
    for at, row in enumerate(rows):
        found = _FIELD.match(row) if row is not None else None
        if found is None:
            continue
        value: str | None = found[3].removesuffix(",") if found[1] else found[3]
        if value == ">-":
            value = folded(rows, at + 1, "  ") if complete else None
        elif value in ("{", "[", "'''"):
            value = document(rows, at + 1, value.strip("'"), _CLOSING) if complete else None
        if value is not None:
            try:
                left = read_value(value)
            except ValueError:
                continue
            if CUT in value and isinstance(left, str):
                left = _CLIPPED.sub(CUT, left)
            fields.setdefault(found[1] or found[2], left)
    return fields
