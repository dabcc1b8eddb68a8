"""Harm on a data set: exact binomial p-values, fixed-sequence testing, exact intervals.

Sources: Angelopoulos et al., Learn then Test, arXiv 2110.01052 (risk control as multiple
testing); Berger 1982 (intersection-union tests); Maurer, Hothorn and Lehmacher 1995
(fixed sequences); Clopper and Pearson 1934.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from scipy.special import bdtr, bdtrc, betaincinv  # type: ignore[import-untyped]

from pipelines.evidence.intervals import Interval


class Count(NamedTuple):
    """What one data set says about one profile.

    ``n`` items, one a cluster, were solved uncompressed; ``harms`` of them are not solved
    compressed; ``epsilon`` is the share of harm that the data set allows.
    """

    n: int
    harms: int
    epsilon: float


def harm_p(n: int, harms: int, *, epsilon: float) -> float:
    """p-value of "the harm rate is at least ``epsilon``": ``P(Bin(n, epsilon) <= harms)``.

    Exact for independent items, and by Learn then Test (arXiv 2110.01052) a valid p-value.
    Without items the hypothesis cannot be rejected and p is 1.

    Raises:
        ValueError: counts that are negative or larger than ``n``, or an epsilon outside (0, 1).
    """
    if not 0 <= harms <= n:
        raise ValueError(f"harms must lie between 0 and n = {n}, got {harms}")
    if not 0.0 < epsilon < 1.0:
        raise ValueError(f"epsilon must lie between 0 and 1, got {epsilon}")
    return float(bdtr(harms, n, epsilon)) if n else 1.0


def excess_p(n: int, harms: int, *, epsilon: float) -> float:
    """p-value of "the harm rate is at most ``epsilon``": ``P(Bin(n, epsilon) >= harms)``.

    Exact for independent items; 1 without a harm.

    Raises:
        ValueError: counts that are negative or larger than ``n``, or an epsilon outside (0, 1).
    """
    if not 0 <= harms <= n:
        raise ValueError(f"harms must lie between 0 and n = {n}, got {harms}")
    if not 0.0 < epsilon < 1.0:
        raise ValueError(f"epsilon must lie between 0 and 1, got {epsilon}")
    return float(bdtrc(harms - 1, n, epsilon)) if harms else 1.0


def profile_p(counts: Sequence[Count]) -> float:
    """p-value of "on some data set the harm rate reaches its epsilon": the largest one.

    An intersection-union test (Berger 1982): every data set has to speak for the profile,
    so no correction for their number is needed. No data set at all speaks for nothing.
    """
    return max((harm_p(c.n, c.harms, epsilon=c.epsilon) for c in counts), default=1.0)


def safe_set(rungs: Sequence[Sequence[Count]], *, threshold: float) -> tuple[bool, ...]:
    """Which rungs of one ladder are certified, tested in their order until the first failure.

    ``rungs`` holds the lossy profiles of a kind in ladder order, each with one ``Count`` a
    data set. Each is tested at the whole ``threshold``; nothing after the first failure is
    certified, whatever its own p-value says. Then the chance that any certified rung
    exceeds its epsilon is at most ``threshold`` (Maurer et al. 1995), monotone or not.
    """
    verdicts = []
    standing = True
    for counts in rungs:
        # Rounded as printed: p and threshold are compared as an outsider would read them.
        standing = standing and round(profile_p(counts), 12) <= round(threshold, 12)
        verdicts.append(standing)
    return tuple(verdicts)


def threshold(delta: float, *, version: int, kinds: int) -> float:
    """What p has to reach: ``delta / (version (version + 1)) / kinds``.

    ``version`` counts the engine digests tested on a block, from 1: the sum of
    ``1 / (v (v + 1))`` over all v is 1, so a block never spends more than ``delta``.
    ``kinds`` is the number of kinds under test (Bonferroni).

    Raises:
        ValueError: a version or number of kinds below 1, or a delta outside (0, 1).
    """
    if version < 1 or kinds < 1:
        raise ValueError(f"version and kinds count from 1, got {version} and {kinds}")
    if not 0.0 < delta < 1.0:
        raise ValueError(f"delta must lie between 0 and 1, got {delta}")
    return delta / (version * (version + 1)) / kinds


def items_needed(harms: int, *, epsilon: float, threshold: float) -> int:
    """The fewest items with which ``harms`` harms still give a p-value of ``threshold``.

    The smallest n with ``P(Bin(n, epsilon) <= harms) <= threshold``; without a harm it is
    ``ceil(log(threshold) / log(1 - epsilon))``, the rule of three (Hanley and Lippman-Hand
    1983) at a threshold of 5 %.

    Raises:
        ValueError: negative harms, or an epsilon or threshold outside (0, 1).
    """
    if harms < 0 or not 0.0 < threshold < 1.0:
        raise ValueError(
            f"expected harms >= 0 and a threshold between 0 and 1, got {harms} and {threshold}"
        )
    low, high = harms, harms + 1
    while harm_p(high, harms, epsilon=epsilon) > threshold:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        if harm_p(middle, harms, epsilon=epsilon) > threshold:
            low = middle
        else:
            high = middle
    return high


def items_missing(counts: Sequence[Count], *, threshold: float) -> int:
    """How many more items a profile would need if none of them were harmed.

    ``items_needed(k_d) - n_d`` on the data set that lacks most, 0 where all suffice. It is the
    least there is to do: a profile whose harm rate is at epsilon or above needs mending, not items.

    Raises:
        ValueError: an epsilon or threshold outside (0, 1).
    """
    needed = [items_needed(c.harms, epsilon=c.epsilon, threshold=threshold) - c.n for c in counts]
    return max(0, *needed) if needed else 0


def power(n: int, *, rate: float, epsilon: float, threshold: float) -> float:
    """The chance that ``n`` items certify a profile that harms a share ``rate`` of all items.

    ``P(Bin(n, rate) <= k)`` for the most harms k that still pass, ``P(Bin(n, epsilon) <= k) <=
    threshold``; 0 where not even no harm does. At a rate of epsilon it is the test's size.

    Raises:
        ValueError: a negative n, a rate outside [0, 1], or an epsilon or threshold outside (0, 1).
    """
    if n < 0 or not 0.0 <= rate <= 1.0:
        raise ValueError(f"expected n >= 0 and a rate between 0 and 1, got {n} and {rate}")
    if n < items_needed(0, epsilon=epsilon, threshold=threshold):
        return 0.0
    most = 0
    while harm_p(n, most + 1, epsilon=epsilon) <= threshold:
        most += 1
    return float(bdtr(most, n, rate))


def clopper_pearson(successes: int, n: int, *, level: float) -> Interval:
    """The exact two-sided interval of a binomial share (Clopper and Pearson 1934).

    The bounds are the ``(1 - level) / 2`` and ``(1 + level) / 2`` quantiles of
    ``Beta(k, n - k + 1)`` and ``Beta(k + 1, n - k)``. Without trials it is [0, 1].

    Raises:
        ValueError: successes outside 0..n, or a level outside (0, 1).
    """
    if not 0 <= successes <= n:
        raise ValueError(f"successes must lie between 0 and n = {n}, got {successes}")
    if not 0.0 < level < 1.0:
        raise ValueError(f"level must lie between 0 and 1, got {level}")
    if n == 0:
        return Interval(0.0, 0.0, 1.0, 0)
    tail = (1.0 - level) / 2
    failures = n - successes
    low = float(betaincinv(successes, failures + 1, tail)) if successes else 0.0
    high = float(betaincinv(successes + 1, failures, 1.0 - tail)) if failures else 1.0
    return Interval(successes / n, low, high, n)


def sign_p(wins: int, losses: int) -> float:
    """p-value of "is no better than the other": ``P(Bin(wins + losses, 1/2) >= wins)``.

    The sign test of pairs of which just one succeeds (Dixon and Mood 1946; for shares McNemar's
    exact test, one-sided); pairs in which both do, or neither, say nothing. Without any p is 1.

    Raises:
        ValueError: a negative count.
    """
    if wins < 0 or losses < 0:
        raise ValueError(f"wins and losses count from 0, got {wins} and {losses}")
    return float(bdtr(losses, wins + losses, 0.5)) if wins + losses else 1.0
