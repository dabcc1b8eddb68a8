"""A budget in tokens and in money that is not passed, not even by requests in flight.

Before a request its worst case is reserved; afterwards what was used is booked and the rest is
given back. Spent and reserved together never exceed a limit, so that nothing is passed whatever
the requests in flight turn out to use. What an endpoint reports beyond a worst case is booked as
it says, since it will be billed.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

import msgspec
import orjson

_MILLION = 1_000_000

# Of a chat template: marks around each message, and what an endpoint adds where tools were used.
_A_MESSAGE = 64
_A_REQUEST = 1024


class Use(NamedTuple):
    """Tokens of a request and of its answer."""

    input: int
    output: int

    @property
    def tokens(self) -> int:
        """Both together."""
        return self.input + self.output


NOTHING = Use(0, 0)


class Prices(msgspec.Struct, frozen=True):
    """Money for a million tokens, in the currency that the user thinks in."""

    input: Decimal
    output: Decimal

    def of(self, use: Use) -> Decimal:
        """What ``use`` costs."""
        return (self.input * use.input + self.output * use.output) / _MILLION


class Limits(msgspec.Struct, frozen=True):
    """What may be used in all; None sets no limit.

    Attributes:
        tokens: Of requests and answers together.
        money: By ``prices``, without which it means nothing.
        prices: None where money is not counted.
    """

    tokens: int | None = None
    money: Decimal | None = None
    prices: Prices | None = None


def worst_case(messages: Sequence[object], *, max_tokens: int) -> Use:
    """The most tokens that a request can take and give.

    A token of a byte-level vocabulary stands for at least one byte, so there are no more than
    the prompt's bytes, with what a chat template and a forgotten list of tools add.
    """
    return Use(len(orjson.dumps(messages)) + _A_MESSAGE * len(messages) + _A_REQUEST, max_tokens)


class Budget:
    """What was spent and what is reserved, against ``limits``.

    It belongs to one event loop: nothing waits between looking and reserving.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._reserved = NOTHING
        self.spent = NOTHING

    @property
    def money(self) -> Decimal | None:
        """What was spent costs; None without prices."""
        return self._limits.prices.of(self.spent) if self._limits.prices else None

    def reserve(self, worst: Use) -> bool:
        """Set ``worst`` aside, if everything spent and set aside then stays within the limits."""
        if not self._allows(_sum(self.spent, self._reserved, worst)):
            return False
        self._reserved = _sum(self._reserved, worst)
        return True

    def settle(self, worst: Use, used: Use) -> None:
        """Book ``used`` for a request that ``worst`` was reserved for."""
        self._reserved = Use(
            self._reserved.input - worst.input, self._reserved.output - worst.output
        )
        self.spent = _sum(self.spent, used)

    def left(self) -> str:
        """What is not spent yet, in words."""
        parts = []
        if self._limits.tokens is not None:
            parts.append(f"{max(0, self._limits.tokens - self.spent.tokens):,} tokens")
        if self._limits.money is not None and self.money is not None:
            parts.append(f"{max(Decimal(0), self._limits.money - self.money):.4f} of the money")
        return " and ".join(parts) or "no limit"

    def _allows(self, use: Use) -> bool:
        tokens, money, prices = self._limits.tokens, self._limits.money, self._limits.prices
        if tokens is not None and use.tokens > tokens:
            return False
        return money is None or prices is None or prices.of(use) <= money


def _sum(*uses: Use) -> Use:
    return Use(sum(use.input for use in uses), sum(use.output for use in uses))
