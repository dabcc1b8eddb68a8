"""Messages when things go wrong: stores that fail, lost memories, messages of any shape."""

import copy
import os
import random
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from message_engines import LOSSY, OTHER, make
from message_worlds import FORMS, Messages, digest, lines, results, rows, stem, step, turns, written

from compressors import Engine
from compressors._sent import Memory, Sent
from compressors.errors import HandleUnknown
from compressors.handles import MemoryHandles, SqliteHandles, StoreFault
from compressors.messages import read_talk
from compressors.pepper import PUBLIC_PEPPER
from compressors.providers import PROVIDERS

ONE, TWO, THREE = rows(seed=1), lines(seed=2), rows(seed=3)
STEPS = [step(0, ONE), step(1, TWO), step(2, THREE)]


class Failing(MemoryHandles):
    """A store that can be made to fail, and to forget."""

    def __init__(self) -> None:
        super().__init__()
        self.refuses: StoreFault | None = None
        self.unreadable = False
        self.puts = 0

    def put(self, handle: str, content: str) -> StoreFault | None:
        self.puts += 1
        return self.refuses or super().put(handle, content)

    def get(self, handle: str) -> str:
        if self.unreadable:
            raise HandleUnknown("locked") from sqlite3.OperationalError("database is locked")
        return super().get(handle)

    def forget(self, kept: int) -> None:
        """Lose all but the first ``kept``."""
        self._contents = dict(list(self._contents.items())[:kept])


@pytest.mark.parametrize("fault", ["store_full", "store_locked", "store_read_only"])
@pytest.mark.parametrize("form", FORMS)
def test_a_store_that_refuses_costs_no_request(
    tmp_path: Path, form: str, fault: StoreFault
) -> None:
    store = Failing()
    store.refuses = fault
    with make(tmp_path, handles=store) as engine:
        last = "["
        for sent in turns(form, STEPS):
            turn = engine.compress_messages(sent, provider=form)
            assert digest(turn.messages).startswith(last)
            last = stem(turn.messages)
        assert [each.compression.fault for each in turn.compressions] == [fault] * 3
        assert not any(each.compression.lossy for each in turn.compressions)
        assert turn.tokens_after < turn.tokens_before
        assert engine.health().faults[fault] == 3
        # Once it takes again what it is given, it is told what went out meanwhile.
        store.refuses = None
        engine.compress_messages(sent, provider=form)
    with make(tmp_path, OTHER, handles=store) as engine:
        again = engine.compress_messages(sent, provider=form)
        assert digest(again.messages) == digest(turn.messages)


def test_a_store_that_refuses_is_not_asked_over_and_over(tmp_path: Path) -> None:
    store = Failing()
    store.refuses = "store_locked"
    with make(tmp_path, handles=store) as engine:
        many = step(0, *(rows(seed=seed) for seed in range(30)))
        engine.compress_messages(written("openai_chat", [many]))
        assert store.puts <= 2


@pytest.mark.parametrize("form", FORMS)
def test_what_cannot_be_known_any_more_is_charged(tmp_path: Path, form: str) -> None:
    store = Failing()
    with make(tmp_path, handles=store) as engine:
        engine.compress_messages(written(form, STEPS[:1]), provider=form)
    store.unreadable = True
    with make(tmp_path, handles=store) as engine:
        sent = written(form, STEPS[:2])
        turn = engine.compress_messages(sent, provider=form)
        assert results(form, turn.messages)[0] == ONE
        # What is new cannot be kept either: nothing of it is left out.
        faults = [each.compression.fault for each in turn.compressions]
        assert faults == ["cache_bust", "store_damaged"]
        assert not turn.compressions[1].compression.lossy
        assert [each.again for each in turn.compressions] == [False, False]
        again = engine.compress_messages(sent, provider=form)
        assert digest(again.messages) == digest(turn.messages)
        assert engine.health().faults["cache_bust"] == 1
        assert [each.again for each in again.compressions] == [True, True]


@pytest.mark.parametrize("default", [LOSSY, OTHER], ids=["same", "other"])
def test_what_was_forgotten_is_computed_again_or_charged(tmp_path: Path, default: str) -> None:
    """The conversation is known, what went out for its first result is not."""
    store = Failing()
    with make(tmp_path, handles=store) as engine:
        first = engine.compress_messages(written("openai_chat", STEPS[:1]))
    store.forget(1)
    with make(tmp_path, default, handles=store) as engine:
        turn = engine.compress_messages(written("openai_chat", STEPS[:2]))
    if default == LOSSY:
        assert digest(turn.messages).startswith(stem(first.messages))
        assert turn.compressions[0].event_id == first.compressions[0].event_id
    else:
        assert results("openai_chat", turn.messages)[0] == ONE
        assert turn.compressions[0].compression.fault == "cache_bust"
        assert turn.compressions[0].event_id != first.compressions[0].event_id


def test_a_damaged_memory_is_no_memory(tmp_path: Path) -> None:
    with make(tmp_path) as engine:
        engine.compress_messages(written("openai_chat", STEPS[:1]))
    with sqlite3.connect(tmp_path / "handles.sqlite") as kept:
        kept.execute("update originals set content = cast('{' as blob)")
    kept.close()
    with make(tmp_path) as engine:
        turn = engine.compress_messages(written("openai_chat", STEPS[:2]))
        assert turn.compressions[0].compression.fault == "cache_bust"
        assert results("openai_chat", turn.messages)[0] == ONE


def test_a_handle_lives_as_long_as_its_conversation(tmp_path: Path) -> None:
    """A store that forgot an original gets it back from the client's next request."""
    with make(tmp_path) as engine:
        turn = engine.compress_messages(written("openai_chat", STEPS[:1]))
    handle = turn.compressions[0].compression.handle
    assert handle is not None
    with sqlite3.connect(tmp_path / "handles.sqlite") as kept:
        kept.execute("delete from originals where handle = ?", (handle,))
    kept.close()
    with make(tmp_path) as engine:
        engine.compress_messages(written("openai_chat", STEPS[:2]))
        assert engine.retrieve(handle) == ONE


def test_what_is_remembered_ages_from_when_it_was_last_of_use(tmp_path: Path) -> None:
    store = Failing()
    with make(tmp_path, handles=store) as engine:
        engine.compress_messages(written("openai_chat", STEPS[:1]))
        puts = store.puts
        engine.compress_messages(written("openai_chat", STEPS[:1]))
        assert store.puts == puts == 3
    with make(tmp_path, handles=store) as engine:
        engine.compress_messages(written("openai_chat", STEPS[:1]))
        assert store.puts == 2 * puts
        engine.compress_messages(written("openai_chat", STEPS[:1]))
        assert store.puts == 2 * puts


def test_no_one_retrieves_what_the_engine_remembers(tmp_path: Path) -> None:
    with make(tmp_path) as engine:
        turn = engine.compress_messages(written("openai_chat", STEPS[:1]))
    handles = {each.compression.handle for each in turn.compressions}
    with sqlite3.connect(tmp_path / "handles.sqlite") as kept:
        keys = [key for (key,) in kept.execute("select handle from originals").fetchall()]
    kept.close()
    with make(tmp_path) as engine:
        assert len(keys) == 3
        for key in set(keys) - handles:
            with pytest.raises(HandleUnknown):
                engine.retrieve(key)


def test_the_memory_of_a_process_is_bounded() -> None:
    store = Failing()
    memory = Memory(store, PUBLIC_PEPPER, most=10, most_chars=1_000)
    for number in range(200):
        memory.remember(memory.key(str(number)), Sent(text="x" * 100))
    assert len(memory._near) == 10
    assert memory._chars == 1_000
    memory.remember(memory.key("large"), Sent(text="x" * 5_000))
    assert len(memory._near) == 1
    assert memory.recall(memory.key("3"))[0] == Sent(text="x" * 100)
    store.refuses = "store_full"
    for number in range(200):
        memory.remember(memory.key("more", str(number)), Sent())
    assert len(memory._unsaved) == 10


def test_the_first_of_two_processes_is_believed(tmp_path: Path) -> None:
    store = SqliteHandles(tmp_path / "h.sqlite")
    one, two = (Memory(store, PUBLIC_PEPPER) for _ in range(2))
    key = one.key("k")
    assert one.remember(key, Sent(text="first \ud800")) == (Sent(text="first \ud800"), None)
    assert two.remember(key, Sent(text="second")) == (Sent(text="first \ud800"), None)
    assert two.recall(key) == (Sent(text="first \ud800"), False)
    store.close()


def test_threads_agree(tmp_path: Path) -> None:
    sent = written("openai_chat", [step(0, ONE, TWO, THREE)])
    found: list[str] = []
    with make(tmp_path) as engine:
        work = [
            threading.Thread(
                target=lambda: found.append(digest(engine.compress_messages(sent).messages))
            )
            for _ in range(8)
        ]
        for each in work:
            each.start()
        for each in work:
            each.join()
    assert len(found) == 8
    assert len(set(found)) == 1


@pytest.mark.slow
def test_hash_seeds_make_no_difference(tmp_path: Path) -> None:
    script = (
        "import sys; sys.path[:0] = sys.argv[2:]\n"
        "from pathlib import Path\n"
        "from message_engines import make\n"
        "from message_worlds import *\n"
        "steps = [step(0, rows(), lines()), step(1, rows()), step(2, lines(seed=9))]\n"
        "with make(Path(sys.argv[1])) as engine:\n"
        "    for sent in turns('anthropic', steps):\n"
        "        turn = engine.compress_messages(sent, provider='anthropic')\n"
        "print(digest(turn.messages), [each.event_id for each in turn.compressions])\n"
    )
    here = Path(__file__)
    paths = [str(here.parent), str(here.parents[2])]
    outputs = {
        subprocess.run(
            [sys.executable, "-c", script, str(tmp_path / seed), *paths],
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed in ("0", "1", "77")
    }
    assert len(outputs) == 1


# Messages of any shape ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with make(tmp_path_factory.mktemp("home"), handles=MemoryHandles()) as made:
        yield made


LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
NAMES = (
    *("role", "content", "type", "text", "parts", "tool_calls", "tool_call_id", "id", "name"),
    *("function", "arguments", "input", "output", "call_id", "tool_use_id", "cache_control"),
    *("functionResponse", "functionCall", "response", "thought", "messages", "contents"),
)
KEYS = st.sampled_from(NAMES) | st.text(max_size=4)
SPOKEN = (
    *("user", "assistant", "tool", "system", "model", "function", "tool_use", "tool_result"),
    *("text", "function_call", "function_call_output", "input_text", "c1", ONE, "\ud800"),
)
VALUES = st.sampled_from(SPOKEN) | st.just({"a": [None]})
ANYTHING = st.recursive(
    LEAVES | VALUES | st.binary(max_size=4) | st.just(object()) | st.just({1, 2}),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(KEYS, inner, max_size=5)
        | st.tuples(inner, inner)
    ),
    max_leaves=12,
)


@given(
    messages=ANYTHING | st.lists(st.dictionaries(KEYS, ANYTHING | VALUES, max_size=6), max_size=4),
    form=st.sampled_from([*FORMS, None, "nobody"]),
    system=st.none() | ANYTHING,
)
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
def test_nothing_raises(engine: Engine, messages: object, form: str | None, system: object) -> None:
    before = repr(messages)
    turn = engine.compress_messages(messages, provider=form, system=system)
    assert repr(messages) == before
    assert turn.tokens_after <= turn.tokens_before
    if not turn.compressions or turn.fault is not None:
        assert turn.messages is messages


@given(form=st.sampled_from(FORMS), seed=st.integers(0, 10**6), junk=st.lists(ANYTHING, min_size=3))
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_talk_with_a_wrong_value_anywhere(
    engine: Engine, form: str, seed: int, junk: list[object]
) -> None:
    """One value of a real conversation replaced or taken away, wherever it stands."""
    drawn = random.Random(seed)
    sent = written(form, [step(0, ONE), step(1, "two\ud800"), step(2, TWO)])
    for value in junk[: drawn.randint(1, 3)]:
        where, key = drawn.choice(list(_everywhere(sent)))
        if drawn.random() < 0.3:
            del where[key]  # type: ignore[arg-type]
        else:
            where[key] = copy.deepcopy(value)  # type: ignore[index,call-overload]
    before = repr(sent)
    turn = engine.compress_messages(sent, provider=form)
    assert turn.fault is None
    assert repr(sent) == before
    assert repr(engine.compress_messages(sent, provider=form).messages) == repr(turn.messages)


def _everywhere(
    value: object,
) -> Iterator[tuple[dict[str, object] | list[object], str | int]]:
    if isinstance(value, dict | list):
        for key in list(value) if isinstance(value, dict) else range(len(value)):
            yield value, key
            yield from _everywhere(value[key])


class Hostile(dict[str, object]):
    """Fields that cannot be read."""

    def get(self, *_: object) -> object:  # type: ignore[override]
        raise RuntimeError("no")


@pytest.mark.parametrize("form", FORMS)
def test_fields_that_cannot_be_read_leave_everything(engine: Engine, form: str) -> None:
    sent = [Hostile(role="user"), *written(form, STEPS)]
    turn = engine.compress_messages(sent, provider=form)
    assert turn.messages is sent
    assert turn.fault == "raised"
    assert turn.conversation is None


@pytest.mark.parametrize("form", FORMS)
def test_nesting_without_an_end(engine: Engine, form: str) -> None:
    deep: object = ONE
    for _ in range(5_000):
        deep = [deep] if form == "gemini" else {"content": deep}
    sent: list[object] = [*written(form, STEPS[:1]), {"role": "tool", "content": deep}, deep]
    turn = engine.compress_messages(sent, provider=form)
    assert turn.fault is None


def test_many_results_take_their_time_once(tmp_path: Path) -> None:
    """Ten times as many results take about ten times as long, without ids too."""
    import time

    def took(count: int) -> float:
        talk: Messages = [{"role": "user", "content": "q"}, {"role": "assistant"}]
        talk += [{"role": "tool", "content": f"line {n}"} for n in range(count)]
        with make(tmp_path / str(count), "", handles=MemoryHandles()) as engine:
            started = time.process_time()
            engine.compress_messages(talk)
            return time.process_time() - started

    took(50)
    assert took(2_000) < 40 * max(took(200), 0.02)


def test_the_original_is_never_changed(tmp_path: Path) -> None:
    for form in FORMS:
        sent = written(form, STEPS)
        before = copy.deepcopy(sent)
        with make(tmp_path / form) as engine:
            turn = engine.compress_messages(sent, provider=form)
        assert sent == before
        assert turn.messages != before
        assert read_talk(sent, PROVIDERS[form]).parts
