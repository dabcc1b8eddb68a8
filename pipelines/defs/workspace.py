"""What every asset is handed: the home with its parts, and who listens to the work."""

import os
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import dagster as dg

from compressors.book import BUILT_IN
from compressors.engine import Engine, Loaded
from compressors.handles import MemoryHandles
from compressors.home import Home
from compressors.pepper import Pepper, load_pepper
from pipelines.event_files import place_of_events
from pipelines.ingest import IngestReport, Source, closed_segments
from pipelines.ingest.audit import Finding
from pipelines.ingest.remote import is_address
from pipelines.overrides import settings_of
from pipelines.settings import Settings
from pipelines.spark import Spark, chosen
from pipelines.spread import PROCESSES
from pipelines.warehouse import Warehouse


class Workspace(dg.ConfigurableResource):  # type: ignore[type-arg]
    """Where one organisation's platform keeps its things, and what it works on.

    Attributes:
        home: Its directory; without one ``TOIN_HOME``, else ``.toin``.
        data: The folder of the public data sets; without one ``TOIN_DATA``, else the bundled
            samples are replayed.
        sources: Segments, folders of segments and addresses in stores of objects; without any
            the home's inbox and segments, as far as they exist.
        threads: How many DuckDB may use; 0 leaves it the machine.
        processes: How many replays run in.
        spend: Whether certificates are spent from the ledger of blocks.
    """

    home: str = ""
    data: str = ""
    sources: list[str] = []  # noqa: RUF012 - a field of pydantic, which copies it
    threads: int = 0
    processes: int = PROCESSES
    spend: bool = False

    @property
    def place(self) -> Home:
        """The home, created if need be."""
        return Home.at(self.home or None).ensure()

    @property
    def datasets(self) -> Path | None:
        """The folder of the public data sets, None for the bundled samples."""
        folder = self.data or os.environ.get("TOIN_DATA", "")
        return Path(folder) if folder else None

    @property
    def warehouse(self) -> Warehouse:
        """The home's warehouse."""
        return Warehouse(self.place.warehouse, threads=self.threads or None)

    @property
    def pepper(self) -> Pepper:
        """What keys the home's hashes; the public pepper where it has none."""
        return load_pepper(self.place.pepper)

    @property
    def settings(self) -> Settings:
        """The home's ``settings.toml``, else the defaults, with its pins."""
        return settings_of(self.place)

    @property
    def events_at(self) -> str:
        """Where events stand as Parquet; empty where they stand in the warehouse."""
        return place_of_events(self.place, self.settings)

    @property
    def spark(self) -> Spark | None:
        """The cluster that rolls up, by ``TOIN_ENGINE``; None where DuckDB does."""
        return chosen(os.environ, place=self.events_at)

    def segments(self) -> list[Source]:
        """What is to be ingested: the sources as given, or the home's own that have any."""
        if self.sources:
            return [source if is_address(source) else Path(source) for source in self.sources]
        own = (self.place.inbox, self.place.segments)
        return [file for folder in own for file in closed_segments(folder)]

    def engine(self) -> Engine:
        """The engine that replays run: this code, this pepper, no advice, nothing kept."""
        return Engine(pepper=self.pepper, loaded=Loaded(BUILT_IN), handles=MemoryHandles())


class Listener:
    """Told what happens while assets work; this one keeps it to itself.

    A resource of its own, so that the command line can pass one that draws bars and keeps
    the report with the names of files, which no store may have.
    """

    def progress(self, step: str, done: int, total: int) -> None:
        """``done`` of ``total`` parts of a step are finished; total 0: not known."""

    def ingested(self, report: IngestReport, days: tuple[date, ...]) -> None:
        """Segments were taken in; ``days`` are those whose rollup changes by that."""

    def checked(self, name: str, finding: Finding) -> None:
        """A check that blocks what follows was made."""

    def published(self, outcome: Mapping[str, str | bool]) -> None:
        """A publication was made or the earlier one stays: ``id``, ``changed`` and ``why``."""
