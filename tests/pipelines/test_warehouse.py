"""The warehouse: made whole or not at all, one writer, and a sentence for whoever waits."""

from __future__ import annotations

import os
import re
import signal
import stat
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

import duckdb
import pytest

from compressors.errors import ConfigurationError
from pipelines.warehouse import LAYOUT, Warehouse

_HOLD = """
import sys
from pathlib import Path
from pipelines.warehouse import Warehouse
with Warehouse(Path(sys.argv[1])).connect():
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    return Warehouse(tmp_path / "warehouse.duckdb", patience=0.2)


def tables(warehouse: Warehouse) -> set[str]:
    with warehouse.connect() as con:
        found = con.execute("select table_name from information_schema.tables").fetchall()
    return {name for (name,) in found}


def test_has_every_table_of_the_schema(warehouse: Warehouse) -> None:
    schema = (Path(__file__).parents[2] / "pipelines" / "schema.sql").read_text("utf-8")
    assert tables(warehouse) == set(re.findall(r"create table if not exists (\w+)", schema))


def test_keeps_what_was_committed_and_undoes_the_rest(warehouse: Warehouse) -> None:
    with warehouse.connect() as con:
        con.execute("insert into quarantine values ('s', 1, 'f', 'r', 'd')")
    with suppress(RuntimeError), warehouse.connect() as con:
        con.begin()
        con.execute("insert into quarantine values ('s', 2, 'f', 'r', 'd')")
        raise RuntimeError
    with warehouse.connect() as con:
        assert con.execute("select line from quarantine").fetchall() == [(1,)]


def test_spills_beside_the_file_within_limits(warehouse: Warehouse) -> None:
    limited = Warehouse(warehouse.path, threads=1)
    with limited.connect() as con:
        [(threads, spill, limit)] = con.execute(
            "select current_setting('threads'), current_setting('temp_directory'), "
            "current_setting('max_temp_directory_size')"
        ).fetchall()
    assert threads == 1
    assert Path(spill).parent == warehouse.path.parent
    assert limit.endswith("GiB")


def test_second_writer_is_told_whom_to_wait_for(warehouse: Warehouse) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(warehouse.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with (
            pytest.raises(ConfigurationError, match=rf"process {holder.pid} .*wait for it"),
            warehouse.connect(),
        ):
            pass
        holder.kill()
    assert "events" in tables(warehouse), "a killed holder leaves no lock behind"


def test_second_writer_waits_for_the_first(warehouse: Warehouse) -> None:
    patient = Warehouse(warehouse.path, patience=20)
    with subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(warehouse.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        assert holder.stdin is not None
        holder.stdin.close()  # it lets go as soon as it sees this
        assert "events" in tables(patient)


def test_interrupted_query_is_an_interruption_like_any_other(warehouse: Warehouse) -> None:
    alone = Warehouse(warehouse.path, threads=1)  # with more DuckDB may notice only at the end
    soon = threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT))
    long = "select count(*) from range(3000000000) t where range % 7 = 3"
    seen = False
    try:
        with alone.connect() as con:
            soon.start()
            con.execute(long)
    except KeyboardInterrupt:
        seen = True
    assert seen
    assert "events" in tables(warehouse)


def test_half_made_file_of_a_killed_process_is_no_obstacle(warehouse: Warehouse) -> None:
    warehouse.path.with_name(".warehouse.duckdb.part").write_bytes(b"DUCK" * 100)
    warehouse.path.touch()
    assert "events" in tables(warehouse)


def test_log_of_a_file_that_was_moved_away_is_not_replayed(warehouse: Warehouse) -> None:
    log = warehouse.path.with_name("warehouse.duckdb.wal")
    with warehouse.connect() as con:
        con.execute("insert into quarantine values ('s', 1, 'f', 'r', 'd')")
        left = log.read_bytes()
    warehouse.path.unlink()
    log.write_bytes(left)
    with warehouse.connect() as con:
        assert con.execute("select count(*) from quarantine").fetchall() == [(0,)]


def test_what_is_no_warehouse_is_refused_with_the_next_step(warehouse: Warehouse) -> None:
    warehouse.path.write_bytes(b"something else" * 1000)
    with pytest.raises(ConfigurationError, match=r"warehouse\.duckdb cannot be opened .*move it"):
        tables(warehouse)


@pytest.mark.parametrize("statement", ["update layout set version = 99", "drop table layout"])
def test_other_layout_is_refused(warehouse: Warehouse, statement: str) -> None:
    tables(warehouse)
    with duckdb.connect(warehouse.path) as con:
        con.execute(statement)
    with pytest.raises(ConfigurationError, match=rf"has the layout .* expected {LAYOUT}; move"):
        tables(warehouse)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_place_without_permission_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(stat.S_IRUSR | stat.S_IXUSR)
    with pytest.raises(ConfigurationError, match="cannot be written to"):
        tables(Warehouse(tmp_path / "warehouse.duckdb"))


def test_place_that_cannot_be_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigurationError, match="cannot be written to"):
        tables(Warehouse(tmp_path / "file" / "warehouse.duckdb"))
