"""The snapshot: figures made by hand, one id for one content, and a pointer that is whole."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import polars as pl
import pytest
import telemetry_world as world
from replay_world import OUTCOMES

from compressors.book import publication_id
from compressors.errors import ConfigurationError
from compressors.events import Event
from compressors.home import Home
from compressors.pepper import PUBLIC_PEPPER
from pipelines.evidence import net_savings_interval
from pipelines.ingest import ingest
from pipelines.replayed import keep_outcomes
from pipelines.rollup import rollup
from pipelines.settings import Settings
from pipelines.snapshot import publish_snapshot, tables
from pipelines.snapshot_schema import CURRENT, TABLES

SETTINGS = Settings()
FILE = b'schema = 1\n\n[publication]\nid = "sha256:x"\ndemonstration = true\n'


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with world.in_memory() as connection:
        yield connection


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home.at(tmp_path / "home").ensure()


def two_passes(count: int = 240) -> list[Event]:
    """Traffic without a publication and again with one, trials beside both."""
    first = world.traffic(count)
    again = [
        world.msgspec.structs.replace(
            event,
            event_id=PUBLIC_PEPPER.event(f"again {event.event_id}"),
            of=PUBLIC_PEPPER.event(f"again {event.of}") if event.of else None,
            publication="b" * 16,
            tokens_after=event.tokens_after // 2 if event.tokens_after else None,
        )
        for event in first
    ]
    trials = [
        world.msgspec.structs.replace(
            event, event_id=PUBLIC_PEPPER.event(f"trial {event.event_id}"), arm="trial",
            of=PUBLIC_PEPPER.event(f"trial {event.of}") if event.of else None,
        )
        for event in first
    ]  # fmt: skip
    return [*first, *again, *trials]


def load(con: duckdb.DuckDBPyConnection, events: list[Event], folder: Path) -> None:
    (folder / "segment.jsonl").write_bytes(world.lines(events))
    ingest(con, [folder / "segment.jsonl"], pepper=PUBLIC_PEPPER)
    rollup(con, date(2026, 1, 1), date(2026, 2, 1))


def test_has_exactly_the_tables_and_types_of_the_schema(
    con: duckdb.DuckDBPyConnection, home: Home, tmp_path: Path
) -> None:
    for filled in (False, True):
        if filled:
            load(con, two_passes(), tmp_path)
            keep_outcomes(con, OUTCOMES)
        made = publish_snapshot(con, home, settings=SETTINGS)
        assert {file.stem for file in made.directory.iterdir()} == set(TABLES)
        for name, columns in TABLES.items():
            frame = pl.read_parquet(made.directory / f"{name}.parquet")
            assert dict(frame.schema) == dict(columns)
            assert frame.height == made.rows[name]
    assert made.rows["savings"] > 0
    assert made.rows["answerability"] > 0


def test_net_savings_are_those_of_the_acting_arms_summed_by_hand(
    con: duckdb.DuckDBPyConnection, home: Home, tmp_path: Path
) -> None:
    events = two_passes()
    load(con, events, tmp_path)
    net = tables(con, home, settings=SETTINGS)["net"]
    for publication in (None, "b" * 16):
        acting = [e for e in events if e.arm != "trial" and e.publication == publication]
        started: dict[str, str] = {}
        sums: dict[str, list[int]] = {}
        for e in acting:
            assert e.conversation is not None
            started[e.conversation] = min(e.ts, started.get(e.conversation, e.ts))
            row = sums.setdefault(e.conversation, [0, 0, 0])
            row[0] += e.tokens_before or 0
            row[1] += e.tokens_after or 0
            row[2] += e.tokens_returned or 0
        order = sorted(sums, key=lambda c: (started[c], c))
        interval = net_savings_interval(
            [sums[c][0] - sums[c][1] - sums[c][2] for c in order],
            [sums[c][0] for c in order],
            clip_tokens=SETTINGS.clip_tokens,
            alpha=SETTINGS.alpha,
        )
        [shown] = net.filter(
            (pl.col("scope") == "all") & (pl.col("publication") == (publication or ""))
        ).to_dicts()
        before, after, returned = (sum(row[i] for row in sums.values()) for i in range(3))
        assert shown == {
            "publication": publication or "",
            "scope": "all",
            "key": "all",
            "conversations": len(order),
            "tokens_before": before,
            "tokens_after": after,
            "tokens_returned": returned,
            "net": round((before - after - returned) / before, 4),
            "low": interval.low,
            "high": interval.high,
            "level": 0.95,
        }
        assert interval.low <= shown["net"] <= interval.high


@pytest.mark.parametrize("scope", ["kind", "slice", "profile"])
def test_every_scope_sums_to_the_whole(
    con: duckdb.DuckDBPyConnection, home: Home, tmp_path: Path, scope: str
) -> None:
    load(con, two_passes(), tmp_path)
    net = tables(con, home, settings=SETTINGS)["net"]
    sums = ("tokens_before", "tokens_after", "tokens_returned")
    parts = net.filter(pl.col("scope") == scope).group_by("publication").agg(pl.col(sums).sum())
    whole = net.filter(pl.col("scope") == "all").select("publication", *sums)
    assert parts.sort("publication").equals(whole.sort("publication"))
    keys = net.filter(pl.col("scope") == scope)["key"].unique().sort().to_list()
    if scope == "slice":
        assert (
            keys[0]
            == f"payg/other/{min(PUBLIC_PEPPER.structure(f'structure {n}') for n in range(3))}"
        )


def test_events_without_a_conversation_are_in_totals_and_in_no_interval(
    con: duckdb.DuckDBPyConnection, home: Home, tmp_path: Path
) -> None:
    unknown = [world.compression(n, conversation=None, nth=None) for n in range(5)]
    load(con, unknown, tmp_path)
    shown = tables(con, home, settings=SETTINGS)["net"].row(0, named=True)
    assert shown["tokens_before"] == sum(e.tokens_before or 0 for e in unknown)
    assert (shown["conversations"], shown["low"], shown["high"]) == (0, -1.0, 1.0)


def test_trials_are_shown_apart_in_the_cube(
    con: duckdb.DuckDBPyConnection, home: Home, tmp_path: Path
) -> None:
    load(con, two_passes(), tmp_path)
    cube = tables(con, home, settings=SETTINGS)["savings"]
    by_arm = cube.group_by("arm").agg(pl.col("compressions").sum()).sort("arm")
    assert by_arm.rows() == [("default", 480), ("trial", 240)]


def test_id_is_of_the_content_whatever_the_order_of_events(tmp_path: Path) -> None:
    ids = []
    events = two_passes()
    for seed in (1, 2):
        random.Random(seed).shuffle(events)
        place = tmp_path / str(seed)
        place.mkdir()
        with world.in_memory() as con:
            con.execute(f"set threads = {seed}")
            load(con, events, place)
            ids.append(publish_snapshot(con, Home(place).ensure(), settings=SETTINGS).id)
            con.execute("update rollup set tokens_after = 1")
            ids.append(publish_snapshot(con, Home(place), settings=SETTINGS).id)
    assert ids[0] == ids[2] != ids[1] == ids[3]


def test_pointer_names_the_newest_and_the_one_before_is_kept(
    con: duckdb.DuckDBPyConnection, home: Home
) -> None:
    made = []
    for number in range(4):
        con.execute(
            f"insert into segments values "
            f"('d{number}', 'n', 'p', 'engine', null, 1, 1, 0, 0, 0, false, false)"
        )
        made.append(publish_snapshot(con, home, settings=SETTINGS))
    again = publish_snapshot(con, home, settings=SETTINGS)
    assert again == made[-1]
    assert (home.snapshots / CURRENT).read_text() == f"{made[-1].id}\n"
    kept = {entry.name for entry in home.snapshots.iterdir()}
    assert kept == {CURRENT, made[-1].id, made[-2].id}
    assert pl.read_parquet(made[-1].directory / "ingest.parquet")["segments"].to_list() == [4]


def test_what_a_killed_writer_left_is_replaced(con: duckdb.DuckDBPyConnection, home: Home) -> None:
    made = publish_snapshot(con, home, settings=SETTINGS)
    left = home.snapshots / f".{made.id}.part"
    made.directory.rename(left)
    (left / "net.parquet").write_bytes(b"cut")
    (home.snapshots / CURRENT).unlink()
    again = publish_snapshot(con, home, settings=SETTINGS)
    assert again.id == made.id
    assert pl.read_parquet(again.directory / "net.parquet").height == 0


def test_place_that_cannot_be_written_to_leaves_the_earlier_snapshot(
    con: duckdb.DuckDBPyConnection, home: Home
) -> None:
    home.snapshots.write_text("in the way")
    with pytest.raises(ConfigurationError, match="snapshots cannot be written to"):
        publish_snapshot(con, home, settings=SETTINGS)


def test_publication_in_place_is_the_current_one(
    con: duckdb.DuckDBPyConnection, home: Home
) -> None:
    current = publication_id(FILE)
    for identifier, content in ((current, FILE.decode()), ("sha256:old", "[publication]\n")):
        con.execute(
            "insert into publications values (?, null, 'recorded', ?)", [identifier, content]
        )
        con.execute(
            "insert into decisions values (?, 'payg', 'other', 'h', 'log', 'log.lossless', "
            "'log.lossless', false, 'no_evidence', 'why', 0, 0, null, null, null, null, null)",
            [identifier],
        )
    before = tables(con, home, settings=SETTINGS)
    assert before["decisions"].is_empty()
    home.recommendations.write_bytes(FILE)
    after = tables(con, home, settings=SETTINGS)
    assert after["decisions"]["publication"].to_list() == [current]
    shown = after["publications"].select("id", "demonstration", "current").sort("id").rows()
    assert shown == sorted([(current, True, True), ("sha256:old", False, False)])
