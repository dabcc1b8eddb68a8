"""What makes a system prompt another one on every request, and so keeps it out of prompt caches.

Words are read, not matched: a UUID is what ``uuid.UUID`` reads, a time what ``datetime`` reads, a
token what decodes to a token's header. A finding says what is likely to change; that something
stays, such as a fixed date, only the prompt's author knows. Nothing here changes a prompt, and no
finding holds a word of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from compressors._unstable import Read, What, Word, read_counter, read_date, read_word
from compressors.providers.base import system_texts

__all__ = ["Finding", "What", "unstable_parts"]

_MOST = 100
_REMEMBERED = 200_000
_WORD = re.compile(r"\S++")
_AROUND = "\"'`<>()[]{},;.!?*_:=|"
_PIECE = re.compile(r"[^\s\"'`<>()\[\]{},;!?*=|&@#/]++")
_SMALLER = re.compile(r"[^:]++")
_LONGEST_WORD = 65_536
_DIGIT = re.compile(r"[0-9]")


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
    Anything else has none.
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


def _unstable(text: str) -> Iterator[_Span]:
    words = [_word(text, match.start(), match.end()) for match in _WORD.finditer(text)]
    index = count = 0
    while index < len(words) and count < _MOST:
        read = _read(words, index)
        if read is not None:
            yield read.what, words[index].start, words[index + read.words - 1].end, read.why
            index, count = index + read.words, count + 1
            continue
        for start, piece in _inside(words[index]):
            yield piece.what, start[0], start[1], piece.why
            count += 1
        index += 1


def _word(text: str, start: int, end: int) -> Word:
    """A word without what surrounds it."""
    core = text[start:end].strip(_AROUND)
    begins = text.index(core, start, end)
    ends = begins + len(core)
    return Word(core, begins, ends, text[ends:end])


def _read(words: list[Word], index: int) -> Read | None:
    """What stands at ``index``, the words that belong to it included."""
    text = words[index].text
    dated = read_date(words, index)
    if dated is not None:
        return dated
    if not _DIGIT.search(text):
        return None
    read = read_word(text)
    if read is not None and read.what == "date" and index + 1 < len(words):
        after = read_word(words[index + 1].text)
        if after is not None and after.what == "timestamp":
            return after._replace(words=2)
    return read or read_counter(words, index)


def _inside(word: Word) -> Iterator[tuple[tuple[int, int], Read]]:
    """What stands within a word of several: ``id=...``, ``sha256:...``, a path or an address."""
    if not _DIGIT.search(word.text) or len(word.text) > _LONGEST_WORD:
        return
    before: Word | None = None
    for piece in _pieces(word):
        read = None
        if _DIGIT.search(piece.text):
            read = read_word(piece.text)
            if read is None and before is not None:
                read = read_counter((before, piece), 1)
        if read is not None:
            yield (piece.start, piece.end), read
        before = piece


def _pieces(word: Word) -> Iterator[Word]:
    """A word's pieces; what colons hold together is a time, or else taken apart too."""
    for match in _PIECE.finditer(word.text):
        whole, start = match[0], word.start + match.start()
        parts = [match] if read_word(whole) else _SMALLER.finditer(whole)
        for part in parts:
            begins = start if part is match else start + part.start()
            core = part[0].strip("\\")
            if core:
                begins += part[0].index(core)
                yield Word(core, begins, begins + len(core))
