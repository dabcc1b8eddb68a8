"""``toin pepper``: the secret of the organisation that keys every hash."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from compressors.errors import ConfigurationError, InputRefused
from compressors.home import Home
from compressors.pepper import (
    export_pepper,
    load_pepper,
    new_pepper,
    owner_only,
    parse_pepper,
    save_pepper,
)
from pipelines.commands._common import PATH, examples, home_option, pepper_of, say


@click.group(
    "pepper",
    epilog=examples(
        "toin pepper new --home toin-home",
        "toin pepper export > pepper.txt      then, on the next machine:",
        "toin pepper import pepper.txt",
    ),
)
def command() -> None:
    """The secret of your organisation that keys every hash.

    All proxies and the platform share one. Without it nobody can tell from an event or a
    publication what was in it; with another one, nothing fits together any more.
    """


def _refuse_used(home: Home) -> None:
    """A home that holds anything keeps the pepper that it is keyed with.

    Raises:
        ConfigurationError: it holds originals, segments or a warehouse.
    """
    held = [
        path for path in (home.warehouse, home.handles, home.segments, home.inbox) if path.exists()
    ]
    if held and not home.pepper.exists():
        raise ConfigurationError(
            f"{held[0]} is keyed with the public pepper, and nothing of it would fit another one; "
            "take a new home, such as --home toin-home"
        )


@command.command("new")
@home_option
def new(home: Home) -> None:
    """Make a new secret for a home that has none, and print its id."""
    home.ensure()
    _refuse_used(home)
    if home.pepper.exists():
        raise ConfigurationError(
            f"{home.pepper} already holds the pepper {load_pepper(home.pepper).id}, and everything "
            "keyed with it would be orphaned by another; use a new home, or move it away first"
        )
    pepper = new_pepper()
    save_pepper(home.pepper, pepper)
    click.echo(pepper.id)
    say(f"written to {home.pepper}; keep a copy in a safe place with `toin pepper export`")


@command.command("show-id")
@home_option
def show_id(home: Home) -> None:
    """Print the eight digits that name the pepper without telling it."""
    pepper = pepper_of(home)
    if home.pepper.exists() and not owner_only(home.pepper):
        say(f"note: others can read {home.pepper}; close it with `chmod 600 {home.pepper}`")
    click.echo(pepper.id)


@command.command("export")
@home_option
def export(home: Home) -> None:
    """Print the secret as 64 hex digits, to carry it to another machine."""
    click.echo(export_pepper(load_pepper(home.pepper)))
    say("this is the secret itself: keep it out of chats, tickets and repositories")


@command.command("import")
@click.argument("file", type=PATH, required=False)
@home_option
def import_(file: Path | None, home: Home) -> None:
    """Take over a secret exported elsewhere, from FILE or stdin, and print its id.

    It is never an argument, since arguments end up in the shell's history.
    """
    if file is None or str(file) == "-":
        source, text = "stdin", sys.stdin.read()
    else:
        source = str(file)
        try:
            text = file.read_text(encoding="utf-8", errors="replace")
        except OSError as error:
            raise InputRefused(
                f"{file}: cannot be read ({error.strerror}); export the pepper again with "
                "`toin pepper export`"
            ) from error
    pepper = parse_pepper(text.strip(), source=source)
    if pepper != load_pepper(home.pepper):
        _refuse_used(home)
    save_pepper(home.ensure().pepper, pepper)
    click.echo(pepper.id)
