"""Runs for the command line: quiet, in the home's own instance, failing with a sentence."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from datetime import date
from pathlib import Path

import dagster as dg
import pytest
import telemetry_world as world

from compressors.errors import InputRefused, ToinError
from compressors.home import Home
from pipelines.materialise import materialise, prepare_dagster_home
from pipelines.warehouse import Warehouse

_INTERRUPTED = """
import sys
from pathlib import Path
from compressors.home import Home
from pipelines.materialise import materialise
def tell(step, done, total):
    if (step, done) == ("ingest", 2):
        print("working", flush=True)
        import time
        time.sleep(30)
try:
    materialise(Home.at(sys.argv[1]), ["segments"], on_progress=tell)
except KeyboardInterrupt:
    sys.exit(130)
"""


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Dagster's empty databases, made once: that takes longer than any of these tests."""
    place = prepare_dagster_home(Home.at(tmp_path_factory.mktemp("once")))
    with dg.DagsterInstance.from_config(str(place)) as made:
        assert not made.get_runs()
        assert not made.event_log_storage.get_event_records(
            dg.EventRecordsFilter(dg.DagsterEventType.RUN_SUCCESS)
        )
    return place


@pytest.fixture
def home(tmp_path: Path, instance: Path) -> Home:
    made = Home.at(tmp_path / "home").ensure()
    shutil.copytree(instance, made.dagster)
    return made


def count(home: Home, query: str) -> int:
    with Warehouse(home.warehouse).connect() as con:
        [[number]] = con.execute(query).fetchall()
    return int(number)


def test_reports_progress_rows_and_days_and_keeps_the_run(
    home: Home, capfd: pytest.CaptureFixture[str]
) -> None:
    [path] = world.write_segments(home.inbox, world.traffic(2000), parts=1)
    path.write_bytes(path.read_bytes() + b"{}\n")
    steps: list[tuple[str, int, int]] = []
    told = materialise(
        home, ["segments", "rollup", "snapshot"], on_progress=lambda *said: steps.append(said)
    )
    assert told.report is not None
    assert [row.file for row in told.report.by_reason] == [str(path)]
    assert told.days == (date(2026, 1, 5), date(2026, 1, 6))
    assert {step for step, done, total in steps if done == total} == {
        "ingest", "rollup", "snapshot",
    }  # fmt: skip
    assert count(home, "select count(distinct day) from rollup") == 2
    with dg.DagsterInstance.from_config(str(prepare_dagster_home(home))) as instance:
        assert {run.status for run in instance.get_runs()} == {dg.DagsterRunStatus.SUCCESS}
        assert instance.telemetry_enabled is False
    captured = capfd.readouterr()
    assert captured.out == ""
    assert captured.err == ""


def test_given_days_alone_are_rolled_up(home: Home) -> None:
    world.write_segments(home.inbox, world.traffic(4000), parts=1)
    day = date(2026, 1, 6)
    materialise(home, ["segments", "rollup"], days=(day, day))
    with Warehouse(home.warehouse).connect() as con:
        assert con.execute("select distinct day from rollup").fetchall() == [(day,)]


def test_failing_step_is_its_own_sentence(home: Home, tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="nowhere does not exist; expected"):
        materialise(home, ["segments"], sources=[tmp_path / "nowhere"])


def test_failing_check_is_its_own_sentence_and_nothing_follows(home: Home) -> None:
    [path] = world.write_segments(home.inbox, world.traffic(4), parts=1)
    path.write_bytes(path.read_bytes() + b"{}\n")
    with pytest.raises(ToinError, match=r"1 of 5 rows are no events .*field schema: is missing"):
        materialise(home, ["segments", "rollup"])
    assert count(home, "select count(*) from rollup") == 0


def test_programming_error_is_not_dressed_up(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    from pipelines.defs import telemetry

    monkeypatch.setattr(telemetry, "affected", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        materialise(home, ["segments"])
    with pytest.raises(dg.DagsterError, match="resolve"):
        materialise(home, ["nonsense"])


@pytest.mark.slow
def test_interrupted_run_leaves_a_home_that_completes(home: Home) -> None:
    world.write_segments(home.inbox, world.traffic(400), parts=4)
    with subprocess.Popen(
        [sys.executable, "-c", _INTERRUPTED, str(home.root)], stdout=subprocess.PIPE
    ) as run:
        assert run.stdout is not None
        assert run.stdout.readline() == b"working\n"
        run.send_signal(signal.SIGINT)
        assert run.wait(30) == 130
    taken = count(home, "select count(*) from segments")
    assert taken == 2
    told = materialise(home, ["segments", "rollup"])
    assert told.report is not None
    assert (told.report.known, told.report.segments) == (2, 2)
