"""The rows of a ``recommendations.toml`` in the plain form in which the platform writes them.

A reader of all of TOML takes some forty microseconds a row, which a start with a hundred thousand
of them feels. Here a row is lines of ``key = value`` with plain values. What is written otherwise,
or not right, is left to the reader of all of TOML, so that nothing is read here that it would not
read alike.
"""

from __future__ import annotations

import re
import tomllib

_TABLE = "recommendation"
_ROW = f"[[{_TABLE}]]"
_PART = re.compile(rf"\[{_TABLE}\.([A-Za-z0-9_-]+)\]")
_KEY = re.compile(r"[A-Za-z0-9_-]+")
_VALUE = re.compile(
    r'"([ !#-\[\]-~]*)"'
    r"|(-?(?:0|[1-9][0-9]{0,15})\.[0-9]{1,20})"
    r"|(-?(?:0|[1-9][0-9]{0,15}))"
    r"|(true|false)"
    r'|\[((?:(?:"[A-Za-z0-9_.-]*"|-?[0-9][0-9.]*)(?:, |(?=\])))*)\]'
)
_MOST_REMEMBERED = 100_000


class _OtherForm(Exception):
    """Something is not written plainly, or not right."""


def plain_tables(text: str) -> dict[str, object] | None:
    """What TOML says ``text`` holds, where its rows are plain and come last; else None."""
    head, found, rest = text.partition(f"\n{_ROW}\n")
    if not found:
        return None
    try:
        data = tomllib.loads(head + "\n")
        if _TABLE in data:
            return None
        data[_TABLE] = _rows(rest)
    except (_OtherForm, RecursionError, ValueError):
        return None
    return data


def _rows(text: str) -> list[dict[str, object]]:
    row: dict[str, object] = {}
    rows, table = [row], row
    keys: set[str] = set()
    values: dict[str, object] = {}
    for line in text.split("\n"):
        key, equals, written = line.partition(" = ")
        if equals:
            if key in table:
                raise _OtherForm
            if key not in keys:
                keys.add(_checked(key))
            value = values.get(written)
            if value is None:
                value = _value(written)
                # Lists are not shared between rows: each is somebody's own.
                if len(values) < _MOST_REMEMBERED and not isinstance(value, list):
                    values[written] = value
            table[key] = value
        elif line == _ROW:
            row = table = {}
            rows.append(row)
        elif line:
            part = _PART.fullmatch(line)
            if part is None or part[1] in row:
                raise _OtherForm
            row[part[1]] = table = {}
    return rows


def _checked(key: str) -> str:
    if not _KEY.fullmatch(key):
        raise _OtherForm
    return key


def _value(written: str) -> object:
    found = _VALUE.fullmatch(written)
    if found is None:
        raise _OtherForm
    text, broken, whole, truth, listed = found.groups()
    if text is not None:
        return text
    if broken is not None:
        return float(broken)
    if whole is not None:
        return int(whole)
    if truth is not None:
        return truth == "true"
    return [_value(each) for each in listed.split(", ")] if listed else []
