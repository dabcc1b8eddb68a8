"""Files of a repository in a difference: what they hold, before and after."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from pipelines.replays.draws import Draw
from pipelines.replays.renderings._written import is_plain, quoted

_WIDTH = 84
_FEW_WORDS = 6
_SELF = "https://records.example.org/{}"


class Format(NamedTuple):
    """A format of files: how their names end, and how they write a record.

    ``write`` gives for the record, whose id comes second, the rows of each of its fields.
    """

    suffix: str
    write: Callable[[Mapping[str, object], str], list[list[str]]]


def _json(fields: Mapping[str, object], identifier: str) -> list[list[str]]:
    parts = []
    for name, value in fields.items():
        rows = quoted(value, indent=2).split("\n")
        parts.append([f'  "{name}": {rows[0]}', *[f"  {row}" for row in rows[1:]]])
        parts[-1][-1] += ","
    parts[0].insert(0, "{")
    return [*parts, [f'  "$id": "{_SELF.format(identifier)}"', "}"]]


def _yaml(fields: Mapping[str, object], identifier: str) -> list[list[str]]:
    parts = []
    for name, value in fields.items():
        text = str(value)
        if not is_plain(value) or ": " in text or " #" in text or text[-1] == ":":
            parts.append([f"{name}: {quoted(value)}"])
            continue
        rows = textwrap.wrap(text, _WIDTH, break_long_words=False, break_on_hyphens=False)
        if len(rows) > 1 and " ".join(rows) == text:
            parts.append([f"{name}: >-", *[f"  {row}" for row in rows]])
        else:
            parts.append([f"{name}: {text}"])
    return [*parts, [f"# {_SELF.format(identifier)}"]]


def _toml(fields: Mapping[str, object], identifier: str) -> list[list[str]]:
    parts = []
    for name, value in fields.items():
        if isinstance(value, dict | list):
            rows = quoted(value, indent=4).replace("'", "\\u0027").split("\n")
            parts.append([f"{name} = '''", *rows, "'''"])
        else:
            parts.append([f"{name} = {quoted(value)}"])
    return [*parts, [f"# {_SELF.format(identifier)}"]]


FORMATS = (Format("json", _json), Format("yaml", _yaml), Format("toml", _toml))
LAST_OF_JSON = '  "$id": '
"""How the row begins that names the record again and is the last one, but for a brace."""


def some_hex(digits: int, draw: Draw) -> str:
    """As many hexadecimal digits, such as an object's name begins with."""
    return "".join(f"{draw.below(16**5):05x}" for _ in range(digits // 5))


def added(path: str, parts: Sequence[Sequence[str]], draw: Draw) -> list[str]:
    """The rows of a file that is new."""
    rows = [row for part in parts for row in part]
    return [
        f"diff --git a/{path} b/{path}",
        "new file mode 100644",
        f"index 0000000000..{some_hex(10, draw)}",
        "--- /dev/null",
        f"+++ b/{path}",
        f"@@ -0,0 +{_span(len(rows))} @@",
        *[f"+{row}" for row in rows],
    ]


def changed(path: str, parts: Sequence[Sequence[str]], draw: Draw) -> list[str]:
    """The rows of a file of which some fields changed, shown whole.

    The first field is the id, which never changes; one of the others does at least.
    """
    inner = range(1, len(parts) - 1)
    picked = {at for at in inner if draw.below(2)} or {draw.one_of(inner)} if inner else set()
    body: list[str] = []
    for at, part in enumerate(parts):
        body += _change(part, draw) if at in picked else [f" {row}" for row in part]
    old = sum(row[0] != "+" for row in body)
    new = sum(row[0] != "-" for row in body)
    return [
        f"diff --git a/{path} b/{path}",
        f"index {some_hex(10, draw)}..{some_hex(10, draw)} 100644",
        f"--- a/{path}",
        f"+++ b/{path}",
        f"@@ -{_span(old)} +{_span(new)} @@",
        *_removed_first(body),
    ]


def _change(part: Sequence[str], draw: Draw) -> list[str]:
    """A field that is new, or of which one row said something else before."""
    places = [at for at, row in enumerate(part) if len(row.split()) > _FEW_WORDS]
    if len(part) == 1 and not places:
        before = _other_digit(part[0])
        return [f"-{before}", f"+{part[0]}"] if before else [f"+{part[0]}"]
    if not places or draw.below(2):
        return [f"+{row}" for row in part]
    changed = draw.one_of(places)
    words = part[changed].split(" ")
    start = draw.between(3, len(words) - 3)
    before = " ".join([*words[:start], *words[min(len(words) - 2, start + draw.between(1, 4)) :]])
    rows: list[str] = []
    for at, row in enumerate(part):
        rows += [f"-{before}", f"+{row}"] if at == changed else [f" {row}"]
    return rows


def _removed_first(rows: Sequence[str]) -> Iterator[str]:
    """``rows`` with what was removed before what was added wherever both follow each other."""
    for _, run in groupby(rows, lambda row: row[0] == " "):
        yield from sorted(run, key=lambda row: row[0] == "+")


def _other_digit(row: str) -> str:
    """``row`` with another last digit; empty where it has none."""
    digit = next((sign for sign in reversed(row) if sign in "0123456789"), "")
    head, _, tail = row.rpartition(digit) if digit else ("", "", "")
    return f"{head}{(int(digit) + 7) % 10}{tail}" if digit else ""


def _span(rows: int) -> str:
    return "1" if rows == 1 else f"1,{rows}"
