"""A conversation between a colleague and an agent, in OpenAI's chat form."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from traffic_sample import colour
from traffic_sample.listings import Listing, inventory, orders
from traffic_sample.logs import service_log
from traffic_sample.world import Draw, load, pick

Phrases = Mapping[str, Any]

# The two tools of each kind of work; every conversation calls each of them at least four times.
WORK = {
    "desk": ("orders", "inventory"),
    "oncall": ("log", "orders"),
    "warehouse": ("inventory", "log"),
}
INTENTS = {
    "orders": ("by_customer", "by_tracking", "by_id", "failed", "by_item", "by_amount", "unusual"),
    "inventory": ("by_name", "by_sku", "blocked", "negative", "by_bin"),
    "log": ("errors", "errors", "by_request", "by_request", "warnings", "odd", "job"),
}
ACTIONS = {
    "by_customer": ("refund_order", "hold_shipment"),
    "by_tracking": ("open_carrier_claim",),
    "by_id": ("hold_shipment", "refund_order"),
    "by_item": ("hold_shipment",),
    "by_amount": ("refund_order",),
    "unusual": ("hold_shipment",),
    "failed": ("retry_payment",),
    "by_name": ("reserve_stock", "raise_purchase"),
    "by_sku": ("reserve_stock", "raise_purchase", "request_recount"),
    "blocked": ("request_recount",),
    "negative": ("request_recount",),
    "by_bin": ("request_recount",),
    "errors": ("open_incident", "restart_instance"),
    "by_request": ("fetch_trace",),
    "warnings": ("open_incident",),
}
# The tool's argument and the row's field that fills it.
FILLS = {
    "order_id": "id", "amount": "total", "carrier": "carrier", "tracking": "tracking",
    "sku": "sku", "bin": "bin", "supplier": "supplier", "host": "host", "summary": "message",
    "reference": "ref",
}  # fmt: skip
RECEIPTS = {
    "refund_order": "RF", "hold_shipment": "HL", "open_carrier_claim": "CL",
    "retry_payment": "RT", "reserve_stock": "RS", "request_recount": "RC",
    "raise_purchase": "PR", "open_incident": "INC", "restart_instance": "RB",
    "fetch_trace": "TR",
}  # fmt: skip


@dataclass(slots=True)
class Talk:
    """A conversation in the making.

    ``hidden`` says for which calls of a tool (slice, nth) the agent goes on to use a row
    that nothing singles out: ``spot`` (it was asked to pick any) or ``later`` (it is asked
    about another row afterwards).
    """

    draw: Draw
    work: str
    hidden: Mapping[tuple[str, int], str]
    phrases: Phrases
    messages: list[dict[str, Any]] = field(default_factory=list)
    seen: dict[str, int] = field(default_factory=dict)
    last: dict[str, dict[str, str]] = field(default_factory=dict)
    said: set[str] = field(default_factory=set)

    def fresh(self, choices: Sequence[str]) -> str:
        """A phrase that was not used in this conversation, where there is one left."""
        left = [each for each in choices if each not in self.said] or list(choices)
        chosen = pick(self.draw.rng, left)
        self.said.add(chosen)
        return chosen

    def user(self, *parts: str) -> None:
        """What the person says; the manner of writing stays that of the person."""
        self.messages.append({"role": "user", "content": " ".join(part for part in parts if part)})

    def answer(self, *parts: str) -> None:
        """What the agent says."""
        text = " ".join(part for part in parts if part)
        self.messages.append({"role": "assistant", "content": text})

    def call(self, calls: Sequence[tuple[str, Mapping[str, Any], str]], thought: str = "") -> None:
        """The agent calls tools (name, arguments, answer) in one turn, the answers follow."""
        made, results = [], []
        for name, arguments, content in calls:
            key = f"call_{self.draw.rng.getrandbits(96):024x}"
            text = json.dumps(arguments, ensure_ascii=False)
            function = {"name": name, "arguments": text}
            made.append({"id": key, "type": "function", "function": function})
            results.append(
                {"role": "tool", "tool_call_id": key, "name": name, "content": content}
            )
        self.messages.append({"role": "assistant", "content": thought or None, "tool_calls": made})
        self.messages.extend(results)


def converse(
    draw: Draw, work: str, hidden: Mapping[tuple[str, int], str], phrases: Phrases
) -> list[dict[str, Any]]:
    """The messages of one conversation of a kind of work."""
    rng, common = draw.rng, phrases["common"]
    talk = Talk(draw, work, hidden, phrases)
    rules = list(common["house"]["rules"])
    rng.shuffle(rules)
    role = pick(rng, common[work]["roles"]).format(title=draw.shop["title"])
    house = " ".join(rules[: rng.randrange(3, 6)])
    talk.messages.append({"role": "system", "content": f"{role} {house}"})
    one, two = WORK[work]
    steps = [one, two] * 4
    if rng.random() < 0.15:
        steps.append(pick(rng, (one, two)))
    for place in range(len(steps) - 1):
        if rng.random() < 0.25:
            steps[place], steps[place + 1] = steps[place + 1], steps[place]
    aside = rng.randrange(len(steps)) if rng.random() < 0.6 else -1
    place = 0
    while place < len(steps):
        if place == aside:
            _aside(talk)
        nth = [talk.seen.get(each, 0) for each in steps[place : place + 2]]
        both = steps[place : place + 2]
        if (
            len(set(both)) == 2
            and rng.random() < 0.1
            and not any((each, n) in hidden for each, n in zip(both, nth, strict=True))
        ):
            _double(talk, both)
            place += 2
            continue
        _step(talk, steps[place])
        place += 1
    return talk.messages


def _fetch(talk: Talk, slice_: str, mode: str | None) -> tuple[str, Listing, Phrases]:
    """The next listing of a slice: intent, listing, and the words for the intent."""
    draw = talk.draw
    rng = draw.rng
    book = talk.phrases[slice_]
    intent = "spot" if mode == "spot" else pick(rng, INTENTS[slice_])
    windows, places = (talk.phrases["common"]["windows"][key] for key in ("phrases", "places"))
    given: dict[str, str] = {}
    if slice_ == "orders":
        source = talk.last.get("log", {})
        if intent != "spot" and source.get("order") and rng.random() < 0.7:
            intent, given = "by_id", {"id": source["order"]}
        listing = orders(draw, intent, windows, given=given)
    elif slice_ == "inventory":
        bought, broken = talk.last.get("orders", {}), talk.last.get("log", {})
        if intent != "spot" and bought and rng.random() < 0.5:
            intent, given = "by_name", {"name": bought["item"]}
        elif intent != "spot" and broken.get("sku") and rng.random() < 0.7:
            intent, given = "by_sku", {"sku": broken["sku"]}
        listing = inventory(draw, intent, places, given=given)
    else:
        roles = ("stock",) if talk.work == "warehouse" else ("checkout", "payments", "search", "labels")
        service = pick(rng, [s for s in draw.shop.services if s["role"] in roles])
        listing = service_log(draw, service, intent, windows)
    return intent, listing, book[intent]


def _step(talk: Talk, slice_: str) -> None:
    """One request, the call that answers it, an action now and then, and the answer."""
    rng, common = talk.draw.rng, talk.phrases["common"]
    nth = talk.seen.get(slice_, 0)
    talk.seen[slice_] = nth + 1
    mode = talk.hidden.get((slice_, nth))
    intent, listing, words = _fetch(talk, slice_, mode)
    row = listing.other if mode == "spot" else listing.target
    action = None
    if mode != "spot" and rng.random() < 0.4 and intent in ACTIONS:
        action = pick(rng, ACTIONS[intent])
        if action == "fetch_trace" and not row["ref"]:
            action = None
    first = len(talk.messages) == 1
    opener = pick(rng, common["openers"] if first else common["bridges"])
    ask = talk.fresh(words["ask"]).format_map({**row, **listing.spoken})
    closer = pick(rng, common["closers"])
    wish = talk.fresh(common["actions"][action]["ask"]) if action else ""
    talk.user(opener, ask, wish, closer)
    talk.call([(listing.tool, listing.asked, listing.content)], pick(rng, common["thinking"]))
    tell = talk.fresh(words["tell"]).format_map({**row, **listing.spoken})
    talk.answer(tell, _act(talk, action, row) if action else "")
    talk.last[slice_] = row
    book = talk.phrases[slice_]
    if mode == "later":
        row = listing.other
        talk.user(talk.fresh(book["later"]["ask"]).format_map({**row, **listing.spoken}))
        talk.answer(talk.fresh(book["later"]["tell"]).format_map({**row, **listing.spoken}))
    elif mode is None and rng.random() < 0.12:
        talk.user(talk.fresh(book["again"]["ask"]))
        talk.answer(talk.fresh(book["again"]["tell"]).format_map({**row, **listing.spoken}))


def _act(talk: Talk, action: str, row: Mapping[str, str]) -> str:
    """Carry out ``action`` on ``row``; gives back what the agent says of it."""
    rng, words = talk.draw.rng, talk.phrases["common"]["actions"][action]
    receipt = talk.draw.receipt(RECEIPTS[action])
    arguments = {need: row[FILLS[need]] for need in words["needs"]}
    ack = pick(rng, words["ack"]).format_map({**arguments, "receipt": receipt})
    talk.call([(action, arguments, ack)])
    return talk.fresh(words["tell"]).format(receipt=receipt)


def _double(talk: Talk, both: Sequence[str]) -> None:
    """Two requests in one message, answered by two calls in one turn."""
    rng, common = talk.draw.rng, talk.phrases["common"]
    asks, tells, calls = [], [], []
    for slice_ in both:
        talk.seen[slice_] = talk.seen.get(slice_, 0) + 1
        _, listing, words = _fetch(talk, slice_, None)
        shown = {**listing.target, **listing.spoken}
        asks.append(talk.fresh(words["ask"]).format_map(shown))
        tells.append(talk.fresh(words["tell"]).format_map(shown))
        calls.append((listing.tool, listing.asked, listing.content))
        talk.last[slice_] = listing.target
    joint = pick(rng, ("And:", "Second thing:", "Also,", "At the same time:", "Besides:"))
    opener = pick(rng, common["openers"] if len(talk.messages) == 1 else common["bridges"])
    talk.user(opener, asks[0], joint, asks[1])
    talk.call(calls, pick(rng, common["thinking"]))
    talk.answer(*tells)


def _aside(talk: Talk) -> None:
    """A question about code or configuration."""
    rng, words = talk.draw.rng, talk.phrases["common"]["colour"]
    name = pick(rng, ("grep", "diff", "config"))
    if name == "grep":
        listing = colour.grep(talk.draw)
    elif name == "diff":
        listing = colour.diff(talk.draw)
    else:
        listing = colour.config(talk.draw, pick(rng, talk.draw.shop.services))
    shown = {**listing.spoken, **listing.target}
    talk.user(pick(rng, words[f"{name}_ask"]).format_map(shown))
    talk.call([(listing.tool, listing.asked, listing.content)])
    talk.answer(pick(rng, words[f"{name}_tell"]).format_map(shown))


def phrases() -> Phrases:
    """All words of the sample."""
    return {
        name: load(f"phrases_{name}") for name in ("orders", "inventory", "log", "common")
    }
