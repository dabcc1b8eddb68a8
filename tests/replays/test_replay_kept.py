"""Outcomes in the warehouse: kept as they come, taken over, and apart from what is telemetry."""

from __future__ import annotations

import gzip
import hashlib
import json
from pathlib import Path

import msgspec
import pytest
from small_sets import problems, questions, tools, write_set

from compressors import Engine
from compressors.handles import MemoryHandles
from compressors.home import Home
from pipelines import replayed
from pipelines.ingest import ingest
from pipelines.replayed import (
    known_outcomes,
    made_and_kept,
    read_outcomes,
    recorded_conversations,
)
from pipelines.replays import manifests
from pipelines.replays import outcomes as module
from pipelines.replays.certify import certify
from pipelines.replays.identity import judge_key
from pipelines.settings import Settings
from pipelines.traffic.record import record
from pipelines.traffic.transcripts import read_transcripts
from pipelines.warehouse import Warehouse


def _silent(_label: str, _done: int, _total: int) -> None:
    return


@pytest.fixture(autouse=True)
def two_kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of all kinds two, which take a fraction of the time."""
    monkeypatch.setattr(module, "KINDS_UNDER_TEST", ("json", "log"))


@pytest.fixture
def home(tmp_path: Path) -> Home:
    place = Home(tmp_path / "home")
    place.ensure()
    return place


@pytest.fixture
def engine(home: Home) -> Engine:
    return Engine.start(home=home, handles=MemoryHandles())


@pytest.fixture
def warehouse(home: Home) -> Warehouse:
    return Warehouse(home.warehouse)


def _made(warehouse: Warehouse, engine: Engine, data: Path | None = None) -> list[module.Outcome]:
    return made_and_kept(
        warehouse, engine=engine, data=data, progress=_silent, processes=1
    ).outcomes


def _in_order(outcomes: list[module.Outcome]) -> list[module.Outcome]:
    return sorted(outcomes, key=msgspec.structs.astuple)


def test_a_replay_that_was_cut_off_goes_on_where_it_was(
    bundled: Path, warehouse: Warehouse, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    replay = module.replay

    def breaks(case: object, *more: object, **named: object) -> object:
        if len(made) == 40:
            raise KeyboardInterrupt
        made.append(case.id)
        return replay(case, *more, **named)

    monkeypatch.setattr(module, "replay", breaks)
    with pytest.raises(KeyboardInterrupt):
        _made(warehouse, engine)
    with warehouse.connect() as con:
        assert read_outcomes(con) == []
        kept = known_outcomes(con, judge=judge_key(engine))
    assert 16 <= len(kept) <= 40
    assert set(kept) <= set(made)
    again: list[str] = []
    monkeypatch.setattr(
        module, "replay", lambda case, *a, **k: again.append(case.id) or replay(case, *a, **k)
    )
    found = _made(warehouse, engine)
    assert set(again).isdisjoint(kept)
    assert len(again) + len(kept) == 120
    monkeypatch.setattr(module, "replay", replay)
    fresh = module.run_replays(data=None, engine=engine, progress=_silent, processes=1)
    assert _in_order(found) == _in_order(fresh)
    with warehouse.connect() as con:
        assert _in_order(read_outcomes(con)) == _in_order(fresh)


def test_a_replay_that_was_completed_is_not_made_again(
    bundled: Path, warehouse: Warehouse, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = _made(warehouse, engine)
    with monkeypatch.context() as patch:
        patch.setattr(replayed, "run_replays", None)
        kept = made_and_kept(warehouse, engine=engine, data=None, progress=_silent)
    assert kept.reused
    assert _in_order(kept.outcomes) == _in_order(made)
    monkeypatch.setattr(module, "sources_digest", lambda: "f" * 64)
    monkeypatch.setattr(replayed, "replay_key", module.replay_key)
    again = made_and_kept(warehouse, engine=engine, data=None, progress=_silent, processes=1)
    assert not again.reused


def test_another_judge_knows_nothing(bundled: Path, warehouse: Warehouse, engine: Engine) -> None:
    _made(warehouse, engine)
    with warehouse.connect() as con:
        assert len(known_outcomes(con, judge=judge_key(engine))) == 120
        assert known_outcomes(con, judge="0" * 16) == {}


def _run(task: int) -> dict:
    function = {"name": "list_orders", "arguments": "{}"}
    rows = [{"order": f"W{task:03d}{n:04d}", "total": 10 + n} for n in range(40)]
    return {
        "id": f"run{task}",
        "task_id": f"task{task}",
        "messages": [
            {"role": "user", "content": "Which orders are there?"},
            {
                "role": "assistant",
                "content": None,
                "tool_calls": [{"id": "a", "type": "function", "function": function}],
            },
            {"role": "tool", "tool_call_id": "a", "content": json.dumps(rows)},
            {"role": "assistant", "content": f"Look at W{task:03d}0017."},
        ],
    }


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Public sets of twenty items and recorded runs of 150 tasks."""
    folder = tmp_path / "data"
    asked, answers = tools(20)
    runs = "\n".join(json.dumps(_run(n)) for n in range(150))
    for name, kind, files in (
        ("gsm8k", "gsm8k", {"g/t.jsonl": (["question", "answer"], problems(20))}),
        ("truthfulqa", "truthfulqa", {"t/m.json": (["question", "mc1_targets"], questions(20))}),
        (
            "bfcl",
            "bfcl",
            {
                "b/BFCL_v4_multiple.json": (["id", "question", "function"], asked),
                "b/possible_answer/BFCL_v4_multiple.json": (["id", "ground_truth"], answers),
            },
        ),
        ("trajectories", "trajectories", {"r/runs.jsonl": ([], runs)}),
    ):
        write_set(folder, name, kind, files, epsilon=0.05, sample=False)
    monkeypatch.setattr(manifests, "datasets_directory", lambda: folder)
    monkeypatch.setattr("pipelines.replays.certify.datasets_directory", lambda: folder)
    return folder


def _listed(outcomes: list[module.Outcome], engine: Engine, data: Path, **more: object) -> set[str]:
    rows = certify(outcomes, engine=engine, data=data, settings=Settings(), **more)
    # What only speaks against a profile has no row of one that loses nothing.
    return {row.dataset for row in rows if row.profile == "json.passthrough"}


def test_runs_certify_where_there_are_enough_tasks_and_none_is_telemetry(
    data: Path, warehouse: Warehouse, engine: Engine, home: Home, tmp_path: Path
) -> None:
    free = _made(warehouse, engine, data)
    assert sum(o.dataset == "trajectories" for o in free) > 150
    assert "trajectories" in _listed(free, engine, data)

    # Half of the runs become telemetry: too few are left to certify on.
    transcripts = list(read_transcripts(data / "r/runs.jsonl"))[:75]
    report = record(
        engine, transcripts, auth_mode="payg", model="m", out=tmp_path / "segments", trials=False
    )
    with warehouse.connect() as con:
        ingest(con, report.segments, pepper=engine.pepper)
        telemetry = recorded_conversations(con)
    assert len(telemetry) == 75
    left = _made(warehouse, engine, data)
    used = {o.source for o in left if o.dataset == "trajectories"}
    assert len(used) == 75
    assert not any(f": {t.id}, " in source for t in transcripts for source in used)
    assert "trajectories" not in _listed(left, engine, data, without=telemetry)
    assert {"gsm8k", "truthfulqa", "bfcl"} <= _listed(left, engine, data, without=telemetry)


def test_the_bytes_of_packed_runs_are_what_the_manifest_names(tmp_path: Path) -> None:
    content = json.dumps(_run(1)).encode()
    path = tmp_path / "runs.jsonl.gz"
    file = manifests.SourceFile(path.name, hashlib.sha256(content).hexdigest(), ())
    for level in (1, 9):
        path.write_bytes(gzip.compress(content, level, mtime=0))
        manifests.verify(path, file)
