"""Certificates computed again: the tail against scipy, and every way a row can be wrong."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest
from replay_world import outcomes
from scipy.stats import binom

from compressors.profiles import LADDERS
from pipelines.defs.recomputed import recomputed, tail
from pipelines.evidence import harm_p
from pipelines.replays import Outcome
from pipelines.replays.certify import Certificate

MADE = outcomes(items=50)
THRESHOLD = 0.05


def rows(made: list[Outcome] = MADE, *, epsilon: float = 0.1) -> list[Certificate]:
    """What a correct certification of the log ladder on one data set says."""
    found: list[Certificate] = []
    going = True
    for rung, profile in enumerate(LADDERS["log"]):
        here = [
            o for o in made
            if (o.profile_id, o.dataset, o.treatment, o.split)
            == (profile.id, "gsm8k-sample", "profile", "certify")
        ]  # fmt: skip
        harms = sum(not o.solved for o in here)
        p = harm_p(len(here), harms, epsilon=epsilon)
        going = going and (profile.safe or p <= THRESHOLD)
        found.append(
            Certificate(
                replay="0" * 16, kind="log", profile=profile.name, profile_id=profile.id,
                rung=rung, dataset="gsm8k-sample", block=1, version=1, kinds=2, n=len(here),
                harms=harms, epsilon=epsilon, p=p, threshold=THRESHOLD, solvable=1.0,
                certified=profile.safe or going, status="demonstration",
            )
        )  # fmt: skip
    return found


@pytest.mark.parametrize(
    ("n", "harms", "epsilon"),
    [(1, 0, 0.5), (299, 0, 0.01), (473, 1, 0.01), (761, 0, 0.01), (100, 100, 0.1),
     (2000, 300, 0.1)],
)  # fmt: skip
def test_tail_is_the_binomial_distribution_function(n: int, harms: int, epsilon: float) -> None:
    assert tail(n, harms, epsilon) == pytest.approx(binom.cdf(harms, n, epsilon), rel=1e-9)


def test_without_items_nothing_is_shown() -> None:
    assert tail(0, 0, 0.01) == 1.0


def test_correct_rows_pass() -> None:
    finding = recomputed(rows(), MADE)
    assert finding.passed, finding.sentence
    assert "log.lines_half" in str(finding.figures["certified"])
    assert "log.lines_minimal" not in str(finding.figures["certified"])


def _with(rung: int, **changes: object) -> Callable[[list[Certificate]], list[Certificate]]:
    def change(made: list[Certificate]) -> list[Certificate]:
        return [
            msgspec.structs.replace(row, **changes) if row.rung == rung else row for row in made
        ]

    return change


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_with(2, n=41), "states n = 41"),
        (_with(5, harms=0), "and 0 harms, the outcomes have"),
        (_with(3, p=0.01), "states p = 0.01, its definition gives"),
        (_with(3, epsilon=0.2), "its definition gives"),
        (_with(5, certified=True), "is certified after the first"),
        (_with(2, certified=False), "is not certified before"),
        (_with(1, certified=False), "loses nothing and is not certified"),
        (_with(2, threshold=0.0), "is certified after the first"),
        (_with(2, threshold=0.0, certified=False), "log.lines_half is certified after the first"),
    ],
)
def test_every_wrong_row_is_found(
    change: Callable[[list[Certificate]], list[Certificate]], said: str
) -> None:
    finding = recomputed(change(rows()), MADE)
    assert not finding.passed
    assert said in finding.sentence
    assert "toin replay" in finding.sentence
