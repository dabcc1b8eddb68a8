import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.evidence import betting
from pipelines.evidence.betting import units

UNIT = st.integers(1, 4).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
UNITS = st.lists(UNIT, min_size=1, max_size=60)


def evidence(pairs, largest=4):
    return units([a for a, _ in pairs], [s for _, s in pairs], largest=largest)


def capital_above(pairs, ratio, largest=4):
    """E+ as the docstring has it, in plain products."""
    return sum(
        w * math.prod(1 + c / ratio * (a - ratio * s) / largest for a, s in pairs)
        for c, w in zip(betting._FRACTIONS, betting._ABOVE, strict=True)
    )


def capital_below(pairs, ratio, largest=4):
    return sum(
        w * math.prod(1 - c / (1 - ratio) * (a - ratio * s) / largest for a, s in pairs)
        for c, w in zip(betting._FRACTIONS, betting._BELOW, strict=True)
    )


def test_the_capital_is_split_over_bets_that_never_lose_everything():
    for weights in (betting._ABOVE, betting._BELOW):
        assert weights.sum() == pytest.approx(1.0, abs=1e-12)
        assert len(weights) == len(betting._FRACTIONS)
    assert betting._FRACTIONS.max() < 1
    assert betting._FRACTIONS.min() > 0


@settings(max_examples=40)
@given(UNITS, st.floats(0.01, 0.99))
def test_evidence_is_the_product_of_the_docstring(pairs, ratio):
    e = evidence(pairs)
    assert betting.log_above(e, ratio) == pytest.approx(
        math.log(capital_above(pairs, ratio)), abs=1e-6
    )
    assert betting.log_below(e, ratio) == pytest.approx(
        math.log(capital_below(pairs, ratio)), abs=1e-6
    )


@settings(max_examples=40)
@given(st.lists(st.tuples(st.integers(0, 4), st.floats(0.05, 1)), min_size=2, max_size=5))
def test_a_fair_bet_wins_nothing_on_average(outcomes):
    # A distribution over (amount, 4): at its own ratio one step keeps the capital's mean.
    total = sum(p for _, p in outcomes)
    ratio = sum(a * p for a, p in outcomes) / (4 * total)
    if 0 < ratio < 1:
        for capital in (capital_above, capital_below):
            mean = sum(p / total * capital([(a, 4)], ratio) for a, p in outcomes)
            assert mean == pytest.approx(1.0, abs=1e-9)


@settings(max_examples=40)
@given(UNITS, st.floats(0.01, 0.97), st.floats(0.001, 0.02))
def test_evidence_is_monotone_in_the_ratio(pairs, ratio, step):
    e = evidence(pairs)
    assert betting.log_above(e, ratio) >= betting.log_above(e, ratio + step) - 1e-9
    assert betting.log_below(e, ratio) <= betting.log_below(e, ratio + step) + 1e-9


@settings(max_examples=40)
@given(UNITS, st.randoms(use_true_random=False))
def test_order_changes_no_bit(pairs, random):
    shuffled = pairs[:]
    random.shuffle(shuffled)
    assert betting.log_above(evidence(pairs), 0.05) == betting.log_above(evidence(shuffled), 0.05)
    assert betting.log_below(evidence(pairs), 0.05) == betting.log_below(evidence(shuffled), 0.05)


@settings(max_examples=25)
@given(UNITS, st.sampled_from([0.05, 0.01]))
def test_bounds_are_what_a_walk_over_the_grid_finds(pairs, alpha):
    e = evidence(pairs)
    limit = round(math.log(1 / alpha), 9)
    step = 50  # every ratio of a coarse grid lies on the right side of the bound
    low, high = betting.lower_bound(e, alpha=alpha), betting.upper_bound(e, alpha=alpha)
    for k in range(step, betting.GRID, step):
        ratio = k / betting.GRID
        assert (betting.log_above(e, ratio) >= limit) == (ratio <= low)
        assert (betting.log_below(e, ratio) >= limit) == (ratio >= high)


@settings(max_examples=40)
@given(UNITS)
def test_the_observed_ratio_is_never_rejected(pairs):
    e = evidence(pairs)
    ratio = sum(a for a, _ in pairs) / sum(s for _, s in pairs)
    assert betting.lower_bound(e, alpha=0.05) <= ratio <= betting.upper_bound(e, alpha=0.05)


@settings(max_examples=40)
@given(UNITS)
def test_a_smaller_alpha_never_narrows(pairs):
    e = evidence(pairs)
    assert betting.lower_bound(e, alpha=0.01) <= betting.lower_bound(e, alpha=0.05)
    assert betting.upper_bound(e, alpha=0.01) >= betting.upper_bound(e, alpha=0.05)


def test_without_units_nothing_is_known():
    e = units([], [], largest=4)
    assert betting.lower_bound(e, alpha=0.05) == 0.0
    assert betting.upper_bound(e, alpha=0.05) == 1.0
    assert betting.p_above(e, 0.5) == betting.p_below(e, 0.5) == 1.0


def test_units_of_size_zero_say_nothing():
    assert betting.log_above(units([1, 0], [2, 0], largest=4), 0.1) == betting.log_above(
        units([1], [2], largest=4), 0.1
    )


def test_all_regretted_and_none_regretted_reach_the_ends():
    everything = units([4] * 400, [4] * 400, largest=4)
    assert betting.upper_bound(everything, alpha=0.05) == 1.0
    assert betting.lower_bound(everything, alpha=0.05) > 0.98
    nothing = units([0] * 400, [4] * 400, largest=4)
    assert betting.lower_bound(nothing, alpha=0.05) == 0.0
    assert betting.upper_bound(nothing, alpha=0.05) < 0.02


@pytest.mark.parametrize(
    ("amounts", "sizes", "largest", "message"),
    [
        ([1], [1, 2], 4, "1 amounts but 2 sizes"),
        ([0, 3], [1, 2], 4, "unit 1: .* got amount 3 and size 2"),
        ([0, -1], [1, 2], 4, "unit 1"),
        ([0, 0], [1, 5], 4, "unit 1"),
        ([0], [1], 0, "largest"),
        ([float("nan")], [1], 4, "unit 0"),
    ],
)
def test_impossible_units_are_refused(amounts, sizes, largest, message):
    with pytest.raises(ValueError, match=message):
        units(amounts, sizes, largest=largest)


@pytest.mark.parametrize("alpha", [0.0, 1.0, -0.1, 2.0])
def test_impossible_alphas_are_refused(alpha):
    with pytest.raises(ValueError, match="alpha"):
        betting.lower_bound(units([1], [4], largest=4), alpha=alpha)


@pytest.mark.parametrize("ratio", [-0.1, 1.1])
def test_impossible_ratios_are_refused(ratio):
    e = units([1], [4], largest=4)
    with pytest.raises(ValueError, match="ratio"):
        betting.log_above(e, ratio)
    with pytest.raises(ValueError, match="ratio"):
        betting.log_below(e, ratio)


@settings(max_examples=40)
@given(st.lists(st.tuples(UNIT, st.sampled_from("abcd")), min_size=2, max_size=40))
def test_leaving_one_out_is_the_worst_of_all_ways_to_do_so(rows):
    groups = [g for _, g in rows]
    amounts, sizes = [a for (a, _), _ in rows], [s for (_, s), _ in rows]

    def without(name):
        return evidence([pair for pair, g in rows if g != name])

    names = set(groups)
    for worst, single in (
        (betting.worst_p_above, betting.p_above),
        (betting.worst_p_below, betting.p_below),
    ):
        expected = 1.0 if len(names) < 2 else max(single(without(name), 0.2) for name in names)
        assert worst(amounts, sizes, groups, largest=4, ratio=0.2) == pytest.approx(
            expected, abs=1e-8
        )


def test_without_a_group_there_is_no_evidence():
    assert betting.worst_p_above([], [], [], largest=4, ratio=0.2) == 1.0
    assert betting.worst_p_above([4] * 9, [4] * 9, ["a"] * 9, largest=4, ratio=0.2) == 1.0


def test_groups_must_fit_the_units():
    with pytest.raises(ValueError, match="2 units but 1 groups"):
        betting.worst_p_above([0, 1], [4, 4], ["a"], largest=4, ratio=0.2)


def test_many_units_stay_quick_and_finite():
    rng = np.random.default_rng(11)
    sizes = rng.uniform(0.1, 1.0, 50_000)
    e = units((sizes * 0.3).tolist(), sizes.tolist(), largest=1.0)
    assert 0.29 < betting.lower_bound(e, alpha=0.05) <= 0.3
    assert 0.3 <= betting.upper_bound(e, alpha=0.05) < 0.31
