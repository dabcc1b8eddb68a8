"""The report as Markdown, for a repository or a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from pipelines.replay_report import wording
from pipelines.replay_report.contents import Contents, Kind, Rung

_REACHED = {"query": "for the query", "full": "in full", "": "no"}


def text(report: Contents) -> str:
    """The report as Markdown, the same bytes for the same contents."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Contents) -> Iterator[str]:
    yield "# Replays: harm and savings of every profile"
    yield ""
    status = wording.STATUSES.get(report.status, report.status)
    yield f"Engine `{report.engine}`, replay `{report.replay}`. {status}."
    yield ""
    yield wording.INTRODUCTION
    yield ""
    yield "## At a glance"
    yield ""
    yield from _table(
        ("kind", "strongest lossy profile that passes", "tokens saved", "harms of n"),
        [_glance(kind) for kind in report.kinds],
    )
    yield ""
    yield f"{wording.CERTIFICATE} Delta: {report.delta}."
    yield ""
    yield "## Data sets"
    yield ""
    yield from _table(
        ("data set", "epsilon", "block", "source", "licence", "digest"),
        [
            (m.name, wording.percent(m.epsilon, digits=0), f"{block} of {m.blocks}", m.source,
             m.licence, f"`{m.digest[:23]}…`")
            for m, block in report.datasets
        ],
    )  # fmt: skip
    for kind in report.kinds:
        yield from _kind(kind, report.status)
    yield ""
    yield wording.HARMED
    yield ""
    yield "## Model accuracy"
    yield ""
    if not report.model:
        yield "None recorded. `toin model ask` asks an endpoint of your own."
        return
    yield from _table(
        ("model", "data set", "profile", "n", "right without", "right with", "lost", "won", "p"),
        [
            (
                row["model"], row["dataset"],
                f"{row['kind']}: noise" if row["treatment"] == "again" else row["profile"],
                row["items"], row["right_without"], row["right_with"], row["lost"], row["won"],
                wording.small(float(str(row["p"]))),
            )
            for row in report.model
        ],
    )  # fmt: skip


def _glance(kind: Kind) -> tuple[str, ...]:
    best = next((rung for rung in kind.rungs if rung.profile == kind.best), None)
    if best is None:
        return kind.kind, "none", "–", ""
    harms = "; ".join(f"{row.dataset} {row.harms} of {row.n:,}" for row in best.certificates)
    return kind.kind, best.profile, wording.percent(best.saved, digits=0), harms


def _kind(kind: Kind, status: str) -> Iterator[str]:
    yield ""
    yield f"## {kind.kind}"
    yield ""
    solvable = ", ".join(
        f"{row.dataset} {wording.percent(row.solvable / row.cases, digits=0)} of {row.cases:,}"
        for row in kind.solvable
        if row.cases
    )
    yield wording.outcome(kind)
    yield f"Solved uncompressed, and seen as {kind.kind}: {solvable}."
    for dataset, tasks in kind.unlisted:
        yield wording.unlisted(kind, dataset, tasks)
    yield ""
    datasets = [row.dataset for row in kind.solvable if row.cases]
    yield from _table(
        ("profile", "saved", *[f"{d}: harms of n, p" for d in datasets], "test", "items missing"),
        [
            (
                f"{rung.profile}{' (candidate)' if rung.candidate else ''}",
                wording.percent(rung.saved),
                *[wording.harms(rung, dataset) for dataset in datasets],
                wording.verdict(rung, status),
                wording.needed(rung),
            )
            for rung in kind.rungs
        ]
        + [
            (
                point.treatment,
                wording.percent(kind.peer_saved),
                *[wording.peer_harms(kind, dataset) for dataset in datasets],
                "control",
                "",
            )
            for point in kind.peer[:1]
        ],
    )
    if kind.peer:
        yield ""
        yield wording.PEER
    lossy = [rung for rung in kind.rungs if rung.lossy]
    yield ""
    yield from _table(
        ("profile", *[f"{d}: still solved" for d in datasets], "better than, wins to losses",
         "harmed cases that the handle solves"),
        [_beside(rung, datasets) for rung in lossy],
    )  # fmt: skip
    if kind.harmed:
        yield ""
        yield f"Harmed on the learn part: {len(kind.harmed) + kind.more_harmed} cases."
        yield ""
        yield from _table(
            ("case", "data set", "item", "harmed by", "handle gives it"),
            [
                (f"`{row.case}`", row.dataset, row.source, ", ".join(row.profiles),
                 _REACHED[row.reached])
                for row in kind.harmed
            ],
        )  # fmt: skip
        if kind.more_harmed:
            yield ""
            yield f"And {kind.more_harmed} more."


def _beside(rung: Rung, datasets: Sequence[str]) -> tuple[str, ...]:
    answered = {point.dataset: wording.answered(point.answered) for point in rung.points}
    return (
        rung.profile,
        *[answered.get(dataset, "–") for dataset in datasets],
        wording.controls(rung.beaten),
        wording.handles(rung.reached),
    )


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"| {' | '.join(['---'] * len(head))} |"
    for row in rows:
        cells = [str(cell).replace("|", "\\|").replace("\n", " ") for cell in row]
        yield f"| {' | '.join(cells)} |"
