"""Which fields of a row a question asks for, told by its words: an answer has to name them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from random import Random
from string import Formatter

from traffic_sample.world import pick

_SLOT = re.compile(r"\{\w+\}")
WORDS: Mapping[str, Mapping[str, str]] = {
    "orders": {
        "status": r"status|\bstand\b|\bstate\b|shipped|go out|on its way|arrived|paid\?|be paid"
        r"|is  paid|left the building|still open|still stop|what's up|going on|packed|possible",
        "total": r"how much|total|amount|did .* pay|what\s+paid|owe|\bsum\b|value of",
        "tracking": r"tracking code|parcel code",
        "id": r"order number|the number|which order|which one is it|find the order|numbers",
        "carrier": r"carrier of|carrier for|which carrier",
        "city": r"\bcity\b|where was it going|where is the|supposed to go",
        "customer": r"whose|\bwho\b|customer\?|customer's name|and customer|which customer"
        r"|the name|for whom|owner\?|name and|need name|give me the customer",
        "item": r"what was inside|contents|what is in it|did .* buy|did .* order there"
        r"|and item|: item",
        "note": r"reason|\bwhy\b|in the note",
    },
    "inventory": {
        "on_hand": r"how many|how much|quantity|stock of|\bleft\b|how low|doing on|\bcount for\b"
        r"|still available|can .* cover|what number do i|empty according|stock,|, stock|can i take",
        "bin": r"\bbin for|its bin|which bin|shelf position|where do i|where is|where in|and bin"
        r"|bin\?|bin and|walk to",
        "sku": r"article number|\bsku\b|number of the|which article|what have we got",
        "supplier": r"suppl|delivers",
        "unit_cost": r"\bcost\b",
        "counted_at": r"counted last|last count",
        "name": r"what is it|what is that|which product|name|what belongs|stored|contents"
        r"|what is in|what's there|what have we lost|everything on|what was in|which goods",
        "reserved": r"how many reserved",
        "reorder_point": r"reorder point",
        "status": r"isn't blocked|sold out",
    },
    "log": {
        "code": r"\bcode\b|which error|what error|errors|error out|an error|the error|what failed",
        "host": r"\bhost\b|which machine|where did|on which",
        "time": r"\btime\b",
        "message": r"how long|what does|word for word|quote|what happened|\bslow\b|timing|result"
        r"|rows|context|show me|which event|going on|what changed|what\?$",
        "ref": r"which reference|reference\?|reference did|any routine reference",
    },
}  # fmt: skip


def wanted(slice_: str, ask: str) -> list[str]:
    """The fields that the template ``ask`` asks for; those it names itself are not among them."""
    text = _SLOT.sub("", ask).lower()
    return [
        name
        for name, words in WORDS[slice_].items()
        if f"{{{name}}}" not in ask and re.search(words, text)
    ]


def named(template: str) -> set[str]:
    """The fields that a template names."""
    return {name for _, name, _, _ in Formatter().parse(template) if name}


def reply(
    rng: Random, wants: Sequence[str], tells: Sequence[str], fill: Mapping[str, Sequence[str]]
) -> str:
    """The template that answers most of ``wants``, and what it leaves out in sentences of its own.

    ``tells`` are tried in the order of preference that ``rng`` gives them.
    """
    order = list(tells)
    rng.shuffle(order)
    best = max(order, key=lambda tell: len(named(tell) & set(wants)))
    rest = [pick(rng, fill[each]) for each in wants if each not in named(best) and each in fill]
    return " ".join([best, *rest])
