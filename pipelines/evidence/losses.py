"""Losses that are not 0 or 1: what a model's answers lose, and shares of a task that are lost.

Sources: Bates, Angelopoulos, Lei, Malik and Jordan 2021, Distribution-free, risk-controlling
prediction sets, arXiv 2101.02703 (the bound of Hoeffding and Bentkus); Angelopoulos et al., Learn
then Test, arXiv 2110.01052; Waudby-Smith and Ramdas 2024, arXiv 2010.09686 (betting).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from scipy.special import bdtr  # type: ignore[import-untyped]

from pipelines.evidence import betting


def share_p(losses: Sequence[float], *, epsilon: float) -> float:
    """p-value of "the mean loss is at least ``epsilon``", for losses between 0 and 1.

    The smaller of Hoeffding's ``exp(-n h(min(m, epsilon), epsilon))``, where m is the mean and
    ``h(a, b) = a log(a / b) + (1 - a) log((1 - a) / (1 - b))``, and Bentkus's
    ``e P(Bin(n, epsilon) <= ceil(n m))``. Without losses it is 1.

    Raises:
        ValueError: a loss outside 0..1, or an epsilon outside (0, 1).
    """
    _check_epsilon(epsilon)
    for place, loss in enumerate(losses):
        if not 0.0 <= loss <= 1.0:
            raise ValueError(f"loss {place} must lie between 0 and 1, got {loss}")
    n = len(losses)
    if not n:
        return 1.0
    total = math.fsum(losses)
    hoeffding = math.exp(-n * _divergence(min(total / n, epsilon), epsilon))
    # A sum that is whole but for rounding is not rounded up.
    bentkus = math.e * float(bdtr(math.ceil(round(total, 9)), n, epsilon))
    return min(1.0, hoeffding, bentkus)


def change_p(losses: Sequence[int], *, epsilon: float) -> float:
    """p-value of "the mean loss is at least ``epsilon``", for ``right without - right with``.

    Each loss is -1, 0 or 1, one an item: a model that now and then answers right by chance loses
    and wins alike, and only what is lost on balance counts. By betting on ``(loss + 1) / 2``,
    so that it holds at any time: items may be added until it is small enough.

    Raises:
        ValueError: a loss that is not -1, 0 or 1, or an epsilon outside (0, 1).
    """
    _check_epsilon(epsilon)
    for place, loss in enumerate(losses):
        if loss not in (-1, 0, 1):
            raise ValueError(f"loss {place} must be -1, 0 or 1, got {loss}")
    halves = [(loss + 1) / 2 for loss in losses]
    evidence = betting.units(halves, [1.0] * len(halves), largest=1.0)
    return betting.p_below(evidence, (1.0 + epsilon) / 2)


def _divergence(a: float, b: float) -> float:
    """The Kullback-Leibler divergence of two Bernoulli variables, in nats."""
    left = a * math.log(a / b) if a else 0.0
    right = (1.0 - a) * math.log((1.0 - a) / (1.0 - b)) if a < 1.0 else 0.0
    return left + right


def _check_epsilon(epsilon: float) -> None:
    if not 0.0 < epsilon < 1.0:
        raise ValueError(f"epsilon must lie between 0 and 1, got {epsilon}")
