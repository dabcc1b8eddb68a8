"""``toin replay``: recorded tasks on compressed context, and what they certify."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from compressors.errors import ConfigurationError, InputRefused
from compressors.home import Home
from pipelines.commands._common import (
    PATH,
    examples,
    home_option,
    json_option,
    need,
    pepper_of,
    print_json,
    writable,
)

if TYPE_CHECKING:
    from pipelines.replay_report import Contents
    from pipelines.replays import Outcome

data_option = click.option(
    "--data",
    type=PATH,
    metavar="DIR",
    help="The folder with gsm8k/, truthfulqa/ and bfcl/.  [the bundled samples]",
)


@click.command(
    "replay",
    epilog=examples(
        "toin replay",
        "toin replay --data ../shared/data --json | jq '.certificates[] | select(.certified)'",
        "toin replay --data ../shared/data --certify",
        "toin replay --data ../shared/data --explain 0f3a9c1b --profile json.rows_few",
        "toin replay --data ../shared/data --retire gsm8k",
    ),
)
@data_option
@click.option(
    "--certify",
    "spend",
    is_flag=True,
    help="Spend a test on the ledger of blocks (datasets/blocks.toml); without it, results "
    "are labelled development.",
)
@click.option(
    "--explain",
    "case",
    metavar="CASE",
    help="Show one case of the learn part instead: before, after, and what was missing. CASE is "
    "the digest that the report names it by.",
)
@click.option("--profile", metavar="NAME", help="With --explain: what this profile left.")
@click.option(
    "--retire",
    metavar="DATASET",
    help="End the current block of a data set instead: its items may be looked at from now on, "
    "and certify no more. Written to the ledger of blocks; there is no way back.",
)
@click.option(
    "--peer",
    type=PATH,
    metavar="PYTHON",
    help="A Python that has headroom-ai, which is then one more control at its own ratio.  [this "
    "one, where it is installed]",
)
@click.option(
    "--report",
    type=PATH,
    metavar="DIR",
    help="Where to put replay-report.html and replay-report.md.  [the home]",
)
@json_option
@home_option
def command(
    data: Path | None,
    spend: bool,
    case: str | None,
    profile: str | None,
    retire: str | None,
    peer: Path | None,
    report: Path | None,
    as_json: bool,
    home: Home,
) -> None:
    """Run recorded tasks again with their context compressed, and bound the harm.

    Every case of every data set under every profile of its kind, and under random deletion
    and truncation at the same ratio. Outcomes and certificates are kept in the home's
    warehouse, and a report is written; nothing is chosen or published.

    A certificate is about these tasks, not about a slice and not in general: it says that
    the profile harms more than epsilon of them with a chance of at most delta.
    """
    need("duckdb", "polars", "scipy", extra="pipelines")
    _refuse_together({"--certify": spend, "--explain": case, "--retire": retire})
    if profile and not case:
        raise click.UsageError("--profile says what --explain shows; give a case as well")
    if retire:
        _retire(retire, as_json=as_json)
        return
    pepper_of(home)
    if case:
        _explain(case, profile or "", data, home, as_json=as_json)
    else:
        _replay(data, spend, home, peer=peer, report=report or home.root, as_json=as_json)


def _refuse_together(given: Mapping[str, object]) -> None:
    several = [name for name, value in given.items() if value]
    if len(several) > 1:
        raise click.UsageError(f"{' and '.join(several)} are different things; give one of them")


def _retire(dataset: str, *, as_json: bool) -> None:
    from pipelines.replays.blocks import LEDGER, read_ledger, write_ledger
    from pipelines.replays.manifests import datasets_directory, public

    manifests = {manifest.name: manifest for manifest in public()}
    if dataset not in manifests:
        raise InputRefused(
            f"there is no public data set {dataset!r}; there are {', '.join(manifests)}"
        )
    manifest = manifests[dataset]
    path = datasets_directory() / LEDGER
    before = read_ledger(path)
    block = before.block_of(dataset, digest=manifest.digest)
    if block > manifest.blocks:
        raise InputRefused(f"every block of {dataset} is retired already")
    write_ledger(path, before.without(dataset, digest=manifest.digest))
    if as_json:
        print_json({"dataset": dataset, "retired": block, "blocks": manifest.blocks})
    else:
        left = manifest.blocks - block
        click.echo(
            f"block {block} of {dataset} is retired: its items may be looked at, and certify no "
            f"more; {left} of {manifest.blocks} blocks left. Commit {path}"
        )


def _explain(case: str, profile: str, data: Path | None, home: Home, *, as_json: bool) -> None:
    from msgspec.structs import asdict

    from compressors.engine import Engine
    from compressors.handles import MemoryHandles
    from pipelines.commands._progress import reporter
    from pipelines.replayed import known_outcomes, recorded_conversations
    from pipelines.replays.explain import explain
    from pipelines.replays.identity import judge_key
    from pipelines.warehouse import Warehouse

    engine = Engine.start(None, home, handles=MemoryHandles())
    known: Mapping[str, Sequence[Outcome]] = {}
    without: frozenset[str] = frozenset()
    if home.warehouse.exists():
        with Warehouse(home.warehouse).connect() as con:
            known = known_outcomes(con, judge=judge_key(engine))
            without = recorded_conversations(con)
    with reporter() as told:
        found = explain(
            case,
            data=data,
            engine=engine,
            profile=profile,
            outcomes=[outcomes[0] for outcomes in known.values()],
            without=without,
            progress=told.step,
        )
    if as_json:
        print_json(asdict(found) | {"profiles": [asdict(each) for each in found.profiles]})
    else:
        from pipelines.commands._explained import explained
        from pipelines.summary import show

        show(*explained(found))


def _replay(
    data: Path | None,
    spend: bool,
    home: Home,
    *,
    peer: Path | None,
    report: Path,
    as_json: bool,
) -> None:
    from msgspec.structs import asdict

    from compressors.digest import engine_digest
    from compressors.engine import Engine
    from compressors.handles import MemoryHandles
    from pipelines.commands._progress import reporter
    from pipelines.replay_report import contents
    from pipelines.replayed import (
        keep_certificates,
        made_and_kept,
        peer_made_and_kept,
        recorded_conversations,
    )
    from pipelines.replays.answerability import answerability
    from pipelines.replays.certify import certify, refuse_samples
    from pipelines.replays.manifests import selected
    from pipelines.replays.model import recorded_accuracy
    from pipelines.replays.peer import installed
    from pipelines.results import certificate_json
    from pipelines.settings import load_settings
    from pipelines.warehouse import Warehouse

    if spend:
        refuse_samples(data)
    home.ensure()
    writable(report)
    settings = load_settings(home.root / "settings.toml")
    engine = Engine.start(None, home, handles=MemoryHandles())
    warehouse = Warehouse(home.warehouse)
    with reporter() as told:
        outcomes, _ = made_and_kept(warehouse, engine=engine, data=data, progress=told.step)
        python = peer or installed()
        if python is not None:
            outcomes += peer_made_and_kept(
                warehouse, outcomes, engine=engine, data=data, python=python, progress=told.step
            )
        with warehouse.connect() as con:
            telemetry = recorded_conversations(con)
        certificates = certify(
            outcomes,
            engine=engine,
            data=data,
            settings=settings,
            spend=spend,
            without=telemetry,
        )
        with warehouse.connect() as con:
            keep_certificates(con, certificates)
    model = [asdict(row) for row in recorded_accuracy(home)]
    sources = selected(data)
    written = _write_report(
        report,
        contents(
            outcomes,
            certificates,
            manifests=[source.manifest for source in sources],
            blocks={source.manifest.name: source.block for source in sources},
            engine=f"sha256:{engine_digest()}",
            delta=settings.delta,
            model=model,
        ),
    )
    if as_json:
        print_json(
            {
                "certificates": [certificate_json(asdict(each)) for each in certificates],
                "report": str(written),
            }
        )
    else:
        from pipelines.summary import answerability_tables, show

        answers = [asdict(row) for row in answerability(outcomes)]
        show(*answerability_tables(answers, [asdict(each) for each in certificates], model=model))
        click.echo(f"\nreport: {written} (and as Markdown beside it)")


def _write_report(folder: Path, report: Contents) -> Path:
    """Both forms of the report into ``folder``; the path of the HTML file."""
    from compressors.files import write_atomically
    from pipelines.replay_report import page, text

    try:
        write_atomically(folder / "replay-report.md", text(report).encode())
        write_atomically(folder / "replay-report.html", page(report).encode())
    except OSError as error:
        raise ConfigurationError(
            f"the report cannot be written to {folder} ({error.strerror}); the outcomes are kept, "
            "so run the same command again with a --report that can be written to"
        ) from error
    return folder / "replay-report.html"
