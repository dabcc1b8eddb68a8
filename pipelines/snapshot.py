"""What the dashboard reads: the warehouse's figures as Parquet, swapped by renaming a pointer.

A snapshot is written whole beside the others, under a name that is the digest of its
content, before the pointer names it. Whoever reads one keeps it until two newer ones exist.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator, Mapping, Set
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec
import polars as pl

from compressors.book import Canary, Row, Slice, parse_book, publication_id
from compressors.errors import ConfigurationError, ToinError
from compressors.files import sync_directory, write_atomically
from compressors.home import Home
from compressors.pepper import load_pepper
from pipelines.evidence import DIGITS, net_savings_interval
from pipelines.figures.heads import head_of
from pipelines.figures.prices import prices_of
from pipelines.overrides import load_hold
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
_IN_FILE = ("params", "canary", "canary_share")
"""Columns of decisions that the file in place tells of, not the warehouse."""


class Published(NamedTuple):
    """The snapshot that holds now: its id, its directory, and the rows of each table."""

    id: str
    directory: Path
    rows: Mapping[str, int]


def publish_snapshot(
    con: duckdb.DuckDBPyConnection,
    home: Home,
    *,
    settings: Settings,
    harmed: pl.DataFrame | None = None,
) -> Published:
    """Write a snapshot of the warehouse, let ``current`` name it, and drop all but two.

    The same figures make the same snapshot, which is not written twice. The caller holds
    the warehouse, so there is one writer. ``harmed`` is the table of harmed items; None keeps
    that of the snapshot that held so far.

    Raises:
        ConfigurationError: the home's ``snapshots`` cannot be written to; the earlier
            snapshot goes on to hold.
    """
    kept = harmed_so_far(home) if harmed is None else harmed
    frames = tables(con, home, settings=settings, harmed=kept)
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


def harmed_so_far(home: Home) -> pl.DataFrame:
    """The table of harmed items of the snapshot that holds; empty without one."""
    name = _named_by(home.snapshots / CURRENT)
    try:
        return pl.read_parquet(home.snapshots / name / "harmed.parquet").match_to_schema(
            dict(TABLES["harmed"])
        )
    except (OSError, pl.exceptions.PolarsError):
        return pl.DataFrame(schema=dict(TABLES["harmed"]))


def tables(
    con: duckdb.DuckDBPyConnection,
    home: Home,
    *,
    settings: Settings,
    harmed: pl.DataFrame | None = None,
) -> dict[str, pl.DataFrame]:
    """Every table of the snapshot, typed as the schema says and in a fixed order of rows."""
    current = _current_publication(home)
    publications, defaults, certified = _publications(con, current=current)
    frames = {
        "savings": _queried(con, "savings"),
        "tools": _queried(con, "tools"),
        "spread": _queried(con, "spread"),
        "slices": _queried(con, "slices", {"half_life": settings.half_life_days}),
        "usage": _queried(con, "usage"),
        "attributed": _queried(con, "attributed"),
        "prices": _prices(home),
        "net": _net(con, settings=settings),
        "answerability": _answerability(con),
        "model_accuracy": _model_accuracy(home),
        "certificates": con.sql(
            "select * from certificates order by kind, rung, dataset, replay"
        ).pl(),
        "decisions": _decisions(con, home, current=current),
        "earlier": _queried(con, "earlier", {"current": current}),
        "publications": publications,
        "defaults": defaults,
        "certified": certified,
        "harmed": _empty("harmed") if harmed is None else harmed,
        "settings": _settings(settings),
        "overrides": _overrides(home, settings),
        "faults": _queried(con, "faults"),
        "latency": _queried(con, "latency"),
        "proxies": _queried(con, "proxies"),
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


def _queried(
    con: duckdb.DuckDBPyConnection, name: str, params: Mapping[str, object] | None = None
) -> pl.DataFrame:
    query = (_HERE / f"snapshot_{name}.sql").read_text("utf-8")
    frame: pl.DataFrame = con.sql(query, params=params).pl()
    return frame


def _empty(name: str) -> pl.DataFrame:
    return pl.DataFrame(schema=dict(TABLES[name]))


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


def _publications(
    con: duckdb.DuckDBPyConnection, *, current: str
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """The history, and of every file in it the defaults and the certificates."""
    history = con.sql(
        "select p.id, p.watermark, p.origin, p.content, "
        "coalesce((select arg_max(a.act, a.number) from acts a where a.publication = p.id), "
        "'published') as state "
        "from publications p order by p.watermark nulls first, p.id"
    ).pl()
    heads = [head_of(one, text) for one, text in history.select("id", "content").iter_rows()]
    publications = history.with_columns(
        demonstration=pl.Series([head.demonstration for head in heads], dtype=pl.Boolean),
        rows=pl.Series([head.rows for head in heads], dtype=pl.Int64),
        current=pl.col("id") == current,
    )
    return (
        publications,
        pl.DataFrame([row for head in heads for row in head.defaults], dict(TABLES["defaults"])),
        pl.DataFrame([row for head in heads for row in head.certified], dict(TABLES["certified"])),
    )


def _decisions(con: duckdb.DuckDBPyConnection, home: Home, *, current: str) -> pl.DataFrame:
    """What the publication in place decided, with parameters and canary as its file has them."""
    decided = con.sql(
        "select * from decisions where publication = $id "
        "order by auth_mode, model_family, structure_hash",
        params={"id": current},
    ).pl()
    key = ("auth_mode", "model_family", "structure_hash")
    rows = [
        (*of, _json(row.profile.params), *(_canary(row.canary) if row.canary else (None, None)))
        for of, row in _book_rows(home).items()
    ]
    in_file = pl.DataFrame(
        rows,
        schema={name: TABLES["decisions"][name] for name in (*key, *_IN_FILE)},
        orient="row",
    )
    joined: pl.DataFrame = decided.join(in_file, on=key, how="left", maintain_order="left")
    return joined


def _book_rows(home: Home) -> Mapping[Slice, Row]:
    """The rows of the file in place; none where it is missing or an engine would refuse it."""
    try:
        content = home.recommendations.read_bytes()
        pepper = load_pepper(home.pepper).id
        return parse_book(content, source="", pepper_id=pepper, engine="").rows
    except (OSError, ToinError):
        return {}


def _canary(canary: Canary) -> tuple[str, int]:
    return canary.profile.name, canary.share


def _json(params: object) -> str:
    return msgspec.json.encode(params, order="sorted").decode()


def _prices(home: Home) -> pl.DataFrame:
    table = prices_of(home.root)
    rows = [
        {"model_family": family, "source": table.sources[family], **msgspec.structs.asdict(price)}
        for family, price in sorted(table.prices.items())
    ]
    return pl.DataFrame(rows, schema=dict(TABLES["prices"]))


def _settings(settings: Settings) -> pl.DataFrame:
    rows = [
        {"name": name, "value": float(value)}
        for name, value in sorted(msgspec.structs.asdict(settings).items())
        if isinstance(value, int | float)
    ]
    return pl.DataFrame(rows, schema=dict(TABLES["settings"]))


def _overrides(home: Home, settings: Settings) -> pl.DataFrame:
    """Pins, and the hold after a rollback: what persons decided over the evidence."""
    rows: list[dict[str, object]] = [
        {"what": "pin", "subject": "/".join(pin.slice), "profile": pin.profile, "why": pin.why,
         "until": pin.until}
        for pin in sorted(settings.pins, key=lambda pin: pin.slice)
    ]  # fmt: skip
    hold = load_hold(home)
    if hold is not None:
        rows.append(
            {"what": "hold", "subject": hold.publication, "profile": "", "why": hold.why,
             "until": hold.until}
        )  # fmt: skip
    return pl.DataFrame(rows, schema=dict(TABLES["overrides"]))


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
    except (OSError, UnicodeDecodeError):
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
