"""A JSON document as recognised, and what is worked out of it once for all parameters."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from compressors.kinds._json_notation import write
from compressors.kinds._json_plan import Plan, plan
from compressors.kinds._json_text import (
    Exact,
    Literal,
    NotWritable,
    Value,
    exactly,
    exactly_lines,
    parse,
)
from compressors.kinds.base import Focus

if TYPE_CHECKING:
    from compressors.kinds import _json_keep as keep


_START = re.compile(r'[ \t\r\n]*([{\["\-0-9tfn])')
_MOST_NOTES = 6
_LONGEST_LABEL = 60
# Characters at which a line might be taken to end, though JSON allows them in strings.
_LINE_ENDS = ("\x85", "\u2028", "\u2029")


class Document:
    """What a text says, and on demand its tables and what stands out in them.

    ``value`` is for shapes: numbers in it may be rounded. Everything else keeps the spelling
    of the original. What is worked out is kept, so that one document can be cut many ways.
    """

    __slots__ = ("_exact", "_findings", "_order", "_plan", "lines", "text", "value")

    def __init__(self, text: str, value: Value, *, lines: bool) -> None:
        self.text = text
        self.value = value
        self.lines = lines
        self._exact: Exact | None = None
        self._plan: Plan | None = None
        self._findings: list[keep.Findings] | None = None
        self._order: tuple[str, list[keep.Order]] | None = None

    @property
    def exact(self) -> Exact:
        """The values with their spelling, and the style of the text."""
        if self._exact is None:
            try:
                self._exact = (
                    exactly_lines(self.text, self.value)
                    if self.lines
                    else exactly(self.text, self.value)
                )
            except NotWritable:
                self._exact = Exact(Literal(self.text), None)
        return self._exact

    @property
    def plan(self) -> Plan:
        """The tables of the document."""
        if self._plan is None:
            try:
                value = self.exact.value
                self._plan = plan(value, lines=self.lines and isinstance(value, list))
            except (NotWritable, RecursionError):
                self._plan = Plan(self.exact.value, ())
        return self._plan

    @property
    def rows(self) -> int | None:
        """How many rows its tables have; None where it has no table."""
        return self.plan.rows or None

    def lossless(self) -> str:
        """The shorter notation of the whole, or the text itself where there is none."""
        style = self.exact.style
        if style is None or any(end in self.text for end in _LINE_ENDS):
            return self.text
        try:
            written = _whole_lines(write(self.plan.skeleton, self.plan.tables, style=style))
        except NotWritable:
            return self.text
        return written if len(written) < len(self.text) else self.text

    def cut(self, row_share: float, text_share: float, focus: Focus) -> tuple[str, int] | None:
        """The notation without what need not stay, and how many rows stay.

        None where all of it stays.
        """
        from compressors.kinds import _json_keep as keep
        from compressors.kinds._json_shorter import Shorter

        tables = self.plan.tables
        found = self._found()
        orders = self._orders(found, focus.query)
        kept = [order.kept(row_share) for order in orders]
        for here, finding in zip(kept, found, strict=True):
            for at in keep.preserved(finding, focus.preserved):
                here[at] = True
        left = sum([sum(here) for here in kept])
        notes = [_left_out(finding, here) for finding, here in zip(found, kept, strict=True)]
        shorter = Shorter(row_share, text_share, focus)
        try:
            skeleton = shorter.value(self.plan.skeleton)
            shown = [
                shorter.table(table, here, order.answers)
                for table, here, order in zip(tables, kept, orders, strict=True)
            ]
            if left == self.plan.rows and not shorter.changed:
                return None
            written = write(skeleton, shown, style=None, kept=kept, notes=notes)
        except (NotWritable, RecursionError):
            return None
        return _whole_lines(written), left

    def _found(self) -> list[keep.Findings]:
        from compressors.kinds import _json_keep as keep

        if self._findings is None:
            self._findings = [keep.findings(table) for table in self.plan.tables]
        return self._findings

    def _orders(self, found: list[keep.Findings], query: str) -> list[keep.Order]:
        from compressors.kinds import _json_keep as keep

        if self._order is None or self._order[0] != query:
            orders = [
                keep.order(table, finding, query)
                for table, finding in zip(self.plan.tables, found, strict=True)
            ]
            self._order = (query, orders)
        return self._order[1]


def _whole_lines(written: str) -> str:
    """A notation in which nothing but its own line ends ends a line."""
    for end in _LINE_ENDS:
        written = written.replace(end, f"\\u{ord(end):04x}")
    return written


def _left_out(finding: keep.Findings, kept: list[bool]) -> list[str]:
    """Of each kind of error how many rows are not shown, most frequent first."""
    counts = [
        (sum([not kept[at] for at in set(rows)]), label) for label, rows in finding.errors.items()
    ]
    counts.sort(key=lambda count: (-count[0], count[1]))
    return [
        f"{' '.join(label.split())[:_LONGEST_LABEL]} ×{count}"
        for count, label in counts[:_MOST_NOTES]
        if count
    ]


def parse_document(text: str) -> Document | None:
    """``text`` as one JSON document, or as documents one a line; None where it is neither."""
    start = _START.match(text)
    if start is None:
        return None
    value = parse(text)
    if value is not None:
        return Document(text, value, lines=False)
    if start[1] not in "{[" or "\n" not in text:
        return None
    rows = [row for row in text.split("\n") if row.strip()]
    values = []
    for row in rows:
        value = parse(row) if row.lstrip()[0] in "{[" else None
        if value is None:
            return None
        values.append(value)
    return Document(text, values, lines=True) if len(values) > 1 else None
