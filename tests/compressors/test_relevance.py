from __future__ import annotations

import math
import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compressors.relevance import bearing, rank, terms


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("The quick fox", ["the", "quick", "fox"]),
        ("get_user_details(orderId)", ["get", "user", "details", "order", "id"]),
        ("reservation 4WQ150, #W2378156", ["reservation", "4wq150", "w2378156"]),
        ("3.14 and 10.0.0.1 end. 7", ["3.14", "and", "10.0.0.1", "end", "7"]),
        (
            "na\u00efve Stra\u00dfe \u201cquoted\u201d\u2014dash",
            ["na\u00efve", "stra\u00dfe", "quoted", "dash"],
        ),
        ("\u6771\u4eac", ["\u6771", "\u4eac", "\u6771\u4eac"]),
        (
            "id:\u30c6\u30b9\u30c812",
            ["id", "\u30c6", "\u30b9", "\u30c8", "\u30c6\u30b9", "\u30b9\u30c8", "12"],
        ),
        ("\uc11c\uc6b8 a", ["\uc11c", "\uc6b8", "\uc11c\uc6b8", "a"]),
        ("\x00\x7f,;", []),
    ],
)
def test_terms(text: str, expected: list[str]) -> None:
    found = terms(text)
    assert [term for term in found if term.strip(".")] == expected


def test_scores_are_those_of_the_formula() -> None:
    documents = ["cat dog", "cat cat bird fish", "bird"]
    mean = (2 + 4 + 1) / 3
    weight = {"cat": math.log(1 + 1.5 / 2.5), "fish": math.log(1 + 2.5 / 1.5)}

    def part(term: str, times: int, length: int) -> float:
        norm = 1.2 * (1 - 0.6 + 0.6 * length / mean)
        return weight[term] * times * 2.2 / (times + norm)

    expected = [part("cat", 1, 2), part("cat", 2, 4) + part("fish", 1, 4), 0.0]
    assert rank("cat fish", documents) == [round(1000 * score) for score in expected]


@pytest.mark.parametrize(
    ("query", "documents", "best"),
    [
        ("refund for order #W2378156", ["order W99", "order #W2378156", "a refund"], 1),
        ("area of a triangle", ["calculateCircleArea", "calculate_triangle_area", "x"], 1),
        ("area of a triangle", ["calculateCircleArea", "calculateTriangleArea", "x"], 1),
        ("Which cities?", ["a village", "a city", "a lake"], 1),
        ("the orders", ["an invoice", "one order", "a thing"], 1),
        ("costs $1,234.50", ["cost 1,235", "1234.5 paid", "7"], 1),
        ("12.50", ["12", "12.5", "125"], 1),
        (
            "東京の天気",
            ["大阪の話", "東京は天気が", "abc"],
            1,
        ),
        ("what is the capital", ["what is the what is the", "a capital", "the"], 1),
        ("ERROR in Worker", ["worker fine", "Error: worker", "fine"], 1),
    ],
)
def test_the_best_comes_first(query: str, documents: list[str], best: int) -> None:
    scores = rank(query, documents)
    assert scores[best] == max(scores) > 0
    assert scores.count(max(scores)) == 1


@pytest.mark.parametrize(
    ("query", "documents"),
    [("", ["a"]), ("zebra", ["cat", "dog"]), ("!?", ["!?"]), ("x", []), ("\x00", ["\x00", "a"])],
)
def test_nothing_shared_scores_nothing(query: str, documents: list[str]) -> None:
    assert rank(query, documents) == [0] * len(documents)


def test_words_of_no_weight_count_where_nothing_else_is_asked() -> None:
    assert rank("what is it", ["it is", "cat"])[0] > 0
    assert rank("what is a cat", ["what is a", "cat"])[0] == 0


def test_a_query_of_many_parts_is_covered_by_its_best_answers_one_after_the_other() -> None:
    documents = [
        "predict the resulting paint colour of blue and yellow paint",
        "mix paint colours, blue paint or yellow paint",
        "convert a volume of flour from cups",
        "group dynamics of introverts",
        "weather",
        "group of cups",
    ]
    query = "predict the paint colour of blue and yellow, convert cups of flour, group dynamics"
    scores, covering = bearing(query, documents)
    assert scores == rank(query, documents)
    assert covering == [0, 2, 3]
    assert bearing("predict a colour", documents).covering == [0]
    assert bearing("nothing of it", documents).covering == []


SHELF = [
    "stock account view trade manage order",
    "stock account view trade manage order price alert",
    "stock account view trade manage info",
    "lamp shade",
    "bolt lamp",
    "brass bolt",
]
LONG = "stock account view trade manage order price alert"


@pytest.mark.parametrize("parting", ["; ", "\n"])
def test_each_clause_has_the_document_that_bears_most_on_it(parting: str) -> None:
    clauses = [LONG, "info stock", "brass lamp"]
    assert bearing(" ".join(clauses), SHELF).covering == [1]
    assert bearing(parting.join(clauses), SHELF).covering == [1, 2, 5]


def test_a_document_with_less_than_half_of_a_clause_does_not_answer_it() -> None:
    documents = [LONG, "lamp", "brass", "info", "bolt"]
    assert bearing(f"{LONG}; lamp brass info bolt", documents).covering == [0]
    assert bearing(f"{LONG}; lamp brass shade", documents).covering == [0, 1]


def test_only_the_last_sixteen_clauses_are_looked_at() -> None:
    others = [LONG] * 15
    assert bearing("; ".join(["brass lamp", *others]), SHELF).covering == [1, 5]
    assert bearing("; ".join(["brass lamp", *others, LONG]), SHELF).covering == [1]


@settings(max_examples=150, deadline=None)
@given(
    query=st.text(max_size=40),
    documents=st.lists(st.text(max_size=40), max_size=8),
    seed=st.integers(0, 100),
)
def test_scores_do_not_depend_on_the_order_of_documents(
    query: str, documents: list[str], seed: int
) -> None:
    scores = rank(query, documents)
    assert len(scores) == len(documents)
    assert all(score >= 0 and score == int(score) for score in scores)
    order = list(range(len(documents)))
    random.Random(seed).shuffle(order)
    assert rank(query, [documents[at] for at in order]) == [scores[at] for at in order]


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60))
def test_a_document_shares_the_terms_of_its_own_query(text: str) -> None:
    if terms(text):
        assert rank(text, [text, "~"])[0] > 0


@pytest.mark.parametrize("piece", ["a", "A", "aA", "1.", "東", "\u0301", "—", "1,111", " "])
def test_no_text_takes_unduly_long(piece: str) -> None:
    text = piece * (400_000 // len(piece))
    start = time.process_time()
    rank("a 1 x \u6771", [text, "b"])
    bearing(text, ["a", "b", text[:1000]])
    bearing(" ".join(map(str, range(100_000))), list(map(str, range(1000))))
    assert time.process_time() - start < 4
