"""Choices made by hash: the same for everybody, fixed before any outcome is known."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")


def digest(*parts: str) -> str:
    """SHA-256 of ``parts``, in hex; no two lists of parts share an input."""
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


class Draw:
    """A stream of choices that depends on its seed alone.

    Args:
        seed: what the stream belongs to, from the general to the particular.
    """

    __slots__ = ("_counter", "_seed")

    def __init__(self, *seed: str) -> None:
        self._seed = "\x1f".join(seed).encode("utf-8", "surrogatepass")
        self._counter = 0

    def below(self, bound: int) -> int:
        """The next number in ``range(bound)``; its bias is under ``bound / 2**64``."""
        self._counter += 1
        block = hashlib.sha256(self._seed + b"\x1e%d" % self._counter).digest()
        return int.from_bytes(block[:8], "big") % bound

    def between(self, low: int, high: int) -> int:
        """The next number from ``low`` to ``high``, both included."""
        return low + self.below(high - low + 1)

    def one_of(self, choices: Sequence[T]) -> T:
        """The next of ``choices``."""
        return choices[self.below(len(choices))]

    def shuffled(self, values: Sequence[T]) -> list[T]:
        """``values`` in an order of their own (Fisher and Yates)."""
        result = list(values)
        for last in range(len(result) - 1, 0, -1):
            other = self.below(last + 1)
            result[last], result[other] = result[other], result[last]
        return result

    def order(self, size: int) -> list[int]:
        """The numbers of ``range(size)`` in an order of their own, drawn at once (SHAKE-128)."""
        self._counter += 1
        drawn = hashlib.shake_128(self._seed + b"\x1e%d" % self._counter).digest(8 * size)
        keys = [drawn[at : at + 8] for at in range(0, 8 * size, 8)]
        return sorted(range(size), key=keys.__getitem__)

    def each_of(self, size: int) -> Iterator[int]:
        """The numbers of ``range(size)`` in an order of their own, drawn as they are needed."""
        moved: dict[int, int] = {}
        for last in range(size - 1, -1, -1):
            other = self.below(last + 1)
            yield moved.get(other, other)
            moved[other] = moved.get(last, last)
