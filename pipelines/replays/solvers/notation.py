"""Reading the engine's own notation: what a text says about some records, written out.

The header of a compressed text says how it is to be read, and the kind's way back does that. It
is meant for texts that are whole; here a table is reduced to the rows that matter first, so
that one of which rows were left out is read like one that never had more.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from compressors.kinds import KINDS

_TABLE = re.compile(r"\[toin json(?:, .*?)?: (\d+) (?:of \d+ )?rows (.*)\]")
_AROUND = re.compile(r"\[toin json(?:, .*?)?: (~N = rows below)\]")
_BELOW = re.compile(r"~(\d+) (\d+) (?:of \d+ )?rows (.*)")


def written_out(text: str, ids: Collection[str], *, kind: str) -> str:
    """``text`` as it reads once its notation is applied, as far as it concerns ``ids``.

    A text that is in no notation is given back unchanged.
    """
    if kind == "json" and text.startswith("[toin json"):
        text = _reduced(text.split("\n"), ids)
    return KINDS[kind].restore(text)


def _reduced(lines: Sequence[str], ids: Collection[str]) -> str:
    """A JSON notation with only the rows that hold one of ``ids``, spaced no matter how."""

    def rows(first: int, last: int) -> list[str]:
        return [line for line in lines[first:last] if any(one in line for one in ids)]

    alone = _TABLE.fullmatch(lines[0])
    if alone:
        kept = rows(1, len(lines))
        return "\n".join([f"[toin json: {len(kept)} rows {alone[2]}]", *kept])
    around = _AROUND.fullmatch(lines[0])
    if not around:
        return "\n".join(lines)
    heads = [place for place, line in enumerate(lines) if place > 1 and _BELOW.fullmatch(line)]
    out = [f"[toin json: {around[1]}]", *lines[1:2]]
    for place, end in zip(heads, [*heads[1:], len(lines)], strict=True):
        head = _BELOW.fullmatch(lines[place])
        assert head is not None
        kept = rows(place + 1, end)
        out += [f"~{head[1]} {len(kept)} rows {head[3]}", *kept]
    return "\n".join(out)
