"""Answerability: how many tasks can still be done, by profile and by control."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from compressors.profiles import rung_of
from pipelines.evidence import clopper_pearson
from pipelines.replays.outcomes import Outcome

LEVEL = 0.95
"""Of the intervals of answerability: exact, and each for itself."""


class Answerability(msgspec.Struct, frozen=True):
    """The outcomes of one treatment on one part of a data set.

    Attributes:
        dataset: The data set's name.
        kind: What the answers are rendered as.
        profile: The profile, or the one whose ratio the control copies.
        rung: The profile's place on its ladder, from 0.
        treatment: ``profile`` or the name of a control.
        split: ``learn`` or ``certify``.
        items: Cases run, solvable or not.
        solvable: Cases that are solved uncompressed.
        solved: Of these, the cases that are solved under the treatment.
        share: ``solved / solvable``; 0 where nothing is solvable.
        low: Lower end of its exact interval at `LEVEL`.
        high: Upper end of its exact interval at `LEVEL`.
        tokens_before: Tokens of all cases run, uncompressed.
        tokens_after: Tokens of all cases run, under the treatment.
    """

    dataset: str
    kind: str
    profile: str
    rung: int
    treatment: str
    split: str
    items: int
    solvable: int
    solved: int
    share: float
    low: float
    high: float
    tokens_before: int
    tokens_after: int


def answerability(outcomes: Iterable[Outcome]) -> list[Answerability]:
    """One row for each data set, kind, profile, treatment and split, ordered by these."""
    groups: dict[tuple[str, str, int, str, str, str], list[Outcome]] = {}
    for outcome in outcomes:
        rung = rung_of(outcome.profile)
        key = (
            outcome.dataset,
            outcome.kind,
            rung,
            outcome.profile,
            outcome.treatment,
            outcome.split,
        )
        groups.setdefault(key, []).append(outcome)
    return [_row(key, group) for key, group in sorted(groups.items())]


def _row(key: tuple[str, str, int, str, str, str], group: list[Outcome]) -> Answerability:
    dataset, kind, rung, profile, treatment, split = key
    solvable = sum(outcome.solvable for outcome in group)
    solved = sum(outcome.solvable and outcome.solved for outcome in group)
    interval = clopper_pearson(solved, solvable, level=LEVEL)
    return Answerability(
        dataset=dataset,
        kind=kind,
        profile=profile,
        rung=rung,
        treatment=treatment,
        split=split,
        items=len(group),
        solvable=solvable,
        solved=solved,
        share=interval.estimate,
        low=interval.low,
        high=interval.high,
        tokens_before=sum(outcome.tokens_before for outcome in group),
        tokens_after=sum(outcome.tokens_after for outcome in group),
    )
