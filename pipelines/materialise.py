"""Dagster's assets materialised in this process, quietly, for the command line.

The runs are kept in the home's own Dagster instance, so that `toin dev` shows them.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import dagster as dg

from compressors.errors import ConfigurationError, ToinError
from compressors.files import write_atomically
from compressors.home import Home
from pipelines.definitions import ASSETS, CHECKS
from pipelines.defs.partitions import range_tags
from pipelines.defs.workspace import Listener, Workspace
from pipelines.ingest import IngestReport
from pipelines.ingest.audit import Finding
from pipelines.rollup import span
from pipelines.spread import PROCESSES

BEFORE_ROLLUP = ("segments", "outcomes", "certificates")
"""Assets that nothing of the rollup goes into."""

Progress = Callable[[str, int, int], None]

_INSTANCE = b"""\
# Dagster's instance of this home: run history and event log. Nothing is sent anywhere.
telemetry:
  enabled: false
concurrency:
  pools:
    default_limit: 1
"""
# The same instance for runs of the command line, whose output belongs to the terminal.
_UNCAPTURED = (
    _INSTANCE
    + b"""\
compute_logs:
  module: dagster._core.storage.noop_compute_log_manager
  class: NoOpComputeLogManager
"""
)
_SETTINGS = {"dagster.yaml": _INSTANCE, "command-line.yaml": _UNCAPTURED}
_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@dataclass(slots=True)
class Told(Listener):
    """What the assets of one run said, for the person who asked for it.

    Attributes:
        report: What ingest took in, with the names of files; None where it did not run.
        days: Days whose rollup changes by what was taken in.
        publication: ``id``, ``changed`` and ``why`` of the publication; empty without one.
        failed: The sentences of blocking checks that did not pass.
    """

    on_progress: Progress | None = None
    report: IngestReport | None = None
    days: tuple[date, ...] = ()
    publication: Mapping[str, str | bool] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)

    def progress(self, step: str, done: int, total: int) -> None:
        """Pass it on."""
        if self.on_progress is not None:
            self.on_progress(step, done, total)

    def ingested(self, report: IngestReport, days: tuple[date, ...]) -> None:
        """Keep it."""
        self.report, self.days = report, days

    def checked(self, name: str, finding: Finding) -> None:  # noqa: ARG002
        """Keep the sentence of what did not pass."""
        if not finding.passed:
            self.failed.append(finding.sentence)

    def published(self, outcome: Mapping[str, str | bool]) -> None:
        """Keep it."""
        self.publication = outcome


def prepare_dagster_home(home: Home) -> Path:
    """The home's Dagster directory, with usage reporting off and one writer at a time.

    Raises:
        ConfigurationError: it cannot be written.
    """
    try:
        for name, content in _SETTINGS.items():
            if not (home.dagster / name).exists():
                write_atomically(home.dagster / name, content)
    except OSError as error:
        raise ConfigurationError(
            f"{home.dagster} cannot be written to ({error.strerror}); choose another home with "
            "--home or TOIN_HOME, or mend the permissions"
        ) from error
    return home.dagster


def make_ready(home: Home) -> None:
    """Open the home's Dagster instance once, which in a new home makes its databases.

    Raises:
        ConfigurationError: the home cannot be written to.
    """
    with _instance(home.ensure()):
        return


def materialise(
    home: Home,
    selection: Sequence[str],
    *,
    data: Path | None = None,
    sources: Sequence[Path | str] = (),
    days: tuple[date, date] | None = None,
    threads: int | None = None,
    processes: int = PROCESSES,
    spend: bool = False,
    on_progress: Progress | None = None,
) -> Told:
    """Materialise the assets of ``selection`` with their checks, in one run or two.

    What comes before the rollup is a run of its own where the days are not given: only then
    it is known which have events, and each partition costs Dagster some milliseconds.

    Args:
        home: Whose warehouse and pepper are used.
        selection: Names of assets.
        data: The folder of the public data sets; None for the bundled samples.
        sources: Segments, folders and addresses of segments; without any the home's own.
        days: First and last day to roll up; without them all that have events.
        threads: How many DuckDB may use; None leaves it the machine.
        processes: How many the replays run in.
        spend: Enter the certificates into the ledger of blocks.
        on_progress: Told ``(step, parts done, parts in all)``.

    Raises:
        ToinError: a step or a blocking check failed; the message is its sentence.
        KeyboardInterrupt: it was interrupted; the next run completes.
    """
    told = Told(on_progress)
    workspace = Workspace(
        home=str(home.root.absolute()),
        data=str(data.absolute()) if data else "",
        sources=[str(path) for path in sources],
        threads=threads or 0,
        processes=processes,
        spend=spend,
    )
    first = [name for name in selection if name in BEFORE_ROLLUP]
    rest = [name for name in selection if name not in BEFORE_ROLLUP]
    with _instance(home.ensure()) as instance:
        if days is None and "rollup" in rest:
            if first:
                _run(first, workspace, told, instance=instance, days=None)
            with workspace.warehouse.connect() as con:
                days = span(con)
            first = []
        _run([*first, *rest], workspace, told, instance=instance, days=days)
    return told


def _run(
    selection: Sequence[str],
    workspace: Workspace,
    told: Told,
    *,
    instance: dg.DagsterInstance,
    days: tuple[date, date] | None,
) -> None:
    try:
        dg.materialize(
            [*ASSETS, *CHECKS],
            selection=dg.AssetSelection.assets(*selection),
            instance=instance,
            tags=range_tags(days) if "rollup" in selection else None,
            resources={"workspace": workspace, "listener": told},
            run_config=_QUIET,
        )
    except dg.DagsterError as error:
        if not told.failed:
            raise
        raise ToinError("; ".join(told.failed)) from error
    except dg.DagsterExecutionInterruptedError as error:
        raise KeyboardInterrupt from error


@contextmanager
def _instance(home: Home) -> Iterator[dg.DagsterInstance]:
    """The home's Dagster instance, silent on this process's stderr."""
    logger = logging.getLogger("dagster")
    before = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        place = str(prepare_dagster_home(home).absolute())
        with dg.DagsterInstance.from_config(place, "command-line.yaml") as instance:
            yield instance
    finally:
        logger.setLevel(before)
