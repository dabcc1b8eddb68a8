"""``toin datasets``: what replays are made of, where it comes from, and whether it is there."""

from __future__ import annotations

from pathlib import Path

import click

from compressors.errors import InputRefused
from compressors.home import Home
from pipelines.commands._common import PATH, examples, home_option, json_option, print_json, say

_FETCHED = "datasets"
"""Where in a home fetched data is kept."""


@click.group(
    "datasets",
    epilog=examples(
        "toin datasets list",
        "toin datasets fetch gsm8k --into data",
        "toin datasets check --data data",
    ),
)
def command() -> None:
    """The public data sets that replays are made of, by manifest.

    They are not shipped: fetch them on a machine with a network, and give their folder
    with --data to `toin replay` and `toin run`.
    """


@command.command("list", epilog=examples("toin datasets list --json"))
@json_option
@home_option
def _list(as_json: bool, home: Home) -> None:
    """Every data set: its source and revision, licence, files, epsilon and blocks."""
    from pipelines.replays.manifests import known

    manifests = known()
    if as_json:
        print_json(
            [
                {
                    "name": m.name, "title": m.title, "source": m.source, "revision": m.revision,
                    "licence": m.licence, "epsilon": m.epsilon, "sample": m.sample,
                    "blocks": m.blocks, "digest": m.digest,
                    "files": [{"path": f.path, "sha256": f.sha256} for f in m.files],
                }
                for m in manifests
            ]
        )  # fmt: skip
        return
    for m in manifests:
        count = f"{len(m.files)} file{'s' if len(m.files) != 1 else ''}"
        blocks = f", {m.blocks} blocks" if m.blocks > 1 else ""
        click.echo(f"{m.name}: {m.title}")
        click.echo(f"  {m.licence}, epsilon {m.epsilon:.0%}, {count}{blocks}")
        click.echo("  bundled" if m.sample else f"  {m.source} at {m.revision[:12]}")
        fetched = home.root / _FETCHED / m.name
        if fetched.is_dir():
            click.echo(f"  fetched into {fetched}")


@command.command("fetch", epilog=examples("toin datasets fetch", "toin datasets fetch bfcl"))
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option(
    "--into",
    type=PATH,
    metavar="DIR",
    help="Where to keep them, for --data.  [datasets/ in the home]",
)
@click.option(
    "--from",
    "source",
    metavar="URL",
    help="A mirror to fetch from, in place of the manifest's own address.",
)
@home_option
def _fetch(names: tuple[str, ...], into: Path | None, source: str | None, home: Home) -> None:
    """Fetch data sets from their public sources: all, or those named.

    Every file is verified against its manifest before it is kept, and one that is there
    already is not fetched again.
    """
    from pipelines.replays.fetching import fetch
    from pipelines.replays.manifests import public

    sets = {manifest.name: manifest for manifest in public()}
    unknown = sorted(set(names) - set(sets))
    if unknown:
        raise InputRefused(
            f"there is no data set {unknown[0]!r}; to be fetched are {', '.join(sets)}"
        )
    folder = into or home.root / _FETCHED
    fetched = []
    for name in names or [name for name, manifest in sets.items() if manifest.base]:
        fetched += fetch(
            sets[name], folder, source=source, progress=lambda path: say(f"fetching {path}")
        )
    click.echo(f"{folder}: {len(fetched)} files fetched, every file is as its manifest says")
    click.echo(f"  use them with --data {folder}")


@command.command("check", epilog=examples("toin datasets check --data ../shared/data"))
@click.option(
    "--data",
    type=PATH,
    metavar="DIR",
    help="The folder with gsm8k/, truthfulqa/ and bfcl/.  [datasets/ in the home, else the "
    "bundled samples]",
)
@home_option
@click.pass_context
def _check(ctx: click.Context, data: Path | None, home: Home) -> None:
    """Whether every file of every data set is there, and is the one its manifest names."""
    from pipelines.replays.manifests import candidates, records, verify

    fetched = home.root / _FETCHED
    if data is None and fetched.is_dir():
        data = fetched
    wrong = 0
    for source in candidates(data):
        found, before = 0, wrong
        for file in source.manifest.files:
            path = source.base / file.path
            try:
                verify(path, file)
                found += sum(1 for _ in records(path, file))
            except InputRefused as refusal:
                wrong += 1
                say(f"{source.manifest.name}: {refusal}")
        if wrong == before:
            click.echo(f"{source.manifest.name}: {found:,} records, as the manifest says")
    if wrong:
        say(f"toin: {wrong} file{'s are' if wrong > 1 else ' is'} not as the manifest says")
        ctx.exit(1)
