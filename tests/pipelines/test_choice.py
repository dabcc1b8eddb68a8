"""Choice on recorded traffic, defaults, pins, and which evidence counts at all."""

from datetime import timedelta

import pytest
from choice_world import (
    BASE,
    ENGINE,
    JSON,
    REPLAY,
    SETTINGS,
    SLICE,
    Cert,
    certificates,
    chosen,
    conversations,
    decision,
    insert,
    key,
    ladder,
    rollup_row,
    warehouse,
)
from msgspec.structs import replace

from compressors.errors import ConfigurationError
from compressors.profiles import CANDIDATES, LADDERS
from pipelines.choice import PUBLISHED_REASONS, UNPUBLISHED_REASONS
from pipelines.evidence import net_savings_interval, p_savings_above, regret_interval
from pipelines.settings import Pin

ALL = {
    "json.passthrough": 0.0,
    "json.lossless": 0.2,
    "json.rows_most": 0.3,
    "json.rows_half": 0.5,
    "json.rows_few": 0.75,
    "json.rows_minimal": 0.9,
}


@pytest.fixture
def con():
    with warehouse() as connection:
        yield connection


def test_the_admissible_profile_that_saves_most_is_certified(con):
    ladder(con, saves=ALL)
    made = chosen(con)
    [row] = made.decisions
    assert (row.profile.name, row.reason, row.published) == ("json.rows_few", "certified", True)
    assert (row.conversations, row.instances, row.incumbent) == (120, 6, "json.lossless")
    assert row.canary is None
    assert made.origin == "recorded"
    assert made.watermark == BASE + timedelta(days=7 * 119 / 120)
    assert row.because.startswith("json.rows_few saves 75 % net (")
    assert "in 120 conversations of 6 instances; best of 4" in row.because
    assert row.confidence > 0.97


def test_the_published_intervals_are_the_bounds_at_alpha_over_the_candidates(con):
    ladder(con, saves=ALL)
    row = decision(con)
    # Four candidates: lossless and three certified profiles; rows_minimal is no candidate.
    before = [2000 + 700 * (i % 7) for i in range(120)]
    saved = [b - round(b * 0.25) for b in before]
    net = net_savings_interval(saved, before, clip_tokens=200_000, alpha=0.05 / 4)
    regret = regret_interval([0] * 120, [4] * 120, per_conversation=4, alpha=0.05 / 4)
    assert (row.net_low, row.net_high) == (net.low, net.high)
    assert (row.regret_low, row.regret_high) == (regret.low, regret.high)


def test_a_profile_that_is_asked_back_too_often_is_not_admissible(con):
    ladder(con, saves=ALL, regret_every={"json.rows_few": 3})
    row = decision(con)
    assert (row.profile.name, row.reason) == ("json.rows_half", "certified")
    assert "json.rows_few would save 66.7 %, but its regret of 8.3 % may be" in row.because


def test_lossless_needs_no_regret_bound(con):
    # 60 clean conversations admit a row, but prove no regret limit for a lossy profile.
    ladder(con, saves=ALL, n=60)
    row = decision(con)
    assert (row.profile.name, row.reason) == ("json.lossless", "certified")


def test_equals_go_to_the_milder(con):
    ladder(con, saves=ALL | {"json.rows_most": 0.5, "json.rows_half": 0.5, "json.rows_few": 0.5})
    assert decision(con).profile.name == "json.rows_most"


def test_what_retrievals_bring_back_is_charged(con):
    # rows_few saves 60 % at first, but every retrieval returns a third of all.
    insert(con, [
        rollup_row(JSON[name], number=i, before=3000, after=after, returned=returned,
            instance=f"i{i % 8}", started=BASE + timedelta(minutes=i))
        for i in range(160)
        for name, after, returned in [("json.rows_half", 1500, 0), ("json.rows_few", 1200, 1000)]
    ])  # fmt: skip
    assert decision(con).profile.name == "json.rows_half"


def test_only_the_safe_set_is_a_candidate(con):
    ladder(con, saves=ALL)
    assert decision(con, certs=[]).profile.name == "json.lossless"
    assert decision(con, certs=certificates("json.rows_most")).profile.name == "json.rows_most"


@pytest.mark.parametrize(
    "spoilt",
    [
        {"certified": False},
        {"harms": 30},  # its p is above its threshold, whatever the flag says
    ],
)
def test_the_ladder_ends_at_the_first_profile_not_certified(con, spoilt):
    ladder(con, saves=ALL)
    good = [c for c in certificates() if c.profile != "json.rows_half"]
    half = JSON["json.rows_half"]
    fine = Cert("json", half.name, half.id, 3, "gsm8k")
    bad = Cert("json", half.name, half.id, 3, "bfcl", **spoilt)
    # rows_few is certified by name, but stands behind the gap.
    assert decision(con, certs=[*good, fine, bad]).profile.name == "json.rows_most"
    assert decision(con, certs=[*good, fine]).profile.name == "json.rows_few"


@pytest.mark.parametrize(
    ("n", "instances", "reason"),
    [(49, 7, "too_few_conversations"), (120, 4, "too_few_instances"), (4, 4, "too_few_instances")],
)
def test_under_a_gate_there_is_no_row(con, n, instances, reason):
    ladder(con, saves=ALL, n=n, instances=instances)
    made = chosen(con)
    [row] = made.decisions
    assert (row.published, row.reason) == (False, reason)
    assert row.profile == made.defaults["json"]
    assert (row.net_low, row.regret_high, row.confidence, row.canary) == (None, None, None, None)
    assert "a row needs 50 conversations of 5 instances" in row.because
    assert (made.origin, made.watermark, made.rows) == (None, None, ())


def test_a_gate_opens_at_exactly_its_number(con):
    ladder(con, saves=ALL, n=50, instances=10)
    assert decision(con).published


def test_one_organisation_may_say_that_it_is_one(con):
    ladder(con, saves=ALL, instances=1)
    assert not decision(con).published
    assert decision(con, settings=replace(SETTINGS, min_instances=1)).conversations == 120


def test_a_flood_from_one_instance_counts_a_fifth(con):
    ladder(con, saves=ALL, n=80, instances=8)
    ladder(con, saves=ALL, n=300, first=1000, instance="flood", over=6.9)
    row = decision(con)
    assert row.conversations == 101
    assert row.instances == 9


def test_a_slice_without_any_safe_evidence_says_so(con):
    ladder(con, saves={"json.rows_minimal": 0.9, "json.passthrough": 0.0})
    row = decision(con)
    assert (row.published, row.reason, row.conversations) == (False, "no_evidence", 0)


def test_where_lossless_was_not_evaluated_nothing_may_be_admissible(con):
    ladder(con, saves={"json.rows_few": 0.75}, regret_every={"json.rows_few": 2})
    row = decision(con)
    assert (row.published, row.reason) == (False, "regret_unclear")
    assert "no milder profile was evaluated" in row.because


@pytest.mark.parametrize(
    "saves",
    [
        {"json.lossless": 0.0, "json.rows_most": 0.0, "json.rows_half": 0.0},
        {"json.lossless": 0.0, "json.rows_most": -0.2, "json.rows_half": -0.4},
        {"json.lossless": -0.3, "json.rows_most": -0.3},
    ],
)
def test_where_nothing_saves_the_advice_is_to_skip(con, saves):
    ladder(con, saves=saves)
    row = decision(con)
    assert (row.profile.name, row.reason, row.published) == ("json.passthrough", "skip", True)
    assert row.net_low <= 0
    assert "no safe profile saves anything net: json.lossless comes closest" in row.because
    assert row.confidence > 0.95


def test_doubt_is_no_reason_to_skip(con):
    # One conversation in four saves: nothing proves a saving, nothing disproves one.
    insert(con, [
        rollup_row(JSON["json.lossless"], number=i, after=3900 if i % 4 == 0 else 4000,
            instance=f"i{i % 6}", started=BASE + timedelta(minutes=i))
        for i in range(60)
    ])  # fmt: skip
    row = decision(con)
    assert (row.profile.name, row.reason) == ("json.lossless", "certified")
    assert row.net_low < 0
    assert row.confidence < 0.5


def test_confidence_is_that_of_the_weakest_statement(con):
    ladder(con, saves=ALL, n=400)
    strong = decision(con, certs=certificates(n=5000))
    weak = decision(con, certs=certificates(n=500, threshold=0.05))
    assert strong.confidence > weak.confidence
    assert weak.confidence == pytest.approx(1 - 0.99**500, abs=1e-4)


def test_confidence_pays_for_the_selection(con):
    # Two candidates; the weakest statement is that the better one saves anything.
    ladder(con, saves={"json.lossless": 0.05, "json.rows_half": 0.04}, n=150)
    before = [2000 + 700 * (i % 7) for i in range(150)]
    saved = [b - round(b * 0.95) for b in before]
    p = p_savings_above(saved, before, clip_tokens=200_000, net=0.0)
    assert 0.001 < p < 0.4
    assert decision(con).confidence == pytest.approx(1 - 2 * p, abs=1e-4)


def test_a_profile_is_as_certain_as_on_its_worst_data_set(con):
    ladder(con, saves=ALL, n=400)
    few = JSON["json.rows_few"]
    certs = [*certificates("json.rows_half"), Cert("json", few.name, few.id, 4, "bfcl", n=3000),
             Cert("json", few.name, few.id, 4, "gsm8k", n=450)]  # fmt: skip
    assert decision(con, certs=certs).confidence == pytest.approx(1 - 0.99**450, abs=1e-4)


def test_one_profile_that_saves_is_enough_not_to_skip(con):
    ladder(con, saves={"json.lossless": 0.0, "json.rows_most": -0.1, "json.rows_half": 0.5})
    assert decision(con).profile.name == "json.rows_half"


def test_passes_over_the_same_recording_count_once(con):
    ladder(con, saves=ALL)
    once = decision(con)
    # The second pass, with a file: rows_few acts, the others are trials.
    for name, share in ALL.items():
        arm = "recommended" if name == "json.rows_few" else "trial"
        ladder(con, saves={name: share}, arm=arm, publication="ab" * 8,
               experiment=key("x"))  # fmt: skip
    assert decision(con) == once


def test_of_two_passes_the_more_complete_one_counts(con):
    ladder(con, saves=ALL)
    once = decision(con)
    conversations(con, JSON["json.rows_few"], 120, saves=-0.5, counted=2, publication="ff" * 8)
    assert decision(con) == once


def test_a_conversation_of_two_days_is_one(con):
    ladder(con, saves=ALL)
    whole = decision(con)
    parts = []
    for one in con.sql("from rollup").to_arrow_table().to_pylist():
        for part in (0, 1):
            later = one["started"] + timedelta(hours=20 * part)
            halved = {
                name: one[name] // 2 + part * (one[name] % 2)
                for name in ("compressions", "counted", "tokens_before", "tokens_after")
            }
            parts.append(one | halved | {"started": later, "day": later.date()})
    con.execute("delete from rollup")
    insert(con, parts)
    assert decision(con) == whole


@pytest.mark.parametrize("more", [{"conversation": ""}, {"origin": "imported"}])
def test_what_informs_is_no_evidence(con, more):
    conversations(con, JSON["json.lossless"], 120, **more)
    assert chosen(con).decisions == ()


def test_a_new_engine_starts_a_new_epoch(con):
    ladder(con, saves=ALL, engine="01" * 8)
    old = chosen(con, engine="77" * 32).decisions[0]
    assert old.published  # no evidence by the engine asked for: the newest one's counts
    ladder(con, saves=ALL, n=30, first=500)
    now = decision(con, engine=ENGINE)
    assert (now.published, now.conversations) == (False, 30)
    late = decision(con, engine="77" * 32)
    assert late.conversations in (120, 30)


def test_without_the_engine_asked_for_the_latest_to_appear_counts(con):
    ladder(con, saves=ALL, engine="ff" * 8, start=BASE, n=100)
    ladder(con, saves=ALL, engine="01" * 8, start=BASE + timedelta(days=3), n=60, first=900)
    assert decision(con, engine="77" * 32).conversations == 60
    assert decision(con, engine="ff" * 32).conversations == 100


def test_a_regret_whose_compression_is_lost_is_still_one(con):
    ladder(con, saves={"json.lossless": 0.2, "json.rows_half": 0.5})
    insert(con, [
        rollup_row(JSON["json.rows_half"], number=5000 + i, before=0, after=0, counted=0, regrets=1,
            returned=500, instance=f"i{i % 6}", started=BASE + timedelta(days=1))
        for i in range(12)
    ])  # fmt: skip
    assert decision(con).profile.name == "json.lossless"


def learn(con, tokens, *, replay=REPLAY, split="learn", treatment="profile", kind="json"):
    for name, (before, after) in tokens.items():
        profile = next(p for p in LADDERS[kind] if p.name == name)
        con.execute(
            "insert into outcomes values (?, 'j', 'gsm8k', ?, 'a', 'line 1', 'b', ?, ?, ?, ?, "
            "true, true, ?, ?, '', 0)",
            [replay, kind, split, treatment, name, profile.id, before, after],
        )


def test_the_default_saves_most_on_the_learn_part(con):
    learn(con, {"json.lossless": (1000, 800), "json.rows_most": (1000, 300),
                "json.rows_half": (1000, 300), "json.rows_minimal": (1000, 10)})  # fmt: skip
    assert chosen(con).defaults["json"].name == "json.rows_most"  # ties go to the milder
    assert chosen(con, certs=[]).defaults["json"].name == "json.lossless"


def test_no_default_goes_further_than_the_candidate(con):
    learn(con, {"json.rows_half": (1000, 500), "json.rows_few": (1000, 300),
                "json.rows_minimal": (1000, 10)})  # fmt: skip
    assert chosen(con).defaults["json"].name == CANDIDATES["json"] == "json.rows_few"


@pytest.mark.parametrize(
    "other", [{"replay": "other"}, {"split": "certify"}, {"treatment": "truncation"}]
)
def test_the_default_looks_at_nothing_but_the_learn_part_of_these_replays(con, other):
    learn(con, {"json.rows_most": (1000, 500), "json.rows_half": (1000, 600)})
    learn(con, {"json.rows_half": (1000, 1)}, **other)
    assert chosen(con).defaults["json"].name == "json.rows_most"


DEFAULT_FEW = {"json.lossless": (1000, 800), "json.rows_few": (1000, 100)}


def test_a_default_neither_kept_nor_refuted_stays(con):
    learn(con, DEFAULT_FEW)
    ladder(con, saves=ALL, regret_every={"json.rows_few": 9})
    row = decision(con)
    assert (row.published, row.reason) == (False, "regret_unclear")
    assert row.profile.name == "json.rows_few"
    assert "neither kept nor refuted" in row.because


def test_a_default_shown_to_be_asked_back_gives_way(con):
    learn(con, DEFAULT_FEW)
    ladder(con, saves=ALL, regret_every={"json.rows_few": 2})
    row = decision(con)
    assert (row.profile.name, row.reason) == ("json.rows_half", "regret_high")
    assert "json.rows_few, the file's default, is asked again in 12.5 %" in row.because


def test_one_instance_alone_does_not_refute_a_default(con):
    learn(con, DEFAULT_FEW)
    ladder(con, saves=ALL)
    con.execute(
        "update rollup set regrets = 4, regrets_counted = 4 "
        "where profile = 'json.rows_few' and instance = (select min(instance) from rollup)"
    )
    assert decision(con).reason == "regret_unclear"


def test_what_is_shown_to_save_more_replaces_a_default_in_doubt(con):
    learn(con, DEFAULT_FEW)
    ladder(
        con,
        saves={**ALL, "json.rows_few": 0.2, "json.rows_half": 0.7},
        regret_every={"json.rows_few": 9},
    )
    row = decision(con)
    assert (row.profile.name, row.reason) == ("json.rows_half", "certified")


def test_every_kind_has_a_default_and_lossless_is_the_mildest(con):
    defaults = chosen(con).defaults
    assert sorted(defaults) == sorted(LADDERS)
    assert all(d.name == f"{kind}.lossless" for kind, d in defaults.items())


def pinned(profile, of=SLICE):
    return replace(SETTINGS, pins=(Pin(**of._asdict(), profile=profile),))


def test_a_pin_decides_where_a_row_is_admitted(con):
    ladder(con, saves=ALL)
    free = decision(con)
    row = decision(con, settings=pinned("json.rows_most"))
    assert (row.profile.name, row.reason) == ("json.rows_most", "pinned")
    assert row.net_high < free.net_low
    assert row.because.startswith("json.rows_most is pinned in the settings; else: json.rows_few")
    elsewhere = pinned("json.rows_most", SLICE._replace(auth_mode="oauth"))
    assert decision(con, settings=elsewhere) == free


def test_a_pin_opens_no_gate(con):
    ladder(con, saves=ALL, n=20)
    assert decision(con, settings=pinned("json.rows_most")).reason == "too_few_conversations"


def test_a_pin_outside_the_safe_set_is_refused(con):
    ladder(con, saves=ALL)
    with pytest.raises(ConfigurationError, match=r"json\.rows_minimal, which is not in the safe"):
        chosen(con, settings=pinned("json.rows_minimal"))


def test_slices_are_decided_apart_and_sorted(con):
    other = SLICE._replace(auth_mode="oauth")
    ladder(con, saves=ALL)
    ladder(con, saves=ALL, of=other, n=20)
    made = chosen(con)
    assert [d.slice for d in made.decisions] == [other, SLICE]
    assert [d.slice for d in made.rows] == [SLICE]


def test_of_two_kinds_under_one_hash_the_commoner_one_decides(con):
    ladder(con, saves=ALL)
    log = next(p for p in LADDERS["log"] if p.name == "log.lossless")
    conversations(con, log, 30, first=700, kind="log")
    assert decision(con).kind == "json"


def test_the_reasons_are_closed_sets():
    assert not set(PUBLISHED_REASONS) & set(UNPUBLISHED_REASONS)
