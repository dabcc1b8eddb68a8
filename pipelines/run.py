"""The main job: traffic, evidence, publication, and the same traffic with the file it made.

The first pass runs on the package's defaults, never on a file that the home or the
environment has: what is learned then does not depend on how often it was learned before,
and the same input gives the same file. Both passes write segments into the home, one
directory a fingerprint, so that running again finds every event known already.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from compressors.book import BUILT_IN, default_recommendations
from compressors.digest import engine_digest
from compressors.engine import Engine, Loaded, load_book
from compressors.errors import ConfigurationError
from compressors.handles import MemoryHandles
from compressors.home import Home
from compressors.pepper import load_pepper
from pipelines.replays.manifests import selected
from pipelines.spread import PROCESSES
from pipelines.traffic.bundled import bundled_traffic
from pipelines.traffic.intake import Intake, take_in
from pipelines.traffic.record import TrafficReport, UsedBy, record

# Dagster, DuckDB, Polars and Ibis take seconds to load: that is done beside the first pass.
if TYPE_CHECKING:
    from pipelines.materialise import Told
    from pipelines.results import RunResult

Progress = Callable[[str, int, int], None]

EVERYTHING = (
    "segments",
    "rollup",
    "outcomes",
    "certificates",
    "choice",
    "publication",
    "snapshot",
)
SHOWN_AGAIN = ("segments", "rollup", "snapshot")


def _silent(_step: str, _done: int, _total: int) -> None:
    return


@dataclass(slots=True)
class _Recorder:
    """Runs the same transcripts through one engine after another."""

    home: Home
    intake: Intake
    auth_mode: str
    model: str
    processes: int
    progress: Progress
    used: UsedBy = field(default_factory=dict)

    def __call__(self, engine: Engine, *, step: str, trials: bool) -> TrafficReport:
        """One pass; its segments go into a directory of the engine's fingerprint."""
        total = len(self.intake.transcripts)
        self.progress(step, 0, total)
        return record(
            engine,
            self.intake.transcripts,
            auth_mode=self.auth_mode,
            model=self.model,
            out=self.home.segments / engine.fingerprint,
            trials=trials,
            on_progress=lambda done: self.progress(step, done, total),
            used=self.used,
            processes=self.processes,
        )


def main_job(
    home: Home,
    *,
    telemetry: Sequence[Path | str] = (),
    traffic: Sequence[Path] = (),
    data: Path | None = None,
    auth_mode: str = "unknown",
    model: str = "",
    threads: int | None = None,
    processes: int = PROCESSES,
    progress: Progress = _silent,
    clock: Callable[[], float] = time.monotonic,
) -> RunResult:
    """Do everything on the given segments and transcripts; on the bundled ones without any.

    Segments are evaluated as they are. Transcripts are recorded on the package's defaults
    with a trial of every rung, evaluated, and recorded once more with the file that came of
    it, without trials. ``auth_mode`` and ``model`` name the slices of given transcripts; an
    empty ``model`` leaves it to what each transcript records. ``processes`` share the traffic
    and the replays; what comes of them does not depend on how many there are. ``progress`` is
    told ``(step, parts done, parts in all)``.

    Raises:
        ConfigurationError: the home cannot be used; it holds events of another pepper; or it
            has a pepper of its own and nothing was given but the bundled demonstration.
        InputRefused: nothing of what was given can be read.
        ToinError: a blocking check failed; the earlier publication stays.
    """
    started = clock()
    bundled = not telemetry and not traffic
    if bundled:
        own = bundled_traffic()
        _refuse_own_pepper(home)
        traffic, auth_mode, model = (own.directory,), own.auth_mode, own.model
    # What cannot be read is refused now, before minutes are spent on what can.
    intake = take_in(traffic) if traffic else Intake(())
    if telemetry:
        from pipelines.ingest import find_segments

        find_segments(telemetry)
    selected(data)
    home.ensure()
    _refuse_other_peppers(home, threads=threads)
    recorder = _Recorder(home, intake, auth_mode, model, processes, progress)

    first = second = None
    sources: list[Path | str] = list(telemetry)
    with unadvised(home) as engine, _platform_made_ready(home, progress):
        if intake.transcripts:
            first = recorder(engine, step="traffic, first pass", trials=True)
            sources += first.segments
        loaded = [engine.book.id or ""] * 2
    from pipelines.ingest import IngestReport
    from pipelines.materialise import materialise
    from pipelines.results import gather

    told = materialise(
        home,
        EVERYTHING,
        data=data,
        sources=sources,
        days=_days(home, first, threads=threads) if first and not telemetry else None,
        threads=threads,
        processes=processes,
        on_progress=progress,
    )
    taken = told.report or IngestReport()
    if first is not None and home.recommendations.exists():
        with Engine.start(home.recommendations, home, handles=MemoryHandles()) as engine:
            second = recorder(engine, step="traffic, second pass", trials=False)
            loaded[1] = engine.book.id or ""
        _show_again(home, second, threads=threads, progress=progress)
    return gather(
        home,
        bundled=bundled,
        public=load_pepper(home.pepper).public,
        first=first,
        second=second,
        loaded=(loaded[0], loaded[1]),
        why=_why(told),
        refused=[*(str(refusal) for refusal in intake.refused), *taken.refused],
        skipped=[str(skipped) for skipped in intake.skipped],
        bad_rows=[str(row) for row in taken.by_reason],
        seconds=clock() - started,
    )


def unadvised(home: Home) -> Engine:
    """An engine on the package's defaults alone, whatever home and environment advise."""
    pepper, defaults = load_pepper(home.pepper), default_recommendations()
    loaded = (
        load_book(None, pepper_id=pepper.id, engine=engine_digest(), defaults=defaults)
        if defaults is not None
        else Loaded(BUILT_IN)
    )
    return Engine(pepper=pepper, loaded=loaded, handles=MemoryHandles())


def _refuse_own_pepper(home: Home) -> None:
    """Demonstration data under a secret pepper would pass for evidence of one's own."""
    if not load_pepper(home.pepper).public:
        raise ConfigurationError(
            f"the home {home.root} has a pepper of its own, and the bundled transcripts are a "
            "demonstration under the public one; give transcripts with --traffic or segments "
            "with --telemetry, or look at the demonstration in another home: "
            "toin run --home .toin-demonstration"
        )


@contextmanager
def _platform_made_ready(home: Home, progress: Progress) -> Iterator[None]:
    """Load the platform's parts while the engine's work is done, mostly in other processes."""

    def make_ready() -> None:
        from pipelines import materialise, results  # noqa: F401 - to have them loaded

        materialise.make_ready(home)

    progress("loading", 0, 1)
    with ThreadPoolExecutor(1) as beside:
        # What goes wrong here goes wrong again where it is needed, and is told there.
        beside.submit(make_ready)
        yield
    progress("loading", 1, 1)


def _refuse_other_peppers(home: Home, *, threads: int | None) -> None:
    """Before minutes are spent: evidence under another pepper fits nothing that is made now."""
    if home.warehouse.exists():
        from pipelines.warehouse import Warehouse, refuse_other_peppers

        with Warehouse(home.warehouse, threads=threads).connect() as con:
            refuse_other_peppers(con, load_pepper(home.pepper).id)


def _days(home: Home, recorded: TrafficReport, *, threads: int | None) -> tuple[date, date] | None:
    """First and last day of what is in the warehouse and what was recorded; None without any."""
    from pipelines.rollup import span
    from pipelines.warehouse import Warehouse

    with Warehouse(home.warehouse, threads=threads).connect() as con:
        days = {*(span(con) or ()), *recorded.days}
    return (min(days), max(days)) if days else None


def _show_again(
    home: Home, second: TrafficReport, *, threads: int | None, progress: Progress
) -> None:
    """Take in the second pass, so that dashboard and totals show it. Nothing is decided."""
    from pipelines.materialise import materialise

    def renamed(step: str, done: int, total: int) -> None:
        progress(f"{step}, again", done, total)

    materialise(
        home,
        SHOWN_AGAIN,
        sources=second.segments,
        days=_days(home, second, threads=threads),
        threads=threads,
        on_progress=renamed,
    )


def _why(told: Told) -> str:
    changed, why = told.publication.get("changed"), told.publication.get("why")
    return "" if changed or not why else str(why)
