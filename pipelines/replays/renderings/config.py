"""Records as the sections of a configuration, one each, among settings of other things.

Layouts: YAML with a list of entries or with the ids as keys, TOML with tables, INI. In YAML a
nested field is nested to its third level and then in flow style; elsewhere its values stand
under their whole path. Every section begins with the id and ends with a reference to where
the entry comes from, which says the id again.

A setting counts as found where it stands between these two: nothing is ever moved, so what
stands there belongs to the entry even where other lines are gone. A nested setting counts
where the lines that it is nested in are there as well. Of a value that the engine shortened
counts what :func:`~pipelines.replays.renderings._leaves.read_back` says.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from compressors.kinds import config
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

_COLLECTIONS = ("entries", "catalogue", "items", "records", "documents")
_LAST = "origin"
_DEPTH = 3
_OUTER = 2
_KEY = re.compile(r"[A-Za-z_][\w-]*")
_PLAIN = re.compile(r"[A-Za-z](?:[\w.,/@-]|:(?=/)| (?=[\w(]))*(?<!,)|\d+(?:[.-]\d+){2,}")
_RESERVED = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n", "none"})

_FIRST = re.compile(r' *- id: ([\w-]+)| +([\w-]+):|id = "([\w-]+)"|\[\w+[.:]([\w-]+)\]')
_ORIGIN = re.compile(rf' *{_LAST}(?:: | = )"?\S*/([\w-]+)"?')
_ASSIGNED = re.compile(rf"({PATH}) = (.+)")
_KEYED = re.compile(r'( *)([A-Za-z_][\w-]*|"(?:[^"\\]|\\.)*+"):(?: (.+))?')
_SEVERAL = re.compile(r"( *) ⟨([^⟩]*)⟩([:=]) (.+)")

_HEADS = (
    "# Generated from the editors' database. Changes here are lost with the next export.",
    "# Owner: content-platform. See docs/entries for what the fields mean.",
    "# Loaded once at start; send SIGHUP after a change.",
)
_NOTES = (
    "# moved here from the old catalogue",
    "# kept for compatibility with v1 clients",
    "# reviewed by the editors",
    "# see also the style guide",
)
_SETTINGS: Mapping[str, Mapping[str, object]] = {
    "server": {"host": "127.0.0.1", "port": 8080, "workers": 4, "timeout": 30},
    "logging": {"level": "info", "format": "json", "file": "/var/log/catalogue/app.log"},
    "cache": {"backend": "redis", "ttl": 3600, "prefix": "cat"},
    "search": {"engine": "builtin", "stemming": True, "synonyms": "config/synonyms.txt"},
    "storage": {"driver": "postgres", "pool": 12, "schema": "public"},
    "features": {"drafts": True, "comments": False, "exports": True},
}
"""Sections that are no entries."""


def render(records: Sequence[Record], draw: Draw) -> str:
    """The records as sections of one configuration, in one of the layouts."""
    layout = draw.one_of((_yaml_list, _yaml_list, _yaml_map, _toml_list, _toml_tables, _ini))
    name = draw.one_of(_COLLECTIONS)
    origin = draw.one_of(("db://editors", "export/2026", "s3://catalogue/live", "git/content"))
    head = [draw.one_of(_HEADS)] if draw.below(4) else []
    others = draw.shuffled(list(_SETTINGS))[: draw.between(2, 4)]
    cut = draw.below(len(others) + 1)
    sections = [
        _Section(
            record.id,
            {**record.fields, _LAST: f"{origin}/{record.id}"},
            draw.one_of(_NOTES) if draw.below(8) == 0 else "",
        )
        for record in records
    ]
    body = layout(name, sections, others[:cut], others[cut:])
    return "\n".join([*head, *body]) + "\n"


def read(text: str, ids: Collection[str]) -> Iterator[Fields]:
    """The settings of every section that begins and ends with one of the ids."""
    text, shortened = without_marker(text)
    text = config.restore(text)
    for identifier in ids:
        section = _section_of(identifier, text)
        if section:
            found = _settings(section, shortened=shortened)
            yield {**nested(found), "id": identifier}


class _Section(NamedTuple):
    """An entry: its id, its fields with where it comes from, and a note that somebody left."""

    id: str
    fields: Fields
    note: str


def _yaml_list(
    name: str, sections: Sequence[_Section], above: Sequence[str], below: Sequence[str]
) -> Iterator[str]:
    yield from _yaml_settings(above)
    yield f"{name}:"
    for section in sections:
        if section.note:
            yield f"  {section.note}"
        first, *rest = _yaml(section.fields, "    ")
        yield f"  - {first.lstrip()}"
        yield from rest
    yield from _yaml_settings(below)


def _yaml_map(
    name: str, sections: Sequence[_Section], above: Sequence[str], below: Sequence[str]
) -> Iterator[str]:
    yield from _yaml_settings(above)
    yield f"{name}:"
    for section in sections:
        if section.note:
            yield f"  {section.note}"
        yield f"  {section.id}:"
        yield from _yaml(_without_id(section.fields), "    ")
    yield from _yaml_settings(below)


def _yaml_settings(names: Sequence[str]) -> Iterator[str]:
    for name in names:
        yield f"{name}:"
        yield from _yaml(_SETTINGS[name], "  ")


def _yaml(fields: Fields, indent: str, depth: int = 1) -> Iterator[str]:
    """The lines of a mapping. Its last member that is one itself is nested, others in flow style.

    So there is one line at most on each level that others can belong to.
    """
    inner = [name for name, value in fields.items() if isinstance(value, Mapping) and value]
    for name, value in fields.items():
        key = name if _KEY.fullmatch(name) else quoted(name)
        if depth < _DEPTH and inner and name == inner[-1] and isinstance(value, Mapping):
            yield f"{indent}{key}:"
            yield from _yaml(value, indent + "  ", depth + 1)
        else:
            yield f"{indent}{key}: {_scalar(value)}"


def _scalar(value: object) -> str:
    """A value of YAML: plain where that is no other value."""
    if isinstance(value, str) and _PLAIN.fullmatch(value) and value.lower() not in _RESERVED:
        return value
    return quoted(value)


def _toml_list(
    name: str, sections: Sequence[_Section], above: Sequence[str], below: Sequence[str]
) -> Iterator[str]:
    yield from _assigned_settings([*above, *below], quoted)
    for section in sections:
        yield from filter(None, [section.note])
        yield f"[[{name}]]"
        yield from _assigned(section.fields, quoted)


def _toml_tables(
    name: str, sections: Sequence[_Section], above: Sequence[str], below: Sequence[str]
) -> Iterator[str]:
    yield from _assigned_settings(above, quoted)
    for section in sections:
        yield from filter(None, [section.note])
        yield f"[{name}.{section.id}]"
        yield from _assigned(_without_id(section.fields), quoted)
    yield from _assigned_settings(below, quoted)


def _ini(
    name: str, sections: Sequence[_Section], above: Sequence[str], below: Sequence[str]
) -> Iterator[str]:
    yield from _assigned_settings(above, bare)
    for section in sections:
        yield from filter(None, [section.note])
        yield f"[{name}:{section.id}]"
        yield from _assigned(_without_id(section.fields), bare)
    yield from _assigned_settings(below, bare)


def _assigned_settings(names: Sequence[str], written: Callable[[object], str]) -> Iterator[str]:
    for name in names:
        yield f"[{name}]"
        yield from _assigned(_SETTINGS[name], written)


def _assigned(fields: Fields, written: Callable[[object], str]) -> Iterator[str]:
    for path, value in leaves(fields):
        yield f"{dotted(path)} = {written(value)}"
    yield ""


def _without_id(fields: Fields) -> Fields:
    return {name: value for name, value in fields.items() if name != "id"}


def _section_of(identifier: str, text: str) -> Sequence[str]:
    """The lines between the first and the last of an entry; none where one of these is gone."""
    start = -1
    at = text.find(identifier)
    while at >= 0:
        above = text.rfind("\n", 0, at) + 1
        end = text.find("\n", at)
        line = text[above:end] if end >= 0 else ""
        if (first := _FIRST.fullmatch(line)) and first[first.lastindex or 0] == identifier:
            start = end + 1
        elif start >= 0 and (last := _ORIGIN.fullmatch(line)) and last[1] == identifier:
            return text[start:above].split("\n")
        at = text.find(identifier, at + 1)
    return ()


def _settings(lines: Sequence[str], *, shortened: bool) -> Iterator[tuple[Path, object]]:
    """The settings on the lines of an entry, each under its path."""
    opened: list[str] = []
    for line in lines:
        for one in _apart(line):
            yield from _setting(one, opened, shortened=shortened)


def _apart(line: str) -> Sequence[str]:
    """A line for each of the keys that the engine wrote on one, as they have one value."""
    several = _SEVERAL.fullmatch(line)
    if several is None:
        return [line]
    indent, names, sign, value = several.groups()
    between = " = " if sign == "=" else ": "
    return [f"{indent}{name}{between}{value}" for name in names.split(", ")]


def _setting(line: str, opened: list[str], *, shortened: bool) -> Iterator[tuple[Path, object]]:
    assigned = _ASSIGNED.fullmatch(line)
    if assigned is not None:
        for value in read_back(assigned[2], shortened=shortened):
            yield path_of(assigned[1]), value
        return
    keyed = _KEYED.fullmatch(line)
    if keyed is None:
        return
    level = len(keyed[1]) // 2 - _OUTER
    if level < 0 or level > len(opened):
        return
    del opened[level:]
    name = path_of(keyed[2])[0]
    if keyed[3] is None:
        opened.append(name)
        return
    for value in read_back(keyed[3], shortened=shortened):
        yield (*opened, name), value
