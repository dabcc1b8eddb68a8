"""Sixty days of choice on many slices whose truth changes: promotions, skips, savings.

With the windows halved, so that sixty days hold four of them, and half of the units on trial, so
that twenty-five conversations a day can earn a promotion within one. ``TOIN_SLICES=500`` runs
it on as many slices as one likes.
"""

import math
import os

import numpy as np
import pytest
from sixty_days import World

from pipelines.choice import live
from pipelines.choice.sample import Weighed
from pipelines.choice.trial import Promotion
from pipelines.evidence import net_savings_interval, regret_interval
from pipelines.settings import Settings

pytestmark = pytest.mark.slow

SLICES = int(os.environ.get("TOIN_SLICES", "60"))
WINDOW = 14
SETTINGS = Settings(half_life_days=WINDOW // 2, canary_window_days=WINDOW, canary_share=500)


def sixty_days(*, slices, settings=SETTINGS):
    return World(np.random.default_rng(51), slices=slices, daily=25, settings=settings).run()


def at_most(observed, nominal, runs):
    return observed <= nominal + 3 * math.sqrt(nominal * (1 - nominal) / runs)


def test_few_promotions_are_false_and_no_wrong_skip_lasts():
    seen = sixty_days(slices=SLICES)
    assert seen.promotions > SLICES / 2
    assert at_most(seen.false_promotions / seen.void_trials, SETTINGS.alpha, seen.void_trials)
    assert seen.skips, "some slices are skipped wrongly for a while, or nothing is shown"
    assert max(seen.skips) <= 2 * WINDOW
    # The rest is what learning costs: half of the units try what is not known to be best.
    assert seen.reached > 0.6


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
    seen = sixty_days(slices=27)
    assert not at_most(seen.false_promotions / seen.void_trials, SETTINGS.alpha, seen.void_trials)


def test_without_a_canary_a_wrong_skip_stays():
    seen = sixty_days(slices=18, settings=Settings(half_life_days=WINDOW // 2, canary_share=0))
    assert max(seen.skips) > 2 * WINDOW
