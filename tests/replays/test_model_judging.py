"""What counts as an answer, and as a right one: from both sides."""

from __future__ import annotations

import pytest

from pipelines.replays.model.call_check import Given, right_calls
from pipelines.replays.model.judging import UNREADABLE, Verdict, calls_in, final, judge
from pipelines.replays.tasks import Call, Problem, Question, Request, Reuse, Task, Verdicts

RIGHT, WRONG = Verdict(True, True), Verdict(True, False)
PROBLEM = Problem((), "1,234")
QUESTION = Question(("a", "b", "c"), 1)
VERDICTS = Verdicts(("a", "b", "c"), (0, 2))
DOCUMENT = {
    "name": "rooms.book",
    "parameters": {
        "type": "dict",
        "properties": {
            "town": {"type": "string"},
            "nights": {"type": "integer"},
            "price": {"type": "float"},
            "late": {"type": "boolean"},
            "guests": {"type": "array", "items": {"type": "string"}},
            "wishes": {"type": "dict"},
            "anything": {"type": "any"},
        },
        "required": ["town", "nights"],
    },
}
CALL = Call(
    "rooms.book",
    {
        "town": ("New York", "NYC"),
        "nights": (2,),
        "price": (9.5, 10.0, ""),
        "late": (True, ""),
        "guests": (["Ann", "Bo"], ""),
        "wishes": ({"view": ["sea", "lake"], "floor": [3, ""]}, ""),
    },
)
REQUEST = Request((CALL,))
BOOKED = '[{"name": "rooms.book", "arguments": {"town": "nyc", "nights": 2}}]'


def judged(task: Task, answer: str, *, finish: str = "stop") -> Verdict:
    return judge(task, answer, finish=finish, documents=[DOCUMENT])


@pytest.mark.parametrize(
    ("task", "answer", "verdict"),
    [
        (PROBLEM, "Answer: 1234", RIGHT),
        (PROBLEM, "One step.\nAnswer: 12\nNo:\nAnswer: $1,234.00", RIGHT),
        (PROBLEM, "Answer: 1234%", RIGHT),
        (PROBLEM, "Answer: -1234", WRONG),
        (PROBLEM, "Answer: 1235", WRONG),
        (PROBLEM, "Answer: 1234\nAnswer: 5", WRONG),
        (PROBLEM, "The answer is 1234", UNREADABLE),
        (PROBLEM, "1234", UNREADABLE),
        (PROBLEM, "So Answer: 1234", UNREADABLE),
        (PROBLEM, "**Answer: 1234**", UNREADABLE),
        (PROBLEM, "Answer: 1234 apples", UNREADABLE),
        (PROBLEM, "Answer: 1234 or 1235", UNREADABLE),
        (PROBLEM, "Answer: 1234\nI hope this helps.", UNREADABLE),
        (PROBLEM, "Answer: 1,23,4", UNREADABLE),
        (PROBLEM, "Answer: 12٣٤", UNREADABLE),
        (PROBLEM, "Answer: " + "1" * 5000, UNREADABLE),
        (PROBLEM, "Answer:", UNREADABLE),
        (PROBLEM, "", UNREADABLE),
        (Problem((), "1/2"), "Answer: 0.5", WRONG),
        (QUESTION, "Answer: B", RIGHT),
        (QUESTION, "Answer: A", WRONG),
        (QUESTION, "Answer: b", UNREADABLE),
        (QUESTION, "Answer: D", UNREADABLE),
        (QUESTION, "Answer: A, B", UNREADABLE),
        (QUESTION, "Answer: B.", UNREADABLE),
        (VERDICTS, "Answer: A, C", RIGHT),
        (VERDICTS, "Answer: C,A", RIGHT),
        (VERDICTS, "Answer: A", WRONG),
        (VERDICTS, "Answer: A, B, C", WRONG),
        (VERDICTS, "Answer: A, A, C", UNREADABLE),
        (VERDICTS, "Answer: A and C", UNREADABLE),
        (VERDICTS, "Answer: none", UNREADABLE),
        (REQUEST, f"Answer: {BOOKED}", RIGHT),
        (REQUEST, f"Answer: {BOOKED.replace('nyc', 'Bonn')}", WRONG),
        (REQUEST, "Answer: []", WRONG),
        (REQUEST, 'Answer: {"name": "rooms.book", "arguments": {}}', UNREADABLE),
        (REQUEST, 'Answer: [{"name": "rooms.book"}]', UNREADABLE),
        (REQUEST, 'Answer: [{"name": "rooms.book", "arguments": {}, "id": 1}]', UNREADABLE),
        (REQUEST, 'Answer: rooms.book(town="NYC")', UNREADABLE),
        (REQUEST, "Answer: ```json\n[]\n```", UNREADABLE),
        (REQUEST, "Answer: " + "[" * 100_000, UNREADABLE),
        (Reuse(("x",)), "Answer: x", UNREADABLE),
    ],
)  # fmt: skip
def test_answers_are_read_strictly(task: Task, answer: str, verdict: Verdict) -> None:
    assert judged(task, answer) == verdict


def test_an_answer_that_was_cut_off_cannot_be_read() -> None:
    assert judged(PROBLEM, "Answer: 1234", finish="length") == UNREADABLE


def test_the_last_final_line_counts() -> None:
    assert final("Answer: 1\nAnswer:\n 2 ") == "2"
    assert final("Answering: 1") is None


def given(**arguments: object) -> list[Given]:
    return [Given("rooms.book", {"town": "NYC", "nights": 2, **arguments})]


@pytest.mark.parametrize(
    ("calls", "right"),
    [
        (given(), True),
        (given(town="new-york"), True),
        (given(town="New York, NY"), False),
        (given(nights="2"), False),
        (given(nights=2.0), False),
        (given(nights=True), False),
        (given(nights=None), False),
        (given(price=10), True),
        (given(price=9.5), True),
        (given(price="9.5"), False),
        (given(price=9.6), False),
        (given(late=True), True),
        (given(late=False), False),
        (given(late=1), False),
        (given(guests=["ann", "bo"]), True),
        (given(guests=["Bo", "Ann"]), False),
        (given(guests=["Ann"]), False),
        (given(guests="Ann"), False),
        (given(wishes={"view": "sea"}), True),
        (given(wishes={"view": "Lake", "floor": 3}), True),
        (given(wishes={"view": "street"}), False),
        (given(wishes={"floor": 3}), False),
        (given(wishes={"view": "sea", "bath": True}), False),
        (given(anything="x"), False),
        (given(unknown=1), False),
        ([Given("rooms.book", {"town": "NYC"})], False),
        ([Given("rooms.cancel", {"town": "NYC", "nights": 2})], False),
        (given() * 2, False),
        ([], False),
    ],
)
def test_a_call_is_checked_as_the_benchmark_checks_it(calls: list[Given], right: bool) -> None:
    assert right_calls(calls, [CALL], documents=[DOCUMENT]) is right


def test_several_calls_come_in_any_order_and_each_counts_once() -> None:
    other = Call("rooms.book", {"town": ("Bonn",), "nights": (1,)})
    bonn = Given("rooms.book", {"town": "Bonn", "nights": 1})
    assert right_calls([bonn, *given()], [CALL, other], documents=[DOCUMENT])
    assert not right_calls([*given(), *given()], [CALL, other], documents=[DOCUMENT])


def test_without_its_document_no_call_is_right() -> None:
    assert not right_calls(given(), [CALL], documents=[])


def test_a_value_of_the_type_recorded_passes_where_the_document_says_another() -> None:
    call = Call("rooms.book", {"town": ("NYC",), "nights": ("stay_length",)})
    calls = [Given("rooms.book", {"town": "NYC", "nights": "stay_length"})]
    assert right_calls(calls, [call], documents=[DOCUMENT])


def test_calls_of_several_turns_hold_plain_mappings() -> None:
    call = Call("rooms.book", {"town": ("NYC",), "nights": (2,), "wishes": ({"tags": ["a", "b"]},)})
    assert right_calls(given(wishes={"tags": ["a", "b"]}), [call], documents=[DOCUMENT])
    assert not right_calls(given(wishes={"tags": ["c"]}), [call], documents=[DOCUMENT])


def test_calls_are_json_and_nothing_else() -> None:
    assert calls_in('[{"name": "f", "arguments": {"a": NaN}}]') is None
    assert calls_in("[]") == []
