"""How a record stands in source code: as a function or a class that states its fields."""

from __future__ import annotations

import keyword
import re
import textwrap
from collections.abc import Callable, Mapping, Sequence

from pipelines.replays.draws import Draw
from pipelines.replays.items import Record
from pipelines.replays.renderings._written import is_plain, quoted, written

Style = Callable[[Record, "Paper", Draw], list[str]]

_WIDTH = 84
_LITERALS = re.compile(r'("(?:[^"\\]|\\.)*")|\b(true|false|null|True|False|None)\b')
_TO_PYTHON = {"true": "True", "false": "False", "null": "None"}
_TO_JSON = {python: json for json, python in _TO_PYTHON.items()}
_NAMES = re.compile(r"[A-Za-z][a-z]*|\d+")
_RESERVED = frozenset(
    (
        *keyword.kwlist,
        *("case", "const", "default", "delete", "do", "enum", "export", "extends", "func"),
        *("function", "go", "goto", "interface", "map", "new", "package", "range", "select"),
        *("struct", "super", "switch", "this", "throw", "type", "typeof", "var", "void"),
    )
)
_TYPES: Mapping[str, Mapping[str, str]] = {
    "python": {"string": "str", "integer": "int", "boolean": "bool", "float": "float",
               "number": "float", "array": "list", "dict": "dict"},
    "typescript": {"string": "string", "integer": "number", "boolean": "boolean",
                   "float": "number", "number": "number", "array": "unknown[]"},
    "go": {"string": "string", "integer": "int", "boolean": "bool", "float": "float64",
           "number": "float64", "array": "[]any"},
}  # fmt: skip
_ANY = {"python": "object", "typescript": "unknown", "go": "any"}


class Paper:
    """What a style writes on.

    Args:
        language: of the file.
        wide: whether a value may stand on several rows, as it may where rows are numbered.
    """

    def __init__(self, language: str, *, wide: bool) -> None:
        self.language = language
        self.typed = language == "typescript"
        self._wide = wide

    def said(self, fields: Mapping[str, object], base: str, mark: str, sep: str) -> list[str]:
        """The fields in a comment or docstring, whose rows begin with ``base``."""
        rows: list[str] = []
        for name, value in fields.items():
            lead = f"{base}{mark}{name}{sep}"
            if isinstance(value, dict | list):
                first, *more = quoted(value, indent=2 if self._wide else None).split("\n")
                rows += [lead + first, *[base + row for row in more]]
                continue
            wrapped = self._wrapped(value) if self._wide else []
            if wrapped:
                rows += [lead + wrapped[0], *[f"{base}    {row}" for row in wrapped[1:]]]
            else:
                rows.append(lead + written(value))
        return [row.replace("*/", "*\\u002f") for row in rows]

    def stated(
        self, fields: Mapping[str, object], base: str, mark: str, sep: str, end: str
    ) -> list[str]:
        """The fields as literals, each ended by ``end``."""
        rows: list[str] = []
        for name, value in fields.items():
            indent = (4 if self.language == "python" else 2) if self._wide else None
            nested = isinstance(value, dict | list)
            text = quoted(value, indent=indent if nested else None)
            if self.language == "python":
                text = in_python(text)
            elif self.language == "go" and nested:
                text = "schema(`" + text.replace("`", "\\u0060") + "`)"
            first, *more = f"{mark}{name}{sep}{text}{end}".split("\n")
            rows += [base + first, *[base + row for row in more]]
        return rows

    def arguments(self, record: Record) -> str:
        """Typed arguments of a record that documents some, else those of any function."""
        schema = record.fields.get("parameters")
        listed = schema.get("properties") if isinstance(schema, dict) else None
        if not isinstance(listed, dict) or self.language == "javascript":
            return {"python": "desk: Desk", "go": "desk *Desk", "typescript": "desk: Desk"}.get(
                self.language, "desk"
            )
        types, other = _TYPES[self.language], _ANY[self.language]
        parts = []
        for name, described in listed.items():
            kind = described.get("type") if isinstance(described, dict) else None
            if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
                said = types.get(kind, other) if isinstance(kind, str) else other
                name = f"{name}_" if name in _RESERVED else name
                parts.append(f"{name} {said}" if self.language == "go" else f"{name}: {said}")
        return ", ".join(parts)

    @staticmethod
    def _wrapped(value: object) -> list[str]:
        """The rows of a long text; none where it would not come back the same."""
        text = str(value)
        if not is_plain(value) or len(text) <= _WIDTH:
            return []
        rows = textwrap.wrap(text, _WIDTH, break_long_words=False, break_on_hyphens=False)
        return rows if " ".join(rows) == text else []


def in_python(json: str) -> str:
    """JSON as a literal of Python."""
    return _LITERALS.sub(lambda found: found[1] or _TO_PYTHON.get(found[2], found[2]), json)


def from_python(literal: str) -> str:
    """A literal of Python, as ``in_python`` wrote it, as JSON."""
    return _LITERALS.sub(lambda found: found[1] or _TO_JSON.get(found[2], found[2]), literal)


def _fields(record: Record) -> dict[str, object]:
    return {"id": record.id} | record.fields


def _words(record: Record) -> list[str]:
    words = [word.lower() for word in _NAMES.findall(record.name)][:6]
    return words if words and words[0].isalpha() else ["entry", *words]


def _snake(record: Record) -> str:
    name = "_".join(_words(record))
    return f"{name}_" if name in _RESERVED else name


def _pascal(record: Record) -> str:
    return "".join(word.capitalize() for word in _words(record))


def _camel(record: Record) -> str:
    name = _pascal(record)
    name = name[0].lower() + name[1:]
    return f"{name}_" if name in _RESERVED else name


def _headline(record: Record) -> str:
    return f"{' '.join(_words(record)).capitalize()}."


def _python_doc(record: Record, paper: Paper, draw: Draw) -> list[str]:
    said = paper.said(_fields(record), "    ", "", ": ")
    raw = "r" if any("\\" in row for row in said) else ""
    return [
        f"def {_snake(record)}({paper.arguments(record)}) -> Entry:",
        f'    {raw}"""{_headline(record)}',
        "",
        *said,
        '    """',
        *draw.one_of(
            (
                [f'    return Entry.open("{record.id}")'],
                [f'    entry = Entry.open("{record.id}")',
                 f'    return checked(entry, "{record.id}")'],
                ["    if not Entry.ready:", f'        raise LookupError("{record.id}")',
                 f'    return Entry.open("{record.id}")'],
            )
        ),
    ]  # fmt: skip


def _python_class(record: Record, paper: Paper, draw: Draw) -> list[str]:
    del draw
    return [
        f"class {_pascal(record)}(Entry):",
        f'    """{_headline(record)}"""',
        "",
        *paper.stated(_fields(record), "    ", "", " = ", ""),
        "",
        f"    def open(self, {paper.arguments(record)}) -> Entry:",
        f'        return checked(self, "{record.id}")',
    ]


def _python_call(record: Record, paper: Paper, draw: Draw) -> list[str]:
    del draw
    return [
        f"def {_snake(record)}({paper.arguments(record)}) -> Entry:",
        f'    """{_headline(record)}"""',
        "    entry = Entry(",
        *paper.stated(_fields(record), "        ", "", "=", ","),
        "    )",
        f'    return checked(entry, "{record.id}")',
    ]


def _script_doc(record: Record, paper: Paper, draw: Draw) -> list[str]:
    answer = ": Entry" if paper.typed else ""
    return [
        "/**",
        f" * {_headline(record)}",
        " *",
        *paper.said(_fields(record), " * ", "@", " "),
        " */",
        f"export function {_camel(record)}({paper.arguments(record)}){answer} {{",
        *draw.one_of(
            (
                [f'  return Entry.open("{record.id}");'],
                [f'  const entry = Entry.open("{record.id}");',
                 f'  return checked(entry, "{record.id}");'],
            )
        ),
        "}",
    ]  # fmt: skip


def _script_class(record: Record, paper: Paper, draw: Draw) -> list[str]:
    del draw
    answer = ": Entry" if paper.typed else ""
    mark = "readonly " if paper.typed else ""
    return [
        f"export class {_pascal(record)} extends Entry {{",
        *paper.stated(_fields(record), "  ", mark, " = ", ";"),
        "",
        f"  open({paper.arguments(record)}){answer} {{",
        f'    return checked(this, "{record.id}");',
        "  }",
        "}",
    ]


def _script_object(record: Record, paper: Paper, draw: Draw) -> list[str]:
    del draw
    answer = ": Entry" if paper.typed else ""
    return [
        f"/** {_headline(record)} */",
        f"export function {_camel(record)}({paper.arguments(record)}){answer} {{",
        f"  const entry{answer} = {{",
        *paper.stated(_fields(record), "    ", "", ": ", ","),
        "  };",
        f'  return checked(entry, "{record.id}");',
        "}",
    ]


def _go_doc(record: Record, paper: Paper, draw: Draw) -> list[str]:
    del draw
    return [
        f"// {_pascal(record)} opens the entry described here.",
        "//",
        *paper.said(_fields(record), "//\t", "", ": "),
        f"func {_pascal(record)}({paper.arguments(record)}) (*Entry, error) {{",
        f'\treturn open("{record.id}")',
        "}",
    ]


def _go_map(record: Record, paper: Paper, draw: Draw) -> list[str]:
    del draw
    return [
        f"// {_pascal(record)} is the entry below.",
        f"func {_pascal(record)}({paper.arguments(record)}) Entry {{",
        "\tentry := Entry{",
        *paper.stated(_fields(record), "\t\t", '"', '": ', ","),
        "\t}",
        f'\treturn checked(entry, "{record.id}")',
        "}",
    ]


STYLES: Mapping[str, Sequence[Style]] = {
    "python": (_python_doc, _python_class, _python_call),
    "javascript": (_script_doc, _script_class, _script_object),
    "typescript": (_script_doc, _script_class, _script_object),
    "go": (_go_doc, _go_map),
}
"""Of each language the styles; the record's id stands in the first field and at the end."""
