"""Betting on a ratio of sums: evidence that holds at any time, and bounds by inversion.

Units (conversations) come one after another, each with an ``amount`` between 0 and its
``size``, and no size above ``largest``. The ratio of interest is E[amount] / E[size].
For a candidate ratio r let ``Z = (amount - r size) / largest``. Then

    E+ = prod(1 + l Z),  0 <= l < 1/r          E- = prod(1 - l Z),  0 <= l < 1/(1 - r)

are non-negative supermartingales if the ratio is at most r, or at least r: reaching
``1 / alpha`` has probability at most alpha however often one looks (Ville 1939;
Waudby-Smith and Ramdas 2024, arXiv 2010.09686, section 4; Shafer 2021).

The bets are fixed fractions c of the largest one, ``l = c / r`` and ``l = c / (1 - r)``, and
the capital is split over them in advance: a mixture of martingales is one. This choice
has three merits. Every factor is monotone in r, so that the ratios not yet rejected are an
interval, found by bisection. The value does not depend on the order of the units, so
neither do the published bytes. And most of the capital below r lies on the boldest bet,
the best one where nothing was ever regretted: the price of the mixture is there a factor
of 1 / 0.7, eight conversations of evidence at a limit of 5 %.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

GRID = 10_000
"""Candidate ratios are k / GRID: bounds are found, compared and printed on this grid."""

_PLACES = 9
"""Log capitals are rounded to this before they are compared with ``log(1 / alpha)``."""

_FRACTIONS = np.array([0.99, 0.75, 0.5, 0.25, 0.125, 0.06, 0.03, 0.015, 0.007, 0.003])
_ABOVE = np.array([0.28] + [0.08] * 9)
_BELOW = np.array([0.70, 0.06, 0.05, 0.05, 0.04, 0.03, 0.03, 0.02, 0.01, 0.01])


class Units(NamedTuple):
    """Distinct (amount, size) pairs as fractions of the largest size, with their counts.

    Sorted, so that sums are made in one order whatever order the units came in.
    """

    amounts: Floats
    sizes: Floats
    counts: Floats


def units(amounts: Sequence[float], sizes: Sequence[float], *, largest: float) -> Units:
    """The units of one evidence, those of size 0 left out: they say nothing about a ratio.

    Raises:
        ValueError: lists of different length, or a unit that is not
            ``0 <= amount <= size <= largest``; the message names its place.
    """
    a, s = _checked(amounts, sizes, largest=largest)
    kept = s > 0
    pairs = np.stack([a[kept], s[kept]], axis=1)
    if not len(pairs):
        nothing = np.empty(0)
        return Units(nothing, nothing, nothing)
    distinct, counts = np.unique(pairs, axis=0, return_counts=True)
    return Units(distinct[:, 0], distinct[:, 1], counts.astype(np.float64))


def log_above(evidence: Units, ratio: float) -> float:
    """``log E+``: evidence that the true ratio is above ``ratio`` (0 < ratio <= 1)."""
    return _log_mixture(
        _gains_above(evidence.amounts, evidence.sizes, ratio) @ evidence.counts, _ABOVE
    )


def log_below(evidence: Units, ratio: float) -> float:
    """``log E-``: evidence that the true ratio is below ``ratio`` (0 <= ratio < 1)."""
    return _log_mixture(
        _gains_below(evidence.amounts, evidence.sizes, ratio) @ evidence.counts, _BELOW
    )


def lower_bound(evidence: Units, *, alpha: float) -> float:
    """The ratios up to here are rejected as too low, each with error at most alpha.

    Returns the largest rejected k / GRID, 0 where none is: the true ratio is below the
    bound at any time with probability at most alpha.
    """
    limit = _limit(alpha)
    # E+ falls as the ratio grows: rejected ratios are those up to some k.
    low, high = 0, GRID + 1
    while high - low > 1:
        middle = (low + high) // 2
        if log_above(evidence, middle / GRID) >= limit:
            low = middle
        else:
            high = middle
    return low / GRID


def upper_bound(evidence: Units, *, alpha: float) -> float:
    """The ratios from here on are rejected as too high, each with error at most alpha.

    Returns the smallest rejected k / GRID, 1 where none is.
    """
    limit = _limit(alpha)
    # E- grows with the ratio: rejected ratios are those from some k on.
    low, high = -1, GRID
    while high - low > 1:
        middle = (low + high) // 2
        if log_below(evidence, middle / GRID) >= limit:
            high = middle
        else:
            low = middle
    return high / GRID


def p_value(log_capital: float) -> float:
    """``min(1, 1 / E)``: valid at any time (Ville's inequality)."""
    return min(1.0, math.exp(-log_capital))


def p_above(evidence: Units, ratio: float) -> float:
    """p-value of "the ratio is at most ``ratio``"; small where it is above."""
    return p_value(log_above(evidence, ratio))


def p_below(evidence: Units, ratio: float) -> float:
    """p-value of "the ratio is at least ``ratio``"; small where it is below."""
    return p_value(log_below(evidence, ratio))


def worst_p_above(
    amounts: Sequence[float],
    sizes: Sequence[float],
    groups: Sequence[str],
    *,
    largest: float,
    ratio: float,
) -> float:
    """The largest ``p_above`` when any one group is left out: no group alone can cause it.

    A single group leaves nothing behind, so its p-value is 1.
    """
    a, s = _checked(amounts, sizes, largest=largest)
    return _worst(_gains_above(a, s, ratio), groups, _ABOVE)


def worst_p_below(
    amounts: Sequence[float],
    sizes: Sequence[float],
    groups: Sequence[str],
    *,
    largest: float,
    ratio: float,
) -> float:
    """The largest ``p_below`` when any one group is left out."""
    a, s = _checked(amounts, sizes, largest=largest)
    return _worst(_gains_below(a, s, ratio), groups, _BELOW)


def _checked(
    amounts: Sequence[float], sizes: Sequence[float], *, largest: float
) -> tuple[Floats, Floats]:
    if len(amounts) != len(sizes):
        raise ValueError(f"{len(amounts)} amounts but {len(sizes)} sizes")
    if largest <= 0:
        raise ValueError(f"the largest size must be above 0, got {largest}")
    a = np.asarray(amounts, dtype=np.float64)
    s = np.asarray(sizes, dtype=np.float64)
    wrong = np.flatnonzero(~((a >= 0) & (a <= s) & (s <= largest)))
    if len(wrong):
        i = int(wrong[0])
        raise ValueError(
            f"unit {i}: expected 0 <= amount <= size <= {largest:g}, "
            f"got amount {a[i]:g} and size {s[i]:g}"
        )
    return a / largest, s / largest


def _gains_above(amounts: Floats, sizes: Floats, ratio: float) -> Floats:
    """Log factors of E+, one row a bet: ``log(1 + c (amount / r - size))``."""
    if not 0.0 < ratio <= 1.0:
        raise ValueError(f"the ratio must lie in (0, 1], got {ratio}")
    gains: Floats = np.log1p(np.outer(_FRACTIONS, amounts / ratio - sizes))
    return gains


def _gains_below(amounts: Floats, sizes: Floats, ratio: float) -> Floats:
    """Log factors of E-, one row a bet: ``log(1 - c (amount - r size) / (1 - r))``."""
    if not 0.0 <= ratio < 1.0:
        raise ValueError(f"the ratio must lie in [0, 1), got {ratio}")
    gains: Floats = np.log1p(np.outer(-_FRACTIONS, (amounts - ratio * sizes) / (1.0 - ratio)))
    return gains


def _log_mixture(log_capitals: Floats, weights: Floats) -> float:
    top = float(np.max(log_capitals))
    return round(top + math.log(float(np.exp(log_capitals - top) @ weights)), _PLACES)


def _worst(gains: Floats, groups: Sequence[str], weights: Floats) -> float:
    names, places = np.unique(np.asarray(groups, dtype=np.str_), return_inverse=True)
    if len(places) != gains.shape[1]:
        raise ValueError(f"{gains.shape[1]} units but {len(places)} groups")
    if not len(names):
        return 1.0
    of_group = np.stack([np.bincount(places, weights=row, minlength=len(names)) for row in gains])
    without = of_group.sum(axis=1, keepdims=True) - of_group
    return max(p_value(_log_mixture(column, weights)) for column in without.T)


def _limit(alpha: float) -> float:
    if not 0.0 < alpha < 1.0:
        raise ValueError(f"alpha must lie between 0 and 1, got {alpha}")
    return round(-math.log(alpha), _PLACES)
