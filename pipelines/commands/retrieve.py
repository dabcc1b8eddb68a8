"""``toin retrieve``: the original behind a handle."""

from __future__ import annotations

import click

from compressors.home import Home
from pipelines.commands._common import examples, home_option, pepper_of, say
from pipelines.commands.compress import write_text


@click.command(
    "retrieve",
    epilog=examples(
        "toin retrieve 4f1c2a9be07d5583 > original.json",
        'toin retrieve 4f1c2a9be07d5583 --query "status 500"',
    ),
)
@click.argument("handle")
@click.option("--query", metavar="TEXT", help="Only the part of the original that answers this.")
@home_option
def command(handle: str, query: str | None, home: Home) -> None:
    """Print the original kept under HANDLE, byte for byte, or the part that answers a query.

    A handle is the 16 hex digits that a compressed text names. Where no part answers the
    query, all of it is printed, and stderr says so.
    """
    pepper_of(home)
    from compressors.engine import Engine

    engine = Engine.start(None, home)
    found = engine.retrieve(handle, query)
    if query and found == engine.retrieve(handle):
        say("note: no part of it answers the query better than all of it, so this is all of it")
    write_text(found)
