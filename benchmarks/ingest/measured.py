"""What is measured, each in a process of its own: ``python -m benchmarks.ingest.measured WHAT …``.

A measurement prints one JSON object: seconds of the clock and of the CPU, the peak of memory in
GB, and what it found.
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.ingest import made
from compressors.book import BUILT_IN
from compressors.engine import Engine, Loaded
from compressors.handles import MemoryHandles
from compressors.pepper import PUBLIC_PEPPER
from compressors.profiles import LADDERS
from compressors.telemetry import LiveStamps, SegmentWriter, compression_event
from pipelines.choice import choose
from pipelines.ingest import ingest
from pipelines.rollup import affected, rollup
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse

THREADS = 2

Figures = dict[str, float]


@contextmanager
def timed(figures: Figures) -> Iterator[None]:
    """Adds to ``figures`` what the block takes."""
    cpu, clock = time.process_time(), time.perf_counter()
    yield
    figures["s"] = time.perf_counter() - clock
    figures["cpu_s"] = time.process_time() - cpu


def bare(segment: str, database: str) -> Figures:
    """DuckDB's own `create table as` of the segment, into a database on disk."""
    figures: Figures = {}
    with timed(figures):
        con = duckdb.connect(database, config={"threads": THREADS})
        con.execute(f"create table events as from '{segment}'")
        con.close()
    return figures


def ours(segment: str, database: str) -> Figures:
    """The segment, or a folder of them, through ingest into a warehouse on disk."""
    figures: Figures = {}
    with timed(figures), Warehouse(Path(database), threads=THREADS).connect() as con:
        report = ingest(con, [Path(segment)], pepper=PUBLIC_PEPPER)
    return figures | {"stored": report.stored, "rows": report.rows}


def day(segment: str, database: str) -> Figures:
    """One more day: ingest, the days it changes, their rollup."""
    figures: Figures = {}
    with timed(figures), Warehouse(Path(database), threads=THREADS).connect() as con:
        report = ingest(con, [Path(segment)], pepper=PUBLIC_PEPPER)
        for changed in affected(con, report.days):
            rollup(con, changed, changed)
    return figures | {"stored": report.stored}


def history(database: str, days: str, count: str) -> Figures:
    """Days of history, as ingest and rollup would have left them."""
    figures: Figures = {}
    whole = Warehouse(Path(database), threads=THREADS)
    with timed(figures), whole.connect() as con, tempfile.TemporaryDirectory() as folder:
        for number in range(int(days)):
            path = made.write_parquet(made.day(number, int(count)), Path(folder, "day.parquet"))
            ingest(con, [path], pepper=PUBLIC_PEPPER)
        rollup(con, made.FIRST_DAY, made.FIRST_DAY + timedelta(days=int(days)))
    return figures


def rolled_up(database: str) -> Figures:
    """The rollup of all events of a warehouse."""
    figures: Figures = {}
    with Warehouse(Path(database), threads=THREADS).connect() as con, timed(figures):
        rows = rollup(con, date(2000, 1, 1), date(2999, 12, 31))
    return figures | {"rows": rows}


def chosen(database: str, slices: str) -> Figures:
    """The choice over many slices: one in fifty with enough for a row, the others with little."""
    figures: Figures = {}
    with Warehouse(Path(database), threads=THREADS).connect() as con:
        [[rows]] = con.execute(_slices(int(slices))).fetchall()
        with timed(figures):
            choice = choose(
                con, certificates=(), settings=Settings(), incumbents=None, engine="e5" * 32
            )
    return figures | {
        "conversations": rows,
        "slices": len(choice.decisions),
        "published": sum(decision.published for decision in choice.decisions),
    }


_SLICES = """
insert into rollup
with sizes as (select s, case when s % 50 = 0 then 80 else 4 end as n from range({slices}) t(s)),
facts as (select s, unnest(range(n)) as c from sizes)
select cast(date '2026-01-05' + cast(c % 20 as integer) as date),
       ['payg', 'oauth'][1 + s % 2], ['gpt-5', 'claude-sonnet-4', 'other'][1 + s % 3],
       md5('structure ' || s)[:24], 'log', '{profile}', '{profile_id}', 'default', '', '', -1,
       '{engine}', '', 'live', md5('instance ' || (s + c) % 40)[:16], '', md5(s || ' ' || c)[:16],
       timestamp '2026-01-05' + to_days(cast(c % 20 as integer)) + to_seconds(c),
       4, 4, 4000 + 700 * (c % 7), 2000 + 100 * (c % 9), 0, 0, 10, 0, 0, 0, 0, 0
from facts
"""


def _slices(slices: int) -> str:
    rung = LADDERS["log"][1]
    return _SLICES.format(
        slices=slices, profile=rung.name, profile_id=rung.id, engine=("e5" * 32)[:16]
    )


def written(folder: str, count: str) -> Figures:
    """What an event costs the engine that reports it: made, checked and written; µs of each."""
    engine = Engine(pepper=PUBLIC_PEPPER, loaded=Loaded(BUILT_IN), handles=MemoryHandles())
    lines = (f"INFO request {n} served in {n % 7} ms" for n in range(200))
    done = engine.compress("\n".join(lines))
    stamps = LiveStamps(PUBLIC_PEPPER.key("instance"))
    conversation = PUBLIC_PEPPER.key("conversation")
    figures: Figures = {}
    with timed(figures), SegmentWriter(Path(folder), name="events") as segment:
        for n in range(int(count)):
            segment.write(
                compression_event(
                    engine, done, stamp=stamps.next(), origin="live",
                    conversation=conversation, tool=None, nth=n,
                )
            )  # fmt: skip
    return figures | {"us_an_event": 1e6 * figures["s"] / int(count)}


MEASUREMENTS: dict[str, Callable[..., Figures]] = {
    work.__name__: work for work in (bare, ours, day, history, rolled_up, chosen, written)
}


def main(name: str, *arguments: str) -> None:
    """Measure one thing and print it."""
    figures: dict[str, Any] = dict(MEASUREMENTS[name](*arguments))
    figures["gb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(json.dumps(figures))


if __name__ == "__main__":
    main(*sys.argv[1:])
