"""Prices, heads of files, harmed items and activity: what a snapshot has beyond queries."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import msgspec
import pytest

from compressors.book import BUILT_IN
from compressors.engine import Engine, Loaded
from compressors.errors import ConfigurationError
from compressors.handles import MemoryHandles
from compressors.home import Home
from compressors.pepper import PUBLIC_PEPPER
from compressors.profiles import LADDERS
from compressors.structure import is_family
from pipelines.figures.activity import note_activity
from pipelines.figures.harmed import MOST, excerpt, harmed
from pipelines.figures.heads import head_of
from pipelines.figures.prices import prices_of
from pipelines.replays import Outcome
from pipelines.replays.manifests import selected
from pipelines.replays.outcomes import cases_of
from pipelines.snapshot_schema import Activity

OWN = """
source = "our contract"

[claude-sonnet-4]
reference = "claude-sonnet-4-6"
input = 1.5
output = 7.5
"""


def test_packaged_prices_are_of_families_and_say_their_day(tmp_path: Path) -> None:
    table = prices_of(tmp_path)
    assert len(table.prices) > 20
    assert all(is_family(family) for family in table.prices)
    assert "other" not in table.prices
    assert all("2026-" in source for source in table.sources.values())
    for price in table.prices.values():
        assert price.cache_read is None or price.cache_read <= price.input


def test_own_prices_come_first_family_by_family(tmp_path: Path) -> None:
    (tmp_path / "prices.toml").write_text(OWN, encoding="utf-8")
    table = prices_of(tmp_path)
    assert table.prices["claude-sonnet-4"].input == 1.5
    assert table.prices["claude-sonnet-4"].cache_read is None
    assert table.sources["claude-sonnet-4"] == "our contract"
    assert "litellm" in table.sources["gpt-5"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[gpt-5\n", "mend"),
        ('[gpt-5]\nreference = "x"\ninput = -1\noutput = 1\n', "input"),
        ('[gpt-5]\nreference = "x"\ninput = 1\n', "output"),
        ('[gpt-5]\nreference = "x"\ninput = 1\noutput = 1\ncached = 1\n', "cached"),
    ],
)
def test_prices_that_cannot_be_used_say_why(tmp_path: Path, content: str, said: str) -> None:
    (tmp_path / "prices.toml").write_text(content, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=said):
        prices_of(tmp_path)


def test_head_is_read_without_the_rows() -> None:
    head = (
        'schema = 1\n\n[publication]\nid = "x"\ndelta = 0.05\nepsilon = { d = 0.1 }\n\n'
        '[[certificate]]\nkind = "json"\nprofile = "p"\ndataset = "d"\nn = 9\nharms = 1\n\n'
        '[[default]]\nkind = "json"\nprofile = "p"\n'
    )
    found = head_of("x", head + "\n[[recommendation]]\nnot toml\n" * 3)
    assert (found.rows, found.demonstration) == (3, False)
    [certificate] = found.certified
    assert (certificate["n"], certificate["epsilon"], certificate["delta"]) == (9, 0.1, 0.05)
    assert found.defaults == ({"publication": "x", "kind": "json", "profile": "p"},)
    assert head_of("x", head).rows == 0


def test_harmed_items_are_of_the_learn_part_and_show_what_is_missing() -> None:
    engine = Engine(pepper=PUBLIC_PEPPER, loaded=Loaded(BUILT_IN), handles=MemoryHandles())
    [source] = [s for s in selected(None) if s.manifest.name == "gsm8k-sample"]
    with engine:
        cases = cases_of(source, engine)
        every = [cases.case("json", n) for n in range(cases.count("json"))]
        outcomes = [
            outcome(case, profile.name, split=case.split)
            for case in [c for c in every if c.split == "learn"][: MOST + 2] + every[:5]
            for profile in LADDERS["json"][-2:]
        ]
        rows = harmed(outcomes, engine=engine, data=None)
    assert rows.height == MOST
    shown = set(rows["case"])
    assert shown <= {case.id for case in every if case.split == "learn"}
    [case] = [case for case in every if case.id == rows["case"][0]]
    assert case.needed[0] in rows["before"][0]
    assert set(rows["profile"]) == {LADDERS["json"][-2].name}
    assert all(len(text) < 20_000 for text in rows["before"])


def outcome(case, profile: str, *, split: str) -> Outcome:
    """An outcome that harms."""
    values: dict[str, object] = dict.fromkeys([f.name for f in msgspec.structs.fields(Outcome)], "")
    values |= {
        "replay": "r", "dataset": case.dataset, "kind": case.kind, "item": case.id,
        "source": case.source, "split": split, "treatment": "profile", "profile": profile,
        "solvable": True, "solved": False, "tokens_before": 9, "tokens_after": 3,
    }  # fmt: skip
    return Outcome(**values)


def test_excerpt_counts_what_it_leaves_out() -> None:
    text = "\n".join(f"line {n}" for n in range(50))
    assert excerpt(text, ["line 20"]).split("\n")[0] == "… 17 lines …"
    assert excerpt(text, ["line 20"]).split("\n")[-1] == "… 26 lines …"
    assert excerpt("short", ["nowhere"]) == "short"
    long = excerpt("x" * 5000 + "needle" + "y" * 5000, ["needle"])
    assert "needle" in long
    assert len(long) < 700


def test_activity_says_what_was_seen(tmp_path: Path) -> None:
    home = Home(tmp_path / "home").ensure()
    home.snapshots.mkdir()
    home.warehouse.write_bytes(b"12345")

    @dg.asset
    def numbers() -> int:
        return 1

    @dg.asset_check(asset=numbers)
    def small() -> dg.AssetCheckResult:
        return dg.AssetCheckResult(passed=False, description="1 is too small")

    at = datetime(2026, 1, 1, tzinfo=UTC)
    with dg.DagsterInstance.ephemeral() as instance:
        dg.materialize([numbers, small], instance=instance)
        key = dg.AssetCheckKey(asset_key=numbers.key, name="small")
        note_activity(home, instance, [key], now=at)
    content = (home.snapshots / "activity.json").read_bytes()
    seen = msgspec.json.decode(content, type=Activity)
    assert seen.at == at
    assert [(run.job, run.status) for run in seen.runs] == [("of the command line", "success")]
    assert [(c.check, c.passed, c.sentence) for c in seen.checks] == [
        ("small", False, "1 is too small")
    ]
    assert ("warehouse", 5, 1) in [(s.store, s.bytes, s.files) for s in seen.stores]
    assert json.loads(content)["stores"]
