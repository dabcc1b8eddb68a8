"""Code in the parts that a reader asks for: definitions with all that belongs to them.

A definition is a function, a type or a constant, with the comments and decorators above it.
What asks for it may name a word of its comment or of its body alike, and needs it whole. Of
one that is long, what is defined in it counts, and elsewhere a few rows at a time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate

from compressors.kinds._code_pieces import Pieces
from compressors.kinds._code_tree import Block, Unit

_WHOLE = 8_000


def units_of(pieces: Pieces, rows: Sequence[str]) -> list[range]:
    """The rows of each unit, in order; those of no unit are of no interest by themselves."""
    starts = list(accumulate((len(row) + 1 for row in rows), initial=0))
    found: list[range] = []
    covered = bytearray(len(rows))
    pending = pieces.tree.blocks[:1]
    while pending:
        block = pending.pop()
        for first, unit in _definitions(pieces, block):
            size = starts[unit.end + 1] - starts[first]
            if size <= _WHOLE and not unit.stuck:
                found.append(range(first, unit.end + 1))
                covered[first : unit.end + 1] = b"\x01" * (unit.end + 1 - first)
            else:
                pending.extend(inner for inner in unit.blocks if inner.outer)
    found.extend(
        range(piece.start, piece.end + 1) for piece in pieces.pieces if not covered[piece.start]
    )
    found.sort(key=lambda unit: unit.start)
    return found


def _definitions(pieces: Pieces, block: Block) -> Iterator[tuple[int, Unit]]:
    """The units of a block but for comments, each with the row where what is above it begins."""
    above: Unit | None = None
    for unit in pieces.grouped(block):
        if unit.kind in ("comments", "docstring"):
            above = unit if unit.kind == "comments" else None
            continue
        joined = above is not None and not above.stuck and above.end + 1 == unit.start
        yield (above.start if above is not None and joined else unit.start), unit
        above = None
