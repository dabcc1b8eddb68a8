"""Choice on live traffic: promote, demote, give up, come back; no client decides alone."""

from datetime import timedelta

import pytest
from choice_world import (
    BASE,
    ENGINE,
    JSON,
    SETTINGS,
    SLICE,
    certificates,
    chosen,
    conversations,
    decision,
    insert,
    ladder,
    rollup_row,
    warehouse,
)
from msgspec.structs import replace

from compressors._book_file import EvidenceRow
from compressors.book import Book, Canary, Row, experiment
from pipelines.settings import Pin

FEW, HALF, MOST = JSON["json.rows_few"], JSON["json.rows_half"], JSON["json.rows_most"]
LOSSLESS, PASSTHROUGH = JSON["json.lossless"], JSON["json.passthrough"]
FILE = "f1" * 8
PARTS = {"origin": "live", "publication": FILE}
RECOMMENDED = {**PARTS, "arm": "recommended"}


@pytest.fixture
def con():
    with warehouse() as connection:
        yield connection


def drawn_for(profile, canary):
    return experiment(SLICE, profile, canary, engine=ENGINE)


def on_trial(profile, canary, *, arm="canary"):
    return {**PARTS, "arm": arm, "experiment": drawn_for(profile, canary)}


def book(profile, *, canary=None, reason="certified", confidence=0.9):
    """A publication in force with one row."""
    told = EvidenceRow(reason=reason, instances=6, net_savings=(0.1, 0.2), regret=(0.0, 0.04),
                       level=0.95)  # fmt: skip
    tried = canary and Canary(canary, drawn_for(profile, canary), 50)
    row = Row(profile, profile is PASSTHROUGH, tried, confidence, 100, told)
    return Book(rows={SLICE: row})


def later(con, hours=30):
    """One more live event in another slice, so that what came before has had its follow-up."""
    [[last]] = con.execute("select max(started) from rollup").fetchall()
    insert(con, [rollup_row(LOSSLESS, number=99, of=SLICE._replace(auth_mode="oauth"),
                            started=last + timedelta(hours=hours), **RECOMMENDED)])  # fmt: skip


def decided(con, **more):
    """What becomes of the one slice, once the follow-up time has passed."""
    later(con)
    [found] = [d for d in chosen(con, **more).decisions if d.slice == SLICE]
    return found


# What acts, stays.


def test_the_first_row_names_what_acts_and_tries_a_neighbour(con):
    conversations(con, LOSSLESS, 80, saves=0.2, origin="live", arm="default")
    row = decided(con)
    assert (row.profile, row.reason, row.published) == (LOSSLESS, "certified", True)
    assert row.incumbent == "json.lossless"
    assert row.canary == Canary(MOST, drawn_for(LOSSLESS, MOST), 50)
    assert row.net_low < 0.2 < row.net_high
    assert "json.lossless acts, with net savings of" in row.because
    assert "canary json.rows_most on 5 % of the units" in row.because


def test_with_a_row_its_profile_stays_while_nothing_speaks_against_it(con):
    conversations(con, FEW, 120, saves=0.7, **RECOMMENDED)
    row = decided(con, incumbents=book(FEW))
    assert (row.profile, row.reason, row.conversations, row.instances) == (FEW, "certified", 120, 6)
    assert row.confidence > 0.97
    assert row.canary is not None  # nothing bolder is safe, so the milder neighbour is tried
    assert row.canary.profile == HALF


def test_what_was_left_behind_lately_is_not_tried_again(con):
    conversations(con, FEW, 120, saves=0.7, **RECOMMENDED)
    conversations(con, HALF, 49, first=500, saves=0.5, **RECOMMENDED)
    assert decided(con, incumbents=book(FEW)).canary.profile == HALF
    conversations(con, HALF, 9, first=700, saves=0.5, **RECOMMENDED)
    assert decided(con, incumbents=book(FEW)).canary is None


def test_without_a_canary_share_nothing_is_tried(con):
    conversations(con, FEW, 120, saves=0.7, **RECOMMENDED)
    row = decided(con, incumbents=book(FEW), settings=replace(SETTINGS, canary_share=0))
    assert row.canary is None


def test_conversations_enter_after_their_follow_up_time(con):
    conversations(con, FEW, 60, saves=0.7, over=0.9, **RECOMMENDED)
    # All are younger than a day: the newest event is their own.
    [row] = chosen(con, incumbents=book(FEW)).decisions
    assert (row.published, row.conversations) == (False, 0)
    assert decided(con, incumbents=book(FEW)).published


def test_a_regret_told_under_a_later_publication_enters_with_its_conversation(con):
    conversations(con, FEW, 100, saves=0.7, over=3, **RECOMMENDED)
    # Every proxy has started on another file since; a day has passed for all conversations.
    asked = {"before": 0, "after": 0, "returned": 900, "counted": 0, "regrets": 2}
    asked |= RECOMMENDED | {"publication": "a1" * 8}
    insert(con, [
        rollup_row(FEW, number=n, instance=f"i{n % 6}",
                   started=BASE + timedelta(days=3, hours=n / 9), **asked)
        for n in range(100)
    ])  # fmt: skip
    later(con, hours=14)
    [row] = [d for d in chosen(con, incumbents=book(FEW)).decisions if d.slice == SLICE]
    assert (row.reason, row.conversations) == ("regret_high", 100)


def test_a_regret_told_under_a_later_publication_adds_no_compression(con):
    one = {"before": 1000, "after": 300, "counted": 1, "started": BASE, **RECOMMENDED}
    asked = {"before": 0, "after": 0, "counted": 0, "regrets": 1, "returned": 300,
             "started": BASE + timedelta(hours=3),
             **RECOMMENDED | {"publication": "a1" * 8}}  # fmt: skip
    insert(con, [rollup_row(FEW, number=n, instance=f"i{n % 6}", **told)
                 for n in range(100) for told in (one, asked)])  # fmt: skip
    later(con)
    assert decided(con, incumbents=book(FEW)).regret_low > 0.75


def test_the_gates_count_the_slice_whatever_acted_on_it(con):
    conversations(con, FEW, 30, saves=0.7, **RECOMMENDED)
    conversations(con, HALF, 25, first=30, saves=0.5, **RECOMMENDED)
    row = decided(con, incumbents=book(FEW))
    assert (row.published, row.conversations) == (True, 55)
    assert decided(con, incumbents=book(FEW),
                   settings=replace(SETTINGS, min_conversations=56)).reason == (
        "too_few_conversations"
    )  # fmt: skip


def test_control_and_trials_are_no_evidence_of_what_acts(con):
    conversations(con, PASSTHROUGH, 60, saves=0.0, **{**PARTS, "arm": "control"})
    conversations(con, FEW, 60, first=60, saves=0.7, **{**PARTS, "arm": "trial"})
    assert decided(con).reason == "no_evidence"


# Demotion.


def test_evidence_of_regret_demotes_one_rung(con):
    conversations(con, FEW, 200, saves=0.7, regret_every=2, **RECOMMENDED)
    row = decided(con, incumbents=book(FEW))
    assert (row.profile, row.reason, row.incumbent) == (HALF, "regret_high", "json.rows_few")
    assert row.regret_low > 0.05
    assert row.confidence >= 0.95
    assert row.canary is None
    assert "where 5 % is the limit" in row.because


def test_regret_under_the_limit_demotes_nobody(con):
    conversations(con, FEW, 400, saves=0.7, regret_every=6, **RECOMMENDED)  # 4.2 %
    assert decided(con, incumbents=book(FEW)).profile == FEW


def test_one_client_cannot_demote(con):
    conversations(con, FEW, 160, saves=0.7, instances=8, **RECOMMENDED)
    angry = {"saves": 0.7, "regret_every": 1, "each": 2, "over": 6.5, **RECOMMENDED}
    conversations(con, FEW, 60, first=500, instance="angry", **angry)
    assert decided(con, incumbents=book(FEW)).profile == FEW
    # A second one is enough: with any one of them left out, the other's evidence stands.
    conversations(con, FEW, 60, first=800, instance="angry too", **angry)
    assert decided(con, incumbents=book(FEW)).reason == "regret_high"


def test_one_client_cannot_show_a_loss(con):
    conversations(con, FEW, 160, saves=0.05, instances=8, **RECOMMENDED)
    conversations(con, FEW, 60, first=500, saves=-0.9, instance="odd", over=6.5, **RECOMMENDED)
    assert decided(con, incumbents=book(FEW)).profile == FEW


def test_a_single_organisation_that_says_so_can_demote(con):
    conversations(con, FEW, 200, saves=0.7, regret_every=2, instances=1, **RECOMMENDED)
    alone = replace(SETTINGS, min_instances=1)
    assert decided(con, incumbents=book(FEW), settings=alone).reason == "regret_high"


def test_evidence_of_a_loss_demotes_one_rung(con):
    conversations(con, FEW, 150, saves=-0.3, **RECOMMENDED)
    row = decided(con, incumbents=book(FEW))
    assert (row.profile, row.reason) == (HALF, "negative_savings")
    assert row.net_high < 0


def test_below_lossless_lies_only_passing(con):
    conversations(con, LOSSLESS, 150, saves=-0.3, **RECOMMENDED)
    row = decided(con, incumbents=book(LOSSLESS))
    assert (row.profile, row.reason) == (PASSTHROUGH, "negative_savings")


def test_regret_of_what_loses_nothing_demotes_nobody(con):
    conversations(con, LOSSLESS, 200, saves=0.3, regret_every=2, **RECOMMENDED)
    assert decided(con, incumbents=book(LOSSLESS)).profile == LOSSLESS


def test_what_was_demoted_comes_back_as_a_canary_when_its_window_has_passed(con):
    conversations(con, FEW, 200, saves=0.7, regret_every=2, **RECOMMENDED)
    conversations(con, HALF, 200, first=300, saves=0.5, start=BASE + timedelta(days=7), over=6,
                  **RECOMMENDED)  # fmt: skip
    soon = decided(con, incumbents=book(HALF))
    assert soon.profile == HALF
    assert soon.canary.profile == MOST  # evidence against rows_few still stands
    conversations(con, HALF, 200, first=600, saves=0.5, start=BASE + timedelta(days=14), over=28,
                  **RECOMMENDED)  # fmt: skip
    assert decided(con, incumbents=book(HALF)).canary.profile == FEW


def test_old_regret_is_forgotten_within_two_half_lives(con):
    conversations(con, FEW, 200, saves=0.7, regret_every=2, over=3, **RECOMMENDED)
    assert decided(con, incumbents=book(FEW)).reason == "regret_high"
    conversations(con, FEW, 200, first=300, saves=0.7, start=BASE + timedelta(days=3), over=27,
                  **RECOMMENDED)  # fmt: skip
    assert decided(con, incumbents=book(FEW)).profile == FEW


# The canary.


def arms(
    con,
    *,
    n=1000,
    tried=200,
    other_saves=0.5,
    canary_saves=0.7,
    canary=FEW,
    profile=HALF,
    regret_every=0,
    over=10.0,
    start=BASE,
    first=0,
    **more,
):
    told = {"over": over, "start": start, **on_trial(profile, canary, arm="recommended")}
    conversations(con, profile, n, first=first, saves=other_saves, **told)
    told |= {**on_trial(profile, canary), "regret_every": regret_every, **more}
    conversations(con, canary, tried, first=first + 5000, saves=canary_saves, **told)


def test_a_canary_that_saves_more_without_regret_is_promoted(con):
    arms(con)
    row = decided(con, incumbents=book(HALF, canary=FEW))
    assert (row.profile, row.reason, row.incumbent) == (FEW, "canary_promoted", "json.rows_half")
    assert row.net_low > 0.5
    assert row.regret_high <= 0.05
    assert row.confidence >= 0.95
    assert "json.rows_half saved" in row.because


def test_what_recurs_was_drawn_once_and_counts_once(con):
    arms(con, unit="the same opening for everyone")
    assert decided(con, incumbents=book(HALF, canary=FEW)).reason == "certified"


def test_what_is_brought_back_from_before_the_draw_does_not_stand_for_its_unit(con):
    arms(con)
    # Of the same openings' conversations in the week before, when the row had no canary yet; not
    # of the first compressions, which count as regret.
    asked = {"before": 0, "after": 0, "returned": 1500, "counted": 0, "regrets": 0}
    told = {"started": BASE, **asked, **RECOMMENDED}
    insert(con, [rollup_row(HALF, number=n, conversation=f"{n:016x}", instance=f"i{n % 6}", **told)
                 for n in range(1000)])  # fmt: skip
    assert decided(con, incumbents=book(HALF, canary=FEW)).reason == "canary_promoted"


@pytest.mark.parametrize(("tried", "promoted"), [(80, False), (110, True)])
def test_a_promotion_needs_about_a_hundred_clean_conversations(con, tried, promoted):
    # 92 for the bound alone, and those of one instance less must do as well.
    arms(con, tried=tried, instances=20)
    row = decided(con, incumbents=book(HALF, canary=FEW))
    assert (row.reason == "canary_promoted") == promoted


@pytest.mark.parametrize(
    "spoilt",
    [
        {"regret_every": 5},  # asked for again too often
        {"canary_saves": 0.5},  # saves no more
        {"canary_saves": 0.3},  # saves less
        {"publication": "0e" * 8},  # the arms never ran under one file
        {"experiment": "ab" * 8},  # drawn for another experiment
        {"instance": "only one"},  # one client alone
    ],
)
def test_a_canary_that_has_not_earned_it_stays_a_canary(con, spoilt):
    arms(con, **spoilt)
    row = decided(con, incumbents=book(HALF, canary=FEW))
    assert (row.profile, row.reason) == (HALF, "certified")
    assert row.canary.profile == FEW
    assert row.canary.experiment == drawn_for(HALF, FEW)


@pytest.mark.parametrize(("tried", "promoted"), [(91, False), (92, True)])
def test_a_promotion_keeps_the_limit_with_the_bound_it_publishes(con, tried, promoted):
    arms(con, tried=tried)
    row = decided(con, incumbents=book(HALF, canary=FEW),
                  settings=replace(SETTINGS, min_instances=1))  # fmt: skip
    assert (row.reason == "canary_promoted") == promoted


def test_a_promotion_shows_more_savings_with_the_bounds_it_publishes(con):
    resting = on_trial(PASSTHROUGH, LOSSLESS, arm="recommended")
    conversations(con, PASSTHROUGH, 200, saves=0.0, over=1, **resting)
    steps = range(10, 80, 2)
    for n in steps:
        told = {"start": BASE + timedelta(minutes=n), **on_trial(PASSTHROUGH, LOSSLESS)}
        conversations(con, LOSSLESS, 2, first=4000 + n, saves=0.4, over=0.5, **told)
        row = decided(con, incumbents=book(PASSTHROUGH, canary=LOSSLESS, reason="skip"),
                      settings=replace(SETTINGS, min_instances=1))  # fmt: skip
        if row.reason == "canary_promoted":
            break
    assert n > min(steps)
    assert row.net_low > 0


def test_one_client_cannot_promote(con):
    # A fifth of the canary's conversations are clean and from one client, the others regret.
    arms(con, tried=800, n=3000, regret_every=5, instances=20)
    conversations(con, FEW, 400, first=9000, saves=0.7, instance="eager", over=9.9,
                  **on_trial(HALF, FEW))  # fmt: skip
    assert decided(con, incumbents=book(HALF, canary=FEW)).profile == HALF


def test_a_canary_that_loses_nothing_needs_no_regret_bound(con):
    arms(con, profile=PASSTHROUGH, canary=LOSSLESS, other_saves=0.0, canary_saves=0.4, n=100,
         tried=60)  # fmt: skip
    row = decided(con, incumbents=book(PASSTHROUGH, canary=LOSSLESS, reason="skip"))
    assert (row.profile, row.reason) == (LOSSLESS, "canary_promoted")


def test_the_way_back_from_skipping_is_a_canary(con):
    conversations(con, PASSTHROUGH, 100, saves=0.0, **RECOMMENDED)
    row = decided(con, incumbents=book(PASSTHROUGH, reason="skip", confidence=0.97))
    assert (row.profile, row.reason) == (PASSTHROUGH, "skip")
    assert row.canary.profile == LOSSLESS
    assert (row.net_low, row.net_high, row.regret_high) == (0.0, 0.0, 0.0)
    assert row.confidence == 0.97  # that of the statement it rests on still


def test_a_canary_is_given_up_at_the_end_of_its_window_and_rests(con):
    arms(con, canary_saves=0.5, over=25)
    assert decided(con, incumbents=book(HALF, canary=FEW)).canary.profile == FEW
    conversations(con, HALF, 200, first=2000, saves=0.5, start=BASE + timedelta(days=25), over=4,
                  **RECOMMENDED)  # fmt: skip
    row = decided(con, incumbents=book(HALF, canary=FEW))
    assert "canary json.rows_few is given up" in row.because
    assert row.canary.profile == MOST  # the other neighbour gets its turn
    # It rests for a window after its last conversation, and may then be tried again.
    conversations(con, HALF, 200, first=3000, saves=0.5, start=BASE + timedelta(days=30), over=27,
                  **RECOMMENDED)  # fmt: skip
    again = decided(con, incumbents=book(HALF))
    assert again.canary.profile == FEW


def test_a_second_run_of_a_canary_has_its_own_window(con):
    arms(con, canary_saves=0.5, over=20)
    arms(con, canary_saves=0.5, over=3, start=BASE + timedelta(days=50), first=20_000)
    row = decided(con, incumbents=book(HALF, canary=FEW))
    assert row.canary.profile == FEW
    assert "given up" not in row.because


def test_a_second_run_is_not_given_up_for_the_first_before_it_has_a_conversation(con):
    arms(con, canary_saves=0.5, over=20)
    conversations(con, HALF, 200, first=3000, saves=0.5, start=BASE + timedelta(days=20), over=32,
                  **RECOMMENDED)  # fmt: skip
    row = decided(con, incumbents=book(HALF, canary=FEW))
    assert row.canary.profile == FEW
    assert "given up" not in row.because


@pytest.mark.parametrize(("days", "tried"), [(12, None), (16, LOSSLESS)])
def test_the_way_back_from_skipping_rests_for_a_half_life_only(con, days, tried):
    told = {"other_saves": 0.0, "canary_saves": 0.0, "profile": PASSTHROUGH, "canary": LOSSLESS}
    arms(con, over=28, **told)
    conversations(con, PASSTHROUGH, 200, first=3000, saves=0.0, start=BASE + timedelta(days=28),
                  over=days, **RECOMMENDED)  # fmt: skip
    row = decided(con, incumbents=book(PASSTHROUGH, reason="skip"))
    assert (row.canary and row.canary.profile) == tried


def test_a_canary_with_evidence_against_it_is_given_up_at_once(con):
    arms(con, regret_every=2)
    row = decided(con, incumbents=book(HALF, canary=FEW))
    assert (row.profile, row.canary.profile) == (HALF, MOST)


def test_a_canary_without_a_conversation_yet_goes_on(con):
    conversations(con, HALF, 100, saves=0.5, **RECOMMENDED)
    row = decided(con, incumbents=book(HALF, canary=FEW))
    assert row.canary == Canary(FEW, drawn_for(HALF, FEW), 50)


def test_a_canary_outside_the_safe_set_is_withdrawn(con):
    arms(con)
    row = decided(con, incumbents=book(HALF, canary=FEW), certs=certificates("json.rows_half"))
    assert (row.profile, row.canary.profile) == (HALF, MOST)


# The safe set, the origin.


def test_what_is_certified_no_more_gives_way_to_the_next_milder(con):
    conversations(con, FEW, 120, saves=0.7, **RECOMMENDED)
    row = decided(con, incumbents=book(FEW), certs=certificates("json.rows_most"))
    assert (row.profile, row.reason, row.incumbent) == (MOST, "certified", "json.rows_few")
    assert row.because.startswith("json.rows_few is not in the safe set any more; json.rows_most")
    assert decided(con, incumbents=book(FEW), certs=[]).profile == LOSSLESS


def test_live_evidence_beats_recorded(con):
    recorded_only = SLICE._replace(model_family="gpt-5")
    shares = {"json.lossless": 0.2, "json.rows_half": 0.5}
    ladder(con, saves=shares)
    ladder(con, saves=shares, of=recorded_only)
    before = chosen(con)
    assert (before.origin, len(before.rows)) == ("recorded", 2)
    conversations(con, LOSSLESS, 80, first=4000, saves=0.2, origin="live", arm="default")
    later(con)
    made = chosen(con)
    assert made.origin == "live"
    assert [d.slice for d in made.rows] == [SLICE]
    assert made.rows[0].profile == LOSSLESS
    [aside] = [d for d in made.decisions if d.slice == recorded_only]
    assert (aside.published, aside.reason) == (False, "recorded_only")
    [[newest]] = con.execute("select max(started) from rollup where origin = 'live'").fetchall()
    assert made.watermark == newest


def test_live_evidence_under_a_gate_leaves_the_recorded_rows_alone(con):
    ladder(con, saves={"json.lossless": 0.2, "json.rows_half": 0.5})
    conversations(con, LOSSLESS, 20, first=4000, saves=0.2, origin="live", arm="default")
    later(con)
    made = chosen(con)
    assert made.origin == "recorded"
    assert [d.profile for d in made.rows] == [HALF]


def test_a_pin_acts_on_live_traffic_too(con):
    conversations(con, FEW, 120, saves=0.7, **RECOMMENDED)
    pinned = replace(SETTINGS, pins=(Pin(**SLICE._asdict(), profile="json.rows_most"),))
    row = decided(con, incumbents=book(FEW), settings=pinned)
    assert (row.profile, row.reason, row.canary) == (MOST, "pinned", None)
    assert (row.regret_low, row.regret_high) == (0.0, 1.0)  # nothing was seen of it
    assert row.confidence == 0.0


def test_the_watermark_is_the_newest_event_also_of_slices_without_structure(con):
    ladder(con, saves={"json.lossless": 0.2})
    con.execute(
        "insert into events by name select 'a' as event_id, 'usage' as event, 'recorded' as "
        "origin, ?::timestamp_ms as ts, ?::date as day, 'i' as instance, 'p' as pepper_id, "
        "'e' as engine, 'f' as fingerprint, 'payg' as auth_mode, 'other' as model_family",
        [BASE + timedelta(days=20), BASE + timedelta(days=20)],
    )
    assert chosen(con).watermark == BASE + timedelta(days=20)
    assert decision(con).published
