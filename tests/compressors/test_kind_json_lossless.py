from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from json_texts import (
    DATA,
    LOSSLESS,
    RUNGS,
    WRITERS,
    cut,
    prettier,
    tables,
    values,
)

from compressors.kinds import json as kind
from compressors.kinds._json_document import parse_document
from compressors.kinds._json_notation import write
from compressors.kinds._json_reader import read
from compressors.kinds.base import Content, Focus


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(value=st.one_of(tables(), values), writer=st.sampled_from(WRITERS))
def test_the_original_comes_back_to_the_character(value: Any, writer: Any) -> None:
    text = writer(value)
    parsed = kind.recognise(text)
    if parsed is None:
        return
    result = kind.compress(Content(kind.NAME, text, parsed), LOSSLESS, Focus())
    assert not result.lossy
    assert len(result.text) <= len(text)
    assert kind.restore(result.text) == text


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(value=tables(), writer=st.sampled_from(WRITERS))
def test_the_notation_leads_back_where_it_does_not_pay_too(value: Any, writer: Any) -> None:
    document = parse_document(writer(value))
    if document is None or document.exact.style is None:
        return
    plan = document.plan
    written = write(plan.skeleton, plan.tables, style=document.exact.style)
    if not any(end in document.text for end in "\x85\u2028\u2029"):
        assert read(written) == document.text


LIKE_ROWS = ",".join(f'{{"id":{at},"name":"item {at}","price":PRICE}}' for at in range(20))


@pytest.mark.parametrize(
    ("price", "cell"),
    [
        ("1.0", "1.0"),
        ("1e5", "1e5"),
        ("1E+05", "1E+05"),
        ("-0", "-0"),
        ("-0.0", "-0.0"),
        ("12.50", "12.50"),
        ("0.00001", "0.00001"),
        ("123456789012345678901234567890", "123456789012345678901234567890"),
        ("9" * 300, "9" * 300),
        ("NaN", "NaN"),
        ("-Infinity", "-Infinity"),
        ('"12"', '"12"'),
        ('"true"', '"true"'),
        ('"x, y"', '"x, y"'),
        ('{"a":1,"a":2}', '{"a":1,"a":2}'),
        ('["a"]', "[a]"),
        ('"\\ud800"', '"\\ud800"'),
        ("null", "null"),
    ],
)
def test_values_keep_their_spelling(price: str, cell: str) -> None:
    text = f"[{LIKE_ROWS}]".replace("PRICE", price, 19).replace("PRICE", "7")
    written = cut(text).text
    assert len(written) < len(text)
    assert cell in written or cell.strip("[]") in written
    assert kind.restore(written) == text
    for params in RUNGS:
        assert price.strip('[]"') in cut(text, params).text


@pytest.mark.parametrize("writer", WRITERS)
def test_every_common_style_is_written_shorter_and_comes_back(writer: Any) -> None:
    rows = [{"id": at, "name": f"näme {at} </b>", "url": "a/b"} for at in range(30)]
    text = writer(rows)
    written = cut(text).text
    assert len(written) < 0.7 * len(text)
    assert kind.restore(written) == text


@pytest.mark.parametrize(
    ("text", "flags"),
    [
        ('["\\u00e9 \\u2028","b"]', ", ascii"),
        ('["\\u00C9","b"]', ", ascii, upper"),
        ('["\\u003cb\\u003e"]', ", html"),
        ('["a\\/b"]', ", slash"),
        ('{"a": [1, 2], "b": {}}', ", spaced"),
        ('{"a": 1}\n{"a": 2}\n', ", spaced, lines, newline"),
    ],
)
def test_the_style_of_a_text_is_known(text: str, flags: str) -> None:
    document = parse_document(text)
    assert document is not None
    style = document.exact.style
    assert style is not None
    assert write(document.plan.skeleton, document.plan.tables, style=style).startswith(
        f"[toin json{flags}"
    )


@pytest.mark.parametrize(
    "text",
    [
        '{"a": 1,"b": 2, "c":3}' + " " * 200,
        '[{"a": 1,  "b": 2}, {"a": 1, "b": 2}]',
        '["\\u0041", "\\u00e9", "\u00e9"]',
        '["\u2028"]',
        "[\n\n1]",
        '{"a":1}\n\n{"a":2}',
        '{"a":1}\r\n{"a":2}\n',
    ],
)
def test_what_has_no_style_is_left_alone(text: str) -> None:
    result = cut(text)
    assert result.text == text
    assert not result.lossy
    assert kind.restore(text) == text


def test_every_row_of_a_table_is_one_line_with_its_values_as_they_are() -> None:
    rows = [
        {"id": f"#W{at:04d}", "note": f"line one\nline two, {at}", "tags": ["a", at], "cur": "EUR"}
        for at in range(40)
    ]
    lines = cut(json.dumps({"total": 40, "orders": rows})).text.splitlines()
    assert lines[0] == "[toin json, spaced: ~N = rows below]"
    assert lines[1] == '{"total":40,"orders":~1}'
    assert lines[2] == '~1 40 rows {id,note<"line one\\nline two, "*>,tags[=a,*],cur=EUR}'
    assert lines[3] == "#W0000,0,0"
    assert len(lines) == 43


@pytest.mark.parametrize(
    ("value", "head"),
    [
        ([{"a": at, "b": -at} for at in range(9)], "9 rows {a,b}"),
        ([{"a": at, "b": at} for at in range(9)], "9 rows {a<={b}>,b}"),
        (
            [{"id": at, "url": f"https://a.example/x/{at}.json"} for at in range(10, 30)],
            "20 rows {id,url<https://a.example/x/{id}.json>}",
        ),
        (
            {f"k{at}": {"url": f"https://a.example/k{at}"} for at in range(9)},
            "9 rows key:{url<https://a.example/{key}>}",
        ),
        (
            [{"a": at, "b": {"c": -at, "d": 1} if at % 5 else None} for at in range(9)],
            "9 rows {a,b?{c,d=1}}",
        ),
        (
            [{"a": at, "b": [{"c": n, "d": at} for n in range(at)]} for at in range(9)],
            "9 rows {a,b[]{c,d}}",
        ),
        ({"a": list(range(30)), "b": [-at for at in range(30)]}, "30 rows columns:{a,b}"),
        ({f"k{at}": {"id": f"k{at}", "n": at} for at in range(9)}, "9 rows key:{id=key,n}"),
        ([[at, at * at] for at in range(30)], "30 rows [*,*]"),
        ([f"file {at}" for at in range(30)], "30 rows *"),
        ([f"/srv/files/{at}.txt" for at in range(30)], "30 rows </srv/files/*.txt>"),
        ([[{"a": at}, {"a": -at}] for at in range(9)], "9 rows [{a},{a}]"),
        ([{"a": {"b": {"c": at}}, "d": 1} for at in range(9)], "9 rows {a{b{c}},d=1}"),
        ([{"a": at} | ({"b": at} if at % 2 else {}) for at in range(9)], "9 rows {a,b?}"),
        ({f"k{at}": at for at in range(30)}, "30 rows key:*"),
    ],
)
def test_tables_of_every_form(value: Any, head: str) -> None:
    document = parse_document(json.dumps(value))
    assert document is not None
    written = write(document.plan.skeleton, document.plan.tables, style=document.exact.style)
    assert head in written.splitlines()[0]


def test_a_string_with_a_line_end_does_not_end_its_row() -> None:
    rows = [{"id": at, "note": f"{at}\nlines"} for at in range(20)]
    written = cut(json.dumps(rows)).text
    assert written.splitlines()[1] == '0,"0\\nlines"'
    assert kind.restore(written) == json.dumps(rows)


def test_names_in_another_order_are_not_lost() -> None:
    rows = [{"a": at, "b": -at} if at % 2 else {"b": -at, "a": at} for at in range(40)]
    written = cut(json.dumps(rows)).text
    assert "\n-20,20\n" in written
    assert '\n~{"a":21,"b":-21}\n' in written
    assert kind.restore(written) == json.dumps(rows)


def test_tables_inside_a_few_rows_are_found() -> None:
    members = [{"id": at, "name": f"n{at}"} for at in range(30)]
    value = [{"team": "a", "members": members}, {"team": "b", "members": members[::-1]}]
    lines = cut(json.dumps(value)).text.splitlines()
    assert lines[1] == '[{"team":"a","members":~1},{"team":"b","members":~2}]'
    assert lines[2] == "~1 30 rows {id,name}"


def test_a_row_of_another_shape_is_written_whole() -> None:
    rows: list[Any] = [{"id": at, "name": f"n{at}"} for at in range(30)]
    rows[7] = {"name": "n7", "id": 7, "extra": True}
    rows[9] = "a text"
    lines = cut(json.dumps(rows)).text.splitlines()
    assert lines[8] == '~{"name":"n7","id":7,"extra":true}'
    assert lines[10] == '~"a text"'


@pytest.mark.parametrize(
    "text",
    [
        "[toin json",
        "[toin json]",
        "[toin json: 3 rows {a}]\n1\n2",
        "[toin json: 1 rows {a}]\n1,2",
        "[toin json: 1 rows {a}]\n1\n2",
        "[toin json: 2 of 3 rows {a}]\n1\n2",
        "[toin json, sideways: 1 rows {a}]\n1",
        '[toin json: ~N = rows below]\n{"a":~2}',
        "[toin json: 1 rows {a]\n1",
        "[toin json, indent 2: 1 rows {a}] and more\n1",
        "[toin json: 99999999999 rows *]",
        "plain text",
        "",
    ],
)
def test_what_is_not_in_the_notation_is_not_restored(text: str) -> None:
    assert kind.restore(text) == text


# --- recorded documents ---------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.skipif(not DATA.is_dir(), reason="the recorded documents are not beside the project")
def test_recorded_documents_come_back_and_shrink() -> None:
    before = after = 0
    for path in sorted((DATA / "json_apis" / "records").iterdir()):
        data = path.read_bytes()
        text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode()
        written = cut(text).text
        assert kind.restore(written) == text
        before += len(text)
        after += len(written)
    assert after < before / 2


def recorded() -> list[str]:
    """Answers of APIs, payloads and command outputs, as they are and as formatters write them."""

    def lines(path: Path, step: int) -> list[Any]:
        text = gzip.decompress(path.read_bytes()).decode()
        return [json.loads(line) for line in text.splitlines()[::step]]

    found = lines(DATA / "json_apis" / "github_rest_exchanges.jsonl.gz", 5)
    found += lines(DATA / "json_apis" / "github_webhook_payloads.jsonl.gz", 20)
    for path in sorted((DATA / "command_outputs" / "jc").iterdir())[:6]:
        found += [output["parsed"] for output in lines(path, 9)]
    return [writer(value) for value in found for writer in (json.dumps, prettier)]


@pytest.mark.skipif(not DATA.is_dir(), reason="the recorded documents are not beside the project")
def test_answers_of_apis_come_back_and_shrink() -> None:
    before = after = 0
    for text in recorded():
        written = cut(text).text
        assert kind.restore(written) == text
        before += len(text)
        after += len(written)
    assert after < 0.5 * before


def test_a_compact_array_with_one_odd_row_shrinks() -> None:
    rows: list[Any] = [{"id": at, "name": f"n{at}", "state": "ok"} for at in range(61)]
    rows[30] = {"nom": "x", "extra": 1}
    text = json.dumps(rows, separators=(",", ":"))
    written = cut(text).text
    assert '\n~{"nom":"x","extra":1}\n' in written
    assert len(written) < len(text) / 2
    assert kind.restore(written) == text


def test_what_an_object_repeats_is_said_once() -> None:
    owner = {"login": "ann", "url": "https://api.a.example/users/ann"}
    value = {
        "owner": owner,
        "sender": owner,
        "issues": "https://api.a.example/repos/ann/one/issues",
        "pulls": "https://api.a.example/repos/ann/one/pulls",
        "forks": "https://api.a.example/repos/ann/one/forks",
    }
    text = json.dumps(value, separators=(",", ":"))
    written = cut(text).text
    assert written.count('"login"') == 1
    assert written.count("repos/ann/one/") == 1
    assert kind.restore(written) == text


@pytest.mark.parametrize("params", RUNGS)
def test_what_is_left_in_a_cut_text_are_rows_of_the_original(params: kind.Params) -> None:
    rows = [
        {
            "id": at,
            "at": f"2025-03-01T10:{at % 60:02d}:00Z",
            "in": {"b": at % 7} if at % 9 else None,
        }
        for at in range(150)
    ]
    for value in (rows, {"total": 150, "rows": rows}, {f"k{row['id']}": row for row in rows}):
        result = cut(json.dumps(value), params, "id 77")
        assert result.lossy
        left = json.loads(kind.left_in(result.text + "\n[toin: many left out]"))
        found = left if left is not value else []
        if isinstance(left, dict):
            found = left.get("rows", list(left.values()))
        assert len(found) == result.items_after
        assert [row for row in rows if row in found] == found
        assert rows[77] in found


@pytest.mark.parametrize("text", ["plain", '{"a":1}', "", "[toin json: 2 rows {a}]\n1"])
def test_what_is_in_no_notation_is_left_as_it_is(text: str) -> None:
    assert kind.left_in(text) == text


def test_what_is_no_object_comes_back_at_every_depth() -> None:
    inner = [{"b": at} if at % 3 else None for at in range(1, 40)]
    rows = [{"o": {"i": one, "n": at} if at % 5 else at} for at, one in enumerate(inner)]
    rows[12] = {}
    rows[7] = {"o": {"i": {"b": {"c": 1}}, "n": "!x"}}
    text = json.dumps(rows)
    document = parse_document(text)
    assert document is not None
    written = write(document.plan.skeleton, document.plan.tables, style=document.exact.style)
    assert "o?{i?{b},n}" in written.splitlines()[0]
    assert read(written) == text


def test_parts_that_are_repeated_may_begin_like_other_strings() -> None:
    part = {"url": "https://api.a.example/v1/one", "more": "https://api.a.example/v1/two"}
    value = {"a": part, "b": [part, part], "c": "https://api.a.example/v1/three", "d": [part]}
    written = cut(json.dumps(value)).text
    assert "&2" in written
    assert kind.restore(written) == json.dumps(value)
