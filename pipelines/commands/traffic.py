"""``toin traffic``: recorded transcripts through the engine, into segments."""

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
    passed_over,
    pepper_of,
    print_json,
    recommendations_option,
    say,
    writable,
)


@click.command(
    "traffic",
    epilog=examples(
        "toin traffic runs/ --out segments --auth-mode payg --model claude-sonnet-4-5",
        "toin traffic run.jsonl.gz --out segments --recommendations recommendations.toml",
        "toin ingest segments",
    ),
)
@click.argument("transcripts", type=PATH, nargs=-1, required=True)
@click.option(
    "--out", type=PATH, required=True, metavar="DIR", help="Where the segments are written."
)
@auth_option
@click.option(
    "--model",
    metavar="NAME",
    default="",
    help="The model of the transcripts; part of the slice.  [what each transcript records]",
)
@recommendations_option
@json_option
@home_option
def command(
    transcripts: tuple[Path, ...],
    out: Path,
    auth_mode: str,
    model: str,
    recommendations: Path | None,
    as_json: bool,
    home: Home,
) -> int:
    """Run recorded TRANSCRIPTs through the engine, as a proxy would see them.

    Files, or directories that are searched: OpenAI chat (tau-bench, tau2), tau-bench
    few-shot text, mini-swe-agent, SWE-agent, OpenHands, Inspect; JSON or JSON lines,
    also gzipped. For every tool result the segments hold the acting event, a `trial` event
    for each other rung of the ladder, and a retrieval where a value that the assistant
    used later was hidden. No text of a transcript is in them.

    A transcript that cannot be read is named on stderr; the others are recorded, and the
    exit code is 1.
    """
    pepper = pepper_of(home)
    from compressors.book import read_book
    from compressors.digest import engine_digest
    from compressors.engine import Engine
    from compressors.handles import MemoryHandles
    from pipelines.commands._progress import reporter
    from pipelines.traffic.intake import take_in
    from pipelines.traffic.record import record

    if recommendations is not None:
        # An engine would start on its defaults; recording those as this file's would mislead.
        read_book(recommendations, pepper_id=pepper.id, engine=engine_digest())
    intake = take_in(transcripts)
    total = len(intake.transcripts)
    writable(out)
    with reporter() as told:
        engine = Engine.start(recommendations, home, handles=MemoryHandles())
        report = record(
            engine,
            intake.transcripts,
            auth_mode=auth_mode,
            model=model,
            out=out,
            trials=True,
            on_progress=lambda done: told.step("recorded transcripts", done, total),
        )
    for skipped in intake.skipped:
        say(passed_over(str(skipped)))
    for refusal in intake.refused:
        say(f"toin: {refusal}")
    figures = report.total
    if as_json:
        print_json(
            {
                "transcripts": report.transcripts,
                "conversations": report.conversations,
                "groups": report.groups,
                "refused": [str(refusal) for refusal in intake.refused],
                "skipped": [str(skipped) for skipped in intake.skipped],
                "events": report.events,
                "trials": report.trials,
                "compressions": figures.compressions,
                "retrievals": figures.retrievals,
                "tokens_before": figures.tokens_before,
                "tokens_after": figures.tokens_after,
                "tokens_returned": figures.tokens_returned,
                "slices": len(report.slices),
                "segments": [str(segment) for segment in report.segments],
            }
        )
    else:
        click.echo(
            f"{report.conversations} conversations in {report.groups} groups: "
            f"{report.events} events in {len(report.segments)} segments in {out}"
        )
        click.echo(
            f"{figures.compressions} tool results: {figures.tokens_before:,} tokens before, "
            f"{figures.tokens_after:,} after, {figures.tokens_returned:,} asked for again"
        )
    return 1 if intake.refused else 0
