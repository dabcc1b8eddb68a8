"""What the assistant later used of a tool's answer, as far as the recording shows it.

A value counts as used when it stands in the answer, stood in no earlier message (system,
user, assistant or tool) and recurs in a later assistant message or in the arguments of a
later call, before a user or system message said it. Values are

- numbers of three digits or more and decimals, without sign, currency and thousands commas;
  round ones (500, 2000) and years are left out, since they recur by chance;
- dates, paths and URLs;
- identifiers of four characters or more: words that carry a digit, an underscore, an inner
  dot or an inner capital;
- names, from JSON answers alone: whole strings of one capitalised word or of two to six words.

Where it errs. It misses values that were paraphrased ("May 20" for 2024-05-20), summed,
rounded or translated, and plain lower-case words such as a status: there a loss goes
unseen. It credits values that the model knew anyway, such as a method of a well-known
library, and values that came up by chance, and it charges the first answer that showed a
value even where a later one showed it again: there a loss is charged that the agent might
not have felt. The second kind weighs against compression, which is the safe side.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

import orjson

from pipelines.traffic.forms.base import Message, plain_text

LONGEST = 200
_NAME_WORDS = 6
_NAME_LENGTH = 60

_TOKEN = re.compile(
    r"""
    (?P<url>https?://[^\s"'<>()\[\]{}|\\`]+)
  | (?P<date>(?<!\d)\d{4}-\d{2}-\d{2}(?!\d))
  | (?P<path>(?<![\w/])(?:\.{0,2}/)?[\w@+-][\w.@+-]*(?:/[\w.@+-]+)+
            |(?<![\w/.])/[\w.@+-]+(?:/[\w.@+-]+)*)
  | (?P<power>(?<![\w.])\d+(?:\.\d+)?[eE][+-]?\d+(?!\w))
  | (?P<number>(?<![\w.])(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+\.\d+|\d{3,})(?![\w]|[.-]\w))
  | (?P<word>\#?\w+(?:[.-]\w+)*)
    """,
    re.VERBOSE,
)
_WORDS = re.compile(r"\w+(?:[.'’-]\w+)*")
_MAP_KEY = re.compile(r"\d\D*\d")
_DIGIT = re.compile(r"\d")
_HUMP = re.compile(r"[a-z]{2}[A-Z][a-z]|[A-Z]{2}[a-z]{2}|[a-z][A-Z]{2}")
_MEASURE = re.compile(r"\d+(?:st|nd|rd|th|[a-zA-Z]{1,2}|min|sec)")
_DUNDER = re.compile(r"__\w+__")
_YEAR = range(1900, 2100)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# What every agent knows and writes without having been told.
_COMMON = _words(
    """
    utf-8 utf_8 utf8 ascii latin-1 sha256 sha1 md5 base64 x86_64 amd64 arm64 int8 int16 int32
    int64 uint8 float32 float64 python2 python3 python2.7 python3.6 python3.8 python3.9
    py.test node.js e.g i.e setup.py setup.cfg tox.ini conftest.py __init__.py __main__.py
    pyproject.toml readme.md readme.rst package.json makefile manage.py tests.py models.py
    utils.py test.py main.py site-packages unit_test unittest.testcase os.path sys.path
    os.environ sys.argv git.diff print_function read_only http/1.1 text/html
    application/json /dev/null /bin/bash /bin/sh /usr/bin/env /usr/bin /usr/bin/python
    /usr/bin/python3 /tmp /usr /etc /bin /home /root and/or true/false yes/no
    """
)
_BUILT_IN = _words(
    """
    AssertionError AttributeError BaseException DeprecationWarning EOFError Exception
    FileExistsError FileNotFoundError FutureWarning ImportError IndentationError IndexError
    KeyError KeyboardInterrupt LookupError MemoryError ModuleNotFoundError NameError
    NotImplemented NotImplementedError OSError OverflowError PermissionError RecursionError
    RuntimeError RuntimeWarning StopIteration SyntaxError SystemExit TypeError UnboundLocalError
    UnicodeDecodeError UnicodeEncodeError UnicodeError UserWarning ValueError ZeroDivisionError
    isinstance issubclass staticmethod classmethod
    """
)
_ORDINARY = _words(
    """
    true false none null error errors warning info debug success successful failed failure
    pending active inactive open closed name type status test tests default unknown other
    order orders user users item items total price date time page file note notes data
    result results please thank thanks would could should your here there this that with
    have from will what when which once note yes okay confirmed monday tuesday wednesday
    thursday friday saturday sunday january february march april june july august september
    october november december summary description title details address email phone
    """
)


def used_values(messages: Sequence[Message]) -> dict[int, tuple[str, ...]]:
    """For the place of each tool message: the values of it that were used later, in order.

    Places without any are left out.
    """
    shown: dict[str, int] = {}  # value -> the one tool message that showed it first, unused so far
    names: dict[str, int] = {}
    known: set[str] = set()
    said = _Said()
    used: dict[int, set[str]] = {}
    for place, message in enumerate(messages):
        role = message["role"]
        text = _told(message)
        tokens = values(text)
        if role == "assistant":
            for value in tokens & shown.keys():
                used.setdefault(shown.pop(value), set()).add(value)
            for name in sorted(_phrases(text, among=names)):
                used.setdefault(names.pop(name), set()).add(name)
        elif role != "tool":
            for value in tokens & shown.keys():
                del shown[value]
            for name in sorted(_phrases(text, among=names)):
                del names[name]
        if role == "tool":
            for value in tokens - known:
                shown[value] = place
            for name in _names(plain_text(message.get("content"))):
                if name not in known and name not in names and not said.holds(name):
                    names[name] = place
                known.add(name)
        known |= tokens
        said.add(text)
    return {place: tuple(sorted(found)) for place, found in sorted(used.items())}


def missing(used: Sequence[str], text: str) -> tuple[str, ...]:
    """Those of ``used`` that ``text`` does not show, in their order."""
    if not used:
        return ()
    shown = values(text)
    gone = [value for value in used if value not in shown]
    if not gone:
        return ()
    said = _Said()
    said.add(text)
    return tuple(value for value in gone if not said.holds(value))


def values(text: str) -> set[str]:
    """The numbers, dates, paths, URLs and identifiers in ``text``, each in one spelling."""
    return set(_tokens(text))


def _tokens(text: str) -> Iterator[str]:
    for match in _TOKEN.finditer(text):
        token = match[0]
        if len(token) > LONGEST:
            continue
        if match.lastgroup == "word":
            yield from _identifiers(token)
        elif match.lastgroup == "number":
            if (number := _number(token)) is not None:
                yield number
        elif match.lastgroup == "path":
            yield from _path(token)
        elif match.lastgroup != "power":  # 1e-05: a tolerance, written from habit
            yield token.rstrip(".,;:/")


def _identifiers(token: str) -> Iterator[str]:
    token = token.removeprefix("self.").removeprefix("cls.")
    if _is_identifier(token):
        yield token.lstrip("#")
    if "." in token:
        for part in token.split("."):
            if _is_identifier(part):
                yield part
    elif "-" in token and not _DIGIT.search(token):
        for part in token.split("-"):
            if _is_identifier(part):
                yield part


def _is_identifier(token: str) -> bool:
    if len(token) < 4 or _DUNDER.fullmatch(token) or token.lower() in _COMMON:
        return False
    if token in _BUILT_IN or token.isdecimal() or not any(letter.isalpha() for letter in token):
        return False
    if _DIGIT.search(token):
        return not _MEASURE.fullmatch(token)
    if len(token) < 6:
        return False
    if "." in token:
        return all(len(part) > 1 for part in token.split("."))
    return "_" in token.strip("_") or bool(_HUMP.search(token))


def _number(token: str) -> str | None:
    number = Decimal(token.replace(",", ""))
    if number == number.to_integral_value():
        whole = int(number)
        digits = str(whole)
        if "." not in token and whole in _YEAR:
            return None
        if len(digits) < 3 or len(digits.rstrip("0")) == 1 or (whole % 50 == 0 and whole < 1000):
            return None
        return digits
    return format(number.normalize(), "f")


def _path(token: str) -> Iterator[str]:
    token = token.removeprefix("./").rstrip(".,:;/")
    if token.lower() in _COMMON or len(token) < 5:
        return
    pieces = token.strip("/").split("/")
    last = pieces[-1]
    if token.startswith("/") or len(pieces) > 2 or "." in last or "_" in token:
        if not all(piece.isdecimal() for piece in pieces):
            yield token
    elif all(piece.isdecimal() for piece in pieces):
        return
    yield from _identifiers(last)


def _names(content: str) -> set[str]:
    """The whole strings of a JSON answer that read like names."""
    parsed = _parsed(content)
    if parsed is None:
        return set()
    return {leaf for leaf in _leaves(parsed) if isinstance(leaf, str) and _is_name(leaf)}


def _is_name(leaf: str) -> bool:
    if not 4 <= len(leaf) <= _NAME_LENGTH or not any(letter.isalpha() for letter in leaf):
        return False
    words = _WORDS.findall(leaf)
    if len(words) == 1:
        return leaf[0].isupper() and leaf.isalpha() and leaf.lower() not in _ORDINARY
    return 2 <= len(words) <= _NAME_WORDS and not all(word.isdecimal() for word in words)


def _phrases(text: str, *, among: Mapping[str, int]) -> set[str]:
    """Those of ``among`` that ``text`` says: single words as written, phrases in any case."""
    if not among:
        return set()
    said = _Said()
    said.add(text)
    return {name for name in among if said.holds(name)}


class _Said:
    """Everything said so far, as one row of words, to look whole phrases up in."""

    def __init__(self) -> None:
        self._parts: list[str] = []

    def add(self, text: str) -> None:
        self._parts.append(" " + " ".join(_WORDS.findall(text)) + " ")

    def holds(self, phrase: str) -> bool:
        words = _WORDS.findall(phrase)
        wanted = f" {' '.join(words)} "
        if len(words) == 1:
            return any(wanted in part for part in self._parts)
        wanted = wanted.casefold()
        return any(wanted in part.casefold() for part in self._parts)


def _told(message: Message) -> str:
    """What a message says: its text and the values, not the names, of its calls' arguments."""
    parts = [plain_text(message.get("content"))]
    parts += [made["function"]["arguments"] for made in message.get("tool_calls", ())]
    return "\n".join(map(_flat, parts))


def _flat(content: str) -> str:
    """``content``, or the values in it where it is JSON: escapes undone, field names left out."""
    parsed = _parsed(content)
    if parsed is None:
        return content
    return "\n".join(str(leaf) for leaf in _leaves(parsed))


def _parsed(content: str) -> Any:
    if content.lstrip()[:1] not in ("{", "["):
        return None
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        return None


def _leaves(value: Any) -> Iterator[str | int | float]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if _MAP_KEY.search(key):  # a map's keys are values; a record's are field names
                yield key
            yield from _leaves(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner)
    elif isinstance(value, str) or (isinstance(value, int | float) and not isinstance(value, bool)):
        yield value
