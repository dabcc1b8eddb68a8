"""Empirical Bayes: what a small slice looks like in the light of its peers. For ordering only.

No bound and no gate uses a shrunken value: it is biased towards the peers by design. It only
says which candidate to try first.

Sources: Efron and Morris 1975 (shrinkage); Kleinman 1973 (moments of the beta-binomial).
"""

from __future__ import annotations

from collections.abc import Sequence


def shrunken(events: Sequence[int], trials: Sequence[int]) -> list[float]:
    """For each of a group of peers its rate, drawn towards the group's, the more the fewer trials.

    ``(events + m mean) / (trials + m)``, where the weight m of the group is that of a beta prior
    fitted by moments to the rates of those that have trials: large where these differ no more than
    chance would have it. Peers without trials get the group's mean; a group without any trials 0.

    Raises:
        ValueError: lists of different length, or events outside 0..trials.
    """
    if len(events) != len(trials):
        raise ValueError(f"{len(events)} counts of events for {len(trials)} of trials")
    for place, (y, n) in enumerate(zip(events, trials, strict=True)):
        if not 0 <= y <= n:
            raise ValueError(f"peer {place}: events must lie between 0 and {n}, got {y}")
    total = sum(trials)
    if not total:
        return [0.0] * len(events)
    mean = sum(events) / total
    weight = _weight(events, trials, mean)
    if weight is None:
        return [mean] * len(events)
    return [(y + weight * mean) / (n + weight) for y, n in zip(events, trials, strict=True)]


def _weight(events: Sequence[int], trials: Sequence[int], mean: float) -> float | None:
    """The prior's weight in trials; None where the rates differ no more than by chance."""
    seen = [(y, n) for y, n in zip(events, trials, strict=True) if n]
    total = sum(n for _, n in seen)
    spread = sum(n * (y / n - mean) ** 2 for y, n in seen)
    chance = mean * (1 - mean)
    # Expected: chance (k - 1) + variance (total - sum n^2 / total), and chance = variance (m + 1).
    room = total - sum(n * n for _, n in seen) / total
    excess = spread - chance * (len(seen) - 1)
    if room <= 0 or excess <= 0:
        return None
    variance = min(excess / room, chance)
    return max(chance / variance - 1, 0.0)
