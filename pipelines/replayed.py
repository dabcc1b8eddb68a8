"""What the newest replays gave, as the warehouse keeps it: outcomes and their certificates.

Only the newest stand there, and the outcomes of one that was cut off, which the next one takes
over: what earlier ones decided is in the publications' own rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import msgspec
import polars as pl

from compressors.engine import Engine
from pipelines.replays import Outcome, run_replays
from pipelines.replays.certify import Certificate
from pipelines.replays.identity import judge_key
from pipelines.replays.manifests import selected
from pipelines.replays.outcomes import Progress, replay_key
from pipelines.replays.peer import peer_outcomes
from pipelines.spread import PROCESSES
from pipelines.warehouse import Warehouse

if TYPE_CHECKING:
    import duckdb

Row = TypeVar("Row", bound=msgspec.Struct)

_BATCH = 20_000
"""Outcomes that are kept at a time while a replay goes on."""

_PEER_BATCH = 500
"""The same of the peer's, which takes much longer for each."""

_ORDER = "dataset, kind, cluster, item, profile, treatment"


def recorded_conversations(con: duckdb.DuckDBPyConnection) -> frozenset[str]:
    """The recorded conversations that are telemetry here, by their keyed names."""
    found = con.execute(
        "select distinct conversation from events "
        "where origin = 'recorded' and conversation is not null"
    ).fetchall()
    return frozenset(name for (name,) in found)


def known_outcomes(con: duckdb.DuckDBPyConnection, *, judge: str) -> dict[str, list[Outcome]]:
    """The outcomes by that judge, by their case: also those of a replay that was cut off."""
    found = _read(con, Outcome, "outcomes", order=_ORDER, where={"judge": judge})
    known: dict[str, dict[tuple[str, str], Outcome]] = {}
    for outcome in found:
        known.setdefault(outcome.item, {})[outcome.profile_id, outcome.treatment] = outcome
    return {item: list(outcomes.values()) for item, outcomes in known.items()}


def add_outcomes(con: duckdb.DuckDBPyConnection, outcomes: Sequence[Outcome]) -> None:
    """Add the outcomes of some cases of a replay that goes on."""
    with _at_once(con):
        _insert(con, "outcomes", outcomes)


def keep_outcomes(con: duckdb.DuckDBPyConnection, outcomes: Sequence[Outcome]) -> None:
    """Replace the outcomes by these, which are all of a replay."""
    with _at_once(con):
        _replace(con, "outcomes", outcomes)
        con.execute("delete from replays")
        if outcomes:
            con.execute("insert into replays values (?)", [outcomes[0].replay])


def read_outcomes(con: duckdb.DuckDBPyConnection, *, replay: str | None = None) -> list[Outcome]:
    """The outcomes of the newest replay that was completed, in a fixed order.

    With ``replay`` only if they are of that one.
    """
    complete = [row[0] for row in con.execute("select replay from replays").fetchall()]
    if not complete or (replay is not None and replay not in complete):
        return []
    return _read(con, Outcome, "outcomes", order=_ORDER, where={"replay": complete[0]})


class Kept(NamedTuple):
    """All outcomes of a replay, and whether the warehouse had them all already."""

    outcomes: list[Outcome]
    reused: bool


def made_and_kept(
    warehouse: Warehouse,
    *,
    engine: Engine,
    data: Path | None,
    progress: Progress,
    processes: int = PROCESSES,
) -> Kept:
    """All outcomes of the data sets, those that the warehouse does not have made and kept.

    A replay that was completed is read as it stands. What is made is kept as it comes, so that
    a run that is cut off has to make only the rest.

    Raises:
        InputRefused, SpreadError: as `run_replays`.
        ConfigurationError: the warehouse cannot be used.
    """
    with warehouse.connect() as con:
        known = known_outcomes(con, judge=judge_key(engine))
        telemetry = recorded_conversations(con)
        replay = replay_key(engine, selected(data), without=telemetry)
        complete = read_outcomes(con, replay=replay)
    if complete:
        return Kept(complete, True)
    waiting: list[Outcome] = []

    def keep(found: list[Outcome]) -> None:
        waiting.extend(outcome for outcome in found if outcome.item not in known)
        if len(waiting) >= _BATCH:
            write()

    def write() -> None:
        with warehouse.connect() as con:
            add_outcomes(con, waiting)
        waiting.clear()

    try:
        made = run_replays(
            data=data, engine=engine, progress=progress, processes=processes,
            known=known, keep=keep, without=telemetry,
        )  # fmt: skip
    except BaseException:
        write()
        raise
    with warehouse.connect() as con:
        keep_outcomes(con, made)
    return Kept(made, False)


def peer_made_and_kept(
    warehouse: Warehouse,
    outcomes: Sequence[Outcome],
    *,
    engine: Engine,
    data: Path | None,
    python: Path,
    progress: Progress,
) -> list[Outcome]:
    """What the peer under ``python`` makes of the cases of ``outcomes`` that it has not seen yet.

    Kept as it comes, beside the others.

    Raises:
        PeerError: it cannot be run.
        ConfigurationError: the warehouse cannot be used.
    """
    with warehouse.connect() as con:
        telemetry = recorded_conversations(con)
    made: list[Outcome] = []
    kept = 0

    def keep() -> None:
        nonlocal kept
        with warehouse.connect() as con:
            add_outcomes(con, made[kept:])
        kept = len(made)

    found = peer_outcomes(
        outcomes, engine=engine, data=data, python=python, progress=progress, without=telemetry
    )
    try:
        for outcome in found:
            made.append(outcome)
            if len(made) - kept >= _PEER_BATCH:
                keep()
    finally:
        keep()
    return made


def keep_certificates(con: duckdb.DuckDBPyConnection, certificates: Sequence[Certificate]) -> None:
    """Replace the certificates by these."""
    with _at_once(con):
        _replace(con, "certificates", certificates)


def read_certificates(con: duckdb.DuckDBPyConnection) -> list[Certificate]:
    """The certificates, in order of kind, rung and data set."""
    return _read(con, Certificate, "certificates", order="kind, rung, dataset")


@contextmanager
def _at_once(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    con.begin()
    try:
        yield
        con.commit()
    except BaseException:
        con.rollback()
        raise


def _replace(
    con: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Outcome] | Sequence[Certificate]
) -> None:
    con.execute(f"delete from {table}")
    _insert(con, table, rows)


def _insert(
    con: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Outcome] | Sequence[Certificate]
) -> None:
    if rows:
        con.register("arrived", pl.DataFrame([msgspec.structs.asdict(row) for row in rows]))
        con.execute(f"insert into {table} by name select * from arrived")
        con.unregister("arrived")


def _read(
    con: duckdb.DuckDBPyConnection,
    of: type[Row],
    table: str,
    *,
    order: str,
    where: Mapping[str, str] | None = None,
) -> list[Row]:
    columns = ", ".join(of.__struct_fields__)
    only = " and ".join(f"{column} = ${column}" for column in where or {}) or "true"
    found = con.execute(
        f"select {columns} from {table} where {only} order by {order}", dict(where or {})
    ).fetchall()
    return [of(*row) for row in found]
