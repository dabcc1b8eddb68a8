"""Events as date-partitioned Parquet, beside the warehouse or in a store of objects.

Where the setting `events_at` names a place, events move there from the warehouse's table once an
intake is complete: ``PLACE/day=2026-11-20/events-000001.parquet``. The warehouse lists the files
that count, in the transaction that empties its table; a file that is not listed was left by a
process that was killed, and nobody reads it. With files or without, `events` means all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from compressors.errors import ConfigurationError
from compressors.home import Home
from pipelines.settings import Settings
from pipelines.stores import lacking

if TYPE_CHECKING:
    import duckdb

MOST_FILES = 16
"""Files of one day, before they are written anew as one."""

_VIEW = """
create or replace temp view events as
select * from {table}
union all by name
select * from {files}
"""


def place_of_events(home: Home, settings: Settings) -> str:
    """The path or address that the setting `events_at` means; empty where it is empty."""
    place = settings.events_at
    return place if not place or "://" in place else str(home.root.absolute() / place)


def table(con: duckdb.DuckDBPyConnection) -> str:
    """What SQL calls the table of the warehouse's file, whatever else `events` means."""
    [[name]] = con.execute("select current_database()").fetchall()
    return f'"{name}".main.events'


def show(con: duckdb.DuckDBPyConnection) -> None:
    """Let `events` mean what stands in the table and in the listed files.

    Raises:
        ConfigurationError: the part that reads the files' store is not installed.
    """
    files = listed(con)
    if files:
        _open_stores(con, files)
        con.execute(_VIEW.format(table=table(con), files=parquet(*files)))
    else:
        con.execute("drop view if exists temp.events")


def listed(con: duckdb.DuckDBPyConnection, *, until: date | None = None) -> list[str]:
    """The files that count, in order of their days; those of days up to ``until``."""
    found = con.execute(
        "select file from event_files where day <= coalesce($until, day) order by day, file",
        {"until": until},
    ).fetchall()
    return [file for (file,) in found]


def settle(con: duckdb.DuckDBPyConnection, place: str) -> int:
    """Move the table's events to files below ``place``; how many there were.

    Whoever is killed leaves the events in the table or in listed files, never in both.

    Raises:
        ConfigurationError: ``place`` cannot be written to, or needs a part that is not installed.
    """
    days = con.execute(
        f"select day, count(*) from {table(con)} group by day order by day"
    ).fetchall()
    if not days:
        return 0
    try:
        return sum(_settle_day(con, place.rstrip("/"), day, count) for day, count in days)
    except OSError as error:
        raise ConfigurationError(
            f"events cannot be written to {place} ({error}); mend the setting `events_at` in "
            "settings.toml, or the permissions"
        ) from error
    finally:
        show(con)


def take_back(con: duckdb.DuckDBPyConnection, where: str, values: dict[str, str]) -> list[str]:
    """Bring every file in which ``where`` holds of some event back into the table.

    Part of the caller's transaction; the files are returned, not listed any more, and are the
    caller's to `remove` once it is complete.
    """
    touched = [
        file
        for file in listed(con)
        if con.execute(f"select 1 from {parquet(file)} where {where} limit 1", values).fetchall()
    ]
    for file in touched:
        con.execute(f"insert into {table(con)} by name from {parquet(file)}")
        con.execute("delete from event_files where file = $file", {"file": file})
    show(con)
    return touched


def remove(files: Iterable[str]) -> None:
    """Remove files that no warehouse lists; those that are gone are gone.

    Raises:
        OSError: one cannot be removed.
    """
    for file in files:
        system, path = _system(file)
        if system.exists(path):
            system.rm_file(path)


def remove_folder(place: str) -> None:
    """Remove a folder and all that is in it; one that is gone is gone."""
    system, path = _system(place)
    if system.exists(path):
        system.rm(path, recursive=True)


def unlisted(con: duckdb.DuckDBPyConnection, place: str) -> list[str]:
    """Files of events below ``place`` that nobody lists: left by a process that was killed.

    Also what a rollup elsewhere was about to hand over.
    """
    system, path = _system(place)
    known = {_system(file)[1] for file in listed(con)}
    kind, mark, _ = place.rpartition("://")
    found = [*system.glob(f"{path}/day=*/events-*.parquet"), *system.glob(f"{path}/rolled-up/*")]
    return [f"{kind}{mark}{file}" for file in sorted(found) if file not in known]


def _settle_day(con: duckdb.DuckDBPyConnection, place: str, day: date, count: int) -> int:
    earlier = con.execute(
        "select file, number, events from event_files where day = $day order by number",
        {"day": day},
    ).fetchall()
    replaced = [file for file, _, _ in earlier] if len(earlier) >= MOST_FILES else []
    number = 1 + max((number for _, number, _ in earlier), default=0)
    file = f"{place}/day={day}/events-{number:06d}.parquet"
    system, path = _system(file)
    system.makedirs(path.rpartition("/")[0], exist_ok=True)
    _open_stores(con, [file, *replaced])
    rows = f"select * from {table(con)} where day = $day"
    if replaced:
        rows += f" union all by name select * from {parquet(*replaced)}"
    total = count + sum(events for _, _, events in earlier if replaced)
    con.begin()
    try:
        con.execute(
            f"copy ({rows}) to {_quoted(file)} (format parquet, compression zstd)", {"day": day}
        )
        con.execute(f"delete from {table(con)} where day = $day", {"day": day})
        con.execute(
            "delete from event_files where list_contains($replaced, file)", {"replaced": replaced}
        )
        con.execute(
            "insert into event_files by name select $file as file, $day as day, "
            "$number as number, $events as events",
            {"file": file, "day": day, "number": number, "events": total},
        )
        con.commit()
    except BaseException:
        con.rollback()
        raise
    remove(replaced)
    return int(count)


def _system(file: str) -> tuple[Any, str]:
    """The file system of a path or address, and the path within it."""
    import fsspec  # type: ignore[import-untyped]

    try:
        return fsspec.core.url_to_fs(file)  # type: ignore[no-any-return]
    except ImportError as error:
        raise ConfigurationError(lacking(file.partition("://")[0])) from error


def _open_stores(con: duckdb.DuckDBPyConnection, files: Sequence[str]) -> None:
    """Let DuckDB read and write addresses, through the same clients as everything else."""
    for file in files:
        kind = file.partition("://")[0] if "://" in file else ""
        if kind and not con.filesystem_is_registered(kind):
            con.register_filesystem(_system(file)[0])


def parquet(*files: str) -> str:
    """What SQL calls the rows of Parquet files, given by path, address or pattern."""
    return f"read_parquet([{', '.join(map(_quoted, files))}], hive_partitioning = false)"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
