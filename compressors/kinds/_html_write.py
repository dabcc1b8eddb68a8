"""A page as text, with a first line that says what of it is not shown."""

from __future__ import annotations

from compressors.kinds._html_asked import extracts
from compressors.kinds._html_choice import Choice, choose
from compressors.kinds._html_study import Study
from compressors.kinds._html_units import units_of
from compressors.kinds._lines_answers import answers

_MOST_DATA = 6


def shortened(
    source: str, study: Study, block_share: float, aside_share: float, query: str
) -> tuple[str, int]:
    """The text of the page ``source`` under these shares, and how many blocks it shows."""
    choice = choose(
        study,
        block_share=block_share,
        aside_share=aside_share,
        answers=_answers(study, query),
    )
    text = write(study, choice)
    if query:
        text = "\n".join([text, *extracts(source, text, query)])
    return text, sum(shown is not None for shown in choice.texts)


def _answers(study: Study, query: str) -> set[int]:
    """The blocks of what ``query`` asks for: sections, items, rows, paragraphs, whole."""
    if not query.strip():
        return set()
    units = units_of(study.blocks, study.regions)
    texts = ["\n".join([study.blocks[at].text for at in unit]) for unit in units]
    return {at for place in answers(query, texts).must for at in units[place]}


def write(study: Study, choice: Choice) -> str:
    """The chosen blocks in order, and a note for each gap in the main text."""
    out = [_header(study, choice)]
    left = size = 0
    above = ""
    for at, text in enumerate(choice.texts):
        block = study.blocks[at]
        if text is None:
            if not block.hidden and study.regions[at] == "main":
                left, size = left + 1, size + len(block.text)
            continue
        if left:
            out.append(_gap(left, size))
            left = size = 0
        if block.kind == "heading" or (block.kind == "paragraph" and above == "paragraph"):
            out.append("")
        out.append(text)
        above = block.kind
    if left:
        out.append(_gap(left, size))
    return "\n".join(out)


def _gap(number: int, size: int) -> str:
    return f"… {number} {'block' if number == 1 else 'blocks'}, {size:,} characters"


def _header(study: Study, choice: Choice) -> str:
    unseen = study.page.unseen
    missing = [block for block, text in zip(study.blocks, choice.texts, strict=True) if not text]
    hidden = sum(block.hidden for block in missing)
    beside = sum(
        text is None and not block.hidden and region in ("aside", "meta")
        for block, text, region in zip(study.blocks, choice.texts, study.regions, strict=True)
    )
    links = unseen["navigation link"] if "nav" in study.regions else 0
    counts = (
        (unseen["script"], "script", "scripts"),
        (unseen["style"], "style sheet", "style sheets"),
        (unseen["comment"], "comment", "comments"),
        (links, "navigation link", "navigation links"),
        (unseen["hidden field"], "hidden field", "hidden fields"),
        (hidden, "hidden block", "hidden blocks"),
        (beside, "block beside the main text", "blocks beside the main text"),
    )
    said = [f"{number} {one if number == 1 else more}" for number, one, more in counts if number]
    note = f"[toin html: page as text; not shown: {', '.join(said) or 'markup alone'}"
    data = study.page.data
    if data:
        more = f" and {len(data) - _MOST_DATA} more" if len(data) > _MOST_DATA else ""
        note += f"; JSON in scripts: {', '.join(data[:_MOST_DATA])}{more}"
    if choice.parts:
        note += f'; {choice.parts} in part, "…" where sentences stood'
    return note + "]"
