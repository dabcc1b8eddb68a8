"""RTK's two databases: what they say, keyed; what they floor, as it was; nothing personal."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path

import duckdb
import pytest
import rtk_world as rtk
import telemetry_world as world

from compressors.pepper import PUBLIC_PEPPER
from pipelines.ingest import IngestReport, ingest
from pipelines.ingest.audit import bad_share, conservation, privacy
from pipelines.warehouse import Warehouse


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with world.in_memory() as connection:
        yield connection
        assert conservation(connection).passed
        assert privacy(connection).passed


def take_in(con: duckdb.DuckDBPyConnection, *paths: Path) -> IngestReport:
    return ingest(con, paths, pepper=PUBLIC_PEPPER)


def rows(con: duckdb.DuckDBPyConnection, query: str) -> list[tuple[object, ...]]:
    return con.execute(query).fetchall()


def tool(name: str) -> str:
    return PUBLIC_PEPPER.key(f"imported tool {name}")


def test_commands_come_in_with_their_program_alone_and_what_grew_is_not_floored(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    report = take_in(con, rtk.write_history(tmp_path / "history.db"))
    assert (report.stored, report.quarantined) == (4, 0)
    assert rows(
        con,
        "select ts, tool, tokens_before - tokens_after, latency_us, project is null "
        "from imported_uses order by ts, tool",
    ) == sorted(
        [
            (datetime(2026, 11, 20, 10, 0), tool("cargo"), 39_100, 61_000_000, False),
            (datetime(2026, 11, 20, 10, 0, 0, 123_000), tool("git"), 800, 5000, False),
            (datetime(2026, 11, 20, 10, 2), tool("ls"), -15, None, True),
            (datetime(2026, 11, 21, 8), tool("git"), 8550, 12_000, False),
        ]
    )
    assert rows(con, "select count(distinct project) from imported_uses") == [(2,)]
    assert rows(con, "select distinct source from imported_uses") == [("rtk_history",)]


def test_commands_and_paths_reach_no_byte_of_the_warehouse(tmp_path: Path) -> None:
    path = rtk.write_history(tmp_path / "rtk" / "history.db")
    place = tmp_path / "home" / "warehouse.duckdb"
    with Warehouse(place).connect() as con:
        take_in(con, path)
        dump = repr([rows(con, f"select * from {t}") for t in ("imported_uses", "segments")])
    written = b"".join(file.read_bytes() for file in sorted(place.parent.iterdir()))
    for trace in ("mallory", "secret-shop", "git status", "AKIA", "cargo", "rm -rf"):
        assert trace not in dump
        assert trace.encode() not in written


def test_first_versions_have_no_duration_and_no_project(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    take_in(con, rtk.write_history(tmp_path / "history.db", old=True))
    assert rows(con, "select distinct latency_us, project from imported_uses") == [(None, None)]


def test_again_renamed_grown_in_two_places_or_cut_short_is_once(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    path = rtk.write_history(tmp_path / "a" / "history.db")
    assert take_in(con, path).stored == 4
    shutil.copytree(tmp_path / "a", tmp_path / "b")
    (tmp_path / "b" / "history.db").rename(tmp_path / "b" / "other.db")
    assert take_in(con, path, tmp_path / "b" / "other.db").known == 2
    with closing(sqlite3.connect(path)) as db:
        # RTK forgets what is older than 90 days; here it forgets the first and runs another.
        db.execute("delete from commands where id = 1")
        db.execute(
            "insert into commands values (5, '2026-11-22T00:00:00Z', 'npm ci', 'rtk npm ci', "
            "50, 20, 30, 60.0, 7, '/p')"
        )
        db.commit()
    grown = take_in(con, path)
    assert (grown.stored, grown.duplicates) == (1, 3)
    assert rows(con, "select count(*) from imported_uses") == [(5,)]


def test_rows_that_stand_in_the_log_alone_are_seen(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    path = rtk.write_history(tmp_path / "history.db")
    with closing(sqlite3.connect(path)) as db:
        db.execute("pragma journal_mode = wal")
        db.execute("pragma wal_autocheckpoint = 0")
        db.commit()
        assert take_in(con, path).stored == 4
        db.execute(
            "insert into commands values (9, '2026-11-23T00:00:00Z', 'make', 'rtk make', 9, 3, 6, "
            "1.0, 1, '')"
        )
        db.commit()
        assert take_in(con, path).stored == 1


def test_recalls_are_counters_of_which_the_greatest_holds(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    path = rtk.write_recalls(
        tmp_path / "recall.db", [("git-log", "head", 40, 3), ("cargo-test", "tail", 7, 0)]
    )
    assert take_in(con, path).stored == 2
    path.unlink()
    rtk.write_recalls(path, [("git-log", "head", 55, 9), ("cargo-test", "tail", 7, 0)])
    again = take_in(con, path)
    assert (again.stored, again.duplicates) == (1, 1)
    assert rows(con, "select elisions, recalls from imported_recalls order by elisions") == [
        (7, 0), (55, 9),
    ]  # fmt: skip
    assert "git-log" not in repr(rows(con, "select * from imported_recalls"))


@pytest.mark.parametrize(
    ("command", "field"),
    [
        (("yesterday", "git status", 10, 5, 1, ""), "ts"),
        (("2026-11-20T10:00:00Z", "git status", -1, 5, 1, ""), "tokens_before"),
        (("2026-11-20T10:00:00Z", "git status", 10, "many", 1, ""), "tokens_after"),
    ],
)
def test_bad_command_is_set_apart(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, command: tuple[object, ...], field: str
) -> None:
    path = tmp_path / "history.db"
    rtk.write_history(path)
    with closing(sqlite3.connect(path)) as db:
        time, text, before, after, took, project = command
        db.execute(
            "insert into commands values (9, ?, ?, 'rtk', ?, ?, 0, 0, ?, ?)",
            (time, text, before, after, took, project),
        )
        db.commit()
    report = take_in(con, path)
    assert (report.stored, [(b.line, b.field) for b in report.by_reason]) == (4, [(5, field)])
    assert bad_share(con, most=0.1).passed is False


def test_damaged_database_gives_what_stands_before_the_damage_or_one_clear_refusal(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    many = [
        (f"2026-11-20T10:{n // 60:02}:{n % 60:02}Z", "x" * 200, 9, 5, 1, "") for n in range(900)
    ]
    path = rtk.write_history(tmp_path / "history.db", many)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    rtk.write_history(tmp_path / "good" / "history.db")
    report = take_in(con, path, tmp_path / "good" / "history.db")
    assert rows(con, "select count(*) >= 4 from imported_uses") == [(True,)]
    assert report.quarantined == 1 or report.refused
    assert "damaged" in repr([*report.by_reason, *report.refused])


@pytest.mark.parametrize("content", ["create table other (x)", "create table recall_stats (slug)"])
def test_database_of_something_else_is_refused(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, content: str
) -> None:
    path = tmp_path / "some.db"
    with closing(sqlite3.connect(path)) as db:
        db.execute(content)
        db.commit()
    report = take_in(con, path)
    assert len(report.refused) == 1
    assert not report.stored
