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
from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import orjson

from pipelines.traffic.forms.base import Message, plain_text
from pipelines.traffic.values import shows, values, word_set

_NAME_WORDS = 6
_NAME_LENGTH = 60

_WORDS = re.compile(r"\w+(?:[.'’-]\w+)*")
_MAP_KEY = re.compile(r"[0-9][^0-9]*[0-9]")

_ORDINARY = word_set(
    """
    true false none null error errors warning info debug success successful failed failure
    pending active inactive open closed name type status test tests default unknown other
    order orders user users item items total price date time page file note notes data
    result results please thank thanks would could should your here there this that with
    have from will what when which once yes okay confirmed monday tuesday wednesday
    thursday friday saturday sunday january february march april june july august september
    october november december summary description title details address email phone
    """
)


def used_values(messages: Sequence[Message]) -> dict[int, tuple[str, ...]]:
    """For the place of each tool message: the values of it that were used later, in order.

    Places without any are left out.
    """
    # value or name -> the tool message that showed it first, as long as nobody has said it since
    shown: dict[str, int] = {}
    names = _Names()
    known: set[str] = set()
    said = _Said()
    used: dict[int, set[str]] = {}
    for place, message in enumerate(messages):
        content = _Content(plain_text(message.get("content")))
        text = _told(content, message)
        here = _Said(text)
        tokens = values(text)
        if message["role"] == "tool":
            named = content.names() - tokens
            shown.update(dict.fromkeys(tokens - known, place))
            for name in named - known:
                if not said.holds(name):
                    names.add(name, place)
            known |= named
        else:
            recurring = {value: shown.pop(value) for value in tokens & shown.keys()}
            recurring |= names.pop_said(here)
            if message["role"] == "assistant":
                for value, place_shown in recurring.items():
                    used.setdefault(place_shown, set()).add(value)
        known |= tokens
        said.add(here)
    return {place: tuple(sorted(found)) for place, found in sorted(used.items())}


def missing(used: Sequence[str], text: str) -> tuple[str, ...]:
    """Those of ``used`` that ``text`` does not show, in their order."""
    gone = [value for value in used if not shows(text, value)]
    if not any(map(_is_phrase, gone)):
        return tuple(gone)
    said = _Said(text)
    return tuple(value for value in gone if not (_is_phrase(value) and said.holds(value)))


def _is_name(leaf: str) -> bool:
    if not 4 <= len(leaf) <= _NAME_LENGTH or not any(map(str.isalpha, leaf)):
        return False
    words = _WORDS.findall(leaf)
    if len(words) == 1:
        return leaf[0].isupper() and leaf.isalpha() and leaf.lower() not in _ORDINARY
    return 2 <= len(words) <= _NAME_WORDS and not all(word.isdecimal() for word in words)


def _is_phrase(value: str) -> bool:
    return len(_folded(value)[0]) > 1


@lru_cache(maxsize=65536)
def _folded(phrase: str) -> tuple[tuple[str, ...], str]:
    """The words of a phrase in one case, and the piece of a row that they make."""
    words = tuple(word.casefold() for word in _WORDS.findall(phrase))
    return words, f" {' '.join(words)} "


class _Said:
    """What was said, as rows of words: single words as written, phrases in any case."""

    def __init__(self, text: str = "") -> None:
        words = _WORDS.findall(text)
        self._single = set(words)
        self._rows = [f" {' '.join(words)} ".casefold()]
        self.folded = set(map(str.casefold, self._single))

    def add(self, other: _Said) -> None:
        """Everything that ``other`` says is said here, too."""
        self._single |= other._single
        self.folded |= other.folded
        self._rows += other._rows

    def holds(self, phrase: str) -> bool:
        """Whether ``phrase`` was said as a whole."""
        words, row = _folded(phrase)
        if len(words) == 1:
            return phrase in self._single
        return self.folded.issuperset(words) and any(row in each for each in self._rows)


class _Names:
    """Names that were shown, each with the place that showed it first."""

    def __init__(self) -> None:
        self._place: dict[str, int] = {}
        self._beginning: defaultdict[str, set[str]] = defaultdict(set)

    def add(self, name: str, place: int) -> None:
        """``place`` shows ``name``."""
        self._place[name] = place
        self._beginning[_folded(name)[0][0]].add(name)

    def pop_said(self, said: _Said) -> dict[str, int]:
        """Those that were said, with their places; they are names no longer."""
        begun = said.folded & self._beginning.keys()
        found = [name for word in begun for name in self._beginning[word] if said.holds(name)]
        for name in found:
            self._beginning[_folded(name)[0][0]].discard(name)
        return {name: self._place.pop(name) for name in found}


class _Content:
    """A text that may be JSON, parsed once."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._leaves: list[str | int | float] | None = None
        parsed = _parsed(text)
        if parsed is not None:
            self._leaves = []
            _collect(parsed, self._leaves)

    def flat(self) -> str:
        """The text, or the values in it where it is JSON: escapes undone, field names left out."""
        return self._text if self._leaves is None else "\n".join(map(str, self._leaves))

    def names(self) -> set[str]:
        """The whole strings of a JSON answer that read like names."""
        leaves = {leaf for leaf in self._leaves or () if isinstance(leaf, str)}
        return {leaf for leaf in leaves if _is_name(leaf)}


def _told(content: _Content, message: Message) -> str:
    """What a message says: its text and the values, not the names, of its calls' arguments."""
    made = (call["function"]["arguments"] for call in message.get("tool_calls", ()))
    return "\n".join((content.flat(), *(_Content(arguments).flat() for arguments in made)))


def _parsed(content: str) -> Any:
    if content.lstrip()[:1] not in ("{", "["):
        return None
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        return None


def _collect(value: Any, leaves: list[str | int | float]) -> None:
    """Add every string and number of ``value`` to ``leaves``, in order."""
    if isinstance(value, str):
        leaves.append(value)
    elif isinstance(value, dict):
        for key, inner in value.items():
            if _is_map_key(key):  # a map's keys are values; a record's are field names
                leaves.append(key)
            _collect(inner, leaves)
    elif isinstance(value, list):
        for inner in value:
            _collect(inner, leaves)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        leaves.append(value)


@lru_cache(maxsize=4096)
def _is_map_key(key: str) -> bool:
    return _MAP_KEY.search(key) is not None
