"""Blocks that belong together: terms with what is said of them, sections with their headings."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import groupby

from compressors.kinds._html_blocks import Block

# A section of a page is what somebody asks for where the page has several, and it is short.
_SECTIONS, _WHOLE = 3, 8_000
_TERM = 80


def units_of(blocks: Sequence[Block], regions: Sequence[str]) -> list[list[int]]:
    """The places of the blocks that are asked for together, in order; each is in one unit.

    Short sections with their headings, where there are several; else items of lists with what
    is said of them, and blocks by themselves. Rows of tables, and what is hidden or stands in
    the navigation, are asked for by themselves.
    """
    sections = list(_sections(blocks, regions))
    several = sum(blocks[places[0]].kind == "heading" for places in sections) >= _SECTIONS
    heads = heads_of(blocks)
    units: list[list[int]] = []
    for places in sections:
        rest = [at for at in places if blocks[at].kind != "row"]
        whole = several and sum(len(blocks[at].text) for at in rest) <= _WHOLE
        if whole and blocks[places[0]].kind == "heading":
            units.append(rest)
        else:
            units.extend(list(own) for _, own in groupby(rest, lambda at: heads.get(at, at)))
        units.extend([at] for at in places if blocks[at].kind == "row")
    return units


def heads_of(blocks: Sequence[Block]) -> dict[int, int]:
    """For each block that goes on with an item of a list, the place where the item begins."""
    heads: dict[int, int] = {}
    begun: dict[int, int] = {}
    for at, block in enumerate(blocks):
        if block.kind != "item":
            continue
        if block.lead.strip():
            begun[block.group] = at
        elif block.group in begun:
            heads[at] = begun[block.group]
    return heads


def join(blocks: Sequence[Block], kept: list[bool], parts: Collection[int]) -> None:
    """Keep the terms of what is kept, whole or in part, and what is said of terms that are."""
    heads = heads_of(blocks)
    for at, head in heads.items():
        if (kept[at] or at in parts) and not blocks[head].hidden:
            kept[head] = True
    for at, head in heads.items():
        term = len(blocks[head].text) <= _TERM
        if term and kept[head] and at not in parts and not blocks[at].hidden:
            kept[at] = True


def _sections(blocks: Sequence[Block], regions: Sequence[str]) -> Iterator[list[int]]:
    """The places from each heading up to the next; what is not seen by itself."""
    places: list[int] = []
    for at, block in enumerate(blocks):
        apart = block.hidden or regions[at] in ("nav", "meta")
        if places and (apart or block.kind == "heading" or regions[at] != regions[places[0]]):
            yield places
            places = []
        if apart:
            yield [at]
        else:
            places.append(at)
    if places:
        yield places
