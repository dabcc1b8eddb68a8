"""Sixty days of choice on many slices whose truth changes: promotions, skips, savings.

With the windows halved, so that sixty days hold four of them, and half of the units on trial, so
that twenty-five conversations a day can earn a promotion within one. ``TOIN_SLICES=500`` runs
it on as many slices as one likes.
"""

import math
import os
from itertools import pairwise

import pytest
from sixty_days import World, history_of

from pipelines.choice import live
from pipelines.choice.sample import Weighed
from pipelines.choice.trial import Promotion
from pipelines.evidence import net_savings_interval, regret_interval
from pipelines.settings import Settings

pytestmark = pytest.mark.long

SLICES = int(os.environ.get("TOIN_SLICES", "27"))
SEED = 51
WINDOW = 14
SETTINGS = Settings(half_life_days=WINDOW // 2, canary_window_days=WINDOW, canary_share=500)
LIMIT, ALPHA = SETTINGS.regret_limit, SETTINGS.alpha


def sixty_days(numbers, *, settings=SETTINGS):
    return World(numbers, seed=SEED, daily=25, settings=settings).run()


def turning(slices):
    """Those of the slices in which nothing saves at first, and something does later."""
    for number in range(slices):
        _, history = history_of(number, seed=SEED, limit=LIMIT)
        best = [truth.best(LIMIT) for truth in history]
        if any(before <= 0 < after for before, after in pairwise(best)):
            yield number


def at_most(observed, nominal, runs):
    return observed <= nominal + 3 * math.sqrt(nominal * (1 - nominal) / runs)


def test_few_promotions_are_false():
    seen = sixty_days(range(SLICES))
    assert seen.promotions > SLICES / 4
    assert at_most(seen.false_promotions / seen.void_trials, ALPHA, seen.void_trials)
    # The rest is what learning costs: half of the units try what is not known to be best.
    assert seen.reached > 0.6
    assert max(seen.skips, default=0) <= 2 * WINDOW


def by_estimate(case, trial):
    """A promotion without bounds: what looks better after fifty conversations is."""
    of, other, settings = trial.tried, trial.other_net, case.settings
    if min(of.conversations, other.conversations) < settings.min_conversations:
        return None
    told = {"alpha": 0.5, "clip_tokens": trial.clip_tokens, "calibration": 0}
    net = net_savings_interval(trial.tried_net.saved, trial.tried_net.before, **told)
    beside = net_savings_interval(other.saved, other.before, **told)
    regret = regret_interval(of.regrets, of.counted, per_conversation=4, alpha=0.5)
    if regret.estimate > settings.regret_limit or net.estimate <= beside.estimate:
        return None
    return Promotion(Weighed(regret, net), beside, 0.5)


def test_without_bounds_promotions_are_false_often(monkeypatch):
    monkeypatch.setattr(live, "promotion", by_estimate)
    seen = sixty_days(range(18))
    assert not at_most(seen.false_promotions / seen.void_trials, ALPHA, seen.void_trials)


def test_no_wrong_skip_lasts_longer_than_two_windows():
    seen = sixty_days(turning(SLICES * 5))
    assert len(seen.skips) > 10
    assert max(seen.skips) <= 2 * WINDOW


def test_without_a_canary_a_wrong_skip_stays():
    seen = sixty_days(turning(90), settings=Settings(half_life_days=WINDOW // 2, canary_share=0))
    assert max(seen.skips) > 2 * WINDOW
