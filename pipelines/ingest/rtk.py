"""RTK's two databases: ``history.db`` (each command) and ``recall.db`` (what was gone back for).

Commands and paths of projects are personal: of a command its program alone is kept, keyed, and
of a path its key. Tokens are the tool's own estimate, a quarter of the bytes. Older rows say
that nothing was saved where output grew: before and after are kept, and the difference is ours.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from compressors.events import WHOLE_ROW, Flaw
from compressors.pepper import Pepper
from pipelines.ingest.imported import Recall, Use, keyed, moment, whole
from pipelines.ingest.rows import Row

HISTORY, RECALL = "rtk_history", "rtk_recall"

_MAGIC = b"SQLite format 3\0"
_COMMANDS = ("id", "timestamp", "original_cmd", "input_tokens", "output_tokens")
_LATER = ("rtk_cmd", "exec_time_ms", "project_path")
_RECALLS = ("slug", "mode", "elisions", "recalls")
_TABLES = {"commands": HISTORY, "recall_stats": RECALL}


def is_database(path: Path) -> bool:
    """Whether the file begins as SQLite's do."""
    with path.open("rb") as file:
        return file.read(len(_MAGIC)) == _MAGIC


def source_of(path: Path) -> str | None:
    """Which of RTK's databases the file is, None where it is neither.

    Raises:
        sqlite3.DatabaseError: it is damaged.
    """
    with closing(_opened(path)) as con:
        names = {name for (name,) in con.execute("select name from sqlite_master")}
    return next((source for table, source in _TABLES.items() if table in names), None)


def history(path: Path, *, pepper: Pepper, place: str) -> Iterator[tuple[Row, Use | Flaw]]:
    """The commands of a ``history.db``, numbered by their ids."""
    instance = pepper.key(f"imported place {place}")
    for row, value in _read(path, "commands", _COMMANDS, _LATER):
        if isinstance(value, Flaw):
            yield row, value
            continue
        yield row, _use(row, value, pepper=pepper, instance=instance)


def _use(row: Row, value: dict[str, object], *, pepper: Pepper, instance: str) -> Use | Flaw:
    time = moment(value["timestamp"])
    if time is None:
        return Flaw("ts", "expected RFC 3339")
    before, after = whole(value["input_tokens"]), whole(value["output_tokens"])
    if before is None or after is None:
        name = "tokens_before" if before is None else "tokens_after"
        return Flaw(name, "expected a whole number, 0 or more")
    took = whole(value.get("exec_time_ms"))
    return Use(
        id=pepper.event(f"rtk command {row.content.decode()}"),
        source=HISTORY,
        instance=instance,
        ts=time,
        tool=keyed(pepper, "tool", _program(value["original_cmd"])),
        project=keyed(pepper, "project", value.get("project_path")),
        tokens_before=before,
        tokens_after=after,
        latency_us=took * 1000 if took else None,  # 0 is also what a row without it has
    )


def _program(command: object) -> str:
    """The program that a command line calls: no argument, no assignment, no path."""
    words = command.split() if isinstance(command, str) else []
    called = next((word for word in words if "=" not in word), "")
    return called.rpartition("/")[2]


def recalls(path: Path, *, pepper: Pepper, place: str) -> Iterator[tuple[Row, Recall | Flaw]]:
    """The counters of a ``recall.db``, numbered as they stand there."""
    instance = pepper.key(f"imported place {place}")
    for row, value in _read(path, "recall_stats", _RECALLS, ()):
        if isinstance(value, Flaw):
            yield row, value
            continue
        yield row, _recall(value, pepper=pepper, instance=instance)


def _recall(value: dict[str, object], *, pepper: Pepper, instance: str) -> Recall | Flaw:
    elisions, recalled = whole(value["elisions"]), whole(value["recalls"])
    if elisions is None or recalled is None:
        return Flaw(WHOLE_ROW, "expected counts of elisions and recalls, 0 or more")
    return Recall(
        source=RECALL,
        instance=instance,
        filter=pepper.key(f"imported filter {value['slug']}"),
        mode=pepper.key(f"imported mode {value['mode']}"),
        elisions=elisions,
        recalls=recalled,
    )


def _opened(path: Path) -> sqlite3.Connection:
    address = path.resolve().as_uri()
    con = sqlite3.connect(f"{address}?mode=ro", uri=True)
    try:
        con.execute("select count(*) from sqlite_master").fetchall()
    except sqlite3.OperationalError:
        # A log in a place that nobody may write to cannot be opened; the file itself can.
        con.close()
        con = sqlite3.connect(f"{address}?mode=ro&immutable=1", uri=True)
    # Other people's tools write other people's bytes.
    con.text_factory = lambda data: data.decode("utf-8", "replace")
    con.row_factory = sqlite3.Row
    return con


def _read(
    path: Path, table: str, columns: tuple[str, ...], later: tuple[str, ...]
) -> Iterator[tuple[Row, dict[str, object] | Flaw]]:
    number = 0
    try:
        with closing(_opened(path)) as con:
            there = {row["name"] for row in con.execute(f"pragma table_info({table})")}
            missing = [name for name in columns if name not in there]
            if missing:
                yield Row(1, b""), Flaw(WHOLE_ROW, f"has no column {missing[0]}")
                return
            names = [name for name in (*columns, *later) if name in there]
            for number, found in enumerate(
                con.execute(f"select {', '.join(names)} from {table} order by 1, 2"), start=1
            ):
                value = dict(found)
                content = json.dumps(value, sort_keys=True, default=repr).encode()
                yield Row(number, content), value
    except sqlite3.DatabaseError as error:
        why = "is damaged from here on, or no database"
        yield Row(number + 1, type(error).__name__.encode()), Flaw(WHOLE_ROW, why)
