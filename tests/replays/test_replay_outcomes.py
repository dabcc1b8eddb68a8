"""Replays: every case under every profile, in one order, in one process or two."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest

from compressors import Engine
from compressors.handles import MemoryHandles
from compressors.home import Home
from compressors.kinds.base import Passage
from compressors.profiles import LADDERS
from pipelines.replays import manifests
from pipelines.replays import outcomes as module
from pipelines.replays.answerability import answerability
from pipelines.replays.certify import certify
from pipelines.replays.outcomes import PROFILE, Outcome, run_replays
from pipelines.settings import Settings


def _silent(label: str, done: int, total: int) -> None:
    assert label == "replays"
    assert 0 <= done <= total


@pytest.fixture(scope="module", autouse=True)
def two_kinds() -> Iterator[None]:
    """Of all kinds two, which take a fraction of the time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "KINDS_UNDER_TEST", ("json", "log"))
        yield


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    home = Home(tmp_path_factory.mktemp("home"))
    return Engine.start(home=home, handles=MemoryHandles())


@pytest.fixture(scope="module")
def found(small_sets: Path, engine: Engine) -> list[Outcome]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifests, "datasets_directory", lambda: small_sets)
        return run_replays(data=None, engine=engine, progress=_silent, processes=1)


def test_every_case_has_every_profile_and_every_control(found: list[Outcome]) -> None:
    counts = Counter((o.kind, o.treatment, o.profile) for o in found)
    for kind in ("json", "log"):
        for profile in LADDERS[kind]:
            assert counts.pop((kind, PROFILE, profile.name)) == 60
            if not profile.safe:
                assert counts.pop((kind, "random_deletion", profile.name)) == 60
                assert counts.pop((kind, "truncation", profile.name)) == 60
    assert not counts


def test_a_set_is_rendered_as_no_kind_but_its_own(
    small_sets: Path, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(small_sets, tmp_path / "sets")
    for name, kinds in (("gsm8k", '["log"]'), ("truthfulqa", '["json"]'), ("bfcl", "[]")):
        path = tmp_path / "sets" / f"{name}-sample.toml"
        path.write_text(f"kinds = {kinds}\n{path.read_text()}")
    monkeypatch.setattr(manifests, "datasets_directory", lambda: tmp_path / "sets")
    found = run_replays(data=None, engine=engine, progress=_silent, processes=1)
    assert {(o.dataset.removesuffix("-sample"), o.kind) for o in found} == {
        ("gsm8k", "log"), ("truthfulqa", "json"), ("bfcl", "json"), ("bfcl", "log"),
    }  # fmt: skip
    rows = certify(found, engine=engine, data=None, settings=Settings())
    tested = {(row.dataset, row.kind) for row in rows if row.kind in ("json", "log")}
    assert tested == {(o.dataset, o.kind) for o in found}


def test_uncompressed_is_the_measure(found: list[Outcome]) -> None:
    for outcome in found:
        if outcome.profile.endswith(".passthrough"):
            assert outcome.solved == outcome.solvable
            assert outcome.tokens_after == outcome.tokens_before
        if outcome.treatment == PROFILE:
            assert outcome.tokens_after <= outcome.tokens_before
    assert all(outcome.solvable for outcome in found)


def test_tokens_are_counted_before_and_after(found: list[Outcome]) -> None:
    for profile in ("json.rows_few", "log.lines_few"):
        group = [o for o in found if o.profile == profile]
        before = {o.item: o.tokens_before for o in group}
        assert all(o.tokens_before == before[o.item] > 0 for o in group)
        for treatment in (PROFILE, "random_deletion", "truncation"):
            after = [o.tokens_after for o in group if o.treatment == treatment]
            assert 0 < sum(after) < 0.8 * sum(before.values())


def test_what_can_lose_nothing_harms_nothing(found: list[Outcome]) -> None:
    safe = {profile.name for ladder in LADDERS.values() for profile in ladder if profile.safe}
    assert [o for o in found if o.profile in safe and o.solvable and not o.solved] == []


def test_blind_deletion_at_the_same_ratio_scores_clearly_lower(found: list[Outcome]) -> None:
    def solved(treatment: str, kind: str) -> int:
        return sum(
            o.solved
            for o in found
            if (o.treatment, o.kind) == (treatment, kind) and o.profile.endswith("_few")
        )

    for kind in ("json", "log"):
        assert solved(PROFILE, kind) > 1.5 * solved("random_deletion", kind)
        assert solved(PROFILE, kind) > 1.5 * solved("truncation", kind)


def test_two_processes_give_what_one_gives(
    bundled: Path, engine: Engine, found: list[Outcome]
) -> None:
    seen: list[tuple[int, int]] = []
    two = run_replays(
        data=None, engine=engine, progress=lambda _, done, of: seen.append((done, of)), processes=2
    )
    assert two == found
    assert seen == sorted(seen)
    assert seen[0] == (0, 120)
    assert seen[-1] == (120, 120)


class _Blind:
    """An engine that keeps the first tenth of everything."""

    digest = "0" * 16

    def __init__(self, engine: Engine) -> None:
        self.read = engine.read

    def apply(self, reading: object, profile: object, *, query: str) -> SimpleNamespace:
        text = reading.content.text
        kept = text if profile.safe else text[: len(text) // 10]
        return SimpleNamespace(text=kept, tokens_after=len(kept) // 4, lossy=not profile.safe)

    def passages(self, reading: object, query: str) -> list[Passage]:
        return []


def test_an_engine_that_loses_records_is_found_out(bundled: Path, engine: Engine) -> None:
    found = run_replays(data=None, engine=_Blind(engine), progress=_silent, processes=1)
    lossy = [o for o in found if o.treatment == PROFILE and o.profile.endswith("_most")]
    assert sum(o.solvable and not o.solved for o in lossy) > 0.7 * len(lossy)


def test_what_the_engine_takes_for_another_kind_does_not_count(
    bundled: Path, engine: Engine
) -> None:
    class Astray(_Blind):
        def __init__(self) -> None:
            self.read = lambda text: SimpleNamespace(
                kind="text", tokens=100, content=SimpleNamespace(text=text)
            )

    found = run_replays(data=None, engine=Astray(), progress=_silent, processes=1)
    assert not any(outcome.solvable for outcome in found)


def test_the_key_is_of_engine_data_and_solvers(
    bundled: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources = module.selected(None)
    key = module.replay_key(engine, sources)
    assert module.replay_key(engine, sources) == key
    assert module.replay_key(engine, sources[:2]) != key
    assert (
        module.replay_key(engine, [msgspec.structs.replace(sources[0], block=2), *sources[1:]])
        != key
    )
    assert module.replay_key(SimpleNamespace(digest="1" * 16), sources) != key
    monkeypatch.setattr(module, "sources_digest", lambda: "f" * 64)
    assert module.replay_key(engine, sources) != key


def test_answerability_counts_each_part(found: list[Outcome]) -> None:
    rows = answerability(found)
    assert rows == sorted(
        rows, key=lambda r: (r.dataset, r.kind, r.rung, r.profile, r.treatment, r.split)
    )
    profiles = [r for r in rows if r.treatment == PROFILE and r.profile == "json.rows_half"]
    assert sum(row.items for row in profiles) == 60
    for row in rows:
        assert 0 <= row.low <= row.share <= row.high <= 1
        assert row.solved <= row.solvable <= row.items
        group = [
            o for o in found
            if (o.dataset, o.kind, o.profile, o.treatment, o.split)
            == (row.dataset, row.kind, row.profile, row.treatment, row.split)
        ]  # fmt: skip
        assert row.solved == sum(o.solved and o.solvable for o in group)
        assert row.tokens_after == sum(o.tokens_after for o in group)
