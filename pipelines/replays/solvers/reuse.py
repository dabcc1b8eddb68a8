"""The solver of trajectories: are the values that were used later still there?

A value counts as there where the text shows it, or where the text's own notation, written out,
does. Nothing else is credited: neither a part of a value nor one that could be guessed.
"""

from __future__ import annotations

from collections.abc import Sequence

from compressors import mixed
from compressors.kinds import KINDS
from compressors.kinds.json import left_in
from pipelines.traffic.used import missing


def solve(text: str, *, values: Sequence[str], kind: str, returned: Sequence[str] = ()) -> bool:
    """Whether ``text`` still shows every one of ``values``, or what was ``returned`` besides does.

    Args:
        text: the tool's answer, or what is left of it.
        values: what a later step of the recording used.
        kind: what the answer is.
        returned: passages of the answer that its handle gave besides.
    """
    absent = gone(text, values=values, kind=kind)
    return not absent or (bool(returned) and not missing(absent, "\n".join(returned)))


def gone(text: str, *, values: Sequence[str], kind: str) -> tuple[str, ...]:
    """Those of ``values`` that neither ``text`` shows nor its notation, written out."""
    absent = missing(values, text)
    return tuple(missing(absent, _written_out(text, kind=kind)) if absent else ())


def _written_out(text: str, *, kind: str) -> str:
    """``text`` with the engine's notation undone, as far as it is in one."""
    return left_in(text) if kind == "json" else mixed.restore(kind, text, KINDS)
