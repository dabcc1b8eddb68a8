import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.evidence import (
    betting,
    p_regret_above,
    p_regret_below,
    regret_interval,
    worst_p_regret_above,
    worst_p_regret_below,
)

CONVERSATION = st.integers(1, 4).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def clean(n, alpha, counted=4):
    return regret_interval([0] * n, [counted] * n, per_conversation=4, alpha=alpha)


def clean_needed(alpha, limit=0.05):
    return next(n for n in range(1, 1000) if clean(n, alpha).high <= limit)


@pytest.mark.parametrize(
    ("alpha", "conversations"),
    [(0.05, 70), (0.05 / 2, 84), (0.05 / 3, 92), (0.05 / 5, 102), (0.05 / 6, 106)],
)
def test_clean_conversations_until_the_limit_is_kept(alpha, conversations):
    assert clean_needed(alpha) == conversations
    # Closed form of the bold bet alone: its part of the capital has to grow to 1 / (0.8 alpha).
    alone = math.log(1 / (0.7 * 0.8 * alpha)) / math.log1p(0.99 * 0.05 / 0.95)
    assert conversations == pytest.approx(alone, abs=1)
    # And the least that any bet could do at this alpha, with all of it on this bound.
    assert conversations >= math.log(1 / alpha) / math.log1p(0.05 / 0.95)


@pytest.mark.parametrize("n", [1, 30, 200])
def test_all_clean_and_all_regretted_have_closed_forms(n):
    # A clean conversation of B grows E- by 1 + c r / (1 - r), a wholly regretted one E+ by
    # 1 + c (1 - r) / r, for each bet c.
    r, told = 0.05, {"per_conversation": 4, "rate": 0.05}
    clean_capital = betting._BELOW @ (1 + betting._FRACTIONS * r / (1 - r)) ** n
    angry_capital = betting._ABOVE @ (1 + betting._FRACTIONS * (1 - r) / r) ** n
    below = p_regret_below([0] * n, [4] * n, **told)
    above = p_regret_above([4] * n, [4] * n, **told)
    assert below == pytest.approx(1 / clean_capital, rel=1e-7)
    assert above == pytest.approx(1 / angry_capital, rel=1e-7)
    # With one of n + 1 instances left out, n conversations remain.
    instances = [f"i{place}" for place in range(n + 1)]
    worst = worst_p_regret_below([0] * (n + 1), [4] * (n + 1), instances, **told)
    assert worst == pytest.approx(below, rel=1e-7)


def test_few_compressions_count_less_than_many():
    assert clean(200, 0.05, counted=1).high > clean(200, 0.05, counted=4).high


def test_interval_of_a_worked_case():
    regrets = [1] * 10 + [0] * 190
    interval = regret_interval(regrets, [4] * 200, per_conversation=4, alpha=0.05)
    assert interval.n == 200
    assert interval.estimate == 0.0125
    assert 0.002 < interval.low < 0.0125 < interval.high < 0.04


def test_nothing_counted_means_nothing_known():
    assert regret_interval([], [], per_conversation=4, alpha=0.05) == (0.0, 0.0, 1.0, 0)
    assert regret_interval([0], [0], per_conversation=4, alpha=0.05) == (0.0, 0.0, 1.0, 0)


@settings(max_examples=40)
@given(st.lists(CONVERSATION, min_size=1, max_size=80), st.sampled_from([0.05, 0.01]))
def test_bounds_and_p_values_decide_alike(rows, alpha):
    regrets, counted = [y for y, _ in rows], [n for _, n in rows]
    interval = regret_interval(regrets, counted, per_conversation=4, alpha=alpha)
    rate = 0.05
    above = p_regret_above(regrets, counted, per_conversation=4, rate=rate)
    below = p_regret_below(regrets, counted, per_conversation=4, rate=rate)
    assert (interval.low >= rate) == (above <= alpha * 0.2 * (1 + 1e-8))
    assert (interval.high <= rate) == (below <= alpha * 0.8 * (1 + 1e-8))


@settings(max_examples=40)
@given(st.lists(CONVERSATION, min_size=1, max_size=80), st.randoms(use_true_random=False))
def test_order_changes_nothing(rows, random):
    shuffled = rows[:]
    random.shuffle(shuffled)
    intervals = {
        regret_interval([y for y, _ in r], [n for _, n in r], per_conversation=4, alpha=0.05)
        for r in (rows, shuffled)
    }
    assert len(intervals) == 1


def test_one_bad_instance_is_no_evidence_of_regret():
    regrets = [0] * 80 + [4] * 20
    instances = [f"i{n % 8}" for n in range(80)] + ["flood"] * 20
    pooled = p_regret_above(regrets, [4] * 100, per_conversation=4, rate=0.05)
    assert pooled < 0.001
    assert worst_p_regret_above(
        regrets, [4] * 100, instances, per_conversation=4, rate=0.05
    ) == pytest.approx(1.0, abs=1e-9)


def test_one_clean_instance_is_no_evidence_of_innocence():
    regrets = [0] * 150 + ([1] + [0] * 4) * 20
    instances = ["flood"] * 150 + [f"i{n % 8}" for n in range(100)]
    counted = [4] * 250
    assert p_regret_below(regrets, counted, per_conversation=4, rate=0.05) < 0.05
    assert worst_p_regret_below(regrets, counted, instances, per_conversation=4, rate=0.05) > 0.5


def test_a_conversation_out_of_range_is_named():
    with pytest.raises(ValueError, match=r"unit 1: .* got amount 3 and size 2"):
        regret_interval([0, 3], [4, 2], per_conversation=4, alpha=0.05)
