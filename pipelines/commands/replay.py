"""``toin replay``: recorded tasks on compressed context, and what they certify."""

from __future__ import annotations

from pathlib import Path

import click

from compressors.home import Home
from pipelines.commands._common import (
    PATH,
    examples,
    home_option,
    json_option,
    need,
    pepper_of,
    print_json,
)

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
@json_option
@home_option
def command(data: Path | None, spend: bool, as_json: bool, home: Home) -> None:
    """Run recorded tasks again with their context compressed, and bound the harm.

    Every case of every data set under every profile of its kind, and under random deletion
    and truncation at the same ratio. Outcomes and certificates are kept in the home's
    warehouse; nothing is chosen or published.

    A certificate is about these tasks, not about a slice and not in general: it says that
    the profile harms more than epsilon of them with a chance of at most delta.
    """
    need("duckdb", "polars", "scipy", extra="pipelines")
    pepper_of(home)
    from msgspec.structs import asdict

    from compressors.engine import Engine
    from compressors.handles import MemoryHandles
    from pipelines.commands._progress import reporter
    from pipelines.replayed import keep_certificates, made_and_kept, recorded_conversations
    from pipelines.replays.certify import certify, refuse_samples
    from pipelines.replays.report import answerability
    from pipelines.results import certificate_json
    from pipelines.settings import load_settings
    from pipelines.warehouse import Warehouse

    if spend:
        refuse_samples(data)
    home.ensure()
    engine = Engine.start(None, home, handles=MemoryHandles())
    warehouse = Warehouse(home.warehouse)
    with reporter() as told:
        outcomes = made_and_kept(warehouse, engine=engine, data=data, progress=told.step)
        with warehouse.connect() as con:
            telemetry = recorded_conversations(con)
        certificates = certify(
            outcomes,
            engine=engine,
            data=data,
            settings=load_settings(home.root / "settings.toml"),
            spend=spend,
            without=telemetry,
        )
        with warehouse.connect() as con:
            keep_certificates(con, certificates)
    if as_json:
        print_json({"certificates": [certificate_json(asdict(each)) for each in certificates]})
    else:
        from pipelines.replays.model import recorded_accuracy
        from pipelines.summary import answerability_tables, show

        answers = [asdict(row) for row in answerability(outcomes)]
        model = [asdict(row) for row in recorded_accuracy(home)]
        show(*answerability_tables(answers, [asdict(each) for each in certificates], model=model))
