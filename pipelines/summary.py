"""The closing table: what a run came to, so that a person understands it at once."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from pipelines.results import Change, Row, RunResult

_WIDTH = 118
_MOST_CHANGES = 12

ANSWERABILITY = "Answerability on these tasks; model accuracy: none recorded"
CERTIFICATE = (
    "A certificate is about these tasks, not about a slice and not in general. Answerability: can "
    "the recorded solution still be carried out on what is left of the text?"
)
DEMONSTRATION = (
    "DEMONSTRATION: bundled samples at a loose epsilon, or the public pepper. It shows how the "
    "loop closes, and says nothing about your traffic."
)


def console() -> Console:
    """Where results are printed: stdout, as wide as the terminal, else wide enough."""
    return Console(file=sys.stdout, width=None if sys.stdout.isatty() else _WIDTH)


def summary(result: RunResult) -> RenderableType:
    """Everything that a person wants to know of a run, in the order of the questions."""
    return Group(*_parts(result))


def _parts(result: RunResult) -> Iterator[RenderableType]:
    if result.demonstration:
        yield Text(f"\n{DEMONSTRATION}", style="yellow")
    yield from _tokens(result)
    yield from _changed(result)
    yield from answerability_tables(result.answerability, result.certificates)
    yield from _files(result)


def _tokens(result: RunResult) -> Iterator[RenderableType]:
    table = _table("Tokens", "", "before", "after", "asked again", "net savings", "interval", "n")
    _right(table, 1, 2, 3, 4, 5, 6)
    for name, report in (
        ("first pass, on the defaults", result.first),
        ("second pass, on the new file", result.second),
    ):
        if report is None:
            continue
        last = report is result.second
        figures = report.total
        net = figures.tokens_before - figures.tokens_after - figures.tokens_returned
        table.add_row(
            name,
            _count(figures.tokens_before),
            _count(figures.tokens_after),
            _count(figures.tokens_returned),
            _percent(net / figures.tokens_before if figures.tokens_before else 0.0),
            _interval(result.net_low, result.net_high) if last else "",
            f"{result.conversations}" if last else "",
        )
    if result.first is None:
        table.add_row(
            "the segments, as they are",
            _count(result.tokens_before),
            _count(result.tokens_after),
            _count(result.tokens_returned),
            _percent(result.net_savings),
            _interval(result.net_low, result.net_high),
            f"{result.conversations}",
        )
    yield table
    yield _note(
        "Acting arms only, trials left out; by the engine's estimate. Net savings: what was saved "
        "on the first pass, less what was asked for again and less markers. Interval at "
        f"{100 * result.level:.0f} %, n in conversations."
    )
    quarantined = f", {result.quarantined} rows in quarantine" if result.quarantined else ""
    yield _note(f"{_count(result.events)} events in {result.slices} slices{quarantined}.")


def _changed(result: RunResult) -> Iterator[RenderableType]:
    if result.second is None:
        yield from _decided(result)
        return
    if not result.changes:
        yield Text("\nWhat changed: nothing; no slice acts otherwise than on the defaults.")
        yield from _decided(result)
        return
    table = _table("What changed", "slice", "from", "to", "tokens after", "why")
    _right(table, 3)
    for change in result.changes[:_MOST_CHANGES]:
        table.add_row(
            _slice(change), change.before, change.after, _tokens_of(change), change.because
        )
    yield table
    more = len(result.changes) - _MOST_CHANGES
    if more > 0:
        yield _note(f"and {more} more slices; all of them are in the dashboard.")
    yield from _decided(result)


def _decided(result: RunResult) -> Iterator[RenderableType]:
    """Of the slices: how many have a row, and why the others have none."""
    unpublished: dict[str, int] = {}
    for row in result.decisions:
        if not row["published"]:
            unpublished[row["reason"]] = unpublished.get(row["reason"], 0) + 1
    reasons = ", ".join(
        f"{count} {reason.replace('_', ' ')}"
        for reason, count in sorted(unpublished.items(), key=lambda item: (-item[1], item[0]))
    )
    without = f"; without a row: {reasons}" if reasons else ""
    yield _note(f"{result.recommendations} of {len(result.decisions)} slices have a row{without}.")
    if result.why:
        yield _note(result.why)


def answerability_tables(
    answers: Sequence[Row], certificates: Sequence[Row]
) -> Iterator[RenderableType]:
    """Each data set under each lossy rung: what is still solved, saved and certified."""
    if not answers:
        return
    verdicts = {(row["kind"], row["profile"], row["dataset"]): row for row in certificates}
    table = _table(
        ANSWERABILITY, "data set", "profile", "saved", "n", "solved", "interval", "p", "certified"
    )
    _right(table, 2, 3, 4, 5, 6)
    for row in _rungs(answers):
        verdict = verdicts.get((row["kind"], row["profile"], row["dataset"]))
        saved = 1 - row["tokens_after"] / row["tokens_before"] if row["tokens_before"] else 0.0
        table.add_row(
            row["dataset"],
            row["profile"],
            _percent(saved, digits=0),
            f"{row['solvable']}",
            _percent(row["share"]),
            _interval(row["low"], row["high"]),
            f"{verdict['p']:.4f}" if verdict else "",
            _verdict(verdict),
        )
    yield table
    yield _note(f"{CERTIFICATE} Certify part, exact intervals at 95 %.")


def _rungs(answers: Sequence[Row]) -> list[Row]:
    chosen = [
        row
        for row in answers
        if row["treatment"] == "profile" and row["split"] == "certify" and row["rung"] > 0
    ]
    return sorted(chosen, key=lambda row: (row["kind"], row["rung"], row["dataset"]))


def _verdict(verdict: Row | None) -> str:
    if verdict is None:
        return ""
    if not verdict["certified"]:
        return "no"
    return "yes" if verdict["status"] == "certified" else f"yes ({verdict['status']})"


def _files(result: RunResult) -> Iterator[RenderableType]:
    home = result.home
    table = Table.grid(padding=(0, 2))
    table.add_row("recommendations", str(home.recommendations), result.publication_id[:23])
    table.add_row("warehouse", str(home.warehouse), "")
    table.add_row("dashboard's data", str(home.snapshots), "")
    yield Text(f"\nFiles, after {result.seconds:.0f} s", style="bold")
    yield Padding(table, (0, 2))
    flag = f" --home {home.root}"
    steps = Table.grid(padding=(0, 2))
    steps.add_row("look at it", f"toin dashboard{flag}")
    steps.add_row("check it", f"toin verify {home.recommendations}{flag}")
    steps.add_row(
        "ship it",
        "copy recommendations.toml to each proxy, set TOIN_RECOMMENDATIONS to its path, restart "
        "the proxy: an engine reads it once, at its start",
    )
    if result.bundled:
        steps.add_row("on your own", "toin pepper new --home DIR; toin run --home DIR --traffic …")
    yield Text("\nNext", style="bold")
    yield Padding(steps, (0, 2))


def _table(title: str, *columns: str) -> Table:
    table = Table(
        title=f"\n{title}",
        title_justify="left",
        title_style="bold",
        box=None,
        pad_edge=False,
        padding=(0, 2, 0, 0),
        header_style="dim",
    )
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _right(table: Table, *columns: int) -> None:
    for place in columns:
        table.columns[place].justify = "right"
        table.columns[place].no_wrap = True


def _note(text: str) -> RenderableType:
    return Padding(Text(text, style="dim"), (0, 0, 0, 0))


def _slice(change: Change) -> str:
    key = change.slice
    return f"{key.auth_mode} / {key.model_family} / {key.structure_hash[:8]} ({key.kind})"


def _tokens_of(change: Change) -> str:
    return f"{_count(change.out_first)} → {_count(change.out_second)}"


def _count(value: int) -> str:
    return f"{value:,}"


def _percent(share: float, *, digits: int = 1) -> str:
    return f"{100 * share:.{digits}f} %"


def _interval(low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return "none: too few"
    return f"{_percent(low)} to {_percent(high)}"
