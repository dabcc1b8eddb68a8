"""The bundled data: right by its own arithmetic, varied, and the bytes that the manifests name."""

from __future__ import annotations

import ast
import gzip
import hashlib
import json
import re
import subprocess
import sys
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from compressors.messages import query_for
from pipelines.replays.manifests import Manifest, read_manifest, records, selected, verify
from pipelines.replays.solvers import arithmetic, choices
from pipelines.traffic.used import used_values

ROOT = Path(__file__).resolve().parents[2]
DATASETS = ROOT / "datasets"
PUBLIC = ROOT.parent / "shared" / "data"
SETS = ("gsm8k", "truthfulqa", "bfcl")
EPSILON = {"gsm8k": 0.01, "truthfulqa": 0.02, "bfcl": 0.01}
SEED = 2611


def rows_of(path: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (DATASETS / path).read_text("utf-8").splitlines()]


def carried_out(expression: str) -> Fraction:
    """The exact value of a calculator step; an implementation apart from the solver's."""

    def value(node: ast.expr) -> Fraction:
        if isinstance(node, ast.Constant):
            return Fraction(str(node.value))
        assert isinstance(node, ast.BinOp)
        left, right = value(node.left), value(node.right)
        match node.op:
            case ast.Add():
                return left + right
            case ast.Sub():
                return left - right
            case ast.Mult():
                return left * right
            case ast.Div():
                return left / right
        raise AssertionError(expression)

    return value(ast.parse(expression, mode="eval").body)


# --- manifests


@pytest.mark.parametrize("name", SETS)
def test_public_manifest(name: str) -> None:
    manifest = read_manifest(DATASETS / f"{name}.toml")
    assert (manifest.name, manifest.format) == (name, name)
    assert manifest.epsilon == EPSILON[name]
    assert not manifest.sample
    assert manifest.source.startswith("https://")
    assert re.fullmatch(r"[0-9a-f]{40}", manifest.revision)
    assert manifest.licence in ("MIT", "Apache-2.0")
    paths = [file.path for file in manifest.files]
    assert len(set(paths)) == len(paths)
    assert all(path.startswith(f"{name}/") for path in paths)


@pytest.mark.parametrize("name", SETS)
def test_sample_manifest_names_the_bytes_that_are_there(name: str) -> None:
    manifest = read_manifest(DATASETS / f"{name}-sample.toml")
    assert manifest.sample
    assert manifest.epsilon == 0.10
    assert manifest.licence == "Apache-2.0"
    check_files(manifest, DATASETS)
    there = {p.relative_to(DATASETS).as_posix() for p in (DATASETS / manifest.name).rglob("*.*")}
    assert there == {file.path for file in manifest.files}


def test_samples_are_what_a_run_without_data_replays() -> None:
    names = [source.manifest.name for source in selected(None, directory=DATASETS)]
    assert names == [f"{name}-sample" for name in SETS]


@pytest.mark.skipif(not PUBLIC.is_dir(), reason="the public data sets are not in ../shared/data")
@pytest.mark.parametrize("name", SETS)
def test_public_manifest_fits_the_data(name: str) -> None:
    check_files(read_manifest(DATASETS / f"{name}.toml"), PUBLIC)


def check_files(manifest: Manifest, base: Path) -> None:
    for file in manifest.files:
        verify(base / file.path, file)
        assert sum(1 for _ in records(base / file.path, file)) > 0  # raises on a missing field


# --- word problems

PROBLEMS = rows_of("gsm8k-sample/test.jsonl")
STEP = re.compile(r"<<([^<>=]+)=([^<>=]+)>>")


def test_there_are_enough_problems_and_none_twice() -> None:
    assert len(PROBLEMS) >= 110
    assert all(set(problem) == {"question", "answer"} for problem in PROBLEMS)
    # One template with other numbers would give one text once the numbers are gone.
    bare = {re.sub(r"[\d.,$/]+", "#", problem["question"]) for problem in PROBLEMS}
    assert len(bare) == len(PROBLEMS)
    openings = Counter(" ".join(problem["question"].split()[:3]) for problem in PROBLEMS)
    assert openings.most_common(1)[0][1] <= 3


@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda p: p["question"][:40])
def test_every_step_is_right_and_the_last_is_the_answer(problem: dict[str, str]) -> None:
    body, _, final = problem["answer"].rpartition("\n#### ")
    steps = STEP.findall(body)
    assert 1 <= len(steps) <= 6
    for expression, result in steps:
        assert carried_out(expression) == Fraction(result), expression
        assert f"<<{expression}={result}>>{result}" in body
    assert steps[-1][1] == final
    assert all(STEP.search(line) for line in body.splitlines())


def test_problems_differ_in_length_and_can_be_solved_from_their_own_text() -> None:
    lengths = Counter(len(arithmetic.steps_of(problem["answer"])) for problem in PROBLEMS)
    assert set(lengths) == {1, 2, 3, 4, 5, 6}
    solved = sum(solvable(problem, problem["question"]) for problem in PROBLEMS)
    assert solved >= 0.9 * len(PROBLEMS)
    blind = sum(solvable(p, re.sub(r"\d", "", p["question"])) for p in PROBLEMS)
    assert blind <= 0.05 * len(PROBLEMS)


def solvable(problem: Mapping[str, str], text: str) -> bool:
    answer = problem["answer"]
    steps, final = arithmetic.steps_of(answer), arithmetic.final_of(answer)
    return arithmetic.solve(text, steps=steps, final=final)


# --- questions

QUESTIONS = json.loads((DATASETS / "truthfulqa-sample/mc_task.json").read_text("utf-8"))


def test_there_are_enough_questions_and_none_twice() -> None:
    assert len(QUESTIONS) >= 110
    assert len({question["question"].lower() for question in QUESTIONS}) == len(QUESTIONS)
    assert {len(question["mc1_targets"]) for question in QUESTIONS} == {4, 5}


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda q: q["question"][:40])
def test_choices_hang_together(question: dict[str, Any]) -> None:
    none, one, many = (question[f"mc{n}_targets"] for n in range(3))
    assert list(none.values()) == [1, 0]
    assert list(one.values()) == [1] + [0] * (len(one) - 1)
    assert sum(many.values()) >= 2
    assert none.items() <= one.items() <= many.items()
    assert len({choice.lower() for choice in many}) == len(many)
    offered, right = list(one), next(iter(one))
    assert choices.solve(right, choices=offered, right=0)
    for wrong in offered[1:]:
        assert not choices.solve(wrong, choices=offered, right=0)


@pytest.mark.skipif(not PUBLIC.is_dir(), reason="the public data sets are not in ../shared/data")
def test_samples_repeat_nothing_of_the_public_sets() -> None:
    def plain(text: str) -> str:
        return " ".join(re.findall(r"\w+", text.lower()))

    asked = json.loads((PUBLIC / "truthfulqa/mc_task.json").read_text("utf-8"))
    known = {plain(each["question"]) for each in asked}
    lines = (PUBLIC / "gsm8k/test.jsonl").read_text("utf-8").splitlines()
    known |= {plain(json.loads(line)["question"]) for line in lines}
    assert not {plain(each["question"]) for each in (*QUESTIONS, *PROBLEMS)} & known
    public = (PUBLIC / "bfcl/BFCL_v4_multiple.json").read_text("utf-8").splitlines()
    names = {f["name"] for line in public for f in json.loads(line)["function"]}
    assert not names & {f["name"] for request in REQUESTS for f in request["function"]}


# --- function calls

REQUESTS = rows_of("bfcl-sample/BFCL_v4_multiple.json")
ANSWERS = rows_of("bfcl-sample/possible_answer/BFCL_v4_multiple.json")
TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,), "integer": (int,), "float": (float,), "boolean": (bool,),
    "array": (list,), "dict": (dict,),
}  # fmt: skip


def test_there_are_enough_requests_and_no_function_twice() -> None:
    assert len(REQUESTS) >= 110
    assert [request["id"] for request in REQUESTS] == [answer["id"] for answer in ANSWERS]
    names = [function["name"] for request in REQUESTS for function in request["function"]]
    assert len(set(names)) == len(names)
    asked = [request["question"][0][0]["content"] for request in REQUESTS]
    assert len(set(asked)) == len(asked)
    assert {len(request["function"]) for request in REQUESTS} == {2, 3, 4}


def test_the_right_function_stands_at_any_place() -> None:
    places = Counter(
        [function["name"] for function in request["function"]].index(called(answer)[0])
        for request, answer in zip(REQUESTS, ANSWERS, strict=True)
    )
    assert max(places[0], places[1], places[2]) < 0.5 * len(REQUESTS)


def called(answer: Mapping[str, Any]) -> tuple[str, dict[str, list[Any]]]:
    (call,) = answer["ground_truth"]
    ((name, arguments),) = call.items()
    return name, arguments


@pytest.mark.parametrize("place", range(len(REQUESTS)), ids=lambda n: str(REQUESTS[n]["id"]))
def test_the_accepted_call_holds_against_its_own_schema(place: int) -> None:
    ((message,),) = REQUESTS[place]["question"]
    assert message["role"] == "user"
    for function in REQUESTS[place]["function"]:
        parameters = function["parameters"]
        assert parameters["type"] == "dict"
        assert set(parameters["required"]) <= set(parameters["properties"])
        for schema in parameters["properties"].values():
            assert schema["type"] in TYPES
            if "default" in schema:
                fits(schema, schema["default"])
    name, arguments = called(ANSWERS[place])
    (schema,) = (f["parameters"] for f in REQUESTS[place]["function"] if f["name"] == name)
    assert set(arguments) == set(schema["properties"])
    for argument, accepted in arguments.items():
        assert accepted
        for value in accepted:
            if value == "":
                assert argument not in schema["required"]
            else:
                fits(schema["properties"][argument], value)


def fits(schema: Mapping[str, Any], value: object) -> None:
    assert type(value) in TYPES[schema["type"]], (schema, value)
    if value and "enum" in schema:
        assert value in schema["enum"]
    if schema["type"] == "array" and schema["items"]["type"] in TYPES:
        assert isinstance(value, list)
        assert all(type(each) in TYPES[schema["items"]["type"]] for each in value)
    if schema["type"] == "dict":
        assert isinstance(value, dict)
        for key, inner in value.items():
            assert all(fits(schema["properties"][key], each) is None for each in inner)


# --- traffic

SLICES = {"list_orders": "orders", "search_inventory": "inventory", "read_service_log": "log"}
# Shares of answers of which the agent uses a row that nothing singles out: what makes one
# slice bear less compression than another.
HIDDEN = {"orders": (0.002, 0.012), "inventory": (0.015, 0.04), "log": (0.11, 0.17)}


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    return tomllib.loads((DATASETS / "traffic-sample.toml").read_text("utf-8"))


@pytest.fixture(scope="module")
def groups(manifest: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    return {
        file["group"]: [
            json.loads(line)
            for line in gzip.decompress((DATASETS / file["path"]).read_bytes()).splitlines()
        ]
        for file in manifest["file"]
    }


def tools(transcript: Mapping[str, Any]) -> Iterator[tuple[int, str, str]]:
    """Place, slice and content of each answer of the three main tools."""
    for place, message in enumerate(transcript["messages"]):
        if message["role"] == "tool" and message["name"] in SLICES:
            yield place, SLICES[message["name"]], message["content"]


def test_traffic_manifest_names_the_bytes_that_are_there(
    manifest: dict[str, Any], groups: dict[str, list[dict[str, Any]]]
) -> None:
    assert (manifest["model"], manifest["auth_mode"]) == ("claude-sonnet-4-20250514", "payg")
    assert manifest["sample"] is True
    assert manifest["licence"] == "Apache-2.0"
    assert manifest["groups"] == list(groups)
    assert len(groups) == 6
    packed = unpacked = 0
    for file in manifest["file"]:
        content = (DATASETS / file["path"]).read_bytes()
        assert hashlib.sha256(gzip.decompress(content)).hexdigest() == file["sha256"]
        assert len(groups[file["group"]]) == file["conversations"] >= 20
        assert content[4:8] == b"\0\0\0\0"  # gzip's time stamp
        packed += len(content)
        unpacked += len(gzip.decompress(content))
    assert manifest["conversations"] == sum(map(len, groups.values())) >= 192
    assert packed < 2_500_000
    assert unpacked < 14_000_000


def test_conversations_are_whole(groups: dict[str, list[dict[str, Any]]]) -> None:
    seen: set[str] = set()
    keys: set[tuple[str, str]] = set()
    for transcripts in groups.values():
        for transcript in transcripts:
            assert set(transcript) == {"id", "task_id", "messages"}
            assert transcript["id"] not in seen
            seen.add(transcript["id"])
            messages = transcript["messages"]
            assert [message["role"] for message in messages[:2]] == ["system", "user"]
            keys.add((messages[0]["content"], messages[1]["content"]))
            check_turns(messages)
    # A conversation is keyed from these two, so no two may share them.
    assert len(keys) == len(seen)


def check_turns(messages: list[dict[str, Any]]) -> None:
    waiting: dict[str, str] = {}
    for message in messages:
        if message["role"] == "tool":
            assert waiting.pop(message["tool_call_id"]) == message["name"]
            assert message["content"].strip()
            continue
        assert not waiting, "a call was not answered before the next turn"
        for call in message.get("tool_calls", ()):
            assert call["type"] == "function"
            assert isinstance(json.loads(call["function"]["arguments"]), dict)
            waiting[call["id"]] = call["function"]["name"]
        assert message.get("tool_calls") or message["content"].strip()
    assert messages[-1]["role"] == "assistant"
    assert not waiting


def test_each_main_slice_is_seen_often_and_evenly(
    groups: dict[str, list[dict[str, Any]]],
) -> None:
    often: dict[str, Counter[str]] = defaultdict(Counter)
    for group, transcripts in groups.items():
        for transcript in transcripts:
            for name, count in Counter(name for _, name, _ in tools(transcript)).items():
                often[name][group] += count >= 4
    assert set(often) == set(SLICES.values())
    for counts in often.values():
        assert counts.total() >= 100
        assert len(counts) == 6
        assert max(counts.values()) <= 0.2 * counts.total()


def test_rows_of_one_tool_have_one_shape(groups: dict[str, list[dict[str, Any]]]) -> None:
    shapes: dict[str, set[tuple[tuple[str, str], ...]]] = defaultdict(set)
    line = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]{12}Z (INFO |WARN |ERROR) \[[\w-]+\] [\w.]+: \S.*")
    for transcripts in groups.values():
        for transcript in transcripts:
            for _, name, content in tools(transcript):
                assert 2_000 <= len(content) <= 10_240
                if name == "log":
                    lines = content.splitlines()
                    assert 60 <= len(lines) <= 200
                    assert all(line.fullmatch(each) for each in lines)
                    continue
                rows = items(content)
                assert 20 <= len(rows) <= 60
                shapes[name] |= {
                    tuple((key, type(value).__name__) for key, value in row.items()) for row in rows
                }
    assert {name: len(found) for name, found in shapes.items()} == {"orders": 1, "inventory": 1}


def items(content: str) -> list[dict[str, Any]]:
    document = json.loads(content)
    return document if isinstance(document, list) else document["items"]


@pytest.mark.slow
def test_slices_differ_in_what_they_can_bear(groups: dict[str, list[dict[str, Any]]]) -> None:
    seen: Counter[str] = Counter()
    hidden: Counter[str] = Counter()
    used_at_all: Counter[str] = Counter()
    for transcripts in groups.values():
        for transcript in transcripts:
            messages = transcript["messages"]
            used = used_values(messages)
            for place, name, content in tools(transcript):
                seen[name] += 1
                used_at_all[name] += place in used
                shown = "\n".join(singled_out(name, content, query_for(messages, place)))
                # What stands in many rows (a host, a logger, a city) is in those that stay, too.
                rare = [value for value in used.get(place, ()) if content.count(value) < 4]
                hidden[name] += any(value not in shown for value in rare)
    for name, (low, high) in HIDDEN.items():
        assert low <= hidden[name] / seen[name] <= high, (name, hidden[name], seen[name])
        assert used_at_all[name] >= 0.9 * seen[name]


def singled_out(name: str, content: str, query: str) -> Iterator[str]:
    """The rows that the query names, or that any rule of oddness would keep."""
    if name == "log":
        lines = content.splitlines()
        for line in lines:
            reference = re.search(r"(?:req|batch|job)=([0-9a-f]{8})", line)
            odd = " INFO " not in line or "] service." in line
            if odd or (reference and reference[1] in query):
                yield line
        return
    for row in items(content):
        odd = row["status"] in ("failed", "blocked") or row.get("quantity", 0) > 20
        odd = odd or row.get("on_hand", 0) < 0
        telling = ("id", "customer", "tracking", "item", "total", "sku", "name", "bin")
        if odd or any(str(row[key]) in query for key in telling if key in row):
            yield json.dumps(row, ensure_ascii=False)


def test_people_do_not_speak_from_one_template(groups: dict[str, list[dict[str, Any]]]) -> None:
    asked = [
        message["content"]
        for transcripts in groups.values()
        for transcript in transcripts
        for message in transcript["messages"]
        if message["role"] == "user" and len(message["content"]) > 45
    ]
    assert len(set(asked)) > 0.99 * len(asked)
    bare = Counter(
        " ".join(word for word in re.sub(r"[^a-z ]", " ", text.lower()).split() if len(word) > 3)
        for text in asked
    )
    assert bare.most_common(1)[0][1] < 0.005 * len(asked)
    openings = Counter(" ".join(text.lower().split()[:4]) for text in asked)
    assert openings.most_common(1)[0][1] < 0.02 * len(asked)


@pytest.mark.slow
def test_the_generator_makes_these_bytes_again(tmp_path: Path) -> None:
    made = subprocess.run(
        [
            sys.executable, str(ROOT / "benchmarks" / "make_traffic_sample.py"),
            "--seed", str(SEED), "--out", str(tmp_path),
        ],
        capture_output=True, text=True, check=False,
        env={"PYTHONHASHSEED": "77", "PATH": ""},
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    again = sorted((tmp_path / "traffic-sample").glob("*.gz"))
    bundled = sorted((DATASETS / "traffic-sample").glob("*.gz"))
    assert [path.name for path in again] == [path.name for path in bundled]
    for ours, theirs in zip(again, bundled, strict=True):
        # Another zlib may pack the same transcripts into other bytes.
        assert gzip.decompress(ours.read_bytes()) == gzip.decompress(theirs.read_bytes())


def test_the_readme_counts_what_is_there(manifest: dict[str, Any]) -> None:
    table = dict(
        re.findall(
            r"^\| `([\w-]+)` \|.*?\| ([\d,]+) \|", (DATASETS / "README.md").read_text(), re.M
        )
    )
    assert table["gsm8k-sample"] == str(len(PROBLEMS))
    assert table["truthfulqa-sample"] == str(len(QUESTIONS))
    assert table["bfcl-sample"] == str(len(REQUESTS))
    assert table["traffic-sample"] == str(manifest["conversations"])
    assert manifest["revision"] == f"seed {SEED}"
    listed = {path.stem for path in DATASETS.glob("*.toml")} - {"blocks"}
    assert set(table) == listed
