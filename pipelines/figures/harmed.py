"""Harmed items that may be looked at, as a reader of a report wants them: before, after, missing.

Only the learn part and retired blocks, and only public data sets: what is replayed is nothing else.
Texts are cut to the lines around what was needed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

import polars as pl

from compressors.engine import Engine
from compressors.profiles import BY_NAME, LADDERS
from pipelines.replays.cases import Case, Rendered
from pipelines.replays.explain import missing
from pipelines.replays.manifests import selected
from pipelines.replays.outcomes import PROFILE, Cases, Outcome, cases_of, compressed
from pipelines.replays.tasks import Reuse
from pipelines.snapshot_schema import TABLES

MOST = 3
"""Items that are shown of each kind and data set: those that the mildest profiles harm."""

_AROUND = 3
_WIDEST = 300
_MOST_LINES = 30


def harmed(
    outcomes: Sequence[Outcome],
    *,
    engine: Engine,
    data: Path | None,
    without: Collection[str] = (),
) -> pl.DataFrame:
    """The table `harmed` of the snapshot.

    Args:
        outcomes: of one replay; only those of the learn part are looked at.
        engine: the one that replayed them.
        data: the folder of the public data sets; None for the bundled samples.
        without: conversations that are left out, as in `run_replays`.
    """
    rows: list[dict[str, object]] = []
    for dataset, chosen in _chosen(outcomes).items():
        [source] = [s for s in selected(data) if s.manifest.name == dataset]
        cases = cases_of(source, engine, without)
        for kind in sorted({of[0].kind for of in chosen.values()}):
            of_kind = {item: of for item, of in chosen.items() if of[0].kind == kind}
            wanted = {of[0].source for of in of_kind.values()}
            for case in _cases(cases, kind, wanted):
                if case.id in of_kind:
                    rows.append(_row(case, of_kind.pop(case.id), engine))
                if not of_kind:
                    break
    return pl.DataFrame(rows, schema=dict(TABLES["harmed"])).sort(
        "kind", "dataset", "profile", "case"
    )


def _chosen(outcomes: Sequence[Outcome]) -> Mapping[str, dict[str, list[Outcome]]]:
    """By data set and item, the outcomes that harmed it, mildest profile first."""
    ranks = {profile.name: n for ladder in LADDERS.values() for n, profile in enumerate(ladder)}
    by_item: dict[tuple[str, str, str], list[Outcome]] = {}
    for o in outcomes:
        if o.split == "learn" and o.treatment == PROFILE and o.solvable and not o.solved:
            by_item.setdefault((o.dataset, o.kind, o.item), []).append(o)
    for of in by_item.values():
        of.sort(key=lambda o: ranks[o.profile])
    shown: Counter[tuple[str, str]] = Counter()
    chosen: dict[str, dict[str, list[Outcome]]] = {}
    for (dataset, kind, item), of in sorted(
        by_item.items(), key=lambda each: (ranks[each[1][0].profile], each[0])
    ):
        if shown[dataset, kind] < MOST:
            shown[dataset, kind] += 1
            chosen.setdefault(dataset, {})[item] = of
    return chosen


def _cases(cases: Cases, kind: str, wanted: Collection[str]) -> Iterator[Case]:
    """The cases of ``kind`` that items at ``wanted`` places of the data set make."""
    for place in range(cases.count(kind)):
        if not isinstance(cases, Rendered) or cases.library.items[place].source in wanted:
            yield cases.case(kind, place)


def _row(case: Case, harms: Sequence[Outcome], engine: Engine) -> dict[str, object]:
    mildest = harms[0]
    after = compressed(case, engine.read(case.text), BY_NAME[mildest.profile], engine).text
    names = case.task.values if isinstance(case.task, Reuse) else case.needed
    return {
        "replay": mildest.replay,
        "kind": case.kind,
        "dataset": case.dataset,
        "case": case.id,
        "source": case.source,
        "profile": mildest.profile,
        "profiles": ", ".join(o.profile for o in harms),
        "query": case.query[:_WIDEST],
        "missing": "\n".join(missing(case, after)),
        "before": excerpt(case.text, names),
        "after": excerpt(after, names),
        "tokens_before": mildest.tokens_before,
        "tokens_after": mildest.tokens_after,
    }


def excerpt(text: str, names: Sequence[str]) -> str:
    """The lines of ``text`` around the first place of each of ``names``, else its beginning.

    Lines left out are counted, long ones cut to what stands around a name.
    """
    lines = text.splitlines()
    places = [n for name in names[:3] for n, line in enumerate(lines) if name in line][:4]
    near = sorted(
        {
            n
            for place in places or [0]
            for n in range(max(0, place - _AROUND), min(len(lines), place + _AROUND + 1))
        }
    )[:_MOST_LINES]
    shown: list[str] = []
    last = -1
    for n in near:
        if n - last > 1:
            shown.append(f"… {n - last - 1:,} lines …")
        shown.append(_cut(lines[n], names))
        last = n
    if len(lines) - last > 1:
        shown.append(f"… {len(lines) - last - 1:,} lines …")
    return "\n".join(shown)


def _cut(line: str, names: Sequence[str]) -> str:
    if len(line) <= 2 * _WIDEST:
        return line
    at = max(0, next((line.find(name) for name in names if name in line), 0) - _WIDEST)
    end = at + 2 * _WIDEST
    return f"{'… ' * (at > 0)}{line[at:end]}{' …' * (end < len(line))}"
