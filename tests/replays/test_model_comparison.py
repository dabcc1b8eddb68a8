"""From cases to figures: what is asked, what is compared, and that nothing is asked twice."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import ModuleType

import pytest

from compressors.book import BUILT_IN
from compressors.engine import Engine, Loaded
from compressors.errors import InputRefused
from compressors.handles import MemoryHandles
from compressors.home import Home
from compressors.pepper import PUBLIC_PEPPER, Pepper
from pipelines.evidence import change_p
from pipelines.replays.model import (
    Api,
    Choice,
    Comparison,
    Limits,
    Manner,
    ModelAccuracy,
    Parameters,
    Prepared,
    Recordings,
    Service,
    recorded_accuracy,
    recordings_path,
)
from pipelines.replays.model.asking import Message, prompt_digest
from pipelines.replays.model.plan import Plan, Trial, bill
from pipelines.replays.model.replies import Reply
from pipelines.replays.renderings import KINDS_UNDER_TEST
from pipelines.replays.tasks import Problem, Question, Request, Task

SERVICE = Service(Api.OPENAI, "m", "http://127.0.0.1:9/v1")


def plan(choice: Choice, *, pepper: Pepper = PUBLIC_PEPPER) -> Plan:
    engine = Engine(pepper=pepper, loaded=Loaded(BUILT_IN), handles=MemoryHandles())
    return Plan(choice, data=None, engine=engine)


def right_answer(task: Task) -> str:
    match task:
        case Problem():
            return f"Answer: {task.final}"
        case Question():
            return f"Answer: {'ABC'[task.right]}"
        case Request():
            (call,) = task.calls
            town = call.arguments["town"][0]
            return f'Answer: [{{"name": "{call.function}", "arguments": {{"town": "{town}"}}}}]'
    raise AssertionError(task)


class Model:
    """Stands in for the module of the endpoint; knows every prompt by its digest."""

    def __init__(self, trials: Sequence[Trial], prompts: dict[str, str]) -> None:
        self.by_prompt = {prompts[trial.key]: trial for trial in trials}
        self.answer: Callable[[Trial, Parameters], str] = lambda trial, _: right_answer(trial.task)
        self.asked: list[str] = []
        model = self

        class Endpoint:
            def __init__(self, service: Service, *, timeout: float) -> None:
                assert service is SERVICE
                assert timeout == 7.0

            async def __aenter__(self) -> Endpoint:
                return self

            async def __aexit__(self, *_: object) -> None:
                return

            async def ask(self, messages: Sequence[Message], parameters: Parameters) -> Reply:
                prompt = prompt_digest(messages)
                model.asked.append(prompt)
                text = model.answer(model.by_prompt[prompt], parameters)
                return Reply(text, "stop", 5000, 5)

        self.module = ModuleType("pipelines.replays.model.endpoint")
        self.module.Endpoint = Endpoint  # type: ignore[attr-defined]


CHOICE = Choice("m", items=2, profiles=("json.lossless", "json.rows_few", "log.lines_few"))


@pytest.fixture
def model(bundled: Path, monkeypatch: pytest.MonkeyPatch) -> Model:
    made = plan(CHOICE)
    trials = list(made.trials())
    # Of the treatments that come to one prompt, the plainest says what it is.
    trials.sort(key=lambda trial: trial.treatment == "uncompressed")
    prompts = {w.key: w.prompt for w in made.wanted({trial.key for trial in trials})}
    stand_in = Model(trials, prompts)
    monkeypatch.setitem(sys.modules, "pipelines.replays.model.endpoint", stand_in.module)
    return stand_in


def compared(
    home: Path, *, choice: Choice = CHOICE, service: Service | None = SERVICE
) -> Comparison:
    with Recordings(recordings_path(Home(home))) as recordings:
        prepared = Prepared(
            choice, data=None, recordings=recordings, limits=Limits(), progress=lambda *_: None
        )
        return prepared.compare(service, manner=Manner(), timeout=7.0)


def test_a_model_that_is_always_right_loses_nothing(model: Model, tmp_path: Path) -> None:
    figures, gathered = compared(tmp_path)
    assert gathered is not None
    assert gathered.failed == {}
    assert {row.dataset for row in figures} == {"gsm8k-sample", "truthfulqa-sample", "bfcl-sample"}
    assert {(row.kind, row.treatment) for row in figures} >= {
        (kind, "again") for kind in KINDS_UNDER_TEST
    }
    for row in figures:
        assert (row.items, row.missing) == (2, 0)
        assert (row.right_without, row.right_with, row.lost, row.won) == (2, 2, 0, 0)
        assert row.loss == 0
        assert row.p == change_p([0] * 2, epsilon=row.epsilon)
        assert row.split == "learn"


def test_losses_gains_and_what_cannot_be_read_are_counted(model: Model, tmp_path: Path) -> None:
    def answer(trial: Trial, parameters: Parameters) -> str:
        if parameters.sample == 2:
            return "Answer: 0" if isinstance(trial.task, Problem) else right_answer(trial.task)
        if trial.treatment == "profile" and trial.profile == "json.rows_few":
            return "I do not know"
        if isinstance(trial.task, Question):
            return "Answer: C"
        return right_answer(trial.task)

    model.answer = answer
    rows = {(r.dataset, r.kind, r.profile, r.treatment): r for r in compared(tmp_path).figures}
    few = rows["gsm8k-sample", "json", "json.rows_few", "profile"]
    changed = few.items - few.right_with
    assert changed > 0
    assert (few.right_without, few.lost, few.won, few.unreadable_with) == (2, changed, 0, changed)
    assert few.loss == changed / 2
    assert few.p == change_p([1] * changed + [0] * (2 - changed), epsilon=few.epsilon)
    noise = rows["gsm8k-sample", "json", "json.passthrough", "again"]
    assert (noise.right_without, noise.right_with, noise.lost, noise.loss) == (2, 0, 2, 1.0)
    assert noise.rung == 0
    won = rows["truthfulqa-sample", "json", "json.passthrough", "again"]
    assert (won.lost, won.loss) == (0, -won.won / 2)


def test_the_second_run_asks_for_nothing(model: Model, tmp_path: Path) -> None:
    first = compared(tmp_path)
    asked = len(model.asked)
    assert asked == len({t.key for t in plan(CHOICE).trials()})
    second = compared(tmp_path)
    assert len(model.asked) == asked
    assert second == Comparison(first.figures, None)
    assert compared(tmp_path, service=None).figures == first.figures


def test_more_items_ask_only_for_the_new_ones(model: Model, tmp_path: Path) -> None:
    few = Choice("m", items=1, profiles=CHOICE.profiles)
    compared(tmp_path, choice=few)
    asked = len(model.asked)
    compared(tmp_path)
    assert len(model.asked) == len({t.key for t in plan(CHOICE).trials()}) > asked
    assert len(set(model.asked)) < len(model.asked), "a second sample is the same prompt again"


def test_without_anybody_to_ask_answers_are_missing_and_nothing_is_kept(
    model: Model, tmp_path: Path
) -> None:
    figures, gathered = compared(tmp_path, service=None)
    assert gathered is None
    assert {(row.items, row.missing) for row in figures} == {(0, 2)}
    assert recorded_accuracy(Home(tmp_path)) == []


def test_figures_are_kept_for_the_pages(model: Model, tmp_path: Path) -> None:
    assert recorded_accuracy(Home(tmp_path)) == []
    figures = compared(tmp_path).figures
    kept: list[ModelAccuracy] = recorded_accuracy(Home(tmp_path))
    assert kept == figures


def test_prompts_fit_every_home(bundled: Path) -> None:
    """`Prepared` compresses under the public pepper, since handles stand in the prompts."""
    own = {t.key for t in plan(CHOICE, pepper=Pepper(b"x" * 32)).trials()}
    public = {t.key for t in plan(CHOICE).trials()}
    assert own != public
    assert public == {t.key for t in plan(CHOICE).trials()}


def test_only_the_answer_of_the_tool_differs(bundled: Path) -> None:
    made = plan(CHOICE)
    prompts = {w.key: w.messages for w in made.wanted({t.key for t in made.trials()})}
    whole: list[Message] = []
    shorter = 0
    for trial in made.trials():
        messages = prompts[trial.key]
        if trial.treatment == "uncompressed":
            whole = messages
        assert [m["role"] for m in messages] == ["system", "user", "assistant", "tool", "user"]
        assert messages[:3] == whole[:3]
        assert messages[4] == whole[4]
        shorter += len(str(messages[3]["content"])) < len(str(whole[3]["content"]))
    assert shorter > 5


def test_only_items_of_the_part_are_asked(bundled: Path) -> None:
    learn = {t.cluster for t in plan(Choice("m")).trials()}
    certify = {t.cluster for t in plan(Choice("m", part="certify")).trials()}
    assert learn
    assert certify
    assert learn.isdisjoint(certify)


def test_a_profile_that_is_none_is_refused(bundled: Path) -> None:
    with pytest.raises(InputRefused, match=r"'json\.none' is no profile .* json\.lossless"):
        plan(Choice("m", profiles=("json.none",)))


def test_a_bill_counts_each_prompt_once_and_nothing_recorded(bundled: Path) -> None:
    trials = list(plan(Choice("m", items=2)).trials())
    keys = sorted({trial.key for trial in trials})
    whole = bill(trials, set(), None)
    assert (whole.needed, whole.requests, whole.recorded) == (len(keys), len(keys), 0)
    assert len(keys) < len(trials)
    assert whole.usual.input < whole.most.input
    assert whole.most.output == 1024 * len(keys)
    rest = bill(trials, set(keys[1:]), None)
    assert (rest.requests, rest.recorded) == (1, len(keys) - 1)
    assert rest.usual_money is None


@pytest.fixture(autouse=True)
def _no_litellm() -> Iterator[None]:
    """Neither planning nor replaying loads what only asking needs."""
    before = "litellm" in sys.modules
    yield
    assert ("litellm" in sys.modules) == before
