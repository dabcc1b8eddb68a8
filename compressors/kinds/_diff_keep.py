"""Which rows of a difference stay: changes before context, what tells and answers first.

What must stay does not depend on how much is kept, and what is chosen beyond it is the
beginning of one fixed order. So larger shares keep all that smaller ones keep.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from math import ceil

from compressors.kinds._diff_files import sort_of
from compressors.kinds._diff_parts import File, Hunk, Parts
from compressors.kinds._diff_repeats import repeats, whitespace_only
from compressors.kinds._lines_answers import Answers, answers, spread
from compressors.kinds._lines_differing import alike, differing, naming

_FEWEST = 8
# Runs of up to so many changed rows are shown whole; so many begin and end longer ones.
_SHORT, _EDGE = 3, 1
_STRETCH = 4
_NOTE = 8
_LEADING = 40
_SIGNATURE = re.compile(
    r"\s*(?:@\w|#\[\w|(?:(?:export|default|public|private|protected|internal|static|async|final"
    r"|abstract|override|inline|virtual|unsafe|extern|sealed|pub(?:\([a-z]+\))?)\s+)*"
    r"(?:def|class|fn|func|function|interface|struct|enum|trait|impl|type|module|namespace"
    r"|macro_rules!|CREATE|ALTER|DROP)\b)|[A-Za-z_][\w \t*&:<>,\[\]]*+\([^;={}]*+\)[^;={}]*+\{$"
)
_FAILING = re.findall(
    r"\w+",
    "raise raises throw throws panic except catch rescue abort fatal unwrap assert exit fail "
    "fails failed err errors exceptions traceback warn warnings deprecated todo fixme xxx hack "
    "unsafe security",
)
_FAILURES = ("error", "exception", "warning", "failure")
_DIGITS = re.compile(r"\d+")
# Rows that so many others repeat are what a change is about; the others in it stand out.
_RECURRING = 3


class Study:
    """All that can be known of a difference before anybody asks for anything."""

    __slots__ = ("_must", "changed", "context", "parts", "sorts", "standing", "white")

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        marks = parts.marks
        self.context = [at for at, mark in enumerate(marks) if mark == " "]
        self.sorts: dict[int, str] = {}
        for file in parts.files:
            sort = sort_of(file.name, self._leading(file))
            if sort:
                self.sorts[file.start] = sort
        self.changed = [
            at
            for file in parts.files
            if file.start not in self.sorts
            for hunk in file.hunks
            for at in range(hunk.head + 1, hunk.end)
            if marks[at] in "+-"
        ]
        self.standing: dict[int, int] | None = None
        self.white: set[int] = set()
        self._must: set[int] | None = None

    def hunks(self) -> Iterator[Hunk]:
        """The hunks of the files that people write."""
        for file in self.parts.files:
            if file.start not in self.sorts:
                yield from file.hunks

    def _leading(self, file: File) -> list[str]:
        """The first rows of a file's hunks, and of long ones some of the others."""
        rows, width = self.parts.rows, self.parts.width
        found: list[str] = []
        for hunk in file.hunks[:_FEWEST]:
            end = min(hunk.end, hunk.head + _LEADING)
            found.extend(row[width:] for row in rows[hunk.head + 1 : end])
        return found

    def choose(self, context_share: float, change_share: float, query: str) -> set[int]:
        """The rows of hunks to show, changed and unchanged."""
        body, asked = self.asked(query)
        kept = {body[place] for place in asked.must}
        near = self.near(context_share)
        if change_share < 1.0:
            kept |= self.some(change_share, [body[place] for place in asked.next])
            near -= self._folded
        else:
            kept.update(self.changed)
        return kept | near

    def near(self, share: float) -> set[int]:
        """The rows of context to show: of each stretch its share, the nearest to changes."""
        marks = self.parts.marks
        kept: set[int] = set()
        for hunk in self.hunks():
            at = hunk.head + 1
            while at < hunk.end:
                if marks[at] != " ":
                    at += 1
                    continue
                start = at
                while at < hunk.end and marks[at] == " ":
                    at += 1
                most = int(share * (at - start) + 0.5)
                before, after = start > hunk.head + 1, at < hunk.end
                ahead = most - most // 2 if before and after else most if before else 0
                kept.update(range(start, start + ahead))
                kept.update(range(at - (most - ahead), at))
        return kept

    def asked(self, query: str) -> tuple[list[int], Answers]:
        """The rows of hunks, and which of them answer."""
        if not query.strip():
            return [], Answers(set(), [])
        marks, rows, width = self.parts.marks, self.parts.rows, self.parts.width
        body = [at for at, mark in enumerate(marks) if mark in " +-"]
        return body, answers(query, [rows[at][width:] for at in body])

    def some(self, share: float, first: Sequence[int]) -> set[int]:
        """The changed rows to show; ``first`` go before others that need not stay."""
        must = set(self._always())
        total = len(self.changed)
        wanted = max(ceil(share * total), min(total, _FEWEST)) - len(must)
        if wanted > 0:
            stretches = [self.changed[at : at + _STRETCH] for at in range(0, total, _STRETCH)]
            even = [at for number in spread(range(len(stretches))) for at in stretches[number]]
            free = set(self.changed) - must - self._folded
            others = [at for at in dict.fromkeys([*first, *even]) if at in free]
            must.update(others[:wanted])
        self._close_gaps(must)
        return must

    @property
    def _folded(self) -> set[int]:
        """The rows of hunks for which others stand."""
        heads = {*(self.standing or ()), *self.white}
        return {
            at for hunk in self.hunks() if hunk.head in heads for at in range(hunk.head, hunk.end)
        }

    def _always(self) -> set[int]:
        """The changed rows that stay however few are asked for."""
        if self._must is not None:
            return self._must
        parts = self.parts
        self.white = {hunk.head for hunk in self.hunks() if whitespace_only(parts, hunk)}
        others = [hunk for hunk in self.hunks() if hunk.head not in self.white]
        self.standing = repeats(parts, others)
        folded = self._folded
        must: set[int] = set()
        rows, width = parts.rows, parts.width
        for sign in "+-":
            signed = [at for at in self.changed if parts.marks[at] == sign and at not in folded]
            texts = [rows[at][width:] for at in signed]
            if alike(texts):
                must.update(signed[place] for place in differing(texts))
            must.update(signed[place] for place in naming(_FAILING, _FAILURES, texts))
            must.update(
                at for at, text in zip(signed, texts, strict=True) if _SIGNATURE.match(text)
            )
        for run in self._runs_of(folded):
            if len(run) <= _SHORT:
                must.update(run)
            else:
                must.update((*run[:_EDGE], *run[-_EDGE:]))
        must.update(self._unlike(folded))
        self._must = must
        return must

    def _unlike(self, folded: set[int]) -> set[int]:
        """The rows of a hunk that do not recur where most of its rows do."""
        parts = self.parts
        if not self.changed:
            return set()
        texts = "\n".join([parts.rows[at].strip() for at in self.changed])
        shapes = dict(zip(self.changed, _DIGITS.sub("0", texts).split("\n"), strict=True))
        times = Counter(shapes.values())
        found: set[int] = set()
        for hunk in self.hunks():
            own = [at for at in range(hunk.head + 1, hunk.end) if at in shapes]
            rare = [at for at in own if times[shapes[at]] < _RECURRING]
            if rare and 2 * len(rare) <= len(own) and hunk.head not in folded:
                found.update(rare)
        return found

    def _runs_of(self, folded: set[int]) -> list[list[int]]:
        """Runs of rows that are all added or all removed."""
        marks = self.parts.marks
        runs: list[list[int]] = []
        above = -2
        for at in self.changed:
            if at in folded:
                continue
            if at == above + 1 and marks[at] == marks[above]:
                runs[-1].append(at)
            else:
                runs.append([at])
            above = at
        return runs

    def _close_gaps(self, kept: set[int]) -> None:
        """Show rows between two that are shown where the note for them would be no shorter."""
        rows = self.parts.rows
        for run in self._runs_of(self._folded):
            gap: list[int] = []
            for at in run:
                if at not in kept:
                    gap.append(at)
                elif gap:
                    if sum(len(rows[row]) + 1 for row in gap) <= _NOTE:
                        kept.update(gap)
                    gap = []
