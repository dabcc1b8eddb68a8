"""Nothing that was typed, called or returned, and no unkeyed digest of it, is in any store.

A conversation full of secrets goes through the engine into segments, through ingest, choice and
publication into warehouse, snapshot and the file; then every byte and every row of the home is
searched. The originals behind handles, and the pepper, are what the home keeps on purpose.
"""

from __future__ import annotations

import base64
import hashlib
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from random import Random

import duckdb
import polars as pl
import pytest
import rtk_world as rtk
from replay_world import outcomes as make_outcomes

from compressors.engine import Engine
from compressors.handles import MemoryHandles
from compressors.home import Home
from compressors.kinds import json as json_kind
from compressors.pepper import load_pepper, new_pepper, save_pepper
from compressors.telemetry import (
    LiveStamps,
    SegmentWriter,
    compression_event,
    retrieval_event,
    turn_events,
)
from pipelines.materialise import materialise
from pipelines.replayed import keep_outcomes
from pipelines.replays.manifests import selected
from pipelines.replays.outcomes import replay_key
from pipelines.warehouse import Warehouse

SECRETS = {
    "name": "Mallory Quillfeather",
    "prompt": "why was the bonus of quillfeather cut in march",
    "system": "You answer for Zephyrine Payroll Limited",
    "path": "/home/quillfeather/payroll/salaries-2026.xlsx",
    "mail": "quillfeather@zephyrine.example",
    "key": "sk-ant-api03-Xy9qT7vLm2Rk8WpZ",
    "tool": "lookup_zephyrine_salary",
    "field": "bonus_of_quillfeather",
    "other_field": "iban_of_employee",
    "value": "DE44500105175407324931",
    "session": "session-of-quillfeather-77",
    "credential": "Bearer zephyrine-token-55512",
    "argument": "quillfeather --cut-since march",
    "file": "segment-of-quillfeather",
    "project": "/srv/zephyrine/secret-project",
    "log": "quillfeather logged in from 203.0.113.77",
}
_ORIGINALS = ("handles.sqlite", "handles.sqlite-wal", "handles.sqlite-shm", "pepper")
_ALGORITHMS = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512", "blake2b", "blake2s",
               "sha3_256")  # fmt: skip
_DIGITS = 12


def answers() -> Iterator[str]:
    """What tools return: rows, a log, and a page of text, each with secrets in it."""
    random = Random(5)
    yield json.dumps(
        [
            {
                "id": n,
                SECRETS["field"]: random.randint(1, 9999),
                SECRETS["other_field"]: SECRETS["value"],
                "mail": SECRETS["mail"],
                "who": SECRETS["name"],
                "where": SECRETS["path"],
            }
            for n in range(80)
        ]
    )
    yield "\n".join(
        f"2026-11-20T10:{n // 60:02}:{n % 60:02}Z INFO [{SECRETS['key']}] {SECRETS['log']} n={n}"
        for n in range(300)
    )
    yield f"{SECRETS['name']} wrote: {SECRETS['value']}.\n\n" * 60


def messages(number: int, answer: str) -> list[dict[str, object]]:
    call = {"id": f"c{number}", "type": "function",
            "function": {"name": SECRETS["tool"],
                         "arguments": json.dumps({"q": SECRETS["argument"]})}}  # fmt: skip
    return [
        {"role": "system", "content": SECRETS["system"]},
        {"role": "user", "content": f"{SECRETS['prompt']} ({number})"},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": f"c{number}", "content": answer},
    ]


def needles() -> dict[str, str]:
    """Every secret as it is, in other writings, and as the digests that anybody could make."""
    found: dict[str, str] = {}
    texts = dict(SECRETS)
    texts.update({f"answer {n}": text for n, text in enumerate(answers())})
    for name, text in texts.items():
        if name in SECRETS:
            found |= {text: name, text.lower(): name, text.upper(): name, json.dumps(text): name}
            found[base64.b64encode(text.encode()).decode().rstrip("=")] = f"{name}, base64"
            found[text.encode().hex()] = f"{name}, hex"
        for written in {text, text.lower(), text.strip(), json.dumps(text)}:
            for algorithm in _ALGORITHMS:
                digest = hashlib.new(algorithm, written.encode())
                found[digest.hexdigest()[:_DIGITS]] = f"{name}, {algorithm}"
                found[base64.b64encode(digest.digest()).decode()[:_DIGITS]] = f"{name}, {algorithm}"
    rows = json_kind.recognise(next(answers()))
    assert rows is not None
    # The unkeyed digest of the structure, which a dictionary turns back.
    found[json_kind.signature(rows)[:_DIGITS]] = "structure, unkeyed"
    return found


def everything(home: Home) -> Iterator[tuple[str, str]]:
    """Every file of the home as text, and every table of what is compressed in it, row by row."""
    for path in sorted(home.root.rglob("*")):
        if not path.is_file() or path.name in _ORIGINALS:
            continue
        name = str(path.relative_to(home.root))
        yield f"name of {name}", name
        yield name, path.read_bytes().decode("latin-1")
        if path.suffix == ".parquet":
            frame = pl.read_parquet(path)
            yield f"rows of {name}", repr(frame.columns) + repr(frame.rows())
    with duckdb.connect(home.warehouse, read_only=True) as con:
        for (table,) in con.execute("select table_name from duckdb_tables()").fetchall():
            yield f"table {table}", repr(con.execute(f"select * from {table}").fetchall())


def found_in(parts: Iterator[tuple[str, str]], wanted: dict[str, str]) -> list[tuple[str, str]]:
    return [
        (name, secret)
        for name, text in parts
        for needle, secret in wanted.items()
        if needle in text
    ]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home.at(tmp_path / "home").ensure()
    save_pepper(made.pepper, new_pepper())
    return made


def _send(home: Home) -> int:
    """Conversations through an engine of the home; how many events that made."""
    with Engine.start(home=home) as engine:
        stamps = LiveStamps(engine.pepper.key(SECRETS["name"]))
        with SegmentWriter(home.inbox, name="proxy") as segment:
            for number in range(12):
                for answer in answers():
                    turn = engine.compress_messages(
                        messages(number, answer),
                        session=f"{SECRETS['session']} {number}",
                        credential=SECRETS["credential"],
                        model="claude-sonnet-4-20250514",
                        auth_mode="payg",
                    )
                    for event in turn_events(engine, turn, stamps):
                        segment.write(event)
            short = engine.compress(
                next(answers()),
                query=SECRETS["prompt"],
                tool=SECRETS["tool"],
                model=SECRETS["name"],
            )
            event = compression_event(
                engine, short, stamp=stamps.next(), origin="live",
                conversation=SECRETS["session"], tool=SECRETS["tool"], nth=0,
            )  # fmt: skip
            segment.write(event)
            segment.write(
                retrieval_event(
                    engine,
                    short,
                    stamp=stamps.next(),
                    of=event,
                    mode="query",
                    tokens_returned=9,
                    fields=[SECRETS["field"], SECRETS["other_field"]],
                    positions=[3],
                )
            )
        return segment.events


@pytest.mark.slow
def test_no_secret_and_no_unkeyed_digest_of_one_is_in_any_store_or_log(
    home: Home, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    events = _send(home)
    # What ought not to come in at all: rows with more than the schema has, histories of others.
    bad = home.inbox / f"{SECRETS['file']}.jsonl"
    bad.write_text(json.dumps({"prompt": SECRETS["prompt"], SECRETS["field"]: 1}) + "\n")
    rtk.write_history(
        home.inbox / "history.db",
        [("2026-11-20T10:00:00Z", f"cat {SECRETS['path']}", 90, 30, 4, SECRETS["project"])],
    )
    with Engine.start(home=home, handles=MemoryHandles()) as engine:
        key = replay_key(engine, selected(None))
    with Warehouse(home.warehouse).connect() as con:
        keep_outcomes(con, make_outcomes(replay=key))
    (home.root / "settings.toml").write_text("max_bad_share = 1.0\n")
    told = materialise(
        home,
        ("segments", "rollup", "outcomes", "certificates", "choice", "publication", "snapshot"),
    )
    assert told.report is not None
    assert (told.report.stored, told.report.quarantined) == (events + 1, 1)
    # Files in the inbox that are not ours are as their owners wrote them.
    bad.unlink()
    (home.inbox / "history.db").unlink()
    said = capfd.readouterr()
    parts = [*everything(home), ("stdout", said.out), ("stderr", said.err), ("log", caplog.text)]
    assert {"table events", "table imported_uses", "table quarantine"} <= {
        name for name, _ in parts
    }
    assert any(name.endswith("recommendations.toml") for name, _ in parts)
    assert found_in(iter(parts), needles()) == []
    # The search itself works: what is kept on purpose is found, and so is what is planted.
    kept = (home.handles.read_bytes() + _log_of(home)).decode("latin-1")
    assert found_in(iter([("originals", kept)]), {SECRETS["value"]: "value"})
    leak = hashlib.sha256(SECRETS["mail"].encode()).hexdigest()
    (home.root / "leak.txt").write_text(f"x{leak[:16]}x")
    assert found_in(everything(home), needles()) == [("leak.txt", "mail, sha256")]
    with Warehouse(home.warehouse).connect() as con:
        con.execute("update events set tool = ? where tool is not null", [leak[:16]])
    assert ("table events", "mail, sha256") in found_in(everything(home), needles())


def _log_of(home: Home) -> bytes:
    log = home.handles.with_name("handles.sqlite-wal")
    return log.read_bytes() if log.exists() else b""


def test_keyed_digests_are_not_those_of_another_pepper(home: Home) -> None:
    own, other = load_pepper(home.pepper), new_pepper()
    for secret in SECRETS.values():
        assert own.key(secret) != other.key(secret)
        assert own.key(secret)[:_DIGITS] not in needles()
