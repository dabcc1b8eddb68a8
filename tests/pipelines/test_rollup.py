"""The rollup against the same sums made by hand, and what must not change it."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
import telemetry_world as world

from compressors.errors import InputRefused
from compressors.events import Event
from compressors.pepper import PUBLIC_PEPPER
from pipelines.ingest import ingest
from pipelines.rollup import KEYS, SUMS, affected, rollup, span
from pipelines.warehouse import Warehouse

B = 4
FIRST, LAST = date(2026, 1, 5), date(2026, 1, 9)
Row = tuple[object, ...]


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with world.in_memory() as connection:
        yield connection


def mixed(seed: int = 3) -> list[Event]:
    """Five days of traffic with trials, several regrets of one compression, and gaps."""
    events: list[Event] = []
    for event in world.traffic(900, seed=seed):
        number = len(events)
        late = datetime.fromisoformat(event.ts) + timedelta(minutes=5 * number % 4000)
        drawn: dict[str, object] = {"ts": world.rfc3339(late)}
        if number % 3 == 0:
            drawn |= {"arm": "trial"}
        if number % 5 == 0:
            drawn |= {"conversation": None, "nth": None}
        if number % 7 == 0:
            drawn |= {"experiment": "e" * 16, "unit": "0" * 16, "share": 50, "arm": "canary"}
        if event.event == "compression" and number % 11 == 0:
            drawn |= {"fault": "store_full", "publication": "b" * 16, "nth": 9, "tool": None}
        event = world.msgspec.structs.replace(event, **drawn)
        events.append(event)
        if event.event == "compression" and number % 6 == 0:
            events += [world.regret(event, after=timedelta(hours=hours)) for hours in (30, 3, 3.5)]
            events[-1] = world.msgspec.structs.replace(events[-1], event="reread", mode=None,
                                                       fields=None, positions=None)  # fmt: skip
    return events


def load(
    con: duckdb.DuckDBPyConnection, events: Sequence[Event], folder: Path, name: str = "segment"
) -> tuple[date, ...]:
    path = folder / f"{name}.jsonl"
    path.write_bytes(world.lines(events))
    report = ingest(con, [path], pepper=PUBLIC_PEPPER)
    assert report.quarantined == 0, report.by_reason[:1]
    return report.days


def rows(con: duckdb.DuckDBPyConnection) -> list[Row]:
    order = ", ".join((*KEYS, "started", *SUMS))
    return con.execute(f"select {order} from rollup order by all").fetchall()


def by_hand(events: Iterable[Event]) -> list[Row]:
    """The rollup, event by event."""
    groups: dict[Row, dict[str, int]] = defaultdict(lambda: dict.fromkeys(SUMS, 0))
    started: dict[Row, datetime] = {}
    seen: set[str] = set()
    for event in sorted(events, key=lambda e: (e.ts, e.event_id)):
        time = datetime.fromisoformat(event.ts).replace(tzinfo=None)
        key: Row = (
            time.date(), event.auth_mode, event.model_family, event.structure_hash, event.kind,
            event.profile, event.profile_id, event.arm, event.experiment or "", event.unit or "",
            -1 if event.share is None else event.share, event.engine, event.publication or "",
            event.origin, event.instance,
            event.tool or "",
            event.conversation or "",
        )  # fmt: skip
        row = groups[key]
        started.setdefault(key, time)
        counts = event.nth is not None and event.nth < B
        if event.event == "compression":
            assert event.tokens_before is not None
            assert event.tokens_after is not None
            assert event.latency_us is not None
            row["compressions"] += 1
            row["counted"] += counts
            row["tokens_before"] += event.tokens_before
            row["tokens_after"] += event.tokens_after
            row["lossy"] += bool(event.lossy)
            row["faults"] += event.fault is not None
            row["latency_us"] += event.latency_us
        else:
            assert event.of is not None
            assert event.tokens_returned is not None
            row["retrievals"] += event.event == "retrieval"
            row["rereads"] += event.event == "reread"
            row["tokens_returned"] += event.tokens_returned
            row["regrets"] += event.of not in seen
            row["regrets_counted"] += event.of not in seen and counts
            seen.add(event.of)
    return sorted((*key, started[key], *sums.values()) for key, sums in groups.items())


def test_is_what_one_sums_by_hand(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    events = mixed()
    load(con, events, tmp_path)
    count = rollup(con, FIRST, LAST, per_conversation=B)
    assert rows(con) == by_hand(events)
    assert count == len(rows(con))
    kept = con.execute(
        "select sum(regrets), sum(regrets_counted), sum(rereads), sum(counted) from rollup"
    ).fetchall()
    assert all(value > 0 for value in kept[0]), "the case exercises what it is about"


def test_day_by_day_in_any_order_is_the_same_as_all_at_once(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    events = mixed()
    load(con, events, tmp_path)
    days = [FIRST + timedelta(days=n) for n in range(5)]
    random.Random(1).shuffle(days)
    for day in [*days, *days]:
        rollup(con, day, day, per_conversation=B)
    assert rows(con) == by_hand(events)


def test_usage_is_not_compression_and_does_not_disturb(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    of = world.compression(0)
    usage = Event(
        schema=1, event_id="9" * 32, event="usage", origin="live", ts=of.ts,
        instance=of.instance, pepper_id=of.pepper_id, engine=of.engine, publication=None,
        fingerprint=of.fingerprint, auth_mode="payg", model_family="other",
        tokens_input=1, tokens_cache_read=2, tokens_cache_write=3, tokens_output=4,
    )  # fmt: skip
    load(con, [usage, of], tmp_path)
    assert rollup(con, FIRST, LAST) == 1


def test_regret_is_counted_once_across_days_and_its_tokens_every_time(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    of = world.compression(2, nth=0)
    assert of.tokens_before is not None
    load(con, [of, *(world.regret(of, after=timedelta(days=n)) for n in (1, 2, 0))], tmp_path)
    for day in range(8, 4, -1):
        rollup(con, date(2026, 1, day), date(2026, 1, day))
    found = con.execute(
        "select day, regrets, regrets_counted, retrievals, tokens_returned from rollup "
        "where retrievals > 0 order by day"
    ).fetchall()
    assert found == [
        (date(2026, 1, 5), 1, 1, 1, of.tokens_before),
        (date(2026, 1, 6), 0, 0, 1, of.tokens_before),
        (date(2026, 1, 7), 0, 0, 1, of.tokens_before),
    ]


def test_earlier_day_stands_when_a_later_one_comes_and_late_events_name_what_changes(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    of = world.compression(2, nth=0)
    days = load(con, [of, world.regret(of, after=timedelta(days=2))], tmp_path, "a")
    assert affected(con, days) == (date(2026, 1, 5), date(2026, 1, 7))
    rollup(con, FIRST, LAST)
    late = load(con, [world.regret(of, after=timedelta(days=1))], tmp_path, "b")
    changed = affected(con, late)
    assert changed == (date(2026, 1, 6), date(2026, 1, 7))
    for day in changed:
        rollup(con, day, day)
    piecewise = rows(con)
    rollup(con, FIRST, LAST)
    assert rows(con) == piecewise
    assert con.execute("select sum(regrets) from rollup").fetchall() == [(1,)]


def test_days_outside_the_range_are_left_alone(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    load(con, mixed(), tmp_path)
    rollup(con, FIRST, LAST)
    con.execute("update rollup set compressions = 77 where day = ?", [LAST])
    rollup(con, FIRST, LAST - timedelta(days=1))
    assert con.execute("select distinct compressions from rollup where day = ?", [LAST]).fetchall() == [(77,)]  # fmt: skip # noqa: E501


def test_threads_and_order_of_events_change_nothing(tmp_path: Path) -> None:
    events = mixed()
    seen = []
    for threads in (1, 2):
        random.Random(threads).shuffle(events)
        with Warehouse(tmp_path / f"{threads}.duckdb", threads=threads).connect() as con:
            load(con, events, tmp_path, str(threads))
            rollup(con, FIRST, LAST)
            seen.append(con.execute("select * from rollup order by all").fetchall())
    assert seen[0] == seen[1]


def test_failure_leaves_the_day_as_it_was(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    load(con, mixed(), tmp_path)
    rollup(con, FIRST, LAST)
    before = rows(con)
    con.execute("update events set tokens_before = 9223372036854775807")
    with pytest.raises(duckdb.Error):
        rollup(con, FIRST, LAST)
    assert rows(con) == before


def test_span_and_empty_range(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    assert span(con) is None
    assert rollup(con, FIRST, LAST) == 0
    load(con, mixed(), tmp_path)
    assert span(con) == (FIRST, LAST)
    with pytest.raises(InputRefused, match="no day lies from"):
        rollup(con, LAST, FIRST)
