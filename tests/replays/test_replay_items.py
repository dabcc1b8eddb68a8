"""Clusters, their members and their split: fixed by hash, whatever the order of the files."""

from __future__ import annotations

import itertools
import json
import random
from collections.abc import Callable
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from pipelines.replays.draws import Draw
from pipelines.replays.formats import read_library
from pipelines.replays.items import (
    Item,
    Numbering,
    content_words,
    headline,
    normalised,
    one_a_cluster,
    split_of,
    telling,
)
from pipelines.replays.manifests import Source, read_manifest
from pipelines.replays.tasks import Problem, Verdicts

Writer = Callable[..., Path]


def _item(source: str, cluster: str) -> Item:
    return Item("d", source, cluster, "", ("P-1",), (), Problem((), ""))


def test_a_cluster_counts_once_whatever_the_order() -> None:
    items = [_item(f"line {n}", f"cluster {n % 7}") for n in range(40)]
    chosen = one_a_cluster(items, manifest="m")
    assert [item.cluster for item in chosen] == sorted(f"cluster {n}" for n in range(7))
    shuffled = random.Random(3).sample(items, len(items))
    assert one_a_cluster(shuffled, manifest="m") == chosen
    assert one_a_cluster(items, manifest="another") != chosen


def test_a_fifth_of_the_clusters_is_for_learning() -> None:
    splits = [split_of(f"cluster {n}", manifest="m") for n in range(5000)]
    assert abs(splits.count("learn") / 5000 - 0.2) < 0.02
    again = [split_of(f"cluster {n}", manifest="other") for n in range(5000)]
    both = sum(a == b == "learn" for a, b in zip(splits, again, strict=True))
    assert abs(both / 5000 - 0.04) < 0.02


def test_blocks_share_what_is_not_for_learning_and_are_for_learning_once_retired() -> None:
    clusters = [f"cluster {n}" for n in range(5000)]
    parts = [
        [split_of(c, manifest="m", blocks=4, block=block) for c in clusters]
        for block in (1, 2, 3, 4, 5)
    ]
    assert [abs(part.count("certify") / 5000 - 0.2) < 0.02 for part in parts] == [True] * 4 + [
        False
    ]
    for earlier, later in itertools.pairwise(parts):
        for before, after in zip(earlier, later, strict=True):
            assert (before, after) in {
                ("learn", "learn"), ("certify", "learn"), ("later", "certify"), ("later", "later"),
            }  # fmt: skip
    assert "later" not in parts[3]
    assert set(parts[4]) == {"learn"}


def test_repeated_problems_are_one_cluster(written: Writer) -> None:
    answer = "<<2+2=4>>4\n#### 4"
    plain = {"question": "Two plums and 2 pears?", "answer": answer}
    repeated = {"question": " two plums and 2 pears? ", "answer": "Sum? ** " + answer}
    other = {"question": "Three plums?", "answer": "#### 3"}
    fields = ["question", "answer"]
    directory = written(
        "x",
        "gsm8k",
        {
            "x/test.jsonl": (fields, f"{json.dumps(plain)}\n{json.dumps(other)}\n"),
            "x/test_socratic.jsonl": (fields, json.dumps(repeated) + "\n"),
        },
    )
    library = read_library(Source(read_manifest(directory / "x.toml"), directory))
    assert len(library.items) == 2
    assert len(library.records) == 2


def _bfcl(written: Writer, files: dict[str, list[dict]]) -> list[Item]:
    content = {}
    for path, rows in files.items():
        fields = sorted(set.intersection(*(set(row) for row in rows)))
        content[f"x/{path}"] = (fields, "\n".join(map(json.dumps, rows)))
    directory = written("x", "bfcl", content)
    return list(read_library(Source(read_manifest(directory / "x.toml"), directory)).items)


def _document(name: str) -> dict:
    properties = {"folder": {"type": "string"}}
    return {
        "name": name,
        "description": f"What {name} does.",
        "parameters": {"type": "dict", "properties": properties, "required": ["folder"]},
    }


def _turn(text: str) -> list[dict]:
    return [{"role": "user", "content": text}]


def test_live_requests_of_one_group_of_functions_are_one_cluster(written: Writer) -> None:
    asked = [
        {"id": f"live_simple_{n}-{n // 2}-{n}", "question": [_turn(f"Ask {n}")],
         "function": [_document("f")]}
        for n in range(6)
    ]  # fmt: skip
    truth = [{"id": row["id"], "ground_truth": [{"f": {"folder": ["a"]}}]} for row in asked]
    items = _bfcl(written, {"live.json": asked, "possible_answer/live.json": truth})
    assert [item.cluster for item in items] == ["functions 0", "functions 1", "functions 2"]


def test_variants_of_a_scenario_are_one_cluster_and_one_turn(written: Writer) -> None:
    files: dict[str, list[dict]] = {"multi_turn_func_doc/gorilla_file_system.json": [
        _document("mkdir"), _document("cd"), _document("rm")
    ]}  # fmt: skip
    for variant in ("base", "miss_func"):
        name = f"BFCL_v4_multi_turn_{variant}.json"
        files[name] = [
            {"id": f"multi_turn_{variant}_{n}", "involved_classes": ["GorillaFileSystem"],
             "question": [_turn("Make temp"), [], _turn("Go there")]}
            for n in range(12)
        ]  # fmt: skip
        files[f"possible_answer/{name}"] = [
            {"id": f"multi_turn_{variant}_{n}",
             "ground_truth": [["mkdir(folder='temp')"], ["rm('x')"], ["cd('temp')"]]}
            for n in range(12)
        ]  # fmt: skip
    items = _bfcl(written, files)
    assert [item.cluster for item in items] == sorted(f"scenario {n}" for n in range(12))
    for item in items:
        function = {"Make temp": "mkdir", "Go there": "cd"}[item.request]
        assert [call.function for call in item.task.calls] == [function]
        assert item.task.calls[0].arguments == {"folder": ("temp",)}
        assert len(item.needed) == 1
        assert len(item.near) == 2
    assert {item.request for item in items} == {"Make temp", "Go there"}


def test_requests_without_a_documented_function_are_left_out(written: Writer) -> None:
    asked = [{"id": "m_0", "question": [_turn("A")], "function": [_document("f")]}]
    truth = [{"id": "m_0", "ground_truth": [{"g": {"folder": ["a"]}}]}]
    assert _bfcl(written, {"m.json": asked, "possible_answer/m.json": truth}) == []


def test_ids_are_stable_unlike_their_order_and_never_shared() -> None:
    numbering = Numbering("P-", digits=3)
    given_ids = [numbering.of(f"topic {n}") for n in range(700)]
    assert len(set(given_ids)) == 700
    assert [numbering.of(f"topic {n}") for n in range(700)] == given_ids
    assert given_ids[:50] != sorted(given_ids[:50])
    assert all(len(one) == 5 for one in given_ids)


def test_content_words_leave_numbers_out() -> None:
    text = "Janet's 16 ducks lay twelve eggs; the ducks eat 3kg of it"
    assert content_words(text) == ("janet", "ducks", "lay", "eggs", "eat")


def test_telling_words_are_the_rarer_half_in_their_order() -> None:
    words = ("the", "boat", "of", "Anna", "on", "lake", "Como", "in", "rain", "there")
    frequency = dict.fromkeys(words, 1) | dict.fromkeys(("the", "of", "on", "in", "there"), 90)
    assert telling(words, frequency=frequency) == ("boat", "Anna", "lake", "Como", "rain")
    assert headline(words, frequency=frequency) == "Boat Anna Lake Como"
    assert headline((), frequency={}) == "Untitled"


def test_the_place_of_the_right_choice_tells_nothing(small_sets: Path) -> None:
    source = Source(read_manifest(small_sets / "truthfulqa-sample.toml"), small_sets)
    rights = [item.task.right for item in read_library(source).items]
    assert set(rights) == {0, 1, 2}


def test_normalised_text_has_no_case_and_no_punctuation() -> None:
    assert normalised("  What's  UP, doc?") == normalised("what s up doc")


@given(st.integers(1, 200), st.text(max_size=8))
def test_draws_are_the_seeds_own(size: int, seed: str) -> None:
    order = list(Draw("order", seed).each_of(size))
    assert sorted(order) == list(range(size))
    assert list(Draw("order", seed).each_of(size)) == order
    values = list(range(size))
    assert sorted(Draw("shuffle", seed).shuffled(values)) == values
    assert sorted(Draw("all", seed).order(size)) == values
    assert Draw("all", seed).order(size) == Draw("all", seed).order(size)
    assert all(3 <= Draw("b", seed).between(3, 5) <= 5 for _ in range(3))


def test_draws_do_not_favour_a_place() -> None:
    counts = [0] * 10
    draw = Draw("fair")
    for _ in range(10_000):
        counts[draw.below(10)] += 1
    assert max(counts) - min(counts) < 200
    firsts = [Draw("order", str(n)).shuffled("abcd")[0] for n in range(4000)]
    assert all(900 < firsts.count(letter) < 1100 for letter in "abcd")
    orders = Draw("orders")
    firsts = [orders.order(4)[0] for _ in range(4000)]
    assert all(900 < firsts.count(place) < 1100 for place in range(4))


def test_a_question_is_asked_one_way_or_the_other(written: Writer) -> None:
    def row(n: int) -> dict:
        wrong = {f"wrong {n}": 0, f"false {n}": 0}
        return {
            "question": f"What of {n}?",
            "mc1_targets": {f"right {n}": 1, **wrong},
            "mc2_targets": {f"right {n}": 1, f"true {n}": 1, **wrong},
        }

    fields = ["question", "mc1_targets", "mc2_targets"]
    content = json.dumps([row(n) for n in range(60)])
    directory = written("x", "truthfulqa", {"x/mc_task.json": (fields, content)})
    library = read_library(Source(read_manifest(directory / "x.toml"), directory))
    assert len(library.items) == len({item.cluster for item in library.items}) == 60
    for item in library.items:
        record = library.records[item.needed[0]].fields
        right = item.task.right if isinstance(item.task, Verdicts) else (item.task.right,)
        stated = {item.task.choices[place] for place in right}
        assert stated == (
            {record["finding"], *record["also_true"]}
            if isinstance(item.task, Verdicts)
            else {record["finding"]}
        )
    assert 15 < sum(isinstance(item.task, Verdicts) for item in library.items) < 45
