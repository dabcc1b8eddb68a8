import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.evidence import (
    CALIBRATION,
    betting,
    calibrated_clip,
    clip,
    net_savings_interval,
    p_savings_above,
    p_savings_below,
    regret_interval,
    worst_p_savings_above,
    worst_p_savings_below,
)

SIZES = [3_000, 5_000, 4_000, 8_000, 2_000, 6_000, 7_000, 1_000, 9_000, 4_500]


def conversations(n):
    return [SIZES[i % len(SIZES)] for i in range(n)]


def test_a_steady_saving_is_found_with_figures():
    before = conversations(200)
    saved = [b * 2 // 5 for b in before]
    interval = net_savings_interval(saved, before, clip_tokens=200_000, alpha=0.05)
    assert interval.n == 200
    assert interval.estimate == pytest.approx(0.4, abs=1e-3)
    assert 0.33 < interval.low < 0.4 < interval.high < 0.44


def test_a_steady_loss_is_negative():
    before = conversations(200)
    interval = net_savings_interval(
        [-b // 4 for b in before], before, clip_tokens=200_000, alpha=0.05
    )
    assert interval.high < 0
    assert interval.estimate == pytest.approx(-0.25, abs=1e-3)


def test_net_savings_are_the_regret_of_halves():
    # (saved + before) / 2 of before, as the docstring says: same bounds as a regret of that.
    before = [4] * 300
    saved = [2, 4, 0, -4] * 75
    net = net_savings_interval(saved, before, clip_tokens=4, alpha=0.05, calibration=0)
    halves = [(s + b) // 2 for s, b in zip(saved, before, strict=True)]
    # Regret gives 0.8 of alpha to its upper bound and 0.2 to its lower, savings a half to each.
    upper = regret_interval(halves, before, per_conversation=4, alpha=0.05 * 0.5 / 0.8)
    lower = regret_interval(halves, before, per_conversation=4, alpha=0.05 * 0.5 / 0.2)
    assert net.high == pytest.approx(2 * upper.high - 1, abs=1e-9)
    assert net.low == pytest.approx(2 * lower.low - 1, abs=1e-9)


@pytest.mark.parametrize(("share", "net"), [(0.5, 0.2), (-0.25, 0.0), (1.0, 0.5)])
def test_equal_conversations_have_a_closed_form(share, net):
    # Of size C each: the amount is (1 + share) / 2 of it, the ratio (1 + net) / 2.
    n, size = 60, 1000
    a, r = (1 + share) / 2, (1 + net) / 2
    saved, before = [round(share * size)] * n, [size] * n
    told = {"clip_tokens": size, "net": net, "calibration": 0}
    above = betting._ABOVE @ (1 + betting._FRACTIONS * (a / r - 1)) ** n
    below = betting._BELOW @ (1 - betting._FRACTIONS * (a - r) / (1 - r)) ** n
    assert p_savings_above(saved, before, **told) == pytest.approx(min(1, 1 / above), rel=1e-7)
    assert p_savings_below(saved, before, **told) == pytest.approx(min(1, 1 / below), rel=1e-7)


def test_the_first_conversations_set_the_clip_and_are_left_out():
    before = conversations(120)
    saved = [b // 2 for b in before]
    spoiled = [-b for b in before[:CALIBRATION]] + saved[CALIBRATION:]
    kept = {"clip_tokens": 200_000, "alpha": 0.05}
    one = net_savings_interval(saved, before, **kept)
    two = net_savings_interval(spoiled, before, **kept)
    assert (one.low, one.high) == (two.low, two.high)
    assert one.estimate > two.estimate  # the raw ratio is of all of them
    fixed = net_savings_interval(
        saved[CALIBRATION:], before[CALIBRATION:], clip_tokens=8_000, alpha=0.05, calibration=0
    )
    assert (fixed.low, fixed.high) == (one.low, one.high)


def test_a_later_giant_counts_as_one_clipped_conversation():
    before = [*conversations(150), 10_000_000]
    saved = [b // 2 for b in before[:-1]] + [-10_000_000]
    interval = net_savings_interval(saved, before, clip_tokens=200_000, alpha=0.05)
    assert interval.estimate < -0.8
    assert interval.low > 0.3


@pytest.mark.parametrize(
    ("before", "clip_tokens", "expected"),
    [
        ([], 200_000, 200_000),
        ([7], 200_000, 200_000),
        ([7, 9], 200_000, 7),
        ([5, 1_000_000, 30, 20], 200_000, 30),
        ([300_000, 400_000, 5], 200_000, 200_000),
        ([0, 0, 0], 200_000, 1),
    ],
)
def test_calibrated_clip(before, clip_tokens, expected):
    assert calibrated_clip(before, clip_tokens=clip_tokens) == expected


def test_clipping_keeps_the_ratio_and_tells_its_share():
    clipped = clip([50, 500, -3_000], [100, 1_000, 1_000], clip_tokens=200)
    assert clipped.sizes == [100.0, 200.0, 200.0]
    assert clipped.saved == [50.0, 100.0, -200.0]  # a loss counts at most as the whole size
    assert clipped.share == pytest.approx(1 - 500 / 2100)
    assert clip([], [], clip_tokens=200).share == 0.0


@settings(max_examples=40)
@given(st.lists(st.tuples(st.integers(0, 10**7), st.floats(-3, 1)), max_size=60))
def test_any_conversations_give_an_interval(rows):
    before = [b for b, _ in rows]
    saved = [min(b, int(b * x)) for b, x in rows]
    interval = net_savings_interval(saved, before, clip_tokens=200_000, alpha=0.05)
    assert -1 <= interval.low <= interval.high <= 1
    assert interval.n == len(rows)


@settings(max_examples=40)
@given(st.lists(st.tuples(st.integers(1, 10**5), st.floats(-1, 1)), min_size=12, max_size=60))
def test_savings_bounds_and_p_values_decide_alike(rows):
    before = [b for b, _ in rows]
    saved = [min(b, int(b * x)) for b, x in rows]
    interval = net_savings_interval(saved, before, clip_tokens=200_000, alpha=0.05)
    for net in (-0.2, 0.0, 0.3):
        above = p_savings_above(saved, before, clip_tokens=200_000, net=net)
        below = p_savings_below(saved, before, clip_tokens=200_000, net=net)
        assert (interval.low >= net) == (above <= 0.025 * (1 + 1e-8))
        assert (interval.high <= net) == (below <= 0.025 * (1 + 1e-8))


def test_one_instance_alone_proves_no_saving_and_no_loss():
    before = conversations(150)
    instances = ["flood" if i % 2 else f"i{i % 7}" for i in range(150)]
    gain = [b * 3 // 4 if i == "flood" else 0 for b, i in zip(before, instances, strict=True)]
    loss = [-g for g in gain]
    at = {"clip_tokens": 200_000, "net": 0.0}
    assert p_savings_above(gain, before, **at) < 0.001
    assert worst_p_savings_above(gain, before, instances, **at) == 1.0
    assert p_savings_below(loss, before, **at) < 0.001
    assert worst_p_savings_below(loss, before, instances, **at) == 1.0
    everyone = [b // 2 for b in before]
    assert worst_p_savings_above(everyone, before, instances, **at) < 0.001
    assert worst_p_savings_below([-s for s in everyone], before, instances, **at) < 0.001


@pytest.mark.parametrize(
    ("saved", "before", "message"),
    [
        ([1], [1, 2], "1 savings but 2 sizes"),
        ([1, 3], [1, 2], "conversation 1: .* got saved 3 and before 2"),
        ([0, -5], [1, -2], "conversation 1"),
    ],
)
def test_impossible_conversations_are_named(saved, before, message):
    with pytest.raises(ValueError, match=message):
        net_savings_interval(saved, before, clip_tokens=100, alpha=0.05)


@pytest.mark.parametrize("net", [-1.0, 1.0, 2.0])
def test_net_savings_lie_between_minus_one_and_one(net):
    with pytest.raises(ValueError, match="net savings"):
        p_savings_above([1], [2], clip_tokens=100, net=net)
