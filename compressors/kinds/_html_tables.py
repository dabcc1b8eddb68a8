"""Tables while they are read: cells, those that span rows, and tables that are mere layout."""

from __future__ import annotations

from dataclasses import dataclass, field

_WIDEST = 60
_SPAN = 1_000
_ALONE = (1, 1)


@dataclass(slots=True)
class Table:
    """A table that is open.

    ``layout`` is set once something stands in a cell that no row can show.
    """

    number: int
    at: int = 0
    cells: list[str] = field(default_factory=list)
    heads: int = 0
    layout: bool = False
    in_cell: bool = False
    alert: bool = False
    linked: int = 0
    spans: dict[int, int] = field(default_factory=dict)
    span: tuple[int, int] = _ALONE

    def open_cell(self, attributes: dict[str, str], *, head: bool) -> None:
        """Begin a cell, after those that reach down from rows above."""
        if self.spans:
            self._skip_spanned()
        self.in_cell = True
        self.heads += head
        self.span = _ALONE
        if attributes:
            self.span = (_number(attributes, "colspan"), _number(attributes, "rowspan"))

    def close_cell(self, text: str) -> None:
        """End the cell with what it holds."""
        self.in_cell = False
        across, down = self.span
        text = text.replace("|", "\\|")
        for offset in range(min(across, _WIDEST)):
            if down > 1:
                self.spans[len(self.cells)] = down - 1
            self.cells.append("" if offset else text)

    def end_row(self) -> tuple[list[str], bool]:
        """The cells of the row, and whether all of them are headings."""
        if not self.cells:
            self.heads = 0
            return [], False
        if self.spans:
            self._skip_spanned()
        cells, heading = self.cells, bool(self.heads)
        heading = heading and self.heads >= sum(1 for cell in cells if cell)
        self.cells, self.heads = [], 0
        return cells, heading

    def _skip_spanned(self) -> None:
        while self.spans.get(len(self.cells), 0) > 0 and len(self.cells) < _WIDEST:
            self.spans[len(self.cells)] -= 1
            self.cells.append("")


def _number(attributes: dict[str, str], name: str) -> int:
    value = attributes.get(name, "")
    return min(_SPAN, int(value)) if value.isdecimal() and len(value) < 5 else 1
