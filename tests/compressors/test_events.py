"""The event schema: what is exactly an event passes, anything else is refused by field."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from compressors.events import (
    LONGEST_ROW,
    UNKNOWN_FIELD,
    WHOLE_ROW,
    Event,
    Flaw,
    RowRefused,
    check,
    decode,
    encode,
    rfc3339,
)

COMMON: dict[str, object] = {
    "schema": 1,
    "event_id": "0" * 32,
    "origin": "recorded",
    "ts": "2026-11-20T23:59:59.123Z",
    "instance": "1" * 16,
    "pepper_id": "2" * 8,
    "engine": "3" * 16,
    "publication": None,
    "fingerprint": "4" * 16,
    "auth_mode": "payg",
    "model_family": "claude-sonnet-4",
    "conversation": "5" * 16,
}
PLACED: dict[str, object] = {
    "structure_hash": "6" * 24,
    "kind": "json",
    "profile": "json.rows_few",
    "profile_id": "7" * 16,
    "nth": 0,
    "arm": "recommended",
    "experiment": "8" * 16,
    "unit": "9" * 16,
    "share": 990,
}
COMPRESSION: dict[str, object] = {
    **COMMON,
    **PLACED,
    "event": "compression",
    "tool": "a" * 16,
    "tokens_before": 100,
    "tokens_after": 40,
    "items_before": 10,
    "items_after": 4,
    "lossy": True,
    "fault": None,
    "latency_us": 12,
}
RETRIEVAL: dict[str, object] = {
    **COMMON,
    **PLACED,
    "event": "retrieval",
    "of": "b" * 32,
    "mode": "query",
    "tokens_returned": 12,
    "fields": ["c" * 16],
    "positions": [0, 19],
}
REREAD: dict[str, object] = {
    **COMMON,
    **PLACED,
    "event": "reread",
    "of": "b" * 32,
    "tokens_returned": 12,
}
USAGE: dict[str, object] = {
    **COMMON,
    "event": "usage",
    "tokens_input": 1,
    "tokens_cache_read": 0,
    "tokens_cache_write": 0,
    "tokens_output": 2,
}
EVENTS = [COMPRESSION, RETRIEVAL, REREAD, USAGE]
NAMES = [str(event["event"]) for event in EVENTS]


def line(of: dict[str, object], /, **changes: object) -> bytes:
    return msgspec.json.encode({**of, **changes})


def without(of: dict[str, object], field: str) -> bytes:
    return msgspec.json.encode({name: value for name, value in of.items() if name != field})


def flaw(content: bytes) -> Flaw:
    with pytest.raises(RowRefused) as caught:
        decode(content)
    return caught.value.flaw


@pytest.mark.parametrize("of", EVENTS, ids=NAMES)
def test_an_event_passes_and_comes_back(of: dict[str, object]) -> None:
    event = decode(line(of))
    assert check(event) is None
    assert decode(encode(event)) == event
    assert b"\n" not in encode(event)


OPTIONAL = {
    "compression": {
        "tool", "nth", "experiment", "unit", "share", "items_before", "items_after", "fault",
    },
    "retrieval": {"nth", "experiment", "unit", "share", "fields", "positions"},
    "reread": {"nth", "experiment", "unit", "share"},
    "usage": set(),
}  # fmt: skip


@pytest.mark.parametrize("of", EVENTS, ids=NAMES)
def test_a_field_that_belongs_to_the_event_must_be_there(of: dict[str, object]) -> None:
    drawn = {"experiment", "unit", "share"}
    optional = OPTIONAL[str(of["event"])] | {"conversation"}
    for field in set(of) - optional:
        assert flaw(without(of, field)).field == field
    for field in optional - drawn:
        decode(without(of, field))
    decode(line(of, **dict.fromkeys(drawn & set(of))))


@pytest.mark.parametrize("of", EVENTS, ids=NAMES)
def test_a_field_of_another_event_is_refused(of: dict[str, object]) -> None:
    for other in EVENTS:
        for field in set(other) - set(of):
            if other[field] is not None:
                assert flaw(line(of, **{field: other[field]})).field == field


BAD: list[tuple[dict[str, object], str, object]] = [
    (COMPRESSION, "schema", 2),
    (COMPRESSION, "schema", "1"),
    (COMPRESSION, "event_id", "0" * 31),
    (COMPRESSION, "event_id", "G" * 32),
    (COMPRESSION, "event_id", "0" * 32 + "\n"),
    (COMPRESSION, "event", "guess"),
    (COMPRESSION, "origin", "elsewhere"),
    (COMPRESSION, "ts", "2026-11-20 23:59:59.123Z"),
    (COMPRESSION, "ts", "2026-11-20T23:59:59Z"),
    (COMPRESSION, "ts", "2026-11-20T23:59:59.123+01:00"),
    (COMPRESSION, "ts", "2026-02-30T23:59:59.123Z"),
    (COMPRESSION, "ts", "2026-11-20T24:59:59.123Z"),
    (COMPRESSION, "ts", "0026-11-20T23:59:59.123Z"),
    (COMPRESSION, "ts", 1),
    (COMPRESSION, "instance", "my proxy"),
    (COMPRESSION, "instance", "1" * 17),
    (COMPRESSION, "pepper_id", "2" * 9),
    (COMPRESSION, "engine", "sha256:" + "3" * 64),
    (COMPRESSION, "publication", ""),
    (COMPRESSION, "fingerprint", None),
    (COMPRESSION, "auth_mode", "free"),
    (COMPRESSION, "model_family", "claude-sonnet-4-20250514"),
    (COMPRESSION, "model_family", "john"),
    (COMPRESSION, "conversation", "hello, please fix my code"),
    (COMPRESSION, "structure_hash", "6" * 16),
    (COMPRESSION, "tool", "grep"),
    (COMPRESSION, "kind", "xml"),
    (COMPRESSION, "profile", "json.rows_5"),
    (COMPRESSION, "profile", "log.lines_few"),
    (COMPRESSION, "profile_id", "json"),
    (COMPRESSION, "nth", -1),
    (COMPRESSION, "nth", 2**31),
    (COMPRESSION, "arm", "b"),
    (COMPRESSION, "share", 1001),
    (COMPRESSION, "tokens_before", -1),
    (COMPRESSION, "tokens_before", 2**53 + 1),
    (COMPRESSION, "tokens_before", 1.5),
    (COMPRESSION, "tokens_before", True),
    (COMPRESSION, "tokens_after", 101),
    (COMPRESSION, "items_before", -3),
    (COMPRESSION, "lossy", 1),
    (COMPRESSION, "fault", "tired"),
    (COMPRESSION, "latency_us", -1),
    (RETRIEVAL, "of", "b" * 16),
    (RETRIEVAL, "mode", "some"),
    (RETRIEVAL, "tokens_returned", -1),
    (RETRIEVAL, "fields", ["name"]),
    (RETRIEVAL, "fields", ["c" * 16] * 17),
    (RETRIEVAL, "fields", "c" * 16),
    (RETRIEVAL, "positions", [20]),
    (RETRIEVAL, "positions", [-1]),
    (RETRIEVAL, "positions", ["here"]),
    (USAGE, "tokens_input", -1),
]


@pytest.mark.parametrize(("of", "field", "value"), BAD)
def test_a_wrong_value_is_refused_by_the_name_of_its_field(
    of: dict[str, object], field: str, value: object
) -> None:
    found = flaw(line(of, **{field: value}))
    assert found.field == field
    assert found.reason
    if isinstance(value, str) and len(value) > 3:
        assert value not in found.reason


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"nothing", line(COMPRESSION)[:-5], line(COMPRESSION) * 2, b"\xff\xfe",
     b"[" * 10_000, b'{"schema": 1, "ts": "\xff"}', b"[]", b"3", b"null"],
)  # fmt: skip
def test_what_is_no_json_object_is_refused_as_a_whole(content: bytes) -> None:
    assert flaw(content).field == WHOLE_ROW


def test_a_row_of_any_length_is_not_read() -> None:
    assert flaw(line(COMPRESSION) + b" " * LONGEST_ROW).field == WHOLE_ROW


def test_an_unknown_field_is_shown_to_a_person_but_not_stored() -> None:
    with pytest.raises(RowRefused, match="'prompt'") as caught:
        decode(line(COMPRESSION, prompt="SECRET"))
    assert caught.value.flaw == (UNKNOWN_FIELD, "is not in the schema")
    assert "SECRET" not in str(caught.value)


@pytest.mark.parametrize(
    "content",
    [
        line(COMPRESSION, SECRET=1),
        line(COMPRESSION, event="Object contains unknown field `SECRET`"),
        line(COMPRESSION, event="Object missing required field `SECRET`"),
        line(COMPRESSION, event="x - at `$.SECRET`"),
        line(COMPRESSION, arm="Expected `SECRET`, got `SECRET`"),
        line(COMPRESSION, model_family="SECRET"),
        line(COMPRESSION, ts="SECRET"),
    ],
)
def test_a_flaw_holds_nothing_of_the_row(content: bytes) -> None:
    assert "SECRET" not in "".join(flaw(content))


def test_arms_are_drawn_for_something() -> None:
    undrawn = {"experiment": None, "unit": None, "share": None}
    for arm in ("default", "recommended", "trial"):
        decode(line(COMPRESSION, arm=arm, **undrawn))
    for arm in ("canary", "control"):
        assert flaw(line(COMPRESSION, arm=arm, **undrawn)).field == "experiment"
    assert flaw(line(COMPRESSION, unit=None)).reason.startswith("expected experiment, unit")


def test_a_trial_is_recorded() -> None:
    assert flaw(line(COMPRESSION, arm="trial", origin="live")).field == "arm"


def test_history_of_others_may_have_grown() -> None:
    decode(line(COMPRESSION, origin="imported", tokens_after=1000))


def test_times_are_told_in_utc_to_the_millisecond() -> None:
    from datetime import datetime, timedelta, timezone

    zone = timezone(timedelta(hours=2))
    assert rfc3339(datetime(2026, 1, 1, 1, 0, 0, 999_999, zone)) == "2025-12-31T23:00:00.999Z"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=8,
)


@given(field=st.sampled_from(Event.__struct_fields__), value=JSON)
def test_no_value_does_anything_but_pass_or_be_refused(field: str, value: object) -> None:
    for of in EVENTS:
        try:
            event = decode(line(of, **{field: value}))
        except RowRefused:
            continue
        assert check(event) is None


@given(st.binary(max_size=100))
def test_no_bytes_are_an_event(content: bytes) -> None:
    flaw(content)
