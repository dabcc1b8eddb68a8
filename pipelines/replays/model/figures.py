"""Model accuracy: what a model answers right with the tool's answer whole, and compressed.

Not to be mixed with answerability, which asks no model. The loss of an item is ``right without -
right with``: -1, 0 or 1. Items count whether or not the model gets them right uncompressed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec

from compressors.profiles import LADDERS, rung_of
from pipelines.evidence import DIGITS, change_p
from pipelines.replays.model.judging import Verdict, judge
from pipelines.replays.model.plan import Choice, Treatment, Trial
from pipelines.replays.model.recordings import Recording

AGAIN = "again"
"""The treatment of the rows that show the noise: uncompressed against uncompressed."""


class ModelAccuracy(msgspec.Struct, frozen=True):
    """What one model made of one data set's cases as one kind, under one treatment.

    Attributes:
        model: The model's name.
        dataset: The data set's name.
        kind: What the answers are rendered as.
        profile: The profile; of the noise, the kind's passthrough.
        rung: Its place on the ladder, from 0.
        treatment: ``profile``, or ``again`` for a second sample without compression.
        split: ``learn`` or ``certify``.
        items: Items with both answers.
        missing: Items without one of them.
        right_without: Items answered right uncompressed.
        right_with: Items answered right under the treatment.
        lost: Right without and wrong with.
        won: Wrong without and right with.
        loss: Mean of ``right without - right with``.
        epsilon: The loss that ``p`` is about.
        p: p-value of "the mean loss is at least epsilon".
        unreadable_without: Answers without compression that could not be read; they are wrong.
        unreadable_with: Answers under the treatment that could not be read; they are wrong.
        temperature: As sent; None: none was.
        max_tokens: The longest answer.
        engine: Digest of the engine that compressed.
    """

    model: str
    dataset: str
    kind: str
    profile: str
    rung: int
    treatment: str
    split: str
    items: int
    missing: int
    right_without: int
    right_with: int
    lost: int
    won: int
    loss: float
    epsilon: float
    p: float
    unreadable_without: int
    unreadable_with: int
    temperature: float | None
    max_tokens: int
    engine: str


def model_accuracy(
    trials: Iterable[Trial],
    find: Callable[[str], Recording | None],
    *,
    choice: Choice,
    epsilon: Mapping[str, float],
    engine: str,
) -> list[ModelAccuracy]:
    """One row for each data set, kind and treatment, by data set, kind and rung.

    Args:
        trials: what was to be asked; of each item the uncompressed one comes first.
        find: the recorded answer under a key.
        choice: what was asked of whom.
        epsilon: of each data set.
        engine: digest of the engine that compressed.
    """
    whole: dict[tuple[str, str, str], Verdict | None] = {}
    pairs: dict[tuple[str, str, int, str], list[tuple[Verdict, Verdict] | None]] = {}
    treatment: Treatment
    for trial in trials:
        item = (trial.dataset, trial.kind, trial.cluster)
        treatment = trial.treatment
        verdict = _verdict(trial, find(trial.key))
        if treatment == "uncompressed":
            whole[item] = verdict
            continue
        rung = 0 if treatment == AGAIN else rung_of(trial.profile)
        without = whole[item]
        pair = None if without is None or verdict is None else (without, verdict)
        pairs.setdefault((trial.dataset, trial.kind, rung, treatment), []).append(pair)
    return [
        _row(key, found, choice=choice, epsilon=epsilon[key[0]], engine=engine)
        for key, found in sorted(pairs.items())
    ]


def _verdict(trial: Trial, recording: Recording | None) -> Verdict | None:
    if recording is None:
        return None
    return judge(trial.task, recording.answer, finish=recording.finish, documents=trial.documents)


def _row(
    key: tuple[str, str, int, str],
    found: Sequence[tuple[Verdict, Verdict] | None],
    *,
    choice: Choice,
    epsilon: float,
    engine: str,
) -> ModelAccuracy:
    dataset, kind, rung, treatment = key
    pairs = [pair for pair in found if pair is not None]
    losses = [int(without.right) - int(with_.right) for without, with_ in pairs]
    n = len(pairs)
    return ModelAccuracy(
        model=choice.model,
        dataset=dataset,
        kind=kind,
        profile=LADDERS[kind][rung].name,
        rung=rung,
        treatment=treatment,
        split=choice.part,
        items=n,
        missing=len(found) - n,
        right_without=sum(without.right for without, _ in pairs),
        right_with=sum(with_.right for _, with_ in pairs),
        lost=losses.count(1),
        won=losses.count(-1),
        loss=round(sum(losses) / n, DIGITS) if n else 0.0,
        epsilon=epsilon,
        p=change_p(losses, epsilon=epsilon),
        unreadable_without=sum(not without.readable for without, _ in pairs),
        unreadable_with=sum(not with_.readable for _, with_ in pairs),
        temperature=choice.parameters.temperature,
        max_tokens=choice.parameters.max_tokens,
        engine=engine,
    )
