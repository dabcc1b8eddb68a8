"""Who counts as evidence, decided before any outcome is seen: instance cap and windows."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from datetime import datetime, timedelta
from fractions import Fraction
from functools import lru_cache

_ANCHOR = datetime(2020, 1, 6)  # a Monday; windows open every half-life from here


def admit(instances: Sequence[str], *, cap: float) -> list[int]:
    """The places of the conversations that count, when no instance may hold more than ``cap``.

    ``instances`` names the instance of each conversation in order of start. A conversation
    that would give its instance more than ``ceil(cap (admitted + 1))`` waits until others
    have caught up; who waits and who enters depends on names and order alone, never on an
    outcome, so a bet on the next one to enter stays fair.

    Raises:
        ValueError: a cap outside (0, 1].
    """
    if not 0.0 < cap <= 1.0:
        raise ValueError(f"the cap must lie in (0, 1], got {cap}")
    parts, whole = _as_ratio(cap)
    held: dict[str, int] = {}
    waiting: dict[str, deque[int]] = {}
    admitted: list[int] = []

    def free(instance: str) -> bool:
        # held + 1 <= ceil(cap (admitted + 1)), in whole numbers.
        return held.get(instance, 0) * whole < parts * (len(admitted) + 1)

    def enter(place: int) -> None:
        admitted.append(place)
        held[instances[place]] = held.get(instances[place], 0) + 1

    for place, instance in enumerate(instances):
        if waiting.get(instance) or not free(instance):
            waiting.setdefault(instance, deque()).append(place)
            continue
        enter(place)
        while ready := [queue for name, queue in waiting.items() if queue and free(name)]:
            enter(min(ready, key=lambda queue: queue[0]).popleft())
    return admitted


@lru_cache
def _as_ratio(share: float) -> tuple[int, int]:
    return Fraction(share).limit_denominator(1000).as_integer_ratio()


def window_start(watermark: datetime, *, half_life_days: int) -> datetime:
    """Where the oldest window that is open at ``watermark`` began.

    A window opens every half-life and stays open for two of them: at any time two are open,
    and the older one, which holds one to two half-lives of evidence, decides. Inside it
    nothing is discounted; with it everything before it is forgotten, so that every
    decision can be reversed. With windows of h days counted from a fixed Monday a, that is
    ``a + (floor((watermark - a) / h) - 1) h``.
    """
    half_life = timedelta(days=half_life_days)
    return _ANCHOR + ((watermark - _ANCHOR) // half_life - 1) * half_life
