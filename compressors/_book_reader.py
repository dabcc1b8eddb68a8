"""A ``recommendations.toml`` as far as types and ranges go, and where everything in it stands."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from typing import NoReturn

import msgspec

from compressors._book_file import SCHEMA, File
from compressors._book_plain import plain_tables
from compressors._toml_lines import Lines
from compressors.errors import PublicationRefused

NEXT = "publish it anew or bring back an earlier one"


class BookReader:
    """One reading of one file: its bytes, its tables, and refusals that say where.

    Raises:
        PublicationRefused: the content is no TOML, of another schema, or a key is unknown,
            missing, of another type or out of range.
    """

    def __init__(self, content: bytes, *, source: str) -> None:
        self.content = content
        self.source = source
        self._text = self._decoded()
        self._data = self._parsed()
        self.file = self._typed()

    def refuse(self, reason: str, table: str = "", row: int = 0, path: str = "") -> NoReturn:
        """Refuse the file for ``path`` in the table of this name, ``row`` counted from 0."""
        where = [self.source]
        lines = Lines(self._text)
        line = lines.of((table, row), path) or lines.of((path, 0))
        if line is not None:
            where.append(f"line {line}")
        if table in ("certificate", "default", "recommendation"):
            where.append(f"[[{table}]] row {row + 1}")
        elif table:
            where.append(f"[{table}]")
        if path:
            where.append(f"field {path}")
        raise PublicationRefused(reason, where=", ".join(where))

    def _decoded(self) -> str:
        if not self.content.strip():
            raise PublicationRefused(f"the file is empty; {NEXT}", where=self.source)
        try:
            return self.content.decode("utf-8")
        except UnicodeDecodeError as error:
            line = self.content.count(b"\n", 0, error.start) + 1
            raise PublicationRefused(
                f"is not UTF-8 text; {NEXT}", where=f"{self.source}, line {line}"
            ) from None

    def _parsed(self) -> dict[str, object]:
        try:
            return plain_tables(self._text) or tomllib.loads(self._text)
        except tomllib.TOMLDecodeError as error:
            told = re.search(r"^(.*) \(at (?:line (\d+)|end of document)", str(error), re.DOTALL)
            last = len(self._text.splitlines())
            line = int(told[2]) if told and told[2] else last
            reason = told[1] if told else str(error)
            cut = ", as if the file were cut off here" if line >= last else ""
            raise PublicationRefused(
                f"is no TOML ({reason[:120]}){cut}; {NEXT}", where=f"{self.source}, line {line}"
            ) from None
        except (RecursionError, ValueError):
            raise PublicationRefused(f"is no TOML; {NEXT}", where=self.source) from None

    def _typed(self) -> File:
        schema = self._data.get("schema")
        if schema != SCHEMA or isinstance(schema, bool):
            said = f"is {schema!r:.40}" if "schema" in self._data else "is missing"
            self.refuse(
                f"{said}, expected {SCHEMA}; use the engine this file was published for, or {NEXT}",
                path="schema",
            )
        try:
            return msgspec.convert(self._data, File)
        except msgspec.ValidationError as error:
            self._refuse_type(str(error))

    def _refuse_type(self, message: str) -> NoReturn:
        """Refuse for what msgspec found: its path gives table, row and field."""
        reason, _, told = message.partition(" - at ")
        steps = re.findall(r"\.(\w+)|\[(\d+)\]", told)
        names = [name for name, _ in steps if name]
        table, row = (names[0] if names else ""), 0
        if len(steps) > 1 and steps[1][1]:
            row = int(steps[1][1])
        fields = names[1:]
        value = _at(self._data, [name or int(index) for name, index in steps])
        named = re.match(r"Object (?:contains unknown|missing required) field `(.*)`$", reason)
        if named:
            fields = [*fields, named[1][:60]]
            reason = "is no field of the schema" if "unknown" in reason else "is missing"
        else:
            reason = f"is {value!r:.60}, {_expected(reason)}"
        if not fields and named is None and table:
            self.refuse(f"{reason}; {NEXT}", path=table)
        self.refuse(f"{reason}; {NEXT}", table, row=row, path=".".join(fields))


_WORDS = (
    (r"matching regex '\^sha256:.*", "expected sha256: and 64 hex digits"),
    (r"matching regex '\^\[0-9a-f\]\{(\d+)\}.*", r"expected \1 hex digits"),
    (r"matching regex .*", "expected a name of lower-case letters, digits, _ and -"),
    (r"`(?:int|float)` (>=|<=|<|>) ([\d.e+-]+)", r"expected a number \1 \2"),
    (r"Invalid enum value.*", "which is not in the closed set"),
)


def _expected(reason: str) -> str:
    """What was expected, in a person's words."""
    for pattern, words in _WORDS:
        found = re.search(pattern, reason, re.DOTALL)
        if found:
            return found.expand(words)
    plain = reason[:1].lower() + reason[1:]
    for term, word in (("`array`", "a list"), ("`object`", "a table"), (" | null", "")):
        plain = plain.replace(term, word)
    return plain


def _at(data: object, steps: Sequence[str | int]) -> object:
    """The value at a path, as far as the path leads."""
    for step in steps:
        try:
            data = data[step]  # type: ignore[index]  # what has no such step ends the walk
        except (KeyError, IndexError, TypeError):
            break
    return data
