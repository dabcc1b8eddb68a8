"""What one conversation draws from: an invented shop, and values that never repeat in it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, TypeVar

T = TypeVar("T")
FIRST_DAY = date(2026, 1, 7)
DAYS = 84
ZONES = "ABCDEFGH"


def load(name: str) -> dict[str, Any]:
    """One of the word lists that stand beside this module."""
    return tomllib.loads(Path(__file__).with_name(f"{name}.toml").read_text(encoding="utf-8"))


def pick(rng: Random, choices: Sequence[T]) -> T:
    """One of ``choices``, all equally likely."""
    return choices[rng.randrange(len(choices))]


@dataclass(frozen=True, slots=True)
class Shop:
    """One of the invented shops: what it sells, where, and its services."""

    name: str
    words: Mapping[str, Any]
    services: Sequence[Mapping[str, Any]]

    def __getitem__(self, key: str) -> Any:
        return self.words[key]


def shops() -> list[Shop]:
    """All shops in the order of the word list, each with its own names for the services."""
    words, services = load("words"), load("services")["service"]
    found = []
    for place, (name, own) in enumerate(words["shop"].items()):
        shared = {key: value for key, value in words.items() if key != "shop"}
        mine = [
            {**service, "name": service["names"][place], "host": service["hosts"][place]}
            for service in services
        ]
        found.append(Shop(name, {**shared, **own}, mine))
    return found


@dataclass(slots=True)
class Draw:
    """Draws for one conversation; names, numbers and windows come once each."""

    rng: Random
    shop: Shop
    people: list[str] = field(default_factory=list)
    sold: list[str] = field(default_factory=list)
    chosen: list[str] = field(default_factory=list)
    stored: list[str] = field(default_factory=list)
    cities: list[str] = field(default_factory=list)
    days: list[date] = field(default_factory=list)
    places: list[tuple[str, str]] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        rng, shop = self.rng, self.shop
        firsts, lasts = list(shop["first_names"]), list(shop["last_names"])
        self.people = [f"{pick(rng, firsts)} {last}" for last in lasts for _ in range(2)]
        self.people = sorted(set(self.people))
        rng.shuffle(self.people)
        goods = [f"{made} {thing}" for made in shop["made"] for thing in shop["goods"]]
        rng.shuffle(goods)
        # What a talk is about never stands in an earlier list by chance: what was used of a
        # list could not be told otherwise.
        self.sold, self.chosen, self.stored = goods[:90], goods[90:120], goods[120:]
        self.cities = list(shop["cities"])
        rng.shuffle(self.cities)
        self.days = [FIRST_DAY + timedelta(days=n) for n in range(DAYS)]
        rng.shuffle(self.days)
        self.places = [(house, zone) for house in shop["warehouses"] for zone in ZONES]
        rng.shuffle(self.places)

    def once(self, make: Any) -> str:
        """The first value of ``make()`` that this conversation has not seen."""
        while (value := str(make())) in self.taken:
            pass
        self.taken.add(value)
        return value

    def digits(self, count: int) -> str:
        """A number of ``count`` digits that neither starts nor ends with 0."""
        body = "".join(str(self.rng.randrange(10)) for _ in range(count - 2))
        return f"{self.rng.randrange(1, 10)}{body}{self.rng.randrange(1, 10)}"

    def receipt(self, letters: str) -> str:
        """A reference number that an action gives back."""
        return self.once(lambda: f"{letters}-{self.digits(6)}")

    def window(self, *, minutes: int, first: int = 7, last: int = 20) -> tuple[datetime, datetime]:
        """A stretch of an unused day, starting at a quarter of an hour."""
        day = self.days.pop()
        start = datetime(day.year, day.month, day.day) + timedelta(
            minutes=15 * self.rng.randrange(first * 4, last * 4)
        )
        return start, start + timedelta(minutes=minutes)


def said(
    rng: Random, start: datetime, end: datetime, windows: Mapping[str, Sequence[str]]
) -> dict[str, str]:
    """A window as a person would put it: ``when`` and, as a noun, ``span``."""
    day = pick(
        rng,
        (
            f"{start.day} {start:%B}",
            f"{start.day} {start:%b}",
            f"{start:%B} {start.day}",
            f"{start:%A}, {start.day} {start:%B}",
            f"{start:%Y-%m-%d}",
            f"the {ordinal(start.day)} of {start:%B}",
        ),
    )
    slots = {"day": day, "from": f"{start:%H:%M}", "to": f"{end:%H:%M}"}
    told = {name: pick(rng, windows[name]).format_map(slots) for name in ("when", "span")}
    return {**told, "When": told["when"][0].upper() + told["when"][1:]}


def ordinal(number: int) -> str:
    """``1st``, ``2nd``, ``11th``."""
    if number % 100 in (11, 12, 13):
        return f"{number}th"
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th') }"
