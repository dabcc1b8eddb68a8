"""Which of many short lines differ from the others around them: definitions among uses.

Of matches of one pattern, or of the lines that one change adds, most are alike. A line is
told from the rest by a keyword that few lines have, by where it begins and ends, by what
stands around the word that all share, by values, by a level above info.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence

from compressors.kinds._log_odd import odd

_WORD = re.compile(r"[^\W\d]\w*|\n")
_KEYWORDS = frozenset(
    re.findall(
        r"\w+",
        "abstract alias alter as assert async await break case catch class const continue create "
        "def default defer defn del delete do drop else elif enum except exec export extends "
        "extern final finally fn for foreach fun func function global goto if impl implements "
        "import include inherits inline insert instanceof interface lambda let loop macro match "
        "mixin mod module namespace new nonlocal operator override package panic pass private "
        "proc protected protocol pub public raise record require rescue return select sealed "
        "static struct super switch synchronized template test throw throws trait try type "
        "typedef typename union unsafe update use using var virtual void volatile when where "
        "while with yield "
        "deprecated experimental fixme hack todo unsafe xxx workaround security "
        "assertion critical error errors exception fail failed failure fatal forbidden invalid "
        "panic refused timeout traceback unreachable warn warning None null nil true false True "
        "False TODO FIXME XXX HACK DEPRECATED ERROR FATAL WARNING CRITICAL PANIC",
    )
)
_LOUD = frozenset(
    re.findall(
        r"\w+",
        "ERROR FATAL CRITICAL SEVERE PANIC EMERG ALERT FAIL FAILED FAILURE WARN WARNING Traceback",
    )
)
_EXIT = re.compile(r"(?i:\bexit(?:ed|s)?(?: with)?(?: code| status)? [1-9])")
_NUMBER = re.compile(r"(\d[\d.]*)")
# Begins with a set of characters, which is looked for several times as fast as a choice.
_VALUES = re.compile(r"[\"'\d.](?:(?<=[\"'])[^\"']*[\"']|(?<=[\d.])[\d.]*)")
_LINE_END = re.compile(r"\n")
_DIGITS = re.compile(r"\d+")
_LETTER = re.compile(r"\w")
_FEWEST = 8
_RARE_SHARE, _FEW_SHARE, _MANY_SHARE = 50, 20, 8
_FEW = 3
_SHARED = 0.8
_MOST_LOUD = 64
_AROUND = 24
_TELLING = 12


def differing(texts: Sequence[str]) -> set[int]:
    """The places of the lines that differ from the others; none of fewer than eight."""
    if len(texts) < _FEWEST:
        return set()
    lines = [text.strip() for text in texts]
    words = Words("\n".join(lines))
    found = _loud(lines, words)
    found.update(_worded(words, len(lines)))
    for column in _edges(lines, words.counts):
        found.update(odd(column))
    found.update(odd([str(text[:1].isspace()) for text in texts]))
    found.update(_formed(words.text.replace("\0", " "), len(lines)))
    return found


def loud(texts: Sequence[str]) -> set[int]:
    """The first line of each wording among those that shout a level above info."""
    lines = [text.strip() for text in texts]
    return _loud(lines, Words("\n".join(lines)))


def alike(texts: Sequence[str]) -> bool:
    """Whether lines are much like one another, so that one that is not stands out."""
    shapes = _VALUES.sub("0", "\n".join(texts)).split("\n")
    telling = [shape for shape in shapes if len(shape) >= _TELLING]
    return len(telling) >= _FEWEST and 2 * len(set(telling)) <= len(telling)


def naming(words: Iterable[str], endings: Iterable[str], texts: Sequence[str]) -> set[int]:
    """The places of the lines with one of ``words``, or a word that ends on one of ``endings``.

    Both in lower case; capitals make no difference in the lines.
    """
    joined = "\n".join(texts).lower()
    ends = [hit.start() for hit in _LINE_END.finditer(joined)]
    found: set[int] = set()
    for word, whole in [*[(word, True) for word in words], *[(word, False) for word in endings]]:
        at = joined.find(word)
        while at >= 0:
            past = at + len(word)
            before, after = joined[at - 1 : at] if whole else "", joined[past : past + 1]
            if before.isalnum() or before == "_" or after.isalnum() or after == "_":
                at = joined.find(word, past)
                continue
            line = bisect_right(ends, at)
            found.add(line)
            # The rest of the line tells nothing new.
            at = joined.find(word, ends[line]) if line < len(ends) else -1
    return found


class Words:
    """The words of lines, how often each occurs, and where."""

    __slots__ = ("_sequence", "counts", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._sequence = _WORD.findall(text)
        self.counts = Counter(self._sequence)
        del self.counts["\n"]

    def places(self, wanted: frozenset[str]) -> dict[str, list[int]]:
        """The line of every occurrence of each wanted word, in order."""
        places: dict[str, list[int]] = {}
        if not wanted.isdisjoint(self.counts):
            breaks = [at for at, word in enumerate(self._sequence) if word == "\n"]
            for at, word in enumerate(self._sequence):
                if word in wanted:
                    places.setdefault(word, []).append(bisect_right(breaks, at))
        return places


def _loud(lines: Sequence[str], words: Words) -> set[int]:
    places = sorted(place for own in words.places(_LOUD).values() for place in own)
    if any(word in words.counts for word in ("exit", "exited", "Exit", "Exited")):
        places += [place for place, line in enumerate(lines) if _EXIT.search(line)]
    wordings: dict[str, int] = {}
    for place in places:
        wordings.setdefault(_DIGITS.sub("0", lines[place]), place)
        if len(wordings) == _MOST_LOUD:
            break
    return set(wordings.values())


def _worded(words: Words, total: int) -> set[int]:
    """The lines with a keyword that hardly any has, or with words of their own among few."""
    counts = words.counts
    most = max(1, total // _RARE_SHARE)
    rare = [word for word in counts.keys() & _KEYWORDS if counts[word] <= most]
    few = max(_FEW, total // _FEW_SHARE)
    single = [word for word, count in counts.items() if count == 1]
    # Where every line has a word of its own, that tells no line from another.
    if len(single) > 4 * few:
        single = []
    hits = words.places(frozenset([*rare, *single]))
    many = max(_FEW, total // _MANY_SHARE)
    found: set[int] = set()
    # The rarest first, as long as they do not make a rule of the exception.
    for places in sorted([hits[word] for word in rare], key=lambda hit: (len(hit), hit)):
        if len(found) >= many:
            break
        found.update(places)
    own = {hits[word][0] for word in single}
    if len(own) <= few:
        found.update(own)
    return found


def _edges(lines: Sequence[str], words: Counter[str]) -> list[list[str]]:
    """Of every line its first word, last sign and script, and what is around the word shared."""
    firsts = [line.split(None, 1)[0][:_AROUND] if line else "" for line in lines]
    columns = [
        [first.partition("(")[0].partition(".")[0] for first in firsts],
        [line[-1:] for line in lines],
        [str(line.isascii()) for line in lines],
    ]
    least = _SHARED * len(lines)
    common = [word for word, count in words.items() if count >= least]
    shared = max(common, key=lambda word: (len(word), word), default="")
    if shared:
        around = [_around(line, shared) for line in lines]
        # What kind of sign it is tells uses apart, not which letter.
        kinds = {text: _LETTER.sub("a", text) for text in dict.fromkeys(around)}
        columns.append([kinds[text] for text in around])
    return columns


def _around(line: str, word: str) -> str:
    """The signs before and after ``word`` in a line."""
    before, found, after = line.partition(word)
    return f"{before.rstrip()[-1:]} {after.lstrip()[:1]}" if found else ""


def _formed(joined: str, total: int) -> set[int]:
    """The lines of a form that hardly any has, and those with a number unlike the others'."""
    parts = _NUMBER.split(joined)
    shapes = "\0".join(parts[0::2]).split("\n")
    values = parts[1::2]
    members: dict[str, list[int]] = {}
    starts: list[int] = []
    at = 0
    for place, shape in enumerate(shapes):
        members.setdefault(shape, []).append(place)
        starts.append(at)
        at += shape.count("\0")
    found: set[int] = set()
    few = max(1, total // _RARE_SHARE) if 4 * len(members) <= total else 0
    for shape, places in members.items():
        if len(places) <= few:
            found.update(places[:_FEW])
        elif len(places) >= _FEWEST:
            for hole in range(shape.count("\0")):
                column = [values[starts[place] + hole] for place in places]
                found.update(places[place] for place in odd(column))
    return found
