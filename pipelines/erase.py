"""Erasing: an instance, or everything before a day, out of segments, warehouse and snapshots.

First the warehouse is told, so that nothing of it comes in again; then the segments are written
anew without it, the warehouse's file is written anew from the rows that are left, and the
snapshots are replaced by one. Then it is proven, by looking. Whoever is killed repeats the call.

Publications and decisions are sums over many and hold no instance; the originals behind handles
have an age of their own; files in a store of objects, and of other tools, are their owners'.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from compressors.errors import ConfigurationError, InputRefused
from compressors.home import Home
from compressors.pepper import Pepper
from pipelines.event_files import place_of_events, remove, settle, take_back, unlisted
from pipelines.event_files import table as stored
from pipelines.ingest.audit import Figure, Finding
from pipelines.ingest.erasures import Erasures, tombstone
from pipelines.ingest.find import Source, closed_segments, find_segments
from pipelines.ingest.rewrite import Scope, rewritten, rows_to_go
from pipelines.ingest.sources import ENGINE, histories, recognise
from pipelines.ingest.store import identify
from pipelines.rollup import rollup, span
from pipelines.settings import Settings
from pipelines.snapshot import publish_snapshot
from pipelines.snapshot_schema import CURRENT, TABLES
from pipelines.warehouse import Warehouse

if TYPE_CHECKING:
    import duckdb

_TABLES = ("events", "rollup", "imported_uses", "imported_patterns", "imported_recalls")
_WITHOUT_DAYS = ("imported_recalls",)
_BLOCK = 1 << 20


_SAME_SEGMENT = """
update segments
set digest = $digest, name = $name, place = $place, source = $source, stamp = $stamp
where digest = $old and not replaced
  and not exists (from segments where digest = $digest)
"""


class Erased(NamedTuple):
    """What went.

    Attributes:
        events: Events of the warehouse.
        imported: Rows of other tools' histories in the warehouse.
        rows: Rows of segments.
        rewritten: Segments that were replaced by shorter ones.
        removed: Segments and histories of which nothing was left.
        not_at_hand: Segments that were read once and stand in no place that was looked at:
            what they may hold does not come in again, but they are where they are.
        left: Files of other tools, and objects in stores, that may hold some of it.
        proof: What was found of it afterwards.
    """

    events: int
    imported: int
    rows: int
    rewritten: int
    removed: int
    not_at_hand: int
    left: tuple[str, ...]
    proof: Finding


class _Plan(NamedTuple):
    """Files that have to change, and those that are only named."""

    rows: int
    segments: list[Path]
    digests: list[str]
    histories: list[Path]
    left: list[str]
    at_hand: set[str]


def erase(
    home: Home,
    scope: Scope,
    *,
    pepper: Pepper,
    settings: Settings,
    sources: Sequence[Source] = (),
    rehearse: bool = False,
) -> Erased:
    """Erase what ``scope`` names from the home, and from the segments of ``sources``.

    With ``rehearse`` nothing is changed, and the numbers say what would be; the proof then
    says what is there.

    Raises:
        InputRefused: a source that is not there, or no segment.
        ConfigurationError: a place cannot be written to; what was done by then stays done.
    """
    warehouse = Warehouse(home.warehouse)
    plan = _plan(home, scope, pepper=pepper, sources=sources)
    if rehearse:
        events, imported, absent = _counted(warehouse, scope, plan)
    else:
        events, imported, absent = _from_warehouse(
            warehouse,
            scope,
            plan,
            pepper=pepper,
            settings=settings,
            place=place_of_events(home, settings),
        )
        _note_in_ledger(warehouse, _from_segments(plan, scope), pepper=pepper)
        _from_snapshots(home, warehouse, settings=settings)
    return Erased(
        events=events,
        imported=imported,
        rows=plan.rows,
        rewritten=len(plan.segments),
        removed=len(plan.histories),
        not_at_hand=absent,
        left=tuple(plan.left),
        proof=prove(home, scope, pepper=pepper, sources=sources),
    )


def prove(home: Home, scope: Scope, *, pepper: Pepper, sources: Sequence[Source] = ()) -> Finding:
    """Look for what ``scope`` names in every place that could hold it."""
    plan = _plan(home, scope, pepper=pepper, sources=sources)
    figures: dict[str, Figure] = {
        "rows_in_segments": plan.rows,
        "histories": len(plan.histories),
        "rows_in_warehouse": 0,
        "days_in_snapshots": _days_in_snapshots(home, scope),
        "files_that_name_it": sum(1 for _ in _naming(home, scope)),
    }
    warehouse = Warehouse(home.warehouse)
    if home.warehouse.exists():
        with warehouse.connect() as con:
            figures["rows_in_warehouse"] = sum(_count(con, table, scope) for table in _TABLES)
    found = {name: figure for name, figure in figures.items() if figure}
    if not found:
        return Finding(True, "nothing of it is left in segments, warehouse or snapshots", figures)
    what = ", ".join(f"{figure} {name.replace('_', ' ')}" for name, figure in found.items())
    return Finding(False, f"there is something of it: {what}; erase it (again)", figures)


def _plan(home: Home, scope: Scope, *, pepper: Pepper, sources: Sequence[Source]) -> _Plan:
    plan = _Plan(0, [], [], [], [], set())
    rows = 0
    bad: list[str] = []
    own = [*closed_segments(home.inbox), *closed_segments(home.segments)]
    given = find_segments(sources) if sources else []
    known = {path.resolve() for path in own}
    others = [s for s in given if isinstance(s, str) or s.resolve() not in known]
    for file in [*own, *others]:
        if isinstance(file, str):
            plan.left.append(file)
            continue
        try:
            source = recognise(file, name=str(file))
        except InputRefused:
            plan.left.append(str(file))
            continue
        identity = identify(file, pepper=pepper, source=source)
        plan.at_hand.add(identity.digest)
        if source == ENGINE:
            going = rows_to_go(file, scope)
            if going:
                rows += going
                plan.segments.append(file)
                plan.digests.append(identity.digest)
        elif scope.instance and _is_of(file, source, scope.instance, pepper=pepper):
            plan.histories.append(file)
            bad.append(identity.digest)
        else:
            plan.left.append(str(file))
    return plan._replace(rows=rows, digests=plan.digests + bad)


def _is_of(file: Path, source: str, instance: str, *, pepper: Pepper) -> bool:
    """Whether the other tool's file is the store of that name: it then goes as a whole."""
    nothing = Erasures(pepper=pepper)
    place = str(file.resolve())
    batches = histories(file, source=source, pepper=pepper, place=place, erasures=nothing)
    return any(fact.instance == instance for batch in batches for fact in batch.facts)


def _counted(warehouse: Warehouse, scope: Scope, plan: _Plan) -> tuple[int, int, int]:
    if not warehouse.path.exists():
        return 0, 0, 0
    with warehouse.connect() as con:
        counts = {table: _count(con, table, scope) for table in _TABLES}
        imported = sum(n for table, n in counts.items() if table.startswith("imported"))
        return counts["events"], imported, _not_at_hand(con, plan)


def _count(con: duckdb.DuckDBPyConnection, table: str, scope: Scope) -> int:
    where, values = _where(table, scope)
    [[count]] = con.execute(f"select count(*) from {table} where {where}", values).fetchall()
    return int(count)


def _where(table: str, scope: Scope) -> tuple[str, dict[str, str]]:
    if scope.instance:
        return "instance = $instance", {"instance": scope.instance}
    if table in _WITHOUT_DAYS:
        return "false", {}
    return "day < cast($before as date)", {"before": scope.before}


def _not_at_hand(con: duckdb.DuckDBPyConnection, plan: _Plan) -> int:
    [[count]] = con.execute(
        "select count(*) from segments "
        "where rows > erased and not replaced and not list_contains($digests, digest)",
        {"digests": sorted(plan.at_hand)},
    ).fetchall()
    return int(count)


def _from_warehouse(
    warehouse: Warehouse,
    scope: Scope,
    plan: _Plan,
    *,
    pepper: Pepper,
    settings: Settings,
    place: str,
) -> tuple[int, int, int]:
    """Events and imported rows that went, and segments that are not at hand."""
    if not warehouse.path.exists() and not plan.segments:
        return 0, 0, 0
    with warehouse.connect() as con:
        absent = _not_at_hand(con, plan)
        con.begin()
        try:
            counts = {}
            taken_back = take_back(con, *_where("events", scope))
            for table in _TABLES:
                where, values = _where(table, scope)
                [[counts[table]]] = con.execute(
                    f"delete from {stored(con) if table == 'events' else table} where {where}",
                    values,
                ).fetchall()
            _remember(con, scope, counts["events"], pepper=pepper)
            _forget_bad_rows(con, plan.digests)
            con.commit()
        except BaseException:
            con.rollback()
            raise
        # Their names are free again only once they are gone.
        remove(taken_back)
        if place:
            settle(con, place)
            remove(unlisted(con, place))
        # What was regretted twice, the first time by what has gone, is now regretted once.
        days = span(con)
        if days is not None:
            rollup(con, *days, per_conversation=settings.counted_per_conversation)
    warehouse.rewrite()
    imported = sum(int(n) for table, n in counts.items() if table.startswith("imported"))
    return int(counts["events"]), imported, absent


def _remember(con: duckdb.DuckDBPyConnection, scope: Scope, events: int, *, pepper: Pepper) -> None:
    """So that it does not come in again; one row an instance, and one for all days."""
    if scope.instance:
        values: dict[str, object] = {"it": tombstone(scope.instance, pepper=pepper), "n": events}
        same, row = "instance = $it", "select $it as instance, null as before, $n as events"
    else:
        values = {"it": date.fromisoformat(scope.before), "n": events}
        same, row = "before is not null", "select null as instance, $it as before, $n as events"
    latest = "" if scope.instance else ", before = greatest(before, $it)"
    changed = con.execute(
        f"update erasures set events = events + $n{latest} where {same} returning events", values
    ).fetchall()
    if not changed:
        con.execute(f"insert into erasures by name {row}", values)


def _forget_bad_rows(con: duckdb.DuckDBPyConnection, digests: Sequence[str]) -> None:
    """Bad rows of segments that are written anew: what stays of them is judged again there."""
    values = {"digests": list(digests)}
    con.execute("delete from quarantine where list_contains($digests, segment)", values)
    con.execute(
        "update segments set replaced = quarantined > 0, rows = rows - quarantined, "
        "quarantined = 0, dismissed = false "
        "where list_contains($digests, digest)",
        values,
    )


def _from_segments(plan: _Plan, scope: Scope) -> dict[str, Path | None]:
    """By the digest of each segment that was replaced, the file in its stead."""
    files: dict[str, Path | None] = {}
    try:
        for file, digest in zip(plan.segments, plan.digests, strict=False):
            files[digest] = rewritten(file, scope)
        for file in plan.histories:
            file.unlink(missing_ok=True)
    except OSError as error:
        raise ConfigurationError(
            f"{error.filename} cannot be written anew ({error.strerror}); mend its permissions "
            "and erase again"
        ) from error
    return files


def _note_in_ledger(
    warehouse: Warehouse, files: Mapping[str, Path | None], *, pepper: Pepper
) -> None:
    """A segment that was written anew is the same segment, and need not be read as another one.

    Where it held bad rows it is read, since some may be left.
    """
    if not files or not warehouse.path.exists():
        return
    with warehouse.connect() as con:
        con.begin()
        for old, file in files.items():
            if file is None:
                con.execute("update segments set replaced = true where digest = $old", {"old": old})
            else:
                new = identify(file, pepper=pepper)
                con.execute(_SAME_SEGMENT, {**new._asdict(), "old": old})
        con.commit()


def _from_snapshots(home: Home, warehouse: Warehouse, *, settings: Settings) -> None:
    if not (home.snapshots / CURRENT).exists():
        shutil.rmtree(home.snapshots, ignore_errors=True)
        return
    with warehouse.connect() as con:
        made = publish_snapshot(con, home, settings=settings)
    for entry in sorted(home.snapshots.iterdir()):
        if entry.is_dir() and entry.name != made.id:
            shutil.rmtree(entry)


def _days_in_snapshots(home: Home, scope: Scope) -> int:
    if not scope.before or not home.snapshots.is_dir():
        return 0
    first = date.fromisoformat(scope.before)
    return sum(
        pl.read_parquet(file).filter(pl.col("day") < first).height
        for table in (name for name, columns in TABLES.items() if "day" in columns)
        for file in sorted(home.snapshots.glob(f"*/{table}.parquet"))
    )


def _naming(home: Home, scope: Scope) -> Iterator[Path]:
    """Files of the home that hold the instance's name in their bytes."""
    if not scope.instance:
        return
    name = scope.instance.encode()
    for path in sorted(home.root.rglob("*")):
        if path.is_file() and _holds(path, name):
            yield path


def _holds(path: Path, name: bytes) -> bool:
    end = b""
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            if name in end + block:
                return True
            end = block[-len(name) :]
    return False
