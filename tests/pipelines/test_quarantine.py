"""What a person does about bad rows: find them, mend and read again, or give them up."""

from __future__ import annotations

import json
from pathlib import Path

import dagster as dg
import orjson
import pytest
import telemetry_world as world

from compressors.home import Home
from compressors.pepper import PUBLIC_PEPPER
from pipelines.cli import run
from pipelines.defs import publishing
from pipelines.defs.workspace import Listener, Workspace
from pipelines.ingest import ingest
from pipelines.ingest.audit import bad_share, conservation, privacy
from pipelines.warehouse import Warehouse

GOOD = world.lines(world.traffic(40))


def bad(**changes: object) -> bytes:
    row = orjson.loads(world.lines([world.compression(1000)]))
    return orjson.dumps(row | changes) + b"\n"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home with a clean segment and a bad one: 3 of its 40 rows are no events."""
    made = Home.at(tmp_path / "home").ensure()
    made.inbox.mkdir()
    (made.inbox / "clean.jsonl").write_bytes(world.lines(world.traffic(400)))
    (made.inbox / "bad.jsonl").write_bytes(
        GOOD + bad(nth=-1) + bad(nth=-2) + bad(prompt="who is mallory?")
    )
    with Warehouse(made.warehouse).connect() as con:
        ingest(con, [made.inbox], pepper=PUBLIC_PEPPER)
    return made


def quarantine(home: Home, *arguments: str) -> int:
    return run(["quarantine", *arguments, "--home", str(home.root)])


def passed(home: Home, *, most: float = 0.05) -> bool:
    with Warehouse(home.warehouse).connect() as con:
        assert conservation(con).passed
        assert privacy(con).passed
        return bad_share(con, most=most).passed


def test_lists_reasons_with_counts_and_rows_with_file_and_line(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    assert quarantine(home) == 0
    out = capsys.readouterr().out
    assert "2 rows in 1 segments, field nth: expected a whole number" in out
    assert "1 rows in 1 segments, field (unknown): is not in the schema" in out
    place = home.inbox / "bad.jsonl"
    first = GOOD.count(b"\n") + 1
    for line in range(first, first + 3):
        assert f"{place}, line {line}, field " in out
    assert "mallory" not in out


def test_as_json_with_a_reason_and_a_limit(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    assert quarantine(home, "--json", "--reason", "whole number", "--limit", "1") == 0
    told = json.loads(capsys.readouterr().out)
    assert [(r["field"], r["rows"]) for r in told["reasons"]] == [("nth", 2)]
    [row] = told["rows"]
    assert row["file"] == str(home.inbox / "bad.jsonl")
    assert row["dismissed"] is False


def test_file_that_is_not_at_hand_is_named_by_its_digest_and_found_by_path(
    home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "away").mkdir()
    (home.inbox / "bad.jsonl").rename(tmp_path / "away" / "bad.jsonl")
    assert quarantine(home) == 0
    out = capsys.readouterr().out
    assert "bad.jsonl" not in out
    assert "segment " in out
    assert quarantine(home, "--read-again") == 1
    assert "1 segments with bad rows are not at hand" in capsys.readouterr().err


def test_one_bad_segment_among_many_good_ones_blocks_until_it_is_mended_and_read_again(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    assert not passed(home)
    assert passed(home, most=0.08)
    path = home.inbox / "bad.jsonl"
    path.write_bytes(GOOD + bad(nth=0) + bad(nth=-2) + bad(nth=1))
    assert quarantine(home, "--read-again") == 0
    err = capsys.readouterr().err
    assert "read 1 segments again: 1 rows came in, 1 stay" in err
    assert passed(home)


def test_nothing_in_quarantine_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert quarantine(Home.at(tmp_path / "empty")) == 0
    assert capsys.readouterr().out == "nothing is in quarantine\n"


def test_rows_that_are_given_up_block_nothing_stay_counted_and_block_again_when_more_come(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    assert quarantine(home, "--json") == 0
    segment = json.loads(capsys.readouterr().out)["rows"][0]["segment"]
    assert quarantine(home, "--dismiss", "0" * 16) == 1
    assert quarantine(home, "--dismiss", segment) == 0
    captured = capsys.readouterr()
    assert f"given up: 3 rows of segment {segment}" in captured.err
    assert captured.out.count(", given up") == 3
    assert passed(home)
    # Read again as it is, it stays given up; a changed one is another matter.
    assert run(["ingest", str(home.inbox), "--home", str(home.root)]) == 0
    assert passed(home)
    with (home.inbox / "bad.jsonl").open("ab") as file:
        file.write(bad(nth=-3))
    assert run(["ingest", str(home.inbox), "--home", str(home.root)]) == 0
    assert not passed(home)


def test_choice_made_alone_is_blocked_too(home: Home) -> None:
    result = dg.materialize(
        [publishing.choice],
        resources={"workspace": Workspace(home=str(home.root)), "listener": Listener()},
        raise_on_error=False,
        run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
    )
    assert not result.success
    assert "at most 5 % may be" in repr(result.all_events)


def test_main_job_publishes_nothing_on_a_bad_segment_and_says_what_to_do(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run(["run", "--telemetry", str(home.inbox), "--home", str(home.root)])
    assert code == 1
    err = capsys.readouterr().err
    assert "nothing is chosen or published" in err
    assert "toin quarantine" in err
    assert not home.recommendations.exists()
