"""Synthetic outcomes of replays: few, quick, and with harms where a test wants them."""

from __future__ import annotations

from collections.abc import Iterator

from compressors.profiles import LADDERS
from pipelines.replays import Outcome

DATASETS = ("gsm8k-sample", "truthfulqa-sample", "bfcl-sample")
KINDS = ("json", "log")


def outcomes(*, replay: str = "0" * 16, items: int = 60, harms_from: int = 5) -> list[Outcome]:
    """``items`` of each data set and kind, all solvable; rungs from ``harms_from`` on harm."""
    return list(_outcomes(replay, items, harms_from))


def _outcomes(replay: str, items: int, harms_from: int) -> Iterator[Outcome]:
    for dataset in DATASETS:
        for kind in KINDS:
            for number in range(items):
                for rung, profile in enumerate(LADDERS[kind]):
                    after = 1000 if rung == 0 else 900 // rung
                    harmed = rung >= harms_from and number % 3 == 0
                    for treatment in ("profile", "random_deletion", "truncation"):
                        if treatment != "profile" and profile.safe:
                            continue
                        yield Outcome(
                            replay=replay,
                            judge="1" * 16,
                            dataset=dataset,
                            kind=kind,
                            item=f"{number:016x}",
                            source=f"line {number}",
                            cluster=f"{number:016x}",
                            split="learn" if number % 5 == 0 else "certify",
                            treatment=treatment,
                            profile=profile.name,
                            profile_id=profile.id,
                            solvable=True,
                            solved=not harmed and (treatment == "profile" or number % 2 == 0),
                            tokens_before=1000,
                            tokens_after=after,
                        )


OUTCOMES = outcomes(items=10)
