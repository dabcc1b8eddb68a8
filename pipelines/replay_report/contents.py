"""What the report on replays says, before it is laid out: figures only, each with its n."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

import msgspec

from compressors.profiles import BY_NAME, CANDIDATES, LADDERS
from pipelines.evidence import Count, clopper_pearson, items_missing, sign_p
from pipelines.replays.answerability import LEVEL
from pipelines.replays.certify import Certificate
from pipelines.replays.manifests import Manifest
from pipelines.replays.outcomes import PROFILE, Outcome
from pipelines.replays.peer import NAME

MOST_HARMED = 40
"""Harmed cases that are listed of each kind at most; the others are counted."""

BEATS = 0.05
"""What the sign test of a profile against a control has to reach."""


class Share(msgspec.Struct, frozen=True):
    """A share of ``n`` cases, with its exact interval at `LEVEL`."""

    solved: int
    n: int
    share: float
    low: float
    high: float


class Point(msgspec.Struct, frozen=True):
    """A profile or a control on one data set: what it saves, and what is still solved."""

    dataset: str
    profile: str
    treatment: str
    saved: float
    answered: Share


class Beaten(msgspec.Struct, frozen=True):
    """A profile beside a control, over the cases of all data sets in which just one is solved."""

    control: str
    wins: int
    losses: int
    p: float

    @property
    def beaten(self) -> bool:
        """Whether the profile is the better one, at `BEATS`."""
        return self.p <= BEATS


class Reached(msgspec.Struct, frozen=True):
    """Of the harmed cases, those in which the handle gave what was missing."""

    harmed: int
    by_query: int
    in_full: int
    tokens_by_query: int
    tokens_in_full: int


class Rung(msgspec.Struct, frozen=True):
    """One profile over all data sets.

    Attributes:
        profile: The profile's name.
        lossy: Whether it can lose anything.
        saved: Share of the tokens of all cases that it saves.
        candidate: Whether it is what the engine would do by default, were it certified.
        certificates: What each data set says, on the certify part.
        passes: Whether it is certified, or would be were the test spent.
        points: Certify part, by data set.
        controls: What random deletion and the like come to at the same ratio, certify part.
        beaten: The controls beside it, certify part.
        reached: What handles gave, certify part.
        needed: Items that are missing, by data set, for a certificate with the harms as they are.
    """

    profile: str
    lossy: bool
    saved: float
    candidate: bool
    certificates: tuple[Certificate, ...]
    passes: bool
    points: tuple[Point, ...]
    controls: tuple[Point, ...]
    beaten: tuple[Beaten, ...]
    reached: Reached
    needed: tuple[tuple[str, int], ...]


class Harmed(msgspec.Struct, frozen=True):
    """A case of the learn part, or of a retired block, that some lossy profile harms."""

    case: str
    dataset: str
    source: str
    profiles: tuple[str, ...]
    reached: str


class Solvable(msgspec.Struct, frozen=True):
    """How many cases of a data set are solved uncompressed, both parts together."""

    dataset: str
    solvable: int
    cases: int


class Kind(msgspec.Struct, frozen=True):
    """All about one kind of tool output.

    ``peer`` is the other engine, where it was run, with ``peer_saved`` over all data sets.
    ``best`` is the strongest rung that passes, empty where none that is lossy does.
    ``unlisted`` names data sets that have too few tasks in this kind for a certificate, with
    how many there are.
    """

    kind: str
    best: str
    saved: float
    rungs: tuple[Rung, ...]
    peer: tuple[Point, ...]
    peer_saved: float
    solvable: tuple[Solvable, ...]
    unlisted: tuple[tuple[str, int], ...]
    harmed: tuple[Harmed, ...]
    more_harmed: int


class Contents(msgspec.Struct, frozen=True):
    """The whole report. ``engine`` is the engine's full digest."""

    engine: str
    replay: str
    status: str
    delta: float
    datasets: tuple[tuple[Manifest, int], ...]
    kinds: tuple[Kind, ...]
    model: tuple[Mapping[str, object], ...]


def contents(
    outcomes: Sequence[Outcome],
    certificates: Sequence[Certificate],
    *,
    manifests: Sequence[Manifest],
    blocks: Mapping[str, int],
    engine: str,
    delta: float,
    model: Iterable[Mapping[str, object]] = (),
) -> Contents:
    """The report on one replay.

    Args:
        outcomes: all of them.
        certificates: all rows, as `certify` gives them.
        manifests: of the data sets replayed.
        blocks: the current block of each.
        engine: the engine's full digest.
        delta: what the certificates of all kinds share.
        model: rows of model accuracy, shown apart.
    """
    by_kind: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        by_kind.setdefault(outcome.kind, []).append(outcome)
    statuses = {row.status for row in certificates}
    return Contents(
        engine=engine,
        replay=outcomes[0].replay if outcomes else "",
        status=", ".join(sorted(statuses)) or "not tested",
        delta=delta,
        datasets=tuple((m, blocks[m.name]) for m in manifests),
        kinds=tuple(
            _kind(kind, by_kind[kind], [c for c in certificates if c.kind == kind], manifests)
            for kind in LADDERS
            if kind in by_kind
        ),
        model=tuple(model),
    )


def _kind(
    kind: str,
    outcomes: Sequence[Outcome],
    certificates: Sequence[Certificate],
    manifests: Sequence[Manifest],
) -> Kind:
    rows = Counter(row.dataset for row in certificates)
    # What only speaks against some profiles has fewer rows than what all rest on.
    listed = {dataset for dataset, count in rows.items() if count == max(rows.values())}
    certify = [o for o in outcomes if o.split == "certify"]
    peer = [o for o in certify if o.treatment.startswith(NAME)]
    rungs = tuple(
        _rung(
            profile.name,
            [o for o in certify if o.profile == profile.name and not o.treatment.startswith(NAME)],
            [c for c in certificates if c.profile == profile.name],
            listed=listed,
            peer=peer,
        )
        for profile in LADDERS[kind]
    )
    passing = [rung for rung in rungs if rung.lossy and rung.passes]
    harmed = list(_harmed([o for o in outcomes if o.split == "learn"]))
    return Kind(
        kind=kind,
        best=passing[-1].profile if passing else "",
        saved=passing[-1].saved if passing else 0.0,
        rungs=rungs,
        peer=tuple(_points(peer)),
        peer_saved=_saved(peer),
        solvable=tuple(_solvable(outcomes, [m.name for m in manifests])),
        unlisted=tuple(
            (m.name, len({o.cluster for o in certify if o.dataset == m.name}))
            for m in manifests
            if m.name not in listed and m.covers(kind)
        ),
        harmed=tuple(harmed[:MOST_HARMED]),
        more_harmed=len(harmed[MOST_HARMED:]),
    )


def _rung(
    profile: str,
    outcomes: Sequence[Outcome],
    certificates: Sequence[Certificate],
    *,
    listed: Collection[str],
    peer: Sequence[Outcome],
) -> Rung:
    own = [o for o in outcomes if o.treatment == PROFILE]
    beside = [*outcomes, *(() if BY_NAME[profile].safe else peer)]
    judged = [o for o in beside if o.dataset in listed]
    points = list(_points(outcomes))
    return Rung(
        profile=profile,
        lossy=not BY_NAME[profile].safe,
        saved=_saved(own),
        candidate=CANDIDATES.get(BY_NAME[profile].kind) == profile,
        certificates=tuple(certificates),
        passes=bool(certificates) and all(row.certified for row in certificates),
        points=tuple(point for point in points if point.treatment == PROFILE),
        controls=tuple(point for point in points if point.treatment != PROFILE),
        beaten=tuple(_beaten(judged)),
        reached=_reached(own),
        needed=tuple(
            (row.dataset, more)
            for row in certificates
            if (more := _more_items(row)) and not BY_NAME[profile].safe
        ),
    )


def _saved(outcomes: Sequence[Outcome]) -> float:
    before = sum(o.tokens_before for o in outcomes)
    return 1 - sum(o.tokens_after for o in outcomes) / before if before else 0.0


def _points(outcomes: Sequence[Outcome]) -> Iterator[Point]:
    groups: dict[tuple[str, str, str], list[Outcome]] = {}
    for o in outcomes:
        groups.setdefault((o.dataset, o.profile, o.treatment), []).append(o)
    for (dataset, profile, treatment), group in groups.items():
        solvable = [o for o in group if o.solvable]
        solved = sum(o.solved for o in solvable)
        found = clopper_pearson(solved, len(solvable), level=LEVEL)
        share = Share(solved, len(solvable), found.estimate, found.low, found.high)
        yield Point(dataset, profile, treatment, _saved(group), share)


def _beaten(outcomes: Sequence[Outcome]) -> Iterator[Beaten]:
    """The controls, each beside the profile on the same cases."""
    solved: dict[str, dict[tuple[str, str], bool]] = {}
    for o in outcomes:
        if o.solvable:
            solved.setdefault(o.treatment, {})[o.dataset, o.item] = o.solved
    own = solved.pop(PROFILE, {})
    for control, theirs in sorted(solved.items()):
        wins = sum(own[case] and not other for case, other in theirs.items())
        losses = sum(other and not own[case] for case, other in theirs.items())
        yield Beaten(control, wins, losses, sign_p(wins, losses))


def _reached(outcomes: Sequence[Outcome]) -> Reached:
    harmed = [o for o in outcomes if o.solvable and not o.solved]
    query = [o.tokens_returned for o in harmed if o.reached == "query"]
    full = [o.tokens_returned for o in harmed if o.reached == "full"]
    return Reached(len(harmed), len(query), len(full), sum(query), sum(full))


def _more_items(row: Certificate) -> int:
    """How many more items without a further harm the data set would need; 0 where it passes."""
    return items_missing([Count(row.n, row.harms, row.epsilon)], threshold=row.threshold)


def _solvable(outcomes: Sequence[Outcome], datasets: Sequence[str]) -> Iterator[Solvable]:
    for dataset in datasets:
        cases = {o.item: o.solvable for o in outcomes if o.dataset == dataset}
        yield Solvable(dataset, sum(cases.values()), len(cases))


def _harmed(outcomes: Sequence[Outcome]) -> Iterator[Harmed]:
    """The harmed cases: those that the mildest profiles harm first."""
    found: dict[tuple[str, str, str], list[Outcome]] = {}
    for o in outcomes:
        if o.treatment == PROFILE and o.solvable and not o.solved:
            found.setdefault((o.dataset, o.source, o.item), []).append(o)
    ranks = {profile.name: n for ladder in LADDERS.values() for n, profile in enumerate(ladder)}
    rows = []
    for (dataset, source, case), harms in found.items():
        names = sorted((o.profile for o in harms), key=ranks.__getitem__)
        mildest = next(o for o in harms if o.profile == names[0])
        rows.append(Harmed(case, dataset, source, tuple(names), mildest.reached))
    yield from sorted(rows, key=lambda row: (ranks[row.profiles[0]], row.dataset, row.source))
