"""A reading under a profile, in the kind's hands: the text that would go out, and its size."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from compressors._results import Reading
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


def _cut(
    reading: Reading, profile: Profile, query: str, kinds: Mapping[str, Kind], pepper: Pepper
) -> Short:
    kept = frozenset(getattr(profile.params, "preserve_fields", ()))
    focus = Focus(query=query)
    if kept:
        key = cache(pepper.key)
        focus = Focus(query=query, preserved=lambda name: key(name) in kept)
    cut = kinds[profile.kind].compress(reading.content, profile.params, focus)
    text = with_marker(cut, reading.handle) if cut.lossy else cut.text
    return Short(text, estimate(text), cut)
