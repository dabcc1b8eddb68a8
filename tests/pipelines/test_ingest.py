"""Ingest: each event once, every row accounted for, whatever happens on the way."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import msgspec
import polars as pl
import pytest
import rtk_world as rtk
import telemetry_world as world
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compressors.events import Event
from compressors.pepper import PUBLIC_PEPPER
from pipelines.ingest import IngestReport, ingest
from pipelines.ingest.blocks import read_blocks
from pipelines.ingest.store import identify, store
from pipelines.ingest.validate import Sifted, sift
from pipelines.warehouse import Warehouse

EVENTS = world.traffic(300)
ROOT = Path(__file__).parents[2]
TABLES = (
    "events", "segments", "quarantine", "imported_uses", "imported_patterns", "imported_recalls",
)  # fmt: skip

_INGEST = """
import sys
from pathlib import Path
from compressors.pepper import PUBLIC_PEPPER
from pipelines.ingest import ingest
from pipelines.warehouse import Warehouse
print("ready", flush=True)
with Warehouse(Path(sys.argv[1])).connect() as con:
    ingest(con, [Path(sys.argv[2])], pepper=PUBLIC_PEPPER)
print("done", flush=True)
"""


# Has everything loaded and runs each ingest in a child of its own, which it kills in time.
_KILLED = """
import os, signal, sys, time
from pathlib import Path
import duckdb, polars
from compressors.pepper import PUBLIC_PEPPER
from pipelines.ingest import ingest
from pipelines.warehouse import Warehouse
for line in sys.stdin:
    target, inbox, seconds = line.rstrip().split("\\t")
    began = time.monotonic()
    child = os.fork()
    if not child:
        with Warehouse(Path(target)).connect() as con:
            ingest(con, [Path(inbox)], pepper=PUBLIC_PEPPER)
        os._exit(0)
    while time.monotonic() < began + float(seconds):
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            break
        time.sleep(0.002)
    else:
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
    took = time.monotonic() - began
    print("killed" if os.WIFSIGNALED(status) else "done", took, flush=True)
"""


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with world.in_memory() as connection:
        yield connection


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    return tmp_path / "inbox"


def take_in(con: duckdb.DuckDBPyConnection, *paths: Path) -> IngestReport:
    report = ingest(con, paths, pepper=PUBLIC_PEPPER)
    conserved(con, report)
    return report


def conserved(con: duckdb.DuckDBPyConnection, report: IngestReport) -> None:
    assert report.rows == report.stored + report.duplicates + report.quarantined + report.erased
    [ledger] = con.execute(
        "select coalesce(bool_and(rows = stored + duplicates + quarantined + erased), true), "
        "coalesce(bool_and(duplicates >= 0), true), "
        "coalesce(sum(stored) filter (source = 'engine'), 0) = (select count(*) from events), "
        "coalesce(sum(quarantined), 0) = (select count(*) from quarantine), "
        "count(*) = count(distinct digest), "
        "(select count(*) = count(distinct event_id) from events) from segments"
    ).fetchall()
    assert ledger == (True,) * 6


def stored(con: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]]:
    return con.execute("select * from events order by event_id").fetchall()


def export(path: Path) -> bytes:
    """The tables that ingest fills, in order, as bytes."""
    with Warehouse(path).connect() as con:
        return repr(
            [con.execute(f"select * from {t} order by all").fetchall() for t in
             TABLES]
        ).encode()  # fmt: skip


def test_stores_every_field_as_the_event_states_it(
    con: duckdb.DuckDBPyConnection, inbox: Path
) -> None:
    base = world.compression(2, nth=2**31 - 1, tokens_before=2**53, share=5, arm="canary",
                             experiment="0" * 16, unit="1" * 16, fault="store_full")  # fmt: skip
    events = [base, world.regret(base, fields=["a" * 16, "b" * 16])]
    take_in(con, *world.write_segments(inbox, events, parts=1))
    names = [name for name in Event.__struct_fields__ if name not in ("schema", "ts")]
    columns = ", ".join(f'"{name}"' for name in names)
    rows = con.execute(
        f"select strftime(ts, '%Y-%m-%dT%H:%M:%S.%gZ'), cast(day as varchar), {columns} "
        "from events order by event"
    ).fetchall()
    assert rows == [
        (event.ts, event.ts[:10], *(getattr(event, name) for name in names)) for event in events
    ]


def test_again_renamed_or_in_two_places_is_once(
    con: duckdb.DuckDBPyConnection, inbox: Path
) -> None:
    [path] = world.write_segments(inbox, EVENTS, parts=1)
    first = take_in(con, path)
    before = stored(con)
    (inbox / "deep").mkdir()
    shutil.copy(path, inbox / "deep" / "copy.jsonl")
    path.rename(inbox / "renamed.jsonl")
    again = take_in(con, inbox)
    assert (first.stored, first.segments) == (len(EVENTS), 1)
    assert (again.stored, again.segments, again.known, again.rows) == (0, 0, 2, 0)
    assert stored(con) == before


def test_one_path_given_twice_is_read_once(con: duckdb.DuckDBPyConnection, inbox: Path) -> None:
    [path] = world.write_segments(inbox, EVENTS, parts=1)
    report = take_in(con, path, inbox, inbox / ".." / "inbox" / path.name)
    assert (report.segments, report.known) == (1, 0)


def test_event_of_several_segments_is_stored_once(
    con: duckdb.DuckDBPyConnection, inbox: Path
) -> None:
    inbox.mkdir()
    (inbox / "a.jsonl").write_bytes(world.lines(EVENTS[:200]))
    (inbox / "b.jsonl").write_bytes(world.lines([*EVENTS[100:], *EVENTS[150:160]]))
    report = take_in(con, inbox)
    assert (report.stored, report.duplicates) == (len(EVENTS), 110)


@pytest.mark.parametrize("suffix", [".jsonl", ".jsonl.zst", ".parquet"])
def test_formats_give_the_same_rows(tmp_path: Path, inbox: Path, suffix: str) -> None:
    [plain] = world.write_segments(inbox, EVENTS, parts=1)
    target = tmp_path / f"segment{suffix}"
    if suffix == ".jsonl":
        target.write_bytes(plain.read_bytes().replace(b"\n", b"\r\n\n"))
    elif suffix == ".parquet":
        frame = pl.read_ndjson(plain, infer_schema_length=None)
        for name in Event.__struct_fields__:
            if name not in frame.columns:
                frame = frame.with_columns(pl.lit(None, pl.String).alias(name))
        time = pl.col("ts").str.to_datetime("%Y-%m-%dT%H:%M:%S%.3fZ", time_unit="ms")
        frame.with_columns(time.dt.replace_time_zone("UTC")).write_parquet(target)
    else:
        half = len(plain.read_bytes()) // 2
        content = plain.read_bytes()
        # Two frames, as a writer that flushes leaves them.
        frames = [zstandard.compress(part) for part in (content[:half], content[half:])]
        target.write_bytes(b"".join(frames))
    with world.in_memory() as con:
        take_in(con, plain)
        expected = stored(con)
    with world.in_memory() as con:
        assert take_in(con, target).quarantined == 0
        assert stored(con) == expected


def test_event_told_again_after_midnight_is_the_same_and_days_later_is_not(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    first = world.compression(0, ts="2026-01-05T23:59:50.000Z")
    for n, (time, stored) in enumerate(
        [
            (first.ts, 1),
            ("2026-01-06T00:00:10.000Z", 0),
            ("2026-01-04T23:00:00.000Z", 0),
            ("2026-01-09T00:00:00.000Z", 1),
        ]
    ):
        path = tmp_path / f"{n}.jsonl"
        path.write_bytes(world.lines([msgspec.structs.replace(first, ts=time)]))
        assert ingest(con, [path], pepper=PUBLIC_PEPPER).stored == stored, time


def test_hidden_and_half_written_files_are_left_alone(
    con: duckdb.DuckDBPyConnection, inbox: Path
) -> None:
    [path] = world.write_segments(inbox, EVENTS, parts=1)
    for name in (".hidden.jsonl", "open.jsonl.part", "notes.txt", ".trash/old.jsonl"):
        (inbox / name).parent.mkdir(exist_ok=True)
        (inbox / name).write_bytes(b"{")
    report = take_in(con, inbox)
    assert (report.segments, report.rows, report.quarantined) == (1, len(EVENTS), 0)
    assert path.exists()


def test_progress_names_the_step_and_ends_complete(
    con: duckdb.DuckDBPyConnection, inbox: Path
) -> None:
    world.write_segments(inbox, EVENTS, parts=3)
    told: list[tuple[str, int, int]] = []
    ingest(con, [inbox], pepper=PUBLIC_PEPPER, progress=lambda *said: told.append(said))
    assert told == [("ingest", done, 3) for done in range(4)]


def test_report_tells_the_days_that_have_new_events(
    con: duckdb.DuckDBPyConnection, inbox: Path
) -> None:
    old, new = world.compression(0), world.compression(1, ts="2026-02-01T00:00:00.000Z")
    inbox.mkdir()
    (inbox / "a.jsonl").write_bytes(world.lines([old]))
    take_in(con, inbox)
    (inbox / "b.jsonl").write_bytes(world.lines([old, new]))
    assert [str(day) for day in take_in(con, inbox).days] == ["2026-02-01"]


def test_segment_that_fails_in_the_middle_leaves_nothing_of_itself(
    con: duckdb.DuckDBPyConnection, inbox: Path
) -> None:
    first, second = world.write_segments(inbox, EVENTS, parts=2)
    take_in(con, first)
    before = stored(con)

    def batches() -> Iterator[Sifted]:
        yield from sift(read_blocks(second), pepper=PUBLIC_PEPPER)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store(con, identify(second, pepper=PUBLIC_PEPPER), batches())
    assert stored(con) == before
    conserved(con, IngestReport())


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_any_split_order_and_repetition_gives_the_same_events(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    events = EVENTS[:12]
    folder = tmp_path_factory.mktemp("split")
    calls = data.draw(
        st.lists(st.lists(st.sampled_from(events), min_size=1), min_size=1, max_size=4)
    )
    told = [IngestReport()]
    with world.in_memory() as con:
        for number, call in enumerate(calls):
            path = folder / f"{number}.jsonl"
            path.write_bytes(world.lines(call))
            told.append(take_in(con, path))
        kept = {row[0] for row in con.execute("select event_id from events").fetchall()}
    given_ids = {event.event_id for call in calls for event in call}
    assert kept == given_ids
    assert sum(report.stored for report in told) == len(given_ids)


@pytest.mark.slow
def test_two_runs_at_once_are_one_truth(tmp_path: Path, inbox: Path) -> None:
    _everything(inbox)
    target = tmp_path / "both.duckdb"
    runs = [
        subprocess.Popen([sys.executable, "-c", _INGEST, str(target), str(inbox)]) for _ in range(2)
    ]
    assert [run.wait(60) for run in runs] == [0, 0]
    with Warehouse(tmp_path / "alone.duckdb").connect() as con:
        take_in(con, inbox)
    assert export(target) == export(tmp_path / "alone.duckdb")


def _everything(inbox: Path) -> None:
    """Segments, one of them cut off, and the histories of both other tools."""
    world.write_segments(inbox, world.traffic(3000), parts=6)
    bad = inbox / "segment-003.jsonl"
    bad.write_bytes(bad.read_bytes()[:-200])
    shutil.copy(ROOT / "tests/data/headroom/toin.json", inbox)
    shutil.copy(ROOT / "tests/data/headroom/savings_events.jsonl", inbox)
    rtk.write_history(inbox / "history.db")
    rtk.write_recalls(inbox / "recall.db", [("git-log", "head", 40, 3)])


def _told(process: subprocess.Popen[str], *said: object) -> str:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("\t".join(map(str, said)) + "\n")
    process.stdin.flush()
    return process.stdout.readline().strip()


@pytest.mark.long
def test_killed_at_fifty_random_moments_the_next_run_completes_to_the_byte(
    tmp_path: Path, inbox: Path
) -> None:
    _everything(inbox)
    with Warehouse(tmp_path / "alone.duckdb").connect() as con:
        take_in(con, inbox)
    expected = export(tmp_path / "alone.duckdb")
    moments, killed, begun = random.Random(7), 0, 0
    target = tmp_path / "killed.duckdb"
    with subprocess.Popen(
        [sys.executable, "-c", _KILLED],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as nursery:  # fmt: skip
        seconds = float(_told(nursery, tmp_path / "whole.duckdb", inbox, 60).partition(" ")[2])
        # How long the work takes changes with what else the machine does: a moment that comes
        # after its end is drawn again.
        for _ in range(200):
            if killed == 50:
                break
            how = _told(nursery, target, inbox, moments.uniform(0, seconds))
            killed += how.startswith("killed")
            with Warehouse(target).connect() as con:
                conserved(con, IngestReport())
                [[segments]] = con.execute("select count(*) from segments").fetchall()
                begun += 0 < segments < 10
                take_in(con, inbox)
            assert export(target) == expected
            for file in tmp_path.glob("killed.duckdb*"):
                file.unlink()
        assert nursery.stdin is not None
        nursery.stdin.close()
    assert killed == 50, "the moments were to lie within the work"
    assert begun >= 10, "some of the moments were to lie between two files"


@pytest.mark.long
def test_killed_again_and_again_the_last_run_completes(tmp_path: Path, inbox: Path) -> None:
    _everything(inbox)
    with Warehouse(tmp_path / "alone.duckdb").connect() as con:
        take_in(con, inbox)
    moments, target = random.Random(8), tmp_path / "killed.duckdb"
    with subprocess.Popen(
        [sys.executable, "-c", _KILLED],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as nursery:  # fmt: skip
        seconds = float(_told(nursery, tmp_path / "whole.duckdb", inbox, 60).partition(" ")[2])
        for _ in range(8):
            _told(nursery, target, inbox, moments.uniform(0, seconds / 2))
        assert _told(nursery, target, inbox, 60).startswith("done")
        assert nursery.stdin is not None
        nursery.stdin.close()
    assert export(target) == export(tmp_path / "alone.duckdb")
