"""Files in, report out: every closed segment once, in an order that does not matter."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from compressors.errors import InputRefused
from compressors.pepper import Pepper
from pipelines.ingest.ahead import ahead
from pipelines.ingest.blocks import read_blocks
from pipelines.ingest.erasures import Erasures, read_erasures
from pipelines.ingest.find import Source, find_segments
from pipelines.ingest.imported import History
from pipelines.ingest.remote import fetch, look
from pipelines.ingest.report import MOST_NAMED, BadRow, IngestReport, total
from pipelines.ingest.sources import ENGINE, histories, recognise
from pipelines.ingest.store import Taken, identify, is_complete, is_unchanged, store
from pipelines.ingest.validate import Sifted, sift
from pipelines.warehouse import refuse_other_peppers

if TYPE_CHECKING:
    import duckdb

Progress = Callable[[str, int, int], None]


class _Local(NamedTuple):
    """A file at hand; ``address`` and ``stamp`` say where it was fetched from, if it was."""

    path: Path
    address: str = ""
    stamp: str = ""

    @property
    def shown(self) -> str:
        return self.address or str(self.path)


def ingest(
    con: duckdb.DuckDBPyConnection,
    sources: Sequence[Source],
    *,
    pepper: Pepper,
    progress: Progress | None = None,
) -> IngestReport:
    """Take in the closed segments and other tools' histories that ``sources`` name or hold.

    Each file is one transaction: whoever is interrupted has taken in whole files, and the
    next call the rest. Events keyed with another pepper are refused row by row. A file that
    cannot be read, or of which no row is any good, is among the report's refusals and costs
    the others nothing. ``progress`` is told ("ingest", files done, files in all).

    Raises:
        InputRefused: a path that is no segment and no folder of some; nothing has been read.
        ConfigurationError: the warehouse holds events of another pepper, or the part that reads
            an address is not installed.
    """
    refuse_other_peppers(con, pepper.id)
    files = find_segments(sources)
    erasures = read_erasures(con, pepper=pepper)
    tell = progress or _silent
    reports = []
    tell("ingest", 0, len(files))
    for done, file in enumerate(files, start=1):
        try:
            reports.append(_ingest_one(con, file, pepper=pepper, erasures=erasures))
        except OSError as error:
            reports.append(IngestReport(refused=(_unreadable(file, error),)))
        except InputRefused as error:
            reports.append(IngestReport(refused=(str(error),)))
        tell("ingest", done, len(files))
    return total(reports)


def _silent(_step: str, _done: int, _all: int) -> None:
    return


def _unreadable(file: Source, error: OSError) -> str:
    return f"{file} cannot be read ({error.strerror}); mend that and ingest it again"


def _ingest_one(
    con: duckdb.DuckDBPyConnection, file: Source, *, pepper: Pepper, erasures: Erasures
) -> IngestReport:
    if isinstance(file, Path):
        return _take_in(con, _Local(file), pepper=pepper, erasures=erasures)
    found = look(file)
    if found.stamp and is_unchanged(con, found.address, found.stamp, pepper=pepper):
        return IngestReport(known=1)
    with _fetched(file) as path:
        local = _Local(path, found.address, found.stamp)
        return _take_in(con, local, pepper=pepper, erasures=erasures)


@contextmanager
def _fetched(address: str) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="toin-") as folder:
        path = Path(folder, address.rpartition("/")[2])
        fetch(address, path)
        yield path


def _take_in(
    con: duckdb.DuckDBPyConnection, file: _Local, *, pepper: Pepper, erasures: Erasures
) -> IngestReport:
    source = recognise(file.path, name=file.shown)
    segment = identify(
        file.path, pepper=pepper, source=source, address=file.address, stamp=file.stamp
    )
    if is_complete(con, segment):
        return IngestReport(known=1)
    named: list[BadRow] = []
    batches: Iterable[Sifted | History]
    if source == ENGINE:
        batches = ahead(sift(read_blocks(file.path), pepper=pepper, erasures=erasures))
    else:
        place = file.address or str(file.path.resolve())
        batches = histories(file.path, source=source, pepper=pepper, place=place, erasures=erasures)
    taken = store(con, segment, _naming(batches, file=file.shown, into=named))
    return IngestReport(
        segments=1,
        rows=taken.rows,
        stored=taken.stored,
        duplicates=taken.duplicates,
        quarantined=taken.quarantined,
        erased=taken.erased,
        by_reason=tuple(named),
        days=tuple(sorted(taken.days)),
        refused=_without_events(file.shown, taken),
    )


def _without_events(file: str, taken: Taken) -> tuple[str, ...]:
    if not taken.rows or taken.rows > taken.quarantined:
        return ()
    return (
        f"{file}: none of its {taken.rows} rows is an event; mend what the quarantine names and "
        "ingest it again",
    )


def _naming(
    batches: Iterable[Sifted | History], *, file: str, into: list[BadRow]
) -> Iterator[Sifted | History]:
    """The batches as they are; their refused rows are noted by name on the way."""
    for batch in batches:
        into.extend(
            BadRow(file, row.line, row.shown, row.reason)
            for row in batch.refused[: MOST_NAMED - len(into)]
        )
        yield batch
