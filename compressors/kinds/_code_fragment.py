"""Parsing parts of files: a part of a function makes sense only with what stood around it.

A part gets rows in front and behind that make it whole: Python that begins indented the
headers that its indentation needs, a string in three quotes that begins or ends elsewhere
its quotes, other languages the braces that are missing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from compressors.kinds._code_tree import Tree

_INDENT = re.compile(r"([ \t]*)([^\s#][^\s:(]*)?")
_RESCUE = ("except", "finally")
_DEFINES = ("def", "async", "class", "@")
_BLOCK, _FUNCTION = "if 1:", "def f():"
_QUOTES = ('"""', "'''")
_MOST_LEVELS = 20
# What opens a brace where code of a language may stand, from the outside in.
_OPENINGS: dict[str, tuple[tuple[str, ...], ...]] = {
    "javascript": (("function f() {", "{"), ("class A {", "f() {")),
    "typescript": (("function f() {", "{"), ("class A {", "f() {")),
    "tsx": (("function f() {", "{"), ("class A {", "f() {")),
    "go": (("func f() {", "{"), ("type A struct {",)),
    "rust": (("fn f() {", "{"), ("impl A {", "fn f() {", "{")),
    "java": (("class A {", "void f() {", "{"),),
    "c": (("int f(void) {", "{"), ("struct a {",)),
    "cpp": (("int f() {", "{"), ("class A {", "int f() {", "{")),
}


class Frame(NamedTuple):
    """Rows to parse before and behind those of a part of a file."""

    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


class Framed(NamedTuple):
    """Rows to parse: those of a text, by their numbers, and others, whose number is -1."""

    rows: list[str]
    numbers: list[int]


def parse(language: str, code: Sequence[str], breaks: Sequence[int]) -> tuple[Tree, list[Frame]]:
    """The tree of ``code``, whose parts begin at ``breaks``, and the frame of each part."""
    frames: list[Frame] = []
    for start, end in _parts(code, breaks):
        part = code[start:end]
        options = _frames(language, part)
        if len(breaks) == 0:
            return _best(language, part, options)
        frames.append(options[0] if len(options) == 1 else _best(language, part, options)[1][0])
    return tree_of(language, frame(code, breaks, frames)), frames


def frame(code: Sequence[str], breaks: Sequence[int], frames: Sequence[Frame]) -> Framed:
    """``code`` with each of its parts in its frame."""
    framed = Framed([], [])
    for (start, end), (before, after) in zip(_parts(code, breaks), frames, strict=True):
        framed.rows.extend((*before, *code[start:end], *after))
        framed.numbers.extend([-1] * len(before))
        framed.numbers.extend(range(start, end))
        framed.numbers.extend([-1] * len(after))
    return framed


def tree_of(language: str, framed: Framed) -> Tree:
    """The tree of rows in their frames."""
    return Tree(language, framed.rows, framed.numbers)


def _parts(code: Sequence[str], breaks: Sequence[int]) -> list[tuple[int, int]]:
    edges = [0, *breaks, len(code)]
    return list(pairwise(edges))


def _best(language: str, code: Sequence[str], options: Sequence[Frame]) -> tuple[Tree, list[Frame]]:
    """The tree with the fewest broken rows."""
    found: tuple[Tree, list[Frame]] | None = None
    for option in options:
        tree = tree_of(language, frame(code, (), [option]))
        if found is None or len(tree.broken) < len(found[0].broken):
            found = tree, [option]
        if not tree.errors:
            break
    assert found is not None
    return found


def _frames(language: str, code: Sequence[str]) -> list[Frame]:
    """What may have stood around ``code``, the likeliest first."""
    if language == "python":
        return _python(code)
    missing, open_at_end = _braces(code)
    if not missing and not open_at_end:
        return [Frame()]
    frames = []
    for opening in _OPENINGS[language]:
        before = [*opening[:missing], *["{"] * (missing - len(opening))]
        frames.append(Frame(tuple(before), ("}",) * open_at_end))
    return frames


def _braces(code: Sequence[str]) -> tuple[int, int]:
    """How many braces are missing before, and are open behind, the rows of ``code``."""
    depth = least = 0
    for row in code:
        opened, closed = row.count("{"), row.count("}")
        if closed:
            # Of a row, what closes mostly stands first.
            least = min(
                least, depth - closed if row.lstrip()[:1] == "}" else depth + opened - closed
            )
        depth += opened - closed
    missing = min(-least, _MOST_LEVELS)
    return missing, max(0, min(depth + missing, _MOST_LEVELS))


def _python(code: Sequence[str]) -> list[Frame]:
    text = "\n".join(code)
    for quotes in _QUOTES:
        if text.count(quotes) % 2:
            first = next(number for number, row in enumerate(code) if quotes in row)
            rest = code[first + 1 :]
            begins = Frame((*_headers(rest), _first_indent(rest) + quotes))
            ends = Frame(_headers(code), (quotes,))
            # What stands before the first quotes tells whether it is code.
            return [begins, ends] if _prose(code[:first]) else [ends, begins]
    return [Frame(_headers(code))]


def _prose(rows: Sequence[str]) -> bool:
    """Whether rows read like the inside of a string."""
    told = [row.strip() for row in rows if row.strip()]
    codelike = sum(row.endswith((":", ")", ",", "(", "]")) or " = " in row for row in told)
    return 3 * codelike < len(told) or any(row.startswith(">>> ") for row in told)


def _first_indent(code: Sequence[str]) -> str:
    """The indentation of the first row of ``code`` that is not empty."""
    return next((found[1] for row in code if (found := _INDENT.match(row)) and found[2]), "")


def _headers(code: Sequence[str]) -> tuple[str, ...]:
    """Headers that make the indentation of the first rows of ``code`` right."""
    levels: dict[str, str] = {}
    least = None
    for row in code:
        found = _INDENT.match(row)
        if not found or not found[2]:
            continue
        indent, word = found[1], found[2]
        if least is None or (len(indent) < len(least) and least.startswith(indent)):
            levels[indent] = _header(word)
            least = indent
        if not least or len(levels) == _MOST_LEVELS:
            break
    if least:
        # What is never returned to is a class around definitions, or the function itself.
        defines = levels[least] == _FUNCTION
        levels[""] = _BLOCK if defines else _FUNCTION
    return tuple(indent + levels[indent] for indent in sorted(levels, key=len)[:-1])


def _header(word: str) -> str:
    """What probably stood above rows that are followed by ``word``, less indented."""
    if word.startswith(_RESCUE):
        return "try:"
    return _FUNCTION if word.startswith(_DEFINES) else _BLOCK
