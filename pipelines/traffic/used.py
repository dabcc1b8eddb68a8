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
    names: dict[str, int] = {}
    known: set[str] = set()
    said = _Said()
    used: dict[int, set[str]] = {}
    for place, message in enumerate(messages):
        text = _told(message)
        here = _Said(text)
        tokens = values(text)
        recurring = [*tokens & shown.keys(), *here.among(names)]
        if message["role"] == "assistant":
            for value in recurring:
                place_shown = shown.pop(value) if value in shown else names.pop(value)
                used.setdefault(place_shown, set()).add(value)
        elif message["role"] == "tool":
            named = _names(plain_text(message.get("content"))) - tokens
            for value in tokens - known:
                shown[value] = place
            for name in named - known:
                if not said.holds(name):
                    names[name] = place
            known |= named
        else:
            for value in recurring:
                del (shown if value in shown else names)[value]
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


def _names(content: str) -> set[str]:
    """The whole strings of a JSON answer that read like names."""
    parsed = _parsed(content)
    if parsed is None:
        return set()
    leaves = {leaf for leaf in _leaves(parsed) if isinstance(leaf, str)}
    return {leaf for leaf in leaves if _is_name(leaf)}


def _is_name(leaf: str) -> bool:
    if not 4 <= len(leaf) <= _NAME_LENGTH or not any(letter.isalpha() for letter in leaf):
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
        self._folded = {word.casefold() for word in self._single}

    def add(self, other: _Said) -> None:
        """Everything that ``other`` says is said here, too."""
        self._single |= other._single
        self._folded |= other._folded
        self._rows += other._rows

    def holds(self, phrase: str) -> bool:
        """Whether ``phrase`` was said as a whole."""
        words, row = _folded(phrase)
        if len(words) == 1:
            return phrase in self._single
        return self._folded.issuperset(words) and any(row in each for each in self._rows)

    def among(self, values: Mapping[str, int]) -> set[str]:
        """Those of ``values`` that were said."""
        return {value for value in values if self.holds(value)}


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
