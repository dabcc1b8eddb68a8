"""A reading under a profile: the text that would go out, its size, and the account of both."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from compressors import mixed
from compressors._results import Compression, Decision, Reading
from compressors._wording import with_marker
from compressors.kinds.base import Cut, Focus, Kind
from compressors.pepper import Pepper
from compressors.profiles import BUILT_IN_DEFAULT, Profile
from compressors.tokens import estimate


class Short(NamedTuple):
    """A cut as it would go out, marker included, and its estimated tokens."""

    text: str
    tokens: int
    cut: Cut


def shorten(
    reading: Reading, profile: Profile, *, query: str, kinds: Mapping[str, Kind], pepper: Pepper
) -> Short:
    """The cut of ``profile``, unless leaving nothing out is no longer.

    Raises whatever the kind raises.
    """
    short = _cut(reading, profile, query, kinds, pepper)
    # Where a lossy cut saves less than half, it is worth a look whether the loss saves at all.
    if short.cut.lossy and 2 * short.tokens > reading.tokens:
        whole = _cut(reading, BUILT_IN_DEFAULT[reading.kind], query, kinds, pepper)
        if whole.tokens <= short.tokens:
            return whole
    return short


def account(
    reading: Reading, profile: Profile, *, short: Short | None, decision: Decision | None
) -> Compression:
    """What goes out and what is said of it: ``short``, or the original where it is no longer.

    Without a decision it is nobody's: ``unknown``, ``other``, ``default``.
    """
    items = short.cut.items_before if short else None
    if short is not None and short.tokens >= reading.tokens:
        short = None
    lossy = short is not None and short.cut.lossy
    return Compression(
        text=short.text if short else reading.content.text,
        kind=reading.kind,
        structure_hash=reading.structure_hash,
        auth_mode=decision.auth_mode if decision else "unknown",
        model_family=decision.model_family if decision else "other",
        profile=profile.name,
        profile_id=profile.id,
        arm=decision.arm if decision else "default",
        experiment=decision.experiment if decision else None,
        unit=decision.unit if decision else None,
        share=decision.share if decision else None,
        tokens_before=reading.tokens,
        tokens_after=short.tokens if short else reading.tokens,
        items_before=items,
        items_after=short.cut.items_after if short else items,
        lossy=lossy,
        handle=reading.handle if lossy else None,
    )


def _cut(
    reading: Reading, profile: Profile, query: str, kinds: Mapping[str, Kind], pepper: Pepper
) -> Short:
    kept = frozenset(getattr(profile.params, "preserve_fields", ()))
    focus = Focus(query=query)
    if kept:
        key = cache(pepper.key)
        focus = Focus(query=query, preserved=lambda name: key(name) in kept)
    cut = mixed.compress(reading.content, profile, focus, kinds=kinds)
    text = with_marker(cut, reading.handle) if cut.lossy else cut.text
    unchanged = text == reading.content.text
    return Short(text, reading.tokens if unchanged else estimate(text), cut)
