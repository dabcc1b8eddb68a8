"""``python -m benchmarks.ingest``: ingest beside a bare DuckDB, growing history, rollup, choice.

Every measurement is a new process; what is compared runs in turn, round by round, and the table
has the medians. Sizes are arguments; a run with the sizes of the goals takes an hour and 40 GB.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.ingest import made, report
from benchmarks.ingest.measured import Figures


def main() -> None:
    """Measure, then print the table as Markdown."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ingest", description=__doc__)
    parser.add_argument("--events", type=int, default=5_000_000, help="beside the bare DuckDB")
    parser.add_argument("--days", type=int, nargs="+", default=[1, 30, 365], help="of history")
    parser.add_argument("--a-day", type=int, default=50_000, help="events of a day of history")
    parser.add_argument("--large", type=int, default=50_000_000, help="rolled up; 0: not at all")
    parser.add_argument("--slices", type=int, default=100_000, help="of the choice")
    parser.add_argument("--written", type=int, default=100_000, help="events an engine writes")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path, help="where there is room; else the temporary one")
    parser.add_argument("--out", type=Path, help="where the table goes; else stdout")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.folder, prefix="ingest-") as folder:
        text = report.text(_measured(given, Path(folder)), command=_repeatable(given))
    if given.out:
        given.out.write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)


def _repeatable(given: argparse.Namespace) -> str:
    """The arguments that decide what is measured, for the table to name."""
    days = " ".join(map(str, given.days))
    return (
        f"--events {given.events} --days {days} --a-day {given.a_day} --large {given.large} "
        f"--slices {given.slices} --written {given.written} --rounds {given.rounds}"
    )


def _measured(given: argparse.Namespace, folder: Path) -> report.Runs:
    runs = report.Runs(events=given.events, a_day=given.a_day, large=given.large)
    if given.events:
        _beside_duckdb(runs, given, folder)
    _growing(runs, given, folder)
    if given.large:
        _large(runs, given, folder)
    for _ in range(given.rounds):
        _say("choice and engine")
        runs.add("choice", _run("chosen", _fresh(folder), given.slices))
        runs.add("engine", _run("written", folder / "segments", given.written))
    return runs


def _beside_duckdb(runs: report.Runs, given: argparse.Namespace, folder: Path) -> None:
    query = made.events(0, given.events)
    for name, write in (("parquet", made.write_parquet), ("jsonl", made.write_lines)):
        segment = write(query, folder / f"events.{name}")
        runs.sizes[name] = segment.stat().st_size
        for number in range(given.rounds):
            _say(f"{name}, round {number + 1} of {given.rounds}")
            runs.add(f"bare {name}", _run("bare", segment, _fresh(folder)))
            runs.add(f"ours {name}", _run("ours", segment, _fresh(folder)))
        runs.sizes["warehouse"] = (folder / "fresh.duckdb").stat().st_size
        segment.unlink()


def _growing(runs: report.Runs, given: argparse.Namespace, folder: Path) -> None:
    for days in given.days:
        _say(f"history of {days} days")
        _run("history", folder / f"{days}.duckdb", days, given.a_day)
    for number in range(given.rounds):
        for days in given.days:
            _say(f"a day after {days}, round {number + 1} of {given.rounds}")
            query = made.day(days + number, given.a_day)
            segment = made.write_parquet(query, folder / "day.parquet")
            runs.add(f"after {days}", _run("day", segment, folder / f"{days}.duckdb"))
    for days in given.days:
        (folder / f"{days}.duckdb").unlink()


def _large(runs: report.Runs, given: argparse.Namespace, folder: Path) -> None:
    segments = folder / "large"
    segments.mkdir()
    part = min(given.large, 5_000_000)
    for number, first in enumerate(range(0, given.large, part)):
        last = min(first + part, given.large)
        made.write_parquet(made.events(first, last), segments / f"{number:03d}.parquet")
    _say(f"{given.large} events")
    database = _fresh(folder)
    runs.add("large ingest", _run("ours", segments, database))
    shutil.rmtree(segments)
    for _ in range(given.rounds):
        runs.add("large rollup", _run("rolled_up", database))


def _fresh(folder: Path) -> Path:
    for file in folder.glob("fresh.duckdb*"):
        file.unlink() if file.is_file() else shutil.rmtree(file)
    return folder / "fresh.duckdb"


def _run(*arguments: object) -> Figures:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.ingest.measured", *map(str, arguments)],
        check=True,
        stdout=subprocess.PIPE,
    )
    figures: Figures = json.loads(done.stdout)
    _say(f"  {arguments[0]}: {figures['s']:.1f} s, {figures['gb']:.2f} GB")
    return figures


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
