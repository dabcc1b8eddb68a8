"""The engine's own words inside a text: what was left out, and where a passage stood."""

from __future__ import annotations

from collections.abc import Sequence

from compressors.kinds.base import Cut, Passage


def with_marker(cut: Cut, handle: str) -> str:
    """The text of a lossy cut, its last line saying what is missing and how to have it back."""
    missing = "parts of it"
    if cut.items_before is not None and cut.items_after is not None:
        dropped = cut.items_before - cut.items_after
        if dropped > 0:
            missing = f"{dropped} of {cut.items_before} {cut.unit}"
    newline = "" if not cut.text or cut.text.endswith("\n") else "\n"
    return (
        f"{cut.text}{newline}"
        f'[toin: {missing} left out; toin_retrieve("{handle}") returns all of it]'
    )


def passages_text(passages: Sequence[Passage]) -> str:
    """Passages one after another, each under a line that says where it stood."""
    return "\n".join(
        f"[toin: passage {number} of {len(passages)}, {passage.position * 5} % into the original]\n"
        f"{passage.text}"
        for number, passage in enumerate(passages, start=1)
    )


def same_as_above(name: str, handle: str, *, whole: bool) -> str:
    """What stands for a text that stands above already; ``name`` says where."""
    cut = "" if whole else ", where parts are left out"
    every = "it" if whole else "all of it"
    return (
        f'[toin: same as the result of {name} above{cut}; toin_retrieve("{handle}") '
        f"returns {every}]"
    )
