"""The closed set of profiles: how far a content of each kind may be compressed.

Names carry no sizes. The parameters behind a name are typed, validated where a profile is
built, and digested into the id that evidence is kept under.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

import msgspec

from compressors.errors import ProfileRefused
from compressors.kinds import code, config, diff, html, json, log, search, table, text
from compressors.kinds.base import Params

_KEYED_NAME = re.compile(r"[0-9a-f]{16}")
_FLAGS = frozenset({"lossless", "passthrough"})
MOST_FIELDS = 64
"""How many field names a slice may ask to preserve."""


class Profile(msgspec.Struct, frozen=True):
    """A named, complete set of engine parameters for one kind.

    Built by :func:`profile`, which validates; equal profiles have equal ids.
    """

    kind: str
    name: str
    params: Params

    @property
    def id(self) -> str:
        """16 hex digits: SHA-256 of the canonical JSON of kind and parameters."""
        return _id(self.kind, self.params)

    @property
    def safe(self) -> bool:
        """Whether nothing can be lost: unchanged, or exactly restored from the text alone."""
        return self.params.passthrough or self.params.lossless

    @property
    def overrides(self) -> dict[str, float | list[str]]:
        """The parameters as a publication states them: those that say how much is kept."""
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in msgspec.structs.asdict(self.params).items()
            if name not in _FLAGS and value != _default_of(self.params, name)
        }


_PARAMS: Mapping[str, type[Params]] = {
    "json": json.Params,
    "table": table.Params,
    "log": log.Params,
    "search": search.Params,
    "diff": diff.Params,
    "code": code.Params,
    "html": html.Params,
    "config": config.Params,
    "text": text.Params,
}

# Beyond lossless: rung by rung less is kept. Tests hold the order.
_LOSSY: Mapping[str, tuple[tuple[str, Params], ...]] = {
    "json": (
        ("rows_most", json.Params(row_share=0.8, text_share=0.8)),
        ("rows_half", json.Params(row_share=0.5, text_share=0.5)),
        ("rows_few", json.Params(row_share=0.2, text_share=0.3)),
        ("rows_minimal", json.Params(row_share=0.08, text_share=0.15)),
    ),
    "table": (
        ("rows_most", table.Params(row_share=0.8)),
        ("rows_half", table.Params(row_share=0.5)),
        ("rows_few", table.Params(row_share=0.2)),
        ("rows_minimal", table.Params(row_share=0.08)),
    ),
    "log": (
        ("lines_most", log.Params(line_share=0.8)),
        ("lines_half", log.Params(line_share=0.5)),
        ("lines_few", log.Params(line_share=0.15)),
        ("lines_minimal", log.Params(line_share=0.01)),
    ),
    "text": (
        ("sentences_most", text.Params(sentence_share=0.8)),
        ("sentences_half", text.Params(sentence_share=0.5)),
        ("sentences_few", text.Params(sentence_share=0.2)),
        ("sentences_minimal", text.Params(sentence_share=0.08)),
    ),
    "diff": (
        ("context_most", diff.Params(context_share=0.6)),
        ("context_few", diff.Params(context_share=0.3)),
        ("changes_all", diff.Params(context_share=0.1)),
        ("changes_half", diff.Params(context_share=0.08, change_share=0.5)),
        ("changes_few", diff.Params(context_share=0.05, change_share=0.2)),
        ("changes_minimal", diff.Params(context_share=0.02, change_share=0.08)),
    ),
    "search": (
        ("matches_most", search.Params(match_share=0.8)),
        ("matches_half", search.Params(match_share=0.5)),
        ("matches_few", search.Params(match_share=0.2)),
        ("matches_minimal", search.Params(match_share=0.03)),
    ),
    "html": (
        ("readable", html.Params()),
        ("main", html.Params(aside_share=0.0)),
        ("blocks_half", html.Params(aside_share=0.0, block_share=0.5)),
        ("blocks_few", html.Params(aside_share=0.0, block_share=0.2)),
        ("blocks_minimal", html.Params(aside_share=0.0, block_share=0.08)),
    ),
    "config": (
        ("comments_folded", config.Params(comment_share=0.0)),
        ("values_short", config.Params(comment_share=0.0, value_share=0.5)),
        ("blocks_half", config.Params(comment_share=0.0, value_share=0.5, block_share=0.5)),
        ("blocks_few", config.Params(comment_share=0.0, value_share=0.2, block_share=0.2)),
        ("blocks_minimal", config.Params(comment_share=0.0, value_share=0.08, block_share=0.08)),
    ),
    "code": (
        ("bodies_most", code.Params(body_share=0.8)),
        ("bodies_half", code.Params(body_share=0.5)),
        ("bodies_few", code.Params(body_share=0.2)),
        ("bodies_minimal", code.Params(body_share=0.05)),
    ),
}


def _ladder(kind: str, params: type[Params]) -> tuple[Profile, ...]:
    rungs = (
        ("passthrough", params(passthrough=True)),
        ("lossless", params(lossless=True)),
        *_LOSSY.get(kind, ()),
    )
    return tuple(Profile(kind, f"{kind}.{rung}", values) for rung, values in rungs)


LADDERS: Mapping[str, tuple[Profile, ...]] = MappingProxyType(
    {kind: _ladder(kind, params) for kind, params in _PARAMS.items()}
)
"""Of each kind its profiles, from ``passthrough`` over ``lossless`` to the most aggressive."""

BY_NAME: Mapping[str, Profile] = MappingProxyType(
    {rung.name: rung for ladder in LADDERS.values() for rung in ladder}
)
"""The closed set, each with the parameters it has without overrides."""

PASSTHROUGH: Mapping[str, Profile] = MappingProxyType(
    {kind: ladder[0] for kind, ladder in LADDERS.items()}
)
BUILT_IN_DEFAULT: Mapping[str, Profile] = MappingProxyType(
    {kind: ladder[1] for kind, ladder in LADDERS.items()}
)
"""What an engine does where no publication says otherwise: ``lossless``."""

CANDIDATES: Mapping[str, str] = MappingProxyType(
    {
        "json": "json.rows_few",
        "table": "table.rows_few",
        "log": "log.lines_minimal",
        "search": "search.matches_few",
        "diff": "diff.changes_few",
        "code": "code.bodies_minimal",
        "html": "html.blocks_few",
        "config": "config.blocks_few",
        "text": "text.sentences_few",
    }
)
"""Of each kind the rung that is meant to be its default, and is once it is certified."""


def rung_of(name: str) -> int:
    """The place of a profile on its kind's ladder, from 0.

    Raises:
        ProfileRefused: there is no such profile.
    """
    named = _named(name)
    return LADDERS[named.kind].index(named)


def profile(kind: str, name: str, overrides: Mapping[str, object] | None = None) -> Profile:
    """The profile ``name`` of ``kind``, with a slice's own parameters where it has any.

    ``overrides`` may only keep more than the named profile keeps: a larger share, at most
    1, and keyed names of fields to preserve (16 hex digits, at most ``MOST_FIELDS``), whose
    order means nothing.

    Raises:
        ProfileRefused: no such profile of this kind, no such parameter, a value of another
            type or out of range, or one that keeps less.
    """
    named = _named(name)
    if named.kind != kind:
        raise ProfileRefused("profile", f"{name} is a profile for {named.kind}, not for {kind}")
    if not overrides:
        return named
    values = msgspec.structs.asdict(named.params)
    for field, value in overrides.items():
        if field not in values or field in _FLAGS:
            raise ProfileRefused(field[:40], f"{name} has no such parameter")
        values[field] = _kept(field, value, base=values[field], safe=named.safe)
    return Profile(kind, name, type(named.params)(**values))


def _named(name: str) -> Profile:
    try:
        return BY_NAME[name]
    except KeyError:
        ladder = LADDERS.get(name.partition(".")[0])
        known = ", ".join(rung.name for rung in ladder) if ladder else "<kind>.lossless and others"
        raise ProfileRefused("profile", f"{name[:60]!r} is no profile; known: {known}") from None


def _kept(field: str, value: object, *, base: object, safe: bool) -> object:
    """``value`` in canonical form, if it keeps at least what ``base`` keeps."""
    if isinstance(base, tuple):
        names = _names(field, value, base=base)
        if safe and names:
            raise ProfileRefused(field, "a profile that loses nothing has no fields to preserve")
        return names
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ProfileRefused(field, f"expected a number, got {value!r:.60}")
    if not isinstance(base, float) or not base <= value <= 1:
        raise ProfileRefused(
            field,
            f"expected a share from {base} to 1, got {value}: "
            "a row may only keep more than the profile it names",
        )
    return float(value)


def _names(field: str, value: object, *, base: tuple[str, ...]) -> tuple[str, ...]:
    listed = value if isinstance(value, list | tuple) else None
    if listed is None or not all(
        isinstance(name, str) and _KEYED_NAME.fullmatch(name) for name in listed
    ):
        raise ProfileRefused(field, "expected a list of keyed names, 16 hex digits each")
    names = tuple(sorted({*base, *listed}))
    if len(names) > MOST_FIELDS:
        raise ProfileRefused(field, f"expected at most {MOST_FIELDS} names, got {len(names)}")
    return names


@lru_cache(maxsize=4096)
def _id(kind: str, params: Params) -> str:
    values = {"kind": kind, "params": msgspec.structs.asdict(params)}
    return hashlib.sha256(msgspec.json.encode(values, order="sorted")).hexdigest()[:16]


def _default_of(params: Params, name: str) -> object:
    return getattr(type(params)(), name)
