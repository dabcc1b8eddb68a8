"""RTK's databases as its versions make them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path

_FIRST = """
create table commands (
    id integer primary key,
    timestamp text not null,
    original_cmd text not null,
    rtk_cmd text not null,
    input_tokens integer not null,
    output_tokens integer not null,
    saved_tokens integer not null,
    savings_pct real not null
);
create index idx_timestamp on commands(timestamp);
"""
_LATER = """
alter table commands add column exec_time_ms integer default 0;
alter table commands add column project_path text default '';
create table parse_failures (
    id integer primary key, timestamp text not null, raw_command text not null,
    error_message text not null, fallback_succeeded integer not null default 0
);
"""
_RECALL = "create table recall_stats (slug text, mode text, elisions integer, recalls integer, \
primary key (slug, mode))"

COMMANDS = (
    (
        "2026-11-20T10:00:00.123456789+00:00",
        "git status",
        1000,
        200,
        5,
        "/home/mallory/secret-shop",
    ),
    (
        "2026-11-20T12:00:00+02:00",
        "/usr/bin/cargo test --all",
        40_000,
        900,
        61_000,
        "/home/mallory/x",
    ),
    ("2026-11-20T10:02:00Z", "AWS_KEY=AKIAMALLORY ls -la", 30, 45, 0, ""),
    ("2026-11-21 08:00:00", "git log --author=mallory", 9000, 450, 12, "/home/mallory/secret-shop"),
)


def write_history(
    path: Path, commands: Iterable[Sequence[object]] = COMMANDS, *, old: bool = False
) -> Path:
    """A ``history.db``; ``old``: as the first versions left it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path)) as con:
        con.executescript(_FIRST)
        if not old:
            con.executescript(_LATER)
            con.execute("insert into parse_failures values (1, '2026', 'rm -rf /', 'no', 0)")
        for time, command, before, after, took, project in commands:
            saved = max(before - after, 0)  # type: ignore[operator]
            row = (time, command, f"rtk {command}", before, after, saved, 1.5)
            con.execute(
                "insert into commands (timestamp, original_cmd, rtk_cmd, input_tokens, "
                "output_tokens, saved_tokens, savings_pct) values (?, ?, ?, ?, ?, ?, ?)",
                row,
            )
            if not old:
                con.execute(
                    "update commands set exec_time_ms = ?, project_path = ? "
                    "where id = (select max(id) from commands)",
                    (took, project),
                )
        con.commit()
    return path


def write_recalls(path: Path, rows: Iterable[Sequence[object]]) -> Path:
    """A ``recall.db``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path)) as con:
        con.execute(_RECALL)
        con.executemany("insert into recall_stats values (?, ?, ?, ?)", rows)
        con.commit()
    return path
