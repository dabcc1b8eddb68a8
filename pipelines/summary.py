"""The closing table: what a run came to, so that a person understands it at once."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from compressors.profiles import BY_NAME
from pipelines.evidence import Count, items_missing
from pipelines.results import Row, RunResult
from pipelines.traffic.record import TrafficReport

_WIDTH = 118
_MOST_CHANGES = 12

ANSWERABILITY = "Answerability on these tasks"
NONE_RECORDED = "model accuracy: none recorded"
_SIDES = ("without", "with")
CERTIFICATE = (
    "A certificate is about these tasks, not about a slice and not in general. Answerability: can "
    "the recorded solution still be carried out on what is left of the text?"
)

_STATUS = {
    "certified": "certified",
    "development": "development, not spent on a block of the ledger",
    "demonstration": "demonstration, bundled samples at a loose epsilon",
}


def show(*parts: RenderableType, console: Console | None = None) -> None:
    """Print results on stdout, as wide as the terminal, else wide enough; paths stay whole."""
    console = console or Console(file=sys.stdout, width=None if sys.stdout.isatty() else _WIDTH)
    console.print(*parts, crop=False)


def summary(result: RunResult) -> RenderableType:
    """Everything that a person wants to know of a run, in the order of the questions."""
    return Group(*_parts(result))


def _parts(result: RunResult) -> Iterator[RenderableType]:
    if result.demonstration:
        yield Text(f"\nDEMONSTRATION: {_demonstration(result)}.", style="yellow")
    yield from _tokens(result)
    yield from _changed(result)
    yield from answerability_tables(
        result.answerability, result.certificates, model=result.model_accuracy, brief=True
    )
    yield from _files(result)


def _demonstration(result: RunResult) -> str:
    if result.bundled:
        return (
            "bundled transcripts and samples at a loose epsilon, under the public pepper. It shows "
            "how the loop closes and says nothing about your traffic"
        )
    if result.public:
        return (
            "this home has no pepper of its own, so its hashes are keyed with one that everybody "
            "knows; `toin pepper new --home DIR` makes one for a new home"
        )
    return "the replays are of the bundled samples; give the data sets themselves with --data"


def _tokens(result: RunResult) -> Iterator[RenderableType]:
    table = _table("Tokens", "", "before", "after", "asked again", "net savings", "interval", "n")
    _right(table, 1, 2, 3, 4, 5, 6)
    if result.first is not None:
        low, high = result.first_low, result.first_high
        _pass(
            table,
            "first pass, the package's defaults",
            result.first,
            low,
            high,
            result.first_conversations,
        )
    if result.second is not None:
        low, high = result.net_low, result.net_high
        _pass(table, "second pass, the new file", result.second, low, high, result.conversations)
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
        "Acting arms only, trials left out; by the engine's estimate. Net savings: what was cut, "
        "less markers and less what was asked for again. Intervals at "
        f"{100 * result.level:.0f} %, n in conversations; none where "
        "they are too few, or the home holds others under the same file."
    )
    if result.second is not None:
        yield _note(
            "The traffic that chose the file is the traffic that the second pass measures; on "
            "other traffic it may save less."
        )
    if _asks_less(result):
        yield _note(
            "The second pass saves less and is asked again less: the file bounds how often, "
            "it does not only cut more."
        )
    quarantined = f", {result.quarantined} rows in quarantine" if result.quarantined else ""
    yield _note(f"{_count(result.events)} events in {result.slices} slices{quarantined}.")


def _asks_less(result: RunResult) -> bool:
    if result.first is None or result.second is None:
        return False
    first, second = result.first.total, result.second.total
    return (
        second.tokens_after > first.tokens_after and second.tokens_returned < first.tokens_returned
    )


def _pass(
    table: Table, name: str, report: TrafficReport, low: float | None, high: float | None, n: int
) -> None:
    figures = report.total
    net = figures.tokens_before - figures.tokens_after - figures.tokens_returned
    table.add_row(
        name,
        _count(figures.tokens_before),
        _count(figures.tokens_after),
        _count(figures.tokens_returned),
        _percent(net / figures.tokens_before if figures.tokens_before else 0.0),
        _interval(low, high),
        f"{n}",
    )


def _changed(result: RunResult) -> Iterator[RenderableType]:
    yield Text("\nWhat changed, and why", style="bold")
    if result.second is not None and not result.changes:
        yield Text("Nothing: every slice acts as it did on the package's defaults.")
    moved = [change for change in result.changes if change.moved]
    for change in moved[:_MOST_CHANGES]:
        key = change.slice
        returned = change.returned_second - change.returned_first
        yield Text.assemble(
            (f"{key.auth_mode} / {key.model_family} / {key.structure_hash[:8]}", "cyan"),
            f": {change.before} → {change.after}, "
            f"{_count(change.out_first)} → {_count(change.out_second)} tokens"
            f"{f', {returned:+,} asked again' if returned else ''}",
        )
        yield Padding(Text(change.because, style="dim"), (0, 0, 0, 4))
    if len(moved) > _MOST_CHANGES:
        yield _note(f"and {len(moved) - _MOST_CHANGES} more slices.")
    still = len(result.changes) - len(moved)
    if still:
        more = " more" if moved else ""
        have = "slice has" if still == 1 else "slices have"
        yield _note(f"{still}{more} {have} another profile, which put out the same.")
    yield from _decided(result)


def _decided(result: RunResult) -> Iterator[RenderableType]:
    """Of the slices: how many have a row, and why the others have none."""
    without = Counter(row["reason"] for row in result.decisions if not row["published"])
    reasons = ", ".join(
        f"{count} {reason.replace('_', ' ')}"
        for reason, count in sorted(without.items(), key=lambda item: (-item[1], item[0]))
    )
    others = f"; without one: {reasons}" if reasons else ""
    yield _note(f"{result.recommendations} of {len(result.decisions)} slices have a row{others}.")
    for row in result.decisions:
        if row["reason"] == "pinned":
            of = "/".join((row["auth_mode"], row["model_family"], row["structure_hash"]))
            yield _note(f"{of}: {row['because']}")
    if result.why:
        yield _note(result.why)


def answerability_tables(
    answers: Sequence[Row],
    certificates: Sequence[Row],
    *,
    model: Sequence[Row] = (),
    brief: bool = False,
) -> Iterator[RenderableType]:
    """Every rung beyond passthrough: what it saves and what is still solved, by data set.

    In brief these are the ones without a certificate, and of each kind the strongest with one.
    What models answered follows in a table of its own; where none did, the title says so.
    """
    rungs = [
        row
        for row in answers
        if row["treatment"] == "profile" and row["split"] == "certify" and row["rung"] > 0
    ]
    if not rungs:
        return
    datasets = sorted({row["dataset"] for row in rungs})
    verdicts: dict[str, list[Row]] = {}
    for row in certificates:
        verdicts.setdefault(row["profile"], []).append(row)
    sizes = {row["dataset"]: row["solvable"] for row in rungs}
    named = [f"{dataset}, n {sizes[dataset]}" for dataset in datasets]
    title = ANSWERABILITY if model else f"{ANSWERABILITY}; {NONE_RECORDED}"
    table = _table(title, "profile", "saved", *named, "certificate")
    _right(table, 1)
    table.columns[0].no_wrap = True
    ladder = _in_ladder_order(rungs)
    passed = [name for name in ladder if (of := verdicts.get(name)) and _passes(of)]
    milder = _milder(passed) if brief else []
    for profile in ladder:
        if profile in milder:
            continue
        here = {row["dataset"]: row for row in rungs if row["profile"] == profile}
        before = sum(row["tokens_before"] for row in here.values())
        after = sum(row["tokens_after"] for row in here.values())
        table.add_row(
            profile,
            _percent(1 - after / before if before else 0.0, digits=0),
            *(_answered(here.get(dataset)) for dataset in datasets),
            _verdict(verdicts.get(profile, ())),
        )
    yield table
    told = f" Left out: {len(milder)} that pass as well and save less; `toin replay` shows all."
    left_out = told if milder else ""
    statuses = "; ".join(sorted({_STATUS[row["status"]] for row in certificates}))
    yield _note(
        f"{CERTIFICATE} Share of the n tasks of the certify part that are solved without "
        f"compression, with exact intervals at 95 %. Status: {statuses or 'not tested'}. After a "
        "+ the tasks that a profile lacks, were none of them harmed."
        f"{left_out}"
    )
    yield from model_tables(model)


def model_tables(rows: Sequence[Row]) -> Iterator[RenderableType]:
    """What each model answers right without and with compression, by data set and profile."""
    for name in sorted({row["model"] for row in rows}):
        here = [row for row in rows if row["model"] == name]
        table = _table(
            f"Model accuracy of {name}: right without and with compression", "data set", "profile",
            "n", "without", "with", "lost, won", "loss", "p", "unreadable", "missing",
        )  # fmt: skip
        _right(table, 2, 3, 4, 5, 6, 7, 8, 9)
        for column in table.columns[:2]:
            column.no_wrap = True
        for row in here:
            n = row["items"]
            table.add_row(
                row["dataset"],
                f"{row['kind']}: noise" if row["treatment"] == "again" else row["profile"],
                _count(n),
                _share(row["right_without"], n),
                _share(row["right_with"], n),
                f"{row['lost']}, {row['won']}",
                f"{100 * row['loss']:+.1f} %" if n else "none",
                f"{row['p']:.4f}" if n else "none",
                ", ".join(_share(row[f"unreadable_{side}"], n, digits=0) for side in _SIDES),
                _count(row["missing"]),
            )
        yield table
        epsilons = {row["dataset"]: row["epsilon"] for row in here}
        bounds = ", ".join(f"{name} {_percent(e, digits=0)}" for name, e in epsilons.items())
        yield _note(
            f"A model's own answers on the {here[0]['split']} part, not answerability, and no "
            "certificate. Loss: the mean of right without less right with; p is of “the mean loss "
            f"is at least epsilon” ({bounds}), each row for itself. Noise: a second sample without "
            "compression against the first. Answers that could not be read count as wrong."
        )


def _share(count: int, n: int, *, digits: int = 1) -> str:
    return _percent(count / n, digits=digits) if n else "none"


def _in_ladder_order(rungs: Sequence[Row]) -> list[str]:
    places = {(row["kind"], row["rung"], row["profile"]) for row in rungs}
    return [profile for _, _, profile in sorted(places)]


def _passes(rows: Sequence[Row]) -> bool:
    return all(row["certified"] for row in rows)


def _milder(ladder: Sequence[str]) -> list[str]:
    """Those of ``ladder`` that are followed by another of the same kind."""
    return [here for here, after in pairwise(ladder) if BY_NAME[here].kind == BY_NAME[after].kind]


def _answered(row: Row | None) -> str:
    if row is None:
        return "–"
    low, high = 100 * row["low"], 100 * row["high"]
    # Narrow enough for three data sets side by side.
    return f"{_percent(row['share'])} ({low:.1f} to {100 if row['high'] == 1 else f'{high:.1f}'})"


def _verdict(rows: Sequence[Row]) -> str:
    if not rows:
        return ""
    first = rows[0]
    if _passes(rows):
        return "nothing lost" if BY_NAME[first["profile"]].safe else str(first["status"])
    counts = [Count(row["n"], row["harms"], row["epsilon"]) for row in rows]
    missing = items_missing(counts, threshold=first["threshold"])
    return f"no, +{missing}" if missing else "no"


def _files(result: RunResult) -> Iterator[RenderableType]:
    home = result.home
    yield Text(f"\nFiles, after {result.seconds:.0f} s", style="bold")
    yield from _pairs(
        ("recommendations", f"{home.recommendations}  ({result.publication_id[:23]}…)"),
        *((("segments", str(home.segments)),) if result.first else ()),
        ("warehouse", str(home.warehouse)),
        ("dashboard's data", str(home.snapshots)),
    )
    yield Text("\nNext", style="bold")
    flag = f" --home {home.root}"
    yield from _pairs(
        ("look at it", f"toin dashboard{flag}"),
        ("check it", f"toin verify {home.recommendations}{flag}"),
        ("ship it", f"toin ship DEST...{flag}, set TOIN_RECOMMENDATIONS to it on each proxy"),
        ("", "and restart the proxy: an engine reads it once, at its start"),
    )
    if result.bundled:
        yield from _pairs(
            ("on your own", "toin pepper new --home DIR; toin run --home DIR --traffic TRANSCRIPTS")
        )


def _pairs(*rows: tuple[str, str]) -> Iterator[RenderableType]:
    """Names and what they stand for, never wrapped: it is there to be copied."""
    for name, value in rows:
        yield Text(f"  {name:<18}{value}", no_wrap=True, overflow="ignore")


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


def _count(value: int) -> str:
    return f"{value:,}"


def _percent(share: float, *, digits: int = 1) -> str:
    return f"{100 * share:.{digits}f} %"


def _interval(low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return "none"
    return f"{_percent(low)} to {_percent(high)}"
