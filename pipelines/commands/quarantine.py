"""``toin quarantine``: rows that are no events, where they stand, and what becomes of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

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

if TYPE_CHECKING:
    from pipelines.ingest.quarantined import Held, Reason


@click.command(
    "quarantine",
    epilog=examples(
        "toin quarantine",
        "toin quarantine segments/ --reason hex --json | jq .rows[].line",
        "toin quarantine --read-again",
        "toin quarantine --dismiss 0f3c5a7e9b1d2f40",
    ),
)
@click.argument("sources", metavar="[PATH]...", type=SOURCE, nargs=-1)
@click.option("--reason", metavar="TEXT", default="", help="Only reasons that contain this text.")
@click.option(
    "--limit", type=click.IntRange(min=0), default=50, show_default=True, help="Rows to list."
)
@click.option(
    "--read-again", is_flag=True, help="Read the segments at hand again: what is mended comes in."
)
@click.option(
    "--dismiss",
    metavar="SEGMENT",
    help="Give up the bad rows of this segment: they stay counted, and block nothing more.",
)
@json_option
@home_option
def command(
    sources: tuple[Source, ...],
    reason: str,
    limit: int,
    read_again: bool,
    dismiss: str | None,
    as_json: bool,
    home: Home,
) -> int:
    """List what is in quarantine: rows that are no events of the schema.

    A row is known by its segment, line, field, reason and keyed digest; nothing else of it is
    kept. Files are named where they are at hand: the home's own, and those of PATH. Too many
    bad rows in one segment block choice and publication, until they are mended and read again,
    or given up.

    The exit code is 1 where a segment that has bad rows is not at hand with --read-again.
    """
    need("duckdb", "polars", "zstandard", extra="pipelines")
    pepper = pepper_of(home)
    from pipelines.ingest import closed_segments, find_segments, ingest
    from pipelines.ingest import quarantined as store
    from pipelines.warehouse import Warehouse

    at_hand: list[Source] = [*closed_segments(home.inbox), *closed_segments(home.segments)]
    at_hand += find_segments(sources) if sources else []
    home.ensure()
    missing = 0
    with Warehouse(home.warehouse).connect() as con:
        named = store.places(at_hand, pepper=pepper)
        if dismiss is not None:
            rows = store.dismiss(con, dismiss)
            say(f"given up: {rows} rows of segment {dismiss}")
        if read_again:
            asked = store.to_read_again(con)
            missing = sum(place not in named for place in asked)
            files = [named[place] for place in asked if place in named]
            report = ingest(con, files, pepper=pepper)
            say(
                f"read {report.segments} segments again: {report.stored} rows came in, "
                f"{report.quarantined} stay"
            )
        reasons = store.by_reason(con, reason=reason)
        held = store.held(con, reason=reason, most=limit)
    if missing:
        say(f"toin: {missing} segments with bad rows are not at hand; name their PATH")
    if as_json:
        print_json(
            {
                "reasons": [each._asdict() for each in reasons],
                "rows": [
                    {**row._asdict(), "file": str(named.get(row.place, "")) or None} for row in held
                ],
            }
        )
    else:
        _print(reasons, held, {place: str(file) for place, file in named.items()})
    return 1 if missing else 0


def _print(reasons: Sequence[Reason], held: Sequence[Held], named: Mapping[str, str]) -> None:
    total = sum(each.rows for each in reasons)
    if not total:
        click.echo("nothing is in quarantine")
        return
    for each in reasons:
        click.echo(
            f"{each.rows} rows in {each.segments} segments, field {each.field}: {each.reason}"
        )
    click.echo()
    for row in held:
        where = named.get(row.place, f"segment {row.segment}")
        given_up = ", given up" if row.dismissed else ""
        click.echo(f"{where}, line {row.line}, field {row.field}: {row.reason}{given_up}")
    if total > len(held):
        click.echo(f"and {total - len(held)} more; --limit shows them")
