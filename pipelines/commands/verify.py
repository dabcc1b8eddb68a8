"""``toin verify``: would an engine load this file?"""

from __future__ import annotations

from pathlib import Path

import click

from compressors.home import Home
from pipelines.commands._common import PATH, examples, home_option, pepper_of, say

_STANDING = {
    "certified": "certified",
    "demonstration": "demonstration, of samples at a loose epsilon",
    "development": "development, no test was spent on them",
    "none": "missing for at least one",
}


@click.command(
    "verify",
    epilog=examples(
        "toin verify .toin/recommendations.toml",
        "toin verify shipped.toml --home /etc/toin && systemctl restart proxy",
    ),
)
@click.argument("file", type=PATH)
@click.option(
    "--public-key",
    type=PATH,
    envvar="TOIN_PUBLIC_KEY",
    metavar="FILE",
    help="Also: is it signed by this key?  [TOIN_PUBLIC_KEY]",
)
@home_option
def command(file: Path, public_key: Path | None, home: Home) -> None:
    """Say whether an engine with this home's pepper would load FILE, a recommendations.toml.

    If it would not: the line, row and field and the reason, on stderr, and exit code 1.
    """
    pepper = pepper_of(home)
    from compressors.book import read_book
    from compressors.digest import engine_digest
    from compressors.signature import load_public_keys

    keys = load_public_keys(public_key) if public_key else ()
    book = read_book(file, pepper_id=pepper.id, engine=engine_digest(), keys=keys)
    click.echo(f"{file}: an engine would load it")
    head = book.publication
    if head is None:
        return
    click.echo(f"  id {head.id}")
    if book.signed_by:
        click.echo(f"  signed by key {book.signed_by}")
    made_from = f"{head.origin} traffic" if head.origin else "replays alone"
    click.echo(
        f"  {len(book.rows)} rows, {len(book.certificates)} certificates, made from {made_from}"
        f"{', a demonstration' if head.demonstration else ''}"
    )
    click.echo(f"  certificates behind its lossy profiles: {_STANDING[book.standing]}")
    if not book.fits:
        say(
            "note: its certificates are for another engine than this one; an engine loads it, "
            "says so, and with strict_certificates stays with lossless profiles"
        )
