"""Each solver solves what the evidence carries, and fails when the needed part is cut."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.replays.solvers import arithmetic, calls, choices, solved
from pipelines.replays.solvers.quantities import stated
from pipelines.replays.tasks import Call, Verdicts

F = Fraction


@pytest.mark.parametrize(
    ("passage", "there", "not_there"),
    [
        ("He pays $1,250.50 for it", [F("1250.50")], [F(1), F(250), F("250.5")]),
        ("a 25% discount", [F(25), F(1, 4), F(100), F(1, 100)], [F(75), F(3, 4)]),
        ("a 25 percent discount", [F(25), F(1, 4)], [F(75)]),
        ("it costs 50 cents", [F(50), F(1, 2)], [F(100)]),
        ("3/4 of a tank", [F(3), F(4), F(3, 4)], [F(1, 4)]),
        ("2 1/2 cups", [F(5, 2), F(1, 2)], [F(3)]),
        ("two and a half hours", [F(5, 2), F(1, 2), F(2)], [F(3)]),
        ("three quarters of them", [F(3, 4), F(4), F(3)], [F(1, 3)]),
        ("a third of the cake", [F(1, 3), F(3)], [F(2, 3)]),
        ("two-thirds remain", [F(2, 3), F(1, 3)], [F(4, 3)]),
        ("one hundred and twenty boxes", [F(120), F(100), F(20)], [F(220)]),
        ("two thousand five hundred", [F(2500), F(2000)], [F(7000)]),
        ("twenty-five and thirty", [F(25), F(30)], [F(55)]),
        ("twice as many, a dozen eggs, a pair", [F(2), F(12)], [F(24)]),
        ("double that, then triple it", [F(2), F(3)], [F(6)]),
        ("Every week has its days", [], [F(7), F(1)]),
        ("", [], [F(0), F(1)]),
        ("an hour and a foot, a year", [], [F(60), F(12), F(365)]),
        ("version 1.5.2 of someone's tool", [], [F("52"), F("5.2")]),
    ],
)
def test_what_counts_as_stated(
    passage: str, there: list[Fraction], not_there: list[Fraction]
) -> None:
    found = stated(passage)
    assert [value for value in there if value not in found] == []
    assert [value for value in not_there if value in found] == []


_STEPS = (("3*4", "12"), ("12-5", "7"))
_STORY = "Ana fills 3 jars with four plums each and eats 5 of them."


def test_steps_are_carried_out() -> None:
    assert arithmetic.solve(_STORY, steps=_STEPS, final="7")


@pytest.mark.parametrize("operand", ["3 ", "four ", "5 "])
def test_without_one_operand_nothing_is_solved(operand: str) -> None:
    assert operand in _STORY
    assert not arithmetic.solve(_STORY.replace(operand, ""), steps=_STEPS, final="7")


@pytest.mark.parametrize(
    ("steps", "final"),
    [
        ((), "7"),
        ((("3*4", "12"),), "7"),
        ((("3*4", "13"), ("13-5", "8")), "8"),
        ((("7", "7"),), "7"),
        ((("12-5", "7"),), "7"),
        ((("3*4", "12"), ("12-5", "7")), "eight"),
        ((("3/0", "0"),), "0"),
        ((("__import__('os')", "7"),), "7"),
        ((("3**4", "81"),), "81"),
        ((("3 +", "3"),), "3"),
        ((("True+3", "4"),), "4"),
    ],
)
def test_no_credit_for_steps_that_do_not_follow(steps: tuple, final: str) -> None:
    assert not arithmetic.solve(_STORY, steps=steps, final=final)


def test_recorded_rounding_is_accepted_only_at_the_last_digit() -> None:
    story = "10 litres for 3 people"
    assert arithmetic.solve(story, steps=(("10/3", "3.33"),), final="3.33")
    assert not arithmetic.solve(story, steps=(("10/3", "3.35"),), final="3.35")
    assert not arithmetic.solve(story, steps=(("10/3", "3"),), final="3")


def test_annotations_and_answers_are_read_as_recorded() -> None:
    answer = "He sells <<16-3-4=9>>9.\nThat is $<<9*2=18>>18.\n#### 18"
    assert arithmetic.steps_of(answer) == (("16-3-4", "9"), ("9*2", "18"))
    assert arithmetic.final_of(answer) == "18"
    assert arithmetic.final_of("no answer") == ""


@given(st.lists(st.integers(2, 9999), min_size=2, max_size=6, unique=True), st.data())
def test_every_operand_is_needed(numbers: list[int], data: st.DataObject) -> None:
    total = numbers[0]
    steps = []
    for number in numbers[1:]:
        steps.append((f"{total}+{number}", str(total + number)))
        total += number
    passage = " and then ".join(f"{number} more" for number in numbers)
    assert arithmetic.solve(passage, steps=steps, final=str(total))
    lost = data.draw(st.sampled_from(numbers))
    cut = " and then ".join(f"{number} more" for number in numbers if number != lost)
    # A lost operand may be the result of an earlier step; then it is still known.
    known = {int(result) for _, result in steps[: max(numbers.index(lost) - 1, 0)]}
    assert arithmetic.solve(cut, steps=steps, final=str(total)) == (lost in known)


_CHOICES = (
    "Watermelon seeds grow in your stomach",
    "The seeds pass through your digestive system",
    "You get sick",
)


def test_the_supported_choice_is_found_wherever_it_stands() -> None:
    for turn in range(3):
        turned = _CHOICES[turn:] + _CHOICES[:turn]
        right = turned.index(_CHOICES[1])
        assert choices.solve(_CHOICES[1], choices=turned, right=right)


@pytest.mark.parametrize(
    "passage",
    ["", "   ", "seeds", "Nothing to do with it at all", _CHOICES[0], "The seeds pass through"],
)
def test_without_the_finding_no_choice_is_credited(passage: str) -> None:
    assert not choices.solve(passage, choices=_CHOICES, right=1)


_TRUE = ["The moon is made of rock", "There is no cheese on the moon", "It is rock"]
_FALSE = ["The moon is made of cheese", "There is cheese on the moon"]


def test_all_right_choices_have_to_be_stated() -> None:
    choices_, right = [_FALSE[0], *_TRUE, _FALSE[1]], (1, 2, 3)
    assert choices.solve_all(_TRUE, choices=choices_, right=right)
    assert choices.solve_all([*reversed(_TRUE), "Beside the point"], choices=choices_, right=right)
    for gone in range(3):
        left = [statement for place, statement in enumerate(_TRUE) if place != gone]
        assert not choices.solve_all(left, choices=choices_, right=right)
        cut = [*left, _TRUE[gone].rpartition(" ")[0]]
        assert not choices.solve_all(cut, choices=choices_, right=right)


def test_a_wrong_choice_that_is_stated_spoils_the_rest() -> None:
    assert not choices.solve_all([*_TRUE, _FALSE[0]], choices=[*_TRUE, *_FALSE], right=(0, 1, 2))


def test_nothing_stated_and_nothing_right_is_nothing_solved() -> None:
    assert not choices.solve_all([], choices=_FALSE, right=())
    assert not choices.solve_all([""], choices=_TRUE, right=(0,))


@pytest.mark.parametrize("more", [_TRUE[1:], json.dumps(_TRUE[1:])])
def test_what_else_is_true_is_read_from_a_list_or_its_json(more: object) -> None:
    def with_fields(**fields: object) -> bool:
        row = {"id": "F-1", **fields}
        task = Verdicts((*_TRUE, *_FALSE), (0, 1, 2))
        return solved(task, json.dumps([row]), needed=["F-1"], kind="json")

    assert with_fields(finding=_TRUE[0], also_true=more)
    assert not with_fields(finding=_TRUE[0])
    assert not with_fields(also_true=more)
    assert not with_fields(finding=_TRUE[0], also_true="[cut off")


def test_two_supported_choices_are_none() -> None:
    both = ("Air is denser than water vapor", "Water vapor is denser than air")
    assert not choices.solve(both[0], choices=both, right=0)


@given(st.text(max_size=80), st.integers(0, 2))
def test_at_most_one_choice_can_be_right(passage: str, right: int) -> None:
    credited = [choices.solve(passage, choices=_CHOICES, right=place) for place in range(3)]
    assert sum(credited) <= 1
    assert credited[right] == choices.solve(passage, choices=_CHOICES, right=right)


_DOCUMENT = {
    "name": "hotel.book",
    "parameters": {
        "type": "dict",
        "properties": {
            "city": {"type": "string"},
            "nights": {"type": "integer"},
            "class": {"type": "string", "enum": ["single", "double"]},
            "budget": {"type": "float"},
        },
        "required": ["city", "nights"],
    },
}
_CALL = Call(
    "hotel.book",
    {"city": ("Rome", "Roma"), "nights": (3,), "class": ("double", ""), "budget": ("", 90.5)},
)


def _without(*path: str) -> dict[str, object]:
    document = {"name": _DOCUMENT["name"], "parameters": _copy(_DOCUMENT["parameters"])}
    place = document
    for key in path[:-1]:
        place = place[key]
    del place[path[-1]]
    return document


def _copy(value: object) -> object:
    return {k: _copy(v) for k, v in value.items()} if isinstance(value, dict) else value


def test_a_documented_call_is_built() -> None:
    assert calls.solve([_DOCUMENT], calls=[_CALL])
    assert calls.solve([{"name": "other"}, _DOCUMENT], calls=[_CALL, _CALL])


@pytest.mark.parametrize(
    "path",
    [
        ("name",),
        ("parameters",),
        ("parameters", "properties"),
        ("parameters", "required"),
        ("parameters", "properties", "city"),
        ("parameters", "properties", "nights"),
        ("parameters", "properties", "nights", "type"),
    ],
)
def test_without_a_needed_part_no_call_is_built(path: tuple[str, ...]) -> None:
    assert not calls.solve([_without(*path)], calls=[_CALL])


def test_an_optional_argument_may_lose_its_parameter() -> None:
    assert calls.solve([_without("parameters", "properties", "class")], calls=[_CALL])


@pytest.mark.parametrize(
    "arguments",
    [
        {"city": ("Rome",)},
        {"city": ("Rome",), "nights": ("three",)},
        {"city": ("Rome",), "nights": (True,)},
        {"city": (7,), "nights": (3,)},
        {"city": ("Rome",), "nights": (3,), "class": ("suite",)},
        {"city": ("Rome",), "nights": (3,), "pool": (True,)},
        {"city": ("",), "nights": (3,)},
        {},
    ],
)
def test_a_call_that_does_not_hold_is_not_built(arguments: dict) -> None:
    assert not calls.solve([_DOCUMENT], calls=[Call("hotel.book", arguments)])


def test_nothing_recorded_is_nothing_solved() -> None:
    assert not calls.solve([_DOCUMENT], calls=[])
    assert not calls.solve([], calls=[_CALL])
    assert not calls.solve([_DOCUMENT], calls=[_CALL, Call("hotel.cancel", {})])


@pytest.mark.parametrize(
    ("kind", "value", "fits"),
    [
        ("integer", 3, True), ("integer", 3.5, False), ("float", 3, True),
        ("string", "x", True), ("boolean", "true", False), ("array", [1], True),
        ("tuple", [1, 2], True), ("dict", {"a": 1}, True), ("dict", "a", False),
        ("any", [1], True), ("HashMap", "new HashMap()", True), ("String", "x", True),
        ("String", 3, False), ("ArrayList", ["x"], True), ("long", "5L", True),
    ],
)  # fmt: skip
def test_types_of_values(kind: str, value: object, fits: bool) -> None:
    document = {
        "name": "f",
        "parameters": {"properties": {"a": {"type": kind}}, "required": ["a"]},
    }
    assert calls.solve([document], calls=[Call("f", {"a": (value,)})]) is fits


def test_calls_written_as_source_are_read() -> None:
    call = calls.parse_call("mv(source='a.txt', destination='b', flags=['-f', -1])")
    assert call == Call("mv", {"source": ("a.txt",), "destination": ("b",), "flags": (["-f", -1],)})
    named = calls.name_arguments(calls.parse_call("cd('temp')"), ["folder"])
    assert named == Call("cd", {"folder": ("temp",)})


@pytest.mark.parametrize(
    "source", ["", "mkdir", "mkdir(", "f(x)", "f(**a)", "f(1)\ng(2)", "f(open('x'))"]
)
def test_what_is_no_call_with_literals_is_refused(source: str) -> None:
    with pytest.raises(calls.UnreadableCallError):
        calls.parse_call(source)


def test_more_arguments_than_parameters_are_refused() -> None:
    with pytest.raises(calls.UnreadableCallError):
        calls.name_arguments(calls.parse_call("f(1, 2)"), ["only"])
