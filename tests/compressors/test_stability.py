"""What makes a system prompt unstable: found by reading, and left as it is."""

import base64
import itertools
import json
import time
import uuid
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from message_engines import make

from compressors import Finding, unstable_parts


def token(payload: dict[str, object] | None = None, *, header: object = None) -> str:
    def part(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    return f"{part(header or {'alg': 'HS256'})}.{part(payload or {'sub': 'x'})}.c2lnbmF0dXJl"


ID = "6f1c1c1e-8a0f-4b52-9d3e-2f1f0a4a7b11"
JWT = token()

FOUND = [
    (f"Session {ID}.", "uuid", ID),
    (f"urn:uuid:{ID}", "uuid", ID),
    (f"(id={ID.upper()})", "uuid", ID.upper()),
    (f"session-{ID}", "uuid", f"session-{ID}"),
    (f"/tmp/run_{ID}.log", "uuid", ID),
    (f'{{"run":"{ID}","n":1}}', "uuid", ID),
    ("Now: 2026-11-21T11:45:48Z", "timestamp", "2026-11-21T11:45:48Z"),
    ("at 2026-11-21T11:45:48.123+01:00,", "timestamp", "2026-11-21T11:45:48.123+01:00"),
    ("Now: 2026-11-21 11:45:48 UTC", "timestamp", "2026-11-21 11:45:48"),
    ("It is 11:45:48 now", "timestamp", "11:45:48"),
    ("Sat Nov 21 11:45:48 UTC 2026", "timestamp", "Sat Nov 21 11:45:48 UTC 2026"),
    ("Sat, 21 Nov 2026 11:45:48 GMT", "timestamp", "Sat, 21 Nov 2026 11:45:48"),
    ("as of 1764067548", "timestamp", "1764067548"),
    ("ts=1764067548123;", "timestamp", "1764067548123"),
    ("Today is Saturday, November 21, 2026.", "date", "Saturday, November 21, 2026"),
    ("on 21st November 2026", "date", "21st November 2026"),
    ("**Date**: 2026-11-21", "date", "2026-11-21"),
    ("logs/2026-11-21/out", "date", "2026-11-21"),
    ("11/21/2026", "date", "11/21/2026"),
    ("am 21.11.2026 um", "date", "21.11.2026"),
    (f"Authorization: Bearer {JWT}", "jwt", JWT),
    (f"token={JWT}", "jwt", JWT),
    ("md5 " + "0c55" * 8, "hex_digest", "0c55" * 8),
    ("commit " + "0c55" * 10, "hex_digest", "0c55" * 10),
    ("sha256:" + "AB12" * 16 + ".", "hex_digest", "AB12" * 16),
    ("0x" + "0c55" * 16, "hex_digest", "0x" + "0c55" * 16),
    ("This is turn 17 of", "counter", "17"),
    ("Request #42", "counter", "#42"),
    ("message_count=12", "counter", "12"),
    ("Attempt: 3/5", "counter", "3/5"),
]

STABLE = [
    "You are a careful agent. Answer in at most 3 sentences, in English.",
    "Use Python 3.11, ruff 0.17.2 and port 8080 of 192.168.0.1 or ::1.",
    "claude-sonnet-4-20250514 and gpt-5-2025-08-07-mini",
    "Round 1: read. Round 2: write. Step 3. Turn 4) stop",
    "2026-13-45 31/31/2026 30 February 2026 25:61:61",
    "eyJhbGciOiJIUzI1NiJ9.no.token a.b.c 1.2.3 " + "x" * 40,
    "g" * 32 + " " + "a" * 40 + " " + "1" * 40,
    "not-a-uuid-1234-123456789012 6f1c1c1e-8a0f-4b52-9d3e-2f1f0a4a7bzz",
    "May I? March on. In 2026 we Sat down. 1234567890123456789012345",
    "Office hours 09:00 to 17:30; ratio 3:2; file.py:120:7",
    "call 5551234567 or 9999999999999",
    "\u0663\u0663\u0663\u0663-\u0661\u0661-\u0662\u0661 \u00b2\u2076 \ud800",
    "",
]


@pytest.mark.parametrize(("text", "what", "words"), FOUND)
def test_what_changes_is_found_where_it_stands(text: str, what: str, words: str) -> None:
    (found,) = unstable_parts(text)
    assert (found.what, found.part, text[found.start : found.end]) == (what, 0, words)


@pytest.mark.parametrize("text", STABLE)
def test_what_stays_is_not(text: str) -> None:
    assert unstable_parts(text) == []


def test_all_of_a_prompt_in_its_order() -> None:
    text = f"Run {ID} on 2026-11-21, turn 3, key {JWT}."
    assert [each.what for each in unstable_parts(text)] == ["uuid", "date", "counter", "jwt"]


@pytest.mark.parametrize(
    "system",
    [
        [{"type": "text", "text": "You help."}, {"type": "text", "text": f"Run {ID}"}],
        ["You help.", f"Run {ID}"],
        {"parts": [{"text": "You help."}, {"text": f"Run {ID}"}]},
        {"role": "system", "content": [{"text": "You help."}, {"text": f"Run {ID}"}]},
    ],
)
def test_a_prompt_in_parts(system: object) -> None:
    (found,) = unstable_parts(system)
    assert (found.what, found.part, found.start, found.end) == ("uuid", 1, 4, 40)


def test_a_token_that_runs_out() -> None:
    assert unstable_parts(token({"exp": 1}))[0].why == "a token that runs out"
    assert unstable_parts(f"{JWT}")[0].why == "a token"
    assert unstable_parts(token(header={"alg": 1})) == []
    assert unstable_parts(token(header=["alg"])) == []


def test_no_finding_holds_a_word_of_the_prompt() -> None:
    text = f"Secret {JWT} for run {ID}"
    for found in unstable_parts(text):
        assert not {word for word in found.why.split() if len(word) > 7} & set(text.split())
        assert ID not in repr(found)
        assert JWT not in repr(found)


def test_findings_are_bounded() -> None:
    many = " ".join(str(uuid.UUID(int=n)) for n in range(1, 500))
    assert len(unstable_parts(many)) == 100
    assert len(unstable_parts([many, many])) == 100


@given(st.uuids(), st.text(alphabet=' .,;:"(){}=_/\n', min_size=1, max_size=3))
def test_every_uuid_is_read(value: uuid.UUID, around: str) -> None:
    text = f"id{around}{value}{around}x"
    assert str(value) in [text[each.start : each.end] for each in unstable_parts(text)]


@given(st.dates(date(1970, 1, 1), date(2199, 12, 31)))
def test_every_date_is_read_however_it_is_written(day: date) -> None:
    month = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()[day.month - 1]  # noqa: SIM905
    for text in (
        day.isoformat(),
        f"{day.day} {month} {day.year}",
        f"{month} {day.day}, {day.year}",
        f"{day.month}/{day.day}/{day.year}",
    ):
        assert [(each.what, each.start, each.end) for each in unstable_parts(text)] == [
            ("date", 0, len(text))
        ]


@given(st.datetimes(datetime(2002, 1, 1), datetime(2099, 1, 1)), st.sampled_from("sm"))
def test_every_time_is_read(moment: datetime, unit: str) -> None:
    seconds = int(moment.replace(tzinfo=UTC).timestamp())
    for text in (moment.isoformat(), str(seconds * (1000 if unit == "m" else 1))):
        assert [each.what for each in unstable_parts(text)] == ["timestamp"]


@given(
    st.text()
    | st.recursive(
        st.none() | st.integers() | st.text() | st.binary(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["text", "parts", "content"]), inner)
        ),
        max_leaves=6,
    )
)
def test_nothing_raises(system: object) -> None:
    for found in unstable_parts(system):
        assert isinstance(found, Finding)
        assert 0 <= found.start < found.end


@given(
    st.lists(st.sampled_from([ID, JWT, "Nov", "21", "2026", "turn", "11:45:48", "=", " ", "\n"]))
)
def test_findings_do_not_overlap(words: list[str]) -> None:
    found = unstable_parts("".join(words))
    assert all(one.end <= two.start for one, two in itertools.pairwise(found))


@pytest.mark.slow
@pytest.mark.parametrize("unit", ["1", "a1/", "1.", "Nov 1 ", "=", "-1:", "eyJ.", "x1 "])
def test_long_prompts_take_their_time_once(unit: str) -> None:
    def took(size: int) -> float:
        text = unit * (size // len(unit))
        started = time.process_time()
        unstable_parts(text)
        return time.process_time() - started

    assert took(480_000) < 30 * max(took(60_000), 0.005)
    assert took(5_000_000) < 5


def test_a_turn_says_what_keeps_its_prompt_from_the_cache(tmp_path: object) -> None:
    chat = [
        {"role": "system", "content": f"You help. Run {ID}."},
        {"role": "user", "content": "2026-11-21"},
    ]
    with make(tmp_path) as engine:  # type: ignore[arg-type]
        turn = engine.compress_messages(chat)
        assert [(each.what, each.part) for each in turn.findings] == [("uuid", 0)]
        assert turn.messages is chat
        request = {"system": [{"type": "text", "text": "now 1764067548"}], "messages": chat[1:]}
        turn2 = engine.compress_messages(request, provider="anthropic")
        assert [each.what for each in turn2.findings] == ["timestamp"]
