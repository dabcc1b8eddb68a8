"""What a certificate promises, held against simulated truth: slow, and shown to be able to fail.

Each passes when what is observed is at most nominal + 3 standard errors. Beside each stands
the same simulation with the protection taken out, which has to fail.
"""

import math

import numpy as np
import pytest
from scipy.special import ndtri

from pipelines.evidence import Count, safe_set, threshold
from pipelines.replays.blocks import Ledger
from pipelines.replays.items import Item, one_a_cluster, split_of
from pipelines.replays.tasks import Problem

pytestmark = pytest.mark.slow

DELTA = 0.05


def at_most(observed, nominal, runs):
    return observed <= nominal + 3 * math.sqrt(nominal * (1 - nominal) / runs)


def certified(harms, *, n, epsilon, threshold):
    """Whether a profile with these harms among ``n`` items is certified, for an array of harms."""
    passes = [
        safe_set([[Count(n, k, epsilon)]], threshold=threshold)[0] for k in range(harms.max() + 1)
    ]
    return np.array(passes)[harms]


# Nine kinds, each harmed exactly as often as its epsilon allows.


def harms_of_kinds(rng, *, runs, n, epsilon, correlation):
    """Harms (runs, 9) on the same items: an item that is hard for one kind is so for all."""
    harms = np.empty((runs, 9), dtype=np.int64)
    limit = ndtri(epsilon)
    for run in range(runs):
        shared = math.sqrt(correlation) * rng.standard_normal(n, dtype=np.float32)
        own = math.sqrt(1 - correlation) * rng.standard_normal((9, n), dtype=np.float32)
        harms[run] = np.count_nonzero(own + shared < limit, axis=1)
    return harms


@pytest.mark.parametrize("correlation", [0.0, 0.5, 0.9])
def test_nine_kinds_at_the_edge_share_delta(correlation):
    runs, n, epsilon = 2000, 800, 0.01
    harms = harms_of_kinds(
        np.random.default_rng(21), runs=runs, n=n, epsilon=epsilon, correlation=correlation
    )

    def any_kind(limit):
        return certified(harms, n=n, epsilon=epsilon, threshold=limit).any(axis=1).mean()

    assert at_most(any_kind(threshold(DELTA, version=1, kinds=9)), DELTA, runs)
    undivided = any_kind(DELTA)
    assert not at_most(undivided, DELTA, runs)


# Items that depend on one another.


def item(cluster, member):
    return Item("drawn", f"{cluster}/{member}", cluster, "", (), (), Problem((), ""))


def test_one_member_a_cluster_counts():
    runs, clusters, members, epsilon, correlation = 2000, 200, 4, 0.05, 0.8
    items = [item(f"c{c:03d}", m) for c in range(clusters) for m in range(members)]
    places = {one.source: place for place, one in enumerate(items)}
    chosen = [places[one.source] for one in one_a_cluster(items, manifest="sha256:drawn")]
    rng = np.random.default_rng(22)
    shared = math.sqrt(correlation) * rng.standard_normal((runs, clusters, 1), dtype=np.float32)
    own = rng.standard_normal((runs, clusters, members), dtype=np.float32)
    harmed = (shared + math.sqrt(1 - correlation) * own < ndtri(epsilon)).reshape(runs, -1)

    def wrong(counted):
        harms = np.count_nonzero(counted, axis=1)
        found = certified(harms, n=counted.shape[1], epsilon=epsilon, threshold=DELTA)
        return found.mean()

    assert len(chosen) == clusters
    assert at_most(wrong(harmed[:, chosen]), DELTA, runs)
    assert not at_most(wrong(harmed), DELTA, runs)


# Many engines on one block.


def thresholds_of_versions(engines):
    """What each of these engines, tested one after another on one block, has to reach."""
    ledger, found = Ledger(), []
    for engine in engines:
        asked = {"digest": "sha256:d", "engine": engine, "replays": "sha256:r"}
        version = ledger.version_of("drawn", **asked)
        found.append(threshold(DELTA, version=version, kinds=1))
        ledger = ledger.spent("drawn", **asked, kinds=1)
    return found


def test_sixty_engines_on_one_block_share_delta():
    runs, n, epsilon, true = 2000, 628, 0.01, 0.015
    engines = [f"engine {number}" for number in range(60)]
    harms = np.random.default_rng(23).binomial(n, true, (runs, len(engines)))

    def any_engine(limits):
        passes = [
            certified(harms[:, place], n=n, epsilon=epsilon, threshold=limit)
            for place, limit in enumerate(limits)
        ]
        return np.any(passes, axis=0).mean()

    assert any_engine(thresholds_of_versions(engines)) <= DELTA
    assert not at_most(any_engine([DELTA] * len(engines)), DELTA, runs)


def test_an_engine_tested_again_spends_nothing_more():
    once = thresholds_of_versions(["a", "b"])
    assert thresholds_of_versions(["a", "a", "b", "a"]) == [once[0], once[0], once[1], once[0]]


def test_what_was_tuned_on_items_that_were_shown_is_tested_on_others():
    # Tuning mends every item of the shown block and nothing else: the true harm stays.
    runs, epsilon, true = 500, 0.01, 0.01
    clusters = [f"c{number}" for number in range(2000)]
    ledger = Ledger()

    def certify_part():
        block = ledger.block_of("drawn", digest="sha256:d")
        return np.array([
            split_of(cluster, manifest="sha256:d", blocks=2, block=block) == "certify"
            for cluster in clusters
        ])  # fmt: skip

    shown = certify_part()
    ledger = ledger.without("drawn", digest="sha256:d")
    fresh = certify_part()
    assert not np.any(shown & fresh)
    assert min(shown.sum(), fresh.sum()) > 628

    harmed = np.random.default_rng(24).random((runs, len(clusters))) < true
    harmed[:, shown] = False

    def wrong(part):
        harms = np.count_nonzero(harmed[:, part], axis=1)
        return certified(harms, n=int(part.sum()), epsilon=epsilon, threshold=DELTA).mean()

    assert at_most(wrong(fresh), DELTA, runs)
    assert wrong(shown) == 1.0
    # With every block shown there is nothing left to certify on.
    ledger = ledger.without("drawn", digest="sha256:d")
    assert not np.any(certify_part())
