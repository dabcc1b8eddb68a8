"""What a choice is made of: conversations observed, evidence, decisions, and one choice of all."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple, Protocol

import msgspec

from compressors.book import Canary, Slice
from compressors.profiles import Profile

PUBLISHED_REASONS = (
    "certified",
    "canary_promoted",
    "pinned",
    "regret_high",
    "negative_savings",
    "skip",
)
"""Why a row is as it is: the closed set of the file."""

UNPUBLISHED_REASONS = (
    "no_evidence",
    "too_few_instances",
    "too_few_conversations",
    "regret_unclear",
    "recorded_only",
)
"""Why a slice has no row."""


class Observed(NamedTuple):
    """A conversation in one slice, under one profile and arm, in plain numbers.

    ``unit`` is what the arm was drawn from, empty where none was.
    """

    slice: Slice
    kind: str
    profile: str
    profile_id: str
    arm: str
    experiment: str
    unit: str
    publication: str
    conversation: str
    instance: str
    started: datetime
    counted: int
    regrets: int
    before: int
    saved: int


class Evidence(msgspec.Struct, frozen=True):
    """All that decisions are made from, out of the warehouse and in a fixed order.

    ``live`` and ``recorded`` are ordered by slice and start; the watermarks are the times of
    the newest event of each origin; ``learned`` holds tokens before and after by kind and
    profile_id on the learn part of the replays.
    """

    live: tuple[Observed, ...]
    recorded: tuple[Observed, ...]
    live_watermark: datetime | None
    recorded_watermark: datetime | None
    learned: Mapping[tuple[str, str], tuple[int, int]]

    @property
    def watermark(self) -> datetime | None:
        """The newest event that counts: live where there is any, else recorded."""
        return self.live_watermark or self.recorded_watermark


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes of one slice, and why.

    ``profile`` is what acts from now on: what the row names, else the kind's default.
    ``reason`` is of the file's closed set where the slice has a row, else one of the reasons
    why it has none. Bounds and confidence are None where there is no row.
    """

    slice: Slice
    kind: str
    incumbent: str
    profile: Profile
    published: bool
    reason: str
    because: str
    conversations: int
    instances: int
    net_low: float | None = None
    net_high: float | None = None
    regret_low: float | None = None
    regret_high: float | None = None
    confidence: float | None = None
    canary: Canary | None = None


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """One decision a slice, one default a kind, and what evidence they rest on.

    ``origin`` and ``watermark`` are None where no slice has a row.
    """

    decisions: tuple[Decision, ...]
    defaults: Mapping[str, Profile]
    origin: str | None
    watermark: datetime | None

    @property
    def rows(self) -> tuple[Decision, ...]:
        """The decisions that the file has a row for, sorted by slice."""
        return tuple(d for d in self.decisions if d.published)


class Certified(Protocol):
    """A certificate as the warehouse keeps it: one profile on one data set."""

    @property
    def replay(self) -> str:
        """Digest of engine, data sets, renderings and solvers."""

    @property
    def kind(self) -> str:
        """Content kind."""

    @property
    def profile(self) -> str:
        """Name on the kind's ladder."""

    @property
    def profile_id(self) -> str:
        """Digest of kind and parameters: what evidence is kept under."""

    @property
    def rung(self) -> int:
        """Place on the ladder."""

    @property
    def dataset(self) -> str:
        """Data set the bound is about."""

    @property
    def block(self) -> int:
        """Block of the data set's certify part."""

    @property
    def version(self) -> int:
        """Place of the engine among those tested on the block, from 1."""

    @property
    def kinds(self) -> int:
        """Number of kinds under test."""

    @property
    def n(self) -> int:
        """Items solved uncompressed, one a cluster."""

    @property
    def harms(self) -> int:
        """Of them, those not solved compressed."""

    @property
    def epsilon(self) -> float:
        """Share of harm that the data set allows."""

    @property
    def p(self) -> float:
        """``P(Bin(n, epsilon) <= harms)``."""

    @property
    def threshold(self) -> float:
        """What p has to reach."""

    @property
    def solvable(self) -> float:
        """Share of the certify part that is solved uncompressed."""

    @property
    def certified(self) -> bool:
        """Whether the profile is, over all its data sets and in ladder order."""

    @property
    def status(self) -> str:
        """``certified``, ``development`` or ``demonstration``."""
