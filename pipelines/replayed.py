"""What the newest replays gave, as the warehouse keeps it: outcomes and their certificates.

Only the newest stand there: what earlier ones decided is in the publications' own rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeVar

import msgspec
import polars as pl

from pipelines.replays import Certificate, Outcome

if TYPE_CHECKING:
    import duckdb

Row = TypeVar("Row", bound=msgspec.Struct)


def keep_outcomes(con: duckdb.DuckDBPyConnection, outcomes: Sequence[Outcome]) -> None:
    """Replace the outcomes by these."""
    _replace(con, "outcomes", outcomes)


def keep_certificates(con: duckdb.DuckDBPyConnection, certificates: Sequence[Certificate]) -> None:
    """Replace the certificates by these."""
    _replace(con, "certificates", certificates)


def read_outcomes(con: duckdb.DuckDBPyConnection, *, replay: str | None = None) -> list[Outcome]:
    """The outcomes, in a fixed order; with ``replay`` only if they are of that one."""
    return _read(
        con,
        Outcome,
        "outcomes",
        order="dataset, kind, cluster, item, profile, treatment",
        replay=replay,
    )


def read_certificates(con: duckdb.DuckDBPyConnection) -> list[Certificate]:
    """The certificates, in order of kind, rung and data set."""
    return _read(con, Certificate, "certificates", order="kind, rung, dataset", replay=None)


def _replace(
    con: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Outcome] | Sequence[Certificate]
) -> None:
    con.begin()
    try:
        con.execute(f"delete from {table}")
        if rows:
            con.register("arrived", pl.DataFrame([msgspec.structs.asdict(row) for row in rows]))
            con.execute(f"insert into {table} by name select * from arrived")
            con.unregister("arrived")
        con.commit()
    except BaseException:
        con.rollback()
        raise


def _read(
    con: duckdb.DuckDBPyConnection,
    of: type[Row],
    table: str,
    *,
    order: str,
    replay: str | None,
) -> list[Row]:
    columns = ", ".join(of.__struct_fields__)
    found = con.execute(
        f"select {columns} from {table} where $replay is null or replay = $replay order by {order}",
        {"replay": replay},
    ).fetchall()
    return [of(*row) for row in found]
