"""What the choice promises, held against simulated truth: slow, and shown to be able to fail.

Each passes when what is observed is at most nominal + 3 standard errors. Beside each stands
the same simulation with the protection taken out, which has to fail.
"""

import math
from datetime import datetime, timedelta

import numpy as np
import pytest
from choice_world import ENGINE, JSON, SETTINGS, SLICE
from msgspec.structs import replace

from compressors.book import Canary, experiment
from compressors.profiles import LADDERS
from pipelines.choice.case import Case
from pipelines.choice.live import decide_live, look
from pipelines.choice.model import Observed
from pipelines.choice.recorded import decide_recorded
from pipelines.choice.safe import SafeSet
from pipelines.choice.trial import promotion, trial_of

pytestmark = pytest.mark.slow

ALPHA, LIMIT = SETTINGS.alpha, SETTINGS.regret_limit
FEW, HALF, MOST = JSON["json.rows_few"], JSON["json.rows_half"], JSON["json.rows_most"]
LADDER = LADDERS["json"]
SAFE = SafeSet(LADDER, LADDER, {profile.name: 0.0 for profile in LADDER})
CASE = Case(SLICE, "json", SAFE, FEW, FEW.name, SETTINGS)
SIX = [profile for kind in ("json", "log") for profile in LADDERS[kind] if not profile.safe][:6]
BASE = datetime(2026, 1, 5)
DRAWN_FOR = experiment(SLICE, HALF, FEW, engine=ENGINE)


def at_most(observed, nominal, runs):
    return observed <= nominal + 3 * math.sqrt(nominal * (1 - nominal) / runs)


def observed(number, *, started, regrets=0, counted=4, before=4000, saved=2000, profile=FEW,
             arm="recommended", unit="", publication="f1"):  # fmt: skip
    """One conversation of the slice, of one of twenty instances; its number names it."""
    return Observed(SLICE, "json", profile.name, profile.id, arm, DRAWN_FOR, unit, publication,
                    f"c{number:08d}", f"i{number % 20}", started, counted, regrets, before,
                    saved)  # fmt: skip


# Conversations that close later when they regret.


def conversations_known(rng, *, n, days, watermark, rate):
    """Conversations as they are known at ``watermark``: (row, whether it has closed by then).

    Each has one to four compressions. What is regretted is asked for within 20 hours, and the
    conversation closes an hour after that; one without regret closes after an hour. Every
    midnight proxies start on a new publication, which a later regret is told under.
    """
    starts = np.sort(rng.random(n)) * days * 24
    starts = starts[starts <= (now := (watermark - BASE) / timedelta(hours=1))]
    own = rng.beta(rate * 4, (1 - rate) * 4, (len(starts), 1))
    made = rng.integers(1, 5, len(starts))
    regretted = (rng.random((len(starts), 4)) < own) & (np.arange(4) < made[:, None])
    asked = np.where(regretted, starts[:, None] + rng.uniform(1, 20, (len(starts), 4)), np.inf)
    closes = np.where(regretted, asked, starts[:, None]).max(axis=1) + 1
    known = []
    for i, (start, times) in enumerate(zip(starts.tolist(), asked.tolist(), strict=True)):
        told = {start // 24: [start]}
        for time in sorted(times):
            if time <= now:
                told.setdefault(time // 24, []).append(time)
        for day, hours in told.items():
            begins = day == start // 24
            row = observed(
                i,
                started=BASE + timedelta(hours=hours[0]),
                regrets=len(hours) - begins,
                counted=int(made[i]) if begins else 0,
                publication=f"f{day}",
            )
            known.append((row, closes[i] <= now))
    return known


def rate_of(sample):
    return sum(sample.regrets) / sum(sample.counted)


def test_conversations_enter_by_start_when_regret_keeps_them_open():
    rate, runs, watermark = 0.05, 4, BASE + timedelta(days=3)
    rng = np.random.default_rng(31)
    at_once = CASE._replace(settings=replace(SETTINGS, follow_up_hours=0))
    old = watermark - timedelta(hours=SETTINGS.follow_up_hours)
    bias = np.zeros(4)
    for _ in range(runs):
        known = conversations_known(rng, n=15_000, days=3, watermark=watermark, rate=rate)
        rows = [row for row, _ in known]
        closed = [row for row, has_closed in known if has_closed]
        apart = [row for row in rows if row.started <= old]
        bias += [
            rate_of(look(CASE, rows, watermark=watermark).everyone) - rate,
            rate_of(look(CASE, apart, watermark=watermark).everyone) - rate,
            rate_of(look(at_once, closed, watermark=watermark).everyone) - rate,
            rate_of(look(at_once, rows, watermark=watermark).everyone) - rate,
        ]
    whole, by_row, by_close, at_start = bias / runs
    assert abs(whole) < 0.002
    # Without the follow-up time of its later rows, of closed ones alone, of all that have begun.
    assert max(by_row, by_close, at_start) < -0.002


# Two equal arms.


def equal_arms(rng, *, counted_by):
    """Ten days of a trial in which both arms save the same, drawn from contents that recur.

    A conversation works on one content, which says how much can be saved. Contents recur by
    Zipf's law, and each is drawn for one arm, with all its conversations.
    """
    n, contents = 1000, 1000
    popularity = np.arange(1, contents + 1) ** -1.2
    worked_on = rng.choice(contents, n, p=popularity / popularity.sum())
    worth, tried = rng.uniform(0.1, 0.9, contents), rng.random(contents) < 0.5
    rows = []
    for i, content in enumerate(worked_on.tolist()):
        sizes = rng.integers(500, 3000, int(rng.integers(1, 5)))
        saved = (sizes * worth[content]).astype(int)
        told = {
            "started": BASE + timedelta(days=10 * i / n),
            "profile": FEW if tried[content] else HALF,
            "arm": "canary" if tried[content] else "recommended",
        }
        if counted_by == "event":
            events = zip(sizes.tolist(), saved.tolist(), strict=True)
            rows += [
                observed(10 * i + place, counted=1, before=before, saved=less, **told)
                for place, (before, less) in enumerate(events)
            ]
            continue
        unit = f"u{content}" if counted_by == "unit" else ""
        whole = {"before": int(sizes.sum()), "saved": int(saved.sum())}
        rows.append(observed(i, counted=min(4, len(sizes)), unit=unit, **whole, **told))
    return rows


@pytest.mark.parametrize(
    ("counted_by", "runs", "holds"),
    [("unit", 100, True), ("conversation", 60, False), ("event", 40, False)],
)
def test_two_equal_arms_of_contents_that_recur(counted_by, runs, holds):
    rng = np.random.default_rng(32)
    wrong = 0
    for _ in range(runs):
        rows = equal_arms(rng, counted_by=counted_by)
        trial = trial_of(CASE, rows, profile=HALF, canary=Canary(FEW, DRAWN_FOR, 500))
        wrong += trial is not None and promotion(CASE, trial) is not None
    assert at_most(wrong / runs, ALPHA, runs) == holds


# The best of six equal arms.


def six_equal(rng, *, n, rate):
    """Recorded conversations under six profiles, each of which regrets all of it or nothing."""
    rows = []
    for profile in SIX:
        regrets = (4 * rng.binomial(1, rate, n)).tolist()
        rows += [
            observed(i, started=BASE + timedelta(minutes=i), profile=profile, arm="",
                     regrets=regrets[i], saved=0 if regrets[i] else 2000)
            for i in range(n)
        ]  # fmt: skip
    return rows


@pytest.mark.parametrize(
    ("alpha", "holds"), [(ALPHA, True), (6 * ALPHA, False)], ids=["shared", "whole"]
)
def test_the_published_bound_of_the_best_of_six_equals(alpha, holds):
    # What is chosen has the fewest regrets of all, so its bound on them is the one to doubt. The
    # candidates share alpha: six times of it leaves each with all.
    runs, rate = 120, 0.05
    case = Case(SLICE, "json", SafeSet(SIX, SIX, {profile.name: 0.0 for profile in SIX}), SIX[0],
                SIX[0].name, replace(SETTINGS, alpha=alpha, regret_limit=0.5))  # fmt: skip
    rng = np.random.default_rng(34)
    wrong = 0
    for _ in range(runs):
        decision = decide_recorded(case, six_equal(rng, n=73, rate=rate))
        assert decision.published
        wrong += decision.regret_high < rate
    assert at_most(wrong / runs, ALPHA, runs) == holds


# Regret that falls.


def regretted(rng, *, days, rate, first, start):
    """Forty conversations a day at this rate of regret, which come together."""
    n = 40 * days
    regrets = rng.binomial(4, rng.beta(rate * 4, (1 - rate) * 4, n)).tolist()
    return [
        observed(first + i, started=start + timedelta(days=days * i / n), regrets=regrets[i])
        for i in range(n)
    ]


@pytest.mark.parametrize(("half_life", "ends"), [(14, True), (10_000, False)])
def test_a_demotion_ends_within_two_half_lives_of_the_fall(half_life, ends):
    case = CASE._replace(settings=replace(SETTINGS, half_life_days=half_life))
    rng = np.random.default_rng(33)
    phases = range(0, 28, 2)
    before = after = 0

    def demoted(rows, watermark):
        seen = look(case, [r for r in rows if r.started <= watermark], watermark=watermark)
        decision = decide_live(case, seen, current=FEW, row=None, engine=ENGINE)
        return decision.reason == "regret_high"

    for phase in phases:
        fall = BASE + timedelta(days=60 + phase)
        rows = regretted(rng, days=60 + phase, rate=0.1, first=0, start=BASE)
        rows += regretted(rng, days=30, rate=0.005, first=len(rows), start=fall)
        before += demoted(rows, fall)
        after += demoted(rows, fall + timedelta(days=2 * SETTINGS.half_life_days))
    assert before == len(phases)
    assert (after == 0) == ends
