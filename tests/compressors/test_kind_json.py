from __future__ import annotations

import hashlib
import json
import math
import random
import string
import time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from json_texts import (
    LOSSLESS,
    PASSTHROUGH,
    RUNGS,
    SHARES,
    content,
    cut,
    kept_ids,
    log_rows,
    shape,
    tables,
    texts,
)

from compressors.kinds import json as kind
from compressors.kinds._json_columns import series
from compressors.kinds._json_document import parse_document
from compressors.kinds._json_errors import errors
from compressors.kinds._json_keep import findings, order
from compressors.kinds._json_odd import odd
from compressors.kinds.base import Cut, Focus

# --- the signature --------------------------------------------------------------------------


def digest(pairs: list[list[str]]) -> str:
    return hashlib.sha256(json.dumps(pairs).encode()).hexdigest()[:24]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            '[{"id":1,"name":"a","ok":true,"score":0.5,"note":null}]',
            "191ccfe2419903dcd777c01f",
        ),
        ('[{"v":1},{"v":"x"},{"v":true},{"v":null},{"w":[1]}]', "efd7e371253e466d33394352"),
        ("[]", "2e1cfa82b035c26cbbbdae63"),
        ("[{}]", "4f53cda18c2baa0c0354bb5f"),
        ("[1,2,3]", "4f53cda18c2baa0c0354bb5f"),
        ('[1,2,3,4,5,{"a":1}]', "4f53cda18c2baa0c0354bb5f"),
        ('[{"\u00e9":1,"z":2,"A":3,"\U0001f600":1}]', "222fecb5253e5383bc0b3c0e"),
        ('[null,{"a":null},{"a":1}]', "c81df544df663435ea0b8b8e"),
        ('[{"a":{}},{"a":[]}]', "e9f867966bb3bb1d3e531aaa"),
    ],
)
def test_arrays_have_the_digest_of_headroom(text: str, expected: str) -> None:
    assert shape(text) == expected


ROWS = [{"id": at, "name": "x"} for at in range(3)]
ROWS_DIGEST = digest([["id", "numeric"], ["name", "string"]])


@pytest.mark.parametrize(
    "value",
    [
        ROWS,
        {"status": "ok", "rows": ROWS},
        {"data": {"page": 1, "items": ROWS}, "ok": True},
        {f"k{at}": row for at, row in enumerate(ROWS)},
        dict.fromkeys(("ann", "bob", "cid", "dan", "eve"), ROWS[0]),
        {"total": 3, "by_id": {"1": ROWS[0], "2": ROWS[1]}},
    ],
)
def test_objects_are_reduced_to_the_rows_in_them(value: Any) -> None:
    assert shape(json.dumps(value)) == ROWS_DIGEST


@pytest.mark.parametrize(
    ("value", "pairs"),
    [
        ({"a": 1, "b": None}, [["a", "numeric"], ["b", "null"]]),
        ({"a": ROWS, "b": ROWS}, [["a", "array"], ["b", "array"]]),
        ({"a": [1, 2]}, [["a", "array"]]),
        ({"a": {"x": 1}, "b": {"x": 2}}, [["a", "object"], ["b", "object"]]),
    ],
)
def test_other_objects_stand_for_themselves(value: Any, pairs: list[list[str]]) -> None:
    assert shape(json.dumps(value)) == digest(pairs)


def test_the_signature_knows_neither_values_nor_sizes() -> None:
    many = [{"id": at * 1000, "name": "y" * at} for at in range(50)]
    assert shape(json.dumps(many)) == ROWS_DIGEST
    assert shape("\n".join(map(json.dumps, many))) == ROWS_DIGEST


# --- what stays -----------------------------------------------------------------------------


def renamed(row: dict[str, Any]) -> dict[str, Any]:
    return {("hostname" if name == "host" else name): value for name, value in row.items()}


NEEDLES = {
    "error status": lambda row: row | {"status": "error"},
    "failed in capitals": lambda row: row | {"status": "FAILED"},
    "rare status": lambda row: row | {"status": "pending_review"},
    "numeric outlier": lambda row: row | {"latency": 240.0},
    "negative number": lambda row: row | {"latency": -4.0},
    "zero": lambda row: row | {"latency": 0},
    "infinity": lambda row: row | {"latency": math.inf},
    "extra field": lambda row: row | {"flag": "x"},
    "lone null": lambda row: row | {"host": None},
    "lone text among numbers": lambda row: row | {"latency": "n/a"},
    "missing field": lambda row: {name: row[name] for name in row if name != "host"},
    "renamed field": renamed,
    "odd message": lambda row: row | {"msg": "Disk almost full on volume 3"},
    "odd form of a name": lambda row: row | {"name": "legacy/import job"},
    "empty name": lambda row: row | {"name": ""},
    "long name": lambda row: row | {"name": "x" * 300},
    "failure in Japanese": lambda row: row | {"msg": "バッチ処理に失敗しました"},
    "error inside an object": lambda row: row | {"host": {"name": "web-01", "error": "gone"}},
    "error inside a list": lambda row: row | {"host": ["web-01", {"state": "crashed"}]},
}


@pytest.mark.parametrize("params", RUNGS)
@pytest.mark.parametrize("needle", NEEDLES.values(), ids=NEEDLES)
def test_the_odd_one_among_two_hundred_survives_every_profile(
    needle: Any, params: kind.Params
) -> None:
    for seed in range(3):
        rows = log_rows(seed)
        place = random.Random(seed).randint(5, 190)
        rows[place] = needle(rows[place])
        result = cut(json.dumps(rows), params)
        assert result.lossy
        assert place in kept_ids(result.text)
        assert result.items_before == 200
        assert result.items_after == len(kept_ids(result.text))


@pytest.mark.parametrize("params", RUNGS)
def test_the_odd_one_survives_in_nested_rows_in_maps_and_in_lines(params: kind.Params) -> None:
    rows = [{"id": at, "state": {"code": "up", "load": at % 7}} for at in range(100)]
    rows[41]["state"] = {"code": "degraded", "load": 3}
    rows[77]["state"] = {"code": "up", "load": 900}
    for text in (
        json.dumps(rows),
        json.dumps({"page": 1, "items": rows}),
        json.dumps({f"node-{row['id']}": row for row in rows}),
        "\n".join(map(json.dumps, rows)),
    ):
        written = cut(text, params).text
        assert "41,degraded,3" in written
        assert "77,up,900" in written


@pytest.mark.parametrize("params", RUNGS)
def test_of_repeated_errors_one_stays_of_each_and_the_others_are_counted(
    params: kind.Params,
) -> None:
    rows = log_rows(1)
    full = set(range(1, 61, 2))
    for at in full:
        rows[at] |= {"status": "error", "msg": f"disk {at} is full"}
    rows[30] |= {"status": "error", "msg": "quota exceeded"}
    written = cut(json.dumps(rows), params).text
    kept = kept_ids(written)
    assert 30 in kept
    assert kept & full
    left = len(full - kept)
    if left:
        assert f"status=error ×{left}" in written.splitlines()[0]


def unlike(at: int, *, seed: int = 5) -> str:
    """A sentence that shares no form with the others."""
    dice = random.Random(seed * 1000 + at)
    return " ".join("".join(dice.choices("abdeghiklmnoprstu", k=dice.randint(2, 9)))
                    for _ in range(dice.randint(3, 12)))  # fmt: skip


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("note", "the nightly backup failed again"),
        ("note", "夜間バックアップに失敗しました"),
        ("note", "запись завершилась ошибкой"),
        ("error_code", "E17"),
        ("steps", [{"n": 1}, {"n": 2, "state": "aborted"}]),
        ("exception", {"type": "IOProblem"}),
    ],
)
def test_errors_are_found_in_words_names_and_lists(field: str, value: object) -> None:
    rows = [
        {"note": unlike(at), "error_code": "", "steps": [{"n": at % 3}], "exception": None}
        for at in range(60)
    ]
    rows[37][field] = value
    assert errors(series(rows)).rows == {37}


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1, 2, 3, 2, 1, 2, 3, 2, 1, 2, 3, 90, 2, 1], {11}),
        ([5] * 40 + [6], {40}),
        (["a", "b"] * 20 + ["c"], {40}),
        ([f"A-{at:03d}" for at in range(40)] + ["B_7"], {40}),
        ([True] * 30 + [False], {30}),
        ([0.5, None] + [at / 7 for at in range(1, 40)], {1}),
        ([f"x{at}" for at in range(40)] + [7], {40}),
        ([[1] * (at % 3) for at in range(40)] + [[1] * 50], {40}),
        ([at % 7 for at in range(70)], set()),
        ([f"name {at}" for at in range(70)], set()),
        ([1.0] * 4, set()),
        ([], set()),
    ],
)
def test_odd_values_of_a_column(values: list[Any], expected: set[int]) -> None:
    rows = [{"v": value} for value in values]
    assert odd(series(rows)).rows == expected


def test_a_name_that_one_row_has_is_odd_in_wide_rows_too() -> None:
    rows = [{f"c{at}": at for at in range(90)} for _ in range(60)]
    rows[22]["c_extra"] = 1
    assert odd(series(rows)).rows == {22}


def test_changes_of_level_and_of_runs_stay() -> None:
    dice = random.Random(3)
    rows = [
        {"id": at, "load": dice.gauss(10 if at < 120 else 60, 2), "mode": "a" if at < 90 else "b"}
        for at in range(200)
    ]
    kept = kept_ids(cut(json.dumps(rows), RUNGS[-1]).text)
    assert {90, 120, 0, 199} <= kept


@pytest.mark.parametrize("params", RUNGS)
@pytest.mark.parametrize(
    ("query", "place"),
    [
        ("What is wrong with batch 6007?", 123),
        ('{"order_id": "gamma777"}', 50),
        ("show me order #W0061 please", 61),
        ("anything of Yara Abdi", 33),
        ("which one cost $4321.5", 88),
    ],
)
def test_what_the_query_names_always_stays(params: kind.Params, query: str, place: int) -> None:
    rows = log_rows(2)
    for at, row in enumerate(rows):
        row |= {"order": f"#W{at:04d}", "who": f"Person {at % 50}", "cost": 4000.5 + at % 90}
    rows[123]["msg"] = "Processed batch 6007 in 5 ms"
    rows[50]["name"] = "gamma777"
    rows[33]["who"] = "Yara Abdi"
    rows[88]["cost"] = 4321.5
    assert place in kept_ids(cut(json.dumps(rows), params, query).text)


def test_a_cell_that_the_query_names_stays_though_others_bear_more_on_it() -> None:
    rows = [{"id": at, "city": f"c{at}", "text": unlike(at)} for at in range(100)]
    for at in range(10, 15):
        rows[at]["text"] = "the weather forecast: rain, wind, fog, hail"
    query = "weather forecast: is there rain, wind, fog or hail in c71"
    for share in SHARES:
        kept = kept_ids(cut(json.dumps(rows), kind.Params(row_share=share), query).text)
        assert {71, *range(10, 15)} <= kept


def test_the_best_answers_stay_whatever_else_must() -> None:
    rows = [{"id": at, "text": f"{unlike(at)} crashed"} for at in range(120)]
    rows[63]["text"] = "the tulips need water"
    rows[90]["text"] = "tulips are flowers"
    kept = kept_ids(cut(json.dumps(rows), RUNGS[-1], "tulips").text)
    assert {63, 90} <= kept
    table = parse_document(json.dumps(rows)).plan.tables[0]
    ordered = order(table, findings(table), "tulips")
    assert {63, 90} <= ordered.must


def test_relevant_rows_fill_the_share_before_others() -> None:
    rows = [{"id": at, "text": f"note {at} on {'gardening' if at % 10 == 3 else 'other things'}"}
            for at in range(100)]  # fmt: skip
    kept = kept_ids(cut(json.dumps(rows), kind.Params(row_share=0.2), "gardening").text)
    assert set(range(3, 100, 10)) <= kept
    assert len(kept) == 20


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    value=tables(),
    seed=st.integers(0, 10),
    query=st.sampled_from(["", "alpha 12", "id 7", "Processed batch", "gamma error"]),
    shares=st.tuples(st.floats(0.01, 1), st.floats(0.01, 1)),
    wanted=st.sampled_from(["host", "name", "nothing"]),
)
def test_a_larger_share_and_preserved_fields_only_ever_keep_more(
    value: Any, seed: int, query: str, shares: tuple[float, float], wanted: str
) -> None:
    small, large = sorted(shares)
    for rows in (value, log_rows(seed, count=60)):
        document = parse_document(json.dumps(rows))
        if document is None:
            continue
        for table in document.plan.tables:
            found = findings(table)
            ordered = order(table, found, query)
            fewer, more = ordered.kept(small), ordered.kept(large)
            assert all(two or not one for one, two in zip(fewer, more, strict=True))
            assert sum(fewer) >= math.ceil(small * len(fewer))
            assert all(ordered.kept(1.0))
    text = json.dumps(log_rows(seed, count=60))
    plain = kept_ids(cut(text, kind.Params(row_share=small), query).text)
    with_fields = cut(text, kind.Params(row_share=small), query, preserved=lambda n: n == wanted)
    assert plain <= kept_ids(with_fields.text)


def test_the_first_rows_of_preserved_values_stay() -> None:
    rows = [{"id": at, "who": {"team": f"t{at // 2}"}} for at in range(200)]
    params = kind.Params(row_share=0.08, preserve_fields=("0" * 16,))
    kept = kept_ids(cut(json.dumps(rows), params, preserved=lambda name: name == "who.team").text)
    assert set(range(0, 128, 2)) <= kept
    assert len(kept) < 100


def test_gaps_are_noted_in_place_where_they_are_few() -> None:
    rows = [{"id": at, "text": "a tulip" if at < 100 else "a stone"} for at in range(302)]
    lines = cut(json.dumps(rows), kind.Params(row_share=0.3), "tulip").text.splitlines()
    kept = kept_ids("\n".join(lines))
    assert f"{len(kept)} of 302 rows" in lines[0]
    noted = [int(line.split()[1]) for line in lines if line.startswith("…")]
    assert sum(noted) == 302 - len(kept)
    assert 0 < len(noted) < len(kept) / 4
    few = cut(json.dumps(rows), kind.Params(row_share=0.08)).text
    assert "…" not in few


def test_small_tables_stay_whole() -> None:
    rows = [{"id": at, "name": f"n{at}"} for at in range(8)]
    result = cut(json.dumps(rows), RUNGS[-1])
    assert not result.lossy
    assert kind.restore(result.text) == json.dumps(rows)


def test_passthrough_changes_nothing() -> None:
    text = json.dumps(log_rows(1))
    assert cut(text, PASSTHROUGH) == Cut(text, False, "rows", 200, 200)


@pytest.mark.parametrize("share", SHARES)
def test_the_same_content_and_query_give_the_same_bytes(share: float) -> None:
    text = json.dumps({"a": log_rows(4), "b": {"c": log_rows(5)}})
    params = kind.Params(row_share=share)
    one = cut(text, params, "batch 17 of web-03").text
    document = content(text)
    for other in RUNGS:
        kind.compress(document, other, Focus("another question"))
    assert kind.compress(document, params, Focus("batch 17 of web-03")).text == one


# --- what answers ---------------------------------------------------------------------------


def test_rows_that_answer_come_with_place_and_fields() -> None:
    rows = [{"id": at, "who": {"mail": f"user{at}@example.com"}, "n": at} for at in range(100)]
    text = json.dumps({"page": 1, "users": rows})
    (passage, *_) = kind.find(content(text), "user42@example.com")
    assert json.loads(passage.text) == rows[42]
    assert passage.position == 8
    assert passage.fields == ("who.mail",)


@pytest.mark.parametrize(
    ("value", "query", "expected"),
    [
        ({"city": "Rome", "zip": "00184"}, "00184", '{"zip":"00184"}'),
        ({f"k{at}": {"n": at * 7} for at in range(20)}, "133", '{"k19":{"n":133}}'),
        (["alpha", "beta"], "beta", '"beta"'),
        ("only text here", "text", '"only text here"'),
        ([{"q": 'say "hi"'}, {"q": "no"}], 'say "hi"', '{"q":"say \\"hi\\""}'),
    ],
)
def test_what_answers_in_other_documents(value: Any, query: str, expected: str) -> None:
    assert kind.find(content(json.dumps(value)), query)[0].text == expected


@pytest.mark.parametrize("query", ["", "   ", "zzz nowhere"])
def test_nothing_answers(query: str) -> None:
    assert kind.find(content(json.dumps(log_rows(1))), query) == []


# --- whatever comes -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n ",
        "plain text",
        "[2024-01-01 10:00:00] INFO started",
        "{not json}",
        '{"a": 1',
        "[1, 2,",
        '{"a":1} trailing',
        "{'a': 1}",
        "nullable",
        "[" * 100_000 + "]" * 100_000,
        '{"a":' * 5_000 + "1" + "}" * 5_000,
        "\ufeff[1]",
        "\x00",
    ],
)
def test_what_is_no_json_is_not_recognised(text: str) -> None:
    assert kind.recognise(text) is None


WILD = [
    "[" * 500 + "]" * 500,
    "[" * 990 + "]" * 990,
    '[{"a":' + "[" * 400 + "]" * 400 + '},{"a":1}]',
    json.dumps([{"a": at, "b": None} for at in range(30)]).replace("null", "NaN"),
    '["\ud800", "\udfff"]',
    json.dumps(["\ud800"] * 50),
    json.dumps([{"\ud800": at, "b": "\udc00"} for at in range(50)]),
    '{"a":1,"a":2}',
    "[" + ",".join(['{"x":1,"x":2}'] * 50) + "]",
    "9" * 5000,
    "[" + ",".join(["9" * 400] * 40) + "]",
    "-0",
    '"' + "x" * 100_000 + '"',
    json.dumps([{} for _ in range(50)]),
    json.dumps([[] for _ in range(50)]),
    json.dumps([None] * 50),
    json.dumps([{"a": 1}] * 50),
    json.dumps([{"": ""}] * 50),
    json.dumps([{f"k{at}": at} for at in range(300)]),
    json.dumps({f"k{at}": {f"m{at}": at} for at in range(300)}),
    json.dumps([{"a": "\x00\x1f\x7f\x85\u2028"} for _ in range(30)]),
    json.dumps([{"v": 10 ** (at * 3)} for at in range(40)]),
    json.dumps([{"v": True if at else 1} for at in range(40)]),
    "\n".join(['{"a":1}', "[2]", '{"b":"[toin json: 3 rows {a}]"}'] * 20),
]


@pytest.mark.parametrize("text", WILD)
def test_nothing_raises(text: str) -> None:
    document = content(text)
    assert len(kind.signature(document.parsed)) == 24
    for params in (PASSTHROUGH, LOSSLESS, *RUNGS):
        for query in ("", "a 1 x", "\ud800 NaN 1e999"):
            result = kind.compress(document, params, Focus(query))
            if not result.lossy:
                assert kind.restore(result.text) == text
    assert isinstance(kind.find(document, "a 9 \ud800"), list)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    value=tables(),
    query=st.one_of(texts, st.text(string.printable, max_size=30)),
    share=st.sampled_from(SHARES),
)
def test_nothing_raises_on_any_table(value: Any, query: str, share: float) -> None:
    document = content(json.dumps(value))
    result = kind.compress(document, kind.Params(row_share=share), Focus(query))
    assert (result.items_after or 0) <= (result.items_before or 0)
    for passage in kind.find(document, query):
        assert 0 <= passage.position < 20


@pytest.mark.parametrize(
    "make",
    [
        lambda n: [{"id": at, "text": f"row {at}"} for at in range(n)],
        lambda n: [{f"k{at}": at} for at in range(n)],
        lambda n: {f"k{at}": {"a": at, f"b{at}": 1} for at in range(n)},
        lambda n: [{"a": "error " * 20 + str(at)} for at in range(n)],
        lambda n: {"x": [{"y": [{"z": at}] * 3} for at in range(n)]},
        lambda n: [f"word{at}" for at in range(n)],
    ],
)
def test_time_grows_no_faster_than_the_text(make: Any) -> None:
    def seconds(count: int) -> float:
        text = json.dumps(make(count))
        best = math.inf
        for _ in range(3):
            start = time.process_time()
            document = content(text)
            kind.compress(document, RUNGS[-1], Focus("row 17 of word3"))
            kind.compress(document, LOSSLESS, Focus())
            best = min(best, time.process_time() - start)
        return best

    seconds(200)
    assert seconds(8_000) < 60 * max(seconds(400), 0.002)
