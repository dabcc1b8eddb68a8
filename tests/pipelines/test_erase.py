"""Erasing: gone from segments, warehouse and snapshots to the byte, and it stays gone."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import duckdb
import polars as pl
import pytest
import rtk_world as rtk
import telemetry_world as world
import zstandard

from compressors.events import Event, decode
from compressors.home import Home
from compressors.pepper import PUBLIC_PEPPER
from pipelines.cli import run
from pipelines.defs import jobs
from pipelines.defs.workspace import Workspace
from pipelines.erase import erase, prove
from pipelines.ingest import closed_segments, ingest
from pipelines.ingest.audit import conservation, privacy
from pipelines.ingest.rewrite import Scope, rewritten
from pipelines.ingest.rows import read_rows
from pipelines.rollup import rollup, span
from pipelines.settings import Settings
from pipelines.snapshot import publish_snapshot
from pipelines.warehouse import Warehouse

# Three days: one conversation in six, so that each day has some of every instance.
EVENTS = [
    event
    for number in range(0, 4000, 6)
    for event in [world.compression(number, conversation=PUBLIC_PEPPER.key(f"c {number}"), nth=0)]
    for event in ([event, world.regret(event)] if number % 7 == 0 else [event])
]
GONE = EVENTS[0].instance
DAY = "2026-01-07"
BY_INSTANCE, BY_DAY = Scope(instance=GONE), Scope(before=DAY)


def covered(event: Event, scope: Scope) -> bool:
    return event.instance == scope.instance or event.ts < scope.before


def take_in(home: Home) -> None:
    with Warehouse(home.warehouse).connect() as con:
        ingest(con, [home.inbox], pepper=PUBLIC_PEPPER)
        days = span(con)
        assert days is not None
        rollup(con, *days)
        publish_snapshot(con, home, settings=Settings())


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home.at(tmp_path / "home").ensure()
    world.write_segments(made.inbox, EVENTS, parts=3)
    take_in(made)
    return made


def do(home: Home, scope: Scope, **more: object) -> object:
    return erase(home, scope, pepper=PUBLIC_PEPPER, settings=Settings(), **more)  # type: ignore[arg-type]


def rows(home: Home, query: str) -> list[tuple[object, ...]]:
    with Warehouse(home.warehouse).connect() as con:
        return con.execute(query).fetchall()


def exported(home: Home) -> bytes:
    with Warehouse(home.warehouse).connect() as con:
        assert conservation(con).passed
        assert privacy(con).passed
        return repr(
            [
                con.execute(f"select * from {t} order by all").fetchall()
                for t in ("events", "rollup")
            ]
        ).encode()


def files_with(root: Path, text: str) -> list[str]:
    return [
        str(path.relative_to(root))
        for path in sorted(root.rglob("*"))
        if path.is_file() and text.encode() in path.read_bytes()
    ]


@pytest.mark.parametrize("scope", [BY_INSTANCE, BY_DAY])
def test_what_is_left_is_what_would_be_there_without_it(
    home: Home, tmp_path: Path, scope: Scope
) -> None:
    without = Home.at(tmp_path / "without").ensure()
    kept = [event for event in EVENTS if not covered(event, scope)]
    world.write_segments(without.inbox, kept, parts=1)
    take_in(without)
    done = do(home, scope)
    assert done.proof.passed  # type: ignore[attr-defined]
    assert done.events == len(EVENTS) - len(kept) > 0  # type: ignore[attr-defined]
    assert exported(home) == exported(without)
    left = [decode(row.content) for f in closed_segments(home.inbox) for row in read_rows(f)]
    assert sorted(e.event_id for e in left) == sorted(e.event_id for e in kept)
    [snapshot] = [entry for entry in home.snapshots.iterdir() if entry.is_dir()]
    [other] = [entry for entry in without.snapshots.iterdir() if entry.is_dir()]
    for table in ("savings", "net"):
        assert pl.read_parquet(snapshot / f"{table}.parquet").equals(
            pl.read_parquet(other / f"{table}.parquet")
        )


def test_erased_instance_is_in_no_byte_of_the_home(home: Home) -> None:
    before = files_with(home.root, GONE)
    assert "warehouse.duckdb" in before
    assert "inbox/segment-000.jsonl" in before
    do(home, BY_INSTANCE)
    assert files_with(home.root, GONE) == []


def test_proof_finds_what_is_left_anywhere(home: Home) -> None:
    def proven() -> bool:
        return prove(home, BY_INSTANCE, pepper=PUBLIC_PEPPER).passed

    assert not proven()
    do(home, BY_INSTANCE)
    assert proven()
    (home.root / "forgotten.txt").write_text(f"note to self: {GONE}")
    assert not proven()
    (home.root / "forgotten.txt").unlink()
    world.write_segments(home.inbox / "late", EVENTS[:50], parts=1)
    assert not proven()


@pytest.mark.slow
@pytest.mark.parametrize("scope", [BY_INSTANCE, BY_DAY])
def test_what_was_erased_does_not_come_in_again(home: Home, tmp_path: Path, scope: Scope) -> None:
    do(home, scope)
    after = exported(home)
    # From a backup of the same files, from others, and with a bad row that keeps them incomplete.
    world.write_segments(tmp_path / "backup", EVENTS, parts=3)
    world.write_segments(tmp_path / "other", EVENTS, parts=2)
    with (tmp_path / "other" / "segment-001.jsonl").open("ab") as file:
        file.write(b"{}\n")
    for _ in range(2):
        with Warehouse(home.warehouse).connect() as con:
            report = ingest(con, [tmp_path], pepper=PUBLIC_PEPPER)
            assert report.stored == 0
        assert exported(home) == after
    assert rows(home, "select sum(erased) > 0 from segments") == [(True,)]


def test_rewritten_segments_are_the_same_segments_to_the_ledger(home: Home) -> None:
    do(home, BY_INSTANCE)
    with Warehouse(home.warehouse).connect() as con:
        report = ingest(con, [home.inbox], pepper=PUBLIC_PEPPER)
    assert (report.known, report.segments) == (3, 0)
    again = do(home, BY_INSTANCE)
    assert (again.events, again.rows, again.not_at_hand) == (0, 0, 0)  # type: ignore[attr-defined]


@pytest.mark.slow
def test_several_erasures_one_after_the_other(home: Home) -> None:
    others = sorted({event.instance for event in EVENTS} - {GONE})
    for scope in (BY_INSTANCE, Scope(before="2026-01-06"), Scope(instance=others[0]), BY_DAY):
        assert do(home, scope).proof.passed  # type: ignore[attr-defined]
        exported(home)
    assert rows(home, "select count(*) from erasures") == [(3,)]
    for instance in others[1:]:
        do(home, Scope(instance=instance))
    assert exported(home)
    assert rows(home, "select count(*) from events") == [(0,)]
    assert closed_segments(home.inbox) == []


@pytest.mark.slow
def test_bad_rows_go_where_they_may_be_about_it(home: Home) -> None:
    path = home.inbox / "bad.jsonl"
    good = world.lines([e for e in EVENTS[:30] if e.instance != GONE])
    about = f'{{"prompt": "by {GONE}"}}\n'.encode()
    path.write_bytes(good + about + b"{}\n")
    take_in(home)
    assert rows(home, "select count(*) from quarantine") == [(2,)]
    do(home, BY_INSTANCE)
    take_in(home)
    assert rows(home, "select count(*) from quarantine") == [(1,)]
    assert files_with(home.root, GONE) == []
    do(home, BY_DAY)  # a row without a readable time may be of any
    take_in(home)
    assert rows(home, "select count(*) from quarantine") == [(0,)]
    exported(home)


@pytest.mark.parametrize("suffix", [".jsonl", ".jsonl.zst", ".parquet"])
def test_segment_of_each_format_is_written_anew_under_its_own_digest(
    tmp_path: Path, suffix: str
) -> None:
    events = EVENTS[:100]
    path = tmp_path / f"proxy-{'ab' * 8}{suffix}"
    if suffix == ".parquet":
        frame = pl.DataFrame([json.loads(line) for line in world.lines(events).splitlines()],
                             infer_schema_length=None)  # fmt: skip
        frame.with_columns(pl.lit(None, pl.String).alias("publication")).write_parquet(path)
    elif suffix == ".jsonl":
        path.write_bytes(world.lines(events))
    else:
        path.write_bytes(zstandard.compress(world.lines(events)))
    made = rewritten(path, BY_INSTANCE)
    assert made is not None
    assert list(tmp_path.iterdir()) == [made]
    assert made.name.startswith("proxy-")
    assert made.name.endswith(suffix)
    assert len(made.name) == len(path.name)
    left = [decode(row.content).event_id for row in read_rows(made)]
    assert left == [event.event_id for event in events if event.instance != GONE]
    assert rewritten(made, BY_INSTANCE) == made
    assert rewritten(made, Scope(before="2027-01-01")) is None
    assert list(tmp_path.iterdir()) == []


def test_history_of_another_tool_goes_with_its_store_and_by_its_days(home: Home) -> None:
    path = rtk.write_history(home.inbox / "history.db")
    take_in(home)
    [(instance,)] = rows(home, "select distinct instance from imported_uses")
    by_day = do(home, Scope(before="2026-11-21"))
    assert by_day.imported == 3  # type: ignore[attr-defined]
    assert by_day.left == (str(path),)  # type: ignore[attr-defined]
    take_in_nothing = rows(home, "select count(*) from imported_uses")
    assert take_in_nothing == [(1,)]
    done = do(home, Scope(instance=str(instance)))
    assert done.proof.passed  # type: ignore[attr-defined]
    assert not path.exists()
    assert rows(home, "select count(*) from imported_uses") == [(0,)]


def test_store_of_headroom_goes_whole_and_does_not_come_in_again(
    home: Home, tmp_path: Path
) -> None:
    written = Path(__file__).parents[1] / "data" / "headroom" / "toin.json"
    shutil.copy(written, home.inbox)
    take_in(home)
    [(instance, count)] = rows(
        home, "select instance, count(*) from imported_patterns group by instance"
    )
    done = do(home, Scope(instance=str(instance)))
    assert (done.imported, done.removed) == (count, 1)  # type: ignore[attr-defined]
    assert done.proof.passed  # type: ignore[attr-defined]
    shutil.copy(written, home.inbox / "toin.json")
    take_in(home)
    assert rows(home, "select count(*) from imported_patterns") == [(0,)]
    exported(home)


def _fails(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.slow
@pytest.mark.parametrize(
    "moment",
    ["_from_segments", "_note_in_ledger", "_from_snapshots", "rollup"],
)
def test_whoever_is_interrupted_repeats_the_call(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    shutil.copytree(home.root, tmp_path / "straight")
    straight = Home.at(tmp_path / "straight")
    do(straight, BY_INSTANCE)
    with monkeypatch.context() as patch:
        patch.setattr(f"pipelines.erase.{moment}", _fails)
        with pytest.raises(KeyboardInterrupt):
            do(home, BY_INSTANCE)
    with Warehouse(home.warehouse).connect() as con:
        ingest(con, [home.inbox], pepper=PUBLIC_PEPPER)
    assert do(home, BY_INSTANCE).proof.passed  # type: ignore[attr-defined]
    assert exported(home) == exported(straight)
    assert files_with(home.root, GONE) == []


def test_command_says_what_would_go_and_then_what_went(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["erase", "--instance", GONE, "--home", str(home.root)]
    assert run([*arguments, "--dry-run", "--json"]) == 0
    planned = json.loads(capsys.readouterr().out)
    assert files_with(home.root, GONE)
    assert run(arguments) == 0
    out = capsys.readouterr().out
    assert f"{planned['events']} events and 0 imported rows of the warehouse went" in out
    assert "proof: nothing of it is left" in out
    assert run([*arguments, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["events"] == 0


@pytest.mark.slow
def test_segments_elsewhere_are_named_by_number_and_written_anew_when_given(
    home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.move(home.inbox, tmp_path / "archive")
    arguments = ["erase", "--before", DAY, "--home", str(home.root)]
    assert run(arguments) == 0
    assert "3 segments that were read once are not at hand" in capsys.readouterr().err
    assert run([*arguments, str(tmp_path / "archive")]) == 0
    left = [
        decode(row.content) for f in closed_segments(tmp_path / "archive") for row in read_rows(f)
    ]
    assert min(event.ts for event in left) >= DAY
    assert "not at hand" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "give one of"),
        (["--instance", GONE, "--before", DAY], "give one of"),
        (["--instance", "mallory"], "expected 16 hex digits"),
        (["--before", "yesterday"], "does not match the format"),
    ],
)
def test_wrong_calls(
    home: Home, capsys: pytest.CaptureFixture[str], arguments: list[str], says: str
) -> None:
    assert run(["erase", *arguments, "--home", str(home.root)]) == 2
    assert says in capsys.readouterr().err


def test_retention_needs_its_setting(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["erase", "--retention", "--home", str(home.root)]) == 1
    assert "sets no retention_days" in capsys.readouterr().err
    (home.root / "settings.toml").write_text("retention_days = 1\n")
    assert run(["erase", "--retention", "--home", str(home.root)]) == 0
    assert rows(home, "select count(*) from events") == [(0,)]


def test_every_night_what_is_older_goes_and_what_is_not_stays(home: Home) -> None:
    workspace = Workspace(home=str(home.root))

    def tonight() -> object:
        context = dg.build_schedule_context(
            scheduled_execution_time=datetime(2026, 1, 8, 1, 30, tzinfo=UTC),
            resources={"workspace": workspace},
        )
        return jobs.old_events(context)

    assert isinstance(tonight(), dg.SkipReason)
    (home.root / "settings.toml").write_text("retention_days = 1\n")
    request = tonight()
    assert isinstance(request, dg.RunRequest)
    result = jobs.retention.execute_in_process(
        tags=dict(request.tags),
        resources={"workspace": workspace},
        run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
    )
    assert result.success
    assert rows(home, "select min(day)::varchar, max(day)::varchar from events") == [
        ("2026-01-07", "2026-01-07")
    ]


def test_segment_that_may_not_be_written_is_named(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    from compressors.errors import ConfigurationError

    def refuse(self: Path, target: Path) -> Path:
        raise PermissionError(13, "Permission denied", str(target))

    replace: Callable[[Path, Path], Path] = Path.replace
    monkeypatch.setattr(
        Path,
        "replace",
        lambda self, target: (
            refuse(self, target) if str(target).endswith(".jsonl") else replace(self, target)
        ),
    )
    with pytest.raises(ConfigurationError, match=r"segment-000.*cannot be written anew"):
        do(home, BY_INSTANCE)
    monkeypatch.undo()
    assert do(home, BY_INSTANCE).proof.passed  # type: ignore[attr-defined]


def test_home_without_anything_has_nothing_to_erase(tmp_path: Path) -> None:
    home = Home.at(tmp_path / "empty").ensure()
    assert do(home, BY_DAY).proof.passed  # type: ignore[attr-defined]
    assert not list(home.root.iterdir())


def test_file_is_whole_while_it_is_written_anew(home: Home) -> None:
    """The warehouse's new file replaces the old one; nothing else stays beside it."""
    Warehouse(home.warehouse).rewrite()
    names = {path.name for path in home.root.iterdir() if "warehouse" in path.name}
    assert names <= {"warehouse.duckdb", "warehouse.duckdb.lock"}
    with duckdb.connect(home.warehouse) as con:
        assert con.execute("select count(*) from events").fetchall() == [(len(EVENTS),)]
