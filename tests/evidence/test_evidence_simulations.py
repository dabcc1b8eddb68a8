"""What the evidence promises, held against simulated truth: slow, and shown to be able to fail.

Each passes when what is observed is at most nominal + 3 standard errors. Beside each stands
the same simulation with the protection taken out, which has to fail.
"""

import math

import numpy as np
import pytest

from pipelines.evidence import (
    Count,
    admit,
    betting,
    clip,
    safe_set,
    worst_p_regret_above,
    worst_p_regret_below,
)

pytestmark = pytest.mark.slow

ALPHA = 0.05


def at_most(observed, nominal, runs):
    return observed <= nominal + 3 * math.sqrt(nominal * (1 - nominal) / runs)


def ever(amounts, sizes, ratio, *, largest, below):
    """Whether each run's capital against its own truth ever reaches 1 / alpha.

    ``amounts`` and ``sizes`` are (runs, units); every unit is a look.
    """
    gains, weights = (
        (betting._gains_below, betting._BELOW) if below else (betting._gains_above, betting._ABOVE)
    )
    reached = 0
    for a, s in zip(amounts / largest, sizes / largest, strict=True):
        capital = weights @ np.exp(np.cumsum(gains(a, s, ratio), axis=1))
        reached += bool(np.max(capital) >= 1 / ALPHA)
    return reached / len(amounts)


def family_wise_error(rng, *, runs, stop_at_first):
    """How often any unsafe rung is certified: six rungs, not monotone, one data set at epsilon."""
    true = [0.001, 0.01, 0.002, 0.01, 0.01, 0.01]
    wrong = 0
    for _ in range(runs):
        rungs = [
            [Count(800, int(rng.binomial(800, rate)), 0.01), Count(800, 0, 0.01)] for rate in true
        ]
        if stop_at_first:
            verdicts = safe_set(rungs, threshold=ALPHA)
        else:
            verdicts = [safe_set([rung], threshold=ALPHA)[0] for rung in rungs]
        wrong += any(ok and rate >= 0.01 for ok, rate in zip(verdicts, true, strict=True))
    return wrong / runs


def test_the_chance_of_any_unsafe_certificate():
    runs = 2000
    assert at_most(family_wise_error(np.random.default_rng(1), runs=runs, stop_at_first=True),
                   ALPHA, runs)  # fmt: skip
    free = family_wise_error(np.random.default_rng(1), runs=runs, stop_at_first=False)
    assert not at_most(free, ALPHA, runs)


def correlated(rng, *, runs, looks, rate):
    """Conversations of one to four compressions whose regrets come together (beta-binomial)."""
    counted = rng.integers(1, 5, (runs, looks))
    own = rng.beta(rate * 0.5, (1 - rate) * 0.5, (runs, looks))
    return rng.binomial(counted, own), counted


@pytest.mark.parametrize("below", [True, False])
def test_regret_is_ever_wrong_rarely_however_often_one_looks(below):
    runs, looks, rate = 400, 5000, 0.05
    regrets, counted = correlated(np.random.default_rng(2), runs=runs, looks=looks, rate=rate)
    assert at_most(ever(regrets, counted, rate, largest=4, below=below), ALPHA, runs)


def test_pooled_events_would_be_wrong_often():
    # Each compression taken for a unit of its own: correlation makes the capital explode.
    runs, rate = 150, 0.05
    rng = np.random.default_rng(2)
    regrets, counted = correlated(rng, runs=runs, looks=1500, rate=rate)
    reached = 0
    for y, n in zip(regrets, counted, strict=True):
        events = np.concatenate([np.r_[np.ones(k), np.zeros(m - k)]
                                 for k, m in zip(y, n, strict=True)])  # fmt: skip
        reached += ever(events[None], np.ones_like(events)[None], rate, largest=1, below=False) > 0
    assert not at_most(reached / runs, ALPHA, runs)


def heavy_tailed(rng, *, runs, looks):
    """Sizes with a heavy tail; the larger, the worse: some lose all they had."""
    sizes = np.ceil(3000 * (1 + rng.pareto(1.3, (runs, looks))))
    lost = rng.random((runs, looks)) < np.minimum(0.05 + sizes / 150_000, 0.6)
    saved = np.where(lost, -np.floor(sizes * rng.random((runs, looks))), np.floor(sizes * 0.5))
    return saved, sizes


def clipped_truth(rng, limit):
    saved, sizes = heavy_tailed(rng, runs=1, looks=2_000_000)
    clipped = clip(saved[0].tolist(), sizes[0].tolist(), clip_tokens=limit)
    return sum(clipped.saved) / sum(clipped.sizes)


def test_the_bound_on_clipped_net_savings_is_ever_wrong_rarely():
    runs, looks, limit = 400, 2000, 200_000
    truth = clipped_truth(np.random.default_rng(3), limit)
    saved, sizes = heavy_tailed(np.random.default_rng(4), runs=runs, looks=looks)
    shrunk = np.minimum(sizes, limit)
    halves = (np.maximum(saved * shrunk / sizes, -shrunk) + shrunk) / 2
    wrong = ever(halves, shrunk, (1 + truth) / 2, largest=limit, below=False)
    assert at_most(wrong, ALPHA, runs)


def test_conversations_taken_as_equals_would_be_wrong_often():
    # The mean of ratios instead of the ratio of sums: small conversations outvote large ones.
    runs, looks, limit = 100, 2000, 200_000
    truth = clipped_truth(np.random.default_rng(3), limit)
    saved, sizes = heavy_tailed(np.random.default_rng(4), runs=runs, looks=looks)
    ratios = (np.maximum(saved / sizes, -1) + 1) / 2
    wrong = ever(ratios, np.ones_like(ratios), (1 + truth) / 2, largest=1, below=False)
    assert not at_most(wrong, ALPHA, runs)


def flooded(rng, *, promote):
    """One instance sends a third of all conversations, the others are exactly at the limit."""
    instances = [f"i{i}" for i in rng.integers(0, 12, 800)] + ["flood"] * 400
    rates = np.where(np.array(instances) == "flood", 0.0 if promote else 0.5, 0.05)
    order = rng.permutation(len(instances))
    regrets = rng.binomial(4, rates)[order].tolist()
    return regrets, [instances[i] for i in order]


@pytest.mark.parametrize("promote", [True, False])
def test_one_flooding_instance_decides_nothing(promote):
    runs = 300
    rng = np.random.default_rng(6)
    worst = worst_p_regret_below if promote else worst_p_regret_above
    guarded = unguarded = 0
    for _ in range(runs):
        regrets, instances = flooded(rng, promote=promote)
        rows = admit(instances, cap=0.2)
        y, names = [regrets[i] for i in rows], [instances[i] for i in rows]
        n = [4] * len(y)
        guarded += worst(y, n, names, per_conversation=4, rate=0.05) <= ALPHA
        e = betting.units(regrets, [4] * len(regrets), largest=4)
        single = betting.p_below if promote else betting.p_above
        unguarded += single(e, 0.05) <= ALPHA
    assert at_most(guarded / runs, ALPHA, runs)
    assert not at_most(unguarded / runs, ALPHA, runs)
