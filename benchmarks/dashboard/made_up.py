"""A made-up snapshot of any size: every table that is large in a fleet, with plausible sums."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import polars as pl

from pipelines.snapshot_schema import CURRENT, TABLES

NAME = "0" * 16
_LAST = dt.date(2026, 11, 20)
_KINDS = ("json", "table", "log", "search", "diff", "code", "html", "config", "text")
_FAMILIES = ("claude-sonnet-4", "claude-opus-4", "gpt-5", "gemini-2.5", "deepseek-v3", "other")
_AUTH = ("payg", "oauth", "subscription")
_ARMS = ("default", "recommended", "canary", "control")


def write(home: Path, *, slices: int, days: int, tools: int = 40, seed: int = 1) -> Path:
    """The snapshot, below ``home``, as the one that holds; its directory."""
    random = np.random.default_rng(seed)
    directory = home / "snapshots" / NAME
    directory.mkdir(parents=True, exist_ok=True)
    tables = {
        "savings": _days(random, days, arms=True),
        "tools": _days(random, days, tools=tools),
        "spread": _spread(random, days),
        "attributed": _attributed(random, days),
        "usage": _usage(random, days),
        "slices": _slices(random, slices),
        "decisions": _decisions(random, slices),
        "earlier": _decisions(random, slices),
        "publications": _publications(),
        "prices": _prices(),
        "settings": _settings(),
    }
    for name, schema in TABLES.items():
        frame = tables.get(name, pl.DataFrame(schema=dict(schema)))
        _typed(frame, name).write_parquet(directory / f"{name}.parquet")
    (home / "snapshots" / CURRENT).write_text(f"{NAME}\n", encoding="ascii")
    return directory


def _typed(frame: pl.DataFrame, name: str) -> pl.DataFrame:
    """``frame`` with the columns of the schema; those that it has not are null."""
    return frame.select(
        (pl.col(column) if column in frame.columns else pl.lit(None)).cast(kind).alias(column)
        for column, kind in TABLES[name].items()
    )


def _cells(days: int) -> pl.DataFrame:
    """Every day with every auth mode, family and kind, under the publication of its week."""
    first = _LAST - dt.timedelta(days=days - 1)
    every = pl.DataFrame({"day": pl.date_range(first, _LAST, eager=True)})
    every = every.with_columns(
        publication=pl.col("day").dt.week().cast(pl.String).str.zfill(16), origin=pl.lit("live")
    )
    for name, values in (("auth_mode", _AUTH), ("model_family", _FAMILIES), ("kind", _KINDS)):
        every = every.join(pl.DataFrame({name: values}), how="cross")
    return every


def _amounts(random: np.random.Generator, rows: pl.DataFrame) -> pl.DataFrame:
    before = random.integers(1_000, 2_000_000, rows.height)
    returned = (before * random.uniform(0, 0.05, rows.height)).astype(np.int64)
    compressions = random.integers(10, 2_000, rows.height)
    return rows.with_columns(
        tokens_before=before,
        tokens_after=(before * random.uniform(0.2, 0.9, rows.height)).astype(np.int64),
        tokens_returned=returned,
        tokens_reread=returned // 3,
        compressions=compressions,
        retrievals=compressions // 40,
        rereads=compressions // 80,
        regrets=compressions // 30,
        lossy=compressions // 2,
        faults=compressions // 500,
        latency_us=compressions * 3_000,
    )


def _days(
    random: np.random.Generator, days: int, *, arms: bool = False, tools: int = 0
) -> pl.DataFrame:
    cells = _cells(days)
    if arms:
        cells = cells.join(pl.DataFrame({"arm": _ARMS}), how="cross").with_columns(
            profile=pl.col("kind") + "." + pl.col("arm")
        )
    if tools:
        # A kind comes from a few of the tools on any day.
        some = pl.DataFrame({"tool": [f"{n:016x}" for n in range(tools)]})
        cells = cells.join(some, how="cross").filter(
            pl.Series(random.random(cells.height * tools) < 0.08)
        )
    return _amounts(random, cells)


def _spread(random: np.random.Generator, days: int) -> pl.DataFrame:
    cells = _cells(days)
    whole = cells.unique(["day", "auth_mode", "model_family"], maintain_order=True)
    rows = pl.concat([cells, whole.with_columns(kind=pl.lit(""))])
    rows = rows.join(pl.DataFrame({"bucket": [2, 6, 9, 12, 15, 17]}), how="cross")
    n = random.integers(1, 60, rows.height)
    before = n * random.integers(2_000, 60_000, rows.height)
    net = (before * (rows["bucket"].to_numpy() + 0.5) / 20).astype(np.int64)
    return rows.with_columns(
        conversations=n,
        tokens_before=before,
        tokens_net=net,
        square_before=before.astype(float) ** 2 / n * 1.2,
        square_net=net.astype(float) ** 2 / n * 1.2,
        product=before.astype(float) * net / n * 1.2,
    )


def _attributed(random: np.random.Generator, days: int) -> pl.DataFrame:
    cells = _cells(days)
    parts = ("net_input", "net_cache_read", "net_cache_write", "net_unknown")
    return cells.with_columns(
        pl.Series(name, random.integers(0, 400_000, cells.height)) for name in parts
    )


def _usage(random: np.random.Generator, days: int) -> pl.DataFrame:
    cells = _cells(days).unique(["day", "auth_mode", "model_family"], maintain_order=True)
    parts = ("tokens_input", "tokens_cache_read", "tokens_cache_write", "tokens_output")
    return cells.drop("kind").with_columns(
        *(pl.Series(name, random.integers(0, 9_000_000, cells.height)) for name in parts),
        requests=random.integers(1, 900, cells.height),
    )


def _keys(random: np.random.Generator, slices: int) -> pl.DataFrame:
    del random  # the keys are the same in every table
    n = np.arange(slices)
    return pl.DataFrame(
        {
            "auth_mode": np.array(_AUTH)[n % 3],
            "model_family": np.array(_FAMILIES)[n % 6],
            "structure_hash": [f"{each * 2654435761 % 2**96:024x}" for each in range(slices)],
            "kind": np.array(_KINDS)[n % 9],
        }
    )


def _slices(random: np.random.Generator, slices: int) -> pl.DataFrame:
    rows = _keys(random, slices).join(pl.DataFrame({"period": [0, 1, 2]}), how="cross")
    return _amounts(random, rows).with_columns(
        origin=pl.lit("live"),
        publication=pl.lit(""),
        arm=pl.lit("recommended"),
        profile=pl.col("kind") + ".recommended",
        first=_LAST - dt.timedelta(days=300),
        last=_LAST,
        conversations=random.integers(1, 500, rows.height),
    )


def _decisions(random: np.random.Generator, slices: int) -> pl.DataFrame:
    rows = _keys(random, slices)
    return rows.with_columns(
        publication=pl.lit("sha256:" + "a" * 64),
        incumbent=pl.col("kind") + ".default",
        profile=pl.col("kind") + ".recommended",
        published=pl.Series(random.random(slices) < 0.8),
        reason=pl.lit("certified"),
        because=pl.lit("it saves most of those whose regret is bounded"),
        conversations=random.integers(50, 5_000, slices),
        instances=random.integers(5, 40, slices),
        net_low=0.3,
        net_high=0.4,
        regret_low=0.0,
        regret_high=0.04,
        confidence=0.98,
    )


def _publications() -> pl.DataFrame:
    return pl.DataFrame(
        [
            {
                "id": f"sha256:{digit * 64}",
                "watermark": dt.datetime(2026, 11, day),
                "origin": "live",
                "demonstration": False,
                "current": digit == "a",
                "state": "published",
                "rows": 80_000,
                "content": "schema = 1\n",
            }
            for digit, day in (("b", 13), ("a", 20))
        ]
    )


def _prices() -> pl.DataFrame:
    return pl.DataFrame(
        [
            {"model_family": family, "reference": family, "input": 3.0, "cache_read": 0.3,
             "cache_write": 3.75, "output": 15.0, "source": "made up"}
            for family in _FAMILIES[:-1]
        ]
    )  # fmt: skip


def _settings() -> pl.DataFrame:
    values = {"alpha": 0.05, "min_conversations": 50, "min_instances": 5, "regret_limit": 0.05}
    return pl.DataFrame({"name": list(values), "value": [float(v) for v in values.values()]})
