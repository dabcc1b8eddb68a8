"""The case of one slice: everything about it that does not come from its conversations."""

from __future__ import annotations

from typing import NamedTuple

from compressors.book import Canary, Slice
from compressors.profiles import Profile
from pipelines import evidence
from pipelines.choice.model import Decision
from pipelines.choice.safe import SafeSet
from pipelines.choice.sample import Sample, Weighed
from pipelines.settings import Settings


class Case(NamedTuple):
    """One slice before it is decided.

    ``default`` is what acts on the kind's slices without a row, ``incumbent`` the name of the
    profile that acted on this slice so far.
    """

    slice: Slice
    kind: str
    safe: SafeSet
    default: Profile
    incumbent: str
    settings: Settings

    def unpublished(self, of: Sample, *, reason: str, because: str) -> Decision:
        """No row; the kind's default acts."""
        return Decision(
            slice=self.slice,
            kind=self.kind,
            incumbent=self.incumbent,
            profile=self.default,
            published=False,
            reason=reason,
            because=because,
            conversations=of.conversations,
            instances=of.distinct_instances,
        )

    def published(
        self,
        profile: Profile,
        of: Sample,
        weighed: Weighed,
        *,
        reason: str,
        because: str,
        confidence: float,
        canary: Canary | None = None,
    ) -> Decision:
        """A row: ``profile`` acts, on the evidence of the sample and its bounds."""
        return Decision(
            slice=self.slice,
            kind=self.kind,
            incumbent=self.incumbent,
            profile=profile,
            published=True,
            reason=reason,
            because=because,
            conversations=of.conversations,
            instances=of.distinct_instances,
            net_low=weighed.net.low,
            net_high=weighed.net.high,
            regret_low=weighed.regret.low,
            regret_high=weighed.regret.high,
            confidence=confidence,
            canary=canary,
        )


def confidence(*p: float) -> float:
    """One less the weakest of several p-values, each already corrected for its selection."""
    return evidence.confidence(min(1.0, max(p)))
