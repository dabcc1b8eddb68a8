"""What a bound looks like, and how it is rounded so that nothing is decided by a last bit."""

from __future__ import annotations

import math
from typing import NamedTuple

DIGITS = 4
"""Decimal places of every bound: they are found on this grid, printed and compared on it."""


class Interval(NamedTuple):
    """An estimate with the bounds it was given, and the number of units it rests on."""

    estimate: float
    low: float
    high: float
    n: int


def confidence(p: float) -> float:
    """``floor((1 - p) 10^DIGITS) / 10^DIGITS``, and never quite 1: a claim is not rounded up.

    Raises:
        ValueError: a p-value that is not between 0 and 1.
    """
    if not 0.0 <= p <= 1.0:
        raise ValueError(f"a p-value lies between 0 and 1, got {p}")
    scale: int = 10**DIGITS
    # The product is rounded first: 1 - 0.05 times 10,000 is 9500 less a rounding error.
    return min(math.floor(round((1.0 - p) * scale, 6)), scale - 1) / scale
