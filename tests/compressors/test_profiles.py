"""Profiles: a closed set, typed, digested; overrides may only keep more."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compressors.errors import ProfileRefused
from compressors.events import KIND_NAMES
from compressors.profiles import (
    BUILT_IN_DEFAULT,
    BY_NAME,
    CANDIDATES,
    LADDERS,
    MOST_FIELDS,
    PASSTHROUGH,
    profile,
    rung_of,
)

NAMES = ["a" * 16, "b" * 16, "0123456789abcdef"]
SHARES = {
    "json": "row_share",
    "table": "row_share",
    "log": "line_share",
    "search": "match_share",
    "code": "body_share",
    "text": "sentence_share",
}


def test_every_kind_has_a_ladder_and_no_other() -> None:
    assert list(LADDERS) == list(KIND_NAMES)


RUNGS = {
    "json": "rows_most rows_half rows_few rows_minimal",
    "table": "rows_most rows_half rows_few rows_minimal",
    "log": "lines_most lines_half lines_few lines_minimal",
    "search": "matches_most matches_half matches_few matches_minimal",
    "diff": "context_most context_few changes_all changes_half changes_few changes_minimal",
    "code": "bodies_most bodies_half bodies_few bodies_minimal",
    "html": "readable main blocks_half blocks_few blocks_minimal",
    "config": "comments_folded values_short blocks_half blocks_few blocks_minimal",
    "text": "sentences_most sentences_half sentences_few sentences_minimal",
}


@pytest.mark.parametrize("kind", KIND_NAMES)
def test_the_ladders_are_these(kind: str) -> None:
    names = ["passthrough", "lossless", *RUNGS[kind].split()]
    assert [rung.name for rung in LADDERS[kind]] == [f"{kind}.{name}" for name in names]


@pytest.mark.parametrize("kind", KIND_NAMES)
def test_every_kind_has_a_candidate_default_that_leaves_something_out(kind: str) -> None:
    assert BY_NAME[CANDIDATES[kind]].kind == kind
    assert not BY_NAME[CANDIDATES[kind]].safe


@pytest.mark.parametrize("kind", KIND_NAMES)
def test_a_ladder_begins_safe_and_keeps_less_with_every_rung(kind: str) -> None:
    ladder = LADDERS[kind]
    assert ladder[0] == PASSTHROUGH[kind]
    assert ladder[0].params.passthrough
    assert ladder[1] == BUILT_IN_DEFAULT[kind]
    assert ladder[1].params.lossless
    assert [rung.safe for rung in ladder] == [True, True, *[False] * (len(ladder) - 2)]
    shares = [getattr(rung.params, SHARES[kind]) for rung in ladder[2:] if kind in SHARES]
    assert shares == sorted(set(shares), reverse=True)
    assert all(0 < share < 1 for share in shares)
    assert [rung_of(rung.name) for rung in ladder] == list(range(len(ladder)))


def test_names_carry_no_sizes() -> None:
    assert not any(character.isdigit() for name in BY_NAME for character in name)


def test_ids_tell_profiles_apart_and_stay_what_they_are() -> None:
    ids = [rung.id for ladder in LADDERS.values() for rung in ladder]
    assert len(set(ids)) == len(ids)
    assert all(len(each) == 16 and int(each, 16) >= 0 for each in ids)
    # Evidence is kept under these; another digest orphans it.
    canonical = (
        b'{"kind":"json","params":'
        b'{"lossless":false,"passthrough":false,"preserve_fields":[],"row_share":0.2,"text_share":0.3}}'
    )
    assert profile("json", "json.rows_few").id == hashlib.sha256(canonical).hexdigest()[:16]


def test_the_id_is_of_the_parameters_and_not_of_how_they_were_written() -> None:
    few = profile("json", "json.rows_few")
    assert profile("json", "json.rows_few", {}).id == few.id
    assert profile("json", "json.rows_few", {"row_share": 0.2}).id == few.id
    assert profile("json", "json.rows_few", {"row_share": 0.5}).id != few.id
    whole = profile("json", "json.rows_few", {"row_share": 1})
    assert whole.id == profile("json", "json.rows_few", {"row_share": 1.0}).id
    one = profile("json", "json.rows_few", {"preserve_fields": NAMES})
    other = profile("json", "json.rows_few", {"preserve_fields": [*reversed(NAMES), NAMES[0]]})
    assert one == other
    assert one.id == other.id != few.id


def test_a_publication_states_what_a_profile_keeps() -> None:
    few = profile("json", "json.rows_few", {"preserve_fields": NAMES})
    assert few.overrides == {
        "row_share": 0.2,
        "text_share": 0.3,
        "preserve_fields": sorted(NAMES),
    }
    assert profile("json", "json.rows_few", few.overrides) == few
    assert profile("json", "json.lossless").overrides == {}
    assert profile("html", "html.passthrough").overrides == {}


REFUSED: list[tuple[str, str, dict[str, object], str]] = [
    ("json", "json.best", {}, "profile"),
    ("json", "", {}, "profile"),
    ("json", "nothing", {}, "profile"),
    ("json", "log.lossless", {}, "profile"),
    ("json", "json.rows_half", {"row_share": 0.49}, "row_share"),
    ("json", "json.rows_half", {"row_share": 1.01}, "row_share"),
    ("json", "json.rows_half", {"row_share": -1}, "row_share"),
    ("json", "json.rows_half", {"row_share": float("nan")}, "row_share"),
    ("json", "json.rows_half", {"row_share": float("inf")}, "row_share"),
    ("json", "json.rows_half", {"row_share": "0.6"}, "row_share"),
    ("json", "json.rows_half", {"row_share": True}, "row_share"),
    ("json", "json.rows_half", {"row_share": None}, "row_share"),
    ("json", "json.rows_half", {"line_share": 0.6}, "line_share"),
    ("json", "json.rows_half", {"lossless": True}, "lossless"),
    ("json", "json.rows_half", {"passthrough": False}, "passthrough"),
    ("json", "json.lossless", {"row_share": 0.5}, "row_share"),
    ("json", "json.lossless", {"preserve_fields": NAMES}, "preserve_fields"),
    ("json", "json.rows_half", {"preserve_fields": "a" * 16}, "preserve_fields"),
    ("json", "json.rows_half", {"preserve_fields": ["email"]}, "preserve_fields"),
    ("json", "json.rows_half", {"preserve_fields": [3]}, "preserve_fields"),
    (
        "json",
        "json.rows_half",
        {"preserve_fields": [f"{n:016x}" for n in range(MOST_FIELDS + 1)]},
        "preserve_fields",
    ),
    ("log", "log.lines_few", {"preserve_fields": NAMES}, "preserve_fields"),
    ("html", "html.lossless", {"row_share": 1.0}, "row_share"),
]


@pytest.mark.parametrize(("kind", "name", "overrides", "field"), REFUSED)
def test_what_keeps_less_or_does_not_exist_is_refused(
    kind: str, name: str, overrides: dict[str, object], field: str
) -> None:
    with pytest.raises(ProfileRefused) as caught:
        profile(kind, name, overrides)
    assert caught.value.field == field
    assert caught.value.reason


@given(
    name=st.sampled_from([rung.name for kind in SHARES for rung in LADDERS[kind][2:]]),
    share=st.floats(allow_nan=True, allow_infinity=True),
)
def test_no_override_ever_keeps_less(name: str, share: float) -> None:
    base = BY_NAME[name]
    field = SHARES[base.kind]
    try:
        made = profile(base.kind, name, {field: share})
    except ProfileRefused:
        assert not getattr(base.params, field) <= share <= 1
    else:
        assert getattr(base.params, field) <= getattr(made.params, field) <= 1


def test_nothing_in_a_profile_or_ladder_can_be_changed() -> None:
    few = profile("json", "json.rows_few")
    with pytest.raises(AttributeError):
        few.name = "x"  # type: ignore[misc]
    with pytest.raises(AttributeError):
        few.params.lossless = True  # type: ignore[misc]
    with pytest.raises(TypeError):
        LADDERS["json"] = ()  # type: ignore[index]


def test_a_rung_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ProfileRefused, match="no profile"):
        rung_of("json.sixth")
