"""Shrinkage orders small slices sensibly, and bounds nothing."""

import ast
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.evidence.shrinkage import shrunken

PEERS = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 60)), min_size=1, max_size=20)


@given(PEERS)
def test_a_shrunken_rate_lies_between_the_own_and_the_groups(pairs):
    events, trials = [min(y, n) for y, n in pairs], [n for _, n in pairs]
    total = sum(trials)
    for y, n, rate in zip(events, trials, shrunken(events, trials), strict=True):
        mean = sum(events) / total if total else 0.0
        own = y / n if n else mean
        assert min(own, mean) - 1e-12 <= rate <= max(own, mean) + 1e-12


def test_few_trials_are_drawn_further_than_many():
    rates = shrunken([2, 200, 5, 500, 0, 50], [10, 1000, 100, 10_000, 10, 1000])
    assert 0.08 < rates[0] < 0.2 - 0.005
    assert rates[1] == pytest.approx(0.2, abs=0.002)
    assert 0.2 - rates[0] > 10 * (0.2 - rates[1])


def test_rates_that_differ_by_chance_alone_are_one():
    assert shrunken([5, 5, 5], [100, 100, 100]) == [0.05] * 3
    assert shrunken([0, 0], [10, 0]) == [0.0, 0.0]


def test_a_worked_case():
    # Two peers, 0 of 10 and 10 of 10: the mean is 1/2, the spread 20/4 = 5, of which chance
    # accounts for 1/4; over 20 - 200/20 = 10 that is a variance of 0.475 > 1/4, so a weight of 0.
    assert shrunken([0, 10], [10, 10]) == [0.0, 1.0]
    # 2 and 6 of 10: mean 0.4, spread 0.8, chance 0.24, variance 0.056, weight 0.24 / 0.056 - 1.
    weight = 0.24 / 0.056 - 1
    expected = [(2 + weight * 0.4) / (10 + weight), (6 + weight * 0.4) / (10 + weight)]
    assert shrunken([2, 6], [10, 10]) == pytest.approx(expected, rel=1e-12)


def test_the_fitted_weight_finds_the_prior_that_made_the_rates():
    rng = np.random.default_rng(3)
    trials = np.full(4000, 50)
    events = rng.binomial(trials, rng.beta(2, 38, 4000))  # mean 0.05, weight 40
    rates = shrunken(events.tolist(), trials.tolist())
    slope = (rates[0] - np.mean(rates)) / (events[0] / 50 - events.mean() / 50)
    assert 50 * (1 - slope) / slope == pytest.approx(40, rel=0.15)


def test_shrunken_rates_are_nearer_to_the_truth_than_raw_ones():
    rng = np.random.default_rng(4)
    truth = rng.beta(1, 60, 500)
    trials = rng.integers(1, 80, 500)
    events = rng.binomial(trials, truth)
    rates = np.array(shrunken(events.tolist(), trials.tolist()))
    assert np.mean((rates - truth) ** 2) < 0.5 * np.mean((events / trials - truth) ** 2)


def test_impossible_counts_are_refused():
    with pytest.raises(ValueError, match="peer 1"):
        shrunken([0, 3], [1, 2])
    with pytest.raises(ValueError, match="2 counts of events for 1"):
        shrunken([0, 0], [1])


def test_no_bound_and_no_gate_knows_of_shrinkage():
    root = Path(__file__).parents[2] / "pipelines" / "evidence"
    for path in root.glob("*.py"):
        if path.name in ("shrinkage.py", "__init__.py"):
            continue
        imported = [
            node.module or ""
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.ImportFrom)
        ]
        assert "pipelines.evidence.shrinkage" not in imported
