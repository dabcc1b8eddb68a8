"""``toin verify``: would an engine load this file?"""

from __future__ import annotations

from pathlib import Path

import click

from compressors.home import Home
from pipelines.commands._common import PATH, home_option, pepper_of, say


@click.command("verify")
@click.argument("file", type=PATH)
@home_option
def command(file: Path, home: Home) -> None:
    r"""Say whether an engine with this home's pepper would load FILE, a recommendations.toml.

    If it would not: the line, row and field and the reason, on stderr, and exit code 1.

    \b
    Examples:
      toin verify .toin/recommendations.toml
      toin verify shipped.toml --home /etc/toin && systemctl restart proxy
    """
    pepper = pepper_of(home)
    from compressors.book import read_book

    from compressors.digest import engine_digest

    digest = engine_digest()
    book = read_book(file, pepper_id=pepper.id, engine=digest)
    publication = book.publication
    click.echo(f"{file}: an engine would load it")
    if publication is None:
        return
    for line in describe(book):
        click.echo(line)
    if digest not in book.engines:
        say(
            "note: its certificates are for another engine than the one installed here; an engine "
            "loads it, says so, and with strict_certificates stays with lossless profiles"
        )
