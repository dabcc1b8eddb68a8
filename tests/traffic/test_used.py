"""What counts as used of a tool's answer, in hand-made conversations, both ways."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.traffic.forms.base import Message, answer, call, calling
from pipelines.traffic.used import missing, used_values
from pipelines.traffic.values import values

ANSWER = 2  # the place of the tool message below


def conversation(
    content: str, later: str, *, before: str = "please look", between: Message | None = None
) -> list[Message]:
    return [
        {"role": "user", "content": before},
        calling("", [call("c1", "get", {})]),
        answer("c1", "get", content),
        *([between] if between else []),
        {"role": "assistant", "content": later},
    ]


@pytest.mark.parametrize(
    ("content", "later", "used"),
    [
        ('{"orders": ["#W4923227"]}', "Your order #W4923227 is here", ["W4923227"]),
        (
            '{"gift_card_8245350": {"balance": 61}}',
            "charged gift_card_8245350",
            ["gift_card_8245350"],
        ),
        ('{"total": 1234.5}', "It costs $1,234.50.", ["1234.5"]),
        ('{"price": 3207}', "It costs $3,207 in all", ["3207"]),
        ("src/app/models.py:41: in save", "I open src/app/models.py now", ["src/app/models.py"]),
        ("./src/app/forms.py", "sed -n 1,9p src/app/forms.py", ["src/app/forms.py", "forms.py"]),
        ("def rebuild_index(self):", "`rebuild_index` is the culprit", ["rebuild_index"]),
        ("class QueryPlanner:", "QueryPlanner drops it", ["QueryPlanner"]),
        ('{"name": "Bluetooth Speaker"}', "a bluetooth speaker, red", ["Bluetooth Speaker"]),
        ('{"city": "Houston"}', "It goes to Houston.", ["Houston"]),
        ('{"born": "1997-01-23"}', "born 1997-01-23", ["1997-01-23"]),
        (
            "see https://example.org/a/b?c=1.",
            "from https://example.org/a/b?c=1",
            ["https://example.org/a/b?c=1"],
        ),
        ("line 774: def test_it", "sed -n '774,810p' it.py", ["774"]),
    ],
)
def test_a_value_that_recurs_was_used(content: str, later: str, used: list[str]) -> None:
    assert used_values(conversation(content, later)).get(ANSWER, ()) == tuple(sorted(used))


@pytest.mark.parametrize(
    ("content", "later"),
    [
        pytest.param('{"status": "pending"}', "it is pending", id="a plain lower-case word"),
        pytest.param('{"n": 42}', "there are 42", id="a number of two digits"),
        pytest.param('{"n": 500}', "the first 500 rows", id="a round number"),
        pytest.param('{"n": 250}', "about 250 rows", id="a half-round number"),
        pytest.param('{"year": 2024}', "in 2024", id="a year"),
        pytest.param('{"payment_methods": []}', "your payment_methods", id="a field's name"),
        pytest.param("raise ValueError", "a ValueError came", id="a built-in of the language"),
        pytest.param("/dev/null utf-8 setup.py", "2>/dev/null utf-8 setup.py", id="well known"),
        pytest.param("def __init__", "override __init__", id="a dunder"),
        pytest.param('{"a": 1997.25}', "it is 1997.2", id="another number"),
        pytest.param("code_712 here", "code_7123", id="the beginning of a longer one"),
        pytest.param('{"state": "Open"}', "open the door", id="a word in another case"),
        pytest.param("took 120ms", "under 120ms", id="a measure"),
    ],
)
def test_what_is_common_or_not_the_same_was_not_used(content: str, later: str) -> None:
    assert used_values(conversation(content, later)) == {}


@pytest.mark.parametrize("value", ["W4923227", "Bluetooth Speaker", "1234.5", "src/app/models.py"])
def test_what_stood_before_was_not_learned_from_the_answer(value: str) -> None:
    content = f'{{"a": "{value}"}}'
    assert used_values(conversation(content, f"so {value}"))
    assert used_values(conversation(content, f"so {value}", before=f"what of {value}?")) == {}


@pytest.mark.parametrize("value", ["W4923227", "Bluetooth Speaker"])
def test_what_the_user_said_in_between_was_not_taken_from_the_answer(value: str) -> None:
    between: Message = {"role": "user", "content": f"I meant {value}"}
    messages = conversation(f'{{"a": "{value}"}}', f"so {value}", between=between)
    assert used_values(messages) == {}


def test_the_arguments_of_a_later_call_are_a_use_and_their_names_are_not() -> None:
    messages = conversation('{"id": "R9X2", "flight_number": "HAT136"}', "")
    messages[-1] = calling("", [call("c2", "cancel", {"flight_number": "R9X2"})])
    assert used_values(messages) == {ANSWER: ("R9X2",)}


def test_a_value_is_charged_to_the_first_answer_that_showed_it() -> None:
    messages = [
        *conversation("see job_4711", "hm")[:-1],
        calling("", [call("c2", "get", {})]),
        answer("c2", "get", "job_4711 again, and job_4712"),
        {"role": "assistant", "content": "job_4711 and job_4712"},
    ]
    assert used_values(messages) == {ANSWER: ("job_4711",), 4: ("job_4712",)}


def test_each_value_counts_once_however_often_it_is_used() -> None:
    messages = conversation("job_4711", "job_4711")
    messages += [{"role": "assistant", "content": "job_4711"}]
    assert used_values(messages) == {ANSWER: ("job_4711",)}


@pytest.mark.parametrize(
    ("used", "text", "gone"),
    [
        (["W4923227"], "order,#W4923227,red", []),
        (["W4923227"], "order,#W4923228,red", ["W4923227"]),
        (["1234.5"], "total 1,234.50", []),
        (["712"], "4712 and 7120", ["712"]),
        (["Bluetooth Speaker"], "name|bluetooth speaker|red", []),
        (["Bluetooth Speaker"], "Bluetooth and a Speaker", ["Bluetooth Speaker"]),
        (["src/a_b.py", "x_1y2"], "src/a_b.py:12", ["x_1y2"]),
        ([], "", []),
    ],
)
def test_what_a_text_still_shows(used: list[str], text: str, gone: list[str]) -> None:
    assert missing(used, text) == tuple(gone)


@given(st.text(max_size=300))
def test_every_value_of_a_text_is_found_in_it(text: str) -> None:
    assert missing(sorted(values(text)), text) == ()


@given(st.lists(st.sampled_from(["job_4711", "a/b_c.py", "HAT136", "321.18", "1,002"]), max_size=5))
def test_no_answer_is_charged_for_more_than_it_shows(parts: list[str]) -> None:
    messages = conversation(" ".join(parts), "job_4711 a/b_c.py HAT136 321.18 1002")
    found = set(used_values(messages).get(ANSWER, ()))
    assert found <= values(" ".join(parts))
    assert bool(found) == bool(parts)
