"""What was measured, as Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, NamedTuple

from benchmarks.engine.generated import Input


@dataclass(frozen=True)
class Round:
    """One process over all inputs: how it started, and a row an input."""

    started: Mapping[str, float]
    rows: Sequence[Mapping[str, Any]]


class Found(NamedTuple):
    """Whether a needle was still in the text of one trial."""

    case: str
    kind: str
    side: str
    there: bool


class Timed(NamedTuple):
    """An input with the median wall ms of both sides, and the KB that it has."""

    given: Input
    kb: float
    ours: float
    theirs: float | None


def text(
    inputs: Sequence[Input],
    ours: Sequence[Round],
    theirs: Sequence[Round],
    counts: Mapping[str, Sequence[int]],
    found: Sequence[Found],
    *,
    command: str,
) -> str:
    """The whole report."""
    timed = [
        Timed(
            each,
            len(each.text.encode("utf-8", "replace")) / 1024,
            median(one.rows[n]["ms"] for one in ours),
            median(one.rows[n]["ms"] for one in theirs) if theirs else None,
        )
        for n, each in enumerate(inputs)
    ]
    parts = [
        *_head(inputs, ours, command),
        *_kinds(timed, counts),
        *_inputs(timed, ours[0].rows, counts),
        *_estimates(inputs, ours[0].rows, counts),
        *_start(ours, theirs),
        *_needles(found),
    ]
    return "\n".join(parts) + "\n"


def _head(inputs: Sequence[Input], ours: Sequence[Round], command: str) -> Iterator[str]:
    outputs = [[row["text"] for row in one.rows] for one in ours]
    same = all(each == outputs[0] for each in outputs)
    yield "# The engine beside headroom-ai"
    yield ""
    yield f"```\n{command}\n```"
    yield ""
    yield (
        f"{len(inputs)} inputs of 2 to 200 KB, {len(ours)} rounds, both sides in turn, each round in new "
        "processes under another hash seed, warmed up on inputs of another seed. Medians over rounds; "
        "tokens are exact (o200k_base), kinds as meant, each at its candidate default. Output of all "
        f"rounds: {'the same bytes' if same else 'NOT THE SAME BYTES'}."
    )


def _kinds(timed: Sequence[Timed], counts: Mapping[str, Sequence[int]]) -> Iterator[str]:
    yield "\n## By kind\n"
    yield "| kind | inputs | saved | peer saves | ms per KB | peer's | times faster (median, least) |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: | ---: |"
    kinds = list(dict.fromkeys(each.given.kind for each in timed))
    for kind in [*kinds, "all"]:
        places = [n for n, each in enumerate(timed) if kind in (each.given.kind, "all")]
        here = [timed[n] for n in places]
        ratios = [each.theirs / each.ours for each in here if each.theirs is not None]
        yield (
            f"| {kind} | {len(here)} | {_saved(counts, 'ours', places)} "
            f"| {_saved(counts, 'peer', places)} | {median(e.ours / e.kb for e in here):.3f} "
            f"| {_or(median(e.theirs / e.kb for e in here if e.theirs is not None) if ratios else None)} "
            f"| {f'{median(ratios):.1f}, {min(ratios):.1f}' if ratios else ''} |"
        )


def _inputs(
    timed: Sequence[Timed], rows: Sequence[Mapping[str, Any]], counts: Mapping[str, Sequence[int]]
) -> Iterator[str]:
    yield "\n## By input\n"
    yield "| input | meant as | seen as | KB | saved | peer saves | ms per KB | peer's |"
    yield "| --- | --- | --- | ---: | ---: | ---: | ---: | ---: |"
    for n, each in enumerate(timed):
        row = rows[n]
        yield (
            f"| {each.given.name} | {each.given.kind} | {row['profile']} | {each.kb:.0f} "
            f"| {_saved(counts, 'ours', [n])} | {_saved(counts, 'peer', [n])} "
            f"| {each.ours / each.kb:.3f} | {_or(each.theirs and each.theirs / each.kb)} |"
        )


def _estimates(
    inputs: Sequence[Input], rows: Sequence[Mapping[str, Any]], counts: Mapping[str, Sequence[int]]
) -> Iterator[str]:
    if not counts:
        return
    yield "\n## Token estimates\n"
    yield "| kind | error of the sum | largest error of one text over 1 KB |"
    yield "| --- | ---: | ---: |"
    for kind in dict.fromkeys(each.kind for each in inputs):
        pairs = [
            (row["estimate"][0], counts["inputs"][n])
            for n, row in enumerate(rows)
            if inputs[n].kind == kind
        ]
        total = sum(e for e, _ in pairs) / sum(exact for _, exact in pairs) - 1
        worst = max((e / exact - 1 for e, exact in pairs), key=abs)
        yield f"| {kind} | {100 * total:+.1f} % | {100 * worst:+.1f} % |"


def _start(ours: Sequence[Round], theirs: Sequence[Round]) -> Iterator[str]:
    yield "\n## Start and memory\n"
    yield "| | import, ms | first call, ms | MB after it | MB after all inputs |"
    yield "| --- | ---: | ---: | ---: | ---: |"
    for name, rounds in (("this engine", ours), ("headroom-ai", theirs)):
        if rounds:
            keys = ("import_ms", "first_call_ms", "rss_mb", "rss_all_mb")
            figures = [f"{median(one.started[key] for one in rounds):.0f}" for key in keys]
            yield f"| {name} | {' | '.join(figures)} |"


def _needles(found: Sequence[Found]) -> Iterator[str]:
    if not found:
        return
    sides = list(dict.fromkeys(each.side for each in found))
    yield "\n## Needles\n"
    yield "Share of trials in which what is odd is still in the text, without retrieval.\n"
    yield f"| needle | kind | {' | '.join(sides)} |"
    yield f"| --- | --- |{' ---: |' * len(sides)}"
    for case, kind in dict.fromkeys((each.case, each.kind) for each in found):
        shares = []
        for side in sides:
            there = [e.there for e in found if (e.case, e.kind, e.side) == (case, kind, side)]
            shares.append(f"{sum(there) / len(there):.2f}")
        yield f"| {case} | {kind} | {' | '.join(shares)} |"


def _saved(counts: Mapping[str, Sequence[int]], side: str, places: Sequence[int]) -> str:
    if not counts:
        return ""
    before = sum(counts["inputs"][n] for n in places)
    after = sum(counts[side][n] for n in places)
    return f"{100 * (1 - after / before):.1f} %"


def _or(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"
