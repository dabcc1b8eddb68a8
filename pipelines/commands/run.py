"""``toin run``: the main job, and the table it ends with."""

from __future__ import annotations

from pathlib import Path

import click

from compressors.home import Home
from pipelines.commands._common import (
    PATH,
    auth_option,
    examples,
    home_option,
    json_option,
    need,
    passed_over,
    pepper_of,
    print_json,
    say,
)
from pipelines.commands.ingest import NAMED
from pipelines.commands.replay import data_option


@click.command(
    "run",
    epilog=examples(
        "toin run",
        "toin run --traffic runs/ --auth-mode payg --model claude-sonnet-4-5 --home .toin",
        "toin run --telemetry /var/lib/proxy/segments --data ../shared/data --home .toin",
    ),
)
@click.option(
    "--telemetry",
    type=PATH,
    multiple=True,
    metavar="PATH",
    help="Segments, or a directory of them; evaluated as they are.",
)
@click.option(
    "--traffic",
    type=PATH,
    multiple=True,
    metavar="TRANSCRIPT",
    help="Recorded transcripts, or a directory of them; run before and after.",
)
@data_option
@auth_option
@click.option(
    "--model",
    metavar="NAME",
    default="",
    help="The model of the given transcripts.  [what each transcript records]",
)
@json_option
@home_option
def command(
    telemetry: tuple[Path, ...],
    traffic: tuple[Path, ...],
    data: Path | None,
    auth_mode: str,
    model: str,
    as_json: bool,
    home: Home,
) -> int:
    """Do the main job: learn from traffic and replays, publish, and act on it.

    Recorded traffic goes through the engine; its events are ingested and rolled up by
    Dagster; replays are run and bounded; recommendations.toml is published; the engine
    starts again with it and the same traffic runs a second time. The table at the end says
    what that changed, and why.

    Without --telemetry and --traffic it works on the bundled transcripts, a demonstration
    under the public pepper; a home with a pepper of its own refuses them. The first pass
    never reads an earlier recommendations file: it runs on the package's defaults, so the
    same input always gives the same file.

    Transcripts or rows that cannot be read are named on stderr and cost nothing else; where
    a transcript or a whole segment was refused, the exit code is 1 although the run is
    complete.
    """
    need("dagster", "duckdb", "polars", "ibis", "scipy", extra="pipelines")
    if telemetry or traffic:
        pepper_of(home)
    else:
        say("note: no traffic given, so the bundled transcripts are used, under the public pepper")
    from pipelines.commands._progress import reporter

    with reporter() as told:
        from pipelines.run import main_job

        result = main_job(
            home,
            telemetry=telemetry,
            traffic=traffic,
            data=data,
            auth_mode=auth_mode,
            model=model,
            progress=told.step,
        )
    from pipelines.summary import show, summary

    for skipped in result.skipped:
        say(passed_over(skipped))
    for row in result.bad_rows[:NAMED]:
        say(f"quarantined: {row}")
    if len(result.bad_rows) > NAMED:
        say(f"and {len(result.bad_rows) - NAMED} more rows in quarantine")
    for refusal in result.refused:
        say(f"toin: {refusal}")
    if as_json:
        print_json(result.as_json())
    else:
        show(summary(result))
    return 1 if result.refused else 0
