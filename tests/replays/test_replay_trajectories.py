"""Recorded runs as cases: what was used later is the label, a task is a cluster in each kind."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections import Counter
from pathlib import Path

import pytest

from compressors import Engine
from compressors.handles import MemoryHandles
from compressors.home import Home
from compressors.profiles import LADDERS
from pipelines.replays.cases import Case
from pipelines.replays.manifests import Manifest, Source, SourceFile
from pipelines.replays.solvers import solved
from pipelines.replays.tasks import Reuse
from pipelines.replays.trajectories import FEWEST, Trajectories, read_trajectories
from pipelines.traffic.identity import Identity
from pipelines.traffic.transcripts import read_transcripts

_KINDS = tuple(LADDERS)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    home = Home(tmp_path_factory.mktemp("home"))
    return Engine.start(home=home, handles=MemoryHandles())


def _answer(task: int, trial: int, part: str) -> str:
    if part == "orders":
        rows = [
            {"order": f"W{task}{trial}{n:04d}", "sku": f"sku-{n % 7}", "total": 10 + n}
            for n in range(40)
        ]
        return json.dumps(rows)
    return "\n".join(
        f"2026-03-01T10:{n:02d}:00Z INFO worker.{n % 3} stored batch_{task}{trial}{n:04d}"
        for n in range(50)
    )


def _run(task: int, trial: int) -> dict:
    """Two answers; of each, one value is used in the last message, and one was named before."""
    used = f"W{task}{trial}0017"
    return {
        "id": f"task{task}-trial{trial}",
        "task_id": f"task{task}",
        "messages": [
            {"role": "user", "content": f"Which orders are there? I know W{task}{trial}0003."},
            _call("a", "list_orders"),
            {"role": "tool", "tool_call_id": "a", "content": _answer(task, trial, "orders")},
            _call("b", "read_log"),
            {"role": "tool", "tool_call_id": "b", "content": _answer(task, trial, "log")},
            {
                "role": "assistant",
                "content": f"Look at {used} and batch_{task}{trial}0009, not W{task}{trial}0003.",
            },
        ],
    }


def _call(identifier: str, name: str) -> dict:
    function = {"name": name, "arguments": "{}"}
    return {
        "role": "assistant",
        "content": None,
        "tool_calls": [{"id": identifier, "type": "function", "function": function}],
    }


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Source:
    """Thirty tasks in three trials each."""
    base = tmp_path_factory.mktemp("runs")
    content = "\n".join(json.dumps(_run(n, trial)) for n in range(30) for trial in range(3))
    path = base / "runs.jsonl.gz"
    path.write_bytes(gzip.compress(content.encode(), mtime=0))
    digest = hashlib.sha256(content.encode()).hexdigest()
    manifest = Manifest(
        "trajectories", "Runs", "trajectories", "tests", "1", "Apache-2.0", 0.05, False,
        (SourceFile(path.name, digest, ()),),
    )  # fmt: skip
    return Source(manifest, base)


@pytest.fixture(scope="module")
def runs(source: Source, engine: Engine) -> Trajectories:
    return read_trajectories(source, engine, kinds=_KINDS)


def _cases(runs: Trajectories) -> list[Case]:
    return [runs.case(kind, n) for kind in _KINDS for n in range(runs.count(kind))]


def test_a_task_is_one_cluster_in_each_kind(runs: Trajectories) -> None:
    counts = {kind: runs.count(kind) for kind in _KINDS if runs.count(kind)}
    assert counts == {"json": 30, "log": 30}
    for kind in ("json", "log"):
        clusters = [runs.case(kind, n).cluster for n in range(30)]
        assert len(set(clusters)) == 30
    trials = Counter(case.source.partition("trial")[2][:1] for case in _cases(runs))
    assert set(trials) == {"0", "1", "2"}


def test_the_split_is_the_tasks_own_in_every_kind(runs: Trajectories) -> None:
    splits = {case.cluster: case.split for case in _cases(runs)}
    assert all(case.split == splits[case.cluster] for case in _cases(runs))
    assert set(splits.values()) == {"learn", "certify"}


def test_the_label_is_what_was_used_and_nobody_had_said(runs: Trajectories) -> None:
    for case in _cases(runs):
        assert isinstance(case.task, Reuse)
        [value] = case.task.values
        assert value.startswith("W" if case.kind == "json" else "batch_")
        assert value.endswith("0017" if case.kind == "json" else "0009")
        assert "Which orders" in case.query
        assert solved(case.task, case.text, needed=(), kind=case.kind)
        for gone in ("", value[:-1]):
            left = case.text.replace(value, gone)
            assert not solved(case.task, left, needed=(), kind=case.kind)


def test_a_value_is_found_through_the_engines_own_notation(
    runs: Trajectories, engine: Engine
) -> None:
    shorter = 0
    for case in _cases(runs):
        lossless = next(rung for rung in LADDERS[case.kind] if rung.params.lossless)
        done = engine.apply(engine.read(case.text), lossless, query=case.query)
        shorter += done.text != case.text
        assert solved(case.task, done.text, needed=(), kind=case.kind)
    assert shorter > 30


def test_what_serves_as_telemetry_is_left_out(source: Source, engine: Engine) -> None:
    recorded = list(read_transcripts(source.base / "runs.jsonl.gz"))
    left_out = [t for t in recorded if t.task in ("task1", "task2") or t.id == "task3-trial0"]
    without = {Identity(engine.pepper, t).conversation for t in left_out}
    left = read_trajectories(source, engine, kinds=_KINDS, without=without)
    assert {kind: left.count(kind) for kind in ("json", "log")} == {"json": 28, "log": 28}
    assert not any(
        name in case.source
        for case in _cases(left)
        for name in ("task1-", "task2-", "task3-trial0")
    )


def test_kinds_that_are_not_under_test_have_no_cases(source: Source, engine: Engine) -> None:
    only = read_trajectories(source, engine, kinds=("json",))
    assert (only.count("json"), only.count("log")) == (30, 0)


def test_short_answers_are_left_alone(source: Source, engine: Engine, tmp_path: Path) -> None:
    run = _run(1, 1)
    run["messages"][2]["content"] = json.dumps([{"order": "W110017"}])
    (tmp_path / "runs.jsonl.gz").write_bytes(gzip.compress(json.dumps(run).encode()))
    found = read_trajectories(Source(source.manifest, tmp_path), engine, kinds=_KINDS)
    assert [case.kind for case in _cases(found)] == ["log"]
    assert len(found.case("log", 0).text) >= FEWEST


def test_no_path_of_this_machine_is_in_a_source(runs: Trajectories, source: Source) -> None:
    assert not any(str(source.base) in case.source for case in _cases(runs))
    assert runs.case("json", 0).source.startswith("runs.jsonl.gz: task")
