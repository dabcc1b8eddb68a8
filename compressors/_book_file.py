"""The shape of ``recommendations.toml``, schema 1: every table, its keys and their ranges.

Types and ranges stand here once; what several keys have to agree on is checked in
``compressors.book``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

SCHEMA = 1

_Digest = Annotated[str, Meta(pattern=r"^sha256:[0-9a-f]{64}\Z")]
_Hex8 = Annotated[str, Meta(pattern=r"^[0-9a-f]{8}\Z")]
_Hex16 = Annotated[str, Meta(pattern=r"^[0-9a-f]{16}\Z")]
_Hex24 = Annotated[str, Meta(pattern=r"^[0-9a-f]{24}\Z")]
_Dataset = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_-]{0,63}\Z")]
_Chance = Annotated[float, Meta(ge=0, le=1)]
_Level = Annotated[float, Meta(gt=0, lt=1)]
_Saving = Annotated[float, Meta(ge=-1_000_000, le=1)]
_Count = Annotated[int, Meta(ge=0, le=2**53)]
_Ordinal = Annotated[int, Meta(ge=1, le=2**31 - 1)]
_Kinds = Annotated[int, Meta(ge=1, le=9)]
_PerMille = Annotated[int, Meta(ge=0, le=1000)]
_SomePerMille = Annotated[int, Meta(ge=1, le=1000)]

_Kind = Literal["json", "table", "log", "search", "diff", "code", "html", "config", "text"]
_AuthMode = Literal["payg", "oauth", "subscription", "unknown"]

Reason = Literal[
    "certified", "canary_promoted", "pinned", "regret_high", "negative_savings", "skip"
]
Status = Literal["certified", "development", "demonstration"]


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A closed table: a key that is not declared is refused by name."""


class Publication(_Table, frozen=True, kw_only=True):
    """The head of a file: what it was made from, by whom and for which engines.

    ``engine`` holds ``sha256:...`` digests; ``control_share`` is per mille of the units.
    """

    id: _Digest
    engine: Annotated[tuple[_Digest, ...], Meta(min_length=1)]
    delta: _Level
    epsilon: dict[_Dataset, _Level]
    datasets: dict[_Dataset, _Digest]
    control_share: _PerMille
    demonstration: bool | None = None
    pepper_id: _Hex8 | None = None
    origin: Literal["live", "recorded"] | None = None
    watermark: datetime | None = None


class CertificateRow(_Table, frozen=True, kw_only=True):
    """One bound on harm, with what an outsider needs to compute ``p`` again."""

    kind: _Kind
    profile: str
    profile_id: _Hex16
    dataset: _Dataset
    block: _Ordinal
    version: _Ordinal
    kinds: _Kinds
    n: _Count
    harms: _Count
    p: _Chance
    solvable: _Chance
    status: Status


class DefaultRow(_Table, frozen=True, kw_only=True):
    """What a slice of one kind gets that has no row."""

    kind: _Kind
    profile: str
    params: Mapping[str, object] = {}


class CanaryRow(_Table, frozen=True, kw_only=True):
    """A neighbour on the ladder, tried on ``share`` per mille of the units."""

    profile: str
    experiment: _Hex16
    share: _SomePerMille


class EvidenceRow(_Table, frozen=True, kw_only=True):
    """Why a row says what it says. Both intervals are at ``level``, after selection."""

    reason: Reason
    instances: _Count
    net_savings: tuple[_Saving, _Saving]
    regret: tuple[_Chance, _Chance]
    level: _Level


class RecommendationRow(_Table, frozen=True, kw_only=True):
    """The advice for one slice."""

    auth_mode: _AuthMode
    model_family: str
    structure_hash: _Hex24
    skip_compression_recommended: bool
    strategy_hint: str
    confidence: _Chance
    observations: _Count
    params: Mapping[str, object] = {}
    canary: CanaryRow | None = None
    evidence: EvidenceRow


class File(_Table, frozen=True, kw_only=True):
    """A whole file."""

    schema: int
    publication: Publication
    certificate: list[CertificateRow] = []
    default: list[DefaultRow] = []
    recommendation: list[RecommendationRow] = []
