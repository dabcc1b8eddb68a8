"""The same bytes for the same input: under other hash seeds, in many threads, in another order."""

import hashlib
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from benchmarks.engine import generated
from benchmarks.engine.generated import Input
from compressors import Engine
from compressors.book import Book
from compressors.engine import Loaded
from compressors.handles import MemoryHandles
from compressors.pepper import PUBLIC_PEPPER
from compressors.profiles import LADDERS

LIMIT = 30_000
INPUTS = [each for each in generated.inputs(3) if len(each.text) <= LIMIT]
RUNGS = range(1, max(len(ladder) for ladder in LADDERS.values()))

DIGEST = """
import sys
sys.path[:0] = sys.argv[1:]
from test_determinism import INPUTS, RUNGS, digest, engine
print(digest([engine(rung).compress(each.text, query=each.query).text
              for rung in RUNGS for each in INPUTS]))
"""


def engine(rung: int) -> Engine:
    """An engine on one rung of every ladder."""
    defaults = {kind: ladder[min(rung, len(ladder) - 1)] for kind, ladder in LADDERS.items()}
    return Engine(
        pepper=PUBLIC_PEPPER, loaded=Loaded(Book(defaults=defaults)), handles=MemoryHandles()
    )


def digest(texts: list[str]) -> str:
    """One digest of many texts."""
    total = hashlib.sha256()
    for text in texts:
        total.update(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest())
    return total.hexdigest()


@pytest.mark.slow
def test_hash_seeds_change_nothing() -> None:
    here = Path(__file__).parent
    given = [sys.executable, "-W", "error", "-c", DIGEST, str(here), str(here.parent.parent)]
    runs = [
        subprocess.Popen(
            given,
            env={**os.environ, "PYTHONHASHSEED": str(seed)},
            stdout=subprocess.PIPE,
            text=True,
        )
        for seed in (0, 1, 2, 31337, 4_294_967_295)
    ]
    printed = {run.communicate()[0] for run in runs}
    assert all(run.returncode == 0 for run in runs)
    assert len(printed) == 1
    assert len(printed.pop().strip()) == 64


@pytest.mark.slow
def test_eight_threads_at_once_put_out_what_one_does() -> None:
    one = engine(max(RUNGS))

    def run(each: Input) -> str:
        return one.compress(each.text, query=each.query).text

    alone = [run(each) for each in INPUTS]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(run, INPUTS)) == alone
        assert list(pool.map(run, reversed(INPUTS))) == alone[::-1]
        same = next(each for each in INPUTS if each.kind == "json")
        assert len(set(pool.map(run, [same] * 16))) == 1


@pytest.mark.slow
def test_what_went_before_changes_nothing() -> None:
    fresh = [engine(3).compress(each.text, query=each.query).text for each in INPUTS]
    one = engine(3)
    for each in reversed(INPUTS):
        one.compress(each.text, query="something else")
    assert [one.compress(each.text, query=each.query).text for each in INPUTS] == fresh
