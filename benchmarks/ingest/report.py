"""The table: medians of the rounds, each beside its goal."""

from __future__ import annotations

import statistics
from collections import defaultdict

from benchmarks.ingest.measured import Figures


class Runs:
    """What was measured, by name, a list of rounds each; and sizes of files in bytes."""

    def __init__(self, *, events: int, a_day: int, large: int) -> None:
        self.events, self.a_day, self.large = events, a_day, large
        self.sizes: dict[str, int] = {}
        self._rounds: dict[str, list[Figures]] = defaultdict(list)

    def add(self, name: str, figures: Figures) -> None:
        """One more round."""
        self._rounds[name].append(figures)

    def has(self, name: str) -> bool:
        """Whether it was measured."""
        return name in self._rounds

    def median(self, name: str, figure: str = "s") -> float:
        """Of all rounds."""
        return statistics.median(figures[figure] for figures in self._rounds[name])

    def names(self, beginning: str) -> list[str]:
        """Those that begin so, in the order in which they were first measured."""
        return [name for name in self._rounds if name.startswith(beginning)]

    def ratio(self, one: str, other: str, figure: str = "s") -> float:
        """The median over rounds of the ratio within a round."""
        pairs = zip(self._rounds[one], self._rounds[other], strict=True)
        return statistics.median(a[figure] / b[figure] for a, b in pairs)


def text(runs: Runs, *, command: str) -> str:
    """The table as Markdown."""
    lines = [
        f"    python -m benchmarks.ingest {command}".rstrip(),
        "",
        "| what | figure | goal |",
        "| --- | ---: | ---: |",
        *(f"| {' | '.join(row)} |" for row in _rows(runs)),
    ]
    return "\n".join(lines) + "\n"


def _rows(runs: Runs) -> list[tuple[str, str, str]]:
    rows = []
    for name in ("parquet", "jsonl"):
        if runs.has(f"ours {name}"):
            own, bare = f"ours {name}", f"bare {name}"
            rows += [
                (
                    f"{runs.events:,} events from {name}, beside a bare DuckDB",
                    f"{runs.ratio(own, bare):.2f} times ({runs.median(own):.1f} s, "
                    f"{runs.median(bare):.1f} s)",
                    "2.5 times",
                ),
                (
                    "the same, seconds of the CPU",
                    f"{runs.ratio(own, bare, 'cpu_s'):.2f} times",
                    "",
                ),
                ("its peak of memory", f"{runs.median(own, 'gb'):.2f} GB", "2 GB"),
                (f"bytes an event, {name}", f"{runs.sizes[name] / runs.events:.0f}", ""),
            ]
    if "warehouse" in runs.sizes:
        rows.append(
            ("bytes an event, warehouse", f"{runs.sizes['warehouse'] / runs.events:.0f}", "")
        )
    after = {name: runs.median(name) for name in runs.names("after ")}
    rows += [
        (f"a day of {runs.a_day:,} events {name} days of history", f"{seconds:.2f} s", "")
        for name, seconds in after.items()
    ]
    if after:
        spread = max(after.values()) / min(after.values())
        rows.append(
            ("the slowest of these beside the quickest", f"{spread:.2f} times", "1.3 times")
        )
    if runs.has("large ingest"):
        rows += [
            (f"ingest of {runs.large:,} events from Parquet",
             f"{runs.median('large ingest'):.0f} s", ""),
            ("its peak of memory", f"{runs.median('large ingest', 'gb'):.2f} GB", "2 GB"),
            (f"rollup of {runs.large:,} events", f"{runs.median('large rollup'):.1f} s", "20 s"),
            ("its peak of memory", f"{runs.median('large rollup', 'gb'):.2f} GB", "2 GB"),
        ]  # fmt: skip
    if runs.has("choice"):
        slices = runs.median("choice", "slices")
        rows.append((f"choice over {slices:,.0f} slices", f"{runs.median('choice'):.1f} s", "10 s"))
    if runs.has("engine"):
        cost = runs.median("engine", "us_an_event")
        rows.append(("an event, made, checked and written", f"{cost:.1f} µs", "20 µs"))
    return rows
