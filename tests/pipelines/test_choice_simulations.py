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

from compressors._book_file import EvidenceRow
from compressors.book import Canary, Row, experiment
from compressors.profiles import LADDERS
from pipelines.choice.case import Case
from pipelines.choice.live import decide_live, look
from pipelines.choice.model import Observed
from pipelines.choice.safe import SafeSet
from pipelines.choice.trial import promotion, trial_of

pytestmark = pytest.mark.slow

ALPHA, LIMIT = SETTINGS.alpha, SETTINGS.regret_limit
FEW, HALF, MOST = JSON["json.rows_few"], JSON["json.rows_half"], JSON["json.rows_most"]
LADDER = LADDERS["json"]
SAFE = SafeSet(LADDER, LADDER, {profile.name: 0.0 for profile in LADDER})
CASE = Case(SLICE, "json", SAFE, FEW, FEW.name, SETTINGS)
BASE = datetime(2026, 1, 5)


def at_most(observed, nominal, runs):
    return observed <= nominal + 3 * math.sqrt(nominal * (1 - nominal) / runs)


def observed(number, *, started, regrets=0, counted=4, before=4000, saved=2000, profile=FEW,
             arm="recommended", experiment="", instance=None, publication="f1"):  # fmt: skip
    """One conversation of the slice; its number names it."""
    return Observed(SLICE, "json", profile.name, profile.id, arm, experiment, publication,
                    f"c{number:08d}", instance or f"i{number % 20}", started, counted, regrets,
                    before, saved)  # fmt: skip


# Conversations that close later when they regret.


def conversations_known(rng, *, n, days, watermark, rate):
    """Conversations as they are known at ``watermark``: (row, whether it has closed by then).

    Each has four compressions. What is regretted is asked for within 20 hours, and the
    conversation closes an hour after that; one without regret closes after an hour. Every
    midnight proxies start on a new publication, which a later regret is told under.
    """
    starts = np.sort(rng.random(n)) * days * 24
    starts = starts[starts <= (now := (watermark - BASE) / timedelta(hours=1))]
    own = rng.beta(rate * 4, (1 - rate) * 4, (len(starts), 1))
    regretted = rng.random((len(starts), 4)) < own
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
            regrets = len(hours) - begins
            row = observed(
                i,
                started=BASE + timedelta(hours=hours[0]),
                regrets=regrets,
                counted=4 if begins else regrets,
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
    bias = np.zeros(3)
    for _ in range(runs):
        known = conversations_known(rng, n=15_000, days=3, watermark=watermark, rate=rate)
        rows = [row for row, _ in known]
        closed = [row for row, has_closed in known if has_closed]
        bias += [
            rate_of(look(CASE, rows, watermark=watermark).everyone) - rate,
            rate_of(look(at_once, closed, watermark=watermark).everyone) - rate,
            rate_of(look(at_once, rows, watermark=watermark).everyone) - rate,
        ]
    by_start, by_close, started = bias / runs
    print(by_start, by_close, started)
    assert abs(by_start) < 0.002
    assert abs(by_close) > 0.002
    assert abs(started) > 0.002
