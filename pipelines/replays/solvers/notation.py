"""Reading the engine's own notation: what a text says about some records, written out."""

from __future__ import annotations

from compressors.kinds import KINDS, json


def written_out(text: str, *, kind: str) -> str:
    """``text`` as it reads once its notation is applied, rows left out or not.

    A text that is in no notation is given back unchanged.
    """
    return json.left_in(text) if kind == json.NAME else KINDS[kind].restore(text)
