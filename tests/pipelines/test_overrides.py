"""What a person decides over the evidence: rollback, pins, keys; and the history that shows it."""

from __future__ import annotations

import json
import stat
import tomllib
from datetime import date, timedelta
from pathlib import Path

import pytest
from choice_world import (
    BASE,
    ENGINE,
    SETTINGS,
    SLICE,
    certificates,
    chosen,
    ladder,
)
from msgspec.structs import replace

from compressors.book import parse_book, publication_id
from compressors.errors import ConfigurationError, InputRefused
from compressors.files import write_atomically
from compressors.home import Home
from compressors.pepper import Pepper, save_pepper
from compressors.signature import load_public_keys, signatures_of, signer
from pipelines import publication
from pipelines.cli import run
from pipelines.comparison import as_text, difference
from pipelines.history import acts, find, stored
from pipelines.keys import new_keys, private_file, public_file, sign
from pipelines.overrides import (
    Hold,
    hold_file,
    load_hold,
    load_pins,
    pins_file,
    save_hold,
    save_pins,
    settings_of,
)
from pipelines.publication import compose, incumbents, publish_choice, release, roll_back
from pipelines.settings import Pin
from pipelines.warehouse import Warehouse

PEPPER = Pepper(b"a secret of this test" + bytes(11))
SHARES = {"json.lossless": 0.2, "json.rows_half": 0.5, "json.rows_few": 0.75}
OF = "/".join(SLICE)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home").ensure()
    save_pepper(home.pepper, PEPPER)
    return home


def composed(choice, settings=SETTINGS):
    return compose(
        choice,
        certificates(),
        engines=[ENGINE],
        datasets={"gsm8k": "12" * 32, "bfcl": "34" * 32},
        pepper_id=PEPPER.id,
        demonstration=False,
        settings=settings,
    )


def month(con, home, number, *, shares=SHARES):
    """A run on the traffic of one month; returns what became of it."""
    con.execute("delete from rollup")
    ladder(con, saves=shares, start=BASE + timedelta(days=30 * number))
    choice = chosen(con)
    content = composed(choice)
    return publish_choice(con, home, choice, content, certificates=certificates()), content


@pytest.fixture
def con(home):
    with Warehouse(home.warehouse).connect() as connection:
        yield connection


def states(con):
    return [one.state for one in stored(con)]


def incumbent(con, days):
    book = incumbents(con, watermark=BASE + timedelta(days=days), pepper_id=PEPPER.id, engine="")
    return book and book.publication.id


# Rollback.


def test_a_rollback_is_not_undone_by_the_next_run_and_the_run_says_so(con, home):
    (first, a), (second, b) = month(con, home, 0), month(con, home, 1)
    assert home.recommendations.read_bytes() == b
    assert incumbent(con, 90) == second.id
    back = roll_back(con, home, first.id[7:15], why="too short for billing")
    assert back.id == first.id
    assert home.recommendations.read_bytes() == a
    assert states(con) == ["rolled_back", "withdrawn"]

    third, c = month(con, home, 2)
    assert (third.changed, third.id) == (False, first.id)
    assert "held: a person went back to" in third.why
    assert "too short for billing" in third.why
    assert publication_id(c)[7:23] in third.why
    assert home.recommendations.read_bytes() == a
    assert states(con) == ["rolled_back", "withdrawn", "held"]
    # What acted since is what decisions start from: neither what was undone nor what never acted.
    assert incumbent(con, 90) == first.id
    # The same evidence once more: nothing new is noted.
    before = acts(con)
    assert month(con, home, 2)[0] == third
    assert acts(con) == before

    assert release(home).publication == first.id
    assert release(home) is None
    fourth, _ = month(con, home, 2)
    assert fourth.changed
    assert home.recommendations.read_bytes() == c
    assert states(con) == ["rolled_back", "withdrawn", "published"]


def test_a_hold_ends_by_the_evidence_s_day_and_the_run_says_so(con, home):
    (first, _), _ = month(con, home, 0), month(con, home, 1)
    last = (BASE + timedelta(days=66)).date()
    roll_back(con, home, first.id, until=last)
    held, _ = month(con, home, 2)
    assert stored(con)[-1].watermark.date() == last
    assert not held.changed
    assert f"it stays until {last}" in held.why
    later, c = month(con, home, 3)
    assert later.changed
    assert f"ended with {last}" in later.why
    assert home.recommendations.read_bytes() == c


@pytest.mark.parametrize("name", ["0000000000", "sha256:", "abc", "", "no id", "../../etc"])
def test_a_rollback_to_nothing_changes_nothing(con, home, name):
    _, b = month(con, home, 0)
    with pytest.raises(InputRefused, match="`toin publications` lists all"):
        roll_back(con, home, name)
    assert home.recommendations.read_bytes() == b
    assert load_hold(home) is None


def test_a_publication_of_another_pepper_is_not_brought_back(con, home):
    (first, _), (_, b) = month(con, home, 0), month(con, home, 1)
    save = home.pepper.with_name("before")
    home.pepper.rename(save)
    save_pepper(home.pepper, Pepper(bytes(32)))
    with pytest.raises(Exception, match="pepper"):
        roll_back(con, home, first.id)
    assert home.recommendations.read_bytes() == b
    assert load_hold(home) is None


@pytest.mark.parametrize("killed_in", ["history.note", "write_atomically"])
def test_a_rollback_that_is_killed_is_done_by_the_next_run(con, home, monkeypatch, killed_in):
    (first, a), _ = month(con, home, 0), month(con, home, 1)

    class Killed(BaseException):
        pass

    def kill(*_, **__):
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(f"pipelines.publication.{killed_in}", kill)
        with pytest.raises(Killed):
            roll_back(con, home, first.id)
    assert month(con, home, 2)[0].id == first.id
    assert home.recommendations.read_bytes() == a
    assert states(con) == ["rolled_back", "withdrawn", "held"]


def test_back_and_forth_again(con, home):
    (first, _), (second, b) = month(con, home, 0), month(con, home, 1)
    roll_back(con, home, first.id)
    roll_back(con, home, second.id)
    assert home.recommendations.read_bytes() == b
    assert states(con) == ["rolled_back", "rolled_back"]
    assert incumbent(con, 90) == second.id
    assert [act.act for act in acts(con)] == [
        "published", "published", "withdrawn", "rolled_back", "rolled_back",
    ]  # fmt: skip


def test_a_hold_on_what_is_not_there_is_told(con, home):
    _, a = month(con, home, 0)
    save_hold(home, Hold(publication="sha256:" + "0" * 64))
    with pytest.raises(InputRefused, match="toin rollback --end"):
        month(con, home, 1)
    assert home.recommendations.read_bytes() == a


# Pins.


def pin(profile="json.lossless", **more):
    return Pin(**{**SLICE._asdict(), "profile": profile, "why": "audit", **more})


def pinned(con, *pins):
    [only] = chosen(con, settings=replace(SETTINGS, pins=pins)).decisions
    return only


def test_a_pin_acts_until_its_day_by_the_evidence_s_watermark(con, home):
    ladder(con, saves=SHARES)
    free = pinned(con)
    newest = chosen(con).watermark.date()
    for until in (None, newest, newest + timedelta(days=1)):
        decided = pinned(con, pin(until=until))
        assert (decided.profile.name, decided.reason) == ("json.lossless", "pinned")
        assert "audit" in decided.because
        assert str(until) in decided.because or until is None
    over = pinned(con, pin(until=newest - timedelta(days=1)))
    assert (over.profile, over.reason) == (free.profile, free.reason)
    assert f"the pin to json.lossless ended with {newest - timedelta(days=1)}" in over.because


def test_a_pin_that_is_over_stops_nothing_even_where_it_could_not_act(con):
    ladder(con, saves=SHARES)
    impossible = pin("json.rows_minimal", until=date(2020, 1, 1))
    assert pinned(con, impossible).reason != "pinned"
    with pytest.raises(ConfigurationError, match=rf"toin pin {OF} --end"):
        pinned(con, replace(impossible, until=None))


def test_a_pin_without_evidence_enough_is_shown_and_makes_no_row(con):
    ladder(con, saves=SHARES, n=10)
    waits = pinned(con, pin())
    assert not waits.published
    assert waits.because.endswith("the pin to json.lossless waits for a row")


def test_pins_stand_in_a_file_of_their_own(home):
    assert settings_of(home) == SETTINGS
    mine = pin(until=date(2026, 12, 31), why='say "no"\n= 1')
    save_pins(home, [mine])
    assert load_pins(home) == (mine,)
    assert stat.S_IMODE(pins_file(home).stat().st_mode) == 0o600
    other = pin("json.rows_few")
    text = "".join(f'{key} = "{value}"\n' for key, value in
                   {**SLICE._asdict(), "profile": other.profile}.items())  # fmt: skip
    (home.root / "settings.toml").write_text(f"alpha = 0.1\n[[pins]]\n{text}")
    settings = settings_of(home)
    assert (settings.pins, settings.alpha) == ((mine,), 0.1)


@pytest.mark.parametrize(
    "text", ["pin = 1", "[[pin]]\nprofile = 'x'", "[pin", "unknown = 1", "\xff"]
)
def test_pins_that_cannot_be_read_stop_the_run(home, text):
    pins_file(home).write_text(text, encoding="latin-1")
    with pytest.raises(ConfigurationError, match=r"pins\.toml"):
        settings_of(home)


def test_two_pins_of_one_slice_are_told(home):
    save_pins(home, [pin(), pin("json.rows_few")])
    with pytest.raises(ConfigurationError, match="two pins"):
        load_pins(home)


def test_a_hold_that_cannot_be_read_stops_the_run(con, home):
    hold_file(home).write_text("publication = 3")
    with pytest.raises(ConfigurationError, match=r"hold\.toml"):
        month(con, home, 0)
    assert not home.recommendations.exists()


# Keys.


def test_keys_are_made_once_and_the_private_one_is_its_owner_s(home):
    key = new_keys(home)
    assert stat.S_IMODE(private_file(home).stat().st_mode) == 0o600
    assert stat.S_IMODE(private_file(home).parent.stat().st_mode) == 0o700
    assert [one.id for one in load_public_keys(public_file(home))] == [key]
    with pytest.raises(ConfigurationError, match="already holds a key"):
        new_keys(home)


def test_a_private_key_that_others_can_read_signs_nothing(home):
    new_keys(home)
    private_file(home).chmod(0o640)
    with pytest.raises(ConfigurationError, match="chmod 600"):
        sign(home, b"x")


def test_a_damaged_private_key_is_told(home):
    new_keys(home)
    write_atomically(private_file(home), b"-----BEGIN", mode=0o600)
    with pytest.raises(ConfigurationError, match="no private Ed25519 key"):
        sign(home, b"x")


def test_what_is_published_is_signed_and_a_rollback_too(con, home):
    new_keys(home)
    keys = load_public_keys(public_file(home))
    (first, a), (_, b) = month(con, home, 0), month(con, home, 1)
    assert signer(home.recommendations, b, keys) == keys[0].id
    roll_back(con, home, first.id)
    assert signer(home.recommendations, a, keys) == keys[0].id


def test_between_signature_and_file_the_earlier_pair_still_fits(con, home, monkeypatch):
    new_keys(home)
    keys = load_public_keys(public_file(home))
    _, a = month(con, home, 0)

    def full(path, content, **more):
        if path == home.recommendations:
            raise OSError(28, "No space left on device")
        write_atomically(path, content, **more)

    monkeypatch.setattr(publication, "write_atomically", full)
    with pytest.raises(ConfigurationError, match="No space left"):
        month(con, home, 1)
    assert home.recommendations.read_bytes() == a
    assert signer(home.recommendations, a, keys) == keys[0].id
    assert len(signatures_of(home.recommendations).read_text().splitlines()) == 2


# History and difference.


def test_a_difference_names_slices_parameters_and_evidence(con, home):
    (_, a), (_, b) = (
        month(con, home, 0),
        month(con, home, 1, shares={"json.lossless": 0.2, "json.rows_half": 0.6}),
    )
    one, other = (parse_book(c, source="x", pepper_id=PEPPER.id, engine="") for c in (a, b))
    found = difference(one, other, because_b=lambda _: "for a reason")
    [change] = found.slices
    assert (change.slice, change.change) == (OF, "changed")
    assert (change.before.profile, change.after.profile) == ("json.rows_few", "json.rows_half")
    assert "watermark" in found.head
    text = "\n".join(as_text(found))
    for part in ("was json.rows_few", "is json.rows_half", "net savings", "for a reason"):
        assert part in text
    assert difference(one, one).nothing
    assert "nothing differs" in "\n".join(as_text(difference(one, one)))


def test_added_removed_and_other_evidence(con, home):
    ladder(con, saves=SHARES)
    some = parse_book(composed(chosen(con)), source="x", pepper_id=PEPPER.id, engine="")
    con.execute("delete from rollup")
    none = parse_book(composed(chosen(con)), source="x", pepper_id=PEPPER.id, engine="")
    assert [c.change for c in difference(none, some).slices] == ["added"]
    assert [c.change for c in difference(some, none).slices] == ["removed"]
    ladder(con, saves=SHARES, n=130)
    more = parse_book(composed(chosen(con)), source="x", pepper_id=PEPPER.id, engine="")
    found = difference(some, more)
    assert [c.change for c in found.slices] == ["evidence"]
    assert "1 slices do the same on other evidence" in "\n".join(as_text(found))
    assert OF in "\n".join(as_text(found, every=True))


def test_an_id_is_found_by_its_beginning_unless_others_begin_so(con, home):
    month(con, home, 0)
    [one] = stored(con)
    assert find([one], one.short.upper()) == one
    with pytest.raises(InputRefused, match="several begin so"):
        find([one, one._replace(id=one.id[:-1] + "z")], one.short)


def told(capsys, *arguments):
    code = run([*arguments])
    out, err = capsys.readouterr()
    return code, out, err


def test_the_commands_from_end_to_end(home, capsys):
    at = ("--home", str(home.root))
    assert told(capsys, "publications", *at)[0] == 1
    with Warehouse(home.warehouse).connect() as con:
        (first, a), (second, _) = month(con, home, 0), month(con, home, 1)
    a_id = first.id[7:23]

    code, out, _ = told(capsys, "publications", *at, "--json")
    listed = json.loads(out)
    assert code == 0
    assert [one["in_place"] for one in listed["publications"]] == [False, True]
    code, out, _ = told(capsys, "publications", a_id, *at)
    assert OF in out
    assert "certified: json.rows_few saves" in out

    code, out, _ = told(capsys, "diff", a_id, "current", *at, "--json")
    assert json.loads(out)["b"] == second.id
    assert told(capsys, "diff", a_id, "ffffffff", *at)[0] == 1

    code, out, _ = told(capsys, "rollback", a_id, "--why", "billing", *at)
    assert (code, out.strip()) == (0, first.id)
    assert home.recommendations.read_bytes() == a
    _, out, _ = told(capsys, "publications", *at)
    assert f"* {a_id}  rolled_back" in out
    assert f"held: {a_id} (billing)" in out
    assert told(capsys, "rollback", "ffffffff", *at)[0] == 1
    assert told(capsys, "rollback", *at)[0] == 2
    assert told(capsys, "rollback", a_id, "--end", *at)[0] == 2
    assert told(capsys, "rollback", "--end", *at)[0] == 0
    assert load_hold(home) is None

    good = ("pin", OF, "json.lossless", "--why", "audit", "--until", "2099-01-31")
    assert told(capsys, *good, *at)[0] == 0
    assert tomllib.loads(pins_file(home).read_text())["pin"][0]["until"] == date(2099, 1, 31)
    assert f"pinned: {OF} to json.lossless until 2099-01-31 (audit)" in told(capsys, "pin", *at)[1]
    for change, says in (
        ({1: "payg/gpt-5/xyz"}, "no slice"),
        ({1: f"payg/gpt-5/{'ab' * 12}"}, "no event is of the slice"),
        ({2: "json.rows_5"}, "no profile"),
        ({2: "log.lossless"}, "a profile for log"),
        ({2: "json.rows_few"}, "safe set"),
        ({6: "2020-01-01"}, "past already"),
    ):
        wrong = [change.get(n, word) for n, word in enumerate(good)]
        code, _, err = told(capsys, *wrong, *at)
        assert code == 1
        assert says in err
    for missing in (good[:2], good[:3], good[:5]):
        assert told(capsys, *missing, *at)[0] == 2
    assert told(capsys, "pin", OF, "--end", *at)[0] == 0
    assert told(capsys, "pin", OF, "--end", *at)[0] == 1
    assert load_pins(home) == ()

    assert told(capsys, "keys", "show", *at)[0] == 1
    code, key, _ = told(capsys, "keys", "new", *at)
    assert code == 0
    code, out, err = told(capsys, "keys", "show", *at)
    assert out.startswith("-----BEGIN PUBLIC KEY-----")
    assert key.strip() in err


def test_a_publication_is_found_signed_or_not(home, con, capsys):
    _, a = month(con, home, 0)
    file, at = str(home.recommendations), ("--home", str(home.root))
    new_keys(home)
    key = ("--public-key", str(public_file(home)))
    code, _, err = told(capsys, "verify", file, *key, *at)
    assert (code, "is not signed" in err) == (1, True)
    publication._put(home, a)
    code, out, _ = told(capsys, "verify", file, *key, *at)
    assert code == 0
    assert "signed by key" in out
