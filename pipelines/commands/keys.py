"""``toin keys``: the pair of keys with which publications are signed."""

from __future__ import annotations

import click

from compressors.errors import ConfigurationError
from compressors.home import Home
from pipelines.commands._common import examples, home_option, say


@click.group(
    "keys",
    epilog=examples(
        "toin keys new --home .toin",
        "toin keys show --home .toin > toin.pem      then, on each proxy:",
        "export TOIN_PUBLIC_KEY=/etc/toin/toin.pem",
    ),
)
def command() -> None:
    """The Ed25519 keys of your organisation's platform.

    What is published in a home with a key is signed with it. An engine that has the public
    key loads nothing that is not.
    """


@command.command("new")
@home_option
def new(home: Home) -> None:
    """Make a pair for a home that has none, and print its id."""
    from pipelines.keys import new_keys, private_file, public_file

    click.echo(new_keys(home.ensure()))
    say(f"the private key is {private_file(home)}, readable by its owner alone: keep it there")
    say(f"the public one is {public_file(home)}: give it to engines with TOIN_PUBLIC_KEY")


@command.command("show")
@home_option
def show(home: Home) -> None:
    """Print the public key, which is no secret; its id goes to stderr."""
    from pipelines.keys import public_key

    found = public_key(home)
    if found is None:
        raise ConfigurationError(
            f"the home {home.root} has no keys; make them with `toin keys new --home {home.root}`"
        )
    click.echo(found[1].decode("ascii"), nl=False)
    say(f"key {found[0]}")
