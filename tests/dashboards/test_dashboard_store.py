"""The dashboard reads what was published, or says in one sentence what to do."""

from __future__ import annotations

import shutil
from pathlib import Path

import polars as pl
import pytest
from dashboard_world import write_snapshot

from dashboards import store


def test_missing_snapshot_names_the_command(tmp_path: Path) -> None:
    with pytest.raises(store.SnapshotMissing, match="toin run"):
        store.current(tmp_path / "snapshots")


@pytest.mark.parametrize("pointer", ["0" * 16, "../../etc", "", "not hex"])
def test_pointer_that_names_nothing_is_damage(tmp_path: Path, pointer: str) -> None:
    (tmp_path / "snapshots").mkdir()
    (tmp_path / "snapshots" / "current").write_text(pointer, encoding="ascii")
    with pytest.raises(store.SnapshotDamaged, match="toin run"):
        store.current(tmp_path / "snapshots")


def test_tables_come_with_the_columns_of_the_schema(tmp_path) -> None:
    write_snapshot(tmp_path, {"quarantine": [{"reason": "a", "field": "b", "rows": 1}]})
    snapshot = store.current(tmp_path / "snapshots")
    assert snapshot.id == "0" * 16
    assert snapshot.table("quarantine").height == 1
    assert snapshot.table("net").is_empty()
    assert snapshot.activity() is None


def test_a_snapshot_that_was_read_is_kept_while_newer_ones_replace_it(tmp_path) -> None:
    directory = write_snapshot(tmp_path)
    before = store.current(tmp_path / "snapshots")
    assert before.table("net").is_empty()
    shutil.rmtree(directory)
    write_snapshot(tmp_path, name="1" * 16)
    assert before.table("net").is_empty()
    assert store.current(tmp_path / "snapshots").id == "1" * 16


def test_activity_that_cannot_be_read_is_none(tmp_path) -> None:
    write_snapshot(tmp_path)
    (tmp_path / "snapshots" / "activity.json").write_text("{", encoding="ascii")
    assert store.current(tmp_path / "snapshots").activity() is None


def test_cut_off_file_is_named(tmp_path) -> None:
    directory = write_snapshot(tmp_path)
    whole = (directory / "net.parquet").read_bytes()
    (directory / "net.parquet").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(store.SnapshotDamaged, match=r"net\.parquet"):
        store.current(tmp_path / "snapshots").table("net")


def test_missing_column_is_named(tmp_path) -> None:
    directory = write_snapshot(tmp_path)
    pl.read_parquet(directory / "net.parquet").drop("low").write_parquet(directory / "net.parquet")
    with pytest.raises(store.SnapshotDamaged, match="'low'"):
        store.current(tmp_path / "snapshots").table("net")
