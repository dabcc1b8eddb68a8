"""Messages through an engine: what is shortened, and that it goes out the same on every turn."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from message_engines import LOSSY, MODEL, OTHER, make
from message_worlds import (
    FORMS,
    Step,
    digest,
    frozen,
    lines,
    results,
    rows,
    stem,
    step,
    turns,
    written,
)

import compressors
import compressors._shared

STEPS = [
    step(0, rows(seed=1), lines(seed=2)),
    step(1, rows(seed=3)),
    step(2, lines(seed=4), user="And the failures?"),
    step(3, "short", rows(seed=5)),
]


@pytest.mark.parametrize("form", FORMS)
def test_only_what_tools_returned_changes(tmp_path: Path, form: str) -> None:
    sent = written(form, STEPS[:1])
    before = frozen(sent)
    with make(tmp_path) as engine:
        turn = engine.compress_messages(sent, model=MODEL, provider=form, auth_mode="payg")
        assert sent == before
        assert [each.compression.lossy for each in turn.compressions] == [True, True]
        assert turn.tokens_after < turn.tokens_before / 2
        short = results(form, turn.messages)
        assert short == [each.compression.text for each in turn.compressions]
        for original, each in zip(results(form, sent), turn.compressions, strict=True):
            assert each.compression.handle is not None
            assert engine.retrieve(each.compression.handle) == original
    wire = digest(turn.messages)
    for original, text in zip(results(form, sent), short, strict=True):
        wire = wire.replace(json.dumps(text), json.dumps(original))
    assert wire == digest(sent)


@pytest.mark.parametrize("form", FORMS)
def test_what_went_out_once_goes_out_again(tmp_path: Path, form: str) -> None:
    with make(tmp_path) as engine:
        last: list[dict[str, object]] = []
        for sent in turns(form, STEPS):
            turn = engine.compress_messages(sent, model=MODEL, provider=form)
            assert turn.fault is None
            assert digest(turn.messages).startswith(stem(last))
            assert len(digest(turn.messages)) > len(digest(last))
            last = turn.messages
        assert [each.again for each in turn.compressions] == [True] * 4 + [False, False]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("default", [LOSSY, OTHER, ""], ids=["same", "other", "none"])
def test_it_goes_out_again_after_a_restart(tmp_path: Path, form: str, default: str) -> None:
    with make(tmp_path) as engine:
        for sent in turns(form, STEPS[:2]):
            first = engine.compress_messages(sent, provider=form).messages
    with make(tmp_path, default) as engine:
        second = engine.compress_messages(written(form, STEPS[:3]), provider=form)
    assert digest(second.messages).startswith(stem(first))
    assert [each.again for each in second.compressions] == [True, True, True, False]
    profile = second.compressions[-1].compression.profile
    assert profile == {LOSSY: "log.lines_few", OTHER: "log.lines_most", "": "log.lossless"}[default]


@pytest.mark.parametrize("form", FORMS)
def test_a_conversation_met_in_the_middle_keeps_what_it_had(tmp_path: Path, form: str) -> None:
    sent = written(form, STEPS[:3])
    with make(tmp_path) as engine:
        turn = engine.compress_messages(sent, provider=form)
        assert results(form, turn.messages)[:3] == results(form, sent)[:3]
        assert len(turn.compressions) == 1
        assert len(turn.left) == 3
        assert turn.compressions[0].compression.lossy
    with make(tmp_path, OTHER) as engine:
        later = engine.compress_messages(written(form, STEPS), provider=form)
    assert digest(later.messages).startswith(stem(turn.messages))
    assert len(later.left) == 3


WORDS = st.sampled_from([rows(seed=1), rows(seed=2), lines(seed=3), "done", "", "\ud800 odd", " "])
TALKS = st.lists(
    st.builds(
        lambda user, found: (user, found),
        st.none() | st.sampled_from(["late?", "and now?"]),
        st.lists(WORDS, max_size=3),
    ),
    min_size=2,
    max_size=6,
)


@pytest.mark.parametrize("form", FORMS)
@given(talk=TALKS, restarts=st.lists(st.sampled_from([None, LOSSY, OTHER, ""]), min_size=6))
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_turn_begins_as_the_last_one_went_out(
    tmp_path_factory: pytest.TempPathFactory,
    form: str,
    talk: list[tuple[str | None, list[str]]],
    restarts: list[str | None],
) -> None:
    home = tmp_path_factory.mktemp("home")
    steps: list[Step] = [step(n, *found, user=user) for n, (user, found) in enumerate(talk)]
    engine, last = make(home), "["
    try:
        for sent, restart in zip(turns(form, steps), restarts, strict=False):
            if restart is not None:
                engine.close()
                engine = make(home, restart)
            turn = engine.compress_messages(sent, provider=form)
            wire = digest(turn.messages)
            assert wire.startswith(last)
            assert turn.fault is None
            assert turn.tokens_after <= turn.tokens_before
            assert digest(engine.compress_messages(sent, provider=form).messages) == wire
            last = stem(turn.messages)
    finally:
        engine.close()


def test_the_shortest_way_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOIN_HOME", str(tmp_path))
    monkeypatch.delenv("TOIN_RECOMMENDATIONS", raising=False)
    compressors._shared._engine.cache_clear()
    sent = written("gemini", STEPS[:1])
    turn = compressors.compress_messages(sent, provider="gemini", session="s")
    assert len(turn.compressions) == 2
    assert turn.tokens_after < turn.tokens_before
    compressors._shared._engine().close()
    compressors._shared._engine.cache_clear()
