"""The same content seen again: named where it still stands above, and counted where it was cut."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from message_engines import LOSSY, MODEL, OTHER, make
from message_worlds import FORMS, Call, Messages, Step, digest, results, rows, stem, step, written
from publication_texts import row

from compressors import Engine, Turn
from compressors.events import Event, check
from compressors.telemetry import LiveStamps, turn_events

ONE = rows(seed=1)
FIRST = step(0, ONE)
SECOND = step(1, rows(seed=2))
AGAIN = step(2, ONE)


def events(engine: Engine, turn: Turn[Messages]) -> list[Event]:
    clock = LiveStamps("ab" * 8, clock=lambda: datetime(2026, 11, 21, tzinfo=UTC))
    found = list(turn_events(engine, turn, clock))
    assert [check(event) for event in found] == [None] * len(found)
    return found


@pytest.mark.parametrize("form", FORMS)
def test_a_reread_is_named_and_told_as_regret(tmp_path: Path, form: str) -> None:
    with make(tmp_path) as engine:
        told = []
        for count in (1, 2, 3):
            turn = engine.compress_messages(
                written(form, [FIRST, SECOND, AGAIN][:count]), provider=form, auth_mode="payg"
            )
            told.append(events(engine, turn))
        first, _, again = turn.compressions
        text = results(form, turn.messages)[-1]
        assert text == (
            "[toin: same as the result of call call_0_0 (list_orders) above, where parts are left "
            f'out; toin_retrieve("{first.compression.handle}") returns all of it]'
        )
        assert again.compression.lossy
        assert engine.retrieve(again.compression.handle or "") == ONE
        assert [[event.event for event in each] for each in told] == [
            ["compression"],
            ["compression"],
            ["reread"],
        ]
        compression, reread = told[0][0], told[2][0]
        assert reread.of == compression.event_id
        assert reread.tokens_returned == again.compression.tokens_after < 60
        copied = ("profile", "profile_id", "kind", "structure_hash", "nth", "arm", "conversation")
        assert all(getattr(reread, name) == getattr(compression, name) for name in copied)
        assert compression.conversation == turn.conversation
        assert [event.nth for each in told[:2] for event in each] == [0, 1]


def test_what_was_sent_again_is_told_once(tmp_path: Path) -> None:
    with make(tmp_path) as engine:
        sent = written("openai_chat", [FIRST, AGAIN])
        for count in (1, 2):
            turn = engine.compress_messages(written("openai_chat", [FIRST, AGAIN][:count]))
        assert len(events(engine, turn)) == 1
        retried = engine.compress_messages(sent)
        assert digest(retried.messages) == digest(turn.messages)
        assert events(engine, retried) == []


def test_two_proxies_tell_one_event(tmp_path: Path) -> None:
    sent = written("anthropic", [FIRST])
    told = []
    for home in (tmp_path / "a", tmp_path / "b"):
        with make(home) as engine:
            told += events(engine, engine.compress_messages(sent, provider="anthropic"))
    assert told[0].event_id == told[1].event_id


def test_what_stands_there_whole_is_no_regret(tmp_path: Path) -> None:
    with make(tmp_path, "") as engine:
        engine.compress_messages(written("openai_chat", [FIRST]))
        turn = engine.compress_messages(written("openai_chat", [FIRST, AGAIN]))
        again = turn.compressions[-1]
        assert again.regrets is None
        assert not again.compression.lossy
        handle = again.compression.handle
        assert again.compression.text == (
            "[toin: same as the result of call call_0_0 (list_orders) above; "
            f'toin_retrieve("{handle}") returns it]'
        )
        assert engine.retrieve(handle or "") == ONE
        assert [event.event for event in events(engine, turn)] == ["compression"]
        assert again.compression.tokens_after < again.compression.tokens_before / 10


def test_two_equal_results_of_one_turn(tmp_path: Path) -> None:
    with make(tmp_path) as engine:
        turn = engine.compress_messages(written("anthropic", [step(0, ONE, ONE)]))
        assert "same as the result of call call_0_0" in results("anthropic", turn.messages)[1]


def test_a_first_that_is_gone_is_not_referred_to(tmp_path: Path) -> None:
    """A client that drops old messages leaves nothing to refer to: the text itself comes again."""
    with make(tmp_path) as engine:
        engine.compress_messages(written("openai_chat", [FIRST]))
        full = engine.compress_messages(written("openai_chat", [FIRST, AGAIN]))
        dropped = [
            m for m in written("openai_chat", [FIRST, AGAIN]) if m.get("tool_call_id") != "call_0_0"
        ]
        turn = engine.compress_messages(dropped)
        assert len(turn.compressions) == 1
        assert turn.compressions[0].compression.text == full.compressions[0].compression.text
        # It is a re-read all the same: of another call, with a part missing in the first.
        assert [event.event for event in events(engine, turn)] == ["reread"]


def test_the_third_time_refers_to_what_still_stands(tmp_path: Path) -> None:
    steps = [FIRST, replace(AGAIN, user=None), step(3, ONE)]
    with make(tmp_path) as engine:
        for count in (1, 2, 3):
            turn = engine.compress_messages(written("openai_chat", steps[:count]))
        assert ["call_0_0" in text for text in results("openai_chat", turn.messages)[1:]] == [
            True,
            True,
        ]
        dropped = [m for m in written("openai_chat", steps) if m.get("tool_call_id") != "call_0_0"]
        after = engine.compress_messages(dropped)
        texts = results("openai_chat", after.messages)
        assert texts[0] == turn.compressions[0].compression.text
        assert "call call_2_0" in texts[1]


def test_an_answer_to_a_retrieval_stays_whole_and_is_what_is_named_next(tmp_path: Path) -> None:
    steps = [
        FIRST,
        Step(None, (Call("r1", "mcp__toin__toin_retrieve", {"handle": "ab" * 8}, ONE),)),
        step(4, ONE),
    ]
    with make(tmp_path) as engine:
        for count in (1, 2, 3):
            turn = engine.compress_messages(written("anthropic", steps[:count]))
        texts = results("anthropic", turn.messages)
        assert texts[1] == ONE
        assert "same as the result of call r1 (mcp__toin__toin_retrieve) above;" in texts[2]
        assert turn.compressions[-1].regrets is not None
        assert not turn.compressions[-1].compression.lossy


def test_what_is_short_is_not_named(tmp_path: Path) -> None:
    steps = [step(0, "All 12 tests passed."), step(1, "All 12 tests passed.")]
    with make(tmp_path) as engine:
        for count in (1, 2):
            turn = engine.compress_messages(written("openai_chat", steps[:count]))
        assert results("openai_chat", turn.messages) == ["All 12 tests passed."] * 2
        assert turn.messages == written("openai_chat", steps)


@pytest.mark.parametrize("odd", ["x" * 80, "a b", 'q"]', "", None])
def test_an_odd_id_is_not_repeated_in_a_text(tmp_path: Path, odd: str | None) -> None:
    steps = [Step("q", (Call(odd or "", "t", {}, ONE),)), step(1, ONE)]
    sent = written("openai_chat", steps)
    with make(tmp_path) as engine:
        turn = engine.compress_messages(sent[:4])
        turn = engine.compress_messages(sent)
        assert results("openai_chat", turn.messages)[1].startswith(
            "[toin: same as the result of tool call 1 (t) above"
        )


def test_the_control_is_left_alone_also_when_seen_again(tmp_path: Path) -> None:
    with make(tmp_path) as plain:
        here = plain.read(ONE).structure_hash
    with make(tmp_path, rows=row(here, "json.rows_few"), control=1000) as engine:
        for count in (1, 2):
            sent = written("openai_chat", [FIRST, AGAIN][:count])
            turn = engine.compress_messages(sent, auth_mode="payg", model=MODEL)
            assert turn.messages is sent
        assert [each.compression.arm for each in turn.compressions] == ["control"] * 2


def test_one_content_takes_one_branch_in_a_conversation(tmp_path: Path) -> None:
    with make(tmp_path) as plain:
        here = plain.read(ONE).structure_hash
    with make(tmp_path, rows=row(here, "json.rows_few"), control=1000) as engine:
        engine.compress_messages(written("openai_chat", [FIRST]), auth_mode="payg", model=MODEL)
    with make(tmp_path, LOSSY) as engine:
        sent = written("openai_chat", [FIRST, AGAIN])
        turn = engine.compress_messages(sent, auth_mode="payg", model=MODEL)
        assert turn.messages is sent
        assert [each.compression.arm for each in turn.compressions] == ["control"] * 2


def test_a_reread_after_a_restart_regrets_the_first(tmp_path: Path) -> None:
    with make(tmp_path) as engine:
        first = engine.compress_messages(written("gemini", [FIRST]), provider="gemini")
        told = events(engine, first)
    with make(tmp_path, OTHER) as engine:
        turn = engine.compress_messages(written("gemini", [FIRST, AGAIN]), provider="gemini")
        assert digest(turn.messages).startswith(stem(first.messages))
        (reread,) = events(engine, turn)
    assert (reread.event, reread.of) == ("reread", told[0].event_id)
    assert reread.profile == "json.rows_few"
