"""Long strings and arrays inside rows: what stays of them, and what the text says is gone."""

from __future__ import annotations

import json
import math
import random
import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from json_texts import RUNGS, content, cut

from compressors.kinds import json as kind
from compressors.kinds._json_keep import spread
from compressors.kinds._json_strings import LONG, in_pieces, shortened
from compressors.kinds._json_words import odd_words
from compressors.kinds.base import Focus

WORDS = [
    "the",
    "batch",
    "was",
    "read",
    "from",
    "queue",
    "and",
    "written",
    "to",
    "store",
    "by",
    "worker",
    "then",
    "closed",
]
WORST = RUNGS[-1]


def prose(seed: int, size: int = 90) -> str:
    dice = random.Random(seed)
    return " ".join(dice.choice(WORDS) + (". " if dice.random() < 0.1 else "") for _ in range(size))


def rows_of_prose(count: int = 60) -> list[dict[str, Any]]:
    return [{"id": at, "state": "ok", "text": prose(at)} for at in range(count)]


def within(text: str, needle: str, seed: int) -> str:
    place = random.Random(seed).randint(150, len(text) - 150)
    return f"{text[:place]} {needle} {text[place:]}"


NEEDLES = {
    "error": "connection refused",
    "number": "exit code 1370042",
    "id": "NEEDLE-7f3a",
    "rare word": "zebra",
    "other language": "夜間",
    "capital letters": "SIGKILL",
}


@pytest.mark.parametrize("params", RUNGS)
@pytest.mark.parametrize("needle", NEEDLES.values(), ids=NEEDLES)
@pytest.mark.parametrize("around", ["rows", "lines", "map", "object", "rows in rows"])
def test_a_needle_inside_a_long_string_stays_in_every_profile(
    needle: str, params: kind.Params, around: str
) -> None:
    for seed in range(2):
        rows = rows_of_prose()
        at = random.Random(seed).randint(3, 56)
        rows[at]["text"] = within(rows[at]["text"], needle, seed)
        text = {
            "rows": json.dumps(rows),
            "lines": "\n".join(map(json.dumps, rows)),
            "map": json.dumps({f"k{row['id']}": row for row in rows}),
            "object": json.dumps({"log": " ".join(row["text"] for row in rows), "ok": True}),
            "rows in rows": json.dumps([{"n": n, "inner": rows[n::12]} for n in range(12)]),
        }[around]
        result = cut(text, params)
        assert result.lossy
        assert needle in result.text


@pytest.mark.parametrize("params", RUNGS)
def test_what_the_query_asks_stays_in_a_long_string_of_an_object(params: kind.Params) -> None:
    text = " ".join(f"Item {at} has {at * 7} parts and costs {at * 11} coins." for at in range(80))
    written = cut(json.dumps({"page": text}), params, "what does item 61 cost?").text
    assert "Item 61 has 427 parts and costs 671 coins." in written


def test_rows_that_answer_stay_whole() -> None:
    rows = rows_of_prose()
    written = cut(json.dumps(rows), WORST, "show id 37 and its text").text
    assert rows[37]["text"] in written
    assert rows[36]["text"] not in written


@pytest.mark.parametrize("params", RUNGS)
def test_a_note_says_how_many_characters_are_not_shown(params: kind.Params) -> None:
    rows = rows_of_prose(20)
    result = cut(json.dumps(rows), params)
    assert result.lossy
    shown = json.loads(kind.left_in(result.text))
    for row in shown:
        original = rows[row["id"]]["text"]
        gaps = [int(size) for size in re.findall(r"\[… (\d+) characters\] ", row["text"])]
        rest = re.sub(r"\[… \d+ characters\] ", "", row["text"])
        assert len(rest) + sum(gaps) == len(original)
        for part in re.split(r"\[… \d+ characters\] ", row["text"]):
            assert part in original
        assert row["text"].startswith(original[:40])
        assert row["text"].endswith(original[-3:])


@settings(max_examples=40, deadline=None)
@given(
    text=st.one_of(
        st.text(max_size=900),
        st.lists(st.sampled_from([*WORDS, "error", "\n", "12.", "x" * 90]), max_size=160).map(
            " ".join
        ),
    ),
    shares=st.tuples(st.floats(0.01, 1), st.floats(0.01, 1)),
    query=st.sampled_from(["", "worker queue", "error 12"]),
)
def test_pieces_make_the_text_and_a_larger_share_keeps_more(
    text: str, shares: tuple[float, float], query: str
) -> None:
    small, large = sorted(shares)
    (pieces,) = in_pieces([text])
    assert "".join(pieces.texts) == text
    order = spread(len(pieces.texts))
    few = shortened(pieces, small, query, order)
    more = shortened(pieces, large, query, order)
    gone = [sum(map(int, re.findall(r"\[… (\d+) characters\] ", one))) for one in (few, more)]
    if "[…" not in text:
        assert gone[0] >= gone[1]
        assert len(text) - gone[1] >= math.floor(large * len(text))
    if len(text) <= LONG:
        assert few == more == text
    for at in pieces.must:
        assert pieces.texts[at].strip() in few


def test_an_address_is_never_cut() -> None:
    url = "https://a.example/" + "path/segment/" * 30
    written = cut(json.dumps({"text": prose(1, 300), "url": url}), WORST).text
    assert url in written


def test_words_that_one_text_alone_has_are_odd_where_they_are_few() -> None:
    texts = [prose(at) for at in range(50)]
    assert odd_words(texts, few=3) == []
    texts[31] += " zebra"
    assert odd_words(texts, few=3) == [31]
    assert odd_words([f"w{chr(97 + at)}x other" for at in range(20)], few=3) == []
    assert odd_words(["code 12", "code 34", "code 567", "code 89"], few=1) == [2]


# --- arrays inside rows -----------------------------------------------------------------------


def nested(*, teams: int = 20, members: int = 40) -> list[dict[str, Any]]:
    return [
        {
            "team": team,
            "members": [
                {"n": n, "role": "dev" if n % 3 else "ops", "load": 40 + (n * 7 + team) % 9}
                for n in range(members)
            ],
        }
        for team in range(teams)
    ]


INNER = {
    "error": {"role": "error"},
    "rare value": {"role": "auditor"},
    "outlier": {"load": 999},
    "null": {"role": None},
    "type": {"load": "n/a"},
    "more": {"flag": "x1"},
    "empty": {"role": ""},
}


@pytest.mark.parametrize("params", RUNGS)
@pytest.mark.parametrize("change", INNER.values(), ids=INNER)
@pytest.mark.parametrize("wrapped", [False, True])
def test_the_odd_item_of_an_array_inside_a_row_stays(
    change: dict[str, Any], params: kind.Params, wrapped: bool
) -> None:
    rows = nested()
    rows[0]["members"][17] |= change
    rows[19]["members"][23] |= change
    value = {"results": rows, "meta": {"total": 20}} if wrapped else rows
    result = cut(json.dumps(value), params)
    assert result.lossy
    left = json.loads(kind.left_in(result.text))
    left = left["results"] if wrapped else left
    for team, n in ((0, 17), (19, 23)):
        (row,) = [row for row in left if row["team"] == team]
        assert rows[team]["members"][n] in row["members"]


@pytest.mark.parametrize("params", RUNGS)
def test_arrays_inside_rows_say_how_many_items_are_gone(params: kind.Params) -> None:
    rows = nested()
    result = cut(json.dumps(rows), params)
    left = json.loads(kind.left_in(result.text))
    gone = 0
    for row in left:
        whole = rows[row["team"]]["members"]
        assert [item for item in whole if item in row["members"]] == row["members"]
        assert row["members"][0] == whole[0]
        assert row["members"][-1] == whole[-1]
        assert len(row["members"]) >= math.ceil(params.row_share * len(whole))
        gone += len(whole) - len(row["members"])
    assert gone == sum(map(int, re.findall(r"… (\d+) items", result.text)))
    assert gone


def test_a_larger_share_keeps_all_items_that_a_smaller_one_keeps() -> None:
    text = json.dumps(nested())
    kept: set[str] = set()
    for params in reversed(RUNGS):
        left = json.loads(kind.left_in(cut(text, params, "load 44").text))
        more = {f"{row['team']} {item}" for row in left for item in row["members"]}
        assert kept <= more
        kept = more


def test_fields_that_are_preserved_are_not_shortened() -> None:
    rows = [{"id": at, "text": prose(at), "note": prose(at + 500)} for at in range(40)]
    value = {"rows": rows, "page": prose(7, 400), "deep": {"text": prose(9, 400)}}
    params = kind.Params(row_share=0.08, text_share=0.15, preserve_fields=("0" * 16,))
    left = json.loads(
        kind.left_in(cut(json.dumps(value), params, preserved=lambda name: name == "text").text)
    )
    assert all(row["text"] == rows[row["id"]]["text"] for row in left["rows"])
    assert any("characters]" in row["note"] for row in left["rows"])
    assert left["deep"]["text"] == value["deep"]["text"]
    assert "characters]" in left["page"]


def test_columns_stay_row_by_row() -> None:
    count = 200
    value = {
        "time": list(range(1000, 1000 + count)),
        "temp": [15 + at % 5 for at in range(count)],
        "code": ["ok"] * count,
        "unit": "C",
    }
    value["temp"][77] = 400
    value["code"][120] = "error"
    for params in RUNGS:
        left = json.loads(kind.left_in(cut(json.dumps(value), params).text))
        rows = list(zip(left["time"], left["temp"], left["code"], strict=True))
        assert (1077, 400, "ok") in rows
        assert (1120, 15, "error") in rows
        assert set(rows) <= set(zip(value["time"], value["temp"], value["code"], strict=True))


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    long=st.lists(st.text(min_size=200, max_size=500), min_size=1, max_size=4),
    shape=st.integers(0, 3),
    query=st.sampled_from(["", "a b 12"]),
)
def test_any_long_text_can_be_cut(long: list[str], shape: int, query: str) -> None:
    rows = [{"id": at, "t": long[at % len(long)] * 2, "l": list(long) * 6} for at in range(20)]
    value = [rows, {"rows": rows}, {"t": long[0] * 4, "l": long * 9}, {"k": [rows, rows]}][shape]
    document = content(json.dumps(value))
    for params in RUNGS:
        result = kind.compress(document, params, Focus(query))
        if result.lossy:
            json.loads(kind.left_in(result.text))
