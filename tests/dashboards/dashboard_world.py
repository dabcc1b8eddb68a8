"""A snapshot of our own making: small, whole, and with every state a view has to show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl

from pipelines.snapshot_schema import CURRENT, TABLES

FIRST, LAST = "a" * 16, "b" * 16
SLICE = ("payg", "claude-sonnet-4", "c" * 24)


def write_snapshot(
    home: Path, rows: Mapping[str, Sequence[Mapping[str, object]]], *, name: str = "0" * 16
) -> Path:
    """A snapshot in ``home`` that holds ``rows`` and is empty in every other table."""
    directory = home / "snapshots" / name
    directory.mkdir(parents=True)
    for table, schema in TABLES.items():
        pl.DataFrame(list(rows.get(table, ())), schema=dict(schema)).write_parquet(
            directory / f"{table}.parquet"
        )
    (home / "snapshots" / CURRENT).write_text(f"{name}\n", encoding="ascii")
    return directory


def net_row(publication: str, scope: str, key: str, *, after: int) -> dict[str, object]:
    return {
        "publication": publication,
        "scope": scope,
        "key": key,
        "conversations": 120,
        "tokens_before": 100_000,
        "tokens_after": after,
        "tokens_returned": 1_000,
        "net": (100_000 - after - 1_000) / 100_000,
        "low": 0.31,
        "high": 0.47,
        "level": 0.95,
    }


def answer_row(profile: str, rung: int, treatment: str, solved: int) -> dict[str, object]:
    return {
        "dataset": "gsm8k-sample",
        "kind": "json",
        "profile": profile,
        "rung": rung,
        "treatment": treatment,
        "split": "certify",
        "items": 90,
        "solvable": 88,
        "solved": solved,
        "share": solved / 88,
        "low": 0.8,
        "high": 1.0,
        "tokens_before": 50_000,
        "tokens_after": 20_000,
    }
