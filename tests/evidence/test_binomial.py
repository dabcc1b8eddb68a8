import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from pipelines.evidence import (
    Count,
    clopper_pearson,
    excess_p,
    harm_p,
    items_missing,
    items_needed,
    power,
    profile_p,
    safe_set,
    sign_p,
    threshold,
)


@pytest.mark.parametrize(
    ("harms", "epsilon", "limit", "items"),
    [
        (0, 0.01, 0.05, 299),
        (1, 0.01, 0.05, 473),
        (2, 0.01, 0.05, 628),
        (0, 0.01, 0.05 / 18, 586),
        (0, 0.05, 0.05 / 18, 115),
    ],
)
def test_the_contracts_counts_are_the_fewest_items(harms, epsilon, limit, items):
    assert harm_p(items, harms, epsilon=epsilon) <= limit
    assert harm_p(items - 1, harms, epsilon=epsilon) > limit
    assert items_needed(harms, epsilon=epsilon, threshold=limit) == items


@given(st.integers(0, 20), st.floats(0.005, 0.3), st.floats(1e-4, 0.2))
def test_the_items_needed_are_the_fewest_that_scipy_finds_enough(harms, epsilon, limit):
    needed = items_needed(harms, epsilon=epsilon, threshold=limit)
    assert stats.binom.cdf(harms, needed, epsilon) <= limit * (1 + 1e-9)
    assert stats.binom.cdf(harms, needed - 1, epsilon) > limit * (1 - 1e-9)


@pytest.mark.parametrize("epsilon", [0.01, 0.02, 0.05, 0.1])
def test_without_harm_the_items_needed_have_a_closed_form(epsilon):
    needed = items_needed(0, epsilon=epsilon, threshold=0.05)
    assert needed == math.ceil(math.log(0.05) / math.log(1 - epsilon))
    assert needed == pytest.approx(3 / epsilon, rel=0.06)  # the rule of three


@pytest.mark.parametrize(
    ("counts", "missing"),
    [
        ([(300, 1, 0.01)], 506),
        ([(586, 0, 0.01)], 0),
        ([(100, 0, 0.01), (586, 0, 0.01)], 486),
        ([(0, 0, 0.01), (0, 0, 0.05)], 586),
        ([], 0),
    ],
)
def test_a_profile_passes_with_the_items_that_it_lacks_beside_those_there_are(counts, missing):
    limit = threshold(0.05, version=1, kinds=9)
    told = [Count(*one) for one in counts]
    assert items_missing(told, threshold=limit) == missing
    if missing:
        for more, passes in [(missing - 1, False), (missing, True)]:
            grown = [one._replace(n=one.n + more) for one in told]
            assert safe_set([grown], threshold=limit) == (passes,)


def test_power_in_closed_form_where_one_harm_is_too_many():
    assert power(298, rate=0.001, epsilon=0.01, threshold=0.05) == 0.0
    assert power(299, rate=0.001, epsilon=0.01, threshold=0.05) == pytest.approx(0.999**299)
    assert power(400, rate=0.0, epsilon=0.01, threshold=0.05) == 1.0


@given(st.integers(0, 1500), st.floats(0, 0.05), st.sampled_from([0.01, 0.05]))
def test_power_is_the_chance_of_the_harms_that_pass(n, rate, epsilon):
    passes = [k for k in range(min(n, 100) + 1) if harm_p(n, k, epsilon=epsilon) <= 0.05]
    expected = stats.binom.cdf(passes[-1], n, rate) if passes else 0.0
    assert power(n, rate=rate, epsilon=epsilon, threshold=0.05) == pytest.approx(expected, abs=1e-9)


def test_at_epsilon_power_is_the_size_of_the_test():
    for n in (299, 473, 2000):
        assert 0 < power(n, rate=0.01, epsilon=0.01, threshold=0.05) <= 0.05


@pytest.mark.parametrize(("n", "rate"), [(-1, 0.01), (10, -0.1), (10, 1.1)])
def test_power_of_nothing_there_is_refused(n, rate):
    with pytest.raises(ValueError, match="n >= 0 and a rate"):
        power(n, rate=rate, epsilon=0.01, threshold=0.05)


@pytest.mark.parametrize(
    ("harms", "epsilon", "limit"),
    [(-1, 0.01, 0.05), (0, 0.01, 0.0), (0, 0.01, 1.0), (0, 0.0, 0.05)],
)
def test_needs_that_nothing_meets_are_refused(harms, epsilon, limit):
    with pytest.raises(ValueError, match=r"harms|epsilon"):
        items_needed(harms, epsilon=epsilon, threshold=limit)


def test_without_harm_p_is_the_chance_that_none_of_n_is_harmed():
    assert harm_p(761, 0, epsilon=0.01) == pytest.approx(0.99**761, rel=1e-12)
    assert harm_p(0, 0, epsilon=0.01) == 1.0
    assert harm_p(7, 7, epsilon=0.01) == 1.0


@given(st.integers(1, 3000), st.data(), st.sampled_from([0.01, 0.02, 0.05, 0.1]))
def test_p_is_the_lower_tail_of_the_binomial(n, data, epsilon):
    harms = data.draw(st.integers(0, n))
    assert harm_p(n, harms, epsilon=epsilon) == pytest.approx(
        stats.binom.cdf(harms, n, epsilon), rel=1e-9, abs=1e-300
    )


@pytest.mark.parametrize(
    ("n", "harms", "epsilon", "message"),
    [
        (5, 6, 0.01, "n = 5, got 6"),
        (5, -1, 0.01, "got -1"),
        (5, 0, 0.0, "epsilon"),
        (5, 0, 1.0, "epsilon"),
    ],
)
def test_impossible_counts_are_refused(n, harms, epsilon, message):
    with pytest.raises(ValueError, match=message):
        harm_p(n, harms, epsilon=epsilon)


def test_excess_p_is_the_upper_tail_of_the_binomial():
    assert excess_p(3, 1, epsilon=0.1) == pytest.approx(1 - 0.9**3)
    assert excess_p(3, 3, epsilon=0.1) == pytest.approx(0.1**3)
    assert excess_p(20, 4, epsilon=0.05) == pytest.approx(stats.binom.sf(3, 20, 0.05))
    assert (excess_p(5, 0, epsilon=0.05), excess_p(0, 0, epsilon=0.05)) == (1.0, 1.0)
    with pytest.raises(ValueError, match="harms must"):
        excess_p(3, 4, epsilon=0.1)
    with pytest.raises(ValueError, match="epsilon must"):
        excess_p(3, 1, epsilon=1.0)


def test_a_profile_is_as_safe_as_on_its_worst_data_set():
    counts = [Count(800, 0, 0.01), Count(300, 4, 0.02)]
    assert profile_p(counts) == harm_p(300, 4, epsilon=0.02)
    assert profile_p(counts[::-1]) == profile_p(counts)
    assert profile_p([]) == 1.0


def test_the_sequence_stops_at_the_first_failure():
    good, bad = [Count(800, 0, 0.01)], [Count(800, 9, 0.01)]
    assert safe_set([good, good, bad, good], threshold=0.025) == (True, True, False, False)
    assert safe_set([bad, good], threshold=0.025) == (False, False)
    assert safe_set([], threshold=0.025) == ()


def test_one_failing_data_set_stops_the_sequence():
    assert safe_set([[Count(800, 0, 0.01), Count(50, 0, 0.01)]], threshold=0.025) == (False,)


def test_a_p_that_is_exactly_the_threshold_passes():
    p = harm_p(299, 0, epsilon=0.01)
    assert safe_set([[Count(299, 0, 0.01)]], threshold=p) == (True,)


@given(
    st.lists(
        st.lists(
            st.builds(Count, st.integers(200, 900), st.integers(0, 5), st.just(0.01)),
            min_size=1,
            max_size=3,
        ),
        max_size=7,
    )
)
def test_the_safe_set_is_a_prefix_of_the_ladder(rungs):
    verdicts = safe_set(rungs, threshold=0.05 / 18)
    assert list(verdicts) == sorted(verdicts, reverse=True)
    assert all(profile_p(c) <= 0.05 / 18 for c, ok in zip(rungs, verdicts, strict=True) if ok)


def test_versions_and_kinds_share_delta():
    assert threshold(0.05, version=1, kinds=9) == pytest.approx(0.05 / 18)
    spent = sum(threshold(0.05, version=v, kinds=1) for v in range(1, 10_000))
    assert 0.0499 < spent < 0.05
    for version, kinds, delta in [(0, 1, 0.05), (1, 0, 0.05), (1, 1, 0.0), (1, 1, 1.0)]:
        with pytest.raises(ValueError, match=r"version|delta"):
            threshold(delta, version=version, kinds=kinds)


@given(st.integers(1, 400), st.data(), st.sampled_from([0.9, 0.95, 0.99]))
def test_exact_intervals_agree_with_scipy(n, data, level):
    k = data.draw(st.integers(0, n))
    ours = clopper_pearson(k, n, level=level)
    theirs = stats.binomtest(k, n).proportion_ci(confidence_level=level, method="exact")
    assert ours.estimate == k / n
    assert ours.n == n
    assert ours.low == pytest.approx(theirs.low, abs=1e-9)
    assert ours.high == pytest.approx(theirs.high, abs=1e-9)


def test_exact_interval_without_trials_or_successes():
    assert clopper_pearson(0, 0, level=0.95) == (0.0, 0.0, 1.0, 0)
    # Closed form for no success: 1 - (tail)^(1/n).
    assert clopper_pearson(0, 100, level=0.95).high == pytest.approx(1 - 0.025 ** (1 / 100))
    assert math.isclose(clopper_pearson(100, 100, level=0.95).low, 0.025 ** (1 / 100))
    for k, n, level in [(3, 2, 0.95), (-1, 2, 0.95), (1, 2, 1.0), (1, 2, 0.0)]:
        with pytest.raises(ValueError, match="must lie"):
            clopper_pearson(k, n, level=level)


@pytest.mark.parametrize(
    ("wins", "losses", "p"),
    [(0, 0, 1.0), (5, 0, 1 / 32), (3, 1, 5 / 16), (10, 10, 0.5 + 184756 / 2**21), (0, 4, 1.0)],
)
def test_the_sign_test_is_the_tail_of_a_fair_coin(wins: int, losses: int, p: float) -> None:
    assert sign_p(wins, losses) == pytest.approx(p)


def test_the_sign_test_refuses_negative_counts() -> None:
    with pytest.raises(ValueError, match="from 0"):
        sign_p(-1, 2)
