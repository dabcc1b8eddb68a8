"""Events that stand in files by days: the same events, listed once, whoever is killed when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest
import telemetry_world as world
from test_rollup import FIRST, LAST, load, mixed, rows

from compressors.errors import ConfigurationError
from compressors.home import Home
from compressors.pepper import PUBLIC_PEPPER
from pipelines import event_files
from pipelines.cli import run
from pipelines.event_files import MOST_FILES, listed, settle, unlisted
from pipelines.ingest import ingest
from pipelines.ingest.audit import conservation, privacy
from pipelines.rollup import affected, rollup, span
from pipelines.warehouse import Warehouse

EVENTS = mixed()
ALL = "select * from events order by event_id"


@pytest.fixture
def con(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with Warehouse(tmp_path / "w.duckdb").connect() as connection:
        load(connection, EVENTS, tmp_path)
        yield connection
        assert conservation(connection).passed
        assert privacy(connection).passed


@pytest.fixture
def place(tmp_path: Path) -> str:
    return str(tmp_path / "it's events")


def count(con: duckdb.DuckDBPyConnection, table: str) -> int:
    [[n]] = con.execute(f"select count(*) from {table}").fetchall()
    return int(n)


def test_moved_out_they_are_the_same_to_whoever_asks(
    con: duckdb.DuckDBPyConnection, place: str
) -> None:
    before = con.execute(ALL).fetchall()
    rollup(con, FIRST, LAST)
    rolled_up = rows(con)
    assert settle(con, place) == len(before)
    assert count(con, event_files.table(con)) == 0
    assert con.execute(ALL).fetchall() == before
    assert span(con) == (FIRST, LAST)
    assert affected(con, [FIRST])[0] == FIRST
    con.execute("delete from rollup")
    rollup(con, FIRST, LAST)
    assert rows(con) == rolled_up


def test_whoever_opens_the_warehouse_next_sees_them(tmp_path: Path, place: str) -> None:
    warehouse = Warehouse(tmp_path / "w.duckdb")
    with warehouse.connect() as con:
        load(con, EVENTS, tmp_path)
        before = con.execute(ALL).fetchall()
        settle(con, place)
    with warehouse.connect() as con:
        assert con.execute(ALL).fetchall() == before
        assert count(con, event_files.table(con)) == 0


def test_a_file_a_day_and_none_for_nothing(con: duckdb.DuckDBPyConnection, place: str) -> None:
    settle(con, place)
    assert [Path(file).parent.name for file in listed(con)] == [
        f"day=2026-01-{day:02d}" for day in range(5, 10)
    ]
    assert listed(con, until=FIRST) == listed(con)[:1]
    assert settle(con, place) == 0
    assert len(listed(con)) == 5


def test_delivered_again_they_are_known_by_the_files(
    con: duckdb.DuckDBPyConnection, place: str, tmp_path: Path
) -> None:
    settle(con, place)
    path = tmp_path / "again.jsonl"
    path.write_bytes(world.lines(reversed(EVENTS)))
    report = ingest(con, [path], pepper=PUBLIC_PEPPER)
    assert (report.stored, report.duplicates) == (0, len(EVENTS))


def test_killed_before_its_end_nothing_counts_twice(
    con: duckdb.DuckDBPyConnection, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = con.execute(ALL).fetchall()
    real = event_files._settle_day

    def killed(con: duckdb.DuckDBPyConnection, place: str, day: date, number: int) -> int:
        if day == date(2026, 1, 7):
            # What was written and not listed: of a process killed between the two.
            Path(place, f"day={day}").mkdir()
            con.execute(f"copy (from {event_files.table(con)}) to '{unseen(place)}'")
            raise KeyboardInterrupt
        return real(con, place, day, number)

    def unseen(place: str) -> str:
        return f"{place}/day=2026-01-07/events-000001.parquet".replace("'", "''")

    monkeypatch.setattr(event_files, "_settle_day", killed)
    with pytest.raises(KeyboardInterrupt):
        settle(con, place)
    assert len(listed(con)) == 2
    assert len(unlisted(con, place)) == 1
    assert con.execute(ALL).fetchall() == before
    monkeypatch.undo()
    settle(con, place)
    assert unlisted(con, place) == []
    assert con.execute(ALL).fetchall() == before


def test_many_small_files_of_a_day_become_one(
    con: duckdb.DuckDBPyConnection, place: str, tmp_path: Path
) -> None:
    settle(con, place)
    for n in range(MOST_FILES):
        load(con, [world.compression(5000 + n, ts=world.compression(n).ts)], tmp_path, f"more-{n}")
        settle(con, place)
    before = con.execute(ALL).fetchall()
    assert len(before) == len(EVENTS) + MOST_FILES
    [only] = listed(con, until=FIRST)
    assert sorted(map(str, Path(place, "day=2026-01-05").iterdir())) == [only]
    assert count(con, "event_files") == 5


def test_place_that_cannot_be_written_to_is_named_and_nothing_is_lost(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(ConfigurationError, match="events_at"):
        settle(con, str(tmp_path / "taken"))
    assert count(con, event_files.table(con)) == len(EVENTS)
    with pytest.raises(ConfigurationError, match=r"toin\[gs\]"):
        settle(con, "gs://bucket/events")


def test_in_a_store_of_objects(con: duckdb.DuckDBPyConnection) -> None:
    before = con.execute(ALL).fetchall()
    settle(con, "memory://events")
    assert all(file.startswith("memory://events/day=") for file in listed(con))
    assert con.execute(ALL).fetchall() == before
    assert unlisted(con, "memory://events") == []


def test_by_the_setting_an_ingest_moves_them_and_an_erasure_reaches_them(tmp_path: Path) -> None:
    home = Home.at(tmp_path / "home").ensure()
    (home.root / "settings.toml").write_text('events_at = "events"\n')
    world.write_segments(home.inbox, EVENTS, parts=2)
    assert run(["ingest", str(home.inbox), "--home", str(home.root)]) == 0
    files = sorted((home.root / "events").rglob("*.parquet"))
    assert len(files) == 5
    left_by_a_kill = files[0].with_name("events-000009.parquet")
    left_by_a_kill.write_bytes(files[0].read_bytes())

    instance = EVENTS[0].instance
    assert run(["erase", "--instance", instance, "--home", str(home.root)]) == 0
    kept = {event.event_id for event in EVENTS if event.instance != instance}
    with Warehouse(home.warehouse).connect() as con:
        assert {row[0] for row in con.execute("select event_id from events").fetchall()} == kept
        assert set(listed(con)) == set(map(str, (home.root / "events").rglob("*.parquet")))
        assert count(con, event_files.table(con)) == 0
    needle = instance.encode()
    assert not any(needle in p.read_bytes() for p in home.root.rglob("*") if p.is_file())
