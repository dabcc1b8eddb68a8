"""A model's answers with and without compression: asked where none is recorded, then compared."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from pathlib import Path
from typing import NamedTuple

import msgspec

from compressors.book import BUILT_IN
from compressors.engine import Engine, Loaded
from compressors.handles import MemoryHandles
from compressors.home import Home
from compressors.pepper import PUBLIC_PEPPER
from pipelines.replays.model.budget import Limits
from pipelines.replays.model.figures import ModelAccuracy, model_accuracy
from pipelines.replays.model.gathering import Gathered, Manner, gather_answers
from pipelines.replays.model.plan import Bill, Choice, Plan, Trial, bill
from pipelines.replays.model.recordings import Recordings, recordings_path
from pipelines.replays.model.service import Service

Progress = Callable[[str, int, int], None]


class Comparison(NamedTuple):
    """The figures, and what asking came to; None where every answer was recorded."""

    figures: list[ModelAccuracy]
    gathered: Gathered | None


class Prepared:
    """A comparison that knows what it would ask for, before anything is asked.

    Args:
        choice: what is asked of whom.
        data: the folder of the public data sets; None for the bundled samples.
        recordings: the answers that there are, and where new ones go.
        limits: what may be used.
        progress: told the step, how much of it is done, and how much there is.

    Raises:
        InputRefused: a data set cannot be used, or a profile is of no kind under test.
    """

    def __init__(
        self,
        choice: Choice,
        *,
        data: Path | None,
        recordings: Recordings,
        limits: Limits,
        progress: Progress,
    ) -> None:
        # The public pepper: handles stand in the prompts, and recordings are to fit every home.
        self._engine = Engine(
            pepper=PUBLIC_PEPPER, loaded=Loaded(BUILT_IN), handles=MemoryHandles()
        )
        self._choice = choice
        self._recordings = recordings
        self._limits = limits
        self._progress = progress
        self._plan = Plan(choice, data=data, engine=self._engine)
        self._trials: list[Trial] = list(
            self._plan.trials(lambda done, total: progress("prompts", done, total))
        )
        recorded = recordings.keys()
        self._missing = {trial.key for trial in self._trials} - recorded
        self.bill: Bill = bill(self._trials, recorded, limits.prices)

    def compare(self, service: Service | None, *, manner: Manner, timeout: float) -> Comparison:
        """Ask for what is missing, and compare.

        Args:
            service: who is asked; None asks nobody, and leaves out what is not recorded.
            manner: how many at a time, and how often again.
            timeout: seconds until a whole answer has to be there.

        Raises:
            ConfigurationError: an answer cannot be recorded.
        """
        gathered = None
        if self._missing and service is not None:
            gathered = asyncio.run(self._gather(service, self._missing, manner, timeout))
        figures = model_accuracy(
            self._trials,
            self._recordings.find,
            choice=self._choice,
            epsilon=self._plan.epsilon,
            engine=self._engine.digest,
        )
        if any(row.items for row in figures):
            self._recordings.keep_figures(self._choice.model, map(msgspec.json.encode, figures))
        return Comparison(figures, gathered)

    async def _gather(
        self, service: Service, missing: Collection[str], manner: Manner, timeout: float
    ) -> Gathered:
        # Only here, where a request is to be made: litellm takes seconds to load.
        from pipelines.replays.model.endpoint import Endpoint

        async with Endpoint(service, timeout=timeout) as endpoint:
            return await gather_answers(
                self._plan.wanted(missing),
                model=self._choice.model,
                answering=endpoint,
                recordings=self._recordings,
                limits=self._limits,
                manner=manner,
                progress=lambda done: self._progress("answers", done, len(missing)),
            )


def recorded_accuracy(home: Home) -> list[ModelAccuracy]:
    """The figures last drawn from the answers of a home; none where none were recorded.

    Raises:
        ConfigurationError: the recorded answers cannot be read.
    """
    path = recordings_path(home)
    if not path.exists():
        return []
    with Recordings(path) as recordings:
        return [msgspec.json.decode(row, type=ModelAccuracy) for row in recordings.figures()]
