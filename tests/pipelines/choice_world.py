"""A small warehouse with synthetic rollup rows: what tests of choice and publication share."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pyarrow

import pipelines
from compressors.book import Slice
from compressors.profiles import LADDERS
from pipelines.choice import choose
from pipelines.evidence import harm_p
from pipelines.settings import Settings

ENGINE = "e5" * 32
REPLAY = "feedfeedfeedfeed"
SLICE = Slice("payg", "claude-sonnet-4", "ab" * 12)
JSON = {profile.name: profile for profile in LADDERS["json"]}
BASE = datetime(2026, 1, 5)
SETTINGS = Settings()


@dataclass(frozen=True)
class Cert:
    """The columns of a certificate."""

    kind: str
    profile: str
    profile_id: str
    rung: int
    dataset: str
    n: int = 900
    harms: int = 0
    epsilon: float = 0.01
    threshold: float = 0.0125
    certified: bool = True
    status: str = "development"
    replay: str = REPLAY
    block: int = 1
    version: int = 1
    kinds: int = 2
    solvable: float = 0.71

    @property
    def p(self):
        return harm_p(self.n, self.harms, epsilon=self.epsilon)


def certificates(last="json.rows_few", **more):
    """Certificates of the lossy rungs of JSON up to ``last`` on two data sets."""
    names = list(JSON)
    return [
        Cert("json", name, JSON[name].id, rung, dataset, **more)
        for rung, name in enumerate(names)
        if 2 <= rung <= names.index(last)
        for dataset in ("gsm8k", "bfcl")
    ]


def warehouse(*, threads=None):
    con = duckdb.connect(":memory:", config={"threads": threads} if threads else {})
    con.execute((Path(pipelines.__file__).parent / "schema.sql").read_text())
    return con


def key(*parts):
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def rollup_row(
    profile,
    *,
    of=SLICE,
    number=0,
    before=4000,
    after=2000,
    returned=0,
    regrets=0,
    counted=4,
    arm="trial",
    origin="recorded",
    instance="i0",
    started=BASE,
    publication="",
    experiment="",
    unit=None,
    conversation=None,
    engine=ENGINE[:16],
    kind="json",
):
    """One rollup row; everything about it can be said."""
    return {
        "day": started.date(),
        **of._asdict(),
        "kind": kind, "profile": profile.name, "profile_id": profile.id,
        "arm": arm, "experiment": experiment,
        "unit": key("unit", number) if unit is None else unit, "share": -1,
        "engine": engine, "publication": publication, "origin": origin,
        "instance": key(instance), "tool": "",
        "conversation": key(of, number) if conversation is None else conversation,
        "started": started, "compressions": counted, "counted": counted,
        "tokens_before": before, "tokens_after": after,
        "lossy": 0, "faults": 0, "latency_us": 10,
        "retrievals": regrets, "rereads": 0, "tokens_returned": returned,
        "regrets": regrets, "regrets_counted": regrets,
    }  # fmt: skip


def insert(con, rows):
    con.register("rows_to_add", pyarrow.Table.from_pylist(rows))
    con.execute("insert into rollup by name select * from rows_to_add")
    con.unregister("rows_to_add")


def add(con, profile, **more):
    insert(con, [rollup_row(profile, **more)])


def rows_of(
    profile,
    n,
    *,
    first=0,
    saves=0.5,
    regret_every=0,
    instances=6,
    over=7.0,
    start=BASE,
    instance=None,
    each=1,
    **more,
):
    """``n`` conversations over some days, of differing size, shared among the instances.

    Every ``regret_every``-th asks for ``each`` of its four compressions again, at a quarter of
    its tokens apiece.
    """
    for i in range(n):
        number = first + i
        before = 2000 + 700 * (number % 7)
        bad = bool(regret_every) and i % regret_every == regret_every - 1
        yield rollup_row(profile, number=number, before=before, after=round(before * (1 - saves)),
                  regrets=each * int(bad), returned=each * (before // 4) if bad else 0,
                  instance=instance or f"i{number % instances}",
                  started=start + timedelta(days=over * i / n), **more)  # fmt: skip


def conversations(con, profile, n, **more):
    insert(con, list(rows_of(profile, n, **more)))


def ladder(con, *, saves, regret_every=(), n=120, **more):
    """Recorded conversations under several profiles: the same ones under each."""
    every = dict(regret_every)
    insert(con, [
        one
        for name, share in saves.items()
        for one in rows_of(JSON[name], n, saves=share, regret_every=every.get(name, 0), **more)
    ])  # fmt: skip


def chosen(con, *, certs=None, settings=SETTINGS, incumbents=None, engine=ENGINE):
    return choose(con, certificates=certificates() if certs is None else certs, settings=settings,
                  incumbents=incumbents, engine=engine)  # fmt: skip


def decision(con, **more):
    """The one decision of a world with one slice."""
    [only] = chosen(con, **more).decisions
    return only
