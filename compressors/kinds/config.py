"""Configuration: YAML, TOML, INI, environment variables, properties."""

from __future__ import annotations

import re
from typing import NamedTuple

from compressors.kinds import _lines, _lines_folds
from compressors.kinds.base import Content, Cut, Focus, Params, Passage

__all__ = ["NAME", "Params", "Settings", "compress", "find", "recognise", "restore", "signature"]

NAME = "config"
_LOOKED_AT = 12_000
_KEYS = 400
_SHARE = 0.8
_COMMENT = re.compile(r"\s*(?:[#;]|//|$)")
_SECTION = re.compile(r"\s*\[\[?\"?([\w.:/ @\"'-]+)\]?\]\s*(?:[#;].*)?$")
_VARIABLE = re.compile(r"(?:export )?([A-Z_][A-Z0-9_]*)=")
_ASSIGNMENT = re.compile(r"\s*([\w.\-\"'/ ]{1,80}?)\s*=(?!=)\s*(.*)")
_TYPED = re.compile(r"(?:\"|'|\[|\{|true$|false$|[+-]?\d)")
_MAPPING = re.compile(
    r"( *)(?:- )*([\"']?[A-Za-z_./$@*<][\w./$@*<>-]*+(?: [\w./()-]++){0,3}[\"']?) ?:(?: +(.*)|$)"
)
_ITEM = re.compile(r" *- \S| *-$")


class Settings(NamedTuple):
    """The flavour of a configuration and the keys of its outer level."""

    flavour: str
    keys: tuple[str, ...]


def recognise(text: str) -> Settings | None:
    """Flavour and keys of a text that sets things for the most part, else None."""
    rows = [row for row in _lines.sample(text[:_LOOKED_AT]) if not _COMMENT.match(row)]
    if len(rows) < 2:
        return None
    return _variables(rows) or _sections(rows) or _mappings(rows)


def signature(parsed: Settings) -> str:
    """Flavour and key set."""
    return f"{NAME}|{parsed.flavour}|{','.join(parsed.keys)}"


def compress(content: Content, params: Params, focus: Focus) -> Cut:  # noqa: ARG001
    """The configuration with runs of identical lines folded."""
    return _lines_folds.compress(NAME, content, params)


def restore(text: str) -> str:
    """The configuration that the lossless parameters made ``text`` of."""
    return _lines_folds.unfold(NAME, text)


def find(content: Content, query: str) -> list[Passage]:
    """The lines that answer ``query``, best first, with where they stood."""
    return _lines.find_rows(content.text, query)


def _set(flavour: str, keys: list[str]) -> Settings:
    return Settings(flavour, tuple(sorted(set(keys))[:_KEYS]))


def _variables(rows: list[str]) -> Settings | None:
    names = [found[1] for row in rows if (found := _VARIABLE.match(row))]
    return _set("env", names) if len(names) >= max(2, _SHARE * len(rows)) else None


def _sections(rows: list[str]) -> Settings | None:
    """INI, TOML and properties: sections, or assignments alone."""
    sections = [found[1] for row in rows if (found := _SECTION.match(row))]
    pairs = [found for row in rows if (found := _ASSIGNMENT.match(row))]
    if len(pairs) < 2 or len(pairs) + len(sections) < _SHARE * len(rows):
        return None
    if not sections:
        # Without a section only plain keys tell a configuration from code.
        plain = [pair[1] for pair in pairs if re.fullmatch(r"[\w.\-]+", pair[1])]
        dotted = sum("." in name for name in plain)
        return _set("properties", plain) if 2 * dotted >= len(rows) else None
    typed = sum(_TYPED.match(pair[2]) is not None for pair in pairs)
    keys = sections + [pair[1].strip() for pair in pairs]
    return _set("toml" if typed == len(pairs) else "ini", keys)


def _mappings(rows: list[str]) -> Settings | None:
    """YAML: keys, list items and what is indented below them."""
    found = [_MAPPING.match(row) for row in rows]
    pairs = [match for match in found if match]
    items = sum(
        match is None and _ITEM.match(row) is not None
        for match, row in zip(found, rows, strict=True)
    )
    marker = rows[0].startswith("---")
    if len(pairs) < 2 or len(pairs) + items + marker < _SHARE * len(rows):
        return None
    names = [match[2].strip("\"'") for match in pairs]
    # Reports of commands say "Raid Level : raid1": a setting's name has no spaces.
    if 4 * len(pairs) < len(rows) or 10 * sum(" " in name for name in names) > 3 * len(names):
        return None
    if not any(match[3] or match[1] for match in pairs):
        return None
    outer = min(len(match[1]) for match in pairs)
    return _set(
        "yaml", [name for match, name in zip(pairs, names, strict=True) if len(match[1]) == outer]
    )
