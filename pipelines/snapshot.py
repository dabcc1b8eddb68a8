"""What the dashboard reads: the warehouse's figures as Parquet, swapped by renaming a pointer.

A snapshot is written whole beside the others, under a name that is the digest of its
content, before the pointer names it. Whoever reads one keeps it until two newer ones exist.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tomllib
from collections.abc import Iterator, Mapping, Set
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec
import polars as pl

from compressors.book import publication_id
from compressors.errors import ConfigurationError
from compressors.files import sync_directory, write_atomically
from compressors.home import Home
from pipelines.evidence import DIGITS, net_savings_interval
from pipelines.replayed import read_outcomes
from pipelines.replays.answerability import answerability
from pipelines.replays.model import recorded_accuracy
from pipelines.settings import Settings
from pipelines.snapshot_schema import CURRENT, TABLES

if TYPE_CHECKING:
    import duckdb

_HERE = Path(__file__).parent
_ALL = "all"
_SCOPES = (_ALL, "kind", "slice", "profile")


class Published(NamedTuple):
    """The snapshot that holds now: its id, its directory, and the rows of each table."""

    id: str
    directory: Path
    rows: Mapping[str, int]


def publish_snapshot(
    con: duckdb.DuckDBPyConnection, home: Home, *, settings: Settings
) -> Published:
    """Write a snapshot of the warehouse, let ``current`` name it, and drop all but two.

    The same figures make the same snapshot, which is not written twice. The caller holds
    the warehouse, so there is one writer.

    Raises:
        ConfigurationError: the home's ``snapshots`` cannot be written to; the earlier
            snapshot goes on to hold.
    """
    frames = tables(con, home, settings=settings)
    identifier = _digest(frames)
    directory = home.snapshots / identifier
    pointer = home.snapshots / CURRENT
    try:
        before = _named_by(pointer)
        _write(frames, directory)
        write_atomically(pointer, f"{identifier}\n".encode("ascii"))
        if identifier != before:
            _prune(home.snapshots, keep={identifier, before})
    except OSError as error:
        raise ConfigurationError(
            f"{home.snapshots} cannot be written to ({error.strerror}); mend its permissions "
            "or free some space, and run this again"
        ) from error
    return Published(identifier, directory, {name: f.height for name, f in frames.items()})


def tables(
    con: duckdb.DuckDBPyConnection, home: Home, *, settings: Settings
) -> dict[str, pl.DataFrame]:
    """Every table of the snapshot, typed as the schema says and in a fixed order of rows."""
    current = _current_publication(home)
    frames = {
        "savings": _queried(con, "savings"),
        "net": _net(con, settings=settings),
        "answerability": _answerability(con),
        "model_accuracy": _model_accuracy(home),
        "certificates": con.sql(
            "select * from certificates order by kind, rung, dataset, replay"
        ).pl(),
        "decisions": con.sql(
            "select * from decisions where publication = $id "
            "order by auth_mode, model_family, structure_hash",
            params={"id": current},
        ).pl(),
        "publications": _publications(con, current=current),
        "ingest": con.sql(
            "select count(*) as segments, sum(rows) as rows, sum(stored) as stored, "
            "sum(duplicates) as duplicates, sum(quarantined) as quarantined from segments"
        )
        .pl()
        .fill_null(0),
        "imported": _queried(con, "imported"),
        "imported_slices": _queried(con, "imported_slices"),
        "imported_filters": _queried(con, "imported_filters"),
        "quarantine": con.sql(
            "select reason, field, count(*) as rows from quarantine group by all order by all"
        ).pl(),
    }
    return {
        name: frames[name].select(pl.col(column).cast(kind) for column, kind in columns.items())
        for name, columns in TABLES.items()
    }


def _queried(con: duckdb.DuckDBPyConnection, name: str) -> pl.DataFrame:
    frame: pl.DataFrame = con.sql((_HERE / f"snapshot_{name}.sql").read_text("utf-8")).pl()
    return frame


def _net(con: duckdb.DuckDBPyConnection, *, settings: Settings) -> pl.DataFrame:
    acting = _queried(con, "conversations").with_columns(pl.lit(_ALL).alias(_ALL))
    rows = [row for scope in _SCOPES for row in _net_of(acting, scope, settings=settings)]
    return pl.DataFrame(rows, schema=dict(TABLES["net"]), orient="row").sort(
        "publication", pl.col("scope").replace_strict(_SCOPES, range(len(_SCOPES))), "key"
    )


def _net_of(
    acting: pl.DataFrame, scope: str, *, settings: Settings
) -> Iterator[tuple[str | int | float, ...]]:
    """A row for each publication and key: totals of all, bounds from known conversations.

    A conversation is summed before it counts; conversations come in order of their start.
    """
    tokens = ("tokens_before", "tokens_after", "tokens_returned")
    groups = (
        acting.group_by("publication", scope, "conversation")
        .agg(pl.col("started").min(), *(pl.col(name).sum() for name in tokens))
        .sort("publication", scope, "started", "conversation")
        .partition_by("publication", scope, as_dict=True, maintain_order=True)
    )
    for (publication, key), group in groups.items():
        before, after, returned = (int(group[name].sum()) for name in tokens)
        known = group.filter(pl.col("conversation") != "")
        interval = net_savings_interval(
            (known["tokens_before"] - known["tokens_after"] - known["tokens_returned"]).to_list(),
            known["tokens_before"].to_list(),
            clip_tokens=settings.clip_tokens,
            alpha=settings.alpha,
        )
        net = round((before - after - returned) / before, DIGITS) if before else 0.0
        yield (
            publication,
            scope,
            key,
            known.height,
            before,
            after,
            returned,
            net,
            interval.low,
            interval.high,
            1 - settings.alpha,
        )


def _answerability(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    rows = [msgspec.structs.astuple(row) for row in answerability(read_outcomes(con))]
    return pl.DataFrame(rows, schema=dict(TABLES["answerability"]), orient="row")


def _model_accuracy(home: Home) -> pl.DataFrame:
    rows = [msgspec.structs.asdict(row) for row in recorded_accuracy(home)]
    return pl.DataFrame(rows, schema=dict(TABLES["model_accuracy"]))


def _publications(con: duckdb.DuckDBPyConnection, *, current: str) -> pl.DataFrame:
    history = con.sql(
        "select id, watermark, origin, content from publications order by watermark nulls first, id"
    ).pl()
    return history.with_columns(  # type: ignore[no-any-return]
        demonstration=pl.Series([_demonstration(text) for text in history["content"]]).cast(
            pl.Boolean
        ),
        current=pl.col("id") == current,
    )


def _demonstration(content: str) -> bool:
    return bool(tomllib.loads(content)["publication"].get("demonstration", False))


def _current_publication(home: Home) -> str:
    """The id of the file in place, '' where there is none."""
    try:
        return publication_id(home.recommendations.read_bytes())
    except FileNotFoundError:
        return ""


def _digest(frames: Mapping[str, pl.DataFrame]) -> str:
    """16 hex digits of names and rows: not of the Parquet, which names its writer's version."""
    total = hashlib.sha256()
    for name in sorted(frames):
        columns = ",".join(f"{column}:{kind}" for column, kind in frames[name].schema.items())
        total.update(f"{name}\0{columns}\0".encode())
        total.update(frames[name].write_ndjson().encode())
    return total.hexdigest()[:16]


def _named_by(pointer: Path) -> str:
    try:
        return pointer.read_text(encoding="ascii").strip()
    except (FileNotFoundError, UnicodeDecodeError):
        return ""


def _write(frames: Mapping[str, pl.DataFrame], directory: Path) -> None:
    if directory.is_dir():
        return
    partial = directory.with_name(f".{directory.name}.part")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    for name, frame in frames.items():
        with (partial / f"{name}.parquet").open("wb") as file:
            frame.write_parquet(file)
            file.flush()
            os.fsync(file.fileno())
    sync_directory(partial)
    partial.rename(directory)


def _prune(snapshots: Path, *, keep: Set[str]) -> None:
    for entry in sorted(snapshots.iterdir()):
        if entry.is_dir() and entry.name not in keep:
            shutil.rmtree(entry, ignore_errors=True)
