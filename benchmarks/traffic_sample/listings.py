"""The two JSON tools: orders of a time window, and stock of a part of a warehouse."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from traffic_sample.world import FIRST_DAY, Draw, pick, said

FAILURES = (
    "card declined (E51)", "3-D Secure timed out", "acquirer unreachable",
    "address rejected by carrier", "voucher used twice", "account closed",
    "limit exceeded", "currency mismatch",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Listing:
    """A tool's answer, what was asked of the tool, and the row that the talk is about.

    ``asked`` are the call's arguments, ``spoken`` the words for the part of the world that
    is listed, ``target`` the fields of the row that the user is after and ``other`` those
    of an ordinary row from the middle.
    """

    tool: str
    asked: dict[str, Any]
    spoken: dict[str, str]
    content: str
    target: dict[str, str]
    other: dict[str, str]


def _middle(draw: Draw, count: int, but: int) -> int:
    """A place in the middle third, other than ``but``."""
    return pick(draw.rng, [n for n in range(count // 3, 2 * count // 3) if n != but])


def orders(
    draw: Draw, intent: str, windows: Mapping[str, Sequence[str]], *, given: Mapping[str, str]
) -> Listing:
    """Orders of a window; the target is made to fit the intent and the ``given`` fields."""
    rng, shop = draw.rng, draw.shop
    minutes = pick(rng, (45, 60, 90, 120))
    start, end = draw.window(minutes=minutes)
    count = rng.randrange(20, 37)
    moments = sorted(rng.sample(range(minutes * 60), count))
    number = 20000 + (start.date() - FIRST_DAY).days * 900 + start.hour * 35
    rows: list[dict[str, Any]] = []
    for moment in moments:
        number += rng.randrange(1, 4)
        cents = int(draw.once(lambda: 10 * rng.randrange(89, 2900) + rng.randrange(1, 10)))
        carrier = pick(rng, shop["carriers"])
        letters = carrier[:2].upper()
        rows.append(
            {
                "id": f"ORD-{number}",
                "placed_at": f"{start + timedelta(seconds=moment):%Y-%m-%dT%H:%M:%SZ}",
                "customer": draw.people.pop(),
                "city": pick(rng, draw.cities[:9]),
                "item": pick(rng, draw.sold),
                "quantity": pick(rng, (1, 1, 1, 1, 2, 2, 3)),
                "total": cents / 100,
                "status": pick(rng, shop["statuses"]),
                "carrier": carrier,
                "tracking": draw.once(lambda first=letters: f"{first}{draw.digits(9)}"),
                "note": pick(rng, shop["notes"]),
            }
        )
    at = rng.randrange(2, count - 2)
    row = rows[at]
    other = _middle(draw, count, at)
    rows[other].update(item=draw.chosen.pop(), note="")
    row.update(item=draw.chosen.pop(), city=draw.cities.pop())
    if intent == "failed":
        row["status"], row["note"] = "failed", pick(rng, FAILURES)
    elif intent == "unusual":
        row["quantity"] = rng.randrange(24, 61)
        row["total"] = round(row["total"] % 17 * row["quantity"] + 2400.07, 2)
    if "id" in given:  # the whole list moves, so that its numbers stay in sequence
        shift = int(given["id"][4:]) - int(row["id"][4:])
        for each in rows:
            each["id"] = f"ORD-{int(each['id'][4:]) + shift}"
    shown = {key: {**_words(rows[n]), "currency": shop["currency"]}
             for key, n in (("target", at), ("other", other))}  # fmt: skip
    asked = {
        "placed_from": f"{start:%Y-%m-%dT%H:%MZ}",
        "placed_to": f"{end:%Y-%m-%dT%H:%MZ}",
        "limit": 60,
    }
    content = json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
    spoken = said(rng, start, end, windows)
    return Listing("list_orders", asked, spoken, content, shown["target"], shown["other"])


def inventory(
    draw: Draw, intent: str, places: Sequence[str], *, given: Mapping[str, str]
) -> Listing:
    """Stock of one zone of a warehouse, as an object around the list of items."""
    rng, shop = draw.rng, draw.shop
    warehouse, zone = draw.places.pop()
    count = rng.randrange(20, 38)
    bins = sorted(rng.sample(range(1, 400), count))
    counted = [draw.days.pop() for _ in range(2)]
    rows: list[dict[str, Any]] = [
        {
            "sku": draw.once(lambda: f"{shop['sku']}-{draw.digits(5)}"),
            "name": draw.stored.pop(),
            "bin": draw.once(
                lambda at=place: f"{zone}-{at // 10:02d}-{at % 10}{rng.randrange(1, 9)}"
            ),
            "on_hand": rng.randrange(11, 99),
            "reserved": rng.randrange(0, 9),
            "reorder_point": pick(rng, (5, 8, 10, 12, 15)),
            "unit_cost": int(draw.once(lambda: draw.digits(4))) / 100,
            "supplier": pick(rng, shop["suppliers"]),
            "status": "ok",
            "counted_at": f"{pick(rng, counted):%Y-%m-%d}",
        }
        for place in bins
    ]
    at = rng.randrange(2, count - 2)
    row = rows[at]
    if intent == "blocked":
        row["status"] = "blocked"
    elif intent == "negative":
        row["on_hand"] = -rng.randrange(52, 99)
    row.update({key: value for key, value in given.items() if key in ("sku", "name")})
    other = _middle(draw, count, at)
    asked = {"warehouse": warehouse, "zone": zone, "page_size": 60}
    content = json.dumps({"warehouse": warehouse, "zone": zone, "items": rows}, ensure_ascii=False)
    where = pick(rng, places).format(warehouse=warehouse, zone=zone)
    spoken = {"where": where, "Where": where[0].upper() + where[1:]}
    return Listing("search_inventory", asked, spoken, content, _words(row), _words(rows[other]))


def _words(row: dict[str, Any]) -> dict[str, str]:
    return {key: str(value) for key, value in row.items()}
