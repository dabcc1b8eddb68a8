from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.evidence import admit, confidence, window_start


def held(instances, places):
    counts = {}
    for place in places:
        counts[instances[place]] = counts.get(instances[place], 0) + 1
    return counts


def test_balanced_instances_all_count():
    for instances in (["a", "b", "c", "d", "e"] * 20, sorted(["a", "b", "c", "d", "e"] * 20)):
        assert sorted(admit(instances, cap=0.2)) == list(range(100))


def test_a_flood_is_capped_and_waits_for_the_others():
    instances = ["flood"] * 500 + [f"i{n % 8}" for n in range(80)]
    places = admit(instances, cap=0.2)
    counts = held(instances, places)
    assert counts["flood"] == 21  # ceil(101 / 5) of the eighty others and itself
    assert len(places) == 101
    assert places[0] == 0  # the first conversation counts, whoever it is of
    assert places[1] == 500


def test_too_few_instances_stay_too_few():
    assert len(admit(["a", "b", "c", "d"] * 50, cap=0.2)) == 4
    assert len(admit(["a"] * 50, cap=0.2)) == 1
    assert len(admit(["a"] * 50, cap=1.0)) == 50


@given(st.lists(st.sampled_from("abcdefgh"), max_size=150), st.sampled_from([0.2, 0.25, 0.5, 1.0]))
def test_no_instance_ever_holds_more_than_its_share(instances, cap):
    places = admit(instances, cap=cap)
    assert len(set(places)) == len(places)
    for end in range(1, len(places) + 1):
        most = max(held(instances, places[:end]).values())
        assert most <= cap * end + 1  # one more than the share, from rounding up
    for name in set(instances):
        own = [p for p in places if instances[p] == name]
        assert own == [i for i, n in enumerate(instances) if n == name][: len(own)]


@given(st.lists(st.sampled_from("abcdefgh"), max_size=80), st.sampled_from("abcdefgh"))
def test_who_counts_is_settled_when_the_next_one_comes(instances, later):
    # Predictable: a later conversation never changes who entered before it, or in what order.
    before = admit(instances, cap=0.2)
    assert admit([*instances, later], cap=0.2)[: len(before)] == before


@pytest.mark.parametrize("cap", [0.0, 1.5, -1.0])
def test_impossible_caps_are_refused(cap):
    with pytest.raises(ValueError, match="cap"):
        admit(["a"], cap=cap)


def test_the_oldest_open_window_decides():
    start = window_start(datetime(2026, 3, 10, 15), half_life_days=14)
    assert timedelta(days=14) <= datetime(2026, 3, 10, 15) - start < timedelta(days=28)


@pytest.mark.parametrize(
    ("watermark", "start"),
    [
        # From Monday, 2020-01-06, to 2025-12-29 there are 156 windows of 14 days.
        (datetime(2025, 12, 29), datetime(2025, 12, 15)),
        (datetime(2026, 1, 11, 23, 59), datetime(2025, 12, 15)),
        (datetime(2026, 1, 12), datetime(2025, 12, 29)),
    ],
)
def test_windows_open_every_half_life_from_one_monday(watermark, start):
    assert window_start(watermark, half_life_days=14) == start


@given(st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)), st.integers(1, 60))
def test_a_window_holds_one_to_two_half_lives_and_then_gives_way(watermark, half_life_days):
    half_life = timedelta(days=half_life_days)
    start = window_start(watermark, half_life_days=half_life_days)
    assert half_life <= watermark - start < 2 * half_life
    assert window_start(watermark + half_life, half_life_days=half_life_days) == start + half_life


@pytest.mark.parametrize(
    ("p", "expected"),
    [(0.0, 0.9999), (0.05, 0.95), (0.0269, 0.9731), (1.0, 0.0), (0.12345, 0.8765), (1e-9, 0.9999)],
)
def test_confidence_is_rounded_down(p, expected):
    assert confidence(p) == expected


@pytest.mark.parametrize("p", [-0.1, 1.1, float("nan")])
def test_confidence_of_no_probability_is_refused(p):
    with pytest.raises(ValueError, match="p-value"):
        confidence(p)
