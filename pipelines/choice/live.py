"""Choice on live traffic: what acts stays, until evidence moves it one rung at a time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from compressors.book import Canary, Row, experiment
from compressors.profiles import Profile
from pipelines import evidence
from pipelines.choice import sample as samples
from pipelines.choice.case import Case, confidence
from pipelines.choice.model import Decision, Observed
from pipelines.choice.sample import Sample, Weighed, in_words, percent
from pipelines.choice.trial import Trial, promotion, trial_of

ACTING = frozenset({"default", "recommended", "canary"})
"""Arms under which a profile acted: its evidence, whichever of them it acted under."""

_NOTHING_DONE = Weighed(
    regret=evidence.Interval(0.0, 0.0, 0.0, 0), net=evidence.Interval(0.0, 0.0, 0.0, 0)
)


class Seen(NamedTuple):
    """The conversations of one slice, as far as they may be looked at.

    ``ripe`` are those whose follow-up time has passed, ``deciding`` those of them in the
    oldest open window; ``everyone`` is the sample of the latter, under any profile that acted.
    """

    watermark: datetime
    ripe: Sequence[Observed]
    deciding: Sequence[Observed]
    everyone: Sample


def look(case: Case, rows: Sequence[Observed], *, watermark: datetime) -> Seen:
    """What may be looked at when the newest event has the time ``watermark``.

    A conversation enters by its own start, with all its rows: one that is regretted after a
    proxy has started on another publication has a later row for that, and without it would
    count as clean until that row were old enough.
    """
    settings = case.settings
    last = watermark - timedelta(hours=settings.follow_up_hours)
    opened = evidence.window_start(watermark, half_life_days=settings.half_life_days)
    starts: dict[str, datetime] = {}
    for row in sorted(rows, key=lambda r: r.started):
        starts.setdefault(row.conversation, row.started)
    ripe = [row for row in rows if starts[row.conversation] <= last]
    deciding = [row for row in ripe if starts[row.conversation] >= opened]
    acted = [row for row in deciding if row.arm in ACTING]
    return Seen(watermark, ripe, deciding, samples.sample(acted, settings=settings))


def acting_profile(
    rows: Sequence[Observed], *, ladder: Sequence[Profile], default: Profile
) -> Profile:
    """What acts on a slice without a row: the newest event tells, else the kind's default."""
    acted = [row for row in rows if row.arm in ("default", "recommended")]
    named = {profile.name: profile for profile in ladder}
    return named.get(acted[-1].profile, default) if acted else default


def decide_live(
    case: Case, seen: Seen, *, current: Profile, row: Row | None, engine: str
) -> Decision:
    """The next state of a slice: demoted, promoted, or as it is, with or without a canary.

    ``current`` acts now, by ``row`` where the publication in force has one; ``engine`` is the
    full digest that a new canary is drawn under.
    """
    why = samples.gate(seen.everyone, settings=case.settings)
    if why is not None:
        because = samples.too_few(seen.everyone, seen.deciding, why, settings=case.settings)
        return case.unpublished(seen.everyone, reason=why, because=because)
    profile = case.safe.nearest(current)
    own = _sample_of(case, seen, profile)
    moved = "" if profile == current else f"{current.name} is not in the safe set any more; "
    demoted = _demotion(case, seen, profile, own)
    if demoted is not None:
        return demoted
    canary = row.canary if row and not moved else None
    trial = None
    if canary is not None and canary.profile in case.safe:
        trial = trial_of(case, seen.ripe, profile=profile, canary=canary)
        promoted = None if trial is None else _promotion(case, seen, trial, engine=engine)
        if promoted is not None:
            return promoted
    kept = canary if canary is not None and _goes_on(case, seen, profile, canary, trial) else None
    tried = kept or propose(case, seen, profile, engine=engine)
    return _stays(case, seen, profile, own, row=row, canary=tried, moved=moved,
                  given_up=canary if kept is None else None)  # fmt: skip


def propose(case: Case, seen: Seen, profile: Profile, *, engine: str) -> Canary | None:
    """A neighbour of ``profile`` worth a trial: the bolder one first, None where neither is.

    A neighbour rests for a canary window after its last trial, and while the deciding window
    holds evidence against it. Where content passes as it is, a half-life is enough: nothing else
    is there to be tried meanwhile, and a skip has to find its way back. The milder one is tried
    only where the window says little of it: what was left behind lately is not tried again at
    once.
    """
    if not case.settings.canary_share:
        return None
    bolder, milder = case.safe.bolder(profile), case.safe.milder(profile)
    little = case.settings.min_conversations
    for candidate in (bolder, milder):
        if (
            candidate is None
            or candidate.params.passthrough
            or _rests(case, seen, profile, candidate)
        ):
            continue
        known = _sample_of(case, seen, candidate)
        if _speaks_against(case, candidate, known) is not None:
            continue
        if candidate is milder and known.conversations >= little:
            continue
        drawn_for = experiment(case.slice, profile, candidate, engine=engine)
        return Canary(candidate, drawn_for, case.settings.canary_share)
    return None


def _sample_of(case: Case, seen: Seen, profile: Profile) -> Sample:
    rows = [r for r in seen.deciding if r.profile_id == profile.id and r.arm in ACTING]
    return samples.sample(rows, settings=case.settings)


def _speaks_against(case: Case, profile: Profile, own: Sample) -> tuple[str, float] | None:
    """The reason for which a profile has to go, with its p-value; None where there is none."""
    if profile.params.passthrough:
        return None
    alpha = case.settings.alpha
    if not profile.safe and (p := samples.p_exceeds(own, settings=case.settings)) <= alpha:
        return "regret_high", p
    if (p := samples.p_loses(own, settings=case.settings)) <= alpha:
        return "negative_savings", p
    return None


def _demotion(case: Case, seen: Seen, profile: Profile, own: Sample) -> Decision | None:
    against = _speaks_against(case, profile, own)
    milder = case.safe.milder(profile)
    if against is None or milder is None:
        return None
    reason, p = against
    weighed = samples.weigh(own, alpha=case.settings.alpha, settings=case.settings)
    figures = (
        f"a regret of {_bounds(weighed.regret)} where {percent(case.settings.regret_limit)} "
        "is the limit"
        if reason == "regret_high"
        else f"net savings of {_bounds(weighed.net)}"
    )
    return case.published(
        milder,
        seen.everyone,
        weighed,
        reason=reason,
        because=(
            f"{profile.name} has {figures}, with any one instance left out, in {in_words(own)}; "
            f"{milder.name} is one rung milder"
        ),
        confidence=confidence(case.safe.p[milder.name], p),
    )


def _promotion(case: Case, seen: Seen, trial: Trial, *, engine: str) -> Decision | None:
    earned = promotion(case, trial)
    if earned is None:
        return None
    canary = trial.canary
    return case.published(
        canary,
        seen.everyone,
        earned.weighed,
        reason="canary_promoted",
        because=(
            f"{canary.name} saves {_bounds(earned.weighed.net)} net where {trial.profile.name} "
            f"saved {_bounds(earned.other)} at the same time, with a regret of at most "
            f"{percent(earned.weighed.regret.high)}, in {in_words(trial.tried)}"
        ),
        confidence=earned.confidence,
        canary=propose(case, seen, canary, engine=engine),
    )


def _goes_on(case: Case, seen: Seen, profile: Profile, canary: Canary, trial: Trial | None) -> bool:
    """Whether a canary that was not promoted keeps its share of the units."""
    neighbours = (case.safe.bolder(profile), case.safe.milder(profile))
    if canary.profile not in neighbours:
        return False
    rested = timedelta(days=case.settings.half_life_days)
    if trial is None or seen.watermark > trial.newest + rested:
        # Of the run that was proposed last no conversation may be looked at yet.
        return True
    window = timedelta(days=case.settings.canary_window_days)
    if seen.watermark >= trial.opened + window:
        return False
    return _speaks_against(case, canary.profile, trial.tried) is None


def _rests(case: Case, seen: Seen, profile: Profile, candidate: Profile) -> bool:
    settings = case.settings
    skipped = profile.params.passthrough
    days = settings.half_life_days if skipped else settings.canary_window_days
    since = seen.watermark - timedelta(days=days)
    return any(
        row.arm == "canary" and row.profile_id == candidate.id and row.started > since
        for row in seen.ripe
    )


def _stays(
    case: Case,
    seen: Seen,
    profile: Profile,
    own: Sample,
    *,
    row: Row | None,
    canary: Canary | None,
    moved: str,
    given_up: Canary | None,
) -> Decision:
    passes = profile.params.passthrough
    settings = case.settings
    if passes:
        weighed, said = _NOTHING_DONE, f"{moved}content passes as it is"
        # What it rests on was stated when the advice was first given.
        sure = row.confidence if row is not None and row.skip else 0.0
    else:
        weighed = samples.weigh(own, alpha=settings.alpha, settings=settings)
        said = (
            f"{moved}{profile.name} acts, with net savings of {_bounds(weighed.net)} and a regret "
            f"of {_bounds(weighed.regret)}, in {in_words(own)}"
        )
        kept = 0.0 if profile.safe else samples.p_kept(own, settings=settings)
        sure = confidence(case.safe.p[profile.name], kept, samples.p_gains(own, settings=settings))
    if given_up is not None:
        said += f"; canary {given_up.profile.name} is given up"
    if canary is not None:
        said += f"; canary {canary.profile.name} on {percent(canary.share / 1000)} of the units"
    return case.published(
        profile,
        seen.everyone,
        weighed,
        reason="skip" if passes else "certified",
        because=said,
        confidence=sure,
        canary=canary,
    )


def _bounds(interval: evidence.Interval) -> str:
    return f"{percent(interval.low)} to {percent(interval.high)}"
