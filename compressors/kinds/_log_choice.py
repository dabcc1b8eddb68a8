"""Which lines of a log stay, however few are asked for, and in which order others join them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import ceil

from compressors import relevance
from compressors.kinds._lines_forms import TIME, Forms
from compressors.kinds._log_layout import Layout, level, timed
from compressors.kinds._log_odd import odd
from compressors.kinds._log_runs import Marks, marks
from compressors.kinds._log_traces import Trace, traces
from compressors.kinds._log_words import families

_FIRST, _LAST = 3, 5
_DIGITS = re.compile(r"\d+")
# Above info level lines of one form still differ in names: so many of them stay.
_NAMES = 64
_ENTRY = 400
_CHUNK = 8
_EXIT = re.compile(
    r"(?i:exit(?:ed|s)?(?: with)?(?: code| status)?|(?:return|exit|status)[ _]code|status|signal)"
    r"[ =:(\"]{1,4}\d+\b"
)
_NAME = re.compile(r"[A-Za-z0-9_.:/@#-]{3,120}+|\"[^\"\n]{3,80}\"")
_TELLING = re.compile(r"[0-9_/@#\"-]")
_ASKED = 64
_ANSWERS, _ANSWERS_SHARE = 10, 50
_MATCHES, _MATCHES_SHARE = 20, 10
# A gap no longer than its own note says less than the lines it stands for.
_NOTE = 18


class Study:
    """All that can be known of a log before anybody asks for anything."""

    __slots__ = (
        "_levels",
        "_marks",
        "_run",
        "_traced",
        "_traces",
        "exemplars",
        "forms",
        "heads",
        "kept",
        "loud",
        "size",
    )

    def __init__(self, forms: Forms, layout: Layout) -> None:
        self.forms = forms
        rows = forms.rows
        self.size = len(rows) - (not rows[-1])
        first = [rows[members[0]] for members in self.forms.members]
        self._levels = [level(row) for row in first]
        self.heads = [
            not row[:1].isspace() and (above > 0 or timed(row))
            for row, above in zip(first, self._levels, strict=True)
        ]
        self._traces: list[Trace] = traces(self.forms)
        self._traced = {row for trace in self._traces for row in range(trace.start, trace.end)}
        self._run = bool(layout.run)
        self._marks: Marks = marks(rows) if layout.run else Marks(set(), {})
        self.exemplars: dict[int, Sequence[int]] = {}
        self.loud: set[int] = set()
        self.kept: set[int] = set()
        self._keep()

    def _keep(self) -> None:
        """Fill ``kept``, of which ``loud`` are lines to show as they are."""
        size = self.size
        self.kept.update(range(min(_FIRST, size)), range(max(0, size - _LAST), size))
        covered = self._keep_blocks()
        self._keep_exemplars(covered)
        self._keep_levels()
        self._keep_odd()
        self.kept |= self.loud
        self.kept.difference_update(range(size, len(self.forms.rows)))

    def _keep_blocks(self) -> set[int]:
        """Keep traces and failures; give the rows that a block or a passed test covers."""
        covered: set[int] = set(self._marks.passed)
        known: dict[object, list[int]] = {}
        for trace in self._traces:
            block = range(trace.start, trace.end)
            if trace.identity in known:
                covered.update(block)
                known[trace.identity].append(block[-1])
            elif not covered.issuperset(block):
                known[trace.identity] = self.exemplars[block[-1]] = [block[-1]]
                # Failures of a run repeat much of one another: there a line may be referred to.
                (self.kept if self._run else self.loud).update(block)
        self.kept |= self._marks.failed
        return covered

    def _keep_exemplars(self, covered: set[int]) -> None:
        """Keep the first row of every form, and of every sort of passed step."""
        sorts: dict[str, list[int]] = {}
        for row, sort in self._marks.passed.items():
            sorts.setdefault(sort, []).append(row)
        for passed in sorts.values():
            self.exemplars[passed[0]] = passed
            self.kept.add(passed[0])
        named = self._keep_families(covered)
        for form, members in enumerate(self.forms.members):
            if form not in named and self.forms.skeletons[form].strip():
                self._keep_first(members, covered)

    def _keep_families(self, covered: set[int]) -> set[int]:
        """Keep one row of forms that differ in a name alone; give these forms."""
        forms = self.forms
        quiet = [form for form, above in enumerate(self._levels) if above < 2]
        named: set[int] = set()
        for family in families(forms.skeletons, quiet):
            pairs = sorted(
                (row, word)
                for form, word in zip(family.forms, family.words, strict=True)
                for row in forms.members[form]
            )
            rows = [row for row, _ in pairs]
            self._keep_first(rows, covered)
            values = zip(*(forms.values(row) for row in rows), strict=True)
            for column in (tuple(word for _, word in pairs), *values):
                if not TIME.fullmatch(column[0]):
                    self.loud.update(rows[place] for place in odd(column))
            named.update(family.forms)
        return named

    def _keep_first(self, members: Sequence[int], covered: set[int]) -> None:
        """Keep the first of these rows that nothing else covers; it stands for all."""
        row = next((row for row in members if row not in covered), -1)
        if row >= 0:
            if row not in self._traced:
                self.exemplars[row] = members
            self.kept.add(row)

    def _keep_levels(self) -> None:
        """Keep lines above info level with what follows them, and lines without a level."""
        forms = self.forms
        weights = [len(members) for members in forms.members]
        levelled = sum(w for w, above in zip(weights, self._levels, strict=True) if above)
        headed = sum(w for w, head in zip(weights, self.heads, strict=True) if head)
        spoken = sum(bool(row.strip()) for row in forms.rows)
        for form, members in enumerate(forms.members):
            if self._levels[form] == 2:
                self._keep_names(members)
            elif len(members) > 1 and '{"' in forms.rows[members[0]]:
                # The level may stand in a document, which is a value of the form.
                self._keep_names([row for row in members if level(forms.rows[row]) == 2])
        if 2 * headed >= spoken:
            for row in sorted(self.loud):
                if self._levels[forms.ids[row]] == 2:
                    self._keep_entry(row)
        if 5 * levelled >= 3 * spoken:
            mute = [
                row
                for form, members in enumerate(forms.members)
                if not self._levels[form] and forms.skeletons[form].strip()
                for row in members
                if row not in self._traced
            ]
            if len(mute) <= max(10, self.size // 20):
                self._keep_names(mute)

    def _keep_names(self, members: Sequence[int]) -> None:
        """Keep the first row of each wording, numbers apart, of those given."""
        seen: set[str] = set()
        for row in members:
            wording = _DIGITS.sub("0", TIME.sub("", self.forms.rows[row], count=1))
            if wording not in seen:
                seen.add(wording)
                self.loud.add(row)
                if len(seen) == _NAMES:
                    return

    def _keep_entry(self, row: int) -> None:
        """Keep the rows without a head of their own that belong to the entry at ``row``."""
        ids, heads = self.forms.ids, self.heads
        for number in range(row + 1, min(self.size, row + _ENTRY)):
            if heads[ids[number]]:
                return
            self.loud.add(number)

    def _keep_odd(self) -> None:
        """Keep rows with a value unlike the others of its place, and different exit codes."""
        forms = self.forms
        for form, members in enumerate(forms.members):
            if len(members) < 2 or not forms.holes(form):
                continue
            if _EXIT.search(forms.rows[members[0]]):
                codes: set[str] = set()
                for row in members:
                    found = _EXIT.search(forms.rows[row])
                    if found and found[0] not in codes and len(codes) < _NAMES:
                        codes.add(found[0])
                        self.loud.add(row)
            for column in forms.columns(form, members):
                if not TIME.fullmatch(column[0]):
                    self.loud.update(members[place] for place in odd(column))

    def answers(self, query: str) -> set[int]:
        """The rows that bear on ``query``: the best by relevance, and all with its identifiers."""
        rows = self.forms.rows[: self.size]
        if not query.strip() or not rows:
            return set()
        found: set[int] = set()
        most = max(_MATCHES, len(rows) // _MATCHES_SHARE)
        for name in _identifiers(query):
            exact = re.compile(rf"(?<![A-Za-z0-9]){re.escape(name)}(?![A-Za-z0-9])")
            hits = [number for number, row in enumerate(rows) if name in row and exact.search(row)]
            if len(hits) <= most:
                found.update(hits)
        scores = relevance.rank(query, rows)
        top = max(scores)
        ranked = sorted(
            (number for number, score in enumerate(scores) if score > 0 and 2 * score >= top),
            key=lambda number: (-scores[number], number),
        )
        found.update(ranked[: max(_ANSWERS, len(rows) // _ANSWERS_SHARE)])
        return found


def _identifiers(query: str) -> list[str]:
    """Words of the query that name one thing: with digits or signs, or in quotes."""
    words = dict.fromkeys(
        word.strip('".:/-#') for word in _NAME.findall(query) if _TELLING.search(word)
    )
    return [word for word in words if len(word) >= 3][:_ASKED]


def choose(study: Study, line_share: float, answers: set[int]) -> list[bool]:
    """Which rows to write: what always stays, what answers, and others spread evenly.

    A larger share keeps every row that a smaller one keeps: the others join in an order
    that does not depend on the share, and a gap that is not worth its note is closed.
    """
    always = study.kept | answers
    rows = study.forms.rows
    kept = [row in always for row in range(len(rows))]
    wanted = ceil(line_share * study.size) - len(always)
    if wanted > 0:
        free = [row for row in range(study.size) if row not in always]
        for row in _spread(free, wanted):
            kept[row] = True
    if len(rows) > study.size:
        kept[-1] = True
    _close_gaps(rows, kept)
    return kept


def _spread(rows: Sequence[int], wanted: int) -> list[int]:
    """The first ``wanted`` of ``rows`` in an order that visits short stretches evenly."""
    stretches = [rows[at : at + _CHUNK] for at in range(0, len(rows), _CHUNK)]
    bits = max(1, (len(stretches) - 1).bit_length())
    order = (int(format(number, f"0{bits}b")[::-1], 2) for number in range(1 << bits))
    taken: list[int] = []
    for number in order:
        if number < len(stretches):
            taken.extend(stretches[number])
            if len(taken) >= wanted:
                break
    return taken[:wanted]


def _close_gaps(rows: Sequence[str], kept: list[bool]) -> None:
    start = -1
    for number, keep in enumerate(kept):
        if keep:
            if start >= 0 and sum(len(row) + 1 for row in rows[start:number]) <= _NOTE:
                kept[start:number] = [True] * (number - start)
            start = -1
        elif start < 0:
            start = number
