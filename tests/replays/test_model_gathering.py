"""Gathering: the budget under concurrency, pauses, what stops it, and what it keeps."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.replays.model import Limits, Manner, Parameters, Prices, Recordings
from pipelines.replays.model.asking import Message, answer_key, prompt_digest
from pipelines.replays.model.budget import NOTHING, Budget, Use, worst_case
from pipelines.replays.model.gathering import Gathered, Wanted, believed, gather_answers
from pipelines.replays.model.replies import AskingFailedError, Reply, retry_after

PRICES = Prices(Decimal("3"), Decimal("15"))
_MOST = 100


def wanted(count: int, *, size: int = 40) -> list[Wanted]:
    found = []
    for number in range(count):
        messages: list[Message] = [{"role": "user", "content": f"{number} " + "x" * size}]
        prompt = prompt_digest(messages)
        parameters = Parameters(max_tokens=_MOST)
        found.append(Wanted(answer_key("m", parameters, prompt), prompt, messages, parameters))
    return found


class StandIn:
    """Answers as told: ``behave`` gets the number of the request and its worst case."""

    def __init__(self, behave: Callable[[int, Use], Reply | AskingFailedError]) -> None:
        self._behave = behave
        self.asked = 0
        self.in_flight = NOTHING
        self.billed = NOTHING
        self.most = NOTHING
        self.money = Decimal(0)

    async def ask(self, messages: Sequence[Message], parameters: Parameters) -> Reply:
        self.asked += 1
        worst = worst_case(messages, max_tokens=parameters.max_tokens)
        reply = self._behave(self.asked, worst)
        # Whatever is in flight may still come to its worst case.
        self.in_flight = plus(self.in_flight, worst)
        at_worst = plus(self.billed, self.in_flight)
        self.most = max(self.most, at_worst, key=lambda use: use.tokens)
        self.money = max(self.money, PRICES.of(at_worst))
        for _ in range(1 + self.asked % 3):
            await asyncio.sleep(0)
        self.in_flight = Use(
            self.in_flight.input - worst.input, self.in_flight.output - worst.output
        )
        if isinstance(reply, AskingFailedError):
            if reply.billed:
                self.billed = plus(self.billed, worst)
            raise reply
        self.billed = plus(self.billed, believed(reply, worst))
        return reply


def plus(one: Use, other: Use) -> Use:
    return Use(one.input + other.input, one.output + other.output)


def honest(_number: int, worst: Use) -> Reply:
    return Reply("Answer: 42", "stop", worst.input // 3, 4)


def failing(**attributes: object) -> AskingFailedError:
    return AskingFailedError("it fails", **attributes)  # type: ignore[arg-type]


class Clock:
    """A loop's time that only pauses move."""

    def __init__(self) -> None:
        self.pauses: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        await asyncio.sleep(0)


def gathered(
    path: Path,
    standin: StandIn,
    prompts: Sequence[Wanted],
    *,
    limits: Limits = Limits(),  # noqa: B008
    concurrency: int = 4,
    retries: int = 2,
    clock: Clock | None = None,
) -> Gathered:
    with Recordings(path / "answers.sqlite") as recordings:
        return asyncio.run(
            gather_answers(
                prompts,
                model="m",
                answering=standin,
                recordings=recordings,
                limits=limits,
                manner=Manner(concurrency=concurrency, retries=retries, seed="s"),
                sleep=(clock or Clock()).sleep,
            )
        )


def recorded(path: Path) -> set[str]:
    with Recordings(path / "answers.sqlite") as recordings:
        return recordings.keys()


def test_every_prompt_is_answered_and_recorded(tmp_path: Path) -> None:
    prompts = wanted(20)
    result = gathered(tmp_path, StandIn(honest), prompts)
    assert (result.answered, result.requests, result.failed, result.stopped) == (20, 20, {}, "")
    assert recorded(tmp_path) == {each.key for each in prompts}
    assert result.spent.output == 80
    assert result.money is None


outcomes = st.sampled_from(["ok", "ok", "ok", "greedy", "silent", "billed", "free", "hopeless"])


def behaviour(plan: list[str]) -> Callable[[int, Use], Reply | AskingFailedError]:
    def behave(number: int, worst: Use) -> Reply | AskingFailedError:
        match plan[number % len(plan)]:
            case "greedy":
                return Reply("x", "stop", worst.input, worst.output)
            case "silent":
                return Reply("x", "stop", None, None)
            case "billed":
                return failing(again=True, billed=True)
            case "free":
                return failing(again=True)
            case "hopeless":
                return failing()
        return honest(number, worst)

    return behave


@settings(max_examples=60, deadline=None)
@given(
    plan=st.lists(outcomes, min_size=1, max_size=8),
    concurrency=st.integers(1, 12),
    tokens=st.one_of(st.none(), st.integers(0, 40_000)),
    money=st.one_of(st.none(), st.decimals(0, Decimal("0.1"), places=4)),
    sizes=st.lists(st.integers(0, 3000), min_size=1, max_size=15),
)
def test_a_budget_is_never_passed_whatever_is_in_flight(
    tmp_path_factory: pytest.TempPathFactory,
    plan: list[str],
    concurrency: int,
    tokens: int | None,
    money: Decimal | None,
    sizes: list[int],
) -> None:
    prompts = [each for number, size in enumerate(sizes) for each in wanted(1, size=size + number)]
    standin = StandIn(behaviour(plan))
    limits = Limits(tokens=tokens, money=money, prices=PRICES)
    result = gathered(
        tmp_path_factory.mktemp("g"), standin, prompts, limits=limits, concurrency=concurrency
    )
    if tokens is not None:
        assert standin.most.tokens <= tokens
    if money is not None:
        assert standin.money <= money
    assert result.spent == standin.billed
    if not result.stopped:
        assert result.answered + sum(result.failed.values()) == len(prompts)


def test_what_was_not_used_is_given_back(tmp_path: Path) -> None:
    prompts = wanted(30)
    worst = worst_case(prompts[0].messages, max_tokens=_MOST)
    # Room for four worst cases at a time, and for all that is really used.
    limits = Limits(tokens=15 * worst.tokens)
    result = gathered(tmp_path, StandIn(honest), prompts, limits=limits, concurrency=8)
    assert (result.answered, result.stopped) == (30, "")
    assert 30 * worst.tokens > 15 * worst.tokens >= result.spent.tokens


def test_a_used_up_budget_says_what_is_left_and_the_next_run_goes_on(tmp_path: Path) -> None:
    prompts = wanted(10)
    worst = worst_case(prompts[0].messages, max_tokens=_MOST)
    limits = Limits(tokens=2 * worst.tokens, money=Decimal(5), prices=PRICES)
    result = gathered(tmp_path, StandIn(honest), prompts, limits=limits)
    assert 0 < result.answered < 10
    assert "the budget is used up" in result.stopped
    assert f"{2 * worst.tokens - result.spent.tokens:,} tokens" in result.stopped
    left = [each for each in prompts if each.key not in recorded(tmp_path)]
    again = gathered(tmp_path, StandIn(honest), left)
    assert result.answered + again.answered == 10


def test_retries_wait_longer_each_time_and_as_the_seed_says(tmp_path: Path) -> None:
    clock = Clock()
    standin = StandIn(lambda n, w: failing(again=True) if n < 6 else honest(n, w))
    result = gathered(tmp_path, standin, wanted(1), retries=5, concurrency=1, clock=clock)
    assert (result.answered, result.requests) == (1, 6)
    assert len(clock.pauses) == 5
    for attempt, pause in enumerate(clock.pauses):
        assert 0.5 * 2**attempt <= pause <= 2**attempt
    again = Clock()
    standin = StandIn(lambda n, w: failing(again=True) if n < 6 else honest(n, w))
    (tmp_path / "again").mkdir()
    gathered(tmp_path / "again", standin, wanted(1), retries=5, concurrency=1, clock=again)
    assert again.pauses == clock.pauses


def test_everybody_keeps_to_what_one_was_told_to_wait(tmp_path: Path) -> None:
    asked_at: list[float] = []

    async def main() -> None:
        loop = asyncio.get_running_loop()

        class Limiting(StandIn):
            async def ask(self, messages: Sequence[Message], parameters: Parameters) -> Reply:
                asked_at.append(loop.time())
                if len(asked_at) == 1:
                    raise failing(again=True, wait=0.3)
                return honest(1, Use(300, 3))

        with Recordings(tmp_path / "answers.sqlite") as recordings:
            await gather_answers(
                wanted(6),
                model="m",
                answering=Limiting(honest),
                recordings=recordings,
                limits=Limits(),
                manner=Manner(concurrency=1),
            )

    asyncio.run(main())
    assert len(asked_at) == 7
    assert asked_at[1] - asked_at[0] >= 0.3


def test_an_endpoint_that_wants_hours_is_left_alone(tmp_path: Path) -> None:
    result = gathered(tmp_path, StandIn(lambda _n, _w: failing(again=True, wait=3600.0)), wanted(5))
    assert result.answered == 0
    assert "3,600 s" in result.stopped


@pytest.mark.parametrize(
    ("attributes", "requests", "stopped"),
    [
        ({"fatal": True}, 1, "it fails"),
        ({}, 10, "10 requests in a row failed"),
        ({"again": True}, 30, "10 requests in a row failed"),
    ],
)
def test_it_stops_where_nothing_can_succeed(
    tmp_path: Path, attributes: dict[str, object], requests: int, stopped: str
) -> None:
    standin = StandIn(lambda _n, _w: failing(**attributes))
    result = gathered(tmp_path, standin, wanted(50), concurrency=1)
    assert result.requests == requests
    assert stopped in result.stopped


def test_a_stop_ends_every_pause(tmp_path: Path) -> None:
    async def forever(_seconds: float) -> None:
        await asyncio.Event().wait()

    standin = StandIn(lambda n, _w: failing(fatal=True) if n == 4 else failing(again=True))
    with Recordings(tmp_path / "answers.sqlite") as recordings:
        result = asyncio.run(
            asyncio.wait_for(
                gather_answers(
                    wanted(8),
                    model="m",
                    answering=standin,
                    recordings=recordings,
                    limits=Limits(),
                    manner=Manner(concurrency=4),
                    sleep=forever,
                ),
                timeout=10,
            )
        )
    assert result.stopped == "it fails"


def test_a_bill_beyond_what_is_possible_stops_a_run_with_a_budget(tmp_path: Path) -> None:
    lying = StandIn(lambda _n, _w: Reply("Answer: 42", "stop", 10_000_000, 1))
    result = gathered(tmp_path, lying, wanted(20), limits=Limits(tokens=1_000_000), concurrency=1)
    assert result.requests == 1
    assert result.answered == 1, "the answer was paid for, so it is kept"
    assert "10,000,000 tokens taken" in result.stopped
    assert "look at its bill" in result.stopped


@pytest.mark.parametrize(
    ("reply", "use"),
    [
        (Reply("abc", "stop", 900, 3), Use(900, 3)),
        (Reply("abc", "stop", None, None), Use(3200, 100)),
        (Reply("abc", "stop", 1, 3), Use(3200, 3)),
        (Reply("x" * 3300, "stop", 900, 3), Use(900, 100)),
        (Reply("abc", "stop", 9000, 300), Use(9000, 300)),
    ],
)
def test_a_report_is_believed_where_it_is_possible(reply: Reply, use: Use) -> None:
    assert believed(reply, Use(3200, 100)) == use


def test_an_answer_that_cannot_be_recorded_ends_the_run(tmp_path: Path) -> None:
    from compressors.errors import ConfigurationError

    standin = StandIn(honest)
    with Recordings(tmp_path / "answers.sqlite") as recordings:
        recordings.__exit__()
        with pytest.raises(ConfigurationError, match="cannot be used"):
            asyncio.run(
                gather_answers(
                    wanted(50),
                    model="m",
                    answering=standin,
                    recordings=recordings,
                    limits=Limits(),
                    manner=Manner(concurrency=2),
                )
            )
    assert standin.asked <= 3


def test_prompts_are_made_only_as_they_are_asked(tmp_path: Path) -> None:
    made = 0
    standin = StandIn(honest)

    def making() -> Iterator[Wanted]:
        nonlocal made
        for each in wanted(30):
            made += 1
            assert made <= standin.asked + 4
            yield each

    with Recordings(tmp_path / "answers.sqlite") as recordings:
        asyncio.run(
            gather_answers(
                making(),
                model="m",
                answering=standin,
                recordings=recordings,
                limits=Limits(),
                manner=Manner(concurrency=4),
            )
        )
    assert made == 30


def test_money_is_exact() -> None:
    budget = Budget(Limits(money=Decimal("0.3"), prices=Prices(Decimal("0.1"), Decimal(0))))
    for _ in range(3):
        assert budget.reserve(Use(1_000_000, 0))
    assert not budget.reserve(Use(1, 0))
    assert budget.reserve(Use(0, 5))


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("3", 3.0),
        (" 0 ", 0.0),
        ("Sat, 21 Nov 2026 12:00:10 GMT", 10.0),
        ("Sat, 21 Nov 2026 11:00:00 GMT", 0.0),
        ("soon", None),
        ("-5", None),
        ("²", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_is_read_as_the_standard_writes_it(
    value: str | None, seconds: float | None
) -> None:
    assert retry_after(value, now=datetime(2026, 11, 21, 12, tzinfo=UTC)) == seconds
