"""Certificates: from outcomes to a bound on the harm of each profile, per kind.

Contract: docs/contracts.md, section "How a profile is chosen". An outsider recomputes ``p`` from
``n``, ``harms`` and ``epsilon`` alone: it is ``P(Bin(n, epsilon) <= harms)``. A profile is
certified when the largest ``p`` over its kind's data sets is at most ``threshold`` and so was
that of every lossy rung before it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import msgspec

from compressors.digest import engine_digest
from compressors.engine import Engine
from compressors.errors import InputRefused
from compressors.profiles import BY_NAME, LADDERS, Profile
from pipelines.evidence import Count, excess_p, harm_p, items_needed, safe_set, threshold
from pipelines.replays.blocks import LEDGER, Ledger, read_ledger, write_ledger
from pipelines.replays.identity import sources_digest
from pipelines.replays.manifests import Manifest, Source, datasets_directory, selected
from pipelines.replays.outcomes import PROFILE, Outcome, replay_key
from pipelines.replays.renderings import KINDS_UNDER_TEST
from pipelines.settings import Settings

REFUTED = 0.05
"""Level at which a data set that is too small to certify speaks against a profile."""


class Certificate(msgspec.Struct, frozen=True):
    """What one data set says about one profile; the columns of the warehouse's table.

    Attributes:
        replay: Digest of engine, data sets and the replays' own code.
        kind: The kind under test.
        profile: The profile's name.
        profile_id: Digest of its parameters.
        rung: Its place on the ladder, from 0.
        dataset: The data set.
        block: Which block of the data set's certify part.
        version: Which engine on the block this is, from 1.
        kinds: How many kinds are under test together.
        n: Clusters of the certify part that are solved uncompressed.
        harms: Of these, the ones not solved under the profile.
        epsilon: The harm rate that the certificate is about.
        p: ``P(Bin(n, epsilon) <= harms)``.
        threshold: What the largest ``p`` of the profile has to reach.
        solvable: Share of the certify part that is solved uncompressed.
        certified: Whether the profile is, over all its data sets and in ladder order; those
            that cannot lose anything are, whatever they are measured at.
        status: ``certified`` where a test was spent on it and passed, ``demonstration`` for
            samples, else ``development``.
    """

    replay: str
    kind: str
    profile: str
    profile_id: str
    rung: int
    dataset: str
    block: int
    version: int
    kinds: int
    n: int
    harms: int
    epsilon: float
    p: float
    threshold: float
    solvable: float
    certified: bool
    status: str


def digests_of(manifests: Sequence[Manifest], rows: Sequence[Certificate]) -> dict[str, str]:
    """The digests, by name, of those of ``manifests`` that certificates rest on."""
    used = {row.dataset for row in rows}
    return {m.name: m.digest for m in manifests if m.name in used}


def refuse_samples(data: Path | None) -> None:
    """Nothing can be certified on the bundled samples.

    Raises:
        InputRefused: ``data`` gives samples.
    """
    samples = [source.manifest.name for source in selected(data) if source.manifest.sample]
    if samples:
        raise InputRefused(
            f"{', '.join(samples)} are samples, and a certificate needs the data sets themselves; "
            "give their folder with --data, or leave --certify out"
        )


def certify(
    outcomes: Sequence[Outcome],
    *,
    engine: Engine,
    data: Path | None,
    settings: Settings,
    spend: bool = False,
    ledger: Path | None = None,
    without: Collection[str] = (),
) -> list[Certificate]:
    """A row for every rung of every kind under test and each of the data sets that it rests on.

    A data set that has too few tasks for a certificate of a kind certifies nothing there. It has
    rows of those profiles that it shows to harm too many: what it says against one counts.

    Args:
        outcomes: what `run_replays` gave for the same engine and ``data``.
        engine: the engine that ran.
        data: the folder of the public data sets; None for the samples.
        settings: delta is taken from here.
        spend: enter the test into the ledger; only then is anything certified.
        ledger: where the ledger is kept; by default beside the manifests.
        without: the conversations that `run_replays` left out.

    Raises:
        InputRefused: a test is to be spent on samples, the outcomes are of another engine or
            other data, or the ledger cannot be read or written.
    """
    sources = selected(data)
    manifests = [source.manifest for source in sources]
    if spend:
        refuse_samples(data)
        _refuse_spent(sources)
    samples = any(manifest.sample for manifest in manifests)
    key = replay_key(engine, sources, without=without)
    strangers = sorted({outcome.replay for outcome in outcomes} - {key})
    if strangers:
        raise InputRefused(
            f"the outcomes are of replay {strangers[0]}, not of {key}: engine, data or solvers "
            "have changed since; run the replays again"
        )
    path = ledger or datasets_directory() / LEDGER
    book = read_ledger(path)
    full, own = f"sha256:{engine_digest()}", f"sha256:{sources_digest()}"
    rows = [
        row
        for kind in KINDS_UNDER_TEST
        for row in _of_kind(
            kind,
            [o for o in outcomes if o.kind == kind],
            manifests,
            versions={
                m.name: book.version_of(m.name, digest=m.digest, engine=full, replays=own)
                for m in manifests
            },
            blocks={source.manifest.name: source.block for source in sources},
            delta=settings.delta,
            replay=key,
            status="demonstration" if samples else "certified" if spend else "development",
        )
    ]
    if spend:
        used = {row.dataset for row in rows if BY_NAME[row.profile].safe}
        _spend(path, book, [m for m in manifests if m.name in used], engine=full, replays=own)
    return rows


def _refuse_spent(sources: Sequence[Source]) -> None:
    for source in sources:
        if source.block > source.manifest.blocks:
            raise InputRefused(
                f"every block of {source.manifest.name} is retired, so nothing can be certified on "
                "it any more; add fresh items to its manifest, as new blocks"
            )


def _spend(
    path: Path, book: Ledger, manifests: Sequence[Manifest], *, engine: str, replays: str
) -> None:
    spent = book
    for manifest in manifests:
        spent = spent.spent(
            manifest.name,
            digest=manifest.digest,
            engine=engine,
            replays=replays,
            kinds=len(KINDS_UNDER_TEST),
        )
    if spent is not book:
        write_ledger(path, spent)


def lists(
    kind: str, manifest: Manifest, tested: Sequence[Outcome], *, kinds: int, delta: float
) -> bool:
    """Whether the certificates of ``kind`` rest on the data set, too.

    They rest on every set that its manifest says is rendered as that kind. On recorded runs they
    do where the certify part has enough tasks in this kind for a certificate without a harm, on
    the first version; this is decided by how many there are, before any outcome.
    """
    if manifest.format != "trajectories":
        return manifest.covers(kind)
    tasks = {o.cluster for o in tested if (o.kind, o.dataset) == (kind, manifest.name)}
    return len(tasks) >= tasks_needed(manifest, kinds=kinds, delta=delta)


def refutes(count: Count) -> bool:
    """Whether a data set shows, at `REFUTED`, that a profile harms more than its epsilon."""
    return excess_p(count.n, count.harms, epsilon=count.epsilon) <= REFUTED


def tasks_needed(manifest: Manifest, *, kinds: int, delta: float) -> int:
    """The fewest tasks with which a profile without harm is certified, on a first version."""
    limit = threshold(delta, version=1, kinds=kinds)
    return items_needed(0, epsilon=manifest.epsilon, threshold=limit)


def _of_kind(
    kind: str,
    outcomes: Sequence[Outcome],
    manifests: Sequence[Manifest],
    *,
    versions: Mapping[str, int],
    blocks: Mapping[str, int],
    delta: float,
    replay: str,
    status: str,
) -> list[Certificate]:
    tested = [o for o in outcomes if o.treatment == PROFILE and o.split == "certify"]
    kinds = len(KINDS_UNDER_TEST)
    counts: dict[tuple[str, str], tuple[Count, float]] = {}
    covering = [m for m in manifests if m.covers(kind)]
    manifests = [m for m in covering if lists(kind, m, tested, kinds=kinds, delta=delta)]
    if not manifests:
        return []
    # One statement covers all data sets of the kind, so the latest version of any counts.
    limit = threshold(delta, version=max(versions[m.name] for m in manifests), kinds=kinds)
    for profile in LADDERS[kind]:
        for manifest in covering:
            here = [o for o in tested if (o.profile, o.dataset) == (profile.name, manifest.name)]
            n = sum(o.solvable for o in here)
            harms = sum(o.solvable and not o.solved for o in here)
            share = n / len(here) if here else 0.0
            counts[profile.name, manifest.name] = (Count(n, harms, manifest.epsilon), share)
    lossy = [profile for profile in LADDERS[kind] if not profile.safe]

    def speaking(profile: Profile) -> list[Manifest]:
        """The data sets that a profile rests on, and those that refute it."""
        return [m for m in covering if m in manifests or refutes(counts[profile.name, m.name][0])]

    passed = safe_set(
        [[counts[profile.name, m.name][0] for m in speaking(profile)] for profile in lossy],
        threshold=limit,
    )
    certified = {profile.name for profile in LADDERS[kind] if profile.safe}
    certified.update(p.name for p, ok in zip(lossy, passed, strict=True) if ok)
    return [
        Certificate(
            replay=replay,
            kind=kind,
            profile=profile.name,
            profile_id=profile.id,
            rung=rung,
            dataset=manifest.name,
            block=blocks[manifest.name],
            version=versions[manifest.name],
            kinds=kinds,
            n=count.n,
            harms=count.harms,
            epsilon=count.epsilon,
            p=harm_p(count.n, count.harms, epsilon=count.epsilon),
            threshold=limit,
            solvable=share,
            certified=profile.name in certified,
            status="development"
            if status == "certified" and profile.name not in certified
            else status,
        )
        for rung, profile in enumerate(LADDERS[kind])
        for manifest in (manifests if profile.safe else speaking(profile))
        for count, share in [counts[profile.name, manifest.name]]
    ]
