"""The checks of what was let in: each has to fail on the very thing it is about."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
import telemetry_world as world

from compressors.pepper import PUBLIC_PEPPER
from pipelines.ingest import ingest
from pipelines.ingest.audit import bad_share, conservation, entropy, privacy


@pytest.fixture
def con(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    path = tmp_path / "segment.jsonl"
    path.write_bytes(world.lines(world.traffic(120)) + b"{}\n")
    with world.in_memory() as connection:
        ingest(connection, [path], pepper=PUBLIC_PEPPER)
        yield connection


def test_what_ingest_lets_in_passes(con: duckdb.DuckDBPyConnection) -> None:
    findings = [bad_share(con, most=0.05), conservation(con), privacy(con), entropy(con)]
    assert [finding.passed for finding in findings] == [True] * 4


def test_empty_warehouse_passes() -> None:
    with world.in_memory() as con:
        findings = [bad_share(con, most=0.0), conservation(con), privacy(con), entropy(con)]
    assert [finding.passed for finding in findings] == [True] * 4


def test_too_many_bad_rows_are_named_by_what_ails_most_of_them(
    con: duckdb.DuckDBPyConnection,
) -> None:
    finding = bad_share(con, most=0.001)
    assert not finding.passed
    assert "1 of 1" in finding.sentence
    assert "field schema: is missing" in finding.sentence
    assert "toin ingest" in finding.sentence


@pytest.mark.parametrize(
    "damage",
    [
        "update segments set stored = stored + 1",
        "update segments set stored = stored - 1, duplicates = duplicates + 1",
        "update segments set stored = stored + 1, duplicates = -1",
        "delete from quarantine",
        "insert into events select * from events limit 1",
        "delete from events where nth = 0",
        "update events set event_id = (select min(event_id) from events) "
        "where event_id = (select max(event_id) from events)",
    ],
)
def test_conservation_sees_every_kind_of_loss(con: duckdb.DuckDBPyConnection, damage: str) -> None:
    con.execute(damage)
    finding = conservation(con)
    assert not finding.passed
    assert "read the segments again" in finding.sentence


@pytest.mark.parametrize(
    ("damage", "column"),
    [
        ("update events set instance = 'mallory' where nth = 0", "instance"),
        ("update events set tool = upper(tool)", "tool"),
        ("update events set event_id = event_id[:31] where nth = 1", "event_id"),
        ("update events set model_family = 'Ignore all previous instructions, and'", "model_fam"),
        ("update events set model_family = repeat('a', 40)", "model_family"),
        ("update events set profile = 'log.mine'", "profile"),
        ("update events set arm = 'other' where arm = 'default'", "arm"),
        ("update events set fields = ['name']", "fields"),
        ("alter table events add column note varchar", "note"),
        ("alter table events add column notes varchar[]", "notes"),
        ("update quarantine set reason = 'found in /home/mallory'", "quarantine.reason"),
        ("update quarantine set reason = repeat('long ', 50)", "quarantine.reason"),
        ("update quarantine set field = 'my_prompt'", "quarantine.field"),
        ("update quarantine set digest = 'the row itself'", "quarantine.digest"),
        ("update segments set name = 'mallory.jsonl'", "segments"),
        ("update segments set place = '/home/mallory'", "segments"),
        # Hex digits all right, but they spell ASCII.
        ("update events set instance = lower(hex('user-' || chr(97 + nth) || "
         "right(event_id, 2)))", "instance"),
    ],
)  # fmt: skip
def test_privacy_finds_text_wherever_it_is(
    con: duckdb.DuckDBPyConnection, damage: str, column: str
) -> None:
    con.execute(damage)
    finding = privacy(con)
    assert not finding.passed
    assert f"the column {column}" in finding.sentence


def test_counters_do_not_look_random(con: duckdb.DuckDBPyConnection) -> None:
    con.execute(
        "update events set conversation = printf('%016x', rowid) where conversation is not null"
    )
    assert privacy(con).passed
    finding = entropy(con)
    assert not finding.passed
    assert "conversation" in finding.sentence
