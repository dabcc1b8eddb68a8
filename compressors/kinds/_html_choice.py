"""Which blocks of a page are written: by share, in an order that does not depend on it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from compressors.kinds._html_study import Study
from compressors.kinds._html_units import join

_GAP = 32


class Choice(NamedTuple):
    """What is written of each block, or None, and of how many blocks it is a part only."""

    texts: list[str | None]
    parts: int


def choose(
    study: Study, *, block_share: float, aside_share: float, answers: Collection[int]
) -> Choice:
    """The blocks to write.

    Of the main text as many characters as ``block_share`` says, of asides as many as
    ``aside_share`` says; what must stay and ``answers`` stay anyway. A larger share keeps
    all that a smaller one keeps.
    """
    blocks = study.blocks
    kept = [at in answers for at in range(len(blocks))]
    main: list[int] = []
    asides: list[int] = []
    for at, block in enumerate(blocks):
        region = study.regions[at]
        if block.hidden or region == "nav":
            kept[at] = kept[at] or (at in study.loud and at in study.must)
        elif region == "aside":
            asides.append(at)
        else:
            main.append(at)
    for places, share in ((main, block_share), (asides, aside_share)):
        for at in places:
            kept[at] = kept[at] or share >= 1 or at in study.must
        if 0 < share < 1:
            _fill(study, places, kept, share)
    _close_gaps(study, main, kept)
    join(blocks, kept, {at for at in study.parts if _is_shown_in_part(study, at)})
    _keep_headings(study, kept)
    return _texts(study, kept)


def _fill(study: Study, places: Sequence[int], kept: list[bool], share: float) -> None:
    """Keep blocks in their order until their share of the characters is reached."""
    sizes = [len(block.text) for block in study.blocks]
    wanted = share * sum(sizes[at] for at in places)
    wanted -= sum(sizes[at] for at in places if kept[at])
    for at in _order(study, places):
        if wanted <= 0:
            return
        if not kept[at]:
            kept[at] = True
            wanted -= sizes[at]


def _order(study: Study, places: Sequence[int]) -> list[int]:
    """Headings, then of each section the first block, then the second, ...; repeats last."""
    ranks: list[tuple[int, int]] = []
    seen: set[str] = set()
    rank = 0
    for at in places:
        block = study.blocks[at]
        if block.kind == "heading":
            rank = 0
            ranks.append((0, at))
            continue
        rank += 1
        again = block.text in seen
        seen.add(block.text)
        ranks.append((len(places) + rank if again else rank, at))
    ranks.sort()
    return [at for _, at in ranks]


def _close_gaps(study: Study, places: Sequence[int], kept: list[bool]) -> None:
    """Keep what is shorter than the note that would stand for it."""
    gap: list[int] = []
    for at in places:
        if not kept[at]:
            gap.append(at)
            continue
        if gap and sum(len(study.blocks[other].text) for other in gap) <= _GAP:
            for other in gap:
                kept[other] = True
        gap.clear()


def _keep_headings(study: Study, kept: list[bool]) -> None:
    """Keep the headings above what is kept, and those of tables of which a row is."""
    above: list[int] = []
    for at, block in enumerate(study.blocks):
        if block.kind == "heading":
            while above and study.blocks[above[-1]].level >= block.level:
                above.pop()
            if block.hidden:
                continue
            above.append(at)
        elif (kept[at] or at in study.parts) and study.regions[at] == "main":
            for heading in above:
                if study.regions[heading] == "main":
                    kept[heading] = True
    rows = {
        block.group for block, keep in zip(study.blocks, kept, strict=True) if keep and block.cells
    }
    for at, block in enumerate(study.blocks):
        kept[at] = kept[at] or (block.kind == "header" and block.group in rows)


def _is_shown_in_part(study: Study, at: int) -> bool:
    """Whether of a block that is not kept some sentences are."""
    return at in study.parts and (at in study.loud or study.regions[at] == "main")


def _texts(study: Study, kept: Sequence[bool]) -> Choice:
    texts: list[str | None] = []
    parts = 0
    for at, block in enumerate(study.blocks):
        shown = block.lead + block.text
        if kept[at]:
            texts.append(f"{shown} (hidden)" if block.hidden else shown)
        elif _is_shown_in_part(study, at):
            part = block.lead + study.parts[at]
            parts += 1
            texts.append(f"{part} (hidden)" if block.hidden else part)
        else:
            texts.append(None)
    return Choice(texts, parts)
