"""What makes a system prompt another one on every request, and so keeps it out of prompt caches.

Words are read, not matched: a UUID is what ``uuid.UUID`` reads, a time what ``datetime`` reads, a
token what decodes to a token's header. A finding says what is likely to change; that something
stays, such as a fixed date, only the prompt's author knows. Nothing here changes a prompt, and no
finding holds a word of it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from compressors._unstable import Read, What, Word, may_be_dated, read_counter, read_date, read_word
from compressors.providers.base import system_texts

__all__ = ["Finding", "What", "unstable_parts"]

_MOST = 100
_REMEMBERED = 200_000
_WORD = re.compile(r"\S++")
_AROUND = "\"'`<>()[]{},;.!?*_:=|"
_PIECE = re.compile(r"[^\s\"'`<>()\[\]{},;!?*=|&@#/]++")
_SMALLER = re.compile(r"[^:._]++")
_SEVERAL = re.compile(r"[\s\"'`<>()\[\]{},;!?*=|&@:#/\\._]")
_SHORTEST = 6
_LONGEST_WORD = 65_536
_DIGIT = re.compile(r"[0-9]")
_CANDIDATE = re.compile(
    r"(?:[0-9]|\b(?:mon|tue|wed|thu|fri|sat|sun|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec))"
    r"\S*+",
    re.IGNORECASE,
)
_LONGEST = 500_000


@dataclass(frozen=True, slots=True)
class Finding:
    """Something in a system prompt that is likely to differ on the next request.

    It stands in the prompt's text number ``part`` (from 0), from character ``start`` to before
    ``end``. ``why`` is said in the engine's words, with none of the prompt's.
    """

    what: What
    part: int
    start: int
    end: int
    why: str


def unstable_parts(system: object) -> list[Finding]:
    """What is unstable in ``system``, in its order; the first hundred.

    ``system`` is a text, a list of texts or blocks, or a provider's object with parts.
    Anything else has none. Of a longer text the first 500,000 characters are looked at.
    """
    found: list[Finding] = []
    for part, text in enumerate(system_texts(system)):
        spans = _remembered(text) if len(text) <= _REMEMBERED else tuple(_unstable(text))
        found += (Finding(what, part, start, end, why) for what, start, end, why in spans)
        if len(found) >= _MOST:
            break
    return found[:_MOST]


_Span = tuple[What, int, int, str]


@lru_cache(maxsize=32)
def _remembered(text: str) -> tuple[_Span, ...]:
    """The same prompt comes on every request of a conversation."""
    return tuple(_unstable(text))


class _Words:
    """The words of a text, taken out of it as they are looked at."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._taken: dict[int, Word] = {}
        self._spans = [match.span() for match in _WORD.finditer(text, 0, _LONGEST)]

    def __len__(self) -> int:
        return len(self._spans)

    def __getitem__(self, index: int) -> Word:
        if index in self._taken:
            return self._taken[index]
        start, end = self._spans[index]
        whole = self._text[start:end]
        core = whole.strip(_AROUND)
        start += len(whole) - len(whole.lstrip(_AROUND)) if core else 0
        word = Word(core, start, start + len(core), self._text[start + len(core) : end])
        self._taken[index] = word
        return word

    def candidates(self) -> Iterator[int]:
        """Words with a digit, and those that a date may begin with."""
        starts = [start for start, _ in self._spans]
        for match in _CANDIDATE.finditer(self._text, 0, _LONGEST):
            yield bisect_right(starts, match.start()) - 1


def _unstable(text: str) -> Iterator[_Span]:
    words = _Words(text)
    following = count = 0
    for index in words.candidates():
        if index < following:
            continue
        if count >= _MOST:
            return
        read = _read(words, index)
        if read is not None:
            following = index + read.words
            yield read.what, words[index].start, words[following - 1].end, read.why
            count += 1
            continue
        for (start, end), piece in _inside(words[index]):
            yield piece.what, start, end, piece.why
            count += 1


def _read(words: _Words, index: int) -> Read | None:
    """What stands at ``index``, the words that belong to it included."""
    text = words[index].text
    following = words[index + 1].text if index + 1 < len(words) else ""
    if may_be_dated(text, following):
        dated = read_date([words[n] for n in range(index, min(index + 7, len(words)))])
        if dated is not None:
            return dated
    read = read_word(text)
    if read is not None and read.what == "date":
        after = read_word(following)
        if after is not None and after.what == "timestamp":
            return after._replace(words=2)
    if read is None and index:
        return read_counter(words[index - 1], words[index])
    return read


def _inside(word: Word) -> Iterator[tuple[tuple[int, int], Read]]:
    """What stands within a word of several: ``id=...``, ``sha256:...``, a path or an address."""
    if not _SHORTEST <= len(word.text) <= _LONGEST_WORD or not _SEVERAL.search(word.text):
        return
    before: Word | None = None
    for piece in _pieces(word):
        read = None
        if _DIGIT.search(piece.text):
            read = None if piece.text == word.text else read_word(piece.text)
            if read is None and before is not None:
                read = read_counter(before, piece)
        if read is not None:
            yield (piece.start, piece.end), read
        before = piece


def _pieces(word: Word) -> Iterator[Word]:
    """A word's pieces; of one that says nothing, what stands between its colons and dots too."""
    for match in _PIECE.finditer(word.text):
        whole, start = match[0], word.start + match.start()
        parts = [match] if read_word(whole) else _SMALLER.finditer(whole)
        for part in parts:
            begins = start if part is match else start + part.start()
            core = part[0].strip("\\")
            if core:
                begins += part[0].index(core)
                yield Word(core, begins, begins + len(core))
