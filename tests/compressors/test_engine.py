"""The one pass: what an engine does with a publication, without one, and with anything else."""

import json
import logging
import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from publication_texts import BARE, DEFAULT, ENGINE, EXPERIMENT, certificate, published, row, sealed

import compressors
from compressors import Engine, HandleUnknown
from compressors.book import BUILT_IN, Slice, experiment
from compressors.digest import engine_digest
from compressors.engine import Loaded, load_book
from compressors.handles import HandleStore, MemoryHandles, SqliteHandles, StoreFault
from compressors.kinds import KINDS
from compressors.kinds.base import Content, Cut, Focus, Kind, Passage
from compressors.pepper import PUBLIC_PEPPER, Pepper, save_pepper
from compressors.profiles import BUILT_IN_DEFAULT, LADDERS, PASSTHROUGH, Profile, profile
from compressors.tokens import estimate

OWN = Pepper(bytes(range(32)))
MODEL = "claude-sonnet-4-20250514"
SLICE = {"auth_mode": "payg", "model": MODEL}


def records(count: int, *, seed: int = 1) -> list[dict[str, object]]:
    drawn = random.Random(seed)
    cities = ["Oslo", "Rome", "Lima", "Kyiv", "Bonn"]
    return [
        {
            "id": n,
            "name": f"customer {n}",
            "city": drawn.choice(cities),
            "total": drawn.randint(10, 99),
            "status": "ok",
        }
        for n in range(count)
    ]


ROWS = json.dumps(records(200))
LOG = "".join(
    f"2026-11-20 10:{n // 60:02d}:{n % 60:02d} INFO worker request {n} served in {n % 7} ms\n"
    for n in range(600)
)
TEXT = "A short note that nothing can be done about."


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("TOIN_RECOMMENDATIONS", raising=False)
    save_pepper(tmp_path / "home" / "pepper", OWN)
    return tmp_path / "home"


@pytest.fixture
def bare(home: Path) -> Iterator[Engine]:
    with make(home) as engine:
        yield engine


def make(home: Path, *, content: bytes | None = None, strict: bool = False) -> Engine:
    """An engine on this publication, or on what is built in."""
    loaded = Loaded(BUILT_IN)
    if content is not None:
        path = home / "recommendations.toml"
        path.write_bytes(content)
        loaded = load_book(path, pepper_id=OWN.id, engine=engine_digest(), defaults=path)
    return Engine(
        pepper=OWN,
        loaded=loaded,
        handles=SqliteHandles(home / "handles.sqlite"),
        strict_certificates=strict,
    )


CERTIFIED = "".join(certificate(f"json.rows_{name}") for name in ("half", "few", "minimal"))


def with_rows(*rows: str, control: int = 0, engine: str | None = None, default: str = "") -> bytes:
    return published(
        *rows, pepper_id=OWN.id, engine=engine or engine_digest(), control=control, default=default
    )


def structure_of(engine: Engine, content: str) -> str:
    return engine.read(content).structure_hash


# Without a publication ---------------------------------------------------------------------


def test_without_a_publication_everything_is_lossless(bare: Engine) -> None:
    for content in (ROWS, LOG, TEXT, ""):
        short = bare.compress(content)
        assert short.arm == "default"
        assert short.profile == f"{short.kind}.lossless"
        assert (short.lossy, short.handle, short.fault) == (False, None, None)
        assert short.tokens_after <= short.tokens_before == estimate(content)
        restored = KINDS[short.kind].restore(short.text) if short.text != content else content
        assert restored == content
    assert bare.health().status == "ok"
    assert bare.health().publication is None


def test_lossless_saves_where_there_is_something_to_save(bare: Engine) -> None:
    short = bare.compress(json.dumps(records(200), indent=2))
    assert short.kind == "json"
    assert short.tokens_after < 0.8 * short.tokens_before


# With one ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "name"), [(ROWS, "json.rows_few"), (LOG, "log.lines_few")], ids=["json", "log"]
)
def test_a_row_acts_on_its_slice_and_on_no_other(home: Path, content: str, name: str) -> None:
    with make(home) as bare:
        plain = bare.compress(content, **SLICE)
        here = structure_of(bare, content)
    with make(home, content=with_rows(row(here, name))) as engine:
        short = engine.compress(content, **SLICE)
        other = engine.compress(content, auth_mode="oauth", model=MODEL)

    assert (short.profile, short.arm) == (name, "recommended")
    assert (plain.arm, other.arm) == ("default", "default")
    assert other.text == plain.text
    assert short.lossy
    assert short.tokens_after < plain.tokens_after / 2
    assert short.tokens_after == estimate(short.text)
    assert (short.auth_mode, short.model_family) == ("payg", "claude-sonnet-4")


def test_a_lossy_text_says_what_is_missing_and_how_to_have_it_back(home: Path) -> None:
    with make(home) as bare:
        content = with_rows(row(structure_of(bare, ROWS), "json.rows_few"))
    with make(home, content=content) as engine:
        short = engine.compress(ROWS, **SLICE)
    marker = short.text.splitlines()[-1]
    assert short.items_before == 200
    assert short.items_after is not None
    dropped = 200 - short.items_after
    assert marker == (
        f'[toin: {dropped} of 200 rows left out; toin_retrieve("{short.handle}") returns all of it]'
    )
    with make(home) as restarted:
        assert restarted.retrieve(short.handle or "") == ROWS


def test_the_default_of_a_publication_acts_where_no_row_does(home: Path) -> None:
    default = DEFAULT.replace("rows_half", "rows_minimal").replace("0.5", "0.08")
    with make(home, content=with_rows(row("0" * 24, "json.rows_few"), default=default)) as engine:
        short = engine.compress(ROWS)
    assert (short.profile, short.arm, short.lossy) == ("json.rows_minimal", "default", True)


def test_a_row_may_keep_more_than_its_profile(home: Path) -> None:
    with make(home) as bare:
        here = structure_of(bare, ROWS)
    with make(home, content=with_rows(row(here, "json.rows_few"))) as engine:
        few = engine.compress(ROWS, **SLICE)
    more = with_rows(row(here, "json.rows_few", params="row_share = 0.6"))
    with make(home, content=more) as engine:
        many = engine.compress(ROWS, **SLICE)
    assert few.profile == many.profile
    assert few.profile_id != many.profile_id
    assert (few.items_after or 0) < (many.items_after or 0)


def test_a_skipped_slice_passes_unchanged(home: Path) -> None:
    spaced = json.dumps(records(50), indent=2)
    with make(home) as bare:
        content = with_rows(row(structure_of(bare, spaced), "json.passthrough"))
    with make(home, content=content) as engine:
        short = engine.compress(spaced, **SLICE)
    assert (short.text, short.profile, short.arm) == (spaced, "json.passthrough", "recommended")


def test_a_row_for_another_kind_is_not_taken(home: Path) -> None:
    with make(home) as bare:
        content = with_rows(row(structure_of(bare, ROWS), "log.lines_few"))
    with make(home, content=content) as engine:
        assert engine.compress(ROWS, **SLICE).arm == "default"


# Arms --------------------------------------------------------------------------------------


def test_arms_are_drawn_as_often_as_they_say(home: Path) -> None:
    with make(home) as bare:
        here = structure_of(bare, ROWS)
    advice = row(here, "json.rows_half", canary=("json.rows_few", 200))
    where = Slice("payg", "claude-sonnet-4", here)
    with make(home, content=with_rows(advice, control=100)) as engine:
        reading = engine.read(ROWS)
        decisions = [engine.decide(reading, unit=f"conversation {n}", **SLICE) for n in range(3000)]

    count = Counter(decision.arm for decision in decisions)
    assert 240 <= count["control"] <= 360
    assert 470 <= count["canary"] <= 610
    assert count["recommended"] == 3000 - count["control"] - count["canary"]
    half = profile("json", "json.rows_half")
    control = experiment(where, half, engine=engine_digest())
    for decision in decisions:
        assert decision.unit is not None
        if OWN.draw("control", control, decision.unit) < 0.1:
            assert decision.arm == "control"
        elif OWN.draw("canary", EXPERIMENT, decision.unit) < 0.2:
            assert decision.arm == "canary"
        else:
            assert decision.arm == "recommended"
    told = {(d.arm, d.profile.name, d.experiment, d.share) for d in decisions}
    assert told == {
        ("control", "json.passthrough", control, 100),
        ("canary", "json.rows_few", EXPERIMENT, 200),
        ("recommended", "json.rows_half", EXPERIMENT, 800),
    }
    assert {d.unit for d in decisions} == {OWN.key(f"conversation {n}") for n in range(3000)}


def test_without_a_canary_a_row_is_compared_with_its_control(home: Path) -> None:
    with make(home) as bare:
        here = structure_of(bare, ROWS)
    contents = [ROWS, *(json.dumps(records(60, seed=seed)) for seed in range(2, 12))]
    with make(home, content=with_rows(row(here, "json.rows_half"), control=10)) as engine:
        made = [(each, engine.decide(engine.read(each), **SLICE)) for each in contents]
    where = Slice("payg", "claude-sonnet-4", here)
    recommended = [(each, decision) for each, decision in made if decision.arm == "recommended"]
    # One in a hundred is a control, drawn anew for every engine.
    assert len(recommended) > 5
    for each, decision in recommended:
        assert decision.share == 990
        assert decision.experiment == experiment(where, decision.profile, engine=engine_digest())
        assert decision.unit == OWN.key(each)


def test_an_unrelated_row_reshuffles_nobody(home: Path) -> None:
    with make(home) as bare:
        here = structure_of(bare, ROWS)
    mine = row(here, "json.rows_half", canary=("json.rows_few", 300))
    drawn = []
    for content in (
        with_rows(mine, control=200),
        with_rows(row("0" * 24, "log.lossless"), mine, control=200),
    ):
        with make(home, content=content) as engine:
            reading = engine.read(ROWS)
            drawn.append([engine.decide(reading, unit=str(n), **SLICE).arm for n in range(300)])
    assert drawn[0] == drawn[1]
    assert len(set(drawn[0])) == 3


def test_one_unit_takes_one_branch_whatever_the_content(home: Path) -> None:
    with make(home) as bare:
        here = structure_of(bare, ROWS)
        other = json.dumps(records(80, seed=2))
        assert structure_of(bare, other) == here
    with make(home, content=with_rows(row(here, "json.rows_half"), control=500)) as engine:
        for n in range(50):
            arms = {engine.compress(c, unit=f"u{n}", **SLICE).arm for c in (ROWS, other)}
            assert len(arms) == 1


def test_a_keyed_unit_is_taken_as_it_is(home: Path) -> None:
    with make(home) as bare:
        content = with_rows(row(structure_of(bare, ROWS), "json.rows_half"))
    with make(home, content=content) as engine:
        assert engine.decide(engine.read(ROWS), unit="0" * 16, **SLICE).unit == "0" * 16


def test_a_default_is_drawn_for_nothing(bare: Engine) -> None:
    decision = bare.decide(bare.read(ROWS), unit="x", **SLICE)
    assert (decision.arm, decision.experiment, decision.unit, decision.share) == (
        "default", None, None, None,
    )  # fmt: skip


@pytest.mark.parametrize(("mode", "told"), [("payg", "payg"), ("free", "unknown"), ("", "unknown")])
def test_modes_and_models_that_nobody_knows_have_names(bare: Engine, mode: str, told: str) -> None:
    short = bare.compress(TEXT, auth_mode=mode, model="my own")
    assert (short.auth_mode, short.model_family) == (told, "other")


# Starting ----------------------------------------------------------------------------------


def test_a_running_engine_never_reads_the_file_again(home: Path) -> None:
    with make(home) as bare:
        here = structure_of(bare, ROWS)
    path = home / "recommendations.toml"
    with make(home, content=with_rows(row(here, "json.rows_few"))) as engine:
        before = engine.compress(ROWS, **SLICE)
        path.write_bytes(with_rows(row(here, "json.passthrough")))
        assert engine.compress(ROWS, **SLICE).text == before.text
        path.unlink()
        assert engine.compress(ROWS, **SLICE).text == before.text
        assert engine.book.id is not None
        fingerprint = engine.fingerprint
    with make(home, content=with_rows(row(here, "json.passthrough"))) as restarted:
        assert restarted.compress(ROWS, **SLICE).text == ROWS
        assert restarted.fingerprint != fingerprint


def test_the_given_file_goes_before_the_environment(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = tmp_path / "one.toml", tmp_path / "two.toml"
    one.write_bytes(with_rows(row("1" * 24, "json.rows_few")))
    two.write_bytes(with_rows(row("2" * 24, "json.rows_few")))
    monkeypatch.setenv("TOIN_RECOMMENDATIONS", str(two))
    with Engine.start(home=home) as engine:
        assert engine.health().source == str(two)
        assert engine.pepper == OWN
    with Engine.start(one, home) as engine:
        assert engine.health().source == str(one)
        assert engine.health().rows == 1


def test_a_missing_file_is_one_line_and_no_harm(
    home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with Engine.start(home / "none.toml", home) as engine:
        said = [r for r in caplog.records if "none.toml" in r.getMessage()]
        assert [r.levelno for r in said] == [logging.WARNING]
        assert engine.health().status == "ok"
        assert engine.compress(ROWS).fault is None


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (sealed(BARE)[:-20], "line"),
        (published(row("0" * 24, "json.rows_few"), pepper_id="deadbeef", engine=ENGINE), "pepper"),
        (sealed(BARE).replace(b"delta = 0.05", b"delta = 0.06"), "edited"),
    ],
    ids=["empty", "cut off", "other pepper", "edited"],
)
def test_a_refused_file_is_one_error_and_the_defaults(
    home: Path, caplog: pytest.LogCaptureFixture, content: bytes, said: str
) -> None:
    path = home / "bad.toml"
    path.write_bytes(content)
    with Engine.start(path, home) as engine:
        errors = [r.getMessage() for r in caplog.records if r.levelno == logging.ERROR]
        assert len(errors) == 1
        assert "bad.toml" in errors[0]
        assert said in errors[0]
        health = engine.health()
        short = engine.compress(ROWS)
    assert health.status == "degraded"
    assert said in health.reasons[0]
    assert health.source != str(path)
    assert short.fault == "publication_refused"
    assert short.arm == "default"


def test_broken_defaults_leave_what_is_built_in(
    home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = home / "defaults.toml"
    path.write_bytes(b"schema = 2")
    loaded = load_book(None, pepper_id=OWN.id, engine=ENGINE, defaults=path)
    assert loaded.book == BUILT_IN
    assert loaded.refusal
    assert len(caplog.records) == 1


def test_certificates_for_another_engine_are_one_warning_and_shown(
    home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with make(home) as bare:
        here = structure_of(bare, ROWS)
    content = with_rows(row(here, "json.rows_few"), engine="f" * 64)
    with make(home, content=content) as engine:
        assert [r.levelno for r in caplog.records] == [logging.WARNING]
        assert "another engine" in caplog.text
        assert not engine.health().certified
        assert engine.health().status == "ok"
        assert engine.compress(ROWS, **SLICE).lossy


def test_strict_certificates_leave_an_uncertified_engine_lossless(home: Path) -> None:
    with make(home) as bare:
        here = structure_of(bare, ROWS)
    rows = row(here, "json.rows_few")
    with make(
        home, content=with_rows(rows, default=DEFAULT, engine="f" * 64), strict=True
    ) as engine:
        for settings_ in (SLICE, {}):
            short = engine.compress(ROWS, **settings_)
            assert (short.profile, short.arm) == ("json.lossless", "default")
        assert engine.health().lossless_only
    with make(home, content=with_rows(rows, default=CERTIFIED + DEFAULT), strict=True) as engine:
        assert engine.compress(ROWS, **SLICE).profile == "json.rows_few"
        assert not engine.health().lossless_only


def test_a_tool_that_is_no_name_costs_no_exception(bare: Engine) -> None:
    short = bare.compress(ROWS, tool=3)  # type: ignore[arg-type]
    assert (short.text, short.fault, short.tool) == (ROWS, "raised", None)


@pytest.mark.parametrize("status", ["development", "demonstration", None])
def test_strict_certificates_take_nothing_less_than_certified(
    home: Path, status: str | None
) -> None:
    with make(home) as bare:
        here = structure_of(bare, ROWS)
    weaker = certificate("json.rows_few", status=status) if status else ""
    content = with_rows(row(here, "json.rows_few"), default=weaker)
    with make(home, content=content, strict=True) as engine:
        assert engine.compress(ROWS, **SLICE).profile == "json.lossless"
        health = engine.health()
        assert (health.lossless_only, health.certified) == (True, False)
        assert health.standing == (status or "none")
    with make(home, content=content) as engine:
        assert engine.compress(ROWS, **SLICE).profile == "json.rows_few"


def test_a_home_without_a_pepper_uses_the_public_one_and_says_so(tmp_path: Path) -> None:
    with Engine.start(home=tmp_path) as engine:
        assert engine.health().public_pepper
        assert engine.pepper == PUBLIC_PEPPER


# What may go wrong -------------------------------------------------------------------------


class Faulty(HandleStore):
    """A store that fails with one fault."""

    def __init__(self, fault: StoreFault) -> None:
        self.fault = fault

    def put(self, handle: str, content: str) -> StoreFault | None:
        return self.fault

    def get(self, handle: str) -> str:
        raise HandleUnknown(handle)

    def close(self) -> None:
        pass


@pytest.mark.parametrize(
    "fault", ["store_full", "store_locked", "store_read_only", "store_damaged"]
)
def test_what_cannot_be_kept_goes_out_lossless(home: Path, fault: StoreFault) -> None:
    with make(home) as bare:
        lossless = bare.compress(ROWS, **SLICE)
        content = with_rows(row(structure_of(bare, ROWS), "json.rows_few"))
    with make(home, content=content) as engine:
        engine.handles = Faulty(fault)
        short = engine.compress(ROWS, **SLICE)
        health = engine.health()
    assert (short.text, short.tokens_after) == (lossless.text, lossless.tokens_after)
    assert (short.fault, short.lossy, short.handle) == (fault, False, None)
    assert (short.profile, short.arm) == ("json.rows_few", "recommended")
    assert health.status == "degraded"
    assert fault in health.reasons[0]
    assert health.faults == {fault: 1}


class Broken:
    """A kind that fails at one step, with a message that quotes the content."""

    NAME = "text"

    def __init__(self, step: str) -> None:
        self.step = step

    def recognise(self, text: str) -> object | None:
        return text

    def _fail(self, step: str, text: object) -> None:
        if self.step == step:
            raise ValueError(f"cannot cope with {text}")

    def signature(self, parsed: object) -> str:
        self._fail("signature", parsed)
        return "text"

    def compress(self, content: Content, params: object, focus: Focus) -> Cut:
        self._fail("compress", content.text)
        return Cut(content.text[:9] + content.text[9:].strip(), lossy=False)

    def restore(self, text: str) -> str:
        return text

    def find(self, content: Content, query: str) -> list[Passage]:
        self._fail("find", content.text)
        return []


def broken(step: str, *, recognise: object = None) -> Engine:
    kind: Kind = Broken(step)
    return Engine(
        pepper=OWN,
        loaded=Loaded(BUILT_IN),
        handles=MemoryHandles(),
        kinds=dict.fromkeys(KINDS, kind),
        recognise=recognise or (lambda text: Content("text", text, text)),  # type: ignore[arg-type]
    )


@pytest.mark.parametrize("step", ["signature", "compress"])
def test_a_kind_that_raises_lets_the_content_pass(
    step: str, caplog: pytest.LogCaptureFixture
) -> None:
    content = "SECRET of the user " * 20
    short = broken(step).compress(content, **SLICE)
    assert (short.text, short.fault, short.lossy) == (content, "raised", False)
    assert short.tokens_after == short.tokens_before == estimate(content)
    assert short.kind == "text"
    assert len(caplog.records) == 1
    assert caplog.records[0].levelno == logging.ERROR
    assert "ValueError in test_engine.py:" in caplog.text
    assert "SECRET" not in caplog.text


def test_detection_that_raises_lets_the_content_pass() -> None:
    def fail(text: str) -> Content:
        raise RecursionError

    short = broken("", recognise=fail).compress(TEXT)
    assert (short.text, short.fault) == (TEXT, "raised")


def test_a_store_that_raises_lets_the_content_pass(home: Path) -> None:
    class Raising(MemoryHandles):
        def put(self, handle: str, content: str) -> StoreFault | None:
            raise RuntimeError

    with make(home) as bare:
        content = with_rows(row(structure_of(bare, ROWS), "json.rows_few"))
    with make(home, content=content) as engine:
        engine.handles = Raising()
        short = engine.compress(ROWS, **SLICE)
    assert (short.text, short.fault, short.lossy, short.kind) == (ROWS, "raised", False, "json")
    assert (short.items_after, short.handle) == (None, None)


@pytest.mark.parametrize("content", [None, 3, ["a"]])
def test_what_is_no_text_passes_as_it_is(bare: Engine, content: object) -> None:
    short = bare.compress(content)  # type: ignore[arg-type]
    assert short.text is content
    assert short.fault == "raised"


def test_a_search_that_raises_gives_the_whole() -> None:
    engine = broken("find")
    reading = engine.read(TEXT)
    assert engine.passages(reading, "note") == []
    engine.handles.put(reading.handle, TEXT)
    assert engine.retrieve(reading.handle, "note") == TEXT


class Made(Broken):
    """A kind with these cuts: one for lossless parameters, one for the others."""

    def __init__(self, whole: Cut, part: Cut) -> None:
        super().__init__("")
        self.whole = whole
        self.part = part

    def compress(self, content: Content, params: object, focus: Focus) -> Cut:
        return self.whole if getattr(params, "lossless", False) else self.part


def making(*, whole: Cut, part: Cut) -> Engine:
    return Engine(
        pepper=OWN,
        loaded=Loaded(BUILT_IN),
        handles=MemoryHandles(),
        kinds=dict.fromkeys(KINDS, Made(whole, part)),
        recognise=lambda text: Content("json", text, text),
    )


WORDS = "one two three four five six seven eight nine ten " * 80


@pytest.mark.parametrize("lossy", [True, False])
@pytest.mark.parametrize("more", ["", " and a little more"])
def test_what_is_no_shorter_is_returned_as_it_was(lossy: bool, more: str) -> None:
    cut = Cut(WORDS.upper().lower() + more, lossy=lossy, items_before=9, items_after=1)
    engine = making(whole=cut, part=cut)
    short = engine.compress(WORDS)
    assert short.text is WORDS
    assert (short.lossy, short.handle, short.fault) == (False, None, None)
    assert short.profile == "json.lossless"
    assert short.tokens_after == short.tokens_before
    assert (short.items_before, short.items_after) == (9, 9)


@pytest.mark.parametrize(
    ("whole", "part", "lossy"),
    [
        (WORDS[:2000], WORDS[:3000], False),
        (WORDS[:3500], WORDS[:2500], True),
        (WORDS[:2900], WORDS[:2880], False),
        (WORDS + "more", WORDS[:3000], True),
        # a loss that saves more than half is not weighed again
        (WORDS[:200], WORDS[:1000], True),
    ],
    ids=["whole is shorter", "part is shorter", "marker tips it", "whole grew", "small enough"],
)
def test_a_loss_has_to_save_more_than_lossless(whole: str, part: str, lossy: bool) -> None:
    engine = making(whole=Cut(whole, lossy=False), part=Cut(part, lossy=True))
    short = engine.apply(engine.read(WORDS), profile("json", "json.rows_most"))
    assert short.lossy is lossy
    assert short.profile == "json.rows_most"
    assert short.text.startswith(part if lossy else whole)


def test_a_loss_that_saves_no_more_than_lossless_is_not_made(bare: Engine) -> None:
    tiny = json.dumps(records(4), indent=4)
    reading = bare.read(tiny)
    whole = bare.apply(reading, profile("json", "json.lossless"))
    most = bare.apply(reading, profile("json", "json.rows_most"))
    assert most.tokens_after <= whole.tokens_after
    assert most.profile == "json.rows_most"
    assert not most.lossy


# Applying ----------------------------------------------------------------------------------


@pytest.mark.parametrize("rung", [*LADDERS["json"], *LADDERS["log"]], ids=lambda rung: rung.name)
def test_apply_stores_nothing_and_says_the_same_every_time(bare: Engine, rung: Profile) -> None:
    content = ROWS if rung.kind == "json" else LOG
    reading = bare.read(content)
    one = bare.apply(reading, rung, query="customer 77")
    two = bare.apply(bare.read(content), rung, query="customer 77")
    assert (one.text, one.tokens_after, one.lossy) == (two.text, two.tokens_after, two.lossy)
    assert one.profile_id == rung.id
    assert one.tokens_after <= one.tokens_before
    assert one.lossy <= (not rung.safe)
    assert (one.handle is not None) == one.lossy
    with pytest.raises(HandleUnknown):
        bare.retrieve(reading.handle)


def test_a_ladder_gives_less_with_every_rung(bare: Engine) -> None:
    for content in (ROWS, LOG):
        reading = bare.read(content)
        sizes = [bare.apply(reading, rung).tokens_after for rung in LADDERS[reading.kind]]
        assert sizes == sorted(sizes, reverse=True)
        assert sizes[-1] < sizes[1] / 2


def test_apply_says_for_whom_when_it_is_told(bare: Engine) -> None:
    reading = bare.read(ROWS)
    decision = bare.decide(reading, **SLICE)
    short = bare.apply(reading, PASSTHROUGH["json"], decision=decision)
    assert (short.auth_mode, short.model_family) == ("payg", "claude-sonnet-4")
    assert short.text == ROWS
    assert bare.apply(reading, PASSTHROUGH["json"]).model_family == "other"


def test_what_is_asked_for_is_kept(bare: Engine) -> None:
    reading = bare.read(ROWS)
    rung = profile("json", "json.rows_minimal")
    needle = "customer 137"
    assert needle in bare.apply(reading, rung, query=needle).text


def test_fields_to_preserve_are_known_by_their_keys(home: Path) -> None:
    seen: list[bool] = []

    class Asking(Broken):
        def compress(self, content: Content, params: object, focus: Focus) -> Cut:
            seen.extend(focus.preserved(name) for name in ("total", "name"))
            return Cut("", lossy=False)

    engine = Engine(
        pepper=OWN,
        loaded=Loaded(BUILT_IN),
        handles=MemoryHandles(),
        kinds=dict.fromkeys(KINDS, Asking("")),
        recognise=lambda text: Content("json", text, text),
    )
    chosen = profile("json", "json.rows_few", {"preserve_fields": [OWN.key("total")]})
    engine.apply(engine.read(ROWS), chosen)
    assert seen[:2] == [True, False]


# Having it back ----------------------------------------------------------------------------


def kept(home: Path) -> tuple[Engine, str]:
    with make(home) as bare:
        content = with_rows(row(structure_of(bare, ROWS), "json.rows_few"))
    engine = make(home, content=content)
    handle = engine.compress(ROWS, **SLICE).handle
    assert handle is not None
    return engine, handle


def test_a_query_brings_back_the_passages_and_where_they_stood(home: Path) -> None:
    engine, handle = kept(home)
    with engine:
        answer = engine.retrieve(handle, "customer 137")
        assert "customer 137" in answer
        assert answer.startswith("[toin: passage 1 of ")
        assert len(answer) < len(ROWS)
        best = engine.passages(engine.read(ROWS), "customer 137")[0]
        assert best.position == 13
        assert engine.retrieve(handle, "no such thing zzqq") == ROWS
        assert engine.retrieve(handle) == engine.retrieve(handle, "") == ROWS


def test_a_handle_of_another_pepper_brings_nothing_back(home: Path) -> None:
    engine, handle = kept(home)
    engine.close()
    other = Engine(
        pepper=PUBLIC_PEPPER,
        loaded=Loaded(BUILT_IN),
        handles=SqliteHandles(home / "handles.sqlite"),
    )
    with other, pytest.raises(HandleUnknown, match="of another home"):
        other.retrieve(handle)


def test_an_unknown_handle_is_told(bare: Engine) -> None:
    with pytest.raises(HandleUnknown, match="no original is kept"):
        bare.retrieve("0" * 16)


# Everywhere --------------------------------------------------------------------------------


def test_nothing_that_leaves_holds_an_unkeyed_digest_or_a_name(home: Path) -> None:
    import hashlib

    with make(home) as bare:
        short = bare.compress(ROWS, tool="search_customers", unit="a conversation", **SLICE)
    told = repr({name: getattr(short, name) for name in short.__struct_fields__ if name != "text"})
    assert "search_customers" not in told
    assert "a conversation" not in told
    assert short.tool == OWN.key("search_customers")
    for value in (ROWS, "search_customers", "a conversation"):
        assert hashlib.sha256(value.encode()).hexdigest()[:16] not in told


JSON_ROWS = st.lists(st.dictionaries(st.text(max_size=4), st.integers() | st.text(max_size=9)))
LINES = st.lists(st.sampled_from(["ERROR x", "INFO y 1", "{", "\ud800", "\x00", "a,b", ""]))


@settings(max_examples=150, deadline=None)
@given(
    content=st.text(max_size=300) | JSON_ROWS.map(json.dumps) | LINES.map("\n".join),
    rung=st.integers(0, 5),
    query=st.text(max_size=20),
)
def test_no_input_raises_grows_or_is_lost(content: str, rung: int, query: str) -> None:
    engine = Engine(pepper=OWN, loaded=Loaded(BUILT_IN), handles=MemoryHandles())
    short = engine.compress(content, query=query)
    assert short.fault is None
    assert short.tokens_after <= short.tokens_before
    reading = engine.read(content)
    ladder = LADDERS[reading.kind]
    applied = engine.apply(reading, ladder[min(rung, len(ladder) - 1)], query=query)
    assert applied.fault is None
    assert applied.tokens_after <= applied.tokens_before
    if applied.lossy:
        assert applied.handle is not None
        assert applied.handle in applied.text


SCRIPT = """
import json, sys
from pathlib import Path
from compressors import Engine
from compressors.profiles import LADDERS
content, home = Path(sys.argv[1]).read_text(), sys.argv[2]
with Engine.start(home=home) as engine:
    reading = engine.read(content)
    print(reading.structure_hash, engine.fingerprint)
    for rung in LADDERS[reading.kind]:
        print(json.dumps(engine.apply(reading, rung, query="customer 17 late").text))
"""


@pytest.mark.slow
@pytest.mark.parametrize("content", [ROWS, LOG], ids=["json", "log"])
def test_the_same_bytes_come_out_in_every_process(home: Path, tmp_path: Path, content: str) -> None:
    path = tmp_path / "content"
    path.write_text(content)
    outputs = set()
    for seed in ("0", "1", "4242"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT, str(path), str(home)],
            env=environment, capture_output=True, check=True, timeout=60,
        )  # fmt: skip
        outputs.add(done.stdout)
    assert len(outputs) == 1


def test_the_public_face_is_small_and_all_there() -> None:
    for name in compressors.__all__:
        assert getattr(compressors, name) is not None
        assert name in dir(compressors)
    with pytest.raises(AttributeError, match="no attribute 'Enigne'"):
        compressors.Enigne  # type: ignore[attr-defined]  # noqa: B018


def test_what_lost_nothing_comes_back_from_the_text_alone(bare: Engine) -> None:
    for content in (ROWS, LOG, TEXT, f"Found:\n{ROWS}\n(end)\n"):
        short = bare.apply(bare.read(content), BUILT_IN_DEFAULT[bare.read(content).kind])
        assert compressors.restore(short.kind, short.text) == content


QUICK = """
import sys
from compressors import Engine
engine = Engine.start(home=sys.argv[1])
engine.compress('[{"a": 1}, {"a": 2}]')
heavy = {"dagster", "duckdb", "polars", "pyarrow", "ibis", "scipy", "streamlit", "numpy"}
heavy |= {"redis", "tree_sitter", "asyncio", "importlib.metadata"}
assert not heavy & set(sys.modules), heavy & set(sys.modules)
engine.close()
"""


def test_an_engine_starts_without_anything_heavy(tmp_path: Path) -> None:
    command = [sys.executable, "-W", "error", "-c", QUICK, str(tmp_path)]
    subprocess.run(command, capture_output=True, check=True, timeout=120)


def test_the_short_way_in_is_one_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from compressors._shared import _engine

    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TOIN_HOME", raising=False)
    _engine.cache_clear()
    spaced = json.dumps(records(50), indent=2)
    assert compressors.compress(spaced).tokens_after < estimate(spaced)
    assert _engine() is _engine()
    _engine().close()
    _engine.cache_clear()
