"""Choice on recorded traffic: the best profile shown to be kept, else what acts until refuted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from compressors.profiles import Profile
from pipelines import evidence
from pipelines.choice import sample as samples
from pipelines.choice.case import Case, confidence
from pipelines.choice.model import Decision, Observed
from pipelines.choice.sample import Sample, Weighed, in_words, percent

RARELY = 0.05
"""Where fewer conversations than this share save anything, a slice is not worth compressing."""


class Candidate(NamedTuple):
    """A safe profile with its evidence, weighed at alpha over the number of candidates."""

    profile: Profile
    sample: Sample
    weighed: Weighed
    admissible: bool


def decide_recorded(case: Case, rows: Sequence[Observed]) -> Decision:
    """The admissible candidate with the highest lower bound of net savings; ties go to milder.

    A candidate is a member of the safe set, passthrough aside, with enough conversations.
    With K of them every bound is taken at alpha / K, so that the bounds of the one selected
    hold at alpha. Admissible is what loses nothing, or whose regret bound keeps the limit.
    The kind's default, which acts where there is no row, stays while its own regret is
    neither shown to keep the limit nor shown to exceed it, unless something admissible is
    shown to save more. Where no candidate saves anything net, the advice is to skip
    compression.
    """
    sampled = _sampled(case, rows)
    enough = [each for each in sampled if samples.gate(each[1], settings=case.settings) is None]
    if not enough:
        largest = max(
            (sample for _, sample in sampled), key=lambda s: s.conversations, default=samples.EMPTY
        )
        why = samples.gate(largest, settings=case.settings) or "no_evidence"
        because = samples.too_few(largest, rows, why, settings=case.settings)
        return case.unpublished(largest, reason=why, because=because)
    candidates = _candidates(case, enough)
    if all(sum(c.sample.saved) <= 0 for c in candidates):
        return _skip(case, candidates)
    # Candidates stand in ladder order, and max keeps the first of equals: the milder one.
    best = max(
        (c for c in candidates if c.admissible), key=lambda c: c.weighed.net.low, default=None
    )
    if best is None:
        return _unclear(case, candidates)
    acting = next((c for c in candidates if c.profile == case.default), best)
    if acting.admissible or best.weighed.net.low > acting.weighed.net.high:
        return _row(case, best, candidates)
    exceeds = len(candidates) * samples.p_exceeds(acting.sample, settings=case.settings)
    if exceeds > case.settings.alpha:
        return _undecided(case, acting)
    return _row(case, best, candidates, refuted=acting, exceeds=exceeds)


def _sampled(case: Case, rows: Sequence[Observed]) -> list[tuple[Profile, Sample]]:
    by_profile: dict[str, list[Observed]] = {}
    for row in rows:
        by_profile.setdefault(row.profile_id, []).append(row)
    return [
        (member, samples.sample(by_profile[member.id], settings=case.settings))
        for member in case.safe.members
        if member.id in by_profile and not member.params.passthrough
    ]


def _candidates(case: Case, sampled: Sequence[tuple[Profile, Sample]]) -> list[Candidate]:
    alpha = case.settings.alpha / len(sampled)
    found = []
    for profile, sample in sampled:
        weighed = samples.weigh(sample, alpha=alpha, settings=case.settings)
        kept = profile.safe or weighed.regret.high <= case.settings.regret_limit
        found.append(Candidate(profile, sample, weighed, kept))
    return found


def _row(
    case: Case,
    best: Candidate,
    candidates: Sequence[Candidate],
    *,
    refuted: Candidate | None = None,
    exceeds: float = 0.0,
) -> Decision:
    """A row for ``best``; with ``refuted``, because that default's regret exceeds the limit.

    ``exceeds`` is the p-value of the refutation, any one instance left out.
    """
    k = len(candidates)
    kept = 0.0 if best.profile.safe else k * samples.p_kept(best.sample, settings=case.settings)
    gains = k * samples.p_gains(best.sample, settings=case.settings)
    return case.published(
        best.profile,
        best.sample,
        best.weighed,
        reason="regret_high" if refuted else "certified",
        because=_praise(case, best, candidates) + _blame(case, refuted),
        confidence=confidence(case.safe.p[best.profile.name], kept, gains, exceeds),
    )


def _skip(case: Case, candidates: Sequence[Candidate]) -> Decision:
    best = max(candidates, key=lambda c: c.weighed.net.estimate)
    # Two ways to be sure, each at half the error: every candidate loses net, or next to no
    # conversation would save anything under any of them.
    loses = max(
        evidence.p_savings_below(
            c.sample.saved, c.sample.before, clip_tokens=case.settings.clip_tokens, net=0.0
        )
        for c in candidates
    )
    together = min(c.sample.conversations for c in candidates)
    columns = [c.sample.saved[:together] for c in candidates]
    helped = [int(max(saved) > 0) for saved in zip(*columns, strict=True)]
    rarely = evidence.p_regret_below(helped, [1] * together, per_conversation=1, rate=RARELY)
    net = best.weighed.net
    grounds = (
        "every profile losing net"
        if loses <= rarely
        else f"that being shown to be fewer than {percent(RARELY)}"
    )
    return case.published(
        case.safe.members[0],
        best.sample,
        best.weighed,
        reason="skip",
        because=(
            f"no safe profile saves anything net: {best.profile.name} comes closest with "
            f"{percent(net.estimate)} ({percent(net.low)} to {percent(net.high)}), "
            f"in {in_words(best.sample)}; of {together} conversations {sum(helped)} would save "
            f"anything under any profile, and it rests on {grounds}"
        ),
        confidence=confidence(2 * min(loses, rarely)),
    )


def _undecided(case: Case, acting: Candidate) -> Decision:
    """What acts is neither shown to keep the limit of regret nor shown to exceed it."""
    regret = acting.weighed.regret
    return case.unpublished(
        acting.sample,
        reason="regret_unclear",
        because=(
            f"the regret of {acting.profile.name}, {percent(regret.estimate)}, may be anything "
            f"from {percent(regret.low)} to {percent(regret.high)} where "
            f"{percent(case.settings.regret_limit)} is the limit, in {in_words(acting.sample)}: "
            "neither kept nor refuted, so the default acts"
        ),
    )


def _unclear(case: Case, candidates: Sequence[Candidate]) -> Decision:
    """Nothing is admissible: possible only where lossless itself was never evaluated."""
    mildest = candidates[0]
    return case.unpublished(
        mildest.sample,
        reason="regret_unclear",
        because=(
            f"the regret of {mildest.profile.name} may reach "
            f"{percent(mildest.weighed.regret.high)} where {percent(case.settings.regret_limit)} "
            f"is the limit, in {in_words(mildest.sample)}, and no milder profile was evaluated, "
            "so the default acts"
        ),
    )


def _blame(case: Case, refuted: Candidate | None) -> str:
    if refuted is None:
        return ""
    return (
        f"; {refuted.profile.name}, the file's default, is asked again in "
        f"{percent(refuted.weighed.regret.estimate)} of compressions, shown to be above "
        f"{percent(case.settings.regret_limit)} with any one instance left out"
    )


def _praise(case: Case, best: Candidate, candidates: Sequence[Candidate]) -> str:
    net, regret = best.weighed.net, best.weighed.regret
    said = (
        f"{best.profile.name} saves {percent(net.estimate)} net ({percent(net.low)} to "
        f"{percent(net.high)}) with a regret of {percent(regret.estimate)} (at most "
        f"{percent(regret.high)}), in {in_words(best.sample)}; best of {len(candidates)}"
    )
    barred = [c for c in candidates if not c.admissible and c.weighed.net.low > net.low]
    if not barred:
        return said
    nearest = min(barred, key=lambda c: c.weighed.regret.high)
    return (
        f"{said}; {nearest.profile.name} would save {percent(nearest.weighed.net.estimate)}, but "
        f"its regret of {percent(nearest.weighed.regret.estimate)} may be "
        f"{percent(nearest.weighed.regret.high)} where {percent(case.settings.regret_limit)} "
        "is the limit"
    )
