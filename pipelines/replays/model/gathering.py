"""Gathering answers: several requests at a time, within the budget, each answer kept at once.

A request that fails for now is made again after a pause: twice as long each time, spread by a
draw from the seed, and never shorter than the endpoint asks for, which all requests then keep to.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Iterator
from decimal import Decimal
from typing import NamedTuple

import msgspec

from pipelines.replays.draws import Draw
from pipelines.replays.model.asking import Message, Parameters
from pipelines.replays.model.budget import NOTHING, Budget, Limits, Use, worst_case
from pipelines.replays.model.recordings import Recording, Recordings
from pipelines.replays.model.replies import Answering, AskingFailedError, Reply

_FIRST_PAUSE = 1.0
_LONGEST_PAUSE = 60.0
_FAILURES_IN_A_ROW = 10
_LONGEST_TOKEN = 32
_NEVER_LATER = 600.0
"""Seconds: an endpoint that wants to be left alone for longer is left alone."""

Sleep = Callable[[float], Awaitable[None]]


class Wanted(NamedTuple):
    """An answer that is not recorded yet: its key, the digest of its prompt, and the prompt."""

    key: str
    prompt: str
    messages: list[Message]
    parameters: Parameters


class Manner(msgspec.Struct, frozen=True):
    """How requests are made.

    Attributes:
        concurrency: Requests at a time.
        retries: How often one that fails for now is made again.
        seed: Of the pauses' spread.
    """

    concurrency: int = 4
    retries: int = 5
    seed: str = "toin"


class Gathered(NamedTuple):
    """What a round of requests came to.

    ``failed`` counts the prompts that stay without an answer by reason, ``stopped`` says why not
    everything was asked (empty where it was), ``money`` is None without prices.
    """

    answered: int
    requests: int
    spent: Use
    money: Decimal | None
    failed: dict[str, int]
    stopped: str


async def gather_answers(
    wanted: Iterable[Wanted],
    *,
    model: str,
    answering: Answering,
    recordings: Recordings,
    limits: Limits,
    manner: Manner,
    progress: Callable[[int], None] = lambda _: None,
    sleep: Sleep = asyncio.sleep,
) -> Gathered:
    """Ask for every one of ``wanted``, and record what is answered.

    Args:
        wanted: taken one by one, in a thread of its own, while others are asked.
        model: the name under which answers are recorded.
        answering: who is asked.
        recordings: where answers are kept.
        limits: what may be used.
        manner: how.
        progress: told how many were dealt with.
        sleep: waits.

    Raises:
        ConfigurationError: an answer cannot be recorded; nothing more is then asked.
    """
    round_ = _Round(iter(wanted), model, answering, recordings, limits, manner, progress, sleep)
    await round_.run()
    return round_.result()


class _Stopped(Exception):
    """No further request goes out."""


class _Round:
    def __init__(
        self,
        wanted: Iterator[Wanted],
        model: str,
        answering: Answering,
        recordings: Recordings,
        limits: Limits,
        manner: Manner,
        progress: Callable[[int], None],
        sleep: Sleep,
    ) -> None:
        self._wanted = wanted
        self._model = model
        self._answering = answering
        self._recordings = recordings
        self._limited = limits != Limits()
        self._budget = Budget(limits)
        self._manner = manner
        self._progress = progress
        self._sleep = sleep
        self._next = asyncio.Lock()
        self._settled = asyncio.Condition()
        self._in_flight = 0
        self._answered = 0
        self._dealt_with = 0
        self._requests = 0
        self._failures_in_a_row = 0
        self._quiet_until = 0.0
        self._pauses: set[asyncio.Future[None]] = set()
        self._failed: Counter[str] = Counter()
        self._stopped = ""

    async def run(self) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(self._manner.concurrency):
                    group.create_task(self._work())
        except BaseExceptionGroup as several:
            # One sentence for a person: what failed first is what has to be mended.
            raise several.exceptions[0] from None

    def result(self) -> Gathered:
        return Gathered(
            answered=self._answered,
            requests=self._requests,
            spent=self._budget.spent,
            money=self._budget.money,
            failed=dict(sorted(self._failed.items())),
            stopped=self._stopped,
        )

    async def _work(self) -> None:
        while not self._stopped:
            async with self._next:
                wanted = await asyncio.to_thread(next, self._wanted, None)
            if wanted is None:
                return
            try:
                await self._deal_with(wanted)
            except _Stopped:
                return
            self._dealt_with += 1
            self._progress(self._dealt_with)

    async def _deal_with(self, wanted: Wanted) -> None:
        worst = worst_case(wanted.messages, max_tokens=wanted.parameters.max_tokens)
        for attempt in range(1 + self._manner.retries):
            await self._keep_quiet()
            await self._reserve(worst)
            try:
                reply, used = await self._ask(wanted, worst)
            except AskingFailedError as failure:
                if failure.fatal:
                    self._stop(str(failure))
                if not failure.again or attempt == self._manner.retries:
                    self._give_up(str(failure))
                    return
                self._note_wait(failure)
                await self._pause(self._backoff(wanted.key, attempt))
            else:
                self._record(wanted, reply)
                self._check_report(used, worst)
                return

    async def _keep_quiet(self) -> None:
        """Wait for as long as the endpoint has asked for, whichever request was told so."""
        clock = asyncio.get_running_loop().time
        while (left := self._quiet_until - clock()) > 0:
            await self._pause(left)

    async def _pause(self, seconds: float) -> None:
        """Wait, but not any longer once no further request is to go out.

        Raises:
            _Stopped: none is.
        """
        pause = asyncio.ensure_future(self._sleep(seconds))
        self._pauses.add(pause)
        try:
            await pause
        except asyncio.CancelledError:
            if not self._stopped:
                raise
        finally:
            self._pauses.discard(pause)
        if self._stopped:
            raise _Stopped

    async def _reserve(self, worst: Use) -> None:
        """Set the worst case aside, waiting for what others give back.

        Raises:
            _Stopped: the rest of the budget does not cover it.
        """
        async with self._settled:
            while not self._budget.reserve(worst):
                if not self._in_flight:
                    self._stop(
                        f"the budget is used up: {self._budget.left()} left, and the next request "
                        f"may take {worst.input:,} tokens and give {worst.output:,}"
                    )
                await self._settled.wait()
                if self._stopped:
                    raise _Stopped
            self._in_flight += 1

    async def _ask(self, wanted: Wanted, worst: Use) -> tuple[Reply, Use]:
        # Cancelled in the middle, it may be billed like any other.
        used = worst
        try:
            self._requests += 1
            reply = await self._answering.ask(wanted.messages, wanted.parameters)
            used = believed(reply, worst)
        except AskingFailedError as failure:
            used = worst if failure.billed else NOTHING
            raise
        finally:
            self._budget.settle(worst, used)
            self._in_flight -= 1
            async with self._settled:
                self._settled.notify_all()
        return reply, used

    def _record(self, wanted: Wanted, reply: Reply) -> None:
        self._recordings.add(
            Recording(
                key=wanted.key,
                model=self._model,
                temperature=wanted.parameters.temperature,
                max_tokens=wanted.parameters.max_tokens,
                sample=wanted.parameters.sample,
                prompt=wanted.prompt,
                answer=reply.text,
                finish=reply.finish,
                input_tokens=reply.input_tokens,
                output_tokens=reply.output_tokens,
            )
        )
        self._answered += 1
        self._failures_in_a_row = 0

    def _check_report(self, used: Use, worst: Use) -> None:
        """Stop where an endpoint bills more than is possible: then no budget can be kept."""
        if self._limited and (used.input > worst.input or used.output > worst.output):
            self._stop(
                f"the endpoint reports {used.input:,} tokens taken and {used.output:,} given for a "
                f"request of at most {worst.input:,} and {worst.output:,}, so no budget can be "
                "kept with it; look at its bill before going on"
            )

    def _give_up(self, reason: str) -> None:
        self._failed[reason] += 1
        self._failures_in_a_row += 1
        if self._failures_in_a_row >= _FAILURES_IN_A_ROW:
            self._stop(f"{_FAILURES_IN_A_ROW} requests in a row failed; the last: {reason}")

    def _note_wait(self, failure: AskingFailedError) -> None:
        if failure.wait is None:
            return
        if failure.wait > _NEVER_LATER:
            self._stop(
                f"{failure}; it wants to be left alone for {failure.wait:,.0f} s: run this again "
                "then, what was answered is kept"
            )
        until = asyncio.get_running_loop().time() + failure.wait
        self._quiet_until = max(self._quiet_until, until)

    def _backoff(self, key: str, attempt: int) -> float:
        pause = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2.0 ** min(attempt, 10))
        spread = Draw("pause", self._manner.seed, key, str(attempt)).below(1000) / 1000
        return pause * (0.5 + spread / 2)

    def _stop(self, why: str) -> None:
        self._stopped = self._stopped or why
        for pause in self._pauses:
            pause.cancel()
        raise _Stopped


def believed(reply: Reply, worst: Use) -> Use:
    """What is booked for an answer: what is reported, or the worst case where that is no report.

    Less than a token for `_LONGEST_TOKEN` bytes is none: no vocabulary packs text so densely.
    """
    taken, given = reply.input_tokens, reply.output_tokens
    if taken is None or taken * _LONGEST_TOKEN < worst.input:
        taken = worst.input
    if given is None or given * _LONGEST_TOKEN < len(reply.text.encode("utf-8", "replace")):
        given = worst.output
    return Use(taken, given)
