"""Values on several rows of a file; None among the rows stands for some that may be missing."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipelines.replays.renderings._written import CUT


def folded(rows: Sequence[str | None], start: int, inset: str, *begun: str) -> str | None:
    """The text that has ``begun`` and goes on where rows from ``start`` on begin with ``inset``.

    From the word before the first gap on, which may be half of a number, an ellipsis stands for
    the text; where no row follows, there may be a gap. None where nothing is left.
    """
    parts = list(begun)
    for row in rows[start:]:
        if row is None:
            break
        if not row.startswith(inset):
            return " ".join(parts) if parts else None
        parts.append(row[len(inset) :])
    left = " ".join(parts).rpartition(" ")[0]
    return f"{left} {CUT}" if left else None


def document(
    rows: Sequence[str | None], start: int, opening: str, closing: re.Pattern[str]
) -> str | None:
    """The JSON from ``opening`` to the first row that is ``closing``, if no row is missing."""
    parts = [opening]
    for row in rows[start:]:
        if row is None:
            return None
        if closing.fullmatch(row):
            return "\n".join([*parts, row.strip(" ,;'`)")])
        parts.append(row)
    return None
