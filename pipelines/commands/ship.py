"""``toin ship``: the publication to where engines read it."""

from __future__ import annotations

from pathlib import Path

import click

from compressors.errors import ConfigurationError
from compressors.home import Home
from compressors.pepper import load_pepper
from pipelines.commands._common import PATH, examples, home_option, json_option, need, print_json


@click.command(
    "ship",
    epilog=examples(
        "toin ship /etc/toin",
        "toin ship s3://fleet/toin/ gs://fleet/toin/ ssh://proxy-1/etc/toin/",
        "toin ship --file candidate.toml /srv/staging/recommendations.toml",
    ),
)
@click.argument("destinations", metavar="DEST...", nargs=-1, required=True)
@click.option(
    "--file", type=PATH, metavar="FILE", help="Another file.  [the home's recommendations.toml]"
)
@json_option
@home_option
def command(destinations: tuple[str, ...], file: Path | None, as_json: bool, home: Home) -> int:
    """Put the publication in place into each DEST, a folder or a file that ends with .toml.

    It is read first as an engine would, signed where the home has a key, written under another
    name where the store can rename, and read back. An engine takes it up at its next start.
    The exit code is 1 where any destination failed; the others have it all the same.
    """
    need("fsspec", extra="pipelines")
    from compressors.book import read_book
    from compressors.signature import signatures_of
    from pipelines.shipping import ship

    path = file or home.recommendations
    read_book(path, pepper_id=load_pepper(home.pepper).id, engine="")
    try:
        content = path.read_bytes()
        beside = signatures_of(path)
        signatures = beside.read_bytes() if beside.exists() else b""
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read ({error.strerror})") from error
    made = []
    for destination in destinations:
        one = ship(home, content, destination, beside=signatures)
        made.append(one)
        if not as_json:
            had = one.before or "nothing"
            signed = ", signed" if one.signed else ""
            click.echo(
                f"{one.destination}: failed, it has {_short(had)} as before: {one.why}"
                if one.status == "failed"
                else f"{one.destination}: {one.status}, had {_short(had)}, "
                f"has {_short(one.now or 'nothing')}{signed}"
            )
    if as_json:
        import msgspec

        print_json({"deliveries": msgspec.to_builtins(made)})
    return 1 if any(one.status == "failed" for one in made) else 0


def _short(identifier: str) -> str:
    return identifier.removeprefix("sha256:")[:16]
