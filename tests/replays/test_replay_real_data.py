"""The public data sets, where they lie beside the checkout: sizes, shares and cut evidence."""

from __future__ import annotations

import re
from functools import cache
from itertools import cycle
from pathlib import Path

import pytest

from pipelines.replays.cases import Case, build
from pipelines.replays.controls import random_deletion
from pipelines.replays.draws import Draw
from pipelines.replays.formats import read_library
from pipelines.replays.items import Library
from pipelines.replays.manifests import selected
from pipelines.replays.renderings import KINDS_UNDER_TEST
from pipelines.replays.solvers import solved

_DATA = Path(__file__).parents[2].parent / "shared" / "data"

pytestmark = pytest.mark.skipif(
    not _DATA.is_dir(), reason="the public data sets are not in ../shared/data"
)


@cache
def _libraries() -> dict[str, Library]:
    rendered = [s for s in selected(_DATA) if s.manifest.format != "trajectories"]
    return {source.manifest.name: read_library(source) for source in rendered}


@cache
def _cases(name: str, kind: str) -> tuple[Case, ...]:
    """Every twentieth case."""
    library = _libraries()[name]
    return tuple(build(item, library, kind=kind) for item in library.items[::20])


def _in_turn(name: str) -> tuple[Case, ...]:
    """Every tenth case, each as another kind than the one before."""
    library = _libraries()[name]
    kinds = cycle(KINDS_UNDER_TEST)
    return tuple(build(item, library, kind=next(kinds)) for item in library.items[::10])


def _share(cases: tuple[Case, ...], texts: list[str]) -> float:
    hits = [
        solved(case.task, text, needed=case.needed, kind=case.kind)
        for case, text in zip(cases, texts, strict=True)
    ]
    return sum(hits) / len(hits)


def test_single_questions_are_clusters_of_their_own() -> None:
    assert len(_libraries()["gsm8k"].records) == 952 + 5266
    assert len(_libraries()["truthfulqa"].items) == 571


def test_requests_that_share_scenario_or_functions_are_one_cluster() -> None:
    clusters = [item.cluster for item in _libraries()["bfcl"].items]
    assert len(clusters) == len(set(clusters)) > 1000
    assert sum(cluster.startswith("scenario ") for cluster in clusters) == 128
    assert sum(cluster.startswith("functions ") for cluster in clusters) > 200


@pytest.mark.parametrize("name", ["gsm8k", "truthfulqa", "bfcl"])
def test_enough_of_each_set_is_kept_for_certificates(name: str) -> None:
    library = _libraries()[name]
    certify = sum(library.split(item) == "certify" for item in library.items)
    learn = sum(library.split(item) == "learn" for item in library.items)
    assert certify + learn == len(library.items)
    assert certify > 400
    assert 0.15 < learn / (learn + library.blocks * certify) < 0.25


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "low", "high"), [("gsm8k", 0.63, 0.73), ("truthfulqa", 0.97, 1), ("bfcl", 0.95, 1)]
)
def test_the_solvable_share_is_what_is_reported(name: str, low: float, high: float) -> None:
    # One kind that could not be read would be a ninth of them.
    cases = _in_turn(name)
    full = _share(cases, [case.text for case in cases])
    assert low <= full <= high
    half = [random_deletion(case.text, 0.5, Draw("half", case.id)) for case in cases]
    assert _share(cases, half) < 0.65 * full
    gone = [re.sub("|".join(map(re.escape, case.needed)), "", case.text) for case in cases]
    assert _share(cases, gone) == 0


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS_UNDER_TEST)
@pytest.mark.parametrize("name", ["gsm8k", "truthfulqa", "bfcl"])
def test_answers_are_of_the_sizes_that_tools_give(name: str, kind: str) -> None:
    sizes = sorted(len(case.text) for case in _cases(name, kind))
    # The same records in every kind, some of which say more around them than JSON does.
    assert 1_500 < sizes[0] < 9_000
    assert 8_000 < sizes[len(sizes) // 2] < 36_000
    assert 90_000 < sizes[-1] < 550_000


# Words and signs by which a statement may state a number in another way as well.
_OTHERWISE = re.compile(r"%|/|cent|dozen|half|third|quarter|twice|double|[a-z]-[a-z]")


def test_one_operand_less_is_one_problem_less() -> None:
    """A number that stands once, and is no result of a step, takes the problem with it."""
    tried = 0
    for case in _cases("gsm8k", "log"):
        if not solved(case.task, case.text, needed=case.needed, kind="log"):
            continue
        line = next(x for x in case.text.splitlines() if f'id="{case.needed[0]}"' in x)
        statement = line[line.index("statement=") :]
        operands = re.findall(r"(?<![\d.])\d{2,}(?![\d.])", case.task.steps[0][0])
        lone = [n for n in operands if len(re.findall(rf"\b{n}\b", statement)) == 1]
        if not lone or _OTHERWISE.search(statement) or lone[0] in {"10", "11", "12", "20"}:
            continue
        tried += 1
        cut = re.sub(rf"\b{lone[0]}\b", "some", statement)
        left = case.text.replace(statement, cut)
        assert not solved(case.task, left, needed=case.needed, kind="log"), statement
    assert tried > 12
