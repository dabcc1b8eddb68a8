"""Which rows of a difference stay: changes before context, what tells and answers first.

What must stay does not depend on how much is kept, and what is chosen beyond it is the
beginning of one fixed order. So larger shares keep all that smaller ones keep.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from math import ceil
from typing import NamedTuple

from compressors.kinds._diff_files import sort_of
from compressors.kinds._diff_parts import HEAD, File, Parts
from compressors.kinds._diff_repeats import repeats, whitespace_only
from compressors.kinds._diff_units import units_of
from compressors.kinds._lines_answers import answers, spread
from compressors.kinds._lines_differing import alike, differing, naming
from compressors.kinds._lines_forms import numberless

_FEWEST = 8
# Runs of up to so many changed rows are shown whole; so many begin and end longer ones.
_SHORT, _EDGE = 3, 1
_STRETCH = 4
_NOTE = 8
_LEADING = 40
_TOLD = re.compile(r"\w\w")
_SIGNATURE = re.compile(
    r"\s*(?:@\w|#\[\w|(?:(?:export|default|public|private|protected|internal|static|async|final"
    r"|abstract|override|inline|virtual|unsafe|extern|sealed|pub(?:\([a-z]+\))?)\s+)*"
    r"(?:def|class|fn|func|function|interface|struct|enum|trait|impl|type|module|namespace"
    r"|macro_rules!|CREATE|ALTER|DROP)\b)"
)
_OPENING = re.compile(r"[A-Za-z_][\w \t*&:<>,\[\]]*+\([^;={}]*+\)[^;={}]*+\{$")
_FAILING = re.findall(
    r"\w+",
    "raise raises throw throws panic except catch rescue abort fatal unwrap assert exit fail "
    "fails failed err errors exceptions traceback warn warnings deprecated todo fixme xxx hack "
    "unsafe security",
)
_FAILURES = ("error", "exception", "warning", "failure")
_LOWER_WORDS = bytes(
    ord(char.lower()) if char.isalnum() or char == "_" else 32 for char in map(chr, range(128))
).ljust(256)
_RUN = re.compile(r"\++|-+")
_STRETCH_OF_CONTEXT = re.compile(" +")
# Rows that so many others repeat are what a change is about; the others in it stand out.
_RECURRING = 3
# What may stand below unchanged rows in a hunk.
_BESIDE = frozenset("+-\\")


class Asked(NamedTuple):
    """The rows of what a query asks for, and those of what else bears on it, best first."""

    must: frozenset[int]
    next: list[int]


class Study:
    """All that can be known of a difference before anybody asks for anything."""

    __slots__ = (
        "_asked",
        "_leads",
        "_must",
        "changed",
        "files",
        "folded",
        "parts",
        "runs",
        "sorts",
        "standing",
        "white",
    )

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.sorts: dict[int, str] = {}
        for file in parts.files:
            sort = sort_of(file.name, self._leading(file))
            if sort:
                self.sorts[file.start] = sort
        # Those that people write, and their runs of rows that are all added or all removed.
        self.files = [file for file in parts.files if file.start not in self.sorts]
        self.runs = [
            range(*run.span())
            for file in self.files
            for run in _RUN.finditer(parts.marks, file.start, file.end)
        ]
        self.changed = [at for run in self.runs for at in run]
        self.standing: dict[int, int] = {}
        self.white: set[int] = set()
        # The rows of hunks for which others stand.
        self.folded: set[int] = set()
        self._must: set[int] | None = None
        self._leads: set[int] = set()
        self._asked: tuple[str, Asked] = ("", Asked(frozenset(), []))

    def _leading(self, file: File) -> list[str]:
        """The first rows of a file's hunks, and of long ones some of the others."""
        rows, width = self.parts.rows, self.parts.width
        found: list[str] = []
        for hunk in file.hunks[:_FEWEST]:
            end = min(hunk.end, hunk.head + _LEADING)
            found.extend([row[width:] for row in rows[hunk.head + 1 : end]])
        return found

    def choose(self, context_share: float, change_share: float, query: str) -> set[int]:
        """The rows of hunks to show, changed and unchanged."""
        asked = self.asked(query)
        kept = set(asked.must)
        near = self.near(context_share)
        if change_share < 1.0:
            kept |= self.some(change_share, asked)
            near -= self.folded
        else:
            kept.update(self.changed)
        return kept | near

    def near(self, share: float) -> set[int]:
        """The rows of context to show: of each stretch its share, the nearest to changes."""
        marks = self.parts.marks
        kept: set[int] = set()
        for file in self.files:
            for stretch in _STRETCH_OF_CONTEXT.finditer(marks, file.start, file.end):
                start, end = stretch.span()
                most = int(share * (end - start) + 0.5)
                before = marks[start - 1] != HEAD
                after = end < file.end and marks[end] in _BESIDE
                ahead = most - most // 2 if before and after else most if before else 0
                kept.update(range(start, start + ahead))
                kept.update(range(end - (most - ahead), end))
        return kept

    def asked(self, query: str) -> Asked:
        """What ``query`` asks for: files that are short, hunks, or parts of long ones, whole."""
        if query != self._asked[0]:
            units = units_of(self.parts)
            found = answers(query, [unit.text for unit in units])
            must = frozenset(at for place in found.must for at in units[place].rows)
            self._asked = query, Asked(must, [at for p in found.next for at in units[p].rows])
        return self._asked[1]

    def some(self, share: float, asked: Asked) -> set[int]:
        """The changed rows to show; what bears on the query goes before what need not stay.

        Where something answers, a hunk that does not is told by one row, else by the first
        and last of each of its runs.
        """
        must = self._always() | (self._leads if asked.must else self._ends())
        total = len(self.changed)
        wanted = max(ceil(share * total), min(total, _FEWEST)) - len(must)
        if wanted > 0:
            stretches = [self.changed[at : at + _STRETCH] for at in range(0, total, _STRETCH)]
            even = [at for number in spread(range(len(stretches))) for at in stretches[number]]
            free = set(self.changed) - must - self.folded
            others = [at for at in dict.fromkeys([*asked.next, *even]) if at in free]
            must.update(others[:wanted])
        self._close_gaps(must)
        return must

    def _always(self) -> set[int]:
        """The changed rows that stay however few are asked for."""
        if self._must is not None:
            return self._must
        parts = self.parts
        self._fold()
        runs = self._unfolded()
        changed = [at for run in runs for at in run]
        texts = [parts.rows[at][parts.width :] for at in changed]
        must = {changed[place] for place in _failing(texts)}
        must.update(
            at
            for at, text in zip(changed, texts, strict=True)
            if _SIGNATURE.match(text) or (text[-1:] == "{" and _OPENING.match(text))
        )
        for sign in "+-":
            signed = [place for place, at in enumerate(changed) if parts.marks[at] == sign]
            same = [texts[place] for place in signed]
            if len(same) >= _FEWEST and alike(same):
                must.update(changed[signed[place]] for place in differing(same))
        must.update(self._unlike())
        self._must = must
        self._leads = self._leading_rows()
        return must

    def _ends(self) -> set[int]:
        """Short runs, and of long ones the first and last rows."""
        ends: set[int] = set()
        for run in self._unfolded():
            ends.update(run if len(run) <= _SHORT else (*run[:_EDGE], *run[-_EDGE:]))
        return ends

    def _leading_rows(self) -> set[int]:
        """Of each hunk the first changed row with a word in it."""
        parts = self.parts
        found: set[int] = set()
        for file in self.files:
            for hunk in file.hunks:
                if hunk.head in self.folded:
                    continue
                body = range(hunk.head + 1, hunk.end)
                changed = (at for at in body if parts.marks[at] in "+-")
                told = (at for at in changed if _TOLD.search(parts.rows[at]))
                found.update([at for at in [next(told, -1)] if at >= 0])
        return found

    def _fold(self) -> None:
        """Find the hunks for which others stand."""
        parts = self.parts
        hunks = [hunk for file in self.files for hunk in file.hunks]
        self.white = {hunk.head for hunk in hunks if whitespace_only(parts, hunk)}
        self.standing = repeats(parts, [hunk for hunk in hunks if hunk.head not in self.white])
        heads = {*self.standing, *self.white}
        self.folded = {
            at for hunk in hunks if hunk.head in heads for at in range(hunk.head, hunk.end)
        }

    def _unfolded(self) -> list[range]:
        """The runs of hunks that stand for themselves."""
        return [run for run in self.runs if run[0] not in self.folded]

    def _unlike(self) -> set[int]:
        """The rows of a hunk that do not recur where most of its rows do."""
        rows = self.parts.rows
        texts = "\n".join([rows[at].strip() for at in self.changed])
        shapes = numberless(texts).split("\n") if texts else []
        times = Counter(shapes)
        if max(times.values(), default=0) < _RECURRING:
            return set()
        rare = [times[shape] < _RECURRING for shape in shapes]
        found: list[list[int]] = []
        alike = at = 0
        for file in self.files:
            for hunk in file.hunks:
                end = at + sum(hunk.sizes(self.parts.marks))
                number = rare[at:end].count(True)
                if 2 * number <= end - at and hunk.head not in self.folded:
                    alike += 1
                    if number:
                        found.append([self.changed[row] for row in range(at, end) if rare[row]])
                at = end
        # Where most hunks have rows of their own, having some is no exception.
        if len(found) > max(_FEWEST, alike // 2):
            return set()
        return {row for own in found for row in own}

    def _close_gaps(self, kept: set[int]) -> None:
        """Show rows between two that are shown where the note for them would be no shorter."""
        rows = self.parts.rows
        for run in self._unfolded():
            gap: list[int] = []
            for at in run:
                if at not in kept:
                    gap.append(at)
                elif gap:
                    if sum([len(rows[row]) + 1 for row in gap]) <= _NOTE:
                        kept.update(gap)
                    gap = []


def _failing(texts: Sequence[str]) -> set[int]:
    """The places of the texts that speak of failures."""
    joined = "\n".join(texts)
    if not joined.isascii():
        return naming(_FAILING, _FAILURES, texts)
    words = joined.encode().translate(_LOWER_WORDS)
    known = set(words.split())
    named = [word for word in _FAILING if word.encode() in known]
    endings = [word for word in _FAILURES if word.encode() in words]
    return naming(named, endings, texts) if named or endings else set()
