"""Reading by columns against reading row by row: the same rows, and never an event that is none."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import msgspec
import numpy as np
import orjson
import polars as pl
import pyarrow as pa  # type: ignore[import-untyped]
import pytest
import telemetry_world as world

from compressors.events import LONGEST_ROW, RowRefused, decode
from compressors.pepper import PUBLIC_PEPPER
from pipelines.ingest import blocks
from pipelines.ingest.ahead import ahead
from pipelines.ingest.blocks import Block, read_blocks
from pipelines.ingest.erasures import Erasures, tombstone
from pipelines.ingest.rows import Row, read_rows
from pipelines.ingest.surely import surely_events, times_of
from pipelines.ingest.validate import Sifted, sift

EVENTS = world.traffic(300)
NOTHING_ERASED = Erasures(pepper=PUBLIC_PEPPER)
USAGE = {
    name: value
    for name, value in msgspec.to_builtins(EVENTS[0]).items()
    if name in ("schema", "event_id", "origin", "ts", "instance", "pepper_id", "engine",
                "publication", "fingerprint", "auth_mode", "model_family")
} | {"event": "usage", "tokens_input": 1, "tokens_cache_read": 2, "tokens_cache_write": 3,
     "tokens_output": 4}  # fmt: skip
ODD_VALUES: list[object] = [
    None, "", 0, 1, -1, 2, 999, 1001, 10**6 + 1, 2**53 + 1, 2**63, 1.0, 2.5, True, False, "x",
    "a" * 16, "a" * 15, "A" * 16, "a" * 24, "a" * 32, "é" * 8, "1", [], ["a" * 16], ["x"],
    [None], [21], [3] * 30, {"a": 1}, "live", "recorded", "trial", "control", "json", "gpt-5",
    "json.lossless", "2026-02-30T00:00:00.000Z", "2026-01-05T24:00:00.000Z",
    "2026-01-05T00:00:00Z", "1999-12-31T00:00:00.000Z", "2026-01-05T00:00:00.000+", "query",
]  # fmt: skip


def segment(tmp_path: Path, *lines: bytes, name: str = "segment.jsonl") -> Path:
    path = tmp_path / name
    path.write_bytes(b"".join(line + b"\n" for line in lines))
    return path


def encoded(*records: object) -> list[bytes]:
    return [orjson.dumps(record) for record in records]


def rows_of(path: Path) -> list[Row]:
    return [row for block in read_blocks(path) for row in block.rows(None)]


def sure_rows(block: Block) -> list[Row]:
    """The rows that are taken in unseen."""
    if block.columns is None:
        return []
    sure = surely_events(block.columns, pepper=PUBLIC_PEPPER, erasures=NOTHING_ERASED)
    return list(block.rows(sure))


def is_event(content: bytes) -> bool:
    try:
        return decode(content).pepper_id == PUBLIC_PEPPER.id
    except RowRefused:
        return False


def test_all_that_an_engine_writes_is_taken_in_by_columns(tmp_path: Path) -> None:
    path = segment(tmp_path, *world.lines(EVENTS).splitlines(), *encoded(USAGE))
    [block] = read_blocks(path)
    assert sure_rows(block) == rows_of(path) == list(read_rows(path))


@pytest.mark.parametrize("seed", range(6))
def test_what_is_taken_in_unseen_is_an_event(
    tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Any field of any event changed to anything, in lines and in Parquet."""
    monkeypatch.setattr(blocks, "_SMALLEST", 1)
    chance = random.Random(seed)
    records = [msgspec.to_builtins(event) for event in EVENTS[:120]] + [dict(USAGE)]
    names = sorted({name for record in records for name in record} | {"mode", "fields", "odd"})
    for record in records[::2]:
        record[chance.choice(names)] = chance.choice(ODD_VALUES)
        if chance.random() < 0.2:
            record.pop(chance.choice(sorted(record)))
    path = segment(tmp_path, *encoded(*records))
    expected = [row for row in read_rows(path) if is_event(row.content)]
    found = [row for block in read_blocks(path) for row in sure_rows(block)]
    assert set(found) <= set(expected)
    assert len(found) > len(records) / 3
    assert rows_of(path) == list(read_rows(path))


@pytest.mark.parametrize("seed", range(6))
def test_what_is_taken_in_unseen_from_parquet_is_an_event(tmp_path: Path, seed: int) -> None:
    """A column of odd values of its own type, one of another type, or none."""
    chance = random.Random(seed)
    frame = pl.DataFrame(
        [msgspec.to_builtins(event) | {"publication": None} for event in EVENTS],
        infer_schema_length=None,
    )
    for name in chance.sample(sorted(frame.columns), 3):
        kind = frame.schema[name]
        odd = [v for v in ODD_VALUES if isinstance(v, str) == (kind == pl.String)]
        whole = [v for v in odd if isinstance(v, int) and abs(v) < 2**63] or odd
        values = [v if chance.random() < 0.7 else chance.choice(whole) for v in frame[name]]
        try:
            frame = frame.with_columns(pl.Series(name, values, dtype=kind))
        except (TypeError, pl.exceptions.PolarsError, OverflowError):
            frame = frame.drop(name)
    path = tmp_path / "segment.parquet"
    frame.write_parquet(path)
    expected = {row for row in read_rows(path) if is_event(row.content)}
    assert {row for block in read_blocks(path) for row in sure_rows(block)} <= expected
    assert rows_of(path) == list(read_rows(path))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("tokens_after", 1008),
        ("tokens_before", -1),
        ("latency_us", 2**53 + 1),
        ("nth", 2**31),
        ("event_id", "A" * 32),
        ("conversation", "a" * 15),
        ("conversation", "x" * 16),
        ("structure_hash", "a" * 16),
        ("pepper_id", "0" * 8),
        ("ts", "2026-02-30T00:00:00.000Z"),
        ("ts", "2026-01-05T00:00:00.00Z"),
        ("profile", "json.lossless"),
        ("share", 5),
    ],
)
def test_one_wrong_value_among_its_like_is_in_doubt(
    tmp_path: Path, field: str, value: object
) -> None:
    records = [msgspec.to_builtins(world.compression(4 * n)) for n in range(20)]
    records[7] |= {field: value}
    [block] = read_blocks(segment(tmp_path, *encoded(*records)))
    assert 8 not in [row.line for row in sure_rows(block)]


def test_a_bad_line_costs_only_its_own_neighbours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks, "_SMALLEST", 2000)
    lines = world.lines(EVENTS).splitlines()
    lines[100] = b"{"
    path = segment(tmp_path, *lines)
    found = list(read_blocks(path))
    by_row = [row for block in found if block.columns is None for row in block.rows(None)]
    assert 101 in [row.line for row in by_row]
    assert len(by_row) < 6
    assert [row for block in found for row in block.rows(None) if row not in by_row] == [
        row for row in read_rows(path) if row not in by_row
    ]


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"\n\n",
        b"{}",
        b'{"a":1}\n\n{"a":1}\n',
        b'{"schema":1} {"schema":1}\n',
        b'{"schema":1,\n"event":"usage"}\n',
        b'{"schema":1}' + b" " * LONGEST_ROW + b"\n",
        b"x" * 3 * LONGEST_ROW,
        b'{"schema":1,"schema":1}\n',
        b"[1]\n",
        b'{"event":"\xff"}\n',
        b'{"event":{"a":1}}\n',
    ],
)
@pytest.mark.parametrize("size", [50, 64 << 20])
def test_whatever_the_text_its_rows_are_the_same(
    tmp_path: Path, text: bytes, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks, "_TEXT", size)
    monkeypatch.setattr(blocks, "_SMALLEST", 8)
    path = tmp_path / "segment.jsonl"
    path.write_bytes(text)
    assert rows_of(path) == list(read_rows(path))
    assert not [row for block in read_blocks(path) for row in sure_rows(block)]


def test_blocks_end_at_lines_and_number_them_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks, "_TEXT", 4000)
    monkeypatch.setattr("pipelines.ingest.rows._CHUNK", 1500)
    path = segment(tmp_path, *world.lines(EVENTS).splitlines())
    found = list(read_blocks(path))
    assert len(found) > 10
    assert all(block.columns is not None for block in found)
    assert [row for block in found for row in sure_rows(block)] == list(read_rows(path))


def test_a_publication_that_is_absent_is_not_one_that_is_null(tmp_path: Path) -> None:
    absent = msgspec.to_builtins(EVENTS[0])
    del absent["publication"]
    [block] = read_blocks(segment(tmp_path, *encoded(absent)))
    assert sure_rows(block) == []
    [block] = read_blocks(segment(tmp_path, *encoded(absent | {"publication": None})))
    assert len(sure_rows(block)) == 1
    frame = pl.DataFrame([absent])
    frame.write_parquet(tmp_path / "a.parquet")
    assert [sure_rows(block) for block in read_blocks(tmp_path / "a.parquet")] == [[]]


def test_what_was_erased_and_what_is_of_another_pepper_is_in_doubt(tmp_path: Path) -> None:
    [block] = read_blocks(segment(tmp_path, *world.lines(EVENTS).splitlines()))
    assert block.columns is not None
    gone = EVENTS[0].instance
    erasures = Erasures(frozenset({tombstone(gone, pepper=PUBLIC_PEPPER)}), pepper=PUBLIC_PEPPER)
    sure = surely_events(block.columns, pepper=PUBLIC_PEPPER, erasures=erasures)
    assert sure.tolist() == [event.instance != gone for event in EVENTS]
    later = Erasures(before=world.START.date().replace(day=6), pepper=PUBLIC_PEPPER)
    sure = surely_events(block.columns, pepper=PUBLIC_PEPPER, erasures=later)
    assert not sure.any()
    place = block.columns.schema.get_field_index("pepper_id")
    foreign = block.columns.set_column(place, "pepper_id", pa.array(["0" * 8] * len(EVENTS)))
    assert not surely_events(foreign, pepper=PUBLIC_PEPPER, erasures=NOTHING_ERASED).any()


@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
def test_times_of_any_unit_are_milliseconds(tmp_path: Path, unit: pl.datatypes.TimeUnit) -> None:
    frame = pl.DataFrame([msgspec.to_builtins(EVENTS[0])])
    for zone in (None, "UTC", "Europe/Berlin"):
        time = pl.col("ts").str.to_datetime("%Y-%m-%dT%H:%M:%S%.3fZ", time_unit=unit)
        time = time.dt.replace_time_zone("UTC").dt.convert_time_zone(zone or "UTC")
        typed = frame.with_columns(time if zone else time.dt.replace_time_zone(None))
        typed.write_parquet(tmp_path / "times.parquet")
        [block] = read_blocks(tmp_path / "times.parquet")
        assert block.columns is not None
        times = times_of(block.columns)
        assert times is not None
        assert times.to_pylist() == [world.START.replace(tzinfo=None)]


def test_sifted_batches_account_for_every_row(tmp_path: Path) -> None:
    lines = world.lines(EVENTS).splitlines()
    lines[5], lines[6] = b"{}", lines[7]
    found = list(sift(read_blocks(segment(tmp_path, *lines)), pepper=PUBLIC_PEPPER))
    assert sum(batch.rows for batch in found) == len(lines)
    assert sum(batch.events.num_rows for batch in found) == len(lines) - 1
    [refused] = [row for batch in found for row in batch.refused]
    assert refused.line == 6
    assert all(isinstance(batch, Sifted) for batch in found)
    ids = np.concatenate([batch.events["event_id"].to_numpy() for batch in found])
    assert len(set(ids)) == len(lines) - 2


def test_ahead_gives_the_items_in_order_and_what_making_them_raises() -> None:
    def items() -> Iterator[int]:
        yield 1
        yield 0
        raise OSError("no more")

    given = ahead(items())
    assert list(islice(given, 2)) == [1, 0]
    with pytest.raises(OSError, match="no more"):
        next(given)
    assert list(ahead(iter(()))) == []
    stopped = ahead(iter(range(5)))
    assert next(stopped) == 0
    stopped.close()  # type: ignore[attr-defined]
