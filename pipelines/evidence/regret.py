"""Regret of a profile: bounds on the share of compressions that are asked for again.

The unit is the conversation, of which the first B compressions count; with Y regrets among
the N counted, ``Z = (Y - r N) / B`` for a rate r. See ``betting`` for the martingales.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipelines.evidence import betting
from pipelines.evidence.intervals import DIGITS, Interval

_UPPER_PART = 0.8
"""Decisions rest on the upper bound of regret: it gets four fifths of an interval's alpha."""


def regret_interval(
    regrets: Sequence[int], counted: Sequence[int], *, per_conversation: int, alpha: float
) -> Interval:
    """Bounds on the regret rate that hold together, at any time, with error at most alpha.

    The lowest and the highest rate r that ``E+(r) < 1 / (0.2 alpha)`` and
    ``E-(r) < 1 / (0.8 alpha)`` leave (inversion: Waudby-Smith and Ramdas 2024, section 4).

    Args:
        regrets: Y of each conversation, ``0 <= Y <= N``.
        counted: N of each conversation, at most ``per_conversation``.
        per_conversation: B, the number of compressions of a conversation that count.
        alpha: Error of both bounds together; the upper one takes 0.8 alpha of it.

    Returns:
        The pooled rate, its bounds on the grid of four decimals, and the number of
        conversations with anything counted. Without any: [0, 1].

    Raises:
        ValueError: counts out of range; the message names the conversation's place.
    """
    evidence = betting.units(regrets, counted, largest=per_conversation)
    total = sum(counted)
    return Interval(
        round(sum(regrets) / total, DIGITS) if total else 0.0,
        betting.lower_bound(evidence, alpha=alpha * (1 - _UPPER_PART)),
        betting.upper_bound(evidence, alpha=alpha * _UPPER_PART),
        sum(1 for n in counted if n),
    )


def p_regret_above(
    regrets: Sequence[int], counted: Sequence[int], *, per_conversation: int, rate: float
) -> float:
    """p-value of "the regret rate is at most ``rate``", valid at any time: ``min(1, 1 / E+)``.

    E+ is that of ``betting`` for ``Z = (Y - rate N) / B`` (Waudby-Smith and Ramdas 2024).
    """
    return betting.p_above(betting.units(regrets, counted, largest=per_conversation), rate)


def p_regret_below(
    regrets: Sequence[int], counted: Sequence[int], *, per_conversation: int, rate: float
) -> float:
    """p-value of "the regret rate is at least ``rate``", valid at any time: ``min(1, 1 / E-)``.

    E- is that of ``betting`` for ``Z = (Y - rate N) / B`` (Waudby-Smith and Ramdas 2024).
    """
    return betting.p_below(betting.units(regrets, counted, largest=per_conversation), rate)


def worst_p_regret_above(
    regrets: Sequence[int],
    counted: Sequence[int],
    instances: Sequence[str],
    *,
    per_conversation: int,
    rate: float,
) -> float:
    """The largest ``p_regret_above`` when any one instance is left out, 1 for a single one.

    The maximum of valid p-values is one for "each of these samples is at most ``rate``" (Berger
    1982): what one client can cause alone is no evidence.
    """
    return betting.worst_p_above(regrets, counted, instances, largest=per_conversation, ratio=rate)


def worst_p_regret_below(
    regrets: Sequence[int],
    counted: Sequence[int],
    instances: Sequence[str],
    *,
    per_conversation: int,
    rate: float,
) -> float:
    """The largest ``p_regret_below`` when any one instance is left out, 1 for a single one.

    As ``worst_p_regret_above``, in the other direction.
    """
    return betting.worst_p_below(regrets, counted, instances, largest=per_conversation, ratio=rate)
