"""A conversation between a colleague and an agent, in OpenAI's chat form."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from traffic_sample import colour
from traffic_sample.listings import Listing, inventory, orders
from traffic_sample.logs import service_log
from traffic_sample.wants import reply, wanted
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


LOOSE = (("Please", "pls"), ("please", "pls"), ("thank you", "thx"), ("hanks", "hx"))
_CAPITAL = re.compile(r"(^|[.?!:] )([A-Z])(?=[a-z' ])")


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
    manner: str = "plain"

    def fresh(self, choices: Sequence[str]) -> str:
        """A phrase that was not used in this conversation, where there is one left."""
        left = [each for each in choices if each not in self.said] or list(choices)
        chosen = pick(self.draw.rng, left)
        if chosen:
            self.said.add(chosen)
        return chosen

    def user(self, text: str) -> None:
        """What the person says."""
        self.messages.append({"role": "user", "content": text})

    def worded(self, templates: Sequence[str], slots: Mapping[str, str]) -> str:
        """``templates`` filled, in the person's own manner of writing."""
        parts = (mannered(part, self.manner).format_map(slots) for part in templates if part)
        return " ".join(parts)

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
            results.append({"role": "tool", "tool_call_id": key, "name": name, "content": content})
        self.messages.append({"role": "assistant", "content": thought or None, "tool_calls": made})
        self.messages.extend(results)


def mannered(template: str, manner: str) -> str:
    """``template`` as a person of this manner would write it: with or without capitals."""
    if manner != "lower":
        return template
    text = _CAPITAL.sub(lambda match: match[1] + match[2].lower(), template)
    for formal, loose in LOOSE:
        text = text.replace(formal, loose)
    return text.replace("{When}", "{when}").replace("{Where}", "{where}").removesuffix(".")


def converse(
    draw: Draw, work: str, hidden: Mapping[tuple[str, int], str], phrases: Phrases
) -> list[dict[str, Any]]:
    """The messages of one conversation of a kind of work."""
    rng, common = draw.rng, phrases["common"]
    manner = pick(rng, ("plain", "plain", "plain", "lower", "terse"))
    talk = Talk(draw, work, hidden, phrases, manner=manner)
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
    windows = talk.phrases["common"]["windows"]
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
        listing = inventory(draw, intent, windows["places"], given=given)
    else:
        own = talk.work == "warehouse"
        service = pick(rng, [s for s in draw.shop.services if (s["role"] == "stock") == own])
        listing = service_log(draw, service, intent, windows)
    return intent, listing, book[intent]


def _step(talk: Talk, slice_: str) -> None:
    """One request, the call that answers it, an action now and then, and the answer."""
    rng, common, book = talk.draw.rng, talk.phrases["common"], talk.phrases[slice_]
    nth = talk.seen.get(slice_, 0)
    talk.seen[slice_] = nth + 1
    mode = talk.hidden.get((slice_, nth))
    intent, listing, words = _fetch(talk, slice_, mode)
    row = listing.other if mode == "spot" else listing.target
    action = _action(talk, intent, row)
    opener, closer = _around(talk)
    ask = talk.fresh(words["ask"])
    wish = talk.fresh(common["actions"][action]["ask"]) if action else ""
    shown = {**row, **listing.spoken}
    talk.user(talk.worded((opener, ask, wish, closer), shown))
    talk.call([(listing.tool, listing.asked, listing.content)], pick(rng, common["thinking"]))
    done = _act(talk, action, row) if action else ""
    talk.answer(_told(talk, slice_, ask, words["tell"], shown), done)
    talk.last[slice_] = row
    if mode == "later":
        row, more = listing.other, book["later"]
    elif mode is None and rng.random() < 0.12:
        more = book["again"]
    else:
        return
    ask, shown = talk.fresh(more["ask"]), {**row, **listing.spoken}
    talk.user(talk.worded((ask,), shown))
    talk.answer(_told(talk, slice_, ask, more["tell"], shown))


def _around(talk: Talk) -> tuple[str, str]:
    """What is said before and after a request; nothing by people of few words."""
    if talk.manner == "terse":
        return "", ""
    common = talk.phrases["common"]
    before = common["openers"] if len(talk.messages) == 1 else common["bridges"]
    return talk.fresh(before), talk.fresh(common["closers"])


def _told(talk: Talk, slice_: str, ask: str, tells: Sequence[str], slots: Mapping[str, str]) -> str:
    """An answer that names what the template ``ask`` asks for."""
    left = [tell for tell in tells if tell not in talk.said] or list(tells)
    wants = [name for name in wanted(slice_, ask) if slots.get(name)]
    told = reply(talk.draw.rng, wants, left, talk.phrases[slice_]["fill"])
    talk.said.add(told)
    return told.format_map(slots)


def _action(talk: Talk, intent: str, row: Mapping[str, str]) -> str | None:
    """What the person wants done besides, where that makes sense for the row."""
    rng = talk.draw.rng
    if intent not in ACTIONS or rng.random() >= 0.45:
        return None
    action = pick(rng, ACTIONS[intent])
    fits = {
        "hold_shipment": row.get("status") in ("paid", "packed"),
        "open_carrier_claim": row.get("status") in ("shipped", "delivered"),
        "fetch_trace": bool(row.get("ref")),
    }
    return action if fits.get(action, True) else None


def _act(talk: Talk, action: str, row: Mapping[str, str]) -> str:
    """Carry out ``action`` on ``row``; gives back what the agent says of it."""
    rng, words = talk.draw.rng, talk.phrases["common"]["actions"][action]
    receipt = talk.draw.receipt(RECEIPTS[action])
    needed = {need: row[FILLS[need]] for need in words["needs"]}
    ack = pick(rng, words["ack"]).format_map({**needed, "receipt": receipt})
    arguments = {k: float(v) if k == "amount" else v for k, v in needed.items()}
    talk.call([(action, arguments, ack)])
    return talk.fresh(words["tell"]).format(receipt=receipt)


def _double(talk: Talk, both: Sequence[str]) -> None:
    """Two requests in one message, answered by two calls in one turn."""
    rng, common = talk.draw.rng, talk.phrases["common"]
    asks, tells, calls = [], [], []
    for slice_ in both:
        talk.seen[slice_] = talk.seen.get(slice_, 0) + 1
        _, listing, words = _fetch(talk, slice_, None)
        ask, shown = talk.fresh(words["ask"]), {**listing.target, **listing.spoken}
        asks.append(talk.worded((ask,), shown))
        tells.append(_told(talk, slice_, ask, words["tell"], shown))
        calls.append((listing.tool, listing.asked, listing.content))
        talk.last[slice_] = listing.target
    joint = pick(rng, ("And:", "Second thing:", "Also:", "At the same time:", "Besides:"))
    opener, _ = _around(talk)
    talk.user(" ".join(filter(None, (mannered(opener, talk.manner), asks[0], joint, asks[1]))))
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
    talk.user(talk.worded((talk.fresh(words[f"{name}_ask"]),), shown))
    talk.call([(listing.tool, listing.asked, listing.content)])
    talk.answer(talk.fresh(words[f"{name}_tell"]).format_map(shown))


def phrases() -> Phrases:
    """All words of the sample."""
    return {name: load(f"phrases_{name}") for name in ("orders", "inventory", "log", "common")}
