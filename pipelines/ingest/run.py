"""Files in, report out: every closed segment once, in an order that does not matter."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from compressors.pepper import Pepper
from pipelines.ingest.find import find_segments
from pipelines.ingest.report import MOST_NAMED, BadRow, IngestReport, total
from pipelines.ingest.rows import read_rows
from pipelines.ingest.store import Taken, identify, is_complete, store
from pipelines.ingest.validate import Sifted, sift
from pipelines.warehouse import refuse_other_peppers

if TYPE_CHECKING:
    import duckdb

Progress = Callable[[str, int, int], None]


def ingest(
    con: duckdb.DuckDBPyConnection,
    paths: Sequence[Path],
    *,
    pepper: Pepper,
    progress: Progress | None = None,
) -> IngestReport:
    """Take in the closed segments that ``paths`` name or hold.

    Each segment is one transaction: whoever is interrupted has taken in whole segments, and
    the next call the rest. Events keyed with another pepper are refused row by row.
    A segment that cannot be read, or of which no row is an event, is among the report's
    refusals and costs the others nothing. ``progress`` is told ("ingest", segments done,
    segments in all).

    Raises:
        InputRefused: a path that is no segment and no folder of some; nothing has been read.
        ConfigurationError: the warehouse holds events of another pepper.
    """
    refuse_other_peppers(con, pepper.id)
    files = find_segments(paths)
    tell = progress or _silent
    reports = []
    tell("ingest", 0, len(files))
    for done, file in enumerate(files, start=1):
        try:
            reports.append(_ingest_one(con, file, pepper=pepper))
        except OSError as error:
            reports.append(IngestReport(refused=(_unreadable(file, error),)))
        tell("ingest", done, len(files))
    return total(reports)


def _silent(_step: str, _done: int, _all: int) -> None:
    return


def _unreadable(file: Path, error: OSError) -> str:
    return f"{file} cannot be read ({error.strerror}); mend that and ingest it again"


def _ingest_one(con: duckdb.DuckDBPyConnection, file: Path, *, pepper: Pepper) -> IngestReport:
    segment = identify(file, pepper=pepper)
    if is_complete(con, segment):
        return IngestReport(known=1)
    named: list[BadRow] = []
    batches = _naming(sift(read_rows(file), pepper=pepper), file=str(file), into=named)
    taken = store(con, segment, batches)
    return IngestReport(
        segments=1,
        rows=taken.rows,
        stored=taken.stored,
        duplicates=taken.duplicates,
        quarantined=taken.quarantined,
        by_reason=tuple(named),
        days=tuple(sorted(taken.days)),
        refused=_without_events(file, taken),
    )


def _without_events(file: Path, taken: Taken) -> tuple[str, ...]:
    if not taken.rows or taken.stored or taken.duplicates:
        return ()
    return (
        f"{file}: none of its {taken.rows} rows is an event; mend what the quarantine names and "
        "ingest it again",
    )


def _naming(batches: Iterable[Sifted], *, file: str, into: list[BadRow]) -> Iterator[Sifted]:
    """The batches as they are; their refused rows are noted by name on the way."""
    for batch in batches:
        into.extend(
            BadRow(file, row.line, row.shown, row.reason)
            for row in batch.refused[: MOST_NAMED - len(into)]
        )
        yield batch
