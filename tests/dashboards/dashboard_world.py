"""A home with a snapshot of made-up traffic, through the platform's own rollup and snapshot."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from random import Random

import duckdb
import polars as pl

from compressors.book import publication_id
from compressors.home import Home
from pipelines.rollup import rollup
from pipelines.settings import Settings
from pipelines.snapshot import publish_snapshot
from pipelines.snapshot_schema import CURRENT, TABLES

SCHEMA = Path(__file__).parents[2] / "pipelines" / "schema.sql"
FIRST_DAY, LAST_DAY = dt.date(2026, 1, 1), dt.date(2026, 2, 19)
FAMILIES = ("claude-sonnet-4", "other")
KINDS = {"json": ("json.rows_half", "json.rows_few"), "log": ("log.lossless", "log.lines_half")}
SETTINGS = Settings()

_HEAD = """schema = 1

[publication]
id = "{id}"
demonstration = true
origin = "live"
delta = 0.05
epsilon = {{ gsm8k-sample = 0.1 }}

[[certificate]]
kind = "json"
profile = "json.rows_half"
dataset = "gsm8k-sample"
block = 1
version = 1
kinds = 2
n = 88
harms = {harms}
p = 0.000094
solvable = 0.97
status = "demonstration"

[[default]]
kind = "json"
profile = "{default}"

[[recommendation]]
auth_mode = "payg"
"""


def publication(harms: int, default: str) -> str:
    """A file of which only the head is read."""
    empty = _HEAD.format(id="", harms=harms, default=default)
    return _HEAD.format(id=publication_id(empty.encode()), harms=harms, default=default)


BEFORE, NOW = publication(1, "json.rows_half"), publication(0, "json.rows_few")
OLD, CURRENT_ID = (publication_id(content.encode()) for content in (BEFORE, NOW))


def key(*parts: object, digits: int = 16) -> str:
    """A keyed name of our own."""
    return hashlib.sha256(" ".join(map(str, parts)).encode()).hexdigest()[:digits]


def slice_of(kind: str, family: str) -> tuple[str, str, str]:
    """The slice of a kind of which there is one a family."""
    return ("payg" if family == "other" else "subscription", family, key(kind, digits=24))


def events(seed: int = 7) -> Iterator[dict[str, object]]:
    """Live traffic under two publications, with bills for some; recorded passes with trials."""
    random = Random(seed)
    days = (LAST_DAY - FIRST_DAY).days + 1
    for number in range(days * 6):
        day = FIRST_DAY + dt.timedelta(days=number % days)
        under = (OLD if day < dt.date(2026, 2, 1) else CURRENT_ID).removeprefix("sha256:")[:16]
        yield from _conversation(number, "live", day, under, "recommended", random)
        if number % 3 == 0:
            for arm in ("default", "trial"):
                yield from _conversation(number, "recorded", day, None, arm, random)


def _conversation(
    number: int, origin: str, day: dt.date, under: str | None, arm: str, random: Random
) -> Iterator[dict[str, object]]:
    family = FAMILIES[number % 4 == 3]
    common: dict[str, object] = {
        "origin": origin, "instance": key("instance", number % 6), "pepper_id": "a" * 8,
        "engine": "e" * 16, "publication": under, "fingerprint": "f" * 16,
        "auth_mode": slice_of("", family)[0], "model_family": family,
        "conversation": key(origin, number),
    }  # fmt: skip
    for nth in range(3):
        kind = ("json", "log", "json")[nth]
        at = dt.datetime.combine(day, dt.time(8 + nth)) + dt.timedelta(days=nth == 2)
        before = random.randrange(500, 4000)
        profile = KINDS[kind][nth == 2]
        about = {
            **common,
            "structure_hash": slice_of(kind, family)[2],
            "kind": kind,
            "profile": profile,
            "profile_id": key(profile),
            "arm": arm,
            "nth": nth,
        }
        event = key(origin, arm, number, nth, digits=32)
        yield {
            **about, "event_id": event, "event": "compression", "ts": at, "day": at.date(),
            "tool": key("tool", nth), "tokens_before": before,
            "tokens_after": int(before * random.uniform(0.2, 0.7)), "lossy": True,
            "latency_us": random.randrange(100, 9000) if origin == "live" else 0,
            "fault": "store_locked" if number % 50 == 9 else None,
        }  # fmt: skip
        if arm != "trial" and random.random() < 0.08:
            later = at + dt.timedelta(hours=20)
            yield {
                **about, "event_id": key("regret", event, digits=32),
                "event": random.choice(("retrieval", "reread")), "ts": later, "day": later.date(),
                "of": event, "mode": "full", "tokens_returned": before,
            }  # fmt: skip
    if origin == "live" and number % 2:
        yield {
            **common, "event_id": key("usage", number, digits=32), "event": "usage",
            "ts": dt.datetime.combine(day, dt.time(12)), "day": day, "tokens_input": 4_000,
            "tokens_cache_read": 9_000, "tokens_cache_write": 1_001, "tokens_output": 800,
        }  # fmt: skip


def warehouse() -> duckdb.DuckDBPyConnection:
    """A warehouse of all of it, rolled up, with decisions, certificates and replays."""
    con = duckdb.connect()
    con.execute(SCHEMA.read_text("utf-8"))
    rows = pl.DataFrame(list(events()), infer_schema_length=None)
    con.register("made", rows)
    con.execute("insert into events by name select * from made")
    con.unregister("made")
    rollup(con, FIRST_DAY, LAST_DAY + dt.timedelta(days=3))
    con.execute(
        "insert into segments values ('d', 'n', 'p', 'engine', null, 9, 8, 0, 1, 0, false, false)"
    )
    con.execute("insert into quarantine values ('d', 3, 'kind', 'not a known kind', 'q')")
    for number, (one, content) in enumerate(((OLD, BEFORE), (CURRENT_ID, NOW)), start=1):
        at = dt.datetime(2026, 1, 31) if one == OLD else dt.datetime(2026, 2, 19)
        con.execute("insert into publications values (?, ?, 'live', ?)", [one, at, content])
        con.execute("insert into acts values (?, 'published', ?, '')", [number, one])
        for kind, (mild, strong) in KINDS.items():
            profile = strong if one == CURRENT_ID and kind == "json" else mild
            con.execute(
                "insert into decisions values (?, ?, ?, ?, ?, ?, ?, true, 'certified', "
                "'it saves most of those whose regret is bounded', 120, 6, 0.3, 0.5, 0.0, 0.04, "
                "0.97)",
                [one, *slice_of(kind, FAMILIES[0]), kind, mild, profile],
            )
    for kind, ladder in KINDS.items():
        for rung, profile in enumerate(ladder, start=1):
            con.execute(
                "insert into certificates values ('r', ?, ?, 'x', ?, 'gsm8k-sample', 1, 1, 2, 88, "
                "0, 0.1, 0.000094, 0.0125, 0.97, true, 'demonstration')",
                [kind, profile, rung],
            )
    return con


def answer_rows() -> list[dict[str, object]]:
    """Replays of every profile, and of a blind control."""
    return [
        {
            "dataset": "gsm8k-sample",
            "kind": kind,
            "profile": profile,
            "rung": rung,
            "treatment": treatment,
            "split": split,
            "items": 90,
            "solvable": 88,
            "solved": solved,
            "share": solved / 88,
            "low": 0.4,
            "high": 1.0,
            "tokens_before": 50_000,
            "tokens_after": 40_000 - 10_000 * rung,
        }
        for kind, ladder in KINDS.items()
        for rung, profile in enumerate(ladder, start=1)
        for split in ("certify", "learn")
        for treatment, solved in (("profile", 88 - rung + 1), ("random_deletion", 40))
    ]


def harmed_rows() -> list[dict[str, object]]:
    """One harmed item."""
    return [
        {
            "replay": "r", "kind": "json", "dataset": "gsm8k-sample", "case": "c" * 16,
            "source": "line 3", "profile": "json.rows_few", "profiles": "json.rows_few",
            "query": "how many eggs?", "missing": "the record egg-7", "before": "egg-7: 12",
            "after": "(7 rows left out)", "tokens_before": 900, "tokens_after": 300,
        }
    ]  # fmt: skip


def made_home(root: Path) -> Home:
    """A home whose snapshot holds all of it."""
    home = Home(root).ensure()
    home.recommendations.write_text(NOW, encoding="utf-8")
    with warehouse() as con:
        made = publish_snapshot(
            con,
            home,
            settings=SETTINGS,
            harmed=pl.DataFrame(harmed_rows(), schema=dict(TABLES["harmed"])),
        )
    pl.DataFrame(answer_rows(), schema=dict(TABLES["answerability"])).write_parquet(
        made.directory / "answerability.parquet"
    )
    return home


def write_snapshot(
    root: Path,
    rows: Mapping[str, Sequence[Mapping[str, object]]] | None = None,
    *,
    name: str = "0" * 16,
) -> Path:
    """A snapshot in the home ``root`` that holds ``rows`` and is empty in every other table."""
    directory = root / "snapshots" / name
    directory.mkdir(parents=True)
    for table, schema in TABLES.items():
        pl.DataFrame(list((rows or {}).get(table, ())), schema=dict(schema)).write_parquet(
            directory / f"{table}.parquet"
        )
    (root / "snapshots" / CURRENT).write_text(f"{name}\n", encoding="ascii")
    return directory
