"""Bad rows and bad files: one clear account each, nothing lost, no good row the poorer."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import duckdb
import orjson
import polars as pl
import pytest
import telemetry_world as world
import zstandard

from compressors.errors import ConfigurationError, InputRefused
from compressors.events import LONGEST_ROW
from compressors.pepper import PUBLIC_PEPPER, new_pepper
from pipelines.ingest import MOST_NAMED, ingest
from pipelines.warehouse import Warehouse

EVENTS = world.traffic(40)
GOOD = world.lines(EVENTS)
SECRET = "/home/mallory/.ssh/id_ed25519"


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with world.in_memory() as connection:
        yield connection


def changed(**fields: object) -> bytes:
    """The row of an event that is not among the good ones, with some fields changed."""
    row = orjson.loads(world.lines([world.compression(1000)]))
    row.update(fields)
    return orjson.dumps({k: v for k, v in row.items() if v is not ...}) + b"\n"


@pytest.mark.parametrize(
    ("row", "field", "reason"),
    [
        (changed(prompt=SECRET), "'prompt'", "is not in the schema"),
        (changed(instance=SECRET), "instance", "expected 16 hex digits"),
        (changed(conversation="AbCdEf0123456789"), "conversation", "expected 16 hex digits"),
        (changed(tokens_before=-1), "tokens_before", "expected a whole number from 0"),
        (changed(tokens_before="many"), "tokens_before", "expected int"),
        (changed(tokens_after=10**9), "tokens_after", "expected at most tokens_before"),
        (changed(arm="mine"), "arm", "expected one of"),
        (changed(event_id=...), "event_id", "is missing"),
        (changed(of="0" * 32), "of", "does not belong in a compression"),
        (changed(schema=2), "schema", "expected 1"),
        (changed(ts="yesterday"), "ts", "expected RFC 3339"),
        (changed(pepper_id="00000000"), "pepper_id", "is of another pepper"),
        (changed()[:-40] + b"\n", "(row)", "is cut off or no JSON"),
        (b"\xff\xfe\x00 binary\n", "(row)", "is cut off or no JSON"),
        (b"[]\n", "(row)", "expected object, got array"),
        (b'{"a": "' + b"x" * 3 * LONGEST_ROW + b'"}\n', "(row)", "is longer than"),
        (b"{" * 60_000 + b"\n", "(row)", "is cut off or no JSON"),
    ],
)
def test_bad_row_is_named_and_set_apart(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, row: bytes, field: str, reason: str
) -> None:
    path = tmp_path / "segment.jsonl"
    half = GOOD.index(b"\n", len(GOOD) // 2) + 1
    path.write_bytes(GOOD[:half] + row + GOOD[half:])
    line = GOOD[:half].count(b"\n") + 1
    report = ingest(con, [path], pepper=PUBLIC_PEPPER)
    [named] = report.by_reason
    assert (named.file, named.line, named.field) == (str(path), line, field)
    assert named.reason.startswith(reason)
    assert f"segment.jsonl, line {line}, field {field}: {reason}" in str(named)
    assert (report.stored, report.quarantined) == (len(EVENTS), 1)
    [(kept_line, kept_field)] = con.execute("select line, field from quarantine").fetchall()
    assert kept_line == line
    assert kept_field in {field, "(unknown)"}


def test_nothing_of_a_bad_row_or_a_name_is_in_the_warehouse(tmp_path: Path) -> None:
    path = tmp_path / "of-mallory.jsonl"
    path.write_bytes(
        changed(**{SECRET: 1}) + changed(tool=SECRET) + changed(profile=SECRET)
        + changed(event=SECRET) + SECRET.encode() + b"\n" + GOOD
    )  # fmt: skip
    place = tmp_path / "home" / "warehouse.duckdb"
    with Warehouse(place).connect() as con:
        assert ingest(con, [path], pepper=PUBLIC_PEPPER).quarantined == 5
        dump = repr(con.execute("select * from quarantine").fetchall())
        dump += repr(con.execute("select * from segments").fetchall())
    written = b"".join(file.read_bytes() for file in sorted(place.parent.iterdir()))
    for trace in ("mallory", "id_ed25519"):
        assert trace not in dump
        assert trace.encode() not in written


def test_cut_off_last_line_costs_only_itself_and_comes_in_with_the_whole_file(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    path = tmp_path / "segment.jsonl"
    path.write_bytes(GOOD[:-100])
    cut = ingest(con, [path], pepper=PUBLIC_PEPPER)
    assert [(row.line, row.field) for row in cut.by_reason] == [(len(EVENTS), "(row)")]
    path.write_bytes(GOOD)
    whole = ingest(con, [path], pepper=PUBLIC_PEPPER)
    assert (whole.stored, whole.duplicates, whole.quarantined) == (1, len(EVENTS) - 1, 0)
    assert con.execute("select count(*) from quarantine").fetchall() == [(0,)]
    [(rows, stored, quarantined)] = con.execute(
        "select sum(rows), sum(stored), sum(quarantined) from segments"
    ).fetchall()
    assert (rows, stored, quarantined) == (2 * len(EVENTS) - 1, len(EVENTS), 0)


def test_rows_come_in_when_their_cause_is_mended_elsewhere(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "segment.jsonl"
    path.write_bytes(GOOD + changed(model_family="vendor-of-tomorrow-9"))
    assert ingest(con, [path], pepper=PUBLIC_PEPPER).quarantined == 1
    again = ingest(con, [path], pepper=PUBLIC_PEPPER)
    assert (again.known, again.stored, again.quarantined) == (0, 0, 1)
    # A platform that knows the family reads the same bytes again.
    from compressors import events

    knows = (lambda _: True, "")
    monkeypatch.setattr(events, "_TEXTS", {**events._TEXTS, "model_family": knows})
    mended = ingest(con, [path], pepper=PUBLIC_PEPPER)
    assert (mended.stored, mended.duplicates, mended.quarantined) == (1, len(EVENTS), 0)
    [ledger] = con.execute("select rows, stored, duplicates, quarantined from segments").fetchall()
    assert ledger == (len(EVENTS) + 1, len(EVENTS) + 1, 0, 0)
    assert con.execute("select count(*) from quarantine").fetchall() == [(0,)]


def test_segment_in_another_place_keeps_its_own_quarantine(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    for folder, row in (("a", changed(nth=-1)), ("b", changed(nth=-2))):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "segment.jsonl").write_bytes(GOOD + row)
        ingest(con, [tmp_path / folder], pepper=PUBLIC_PEPPER)
    assert con.execute("select count(*) from quarantine").fetchall() == [(2,)]


def test_events_of_another_pepper_are_refused_row_by_row(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    theirs = world.traffic(5, pepper=new_pepper())
    path = tmp_path / "mixed.jsonl"
    path.write_bytes(world.lines([*theirs, *EVENTS]))
    report = ingest(con, [path], pepper=PUBLIC_PEPPER)
    assert (report.stored, report.quarantined) == (len(EVENTS), len(theirs))
    assert {row.field for row in report.by_reason} == {"pepper_id"}
    assert "toin pepper import" in report.by_reason[0].reason


def test_cut_off_zstd_gives_what_stands_before_the_cut(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    path = tmp_path / "segment.jsonl.zst"
    path.write_bytes(zstandard.compress(world.lines(world.traffic(4000)))[:-3000])
    report = ingest(con, [path], pepper=PUBLIC_PEPPER)
    assert report.stored > 0
    [bad] = report.by_reason
    assert (bad.line, bad.field) == (report.stored + 1, "(row)")
    assert bad.reason == "is cut off here: the file ends within a zstd frame"


def test_cut_at_the_end_of_a_line_is_not_taken_for_the_end(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    path = tmp_path / "segment.jsonl.zst"
    writer = zstandard.ZstdCompressor().compressobj()
    path.write_bytes(writer.compress(GOOD) + writer.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK))
    report = ingest(con, [path], pepper=PUBLIC_PEPPER)
    assert (report.stored, report.quarantined) == (len(EVENTS), 1)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("damaged.jsonl.zst", b"no zstd at all", "is no zstd from here on"),
        ("cut.parquet", b"PAR1 cut off", "is no Parquet, or the file is cut off"),
        ("gzip.jsonl", b"\x1f\x8b\x08 something", "is cut off or no JSON"),
    ],
)
def test_unreadable_file_is_one_row_in_quarantine(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, name: str, content: bytes, reason: str
) -> None:
    (tmp_path / name).write_bytes(content)
    (tmp_path / "good.jsonl").write_bytes(GOOD)
    report = ingest(con, [tmp_path / name, tmp_path / "good.jsonl"], pepper=PUBLIC_PEPPER)
    assert (report.stored, report.quarantined) == (len(EVENTS), 1)
    assert (report.by_reason[0].file, report.by_reason[0].line) == (str(tmp_path / name), 1)
    assert report.by_reason[0].reason.startswith(reason)


def test_parquet_with_a_column_outside_the_schema_or_finer_times_is_refused_by_row(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    frame = pl.DataFrame([orjson.loads(world.lines([event])) for event in EVENTS[:3]])
    frame = frame.with_columns(pl.lit(None, pl.String).alias("publication"))
    frame.with_columns(pl.lit("x").alias("user")).write_parquet(tmp_path / "extra.parquet")
    micro = pl.col("ts").str.to_datetime("%Y-%m-%dT%H:%M:%S%.3fZ", time_unit="us")
    frame.with_columns(micro).write_parquet(tmp_path / "times.parquet")
    report = ingest(con, [tmp_path], pepper=PUBLIC_PEPPER)
    assert [row.field for row in report.by_reason] == ["'user'"] * 3 + ["ts"] * 3


def test_empty_segment_is_a_segment_without_rows(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    (tmp_path / "empty.jsonl").touch()
    report = ingest(con, [tmp_path], pepper=PUBLIC_PEPPER)
    assert (report.segments, report.rows) == (1, 0)


def test_many_bad_rows_are_all_counted_and_the_first_ones_named(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    bad = MOST_NAMED + 500
    (tmp_path / "bad.jsonl").write_bytes(b"{}\n" * bad)
    report = ingest(con, [tmp_path], pepper=PUBLIC_PEPPER)
    assert (report.quarantined, len(report.by_reason)) == (bad, MOST_NAMED)
    assert con.execute("select count(*) from quarantine").fetchall() == [(bad,)]


@pytest.mark.parametrize(
    ("name", "make", "sentence"),
    [
        ("gone", lambda p: None, "gone does not exist"),
        ("empty", lambda p: p.mkdir(), "empty holds no closed segment"),
        ("a.jsonl.part", lambda p: p.touch(), "is still being written"),
        (".a.jsonl", lambda p: p.touch(), "is still being written"),
        ("a.csv", lambda p: p.touch(), r"a\.csv is no segment: expected \*\.jsonl"),
        ("a.jsonl", os.mkfifo, "is no file"),
    ],
)
def test_path_that_is_no_segment_is_refused_before_anything_is_read(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, name: str, make: object, sentence: str
) -> None:
    (tmp_path / "good.jsonl").write_bytes(GOOD)
    make(tmp_path / name)  # type: ignore[operator]
    with pytest.raises(InputRefused, match=sentence):
        ingest(con, [tmp_path / "good.jsonl", tmp_path / name], pepper=PUBLIC_PEPPER)
    assert con.execute("select count(*) from segments").fetchall() == [(0,)]


def test_a_segment_that_cannot_be_read_costs_the_others_nothing(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "good.jsonl").write_bytes(GOOD)
    (tmp_path / "shut.jsonl").write_bytes(GOOD)
    (tmp_path / "well.jsonl").write_bytes(world.lines(world.traffic(3)))
    opened = Path.open

    def guarded(self: Path, *args: object, **named: object) -> object:
        if self.name == "shut.jsonl":
            raise PermissionError(errno.EACCES, "Permission denied", str(self))
        return opened(self, *args, **named)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", guarded)
    report = ingest(con, [tmp_path], pepper=PUBLIC_PEPPER)
    assert report.segments == 2
    [refusal] = report.refused
    assert refusal.startswith(f"{tmp_path / 'shut.jsonl'} cannot be read (Permission denied)")


def test_a_segment_without_a_single_event_is_refused_as_a_whole(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    (tmp_path / "good.jsonl").write_bytes(GOOD)
    (tmp_path / "bad.jsonl").write_bytes(b"{}\n{}\n")
    report = ingest(con, [tmp_path], pepper=PUBLIC_PEPPER)
    [refusal] = report.refused
    assert refusal.startswith(f"{tmp_path / 'bad.jsonl'}: none of its 2 rows is an event")
    assert {row.file for row in report.by_reason} == {str(tmp_path / "bad.jsonl")}
    assert report.stored == len(EVENTS)


def test_a_warehouse_of_another_pepper_takes_nothing_in(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    """Its hashes and the new ones would never meet, and rows of the old fit no engine."""
    (tmp_path / "good.jsonl").write_bytes(GOOD)
    ingest(con, [tmp_path], pepper=PUBLIC_PEPPER)
    with pytest.raises(ConfigurationError, match=f"keyed with pepper {PUBLIC_PEPPER.id}, and"):
        ingest(con, [tmp_path], pepper=new_pepper())
