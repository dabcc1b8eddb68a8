"""Figures as Dagster shows them: small tables, findings, and the columns of the warehouse."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

import dagster as dg

from pipelines.ingest.audit import Finding

if TYPE_CHECKING:
    import duckdb

OWNERS = ["team:data-platform"]
FRESH = dg.FreshnessPolicy.time_window(
    fail_window=timedelta(hours=50), warn_window=timedelta(hours=26)
)
"""A night may be missed once, and is warned of; twice is a failure."""
MOST_ROWS = 20
Cell = str | int | float | bool | None


def markdown(columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> dg.MarkdownMetadataValue:
    """A table of at most ``MOST_ROWS`` rows; says how many more there are."""
    lines = [_line(columns), _line(["---"] * len(columns))]
    lines += [_line([_text(cell) for cell in row]) for row in rows[:MOST_ROWS]]
    if len(rows) > MOST_ROWS:
        lines += ["", f"… and {len(rows) - MOST_ROWS} more"]
    if not rows:
        lines = ["none"]
    return dg.MetadataValue.md("\n".join(lines))


def checked(
    name: str,
    finding: Finding,
    *,
    severity: dg.AssetCheckSeverity = dg.AssetCheckSeverity.ERROR,
) -> dg.AssetCheckResult:
    """A finding as Dagster keeps it."""
    return dg.AssetCheckResult(
        check_name=name,
        passed=finding.passed,
        severity=severity,
        description=finding.sentence,
        metadata=dict(finding.figures),
    )


def column_schema(con: duckdb.DuckDBPyConnection, table: str) -> dg.TableSchema:
    """Names and types of a table's columns."""
    found = con.execute(
        "select column_name, lower(data_type), is_nullable = 'YES' "
        "from information_schema.columns "
        "where table_name = $table and table_catalog = current_database() "
        "order by ordinal_position",
        {"table": table},
    ).fetchall()
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                name=name, type=kind, constraints=dg.TableColumnConstraints(nullable=nullable)
            )
            for name, kind, nullable in found
        ]
    )


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _text(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float):
        return f"{cell:.4g}"
    return str(cell).replace("|", "\\|").replace("\n", " ")
