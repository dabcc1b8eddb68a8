"""Records as the files of a repository, and what a search prints of them.

Every record is a small file named after its id: TOML, flat YAML, properties or Markdown, a
line for every value, nested ones under their whole path. Its last line says the id again.
Layouts: ``grep -rn`` with and without lines of context, ``rg -n``, ``rg --heading``; matches in
other files of the repository stand between.

A line counts as found where it stands behind a path that ends in the id, or below such a path
where the engine's notation puts it. Below a heading of ``rg`` itself it counts only up to the
line that says the id again: a heading that was lost leaves its lines to the file before. Of a
line that the engine shortened counts what :func:`~pipelines.replays.renderings._leaves.read_back`
says.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import NamedTuple

from compressors.kinds import search
from pipelines.replays.draws import Draw
from pipelines.replays.items import Record
from pipelines.replays.renderings._leaves import (
    PATH,
    Path,
    bare,
    dotted,
    leaves,
    nested,
    path_of,
    quoted,
    read_back,
    without_marker,
)
from pipelines.replays.renderings.base import Fields


class _Form(NamedTuple):
    """How a file says a value: its suffix, its first line, a line of it, how values are written."""

    suffix: str
    first: str
    line: str
    written: Callable[[object], str]


_FORMS = (
    _Form("toml", "# Managed by the catalogue team.", "{} = {}", quoted),
    _Form("yaml", "---", "{}: {}", bare),
    _Form("properties", "# generated, do not edit", "{}={}", bare),
    _Form("md", "<!-- one entry a file -->", "- **{}**: {}", bare),
)
_ROOTS = ("catalogue/entries", "data/records", "content", "./registry/items", "srv/store/seed")
_SHELVES = ("", "", "a", "b", "archive", "2025", "2026")
# Other files of the repository, and what lines of theirs match.
_OTHERS = (
    ("docs/{topic}.md", (
        "Entries carry their {field} as plain text.",
        "- Fixed: `{field}` was lost when an entry was moved.",
        "## {n}.{m}.0: a new field, `{field}`",
    )),
    ("src/catalogue/{topic}.py", (
        "    {field}: str",
        '    "{field}": Column(Text, nullable=False),',
        "        if not entry.{field}:",
        "    row.append(entry.{field})",
        '    log.debug("no %s in %s", "{field}", path)',
    )),
    ("tests/test_{topic}.py", (
        '    assert entry["{field}"] == expected',
        "def test_{field}_is_kept():",
        "    entry.{field} = None  # as in old dumps",
    )),
    (".github/workflows/{topic}.yml", ("      - run: make check-{field}", "    name: {field}")),
)  # fmt: skip
_TOPICS = (
    "schema", "export", "imports", "index", "review", "merge", "history", "backup", "labels",
    "search", "editors", "release", "cleanup", "permissions",
)  # fmt: skip

_SUFFIX = r"\.(?:toml|yaml|properties|md)"
_ROW = re.compile(rf"(?:\S*/)?([^\s/]+){_SUFFIX}([:-])\d+\2(.*)")
_HEADING = re.compile(rf"([▸▹] )?(?:\S*/)?([^\s/]+){_SUFFIX}(?: ×\d+)?")
_BELOW = re.compile(r"\n\d+[:-](.*)(?=\n)")
_LAST = "entry"
_PAIR = re.compile(rf"(?:- \*\*)?({PATH})(?:\*\*: | = |: |=)(.*)")


def render(records: Sequence[Record], draw: Draw) -> str:
    """What a search prints of the records' files, and of others."""
    write = draw.one_of((_numbered, _numbered, _with_context, _headed))
    form = draw.one_of(_FORMS)
    root = draw.one_of(_ROOTS)
    names = [name for name in records[0].fields if name.isidentifier()] if records else []
    above = "./" if root.startswith("./") else ""
    files: list[_File] = []
    seen: set[str] = set()
    for record in records:
        if draw.below(6) == 0:
            other = _other(draw, names, above)
            if other.path not in seen:
                seen.add(other.path)
                files.append(other)
        files.append(_file(record, root, form))
    return "\n".join(write(files)) + "\n"


def read(text: str, ids: Collection[str]) -> Iterator[Fields]:
    """The values on the lines of every file that is named after one of the ids."""
    text, shortened = without_marker(text)
    text = text if shortened else search.restore(text)
    for identifier in ids:
        pairs = [
            (path, value)
            for line in _lines_of(identifier, text)
            for path, value in _pair(line, shortened=shortened)
        ]
        if pairs:
            yield {**nested(pairs), "id": identifier}


class _File(NamedTuple):
    """A file: its path, its matching lines with their numbers, and what stands above the first."""

    path: str
    lines: list[tuple[int, str]]
    first: str


def _file(record: Record, root: str, form: _Form) -> _File:
    """The file of a record; between its lines there is an empty one now and then."""
    draw = Draw("file", record.id)
    shelf = draw.one_of(_SHELVES)
    place = f"{root}/{shelf}" if shelf else root
    number = 1
    lines: list[tuple[int, str]] = []
    for path, value in [*leaves(record.fields), ((_LAST,), f"{place}/{record.id}")]:
        number += 1 + (draw.below(6) == 0 and number > 1)
        lines.append((number, form.line.format(dotted(path), form.written(value))))
    return _File(f"{place}/{record.id}.{form.suffix}", lines, form.first)


def _other(draw: Draw, names: Sequence[str], above: str) -> _File:
    """A file that is no record's, with a few matches."""
    path, said = draw.one_of(_OTHERS)
    field = draw.one_of(names) if names else "title"
    n, m = draw.between(10, 900), draw.below(10)
    number = draw.between(3, 200)
    lines = []
    for _ in range(draw.between(1, 3)):
        lines.append((number, draw.one_of(said).format(field=field, n=n, m=m)))
        number += draw.between(1, 60)
    return _File(above + path.format(topic=draw.one_of(_TOPICS)), lines, "")


def _numbered(files: Sequence[_File]) -> Iterator[str]:
    """As ``grep -rn`` and ``rg -n --no-heading`` print."""
    for file in files:
        for number, line in file.lines:
            yield f"{file.path}:{number}:{line}"


def _with_context(files: Sequence[_File]) -> Iterator[str]:
    """As ``grep -rn -B1`` prints: each match with the line above it, groups apart."""
    for file in files:
        last = 0
        for number, line in file.lines:
            if number > last + 1:
                if last < number - 2:
                    yield "--"
                yield f"{file.path}-{number - 1}-{'' if last else file.first}"
            yield f"{file.path}:{number}:{line}"
            last = number


def _headed(files: Sequence[_File]) -> Iterator[str]:
    """As ``rg -n --heading`` prints."""
    for place, file in enumerate(files):
        if place:
            yield ""
        yield file.path
        for number, line in file.lines:
            yield f"{number}:{line}"


def _lines_of(identifier: str, text: str) -> Iterator[str]:
    """What stands on the lines of the file that is named after ``identifier``."""
    at = text.find(identifier)
    while at >= 0:
        end = text.find("\n", at)
        if end < 0:
            return
        row = text[text.rfind("\n", 0, at) + 1 : end]
        if (found := _ROW.fullmatch(row)) and found[1] == identifier:
            yield found[3]
        elif (heading := _HEADING.fullmatch(row)) and heading[2] == identifier:
            below, end = _below(text, end)
            if heading[1]:
                yield from below
            else:
                last = [at for at, line in enumerate(below) if _is_last(line, identifier)]
                yield from below[: max(last, default=-1) + 1]
        at = text.find(identifier, end)


def _below(text: str, end: int) -> tuple[list[str], int]:
    """The numbered lines below the line that ends at ``end``, and where the last of them ends."""
    lines: list[str] = []
    while (line := _BELOW.match(text, end)) is not None:
        lines.append(line[1])
        end = line.end()
    return lines, end


def _is_last(line: str, identifier: str) -> bool:
    return any(
        path == (_LAST,) and isinstance(value, str) and value.endswith(f"/{identifier}")
        for path, value in _pair(line, shortened=False)
    )


def _pair(line: str, *, shortened: bool) -> Iterator[tuple[Path, object]]:
    """The path and the value on a line; nothing where it is no line of a record."""
    found = _PAIR.fullmatch(line)
    if found is not None:
        for value in read_back(found[2], shortened=shortened):
            yield path_of(found[1]), value
