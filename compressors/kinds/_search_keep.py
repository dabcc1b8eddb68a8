"""Which matches stay: of files that answer all, those that differ, begin or end a file, and more.

Beyond these it is an even choice. Of few matches all stay, since any may be the one to use.

What must stay does not depend on how much is kept, and what is chosen beyond it is the
beginning of one fixed order. So a larger share keeps all that a smaller one keeps.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import ceil
from typing import NamedTuple

from compressors.kinds._lines_answers import answers, spread
from compressors.kinds._lines_differing import differing, loud
from compressors.kinds._search_rows import Hit

_FEWEST = 8
# Of so many files the first and last match stay, those with most matches; all are named.
_FILES = 32
_COUNTED = 0.8
# Of several files the matches in one are read together, up to so many characters.
_SEVERAL, _TOGETHER = 3, 8_000
# What the search was for is in every match: files that bear no more on the query than by that
# are not what is asked for.
_CLEAR = 1_500
# Few matches are read line by line: so many characters of them stay where a share allows it,
# which is counted of no less than so many.
_READ, _READ_OF = 6_000, 30_000


class Choice(NamedTuple):
    """The rows to show, and those of them that the query asks for."""

    kept: set[int]
    asked: set[int]


def kept_whole(hits: Sequence[Hit | None], share: float) -> bool:
    """Whether all matches stay, since they are few, and there is no context."""
    told = [hit for hit in hits if hit]
    size = sum([len(hit.path) + len(hit.text) for hit in told])
    return size <= _read(share) and all(
        hit.match and not hit.text.rstrip("\r").isdecimal() for hit in told
    )


def _read(share: float) -> int:
    """How many characters of matches stay at least."""
    return min(_READ, ceil(share * _READ_OF))


class Study:
    """All that can be known of matches before anybody asks for anything."""

    __slots__ = ("_sizes", "contexts", "files", "hits", "kept", "matches", "numbers")

    def __init__(self, hits: Sequence[Hit | None]) -> None:
        self.hits = hits
        self._sizes = [len(hit.path) + len(hit.text) if hit else 0 for hit in hits]
        self.matches = [row for row, hit in enumerate(hits) if hit and hit.sep == ":"]
        self.contexts = [row for row, hit in enumerate(hits) if hit and hit.sep != ":"]
        self.files: dict[str, list[int]] = {}
        for row in self.matches:
            hit = hits[row]
            if hit is not None:
                self.files.setdefault(hit.path, []).append(row)
        texts = self._texts(self.matches)
        numbers = sum(text.rstrip("\r").isdecimal() for text in texts)
        # What ``grep -c`` prints: a number behind each path.
        self.numbers = 2 <= len(texts) == len(self.files) and numbers >= _COUNTED * len(texts)
        self.kept = self._must(texts)

    def _texts(self, rows: Sequence[int]) -> list[str]:
        return [hit.text for row in rows if (hit := self.hits[row])]

    def _must(self, texts: Sequence[str]) -> set[int]:
        matches = self.matches
        kept = {*matches[:1], *matches[-1:]}
        if self.numbers:
            kept.update(row for row, text in zip(matches, texts, strict=True) if text.strip("0\r "))
            return kept
        largest = sorted(self.files.values(), key=lambda rows: (-len(rows), rows[0]))
        for rows in largest[:_FILES]:
            kept.update((rows[0], rows[-1]))
        kept.update(matches[place] for place in differing(texts))
        kept.update(self.contexts[place] for place in loud(self._texts(self.contexts)))
        return kept

    def choose(self, share: float, query: str) -> Choice:
        """The rows of matches and of their context to show.

        Of a file that answers the query all stay, as far as it is not too long for that.
        """
        rows = sorted([*self.matches, *self.contexts])
        together = list(self._together(rows)) if query.strip() else []
        asked = answers(query, [self._told(members) for members in together], clear=_CLEAR)
        must = {row for place in asked.must for row in together[place]}
        kept = self.kept | must
        wanted = max(ceil(share * len(rows)), min(len(rows), _FEWEST)) - len(kept)
        firsts = spread([members[0] for members in self.files.values()])
        order = [row for place in asked.next for row in together[place]]
        order += [*firsts, *spread(self.matches)]
        if self.contexts and wanted > 0:
            order += self._around()
        others = [row for row in dict.fromkeys(order) if row not in kept]
        kept.update(others[: max(0, wanted)])
        if not self.numbers:
            self._fill(kept, others, _read(share))
        return Choice(kept, must)

    def _fill(self, kept: set[int], others: Sequence[int], least: int) -> None:
        """Keep further matches, in their order, up to ``least`` characters in all."""
        # Context does not count, so that a share which shows more of it shows no fewer matches.
        sizes = self._sizes
        left = least - sum([sizes[row] for row in self.matches if row in kept])
        if left <= 0:
            return
        matches = set(self.matches)
        for row in others:
            if left <= 0:
                return
            if row in matches and row not in kept:
                kept.add(row)
                left -= sizes[row]

    def _together(self, rows: Sequence[int]) -> Iterator[list[int]]:
        """The rows of each file, apart from one another where they are too many characters."""
        files: dict[str, list[int]] = {}
        for row in rows:
            hit = self.hits[row]
            if hit is not None:
                files.setdefault(hit.path, []).append(row)
        sizes = self._sizes
        for members in files.values():
            if len(files) >= _SEVERAL and sum([sizes[row] for row in members]) <= _TOGETHER:
                yield members
            else:
                yield from ([row] for row in members)

    def _told(self, members: Sequence[int]) -> str:
        """What the rows of a file say, with their file."""
        hits = [hit for row in members if (hit := self.hits[row])]
        return "\n".join([f"{hit.path}:{hit.number} {hit.text}" for hit in hits])

    def _around(self) -> list[int]:
        """The rows of context, the nearest to their matches first."""
        distances: dict[int, list[int]] = {}
        matches = self.matches
        at = 0
        for row in self.contexts:
            while at < len(matches) and matches[at] < row:
                at += 1
            near = [abs(row - match) for match in matches[max(0, at - 1) : at + 1]]
            distances.setdefault(min(near, default=0), []).append(row)
        return [row for distance in sorted(distances) for row in spread(distances[distance])]
