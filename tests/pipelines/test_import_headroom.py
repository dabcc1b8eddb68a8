"""Headroom's own two files: taken in once, re-keyed, with nothing personal and nothing invented."""

from __future__ import annotations

import gzip
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import duckdb
import pytest
import telemetry_world as world

from compressors.book import BUILT_IN
from compressors.engine import Engine, Loaded
from compressors.handles import MemoryHandles
from compressors.pepper import PUBLIC_PEPPER, new_pepper
from pipelines.choice import gather
from pipelines.ingest import IngestReport, ingest
from pipelines.ingest.audit import conservation, privacy
from pipelines.rollup import rollup
from pipelines.settings import Settings

ROOT = Path(__file__).parents[2]
PIPELINES = ROOT / "pipelines"
WRITTEN = ROOT / "tests" / "data" / "headroom"
TRAFFIC = ROOT / "datasets" / "traffic-sample" / "kitchen.jsonl.gz"
TOIN, SAVINGS = "toin.json", "savings_events.jsonl"
DOCUMENT = json.loads((WRITTEN / TOIN).read_text())
PATTERN = next(iter(DOCUMENT["patterns"].values()))


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with world.in_memory() as connection:
        yield connection
        assert conservation(connection).passed
        assert privacy(connection).passed


def take_in(con: duckdb.DuckDBPyConnection, *paths: Path) -> IngestReport:
    return ingest(con, paths, pepper=PUBLIC_PEPPER)


def write(folder: Path, patterns: dict[str, object], **document: object) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / TOIN
    path.write_text(json.dumps({"version": "2.0", "instance_id": "a" * 16} | document
                               | {"patterns": patterns}))  # fmt: skip
    return path


def pattern(**changes: object) -> dict[str, object]:
    return PATTERN | changes


def rows(con: duckdb.DuckDBPyConnection, query: str) -> list[tuple[object, ...]]:
    return con.execute(query).fetchall()


def test_files_that_headroom_wrote_come_in_whole_and_once(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    for folder in ("a", "b"):
        shutil.copytree(WRITTEN, tmp_path / folder)
    first = take_in(con, tmp_path / "a" / TOIN, tmp_path / "a" / SAVINGS)
    lines = (WRITTEN / SAVINGS).read_text().splitlines()
    assert (first.stored, first.quarantined) == (len(DOCUMENT["patterns"]) + len(lines), 0)
    before = [rows(con, f"select * from {t} order by all")
              for t in ("imported_uses", "imported_patterns")]  # fmt: skip
    (tmp_path / "a" / SAVINGS).rename(tmp_path / "a" / "renamed.jsonl")
    again = take_in(con, tmp_path / "a", tmp_path / "b")
    assert (again.stored, again.segments, again.known) == (0, 0, 4)
    assert before == [rows(con, f"select * from {t} order by all")
                      for t in ("imported_uses", "imported_patterns")]  # fmt: skip
    assert rows(con, "select sum(tokens_before), sum(tokens_after) from imported_uses") == [
        (sum(json.loads(line)["before"] for line in lines),
         sum(json.loads(line)["after"] for line in lines))
    ]  # fmt: skip
    assert rows(con, "select count(*) from events") == [(0,)]


def test_what_headroom_does_not_say_is_null_and_no_name_of_a_strategy_carries_a_size(
    con: duckdb.DuckDBPyConnection,
) -> None:
    take_in(con, WRITTEN / TOIN, WRITTEN / SAVINGS)
    assert rows(con, "select distinct auth_mode, model_family from imported_patterns") == [
        (None, None)
    ]
    assert rows(con, "select strategy, count(*) from imported_patterns group by 1 order by 1") == [
        ("log", 16), ("lossless:table", 1),
    ]  # fmt: skip
    families = rows(con, "select distinct model_family from imported_uses order by 1")
    assert families == [("claude-sonnet-4",), (None,)]
    billed = rows(con, "select count(*) from imported_uses where tokens_cache_read is null")
    assert billed == [(4,)]


def test_structure_of_json_is_the_one_that_our_own_engine_reports(
    con: duckdb.DuckDBPyConnection,
) -> None:
    take_in(con, WRITTEN / TOIN)
    ours = set()
    with (
        gzip.open(TRAFFIC, "rt") as lines,
        Engine(pepper=PUBLIC_PEPPER, loaded=Loaded(BUILT_IN), handles=MemoryHandles()) as engine,
    ):
        for _, line in zip(range(6), lines, strict=False):
            for message in json.loads(line)["messages"]:
                if message["role"] == "tool" and message["content"].startswith("["):
                    ours.add(engine.compress(message["content"]).structure_hash)
    theirs = {h for (h,) in rows(con, "select structure_hash from imported_patterns")}
    assert ours
    assert ours <= theirs
    assert not theirs & set(DOCUMENT["patterns"])


def test_nothing_personal_and_no_foreign_digest_is_in_the_warehouse(
    con: duckdb.DuckDBPyConnection,
) -> None:
    take_in(con, WRITTEN / TOIN, WRITTEN / SAVINGS)
    dump = repr([rows(con, f"select * from {t}") for t in
                 ("imported_uses", "imported_patterns", "segments", "quarantine")])  # fmt: skip
    foreign = {"claude-code", "status", "order_id", "global", "proxy", DOCUMENT["instance_id"]}
    for key, value in DOCUMENT["patterns"].items():
        foreign |= {
            key.rpartition("|")[2],
            *value["preserve_fields"],
            *value["seen_instance_hashes"],
        }
        foreign |= {*value["common_query_patterns"]}
    assert not {text for text in foreign if text in dump}


def test_newest_state_of_a_slice_holds_whichever_comes_first(tmp_path: Path) -> None:
    key = "global|payg|claude-sonnet-4|" + "ab" * 12
    old = write(tmp_path / "old", {key: pattern(total_compressions=10, last_updated=1.79e9)})
    new = write(tmp_path / "new", {key: pattern(total_compressions=25, last_updated=1.7901e9)})
    ends = []
    for order in ((old, new), (new, old), (old, new, old)):
        with world.in_memory() as con:
            for path in order:
                take_in(con, path)
            ends.append(rows(con, "select * from imported_patterns"))
            assert rows(con, "select compressions, auth_mode, model_family from "
                             "imported_patterns") == [(25, "payg", "claude-sonnet-4")]  # fmt: skip
    assert ends[0] == ends[1] == ends[2]


def test_ledger_that_has_grown_or_was_compacted_brings_only_what_is_new(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    lines = (WRITTEN / SAVINGS).read_bytes().splitlines(keepends=True)
    path = tmp_path / SAVINGS
    path.write_bytes(b"".join(lines[:3]))
    assert take_in(con, path).stored == 3
    path.write_bytes(b"".join(lines))
    grown = take_in(con, path)
    assert (grown.stored, grown.duplicates) == (3, 3)
    path.write_bytes(b"".join(lines[4:] + lines[4:5]))
    compacted = take_in(con, path)
    # Two lines that are alike to the microsecond were two requests.
    assert (compacted.stored, compacted.duplicates) == (1, 2)


@pytest.mark.parametrize(
    ("key", "auth", "family"),
    [
        ("t|subscription|gpt-5|" + "a" * 24, "subscription", "gpt-5"),
        ("oauth|gemini-2.5|" + "a" * 24, "oauth", "gemini-2.5"),
        ("a" * 24, None, None),
        ("global|free|vendor-of-tomorrow|" + "a" * 24, None, None),
    ],
)
def test_keys_of_all_ages(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, key: str, auth: str | None, family: str | None
) -> None:
    assert take_in(con, write(tmp_path / "x", {key: pattern()})).stored == 1
    assert rows(con, "select auth_mode, model_family, structure_hash from imported_patterns") == [
        (auth, family, PUBLIC_PEPPER.structure("a" * 24))
    ]


@pytest.mark.parametrize(
    ("key", "changes", "field", "reason"),
    [
        ("global|x|y|not hex", {}, "structure_hash", "expected hex digits"),
        ("a" * 24, {"last_updated": "soon"}, "ts", "expected the time"),
        ("a" * 24, {"last_updated": float(1 << 60)}, "ts", "expected the time"),
        ("a" * 24, {"total_compressions": -1}, "(row)", "has no count of compressions"),
    ],
)
def test_bad_pattern_is_set_apart(
    con: duckdb.DuckDBPyConnection,
    tmp_path: Path,
    key: str,
    changes: dict[str, object],
    field: str,
    reason: str,
) -> None:
    path = write(tmp_path / "x", {"b" * 24: pattern(), key: pattern(**changes)})
    report = take_in(con, path)
    [bad] = report.by_reason
    assert (report.stored, bad.line, bad.field) == (1, 2, field)
    assert bad.reason.startswith(reason)


@pytest.mark.parametrize(
    ("line", "field"),
    [
        (b'{"v":2,"ts":"2026-11-21T19:08:21+00:00","before":-3,"after":2}', "tokens_before"),
        (b'{"v":2,"ts":"2026-11-21T19:08:21+00:00","before":3,"after":"x"}', "tokens_after"),
        (b'{"v":2,"ts":"later","before":3,"after":2}', "ts"),
        (b'{"v":2,"ts":"2026-11-21T19:0', "(row)"),
        (b"[]", "(row)"),
    ],
)
def test_bad_line_of_a_ledger_is_set_apart(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, line: bytes, field: str
) -> None:
    path = tmp_path / SAVINGS
    path.write_bytes((WRITTEN / SAVINGS).read_bytes() + line + b"\n")
    report = take_in(con, path)
    assert (report.stored, [(bad.line, bad.field) for bad in report.by_reason]) == (6, [(7, field)])


def test_growth_stays_negative_savings_and_times_of_other_zones_are_utc(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    path = tmp_path / SAVINGS
    path.write_text('{"v":1,"ts":"2026-11-21T01:30:00.5+02:00","before":10,"after":15}\n')
    take_in(con, path)
    assert rows(
        con, "select ts, day::varchar, tokens_before - tokens_after from imported_uses"
    ) == [(datetime(2026, 11, 20, 23, 30, 0, 500_000), "2026-11-20", -5)]


def test_version_of_tomorrow_is_refused_as_a_whole_and_costs_the_others_nothing(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    write(tmp_path / "x", {"a" * 24: pattern()}, version="3.0")
    shutil.copy(WRITTEN / SAVINGS, tmp_path / "x")
    report = take_in(con, tmp_path / "x")
    assert report.stored == 6
    [refusal] = report.refused
    assert "has a version that is not known here; expected 2.0" in refusal


def test_history_is_no_evidence_and_in_no_total(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    (tmp_path / "own.jsonl").write_bytes(world.lines(world.traffic(200)))
    take_in(con, tmp_path / "own.jsonl")
    rollup(con, date(2026, 1, 1), date(2026, 12, 31))

    def seen() -> object:
        evidence = gather(con, certificates=[], settings=Settings(), engine="0" * 64)
        shown = con.sql((PIPELINES / "snapshot_conversations.sql").read_text()).pl().rows()
        return evidence, shown

    before = seen()
    assert before[0].recorded  # type: ignore[index]
    take_in(con, WRITTEN / TOIN, WRITTEN / SAVINGS)
    told = [
        world.compression(n, origin="imported", conversation=PUBLIC_PEPPER.key(f"theirs {n}"))
        for n in range(5000, 5100)
    ]
    (tmp_path / "theirs.jsonl").write_bytes(world.lines(told))
    assert take_in(con, tmp_path / "theirs.jsonl").stored == 100
    rollup(con, date(2026, 1, 1), date(2026, 12, 31))
    assert seen() == before


def test_imports_are_keyed_with_the_pepper_of_the_home(tmp_path: Path) -> None:
    seen = []
    for pepper in (PUBLIC_PEPPER, new_pepper()):
        with world.in_memory() as con:
            ingest(con, [WRITTEN / TOIN], pepper=pepper)
            seen.append({h for (h,) in rows(con, "select structure_hash from imported_patterns")})
    assert not seen[0] & seen[1]


def _python_with_headroom() -> str | None:
    given = os.environ.get("TOIN_PEER", "")
    for place in (given, str(ROOT / ".venv-peer" / "bin" / "python")):
        if place and Path(place).exists():
            return place
    return sys.executable if importlib.util.find_spec("headroom") else None


@pytest.mark.slow
def test_files_that_headroom_writes_now(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    python = _python_with_headroom()
    if python is None:
        pytest.skip("headroom-ai is not installed: `make bench`, or TOIN_PEER=its python")
    script = Path(__file__).with_name("write_with_headroom.py")
    subprocess.run(
        [python, str(script), str(TRAFFIC), str(tmp_path / "out"), "4"],
        check=True,
        capture_output=True,
        env={**os.environ, "HOME": str(tmp_path)},
    )
    report = take_in(con, tmp_path / "out" / TOIN, tmp_path / "out" / SAVINGS)
    document = json.loads((tmp_path / "out" / TOIN).read_text())
    assert (report.quarantined, report.refused) == (0, ())
    assert report.stored == len(document["patterns"]) + 4
    [(compressions, retrievals)] = rows(
        con, "select sum(compressions), sum(retrievals) from imported_patterns"
    )
    told = document["patterns"].values()
    assert compressions == sum(p["total_compressions"] for p in told) > 0
    assert retrievals == sum(p["total_retrievals"] for p in told) > 0
