"""The assets as Dagster sees them: declared for people, run in one piece, blocked when wrong."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import dagster as dg
import pytest
import rtk_world as rtk
import telemetry_world as world
from replay_world import outcomes as make_outcomes

from compressors.engine import Engine
from compressors.handles import MemoryHandles
from compressors.home import Home
from pipelines.definitions import ASSETS, CHECKS, defs
from pipelines.defs import jobs
from pipelines.defs.partitions import (
    DAYS,
    RANGE_END_TAG,
    RANGE_START_TAG,
    days_of,
    newest,
    range_tags,
)
from pipelines.defs.workspace import Listener, Workspace
from pipelines.replayed import keep_outcomes
from pipelines.replays.manifests import selected
from pipelines.replays.outcomes import replay_key
from pipelines.warehouse import Warehouse

ROOT = Path(__file__).parents[2]
NAMES = ("segments", "rollup", "outcomes", "certificates", "choice", "publication", "snapshot")
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home.at(tmp_path / "home").ensure()


def with_outcomes(home: Home) -> None:
    """Outcomes under the key that today's replays would have: the asset does not make them anew."""
    with Engine.start(home=home, handles=MemoryHandles()) as engine:
        key = replay_key(engine, selected(None))
    with Warehouse(home.warehouse).connect() as con:
        keep_outcomes(con, make_outcomes(replay=key))


def run(
    home: Home,
    *selection: str,
    days: tuple[date, date] | None = None,
    sources: Sequence[Path] = (),
    partition: str | None = None,
) -> dg.ExecuteInProcessResult:
    workspace = Workspace(home=str(home.root), sources=[str(path) for path in sources])
    tags = range_tags(days) if "rollup" in selection and partition is None else None
    return dg.materialize(
        [*ASSETS, *CHECKS],
        selection=dg.AssetSelection.assets(*selection),
        partition_key=partition,
        tags=tags,
        resources={"workspace": workspace, "listener": Listener()},
        run_config=QUIET,
        raise_on_error=False,
    )


def metadata(result: dg.ExecuteInProcessResult, name: str) -> dict[str, object]:
    [made] = result.asset_materializations_for_node(name)[-1:]
    return {key: value.value for key, value in made.metadata.items()}


def checks(result: dg.ExecuteInProcessResult) -> dict[str, bool]:
    return {e.check_name: e.passed for e in result.get_asset_check_evaluations()}


def rows(home: Home, query: str) -> list[tuple[object, ...]]:
    with Warehouse(home.warehouse).connect() as con:
        return con.execute(query).fetchall()


@pytest.mark.parametrize("name", NAMES)
def test_asset_says_to_people_what_it_is(name: str) -> None:
    [spec] = [s for s in defs.resolve_all_asset_specs() if s.key == dg.AssetKey(name)]
    assert spec.description
    assert spec.owners
    assert spec.kinds
    assert spec.group_name in {"telemetry", "replays", "publication"}
    assert spec.tags["domain"] == spec.group_name
    assert (spec.partitions_def is DAYS) == (name == "rollup")
    assert (spec.freshness_policy is not None) == (name in {"segments", "publication", "snapshot"})


def test_only_these_assets_jobs_and_clocks_are_defined() -> None:
    assert {s.key.to_user_string() for s in defs.resolve_all_asset_specs()} == set(NAMES)
    assert {job.name for job in defs.jobs or ()} == {
        "everything", "intake", "recount", "retention",
    }  # fmt: skip
    assert {schedule.name for schedule in defs.schedules or ()} == {"nightly", "old_events"}
    assert {sensor.name for sensor in defs.sensors or ()} == {"new_segments", "changed_days"}
    defs.resolve_all_job_defs()


def test_what_comes_after_waits_for_blocking_checks() -> None:
    blocking = {spec.name for check in CHECKS for spec in check.check_specs if spec.blocking}
    assert blocking == {"schema", "conservation", "privacy", "recomputed", "reads_back"}


def test_whole_graph_runs_on_one_day_of_traffic(home: Home) -> None:
    with_outcomes(home)
    world.write_segments(home.inbox, world.traffic(400), parts=2)
    result = run(home, *NAMES, partition="2026-01-05")
    assert result.success
    assert checks(result) == dict.fromkeys(
        ("schema", "conservation", "privacy", "entropy", "recomputed", "reads_back"), True
    )
    seen = metadata(result, "segments")
    assert seen["stored"] == seen["rows_read"] == seen["dagster/row_count"]
    assert metadata(result, "outcomes")["reused"] is True
    assert metadata(result, "rollup")["dagster/row_count"] == rows(
        home, "select count(*) from rollup"
    )[0][0]  # fmt: skip
    assert metadata(result, "publication")["changed"] is True
    assert (home.snapshots / "current").exists()
    for name in NAMES:
        shown = metadata(result, name)
        assert isinstance(shown["dagster/row_count"], int)


def test_without_telemetry_zero_rows_are_said_and_a_file_without_rows_is_published(
    home: Home,
) -> None:
    with_outcomes(home)
    result = run(home, *NAMES, partition="2026-01-05")
    assert result.success
    assert metadata(result, "segments")["rows_read"] == 0
    assert metadata(result, "rollup")["dagster/row_count"] == 0
    assert metadata(result, "publication")["recommendations"] == 0
    assert "[[recommendation]]" not in home.recommendations.read_text()


def test_range_of_days_is_one_run_and_twice_is_once(home: Home) -> None:
    world.write_segments(home.inbox, world.traffic(5000), parts=1)
    days = (date(2026, 1, 5), date(2026, 1, 8))
    before = None
    for _ in range(2):
        result = run(home, "segments", "rollup", days=days)
        assert result.success
        assert len(result.asset_materializations_for_node("rollup")) == 4
        now = rows(home, "select * from rollup order by all")
        assert before in (None, now)
        before = now
    assert rows(home, "select count(distinct day) from rollup") == [(4,)]


def test_too_many_bad_rows_block_what_follows(home: Home) -> None:
    [path] = world.write_segments(home.inbox, world.traffic(10), parts=1)
    path.write_bytes(path.read_bytes() + b"{}\n" * 5)
    result = run(home, "segments", "rollup", days=(date(2026, 1, 5), date(2026, 1, 5)))
    assert not result.success
    assert checks(result)["schema"] is False
    assert not result.asset_materializations_for_node("rollup")
    assert "is missing" in str(metadata(result, "segments")["quarantine"])


def test_names_of_files_are_not_in_dagster(home: Home) -> None:
    [path] = world.write_segments(home.inbox, world.traffic(100), parts=1)
    path.write_bytes(path.read_bytes() + b"{}\n")
    path = path.rename(path.with_name("of-mallory.jsonl"))
    result = run(home, "segments")
    assert result.success
    assert "mallory" not in "".join(repr(event) for event in result.all_events)


def test_counters_for_hashes_only_warn(home: Home) -> None:
    events = [world.compression(n, event_id=f"{n:032x}") for n in range(100)]
    world.write_segments(home.inbox, events, parts=1)
    result = run(home, "segments")
    assert result.success
    assert checks(result)["entropy"] is False


def test_certificate_that_is_not_what_it_says_blocks_the_publication(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipelines.defs import replays

    with_outcomes(home)
    honest = replays.certify

    def flattering(*args: object, **kwargs: object) -> object:
        made = honest(*args, **kwargs)  # type: ignore[arg-type]
        return [world.msgspec.structs.replace(row, p=row.p / 2) for row in made]

    monkeypatch.setattr(replays, "certify", flattering)
    result = run(home, "outcomes", "certificates", "choice", "publication")
    assert not result.success
    assert checks(result) == {"recomputed": False}
    assert not home.recommendations.exists()


def test_partitions_at_the_edges_hold_what_is_older_and_newer() -> None:
    last = newest()
    assert days_of("2026-01-02", "2026-01-03") == (date(2026, 1, 2), date(2026, 1, 3))
    assert days_of("2026-01-01", "2026-01-03").first <= date(2000, 1, 1)
    assert days_of("2026-01-02", last).last >= date(2999, 12, 31)
    early, late = date(2025, 3, 1), date(2998, 1, 1)
    assert range_tags((early, late)) == {RANGE_START_TAG: "2026-01-01", RANGE_END_TAG: last}
    assert range_tags((late, late)) == {RANGE_START_TAG: last, RANGE_END_TAG: last}
    assert range_tags((early, early))[RANGE_END_TAG] == "2026-01-01"


def test_events_outside_all_partitions_are_rolled_up_too(home: Home) -> None:
    events = [
        world.compression(0, ts="2025-12-31T23:59:59.999Z"),
        world.compression(1, ts="2199-01-01T00:00:00.000Z"),
    ]
    world.write_segments(home.inbox, events, parts=1)
    result = run(home, "segments", "rollup", days=(date(2025, 12, 31), date(2025, 12, 31)))
    assert result.success
    assert rows(home, "select day from rollup") == [(date(2025, 12, 31),)]
    assert run(home, "rollup", days=(date(2199, 1, 1), date(2199, 1, 1))).success
    assert rows(home, "select day from rollup order by day") == [
        (date(2025, 12, 31),), (date(2199, 1, 1),),
    ]  # fmt: skip


def test_sensor_sees_closed_segments_once(home: Home) -> None:
    workspace = Workspace(home=str(home.root))

    def look(cursor: str | None) -> dg.SensorResult | dg.SkipReason:
        context = dg.build_sensor_context(cursor=cursor, resources={"workspace": workspace})
        return jobs.new_segments(context)  # type: ignore[return-value]

    assert isinstance(look(None), dg.SkipReason)
    world.write_segments(home.inbox, world.traffic(10), parts=2)
    (home.inbox / "half.jsonl.part").touch()
    first = look(None)
    assert isinstance(first, dg.SensorResult)
    assert len(first.run_requests or ()) == 1
    assert json.loads(str(first.cursor)) == ["segment-000.jsonl", "segment-001.jsonl"]
    assert isinstance(look(str(first.cursor)), dg.SkipReason)
    (home.inbox / "half.jsonl.part").rename(home.inbox / "half.jsonl")
    again = look(str(first.cursor))
    assert isinstance(again, dg.SensorResult)
    assert [r.run_key for r in again.run_requests or ()] != [
        r.run_key for r in first.run_requests or ()
    ]


def test_sensor_sees_that_a_history_has_grown(home: Home) -> None:
    path = rtk.write_history(home.inbox / "history.db")
    before = jobs.names_in(home.inbox)
    assert jobs.names_in(home.inbox) == before
    path.unlink()
    rtk.write_history(path, [*rtk.COMMANDS, *rtk.COMMANDS * 100])
    assert jobs.names_in(home.inbox) != before


def test_days_that_an_intake_changed_are_asked_for_in_one_run_that_works(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOIN_HOME", str(home.root))
    world.write_segments(home.inbox, world.traffic(4000), parts=1)
    with dg.instance_for_test() as instance:
        taken = defs.resolve_job_def("intake").execute_in_process(
            instance=instance, run_config=QUIET
        )
        assert taken.success
        [request] = _requests(instance)
        assert request.tags[RANGE_START_TAG] == "2026-01-05"
        assert request.tags[RANGE_END_TAG] == "2026-01-07"
        counted = defs.resolve_job_def("recount").execute_in_process(
            instance=instance, tags=dict(request.tags), run_config=QUIET
        )
        assert counted.success
        assert rows(home, "select count(distinct day) from rollup") == [(3,)]
        defs.resolve_job_def("intake").execute_in_process(instance=instance, run_config=QUIET)
        assert not _requests(instance)


def _requests(instance: dg.DagsterInstance) -> Sequence[dg.RunRequest]:
    context = dg.build_sensor_context(
        instance=instance, definitions=defs, cursor=None, sensor_name="changed_days"
    )
    return jobs.changed_days.evaluate_tick(context).run_requests or ()


def test_night_asks_for_a_month_in_one_run() -> None:
    context = dg.build_schedule_context(
        scheduled_execution_time=datetime(2026, 11, 20, 2, 30, tzinfo=UTC)
    )
    request = jobs.nightly(context)
    assert isinstance(request, dg.RunRequest)
    assert request.tags[RANGE_START_TAG] == "2026-10-20"
    assert request.tags[RANGE_END_TAG] == "2026-11-20"


def test_workspace_reads_the_environment_when_it_is_asked_and_not_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = Workspace()
    monkeypatch.setenv("TOIN_HOME", str(tmp_path / "later"))
    monkeypatch.setenv("TOIN_DATA", str(tmp_path))
    assert workspace.place.root == tmp_path / "later"
    assert workspace.datasets == tmp_path
    assert workspace.segments() == []
    [path] = world.write_segments(workspace.place.segments / "pass", world.traffic(2), parts=1)
    assert workspace.segments() == [path]
    assert Workspace(sources=["given.jsonl"]).segments() == [Path("given.jsonl")]


def test_nothing_is_reported_to_anyone_without_a_dagster_home() -> None:
    assert "enabled: false" in (ROOT / "dagster.yaml").read_text()


@pytest.mark.slow
@pytest.mark.parametrize("dagster_home", [False, True])
def test_command_of_dagster_itself_in_an_empty_home(tmp_path: Path, dagster_home: bool) -> None:
    environment = {k: v for k, v in os.environ.items() if k != "DAGSTER_HOME"}
    environment["TOIN_HOME"] = str(tmp_path / "home")
    if dagster_home:
        (tmp_path / "dagster").mkdir()
        environment["DAGSTER_HOME"] = str(tmp_path / "dagster")
    subprocess.run(
        [
            *(sys.executable, "-m", "dagster", "asset", "materialize", "--select", "*"),
            *("-m", "pipelines.definitions", "--partition", "2026-01-05"),
        ],
        cwd=ROOT,
        env=environment,
        check=True,
        capture_output=True,
    )
    assert (tmp_path / "home" / "recommendations.toml").exists()
    assert (tmp_path / "home" / "snapshots" / "current").exists()


@pytest.mark.slow
def test_dg_finds_the_definitions_valid(tmp_path: Path) -> None:
    done = subprocess.run(
        [str(Path(sys.executable).with_name("dg")), "check", "defs"],
        cwd=ROOT,
        env={**os.environ, "HOME": str(tmp_path)},
        check=True,
        capture_output=True,
        text=True,
    )
    assert "All definitions loaded successfully" in done.stdout + done.stderr
