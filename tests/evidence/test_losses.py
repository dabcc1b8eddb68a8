"""Bounds on losses between 0 and 1, and on what is lost on balance."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from pipelines.evidence import betting, harm_p
from pipelines.evidence.losses import change_p, share_p


def test_without_a_loss_hoeffding_is_the_chance_that_none_of_n_is_harmed():
    # h(0, epsilon) = -log(1 - epsilon): the same closed form as for harms.
    assert share_p([0.0] * 300, epsilon=0.01) == pytest.approx(0.99**300, rel=1e-12)
    assert share_p([0.0] * 300, epsilon=0.01) == pytest.approx(harm_p(300, 0, epsilon=0.01))


@given(st.lists(st.floats(0, 1), min_size=1, max_size=60), st.floats(0.01, 0.9))
def test_the_p_value_is_the_smaller_of_two_bounds_worked_independently(losses, epsilon):
    n, mean = len(losses), sum(losses) / len(losses)
    low = min(mean, epsilon)
    divergence = stats.entropy([low, 1 - low], [epsilon, 1 - epsilon])
    whole = math.ceil(round(sum(losses), 9))
    expected = min(1, math.exp(-n * divergence), math.e * stats.binom.cdf(whole, n, epsilon))
    assert share_p(losses, epsilon=epsilon) == pytest.approx(expected, rel=1e-6, abs=1e-12)


@given(st.integers(1, 300), st.data())
def test_whole_losses_are_never_more_certain_than_the_exact_test(n, data):
    harms = data.draw(st.integers(0, n))
    losses = [1.0] * harms + [0.0] * (n - harms)
    assert share_p(losses, epsilon=0.05) >= harm_p(n, harms, epsilon=0.05) - 1e-12


def test_wins_make_up_for_losses_and_nothing_else_does():
    clean = [0] * 800
    noisy = [1, -1] * 200 + [0] * 400
    lost = [1] * 120 + [0] * 680
    assert change_p(clean, epsilon=0.1) < change_p(noisy, epsilon=0.1) < 0.05
    assert change_p(lost, epsilon=0.1) > 0.5


@pytest.mark.parametrize(("n", "epsilon"), [(1, 0.1), (40, 0.02), (500, 0.01)])
def test_without_a_change_the_bet_has_a_closed_form(n, epsilon):
    # Every loss is 0, so every bet c grows by 1 + c epsilon / (1 - epsilon) an item.
    growth = 1 + betting._FRACTIONS * epsilon / (1 - epsilon)
    expected = min(1.0, 1 / float(betting._BELOW @ growth**n))
    assert change_p([0] * n, epsilon=epsilon) == pytest.approx(expected, rel=1e-7)


def test_nothing_answered_is_nothing_known():
    assert share_p([], epsilon=0.1) == change_p([], epsilon=0.1) == 1.0


@pytest.mark.parametrize("bad", [-0.1, 1.1, math.nan])
def test_impossible_losses_are_refused(bad):
    with pytest.raises(ValueError, match="loss 1"):
        share_p([0.0, bad], epsilon=0.1)
    with pytest.raises(ValueError, match="loss 1"):
        change_p([0, bad], epsilon=0.1)


@pytest.mark.parametrize("epsilon", [0.0, 1.0, -1.0])
def test_impossible_epsilons_are_refused(epsilon):
    for test in (share_p, change_p):
        with pytest.raises(ValueError, match="epsilon"):
            test([0], epsilon=epsilon)


@pytest.mark.slow
def test_both_are_wrong_rarely_and_the_mean_alone_would_be_often():
    runs, n, epsilon = 2000, 200, 0.05
    rng = np.random.default_rng(1)
    shares = rng.beta(0.05, 0.95, (runs, n))
    changes = rng.choice([-1, 0, 1], (runs, n), p=[0.1, 0.75, 0.15])
    limit = 0.05 + 3 * math.sqrt(0.05 * 0.95 / runs)
    assert np.mean([share_p(row.tolist(), epsilon=epsilon) <= 0.05 for row in shares]) <= limit
    assert np.mean([change_p(row.tolist(), epsilon=epsilon) <= 0.05 for row in changes]) <= limit
    assert np.mean(shares.mean(axis=1) < epsilon) > limit
    assert np.mean(changes.mean(axis=1) < epsilon) > limit
