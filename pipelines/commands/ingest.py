"""``toin ingest``: segments into the warehouse, and nothing more."""

from __future__ import annotations

import click

from compressors.home import Home
from pipelines.commands._common import (
    SOURCE,
    Source,
    examples,
    home_option,
    json_option,
    need,
    pepper_of,
    print_json,
    say,
)

NAMED = 20
"""Refused rows that are told one by one; all of them are in quarantine."""


@click.command(
    "ingest",
    epilog=examples(
        "toin ingest segments/ --home .toin",
        "toin ingest proxy-7-20261120.jsonl.zst --json | jq .quarantined",
        "toin ingest s3://telemetry/proxies/2026-11-20/",
        "toin ingest ~/.headroom/toin.json ~/.headroom/savings_events.jsonl",
        "toin ingest ~/.local/share/rtk/history.db",
    ),
)
@click.argument("paths", metavar="PATH...", type=SOURCE, nargs=-1, required=True)
@json_option
@home_option
def command(paths: tuple[Source, ...], as_json: bool, home: Home) -> int:
    """Take event segments, or directories of them, into the home's warehouse.

    Segments are `*.jsonl`, `*.jsonl.zst` or `*.parquet`, in folders or in a store of objects
    (s3://, gs://, az://). Headroom's toin.json and ledger of savings and RTK's history.db and
    recall.db are taken in too, as what they are: history that informs and is no evidence.

    Each event is stored once, however
    often it is delivered. A row that is no event of the schema goes to quarantine and is
    named on stderr by file, line, field and reason; the good rows beside it are kept, and
    once its cause is mended the segment is read again. Nothing is evaluated here: that is
    `toin run --telemetry`.

    The exit code is 1 where a segment gave nothing at all: it cannot be read, or none of
    its rows is an event. The others are taken in all the same.
    """
    need("duckdb", "polars", "zstandard", extra="pipelines")
    pepper = pepper_of(home)
    from pipelines.commands._progress import reporter
    from pipelines.event_files import place_of_events, settle
    from pipelines.ingest import ingest
    from pipelines.overrides import settings_of
    from pipelines.warehouse import Warehouse

    place = place_of_events(home.ensure(), settings_of(home))
    with reporter() as told, Warehouse(home.warehouse).connect() as con:
        report = ingest(con, paths, pepper=pepper, progress=told.step)
        if place:
            settle(con, place)
    for row in report.by_reason[:NAMED]:
        say(f"quarantined: {row}")
    if report.quarantined > NAMED:
        say(f"and {report.quarantined - NAMED} more rows in quarantine")
    if report.quarantined:
        say("mend the cause and run this again: the segments are then read once more")
    for refusal in report.refused:
        say(f"toin: {refusal}")
    if as_json:
        print_json(
            {
                "segments": report.segments,
                "known": report.known,
                "rows": report.rows,
                "stored": report.stored,
                "duplicates": report.duplicates,
                "quarantined": report.quarantined,
                "erased": report.erased,
                "reasons": [row._asdict() for row in report.by_reason],
                "refused": list(report.refused),
            }
        )
    else:
        known = f" ({report.known} known already)" if report.known else ""
        click.echo(
            f"{report.segments} segments{known}: {report.rows} rows = {report.stored} stored "
            f"+ {report.duplicates} duplicates + {report.quarantined} quarantined"
            + (f" + {report.erased} erased before" if report.erased else "")
        )
    return 1 if report.refused else 0
