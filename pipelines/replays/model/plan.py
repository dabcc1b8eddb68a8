"""Which answers a comparison needs: every case uncompressed, and under each profile.

Cases are built anew where their prompts are needed, since all prompts together would not fit into
memory. Two treatments that come to the same text need one answer.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec

from compressors.engine import Engine
from compressors.errors import InputRefused
from compressors.profiles import BY_NAME, LADDERS, Profile
from compressors.tokens import estimate
from pipelines.replays.cases import Case, build
from pipelines.replays.draws import digest
from pipelines.replays.formats import READERS, read_library
from pipelines.replays.items import Item, Library
from pipelines.replays.manifests import selected
from pipelines.replays.model.asking import (
    Message,
    Parameters,
    answer_key,
    asked,
    can_be_asked,
    prompt_digest,
)
from pipelines.replays.model.budget import NOTHING, Prices, Use, worst_case
from pipelines.replays.model.gathering import Wanted
from pipelines.replays.renderings import KINDS_UNDER_TEST
from pipelines.replays.tasks import Task

Part = Literal["learn", "certify"]
Treatment = Literal["uncompressed", "again", "profile"]
"""The tool's answer whole; whole in a second sample; or under a profile."""

TYPICAL_ANSWER = 200
"""Tokens of an answer that a dry run expects: some steps of work and the final line."""

Progress = Callable[[int, int], None]


class Choice(msgspec.Struct, frozen=True):
    """What is asked, of whom.

    Attributes:
        model: The model's name.
        parameters: Of every request; the second sample follows the one named here.
        part: Of the data sets.
        items: How many of each data set; None for all.
        profiles: Names of the profiles; none for every rung but passthrough.
    """

    model: str
    parameters: Parameters = Parameters()
    part: Part = "learn"
    items: int | None = None
    profiles: tuple[str, ...] = ()


class Trial(NamedTuple):
    """One answer that a comparison needs. ``worst`` and ``usual`` are what it may cost."""

    dataset: str
    kind: str
    cluster: str
    treatment: Treatment
    profile: str
    key: str
    task: Task
    documents: tuple[Mapping[str, object], ...]
    worst: Use
    usual: Use


class Bill(msgspec.Struct, frozen=True):
    """What asking would cost: the requests missing, and their tokens and money.

    ``usual`` is by the engine's estimate of the prompts and a typical answer, ``most`` is the
    bound that is reserved for each request, without retries.
    """

    needed: int
    recorded: int
    requests: int
    usual: Use
    most: Use
    usual_money: Decimal | None
    most_money: Decimal | None


class Plan:
    """The comparison that ``choice`` asks for, on the data sets below ``data``.

    Args:
        choice: what is asked.
        data: the folder of the public data sets; None for the bundled samples.
        engine: compresses.

    Raises:
        InputRefused: a data set cannot be used, or a profile is of no kind under test.
    """

    def __init__(self, choice: Choice, *, data: Path | None, engine: Engine) -> None:
        self.choice = choice
        self._engine = engine
        sources = [source for source in selected(data) if source.manifest.format in READERS]
        self.epsilon = {source.manifest.name: source.manifest.epsilon for source in sources}
        self._drawn = [(library, _draw(library, choice)) for library in map(read_library, sources)]
        self._profiles = _profiles(choice.profiles)

    def trials(self, progress: Progress = lambda _done, _total: None) -> Iterator[Trial]:
        """Every answer that is needed, in order of data set, kind, item and rung."""
        for library, item, case, treatment, profile, text in self._treated(progress):
            wanted = self._wanted(case, treatment, text)
            max_tokens = wanted.parameters.max_tokens
            yield Trial(
                dataset=case.dataset,
                kind=case.kind,
                cluster=case.cluster,
                treatment=treatment,
                profile=profile.name,
                key=wanted.key,
                task=case.task,
                documents=tuple(library.records[name].fields for name in item.needed),
                worst=worst_case(wanted.messages, max_tokens=max_tokens),
                usual=Use(_estimate(wanted.messages), min(TYPICAL_ANSWER, max_tokens)),
            )

    def wanted(self, keys: Collection[str]) -> Iterator[Wanted]:
        """The prompts of these keys, each once."""
        left = set(keys)
        for _, _, case, treatment, _, text in self._treated(lambda _done, _total: None):
            if not left:
                return
            wanted = self._wanted(case, treatment, text)
            if wanted.key in left:
                left.discard(wanted.key)
                yield wanted

    def _treated(
        self, progress: Progress
    ) -> Iterator[tuple[Library, Item, Case, Treatment, Profile, str]]:
        places = [
            (library, kind, item)
            for library, items in self._drawn
            for kind in KINDS_UNDER_TEST
            for item in items
        ]
        for done, (library, kind, item) in enumerate(places, 1):
            case = build(item, library, kind=kind)
            whole = LADDERS[kind][0]
            yield library, item, case, "uncompressed", whole, case.text
            yield library, item, case, "again", whole, case.text
            reading = self._engine.read(case.text)
            for profile in self._profiles[kind]:
                # Content that is taken for another kind stays as it is.
                text = case.text
                if reading.kind == kind:
                    text = self._engine.apply(reading, profile, query=case.query).text
                yield library, item, case, "profile", profile, text
            progress(done, len(places))

    def _wanted(self, case: Case, treatment: Treatment, text: str) -> Wanted:
        messages: list[Message] = asked(case, text)
        prompt = prompt_digest(messages)
        parameters = self.choice.parameters
        if treatment == "again":
            parameters = msgspec.structs.replace(parameters, sample=parameters.sample + 1)
        key = answer_key(self.choice.model, parameters, prompt)
        return Wanted(key, prompt, messages, parameters)


def bill(trials: Sequence[Trial], recorded: Collection[str], prices: Prices | None) -> Bill:
    """What the answers that are not recorded yet would cost."""
    needed = {trial.key: trial for trial in trials}
    missing = [trial for key, trial in needed.items() if key not in recorded]
    usual, most = NOTHING, NOTHING
    for trial in missing:
        usual = Use(usual.input + trial.usual.input, usual.output + trial.usual.output)
        most = Use(most.input + trial.worst.input, most.output + trial.worst.output)
    return Bill(
        needed=len(needed),
        recorded=len(needed) - len(missing),
        requests=len(missing),
        usual=usual,
        most=most,
        usual_money=prices.of(usual) if prices else None,
        most_money=prices.of(most) if prices else None,
    )


def _draw(library: Library, choice: Choice) -> list[Item]:
    """The items of the part, in an order drawn by hash: of more items, the first are the same."""
    fitting = [
        item
        for item in library.items
        if library.split(item) == choice.part and can_be_asked(item.task)
    ]
    ranked = sorted(fitting, key=lambda item: digest("asked", library.digest, item.cluster))
    return ranked[: choice.items]


def _profiles(names: Sequence[str]) -> Mapping[str, list[Profile]]:
    for name in names:
        if name not in BY_NAME or BY_NAME[name].kind not in KINDS_UNDER_TEST:
            known = ", ".join(p.name for kind in KINDS_UNDER_TEST for p in LADDERS[kind][1:])
            raise InputRefused(f"{name!r} is no profile of a kind under test; there are {known}")
    return {
        kind: [profile for profile in LADDERS[kind][1:] if not names or profile.name in names]
        for kind in KINDS_UNDER_TEST
    }


def _estimate(messages: Sequence[Message]) -> int:
    return estimate("\n".join(str(message.get("content") or "") for message in messages))
