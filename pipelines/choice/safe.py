"""The safe set of a kind: what its certificates and its constructions allow, and its default."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

import msgspec

from compressors.profiles import CANDIDATES, Profile, rung_of
from pipelines.choice.model import Certified


class SafeSet(msgspec.Struct, frozen=True):
    """The profiles of one kind that may be published, in ladder order.

    ``p`` is the certificate's p-value by profile name, 0 where nothing can be lost.
    """

    ladder: tuple[Profile, ...]
    members: tuple[Profile, ...]
    p: Mapping[str, float]

    def __contains__(self, profile: Profile) -> bool:
        """Whether this profile may act; one that keeps more than its namesake may too."""
        return profile.name in self.p

    def nearest(self, profile: Profile) -> Profile:
        """``profile`` itself where it is safe, else the next milder member."""
        if profile in self:
            return profile
        rung = self._rung(profile)
        return [m for m in self.members if self._rung(m) < rung][-1]

    def milder(self, profile: Profile) -> Profile | None:
        """The member one rung below, None for the first."""
        return self._beside(profile, -1)

    def bolder(self, profile: Profile) -> Profile | None:
        """The member one rung above, None for the last."""
        return self._beside(profile, +1)

    def named(self, name: str) -> Profile | None:
        """The member of this name."""
        return next((m for m in self.members if m.name == name), None)

    def _rung(self, profile: Profile) -> int:
        return [p.name for p in self.ladder].index(profile.name)

    def _beside(self, profile: Profile, step: int) -> Profile | None:
        names = [m.name for m in self.members]
        place = names.index(profile.name) + step
        return self.members[place] if 0 <= place < len(names) else None


def safe_set_of(ladder: Sequence[Profile], certificates: Sequence[Certified]) -> SafeSet:
    """The profiles that are safe by construction, and the certified ones up to the first gap.

    A profile is certified when every one of its certificates says so and holds its p to its
    threshold. A gap ends the ladder here as it ended the test: what lies behind it was never
    tested at a level that means anything.
    """
    by_id: dict[str, list[Certified]] = {}
    for certificate in certificates:
        by_id.setdefault(certificate.profile_id, []).append(certificate)
    p: dict[str, float] = {}
    standing = True
    for rung in ladder:
        if rung.safe:
            p[rung.name] = 0.0
            continue
        own = by_id.get(rung.id, [])
        standing = standing and bool(own) and all(_holds(c) for c in own)
        if standing:
            p[rung.name] = max(c.p for c in own)
    return SafeSet(tuple(ladder), tuple(rung for rung in ladder if rung.name in p), p)


def default_of(
    kind: str, safe: SafeSet, learned: Mapping[tuple[str, str], tuple[int, int]]
) -> Profile:
    """The member that leaves the smallest share of the learn part's tokens; ties go to milder.

    None goes further than the kind's candidate: up to there needles are tested to stay visible
    under every profile, and what acts without evidence of its slice has to keep to that. Where the
    replays say nothing about a kind, it is the last member that loses nothing.
    """
    furthest = rung_of(CANDIDATES[kind])
    left = {
        member.name: Fraction(after, before)
        for member in safe.members
        for before, after in [learned.get((kind, member.id), (0, 0))]
        if before and rung_of(member.name) <= furthest
    }
    if not left:
        return [m for m in safe.members if m.safe][-1]
    smallest = min(left.values())
    return next(m for m in safe.members if left.get(m.name) == smallest)


def _holds(certificate: Certified) -> bool:
    # Rounded alike, as where the test was made: p may be exactly its threshold.
    return certificate.certified and round(certificate.p, 12) <= round(certificate.threshold, 12)
