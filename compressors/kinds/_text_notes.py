"""A text with gaps: what stays as it stood, and a note in the place of what does not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

_LINES_APART = 2
_GAP = '"…3" where 3 others stood'
_COUNTED = "[×9]: 9 that differ in numbers at most"


def write(kind: str, pieces: Sequence[str], kept: Sequence[bool], totals: Mapping[int, int]) -> str:
    """The pieces that are kept, under a header that says how many these are.

    ``totals`` says of a piece how many it stands for. Line ends stay where they were, so
    that paragraphs and lists are still told apart.
    """
    out: list[str] = []
    gap = lines = 0
    for at, (piece, keep) in enumerate(zip(pieces, kept, strict=True)):
        if not keep:
            gap += 1
            if lines < _LINES_APART:
                lines = max(lines, piece.count("\n", len(piece.rstrip())))
            continue
        if gap:
            out.append(f"…{gap}{_apart(lines)}")
            gap = lines = 0
        if at in totals:
            body = piece.rstrip()
            piece = f"{body} [×{totals[at]}]{piece[len(body) :]}"
        out.append(piece)
    if gap:
        out.append(f"…{gap}{_apart(lines)}")
    legend = [f"{sum(kept)} of {len(pieces)} sentences", _GAP]
    if totals:
        legend.append(_COUNTED)
    return f"[toin {kind}: {', '.join(legend)}]\n{''.join(out)}"


def _apart(lines: int) -> str:
    """What parts a note from the next piece, where ``lines`` line ends did: two at most."""
    return "\n" * min(_LINES_APART, lines) or " "
