"""``toin erase``: out of segments, warehouse and snapshots, with a proof."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import click

from compressors.errors import ConfigurationError
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

_INSTANCE = re.compile(r"[0-9a-f]{16}")


def _keyed(_ctx: click.Context, _option: click.Parameter, value: str | None) -> str | None:
    if value is not None and not _INSTANCE.fullmatch(value):
        raise click.BadParameter("expected 16 hex digits, as events have it in `instance`")
    return value


@click.command(
    "erase",
    epilog=examples(
        "toin erase --instance 0f3c5a7e9b1d2f40 --dry-run",
        "toin erase --instance 0f3c5a7e9b1d2f40 /var/lib/proxy/segments",
        "toin erase --before 2026-09-01",
        "toin erase --retention",
    ),
)
@click.argument("sources", metavar="[PATH]...", type=SOURCE, nargs=-1)
@click.option(
    "--instance", metavar="HASH", callback=_keyed, help="All that this keyed instance reported."
)
@click.option(
    "--before",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DAY",
    help="All of the days before this one (UTC).",
)
@click.option(
    "--retention", is_flag=True, help="All that is older than the setting retention_days says."
)
@click.option("--dry-run", is_flag=True, help="Only say what would go.")
@json_option
@home_option
def command(
    sources: tuple[Source, ...],
    instance: str | None,
    before: datetime | None,
    retention: bool,
    dry_run: bool,
    as_json: bool,
    home: Home,
) -> int:
    """Erase an instance, or everything before a day, from segments, warehouse and snapshots.

    Segments of the home, and those of PATH, are written anew without it; what was read once and
    is not at hand is named by number. Afterwards every place is searched, and the command says
    what it found. What was erased does not come in again, from wherever it is delivered. Close
    the proxy's segments first: what is still being written is not touched.

    The exit code is 1 where something of it is left.
    """
    if sum((instance is not None, before is not None, retention)) != 1:
        raise click.UsageError("give one of --instance, --before and --retention")
    need("duckdb", "polars", "zstandard", extra="pipelines")
    pepper = pepper_of(home)
    from pipelines.erase import erase
    from pipelines.ingest.rewrite import Scope
    from pipelines.settings import load_settings

    settings = load_settings(home.root / "settings.toml")
    day = before.date() if before else None
    if retention:
        if not settings.retention_days:
            raise ConfigurationError(
                f"{home.root / 'settings.toml'} sets no retention_days, so everything is kept; "
                "set it, or say --before DAY"
            )
        day = kept_from(datetime.now(UTC).date(), days=settings.retention_days)
    scope = Scope(instance or "", day.isoformat() if day else "")
    done = erase(
        home.ensure(), scope, pepper=pepper, settings=settings, sources=sources, rehearse=dry_run
    )
    for name in done.left:
        say(f"left as it is, look yourself: {name}")
    if done.not_at_hand:
        say(
            f"{done.not_at_hand} segments that were read once are not at hand: name their PATH to "
            "have them written anew too; nothing of it comes in from them again"
        )
    if as_json:
        print_json({**done._asdict(), "proof": done.proof._asdict(), "dry_run": dry_run})
    else:
        verb = "would go" if dry_run else "went"
        click.echo(
            f"{done.events} events and {done.imported} imported rows of the warehouse {verb}, and "
            f"{done.rows} rows of {done.rewritten} segments"
        )
        if not dry_run:
            click.echo(f"proof: {done.proof.sentence}")
    return 0 if dry_run or done.proof.passed else 1


def kept_from(today: date, *, days: int) -> date:
    """The first day that is kept where ``days`` are, today not counted."""
    return today - timedelta(days=days)
