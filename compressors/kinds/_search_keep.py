"""Which matches stay: those that differ, answer or begin and end a file, then an even choice.

What must stay does not depend on how much is kept, and what is chosen beyond it is the
beginning of one fixed order. So a larger share keeps all that a smaller one keeps.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from compressors.kinds._lines_answers import answers, spread
from compressors.kinds._lines_differing import differing, loud
from compressors.kinds._search_rows import Hit

_FEWEST = 8
# Of so many files the first and last match stay, those with most matches; all are named.
_FILES = 32
_COUNTED = 0.8


class Study:
    """All that can be known of matches before anybody asks for anything."""

    __slots__ = ("contexts", "files", "hits", "kept", "matches", "numbers")

    def __init__(self, hits: Sequence[Hit | None]) -> None:
        self.hits = hits
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

    def choose(self, share: float, query: str) -> set[int]:
        """The rows of matches and of their context to show."""
        rows = sorted([*self.matches, *self.contexts])
        documents: list[str] = []
        if query.strip():
            told = [hit for row in rows if (hit := self.hits[row])]
            documents = [f"{hit.path}:{hit.number} {hit.text}" for hit in told]
        asked = answers(query, documents)
        kept = self.kept | {rows[place] for place in asked.must}
        wanted = max(ceil(share * len(rows)), min(len(rows), _FEWEST)) - len(kept)
        if wanted <= 0:
            return kept
        firsts = spread([members[0] for members in self.files.values()])
        order = [*[rows[place] for place in asked.next], *firsts, *spread(self.matches)]
        if self.contexts:
            order += self._around()
        others = [row for row in dict.fromkeys(order) if row not in kept]
        kept.update(others[:wanted])
        return kept

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
