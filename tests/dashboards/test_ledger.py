"""One ledger: every view's figures are those of the rollup, and of one another, to the token."""

from __future__ import annotations

import datetime as dt
import itertools
import math
from collections import defaultdict

import polars as pl
import pytest
from dashboard_world import CURRENT_ID, FAMILIES, KINDS, OLD, slice_of, warehouse

from dashboards.ledger import ALL, NONE, Ledger, Scope, default_scope, options
from dashboards.ledger import money as in_money
from dashboards.ledger.changes import previous
from dashboards.ledger.health import freshness, latency, proxies
from dashboards.ledger.scope import last_pass, short_id
from dashboards.ledger.slices import Slice, ladder, table, windows, would_change
from dashboards.ledger.spread import FEWEST, by_day, histogram, ratio_interval
from dashboards.ledger.totals import SUMS
from dashboards.store import Snapshot
from pipelines.snapshot_schema import TABLES

NEWEST = dt.date(2026, 2, 20)
SCOPES = [
    Scope(traffic, publication, days, auth, family, kind, NEWEST)
    for traffic, publication, (days, auth, family, kind) in itertools.chain(
        itertools.product(
            ("live",),
            (ALL, short_id(CURRENT_ID), short_id(OLD)),
            (
                (ALL, ALL, ALL, ALL),
                ("28", ALL, ALL, ALL),
                ("28", "payg", ALL, "json"),
                (ALL, ALL, "claude-sonnet-4", "log"),
            ),
        ),
        [("recorded", NONE, (ALL, ALL, ALL, ALL)), ("recorded", NONE, ("28", ALL, "other", ALL))],
    )
]


@pytest.fixture(scope="module")
def con():
    with warehouse() as connection:
        yield connection


@pytest.fixture
def whole(snapshot: Snapshot) -> Ledger:
    return Ledger(snapshot, default_scope(options(snapshot)))


def in_rollup(con, scope: Scope) -> dict[str, int]:
    """The sums of the acting rows of the rollup, asked for in SQL."""
    names = [name for name in SUMS if name != "tokens_reread"]
    publication = "" if scope.publication == NONE else scope.publication
    row = con.execute(
        f"select {', '.join(f'coalesce(sum({name}), 0)::bigint' for name in names)} from rollup "
        "where arm <> 'trial' and origin = $traffic and $publication in ('all', publication) "
        "and $auth in ('all', auth_mode) and $family in ('all', model_family) "
        "and $kind in ('all', kind) and day >= $since",
        {
            "traffic": scope.traffic,
            "publication": publication,
            "auth": scope.auth,
            "family": scope.family,
            "kind": scope.kind,
            "since": scope.since or dt.date(1, 1, 1),
        },
    ).fetchall()[0]
    return dict(zip(names, row, strict=True))


@pytest.mark.parametrize("scope", SCOPES)
def test_every_figure_adds_up_to_the_rollup(con, snapshot: Snapshot, scope: Scope) -> None:
    ledger, expected = Ledger(snapshot, scope), in_rollup(con, scope)
    total = ledger.total()
    assert {name: getattr(total, name) for name in expected} == expected
    assert total.compressions > 0
    net = expected["tokens_before"] - expected["tokens_after"] - expected["tokens_returned"]
    assert total.net == net
    assert total.gross - total.tokens_retrieved - total.tokens_reread == net
    assert ledger.by_day()["net"].sum() == net
    for column in ("kind", "model_family", "auth_mode", "profile", "arm", "publication", "tool"):
        rows = ledger.by(column)
        assert rows["net"].sum() == net, column
        assert rows["compressions"].sum() == expected["compressions"], column
    parts = ("net_input", "net_cache_read", "net_cache_write", "net_unknown")
    attributed = ledger.rows("attributed")
    assert sum(attributed[part].sum() for part in parts) == net
    bill, families = ledger.bill(), ledger.money_by_family()
    assert bill.net + bill.net_without == net
    assert families["net_tokens"].sum() == net


@pytest.mark.parametrize("publication", [ALL, short_id(CURRENT_ID)])
def test_conversations_and_slices_add_up_to_the_same(
    con, snapshot: Snapshot, publication: str
) -> None:
    ledger = Ledger(snapshot, Scope("live", publication))
    net = ledger.total().net
    assert ledger.conversations()["tokens_net"].sum() == net, "every conversation is known here"
    by_kind = ledger.rows("spread").filter(pl.col("kind") != "")
    assert by_kind["tokens_net"].sum() == net
    assert histogram(ledger.conversations())["conversations"].sum() == ledger.interval().n
    if publication == ALL:
        slices = table(snapshot.table("slices"), snapshot.table("decisions"), ledger.scope)
        assert slices["net"].sum() == net
    else:
        rows = snapshot.table("net").filter(pl.col("publication") == publication)
        for _, scope in rows.group_by("scope"):
            sums = scope.select(pl.col("^tokens_.*$").sum()).row(0)
            assert sums[0] - sums[1] - sums[2] == net
    [[known]] = con.execute(
        "select count(distinct conversation) from rollup where origin = 'live' and arm <> 'trial' "
        "and $publication in ('all', publication)",
        {"publication": publication},
    ).fetchall()
    assert ledger.interval().n >= known


def test_interval_of_a_whole_publication_is_the_published_one(snapshot: Snapshot) -> None:
    under = short_id(CURRENT_ID)
    row = snapshot.table("net").filter(
        (pl.col("publication") == under) & (pl.col("scope") == "all")
    )
    whole = Ledger(snapshot, Scope("live", under)).interval()
    assert whole == (row["low"][0], row["high"][0], row["conversations"][0], 0.95, True)
    part = Ledger(snapshot, Scope("live", under, kind="json")).interval()
    assert not part.published
    assert part.low is not None
    assert part.low < part.high


def test_interval_of_a_ratio_is_that_of_its_residuals(con, snapshot: Snapshot) -> None:
    rows = con.execute(
        "select sum(tokens_before)::bigint, "
        "sum(tokens_before - tokens_after - tokens_returned)::bigint from rollup "
        "where origin = 'live' group by publication, conversation"
    ).fetchall()
    before, net = (sum(row[n] for row in rows) for n in (0, 1))
    ratio, n = net / before, len(rows)
    squares = sum((y - ratio * x) ** 2 for x, y in rows)
    error = 1.959964 * math.sqrt(n / (n - 1) * squares) / before
    found = ratio_interval(Ledger(snapshot, Scope("live")).conversations())
    assert (found.low, found.high) == pytest.approx((ratio - error, ratio + error), rel=1e-9)
    assert found.n == n


def test_few_conversations_have_no_interval(snapshot: Snapshot) -> None:
    rows = Ledger(snapshot, Scope("live")).conversations()
    few = rows.sort("day").head(3)
    assert few["conversations"].sum() < FEWEST
    assert ratio_interval(few)[:2] == (None, None)
    assert by_day(few)["low"].to_list() == [None] * by_day(few).height
    assert ratio_interval(rows.clear()) == (None, None, 0, 0.95, False)


def test_money_is_priced_by_class_and_unknown_where_there_is_no_price(
    con, snapshot: Snapshot
) -> None:
    ledger = Ledger(snapshot, Scope("live"))
    money = ledger.money()
    assert money.unpriced_families == ("other",)
    assert money.unpriced == Ledger(snapshot, Scope("live", family="other")).total().net
    price = snapshot.table("prices").filter(pl.col("model_family") == FAMILIES[0])
    uncached, cached, written = (price[name][0] for name in ("input", "cache_read", "cache_write"))
    split: dict[str, float] = defaultdict(float)
    for conversation, net in con.execute(
        "select conversation, sum(tokens_before - tokens_after - tokens_returned)::bigint "
        "from rollup where origin = 'live' and model_family = $family group by all",
        {"family": FAMILIES[0]},
    ).fetchall():
        [[billed]] = con.execute(
            "select count(*) from events where event = 'usage' and conversation = $c",
            {"c": conversation},
        ).fetchall()
        shares = (4_000, 9_000, 1_001) if billed else (1, 0, 0)
        for name, share in zip((uncached, cached, written), shares, strict=True):
            split[name] += net * share / sum(shares)
    expected = sum(each * tokens for each, tokens in split.items()) / 1e6
    assert money.net == pytest.approx(expected, rel=1e-3)
    assert money.cache < 0
    parts = money.gross - money.retrieved - money.reread + money.cache
    assert money.net == pytest.approx(parts)
    assert ledger.by_day()["money"].sum() == pytest.approx(money.net)


def test_without_a_cached_price_the_uncached_one_stands_for_it() -> None:
    cube = pl.DataFrame(
        [{"model_family": "f", "tokens_before": 3_000_000, "tokens_after": 1_000_000,
          "tokens_returned": 0, "tokens_reread": 0}]
    )  # fmt: skip
    split = pl.DataFrame(
        [{"model_family": "f", "net_input": 0, "net_cache_read": 2_000_000, "net_cache_write": 0,
          "net_unknown": 0}]
    )  # fmt: skip
    prices = pl.DataFrame(
        [{"model_family": "f", "reference": "m", "input": 2.0, "source": "here"}],
        schema=dict(TABLES["prices"]),
    )
    money = in_money.total(in_money.by_family(cube, split, prices))
    assert (money.net, money.cache, money.unbilled) == (4.0, 0.0, 0)


def test_share_of_the_bill_is_of_what_would_have_been_sent(con, snapshot: Snapshot) -> None:
    bill = Ledger(snapshot, Scope("live")).bill()
    [[requests]] = con.execute("select count(*) from events where event = 'usage'").fetchall()
    assert (bill.requests, bill.billed) == (requests, requests * 14_001)
    assert bill.share == bill.net / (bill.billed + bill.net)
    assert Ledger(snapshot, Scope("recorded")).bill().share is None


def test_default_scope_never_adds_passes_up(snapshot: Snapshot) -> None:
    found = options(snapshot)
    assert default_scope(found) == Scope("live", newest=found.newest["live"])
    assert found.kinds == tuple(KINDS)
    rows = snapshot.table("savings").filter(pl.col("origin") == "recorded")
    assert set(rows["arm"]) == {"default", "trial"}
    assert (
        Ledger(snapshot, Scope("recorded")).total().compressions * 2 == rows["compressions"].sum()
    )


@pytest.mark.parametrize(
    ("seen", "expected"),
    [(["", "a" * 16], "a" * 16), ([""], ""), ([], ""), (["", "b" * 16], "b" * 16)],
)
def test_last_pass(seen: list[str], expected: str) -> None:
    publications = pl.DataFrame(
        [
            {"id": f"sha256:{'a' * 64}", "current": True, "watermark": dt.datetime(2026, 1, 1)},
            {"id": f"sha256:{'b' * 64}", "current": False, "watermark": dt.datetime(2026, 1, 2)},
        ],
        schema=dict(TABLES["publications"]),
    )
    assert last_pass(seen, publications) == expected


def test_what_acts_is_held_against_the_replays(whole: Ledger) -> None:
    kept = whole.kept()
    acting = {"json.rows_half", "json.rows_few", "log.lossless"}
    assert set(kept.rows["profile"]) == acting
    assert (kept.n, kept.solved) == (3 * 88, 88 + 87 + 88)
    assert kept.weakest is not None
    assert kept.weakest["profile"] == "json.rows_few"
    assert kept.unreplayed == ()


def test_changes_are_those_of_the_two_files(whole: Ledger, snapshot: Snapshot) -> None:
    assert previous(snapshot.table("publications")) == OLD
    found = whole.changes(OLD)
    assert found.slices.select("before", "after").rows() == [("json.rows_half", "json.rows_few")]
    assert found.defaults.rows() == [("json", "json.rows_half", "json.rows_few")]
    assert found.same == 1
    assert whole.changes(CURRENT_ID).slices["before"].to_list() == [None, None]


def test_windows_of_a_slice_and_its_ladder(snapshot: Snapshot) -> None:
    rows = Slice(*slice_of("json", FAMILIES[0])).of(snapshot.table("slices"))
    live = rows.filter(pl.col("origin") == "live")
    found = windows(live).group_by("window").agg(pl.col("tokens_before").sum())
    sums = dict(found.iter_rows())
    assert sums["all"] == sums["deciding window"] + sums["everything before"]
    assert sums["newest half of it"] < sums["deciding window"]
    rungs = ladder(
        live, snapshot.table("answerability"), snapshot.table("certificates"), kind="json"
    )
    assert rungs.select("profile", "certified", "replays", "harms").rows() == [
        ("json.rows_half", True, 88, 0),
        ("json.rows_few", True, 88, 1),
    ]


@pytest.mark.parametrize(
    ("decision", "said"),
    [
        ({"reason": "too_few_conversations", "conversations": 42}, "8 more conversations"),
        ({"reason": "too_few_instances", "instances": 2}, "3 more instances"),
        ({"reason": "pinned"}, "--end"),
        ({"reason": "skip"}, "canary"),
        ({"reason": "regret_high"}, "under 5%"),
        ({"reason": "certified", "published": True}, "Demotion"),
    ],
)
def test_says_what_would_change_a_decision(
    snapshot: Snapshot, decision: dict[str, object], said: str
) -> None:
    settings = dict(snapshot.table("settings").iter_rows())
    whole = {"conversations": 100, "instances": 9, "published": False, **decision}
    assert said in "\n".join(would_change(whole, settings))


def test_quantiles_are_upper_edges_of_their_buckets() -> None:
    rows = pl.DataFrame(
        [("live", "json", 80, 98), ("live", "json", 160, 2)],
        schema=dict(TABLES["latency"]),
        orient="row",
    )
    found = latency(rows).row(0, named=True)
    assert (found["n"], found["p50"], found["p95"]) == (
        100,
        2 ** (81 / 8) / 1000,
        2 ** (81 / 8) / 1000,
    )
    assert found["p99"] == 2 ** (161 / 8) / 1000


def test_proxies_that_refused_a_file_come_first() -> None:
    def row(name: str, under: str, last: int, refused: int = 0) -> tuple[object, ...]:
        day = dt.date(2026, 1, last)
        return (name, under, "e", "live", day, day, 10, 2, refused, refused)

    rows = pl.DataFrame(
        [row("a", "old", 1), row("a", "now", 2), row("b", "", 2, 3), row("c", "old", 2)],
        schema=dict(TABLES["proxies"]),
        orient="row",
    )
    found = proxies(rows, current="now").select("instance", "state").rows()
    assert found == [
        ("b", "degraded: refused a file"),
        ("c", "on another publication"),
        ("a", "current"),
    ]


@pytest.mark.parametrize(
    ("age", "newest", "said"),
    [
        (1, dt.date(2026, 2, 27), ""),
        (60, dt.date(2026, 2, 27), "last snapshot"),
        (1, dt.date(2026, 2, 20), "newest live event"),
        (1, None, ""),
    ],
)
def test_stale(age: int, newest: dt.date | None, said: str) -> None:
    now = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
    late = freshness(now - dt.timedelta(hours=age), newest, now=now).late
    assert said in late
    assert bool(said) == bool(late)
