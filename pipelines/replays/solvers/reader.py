"""The reader that all solvers share: what is left of a record in a text.

It reads what stands in the text alone, as the rendering of its kind says it is written.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipelines.replays.renderings import RENDERINGS, Fields


def find(text: str, ids: Sequence[str], *, kind: str) -> dict[str, Fields]:
    """The records with these ids, as far as they are left; of each, what is read first."""
    wanted = set(ids)
    found: dict[str, Fields] = {}
    for fields in RENDERINGS[kind].read(text, wanted):
        identifier = fields.get("id")
        if isinstance(identifier, str) and identifier in wanted:
            found.setdefault(identifier, fields)
            if len(found) == len(wanted):
                break
    return found
