"""A canary against the profile it may replace: two arms that ran at the same time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from compressors.book import Canary
from compressors.profiles import Profile
from pipelines import evidence
from pipelines.choice import sample as samples
from pipelines.choice.case import Case, confidence
from pipelines.choice.model import Observed
from pipelines.choice.sample import Sample, Weighed
from pipelines.evidence import Interval

STATEMENTS = 3
"""What a promotion states: regret keeps the limit, the canary saves at least, the other at most."""

_NOTHING_SAVED = Interval(0.0, 0.0, 0.0, 0)


class Trial(NamedTuple):
    """Both arms of one run of a canary.

    ``opened`` and ``newest`` are the starts of the canary's first and last conversation in this
    run. The net samples leave out the conversations that set their common clip.
    """

    profile: Profile
    canary: Profile
    opened: datetime
    newest: datetime
    tried: Sample
    tried_net: Sample
    other_net: Sample
    clip_tokens: int


class Promotion(NamedTuple):
    """The evidence on which a canary was promoted."""

    weighed: Weighed
    other: Interval
    confidence: float


def trial_of(
    case: Case, rows: Sequence[Observed], *, profile: Profile, canary: Canary
) -> Trial | None:
    """The current run of a canary, None before its first conversation.

    Both arms of a draw carry its experiment, so the canary is compared with the units that the
    same draw left with the row's own profile, under the same publications. A regret belongs to the
    arm and the publication of its conversation's first row, whatever it was told under. Of each
    unit the first conversation counts: its others went where it went, so however often a unit
    recurs, it was drawn once.
    """
    drawn = [row for row in rows if row.experiment == canary.experiment]
    run = _latest_run(
        [r for r in drawn if r.arm == "canary" and r.profile_id == canary.profile.id],
        gap=timedelta(days=case.settings.half_life_days),
    )
    if not run:
        return None
    tried = _first_of_units(run)
    publications = set(_entered_under(run).values())
    own = [r for r in drawn if r.arm == "recommended" and r.profile_id == profile.id]
    entered = _entered_under(own)
    other = _first_of_units([r for r in own if entered[r.conversation] in publications])
    # The clip must be one for both, so that both arms estimate the same thing.
    first = samples.merged([*tried, *other])[: evidence.CALIBRATION]
    clip = evidence.calibrated_clip(
        [row.before for row in first], clip_tokens=case.settings.clip_tokens
    )
    left_out = {row.conversation for row in first}
    return Trial(
        profile=profile,
        canary=canary.profile,
        opened=run[0].started,
        newest=run[-1].started,
        tried=samples.sample(tried, settings=case.settings),
        tried_net=_without(case, tried, left_out),
        other_net=_without(case, other, left_out),
        clip_tokens=clip,
    )


def promotion(case: Case, trial: Trial) -> Promotion | None:
    """Whether the canary has earned its place: each of three statements at alpha / 3.

    Its regret bound keeps the limit (nothing to show where it loses nothing), and its lower
    bound of net savings is above the upper bound of the other arm's. All of it has to hold
    with any one instance left out, so that no client can promote alone.
    """
    settings, alpha = case.settings, case.settings.alpha / STATEMENTS
    regret = evidence.regret_interval(
        trial.tried.regrets,
        trial.tried.counted,
        per_conversation=settings.counted_per_conversation,
        alpha=alpha,
    )
    net = _net(trial.tried_net, trial, alpha=alpha)
    resting = trial.profile.params.passthrough
    other = _NOTHING_SAVED if resting else _net(trial.other_net, trial, alpha=alpha)
    if not trial.canary.safe and regret.high > settings.regret_limit:
        return None
    if net.low <= other.high:
        return None
    between = 0.0 if resting else round((net.low + other.high) / 2, evidence.DIGITS)
    worst = max(
        0.0 if trial.canary.safe else _p_kept(case, trial.tried),
        _p_above(case, trial, net=between),
        0.0 if resting else _p_below(case, trial, net=between),
    )
    if worst > alpha:
        return None
    return Promotion(
        Weighed(regret, net),
        other,
        confidence(case.safe.p[trial.canary.name], STATEMENTS * worst),
    )


def _latest_run(rows: Sequence[Observed], *, gap: timedelta) -> list[Observed]:
    """The last stretch of conversations without a gap: an earlier run of the same canary rests."""
    ordered = sorted(rows, key=lambda r: (r.started, r.conversation))
    opened = 0
    for place in range(1, len(ordered)):
        if ordered[place].started - ordered[place - 1].started > gap:
            opened = place
    return ordered[opened:]


def _entered_under(rows: Sequence[Observed]) -> dict[str, str]:
    """Of each conversation the publication of its first row."""
    entered: dict[str, str] = {}
    for row in sorted(rows, key=lambda r: (r.started, r.conversation)):
        entered.setdefault(row.conversation, row.publication)
    return entered


def _first_of_units(rows: Sequence[Observed]) -> list[Observed]:
    """The rows of each unit's first conversation, in order of start."""
    ordered = sorted(rows, key=lambda r: (r.started, r.conversation))
    first: dict[str, str] = {}
    for row in ordered:
        first.setdefault(row.unit or row.conversation, row.conversation)
    return [row for row in ordered if first[row.unit or row.conversation] == row.conversation]


def _without(case: Case, rows: Sequence[Observed], left_out: set[str]) -> Sample:
    kept = [row for row in rows if row.conversation not in left_out]
    return samples.sample(kept, settings=case.settings)


def _net(of: Sample, trial: Trial, *, alpha: float) -> Interval:
    return evidence.net_savings_interval(
        of.saved, of.before, clip_tokens=trial.clip_tokens, alpha=alpha, calibration=0
    )


def _p_kept(case: Case, of: Sample) -> float:
    settings = case.settings
    if settings.min_instances == 1:
        return samples.p_kept(of, settings=settings)
    return evidence.worst_p_regret_below(
        of.regrets,
        of.counted,
        of.instances,
        per_conversation=settings.counted_per_conversation,
        rate=settings.regret_limit,
    )


def _p_above(case: Case, trial: Trial, *, net: float) -> float:
    """p-value of "the canary saves at most ``net``", with any one instance left out."""
    of, clip = trial.tried_net, trial.clip_tokens
    if case.settings.min_instances == 1:
        return evidence.p_savings_above(
            of.saved, of.before, clip_tokens=clip, net=net, calibration=0
        )
    return evidence.worst_p_savings_above(
        of.saved, of.before, of.instances, clip_tokens=clip, net=net, calibration=0
    )


def _p_below(case: Case, trial: Trial, *, net: float) -> float:
    """p-value of "the other arm saves at least ``net``", with any one instance left out."""
    of, clip = trial.other_net, trial.clip_tokens
    if case.settings.min_instances == 1:
        return evidence.p_savings_below(
            of.saved, of.before, clip_tokens=clip, net=net, calibration=0
        )
    return evidence.worst_p_savings_below(
        of.saved, of.before, of.instances, clip_tokens=clip, net=net, calibration=0
    )
