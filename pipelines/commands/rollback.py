"""``toin rollback``: an earlier publication back in place, until a person ends that."""

from __future__ import annotations

from datetime import datetime

import click

from compressors.home import Home
from pipelines.commands._common import examples, home_option, say
from pipelines.commands.publications import history_of


@click.command(
    "rollback",
    epilog=examples(
        'toin rollback 8f2a1c --why "too short for the billing team"',
        "toin rollback 8f2a1c --until 2026-12-31",
        "toin rollback --end",
    ),
)
@click.argument("publication", metavar="[ID]", required=False)
@click.option("--why", metavar="TEXT", default="", help="Your reason, kept in the history.")
@click.option(
    "--until",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="Last day of evidence on which it holds.  [until --end]",
)
@click.option("--end", is_flag=True, help="Hold nothing any more: the next run publishes again.")
@home_option
def command(
    publication: str | None, why: str, until: datetime | None, end: bool, home: Home
) -> None:
    """Put publication ID, or the one whose id begins so, back in place, and hold it there.

    Runs go on to learn and to keep what they would publish, and leave the file as it is, and
    say so, until --end or the newest event is past --until. Ship it for engines to see it.
    """
    if end == (publication is not None):
        raise click.UsageError("name the publication to go back to, or --end")
    with history_of(home) as con:
        from pipelines.publication import release, roll_back

        if publication is None:
            hold = release(home)
            say("nothing was held" if hold is None else "the next `toin run` publishes again")
            return
        back = roll_back(con, home, publication, why=why, until=until.date() if until else None)
    click.echo(back.id)
    say(f"in place again in {home.recommendations}; engines have it once it is shipped")
    say(
        "runs leave it there until `toin rollback --end`"
        + (f" or {until:%Y-%m-%d}" if until else "")
    )
