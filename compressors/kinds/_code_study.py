"""All that is known of a piece of code, and what of it stays under a query and a share."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from math import ceil

from compressors.kinds import _code_marks
from compressors.kinds._code_alike import alike
from compressors.kinds._code_fragment import Framed
from compressors.kinds._code_pieces import Piece, Pieces, Tier
from compressors.kinds._code_tree import Function, Tree
from compressors.kinds._code_units import units_of
from compressors.kinds._code_write import Gap, Writer
from compressors.kinds._lines_answers import answers

_WORD = re.compile(r"[A-Za-z_$][\w$]{2,}")
_NAME = re.compile(r"[\w$]+")
_TELLING = re.compile(r"[_\d]|[a-z][A-Z]")
_ASKED = 64
_HITS, _HITS_SHARE = 10, 50
# Characters of a question; longer is a task, which needs more than what it names.
_TASK = 1_000
# Characters that are read through at once, some 300 lines.
_READ = 12_000
_RAISE_ROWS, _RESCUE_ROWS = 8, 4
_FEWEST_ALIKE = 4
_REST_SHARE = 20
_LONG_CELL = 8


class Study:
    """What of a tree stays whatever is asked, and what else there is to choose from."""

    def __init__(self, tree: Tree, framed: Framed, language: str) -> None:
        self.tree = tree
        self.rows = framed.rows
        self.pieces = Pieces(tree, framed.rows)
        self._text = _code_marks.Rows(framed.rows)
        self._alike: dict[int, str] = {}
        self._odd: set[int] = set()
        self._found: list[range] | None = None
        covered = self._compare()
        for cells in self.pieces.lists:
            self._compare_rows(cells)
        failing = _code_marks.failing(self._text, language) | self._raised()
        self.stays = self.pieces.stays | self._odd | (failing - covered)
        self.stays |= _code_marks.marked(self._text)
        self.stays |= tree.broken
        self.writer = Writer(self.pieces, framed.rows, framed.numbers, self._alike)

    def choose(self, query: str, share: float) -> list[Gap]:
        """The gaps where the given share of what can be left out is kept, best first.

        Where somebody asks, but the question does not tell what for, at least as much stays as
        is read through at once.
        """
        pieces = self.pieces.pieces
        stays, related = self._answers(query)
        kept = bytearray(len(self.rows))
        for row in stays:
            kept[row] = 1
        called = self._called(related)
        order = sorted(
            range(len(pieces)), key=lambda at: self._order(at, pieces[at], related, called)
        )
        wanted = ceil(share * sum(piece.rows for piece in pieces))
        vague = len(query) > _TASK or (query.strip() and not related and stays <= self.stays)
        read = self._unread(kept) if vague else 0
        for at in order:
            if wanted <= 0 and read <= 0:
                break
            piece = pieces[at]
            wanted -= piece.rows
            if read > 0:
                own = range(piece.start, piece.end + 1)
                read -= sum(len(self.rows[row]) + 1 for row in own if not kept[row])
            kept[piece.start : piece.end + 1] = b"\x01" * piece.rows
        return self.writer.gaps(kept)

    def _unread(self, kept: bytearray) -> int:
        """How many characters are wanted beside those that stay anyway."""
        free = bytearray(len(self.rows))
        for piece in self.pieces.pieces:
            free[piece.start : piece.end + 1] = b"\x01" * piece.rows
        shown = (
            len(row) + 1
            for row, is_free, is_kept in zip(self.rows, free, kept, strict=True)
            if is_kept or not is_free
        )
        return _READ - sum(shown)

    def _order(
        self, at: int, piece: Piece, related: dict[int, float], called: set[int]
    ) -> tuple[int, float, int, int]:
        """What comes first is kept longest."""
        function = piece.function
        if function in related:
            return Tier.RELATED, -related[function], 0, at
        tier = Tier.CALLED if function in called and piece.tier is Tier.BODY else piece.tier
        inside = self.tree.functions[function] if function >= 0 else None
        return tier, 0, inside.end - inside.start if inside else 0, at

    def _answers(self, query: str) -> tuple[set[int], dict[int, float]]:
        """The rows that stay with ``query``, and how much each function bears on it."""
        stays = set(self.stays)
        related: dict[int, float] = {}
        if not query.strip():
            return stays, related
        words = set(_WORD.findall(query))
        for at, function in enumerate(self.tree.functions):
            if function.name in words and function.outer:
                stays.update(range(function.start, function.end + 1))
                related[at] = 0
        stays.update(self._named(query))
        units = self._units()
        found = answers(query, ["\n".join(self.rows[rows.start : rows.stop]) for rows in units])
        for place in found.must:
            stays.update(units[place])
        ranked = [*sorted(found.must), *found.next]
        starts = [function.start for function in self.tree.functions]
        for rank, place in enumerate(ranked):
            first = bisect_left(starts, units[place].start)
            for at in range(first, bisect_left(starts, units[place].stop)):
                related.setdefault(at, len(ranked) - rank)
        return stays, related

    def _units(self) -> list[range]:
        if self._found is None:
            self._found = units_of(self.pieces, self.rows)
        return self._found

    def _named(self, query: str) -> set[int]:
        """The rows that hold an identifier of the query, where these are few."""
        found: set[int] = set()
        names = dict.fromkeys(word for word in _WORD.findall(query) if _TELLING.search(word))
        most = max(_HITS, len(self.rows) // _HITS_SHARE)
        for name in list(names)[:_ASKED]:
            rows = self._text.holding(name, whole=True)
            if len(rows) <= most:
                found.update(rows)
        return found

    def _called(self, related: dict[int, float]) -> set[int]:
        """The functions that those which bear on the query call by name."""
        functions = self.tree.functions
        names: dict[str, list[int]] = {}
        for at, function in enumerate(functions):
            if function.name:
                names.setdefault(function.name, []).append(at)
        called: set[int] = set()
        for at in related:
            function = functions[at]
            text = "\n".join(self.rows[function.start + 1 : function.end + 1])
            for word in _NAME.findall(text):
                called.update(names.get(word, ()))
        return called

    def _raised(self) -> set[int]:
        """The rows of statements and clauses for errors; of long ones the first."""
        found: set[int] = set()
        for start, end in self.tree.raises:
            if end - start < _RESCUE_ROWS or _is_statement(self.rows[start]):
                found.update(range(start, min(end + 1, start + _RAISE_ROWS)))
            else:
                found.add(start)
        return found

    def _compare(self) -> set[int]:
        """Find functions that are alike; give the rows for which others of them stand."""
        functions = [f for f in self.tree.functions if f.outer and f.body is not None]
        if len(functions) < _FEWEST_ALIKE:
            return set()
        bodies = [self._body(function) for function in functions]
        found = alike(
            [
                [self.rows[row].strip().encode("utf-8", "surrogatepass") for row in rows]
                for rows in bodies
            ]
        )
        covered: set[int] = set()
        odd = {place for place, _ in found.odd}
        for place, exemplar in found.exemplar.items():
            rows = bodies[place]
            if not rows:
                continue
            if place == exemplar:
                self._odd.update(rows)
            else:
                if place not in odd:
                    covered.update(rows)
                self._alike[rows[0]] = functions[exemplar].name or "the first"
        self._odd.update(bodies[place][row] for place, row in found.odd)
        for place in found.near:
            self._odd.update(bodies[place])
        return covered

    def _body(self, function: Function) -> list[int]:
        """The rows of a function's body, without what is said about it."""
        assert function.body is not None
        rows: list[int] = []
        for unit in self.pieces.grouped(function.body):
            if unit.kind not in ("comments", "docstring") and not unit.stuck:
                rows.extend(range(unit.start, unit.end + 1))
        return [row for row in rows if self.rows[row].strip()]

    def _compare_rows(self, cells: Sequence[tuple[int, int]]) -> None:
        """Keep the odd ones among many short units in a row."""
        found = alike([[b" ".join(self._cell(start, end))] for start, end in cells])
        for place, _ in found.odd:
            self._keep(cells[place])
        for place in {*found.exemplar.values(), 0, len(cells) - 1}:
            start, end = cells[place]
            # Of a long one the first row tells what it is.
            self._keep((start, end if end - start < _LONG_CELL else start))
        rest = [place for place in range(len(cells)) if place not in found.exemplar]
        if len(rest) <= max(1, len(cells) // _REST_SHARE):
            for place in rest:
                self._keep(cells[place])

    def _cell(self, start: int, end: int) -> list[bytes]:
        return [row.strip().encode("utf-8", "replace") for row in self.rows[start : end + 1]]

    def _keep(self, cell: tuple[int, int]) -> None:
        self._odd.update(range(cell[0], cell[1] + 1))


def _is_statement(row: str) -> bool:
    return row.lstrip().startswith(("raise", "throw", "goto"))
