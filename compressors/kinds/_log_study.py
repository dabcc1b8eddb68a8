"""What of a log always stays, however few lines are asked for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from compressors.kinds._lines_forms import TIME, Forms
from compressors.kinds._log_gaps import around_gaps
from compressors.kinds._log_layout import Layout, timed
from compressors.kinds._log_levels import Levels
from compressors.kinds._log_odd import odd, wording
from compressors.kinds._log_runs import Marks, marks
from compressors.kinds._log_traces import Trace, traces
from compressors.kinds._log_words import families

_FIRST, _LAST = 3, 5
# Above info level lines of one form still differ in names: so many of them stay.
_NAMES = 64
_ENTRY = 400
_FEWEST = 8
_EXIT = re.compile(
    r"(?i:exit(?:ed|s)?(?: with)?(?: code| status)?|(?:return|exit|status)[ _]code|status|signal)"
    r"[ =:(\"]{1,4}\d+\b"
)
_EXITS = ("exit", "return", "status", "signal")


class Study:
    """All that can be known of a log before anybody asks for anything.

    ``kept`` are the rows that always stay, of which ``loud`` are to be shown as they are;
    ``exemplars`` gives the rows that one of them stands for, ``columns`` the values of the
    forms that have many rows, place by place.
    """

    __slots__ = (
        "_levels",
        "_marks",
        "_run",
        "_silent",
        "_traced",
        "_traces",
        "_words",
        "columns",
        "exemplars",
        "forms",
        "kept",
        "loud",
        "size",
    )

    def __init__(self, forms: Forms, layout: Layout) -> None:
        self.forms = forms
        rows = forms.rows
        self.size = len(rows) - (not rows[-1])
        self._run = bool(layout.run)
        self._marks: Marks = marks(rows) if layout.run else Marks(set(), {})
        passed = Counter(forms.ids[row] for row in self._marks.passed)
        # Forms of passed steps alone: counted, and looked at no further.
        self._silent = [passed[form] == len(members) for form, members in enumerate(forms.members)]
        self._words = Levels(
            rows[members[0]]
            for members, silent in zip(forms.members, self._silent, strict=True)
            if not silent
        )
        self._levels = [
            0 if silent else self._words.of(rows[members[0]])
            for silent, members in zip(self._silent, forms.members, strict=True)
        ]
        self._traces: list[Trace] = traces(forms, self._silent)
        self._traced = {row for trace in self._traces for row in range(trace.start, trace.end)}
        self.exemplars: dict[int, Sequence[int]] = {}
        self.columns: dict[int, list[tuple[str, ...]]] = {}
        self.loud: set[int] = set()
        self.kept: set[int] = set()
        self._keep()

    def _keep(self) -> None:
        """Fill ``kept`` and ``loud``."""
        size = self.size
        self.kept.update(range(min(_FIRST, size)), range(max(0, size - _LAST), size))
        covered = self._keep_blocks()
        self._keep_exemplars(covered)
        self._keep_levels()
        self._keep_odd()
        self.loud.update(around_gaps(self.forms, size))
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
            if form not in named and not self._silent[form] and self.forms.skeletons[form].strip():
                self._keep_first(members, covered)

    def _keep_families(self, covered: set[int]) -> set[int]:
        """Keep one row of forms that differ in a name alone; give these forms."""
        forms = self.forms
        quiet = [
            form for form, above in enumerate(self._levels) if above < 2 and not self._silent[form]
        ]
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
        levelled = sum(
            len(members)
            for members, above in zip(forms.members, self._levels, strict=True)
            if above
        )
        spoken = sum(
            len(members)
            for members, skeleton in zip(forms.members, forms.skeletons, strict=True)
            if skeleton.strip()
        )
        for form, members in enumerate(forms.members):
            if self._levels[form] == 2:
                passed = self._marks.passed
                self._keep_names([row for row in members if row not in passed])
        self._keep_entries(spoken)
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

    def _keep_names(self, rows: Iterable[int]) -> None:
        """Keep the first row of each message, numbers and what stands before its level apart."""
        forms = self.forms
        known: set[int] = set()
        seen: set[str] = set()
        for row in rows:
            shape = forms.shapes[row]
            if shape in known:
                continue
            known.add(shape)
            text = forms.shape_rows[shape]
            start = self._words.place(text)
            message = wording(text[start:] if start >= 0 else TIME.sub("", text, count=1))
            if message not in seen:
                seen.add(message)
                self.loud.add(row)
                if len(seen) == _NAMES:
                    return

    def _keep_entries(self, spoken: int) -> None:
        """Keep the rows without a head of their own below those above info level."""
        forms, levels = self.forms, self._levels
        loud = [row for row in sorted(self.loud) if levels[forms.ids[row]] == 2]
        if not loud:
            return
        heads = [
            above > 0
            or (not silent and (forms.moment(members[0]) or timed(forms.rows[members[0]])))
            for members, above, silent in zip(forms.members, levels, self._silent, strict=True)
        ]
        heads = [
            bool(head) and not forms.rows[members[0]][:1].isspace()
            for members, head in zip(forms.members, heads, strict=True)
        ]
        headed = sum(len(m) for m, head in zip(forms.members, heads, strict=True) if head)
        if 2 * headed < spoken:
            return
        for row in loud:
            for number in range(row + 1, min(self.size, row + _ENTRY)):
                if heads[forms.ids[number]]:
                    break
                self.loud.add(number)

    def _keep_odd(self) -> None:
        """Keep rows with a value unlike the others of its place, and different exit codes."""
        forms = self.forms
        for form, members in enumerate(forms.members):
            if len(members) < 2 or self._silent[form] or not forms.holes(form):
                continue
            lowered = forms.rows[members[0]].lower()
            if any(word in lowered for word in _EXITS) and _EXIT.search(lowered):
                self._keep_exits(members)
            if len(members) < _FEWEST:
                continue
            self.columns[form] = forms.columns(form, members)
            for column in self.columns[form]:
                if not TIME.fullmatch(column[0]):
                    self.loud.update(members[at] for at in odd(column))

    def _keep_exits(self, members: Sequence[int]) -> None:
        """Keep the first row of each exit code."""
        codes: set[str] = set()
        for row in members:
            found = _EXIT.search(self.forms.rows[row])
            if found and found[0] not in codes and len(codes) < _NAMES:
                codes.add(found[0])
                self.loud.add(row)
