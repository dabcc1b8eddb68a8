"""A table as recognised, and what is worked out of it once for all parameters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from compressors.kinds import _lines_notation
from compressors.kinds._lines_forms import Forms
from compressors.kinds._table_layout import recognise_layout
from compressors.kinds._table_reader import read
from compressors.kinds._table_records import Records, records
from compressors.kinds._table_shape import FILES, Layout
from compressors.kinds.base import Focus
from compressors.tokens import estimate

if TYPE_CHECKING:
    from compressors.kinds import _json_keep as keep


NAME = "table"
_MOST_NOTES = 6
_LONGEST_LABEL = 60
_LOOSE_SHARE, _LOOSE = 20, 10
_WORTH = 0.97
_ENOUGH = 0.6
_WIDE = 8_000  # forms of wider rows take too long to compare
_DROP_AT_LEAST = 120


class Table:
    """Rows of cells. What is worked out of the text is worked out when asked for, and once."""

    __slots__ = ("_findings", "_lines", "_lossless", "_order", "_records", "layout", "text")

    def __init__(self, text: str, layout: Layout) -> None:
        self.text = text
        self.layout = layout
        self._records: Records | None = None
        self._lines: Sequence[str] | None = None
        self._findings: keep.Findings | None = None
        self._order: tuple[str, keep.Order] | None = None
        self._lossless: str | None = None

    @property
    def columns(self) -> Sequence[str]:
        """The names of the columns as recognised."""
        return self.layout.columns

    @property
    def records(self) -> Records:
        """The records of the text."""
        if self._records is None:
            self._records = records(self.text, self.layout)
        return self._records

    @property
    def lines(self) -> Sequence[str]:
        """The rows as they stand."""
        if self._lines is None:
            found = self.records
            self._lines = [found.texts[at] for at in found.rows]
        return self._lines

    @property
    def names(self) -> Sequence[str]:
        """The names of the columns as the grid parts them; empty where they have none."""
        found = self.records
        if found.head < 0:
            return ()
        cells = found.grid.cells(found.texts[found.head]) or self.layout.columns
        return [cell.strip().strip('"') for cell in cells]

    @property
    def lossless(self) -> str:
        """The text in the shorter of its notations, or as it is where neither is shorter."""
        if self._lossless is None:
            self._lossless = self._shortest()
        return self._lossless

    def _shortest(self) -> str:
        """The notation with fewer tokens that leads back to the text."""
        cells = self._as_cells()
        tokens = estimate(cells)
        # Finding forms takes longest of all: not where the cells alone save that much.
        if tokens <= _ENOUGH * estimate(self.text):
            return cells
        forms = self._as_forms()
        return forms if estimate(forms) < tokens else cells

    def _as_forms(self) -> str:
        """The text with forms of lines that recur defined once, where that is shorter."""
        if max(map(len, self.records.texts)) > _WIDE:
            return self._plain()
        return _lines_notation.shorter(NAME, self.text, Forms(self.text))

    def _as_cells(self) -> str:
        """The text as cells, where that is shorter."""
        from compressors.kinds._table_notation import write

        text = self.text
        written = write(self.records)
        if written is None or len(written) > _WORTH * len(text) or read(written) != text:
            return self._plain()
        return written

    def _plain(self) -> str:
        return _lines_notation.raw(NAME, self.text)

    def cut(self, share: float, focus: Focus) -> tuple[str, int] | None:
        """The notation without the rows that need not stay, and how many stay.

        None where all rows stay, or so many that it does not pay to leave out the others.
        """
        from compressors.kinds import _json_keep as keep
        from compressors.kinds._table_notation import write

        found = self.records
        if not found.rows:
            return None
        findings = self._found()
        kept = self._ordered(findings, focus.query).kept(share)
        for at in keep.preserved(findings, focus.preserved):
            kept[at] = True
        dropped = sum(
            [len(line) for line, stays in zip(self.lines, kept, strict=True) if not stays]
        )
        if dropped < _DROP_AT_LEAST:
            return None
        left = sum(kept)
        rows = set(found.rows)
        around = [at for at, text in enumerate(found.texts) if at not in rows and text.strip()]
        numbers = [at for at, stays in zip(found.rows, kept, strict=True) if stays]
        notes = [f"{left} of {len(kept)} rows", *_left_out(findings, kept)]
        written = write(found, kept={*around, *numbers}, notes=notes)
        if written is None:
            return None
        if self.layout.columns == FILES and left < len(kept):
            written += f"\n… also {', '.join(self._files(kept))}"
        return written, left

    def _files(self, kept: Sequence[bool]) -> list[str]:
        """Of a listing of files the names in the rows that are left out, directories with "/".

        A name in a listing is what a reader goes on with, whatever was asked before.
        """
        rows = zip(self.lines, self.records.cells, kept, strict=True)
        return [
            (cells[-1] if cells else line) + "/" * line.startswith("d")
            for line, cells, stays in rows
            if not stays
        ]

    def _found(self) -> keep.Findings:
        """What stands out, with all rows that do not fit the grid where these are few."""
        from compressors.kinds import _json_keep as keep
        from compressors.kinds._table_strange import strange
        from compressors.kinds._table_values import columns

        if self._findings is None:
            series = columns(self.records, self.names)
            findings = keep.standing_out(series)
            must = findings.must | strange(series)
            cells = self.records.cells
            loose = [at for at, row in enumerate(cells) if row is None]
            if len(loose) <= max(_LOOSE, len(cells) // _LOOSE_SHARE):
                must = must.union(loose)
            self._findings = keep.Findings(findings.columns, must, findings.errors)
        return self._findings

    def _ordered(self, findings: keep.Findings, query: str) -> keep.Order:
        from compressors.kinds import _json_keep as keep

        if self._order is None or self._order[0] != query:
            self._order = (query, keep.order(self, findings, query))
        return self._order[1]


def _left_out(findings: keep.Findings, kept: Sequence[bool]) -> list[str]:
    """Of each kind of error how many rows are not shown, most frequent first."""
    counts = [
        (sum([not kept[at] for at in set(rows)]), label) for label, rows in findings.errors.items()
    ]
    counts.sort(key=lambda count: (-count[0], count[1]))
    said = [
        f"{' '.join(label.split())[:_LONGEST_LABEL]} ×{count}"
        for count, label in counts[:_MOST_NOTES]
        if count
    ]
    return [f"left out: {', '.join(said)}"] if said else []


def recognise(text: str) -> Table | None:
    """The table that ``text`` is, None where it is none."""
    layout = recognise_layout(text)
    return None if layout is None else Table(text, layout)
