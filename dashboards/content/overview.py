"""Overview: what was saved, net; how much of the bill; what it cost in accuracy; what is new."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from dashboards import numbers, words
from dashboards.blocks import (
    Bars,
    Block,
    Column,
    Figure,
    Figures,
    Form,
    Heading,
    Note,
    Pair,
    Prose,
    Source,
    Step,
    Table,
    Trend,
    Waterfall,
)
from dashboards.ledger import Ledger
from dashboards.ledger.accuracy import Kept
from dashboards.ledger.changes import previous
from dashboards.ledger.money import Money
from dashboards.ledger.spread import FEWEST, Interval
from dashboards.ledger.totals import summed

_MOST = 12
_NAMES = {"1d": "day", "1w": "week"}


def content(ledger: Ledger) -> Iterator[Block]:
    """The page."""
    total = ledger.total()
    if not total.compressions:
        yield Note(words.NO_TRAFFIC)
        return
    interval, money, kept = ledger.interval(), ledger.money(), ledger.kept()
    yield Prose(_sentence(total.share, interval, kept), large=True)
    yield _headline(ledger, interval, money, kept)
    yield from _standing(ledger)
    yield Pair(_tokens(ledger), _dollars(ledger, money))
    yield Heading("Over time")
    yield from _over_time(ledger, money)
    yield Heading("What changed since the last publication")
    yield from changed(ledger)


def _standing(ledger: Ledger) -> Iterator[Block]:
    current = ledger.snapshot.table("publications").filter("current")
    if current.height and current["demonstration"][0]:
        yield Note(
            "Demonstration: bundled samples, or the public pepper. It shows how the loop closes "
            "and says nothing about your traffic. `toin pepper new` and your own segments end that."
        )


def _sentence(share: float | None, interval: Interval, kept: Kept) -> str:
    saved = (
        f"**{numbers.percent(share)} of the tokens that tools returned were saved, net**, over "
        f"{numbers.count(interval.n)} conversations"
    )
    if kept.share is None:
        return f"{saved}. Whether answers suffer is not known: no replays of the acting profiles."
    return (
        f"{saved}. Of {numbers.count(kept.n)} replayed tasks that the whole text solves, "
        f"**{numbers.percent(kept.share, 2)} stay solvable** under the profiles that act."
    )


def _headline(ledger: Ledger, interval: Interval, money: Money, kept: Kept) -> Figures:
    total, bill = ledger.total(), ledger.bill()
    bounds = f"{numbers.interval(interval.low, interval.high, interval.level)}, n = "
    conversations = f"{numbers.count(interval.n)} conversations"
    worst = kept.weakest
    return Figures(
        (
            Figure("Net savings", total.share, Form.PERCENT, f"{bounds}{conversations}"),
            Figure(
                "Net tokens",
                total.net,
                Form.COUNT,
                f"of {numbers.count(total.tokens_before)}, in "
                f"{numbers.count(total.compressions)} compressions",
            ),
            Figure(
                "Net money",
                money.net if money.known else None,
                Form.DOLLARS,
                _money_below(money, total.share, interval),
            ),
            Figure(
                "Share of the whole bill",
                bill.share,
                Form.PERCENT,
                f"n = {numbers.count(bill.requests)} requests that reported their bill"
                if bill.requests
                else "n = 0: no request has reported its bill",
            ),
            Figure(
                "Answerability",
                kept.share,
                Form.PERCENT,
                f"n = {numbers.count(kept.n)} replays; weakest {worst['profile']} on "
                f"{worst['dataset']}: {numbers.percent(float(str(worst['share'])))} of "
                f"{numbers.count(int(str(worst['solvable'])))}"
                if worst
                else "n = 0: no replays of the acting profiles",
            ),
        ),
        Source(
            "savings, net, spread, attributed, prices, usage, answerability",
            words.window(ledger.scope),
            "tokens by the engine's estimate; US dollars; shares of sums",
            f"{conversations}; the interval "
            + (
                "holds however often one looks"
                if interval.published
                else f"is the large-sample one of a ratio, from {FEWEST} conversations on"
            ),
        ),
    )


def _money_below(money: Money, share: float | None, interval: Interval) -> str:
    if not money.known:
        return f"no price for {', '.join(money.unpriced_families)}: see docs/dashboard.md"
    parts = []
    if share and interval.low is not None and interval.high is not None and not money.unpriced:
        low, high = sorted(money.net * bound / share for bound in (interval.low, interval.high))
        parts.append(f"{numbers.dollars(low)} to {numbers.dollars(high)}, as the tokens")
    if money.unbilled:
        parts.append(f"{numbers.count(money.unbilled)} tokens without a bill, priced as uncached")
    if money.unpriced_families:
        parts.append(
            f"{numbers.count(money.unpriced)} tokens of {', '.join(money.unpriced_families)}: "
            "price unknown"
        )
    return "; ".join(parts) or "all families priced"


def _tokens(ledger: Ledger) -> Waterfall:
    total = ledger.total()
    return Waterfall(
        "From gross to net, in tokens",
        (
            Step("gross", total.gross, total=True),
            Step("retrieval", -total.tokens_retrieved),
            Step("re-reads", -total.tokens_reread),
            Step("cache", 0),
            Step("net", total.net, total=True),
        ),
        Form.COUNT,
        Source(
            "savings",
            words.window(ledger.scope),
            "tokens; a cache changes their price, not their number",
            f"{numbers.count(total.compressions)} compressions, "
            f"{numbers.count(total.retrievals)} retrievals, "
            f"{numbers.count(total.rereads)} re-reads",
        ),
    )


def _dollars(ledger: Ledger, money: Money) -> Block:
    if not money.known:
        return Note(
            f"No price is known for {', '.join(money.unpriced_families)}, so there is no money to "
            "show: it is unknown, not zero. Add the family to `prices.toml` in the home "
            "(docs/dashboard.md has its form) and publish again with `toin run`."
        )
    priced = ledger.money_by_family().filter(pl.col("input").is_not_null())
    sources = ", ".join(sorted(set(priced["source"].to_list())))
    return Waterfall(
        "From gross to net, in US dollars",
        (
            Step("gross", money.gross, total=True),
            Step("retrieval", -money.retrieved),
            Step("re-reads", -money.reread),
            Step("cache", money.cache, known=money.billed != 0),
            Step("net", money.net, total=True),
        ),
        Form.DOLLARS,
        Source(
            f"savings, attributed, prices ({sources})",
            words.window(ledger.scope),
            "US dollars at the reference models' prices; the cache is attributed by conversation "
            "in proportion to tokens",
            f"families: {priced.height} with a price, {len(money.unpriced_families)} without; "
            f"{numbers.count(money.billed)} of "
            f"{numbers.count(money.net_tokens)} net tokens with a bill",
        ),
    )


def _over_time(ledger: Ledger, money: Money) -> Iterator[Block]:
    days, shares = ledger.by_day(), ledger.share_by_day()
    step, wide = _NAMES[ledger.step()], _NAMES[ledger.conversation_step()]
    derived = " (days of recorded traffic are derived, not a calendar's)"
    window = words.window(ledger.scope) + (derived if ledger.scope.traffic == "recorded" else "")
    yield Trend(
        f"Net savings by {wide}, with 95 % interval",
        shares,
        Source(
            "spread",
            window,
            f"net share of the conversations that began in the {wide}",
            f"{numbers.count(summed(shares, 'conversations'))} conversations; no interval under "
            f"{FEWEST} in a {wide}",
        ),
    )
    tokens = Bars(
        f"Net tokens by {step}",
        days.select("day", value="net"),
        Form.COUNT,
        Source("savings", window, "tokens", f"{days.height} {step}s with traffic"),
    )
    if not money.known:
        yield tokens
        return
    yield Pair(
        tokens,
        Bars(
            f"Net money by {step}",
            days.select("day", value="money").filter(pl.col("value").is_not_null()),
            Form.DOLLARS,
            Source("attributed, prices", window, "US dollars", "the priced families"),
        ),
    )


def changed(ledger: Ledger, against: str | None = None) -> Iterator[Block]:
    """The current publication beside ``against``, or beside the one before it."""
    current = ledger.current()
    other = against or previous(ledger.snapshot.table("publications"))
    if current is None:
        yield Note("Nothing has been published yet. `toin run` publishes.")
        return
    if other is None:
        decided = ledger.snapshot.table("decisions")
        yield Prose(
            f"Publication {current[7:15]} is the first of this home: "
            f"{decided['published'].sum()} of {decided.height} slices have a row, the others get "
            "the default of their kind."
        )
        return
    found = ledger.changes(other)
    yield Prose(
        f"{current[7:15]} beside {other[7:15]}: {found.slices.height} slices differ, "
        f"{found.same} do the same; {found.defaults.height} defaults differ."
    )
    source = Source(
        "decisions, earlier, defaults",
        f"publication {current[7:15]} beside {other[7:15]}",
        "slices",
        f"{found.slices.height + found.same} slices with a row in either",
    )
    if found.defaults.height:
        yield Table(
            found.defaults,
            {
                "kind": Column("kind"),
                "before": Column("default before"),
                "after": Column("default now"),
            },
            source,
        )
    if found.slices.height:
        shown = found.slices if against else found.slices.head(_MOST)
        yield Table(
            shown.with_columns(
                reason=pl.col("reason").map_elements(
                    words.reason, return_dtype=pl.String, skip_nulls=False
                )
            ),
            {
                "kind": Column("kind"),
                "auth_mode": Column("auth mode"),
                "model_family": Column("model family"),
                "structure_hash": Column("structure"),
                "before": Column("before"),
                "after": Column("now"),
                "reason": Column("why", Form.LONG),
                "because": Column("evidence", Form.LONG),
            },
            source,
            export="changes" if against else "",
        )
        if shown.height < found.slices.height:
            yield Prose(
                f"and {found.slices.height - shown.height} more: see the view Recommendations."
            )
