"""Which blocks of one shape, and which items of a long list, are written."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from math import ceil

from compressors.kinds._config_notation import Template
from compressors.kinds._loud import loud, stems_of
from compressors.kinds._values_odd import odd_lines, odd_rows

_MANY, _MANY_ITEMS = 8, 16
_STRETCH = 8


def left_out(template: Template, share: float, asked: set[int]) -> set[int]:
    """The first lines of blocks that are not written.

    First, last, odd and loud ones and those that were asked for stay; of the others as many
    as make ``share`` of all.
    """
    starts = list(template.cells)
    if share >= 1 or len(starts) < _MANY:
        return set()
    must = {0, len(starts) - 1}
    for place, at in enumerate(starts if asked else ()):
        if not asked.isdisjoint(range(at, at + template.size)):
            must.add(place)
    if len(must) < len(starts):
        rows = [template.cells[at] for at in starts]
        must |= odd_rows(rows) | _loud([" ".join(row) for row in rows])
    return {starts[place] for place in _rest(len(starts), must, share)}


def items_left_out(values: Sequence[str], share: float, asked: Collection[int]) -> set[int]:
    """The places in a long list of plain items of those that are not written."""
    if share >= 1 or len(values) < _MANY_ITEMS:
        return set()
    must = {0, len(values) - 1, *asked} | (odd_lines(values) or set()) | _loud(values)
    return _rest(len(values), must, share)


def _loud(texts: Sequence[str]) -> set[int]:
    """The places of texts that tell of errors, unless most do."""
    stems = stems_of(texts)
    found = {place for place, text in enumerate(texts) if loud(text, stems)} if stems else set()
    return found if 2 * len(found) < len(texts) else set()


def _rest(total: int, must: Collection[int], share: float) -> set[int]:
    """The places that are neither in ``must`` nor in the share.

    The share is taken in short stretches, visited in an order that spreads them evenly and
    does not depend on it.
    """
    free = [place for place in range(total) if place not in must]
    wanted = max(0, ceil(share * total) - len(must))
    stretches = [free[at : at + _STRETCH] for at in range(0, len(free), _STRETCH)]
    bits = max(1, (len(stretches) - 1).bit_length()) if stretches else 1
    order = (int(format(number, f"0{bits}b")[::-1], 2) for number in range(1 << bits))
    taken = [place for at in order if at < len(stretches) for place in stretches[at]][:wanted]
    return set(free).difference(taken)
