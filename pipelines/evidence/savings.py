"""Net savings of a profile: bounds on a ratio of sums over conversations, sizes clipped.

With b tokens before compression and s saved net (before - after - returned, negative when
negative), the ratio is E[s] / E[b], in [-1, 1]. A bound on it must reckon with the largest
conversation that could still come, so sizes are clipped at C: a larger conversation
counts as one of C tokens with the same ratio, and what one of them brings back beyond its
whole size counts as its whole size. ``(s + b) / 2`` lies between 0 and b: the machinery of
``betting`` applies to the ratio ``(1 + net) / 2``.

The smaller C, the narrower the bounds, and it must not be chosen by what it bounds. So the
first conversations set it (the second largest of them, at most the stated clip) and are
then left out of the bounds.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from pipelines.evidence import betting
from pipelines.evidence.intervals import DIGITS, Interval

CALIBRATION = 10
"""Conversations that set the clip and are then left out of the bounds."""


class Clipped(NamedTuple):
    """Conversations clipped at ``clip_tokens``, and the share of their tokens cut by that."""

    saved: list[float]
    sizes: list[float]
    clip_tokens: int
    share: float


def calibrated_clip(before: Sequence[int], *, clip_tokens: int) -> int:
    """The second largest of the given sizes, at most ``clip_tokens``, at least 1.

    The second, so that one giant among the first does not blunt every later bound. Fewer
    than two sizes set nothing.
    """
    if len(before) < 2:
        return clip_tokens
    return max(1, min(clip_tokens, sorted(before)[-2]))


def clip(saved: Sequence[int], before: Sequence[int], *, clip_tokens: int) -> Clipped:
    """Each conversation scaled down to at most ``clip_tokens``, its loss to at most its size.

    ``b' = min(b, C)`` and ``s' = max(s b' / b, -b')``: the ratio stays, the weight is bounded.

    Raises:
        ValueError: lists of different length, a negative size, or more saved than there was;
            the message names the conversation's place.
    """
    if len(saved) != len(before):
        raise ValueError(f"{len(saved)} savings but {len(before)} sizes")
    sizes = [float(min(b, clip_tokens)) for b in before]
    for place, (s, b) in enumerate(zip(saved, before, strict=True)):
        if b < 0 or s > b:
            raise ValueError(
                f"conversation {place}: expected saved <= before and before >= 0, "
                f"got saved {s} and before {b}"
            )
    scaled = [
        max(s * size / b if b else 0.0, -size)
        for s, b, size in zip(saved, before, sizes, strict=True)
    ]
    total = sum(before)
    return Clipped(scaled, sizes, clip_tokens, 1.0 - sum(sizes) / total if total else 0.0)


def net_savings_interval(
    saved: Sequence[int],
    before: Sequence[int],
    *,
    clip_tokens: int,
    alpha: float,
    calibration: int = CALIBRATION,
) -> Interval:
    """Bounds on net savings that hold together, at any time, with error at most alpha.

    ``2 r - 1`` for the lowest and the highest ratio r that neither ``E+(r)`` nor ``E-(r)``
    rejects at ``2 / alpha`` (inversion: Waudby-Smith and Ramdas 2024, section 4).

    Args:
        saved: Tokens saved net by each conversation, in order of their start; may be negative.
        before: Tokens of each conversation before compression.
        clip_tokens: Largest size that counts whole.
        alpha: Error of both bounds together, half of it for each.
        calibration: How many of the first conversations set a lower clip (see
            ``calibrated_clip``) and are left out of the bounds; 0 takes the clip as it is.

    Returns:
        The raw ratio of sums of all conversations, the bounds on the clipped ratio on the
        grid of four decimals, and the number of conversations. Without any: [-1, 1].

    Raises:
        ValueError: sizes or savings out of range; the message names the place.
    """
    total = sum(before)
    evidence = _units(saved, before, clip_tokens=clip_tokens, calibration=calibration)
    return Interval(
        round(sum(saved) / total, DIGITS) if total else 0.0,
        _as_net(betting.lower_bound(evidence, alpha=alpha / 2)),
        _as_net(betting.upper_bound(evidence, alpha=alpha / 2)),
        len(before),
    )


def p_savings_above(
    saved: Sequence[int],
    before: Sequence[int],
    *,
    clip_tokens: int,
    net: float,
    calibration: int = CALIBRATION,
) -> float:
    """p-value of "net savings are at most ``net``", valid at any time: ``min(1, 1 / E+)``.

    E+ is that of ``betting`` for amounts ``(s + b) / 2`` of sizes b, clipped, and the ratio
    ``(1 + net) / 2`` (Waudby-Smith and Ramdas 2024).
    """
    evidence = _units(saved, before, clip_tokens=clip_tokens, calibration=calibration)
    return betting.p_above(evidence, _as_ratio(net))


def p_savings_below(
    saved: Sequence[int],
    before: Sequence[int],
    *,
    clip_tokens: int,
    net: float,
    calibration: int = CALIBRATION,
) -> float:
    """p-value of "net savings are at least ``net``", valid at any time: ``min(1, 1 / E-)``.

    As ``p_savings_above``, in the other direction.
    """
    evidence = _units(saved, before, clip_tokens=clip_tokens, calibration=calibration)
    return betting.p_below(evidence, _as_ratio(net))


def worst_p_savings_above(
    saved: Sequence[int],
    before: Sequence[int],
    instances: Sequence[str],
    *,
    clip_tokens: int,
    net: float,
    calibration: int = CALIBRATION,
) -> float:
    """The largest ``p_savings_above`` when any one instance is left out, 1 for a single one.

    The first ``calibration`` conversations set the clip, whoever they are of, and are in none of
    the samples. As for regret, the maximum of valid p-values is one (Berger 1982).
    """
    rest = clip(
        saved[calibration:],
        before[calibration:],
        clip_tokens=_clip_of(before, clip_tokens, calibration),
    )
    return betting.worst_p_above(
        _amounts(rest),
        rest.sizes,
        instances[calibration:],
        largest=rest.clip_tokens,
        ratio=_as_ratio(net),
    )


def worst_p_savings_below(
    saved: Sequence[int],
    before: Sequence[int],
    instances: Sequence[str],
    *,
    clip_tokens: int,
    net: float,
    calibration: int = CALIBRATION,
) -> float:
    """The largest ``p_savings_below`` when any one instance is left out, 1 for a single one.

    As ``worst_p_savings_above``, in the other direction.
    """
    rest = clip(
        saved[calibration:],
        before[calibration:],
        clip_tokens=_clip_of(before, clip_tokens, calibration),
    )
    return betting.worst_p_below(
        _amounts(rest),
        rest.sizes,
        instances[calibration:],
        largest=rest.clip_tokens,
        ratio=_as_ratio(net),
    )


def _clip_of(before: Sequence[int], clip_tokens: int, calibration: int) -> int:
    if calibration == 0:
        return clip_tokens
    return calibrated_clip(before[:calibration], clip_tokens=clip_tokens)


def _units(
    saved: Sequence[int], before: Sequence[int], *, clip_tokens: int, calibration: int
) -> betting.Units:
    clipped = clip(saved, before, clip_tokens=_clip_of(before, clip_tokens, calibration))
    return betting.units(
        _amounts(clipped)[calibration:], clipped.sizes[calibration:], largest=clipped.clip_tokens
    )


def _amounts(clipped: Clipped) -> list[float]:
    # (s + b) / 2, kept inside [0, b] against the rounding of the scaling.
    return [
        min(max((s + size) / 2, 0.0), size)
        for s, size in zip(clipped.saved, clipped.sizes, strict=True)
    ]


def _as_ratio(net: float) -> float:
    if not -1.0 < net < 1.0:
        raise ValueError(f"net savings lie between -1 and 1, got {net}")
    return (1.0 + net) / 2


def _as_net(ratio: float) -> float:
    return round(2 * ratio - 1, DIGITS)
