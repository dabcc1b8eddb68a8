"""The values in a text that could be used again: numbers, dates, paths, URLs, identifiers.

Numbers have three digits or more, or decimals, and are spelled without sign, currency,
thousands commas and trailing zeros; round ones (500, 2000), years and powers (1e-05) are
left out, since they recur by chance. Identifiers are words of four characters or more that
carry a digit, or of six or more with an underscore, an inner dot or an inner capital.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache

LONGEST = 200

_TOKEN = re.compile(
    r"""
    (?P<url>https?://[^\s"'<>()\[\]{}|\\`]+)
  | (?P<date>(?<![0-9])[0-9]{4}-[0-9]{2}-[0-9]{2}(?![0-9]))
  | (?P<path>(?<![\w/])(?:\.{0,2}/)?[\w@+-][\w.@+-]*(?:/[\w.@+-]+)+
            |(?<![\w/.])/[\w.@+-]+(?:/[\w.@+-]+)*)
  | (?P<power>(?<![\w.])[0-9]+(?:\.[0-9]+)?[eE][+-]?[0-9]+(?!\w))
  | (?P<number>(?<![\w.])(?:[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]+\.[0-9]+|[0-9]{3,})
            (?!\w|[.-]\w))
  | (?P<word>\#?\w+(?:[.-]\w+)*)
    """,
    re.VERBOSE,
)
_DIGIT = re.compile(r"[0-9]")
_HUMP = re.compile(r"[a-z]{2}[A-Z][a-z]|[A-Z]{2}[a-z]{2}|[a-z][A-Z]{2}")
_MEASURE = re.compile(r"[0-9]+(?:st|nd|rd|th|[a-zA-Z]{1,2}|min|sec)")
_DUNDER = re.compile(r"__\w+__")
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_YEAR = range(1900, 2100)


def word_set(text: str) -> frozenset[str]:
    """The words of a list that is written as text."""
    return frozenset(text.split())


# What every agent knows and writes without having been told.
_COMMON = word_set(
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
_BUILT_IN = word_set(
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


def values(text: str) -> set[str]:
    """The values in ``text``, each in one spelling."""
    tokens = {(match.lastgroup, match[0]) for match in _TOKEN.finditer(text)}
    return {value for group, token in tokens for value in _values_of(group, token)}


def shows(text: str, value: str) -> bool:
    """Whether ``value`` stands in ``text`` as a whole, in whatever spelling."""
    if _NUMBER.fullmatch(value):
        return _spelling(value).search(text) is not None
    at = text.find(value)
    while at >= 0:
        end = at + len(value)
        if not (_in_word(text[at - 1 : at]) or _in_word(text[end : end + 1])):
            return True
        at = text.find(value, at + 1)
    return False


def _in_word(letter: str) -> bool:
    return letter.isalnum() or letter == "_"


@lru_cache(maxsize=4096)
def _spelling(number: str) -> re.Pattern[str]:
    whole, _, decimals = number.partition(".")
    spelled = ",?".join(whole)
    fraction = rf"\.{decimals}0*" if decimals else r"(?:\.0+)?"
    return re.compile(rf"(?<![\w.])0*{spelled}{fraction}(?!\w|[.-]\w)")


@lru_cache(maxsize=65536)
def _values_of(group: str | None, token: str) -> tuple[str, ...]:
    """The values that a token is and is made of; ``group`` is what it was found as."""
    if len(token) > LONGEST or group == "power":
        return ()
    if group == "word":
        # The common case, told quickly: plain words are no identifiers.
        plain = len(token) < 4 or (token.isalpha() and token.islower())
        return () if plain else _identifiers(token)
    if group == "number":
        number = _number(token)
        return () if number is None else (number,)
    if group == "path":
        return tuple(_path(token))
    return (token.rstrip(".,;:/"),)


def _identifiers(token: str) -> tuple[str, ...]:
    """The identifiers that a word is and is made of."""
    token = token.removeprefix("self.").removeprefix("cls.").lstrip("#")
    parts = [token]
    if "." in token:
        parts += token.split(".")
    elif "-" in token and not _DIGIT.search(token):
        parts += token.split("-")
    return tuple(part for part in parts if _is_identifier(part))


def _is_identifier(token: str) -> bool:
    if len(token) < 4 or _DUNDER.fullmatch(token) or token.lower() in _COMMON:
        return False
    if token in _BUILT_IN or not any(map(str.isalpha, token)):
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
