"""Cases: an item among many others, asked for as a person would, in an answer as tools give."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from bisect import bisect_right
from collections import Counter
from pathlib import Path

import pytest

from pipelines.replays.cases import FEWEST, SHARES, SIZES, Case, build, size_of
from pipelines.replays.draws import Draw
from pipelines.replays.formats import read_library
from pipelines.replays.items import Library, Record
from pipelines.replays.manifests import selected
from pipelines.replays.references import wording_of
from pipelines.replays.renderings import KINDS_UNDER_TEST
from pipelines.replays.renderings.log import pairs
from pipelines.replays.solvers import solved


@pytest.fixture(scope="module")
def libraries(small_sets: Path) -> list[Library]:
    return [read_library(source) for source in selected(None, directory=small_sets)]


@pytest.fixture(scope="module")
def cases(libraries: list[Library]) -> list[Case]:
    return [
        build(item, library, kind=kind)
        for library in libraries
        for kind in KINDS_UNDER_TEST
        for item in library.items
    ]


def _solved(case: Case, text: str) -> bool:
    return solved(case.task, text, needed=case.needed, kind=case.kind)


def test_every_small_item_is_solved_on_its_full_text(cases: list[Case]) -> None:
    assert [case.source for case in cases if not _solved(case, case.text)] == []


def test_without_its_record_no_case_is_solved(cases: list[Case]) -> None:
    for case in cases:
        if case.kind == "json":
            document = json.loads(case.text)
            rows = document if isinstance(document, list) else document[list(document)[-1]]
            rows[:] = [row for row in rows if row["id"] not in case.needed]
            cut = json.dumps(document)
        else:
            lines = case.text.splitlines(keepends=True)
            cut = "".join(line for line in lines if not any(i in line for i in case.needed))
        assert not any(identifier in cut for identifier in case.needed)
        assert not _solved(case, cut)


def test_without_the_field_that_answers_no_case_is_solved(cases: list[Case]) -> None:
    for case in cases:
        field = {"gsm8k": "statement", "truthfulqa": "finding", "bfcl": "parameters"}
        name = field[case.dataset.removesuffix("-sample")]
        # Of the same length, so that columns stay where they are.
        cut = re.sub(rf"(?i)\b{name}\b", "_" * len(name), case.text)
        assert not _solved(case, cut)


def test_what_another_record_says_is_no_evidence(cases: list[Case]) -> None:
    for case in cases:
        other = "X" + re.sub(r"\d", "0", case.needed[0][1:])
        assert not _solved(case, case.text.replace(case.needed[0], other))


def test_the_records_stand_once_among_many_at_any_place(cases: list[Case]) -> None:
    places = []
    for case in cases:
        said = re.findall(r"\b(?:P-|F-|fn-)\d{5}\b", case.text)
        ids = list(dict.fromkeys(said))
        assert len(ids) >= 1 + FEWEST
        if case.kind in ("json", "log", "table"):
            assert ids == said
        places.append(ids.index(case.needed[0]) / len(ids))
    assert min(places) < 0.15
    assert max(places) > 0.85


def test_sizes_are_drawn_from_every_band_up_to_the_largest() -> None:
    sizes = [size_of(Draw("size", str(n)), 200_000) for n in range(2000)]
    bands = Counter(bisect_right(SIZES, size) - 1 for size in sizes)
    for band, share in enumerate(SHARES):
        assert abs(bands[band] / 2000 - share / sum(SHARES)) < 0.04
    small = [size_of(Draw("size", str(n)), 20_000) for n in range(500)]
    assert (min(small) < 2_500, 18_000 < max(small) <= 20_000) == (True, True)
    assert size_of(Draw("size"), 500) == 500


def test_rows_of_json_and_lines_of_log_are_what_their_kind_says(cases: list[Case]) -> None:
    for case in cases:
        if case.kind == "json":
            json.loads(case.text)
        elif case.kind == "log":
            stamps = re.findall(r"^(\d{4}[-/]\d\d[-/]\d\d[T ][\d:.,]+)Z? +[A-Z]+ ", case.text, re.M)
            assert len(stamps) == len(case.text.splitlines())
            assert stamps == sorted(stamps)


def test_each_manner_of_asking_is_used_and_asks_as_it_says(
    cases: list[Case], libraries: list[Library]
) -> None:
    records = {r.id: r for library in libraries for r in library.records.values()}
    for case in cases:
        target = records[case.needed[0]]
        assert (target.id in case.query) == (case.manner == "id")
        if case.manner == "name":
            assert target.name in case.query
        if case.manner == "wording":
            assert not re.search(r"\b(?:P-|F-|fn-)\d", case.query)
    assert {case.manner for case in cases} == {"id", "name", "wording"}


def test_words_that_refer_to_a_record_fit_no_other(libraries: list[Library]) -> None:
    seen = 0
    for library in libraries:
        for item in library.items:
            case = build(item, library, kind="json")
            if case.manner != "wording" or item.request:
                continue
            seen += 1
            said = set(re.findall(r"[a-z]+", case.query.lower()))
            target = library.records[case.needed[0]]
            named = [word for word in target.words if word in said]
            shown = [r for r in library.records.values() if f'"{r.id}"' in case.text]
            fitting = [r.id for r in shown if set(named) <= set(r.words)]
            assert fitting == [target.id]
    assert seen >= 3


def test_words_are_added_until_no_other_record_has_them_all() -> None:
    def record(identifier: str, *words: str) -> Record:
        return Record(identifier, "", "", words, words[:4], {})

    wanted = record("P-1", "ducks", "eggs", "market", "muffins", "breakfast", "neighbour")
    near = record("P-2", "ducks", "eggs", "market", "muffins", "breakfast", "farm")
    far = record("P-3", "trains", "station")
    for seed in "abcdef":
        alone = wording_of(wanted, [far], Draw(seed))
        assert len(re.findall("[a-z]+", alone.replace(" and ", " "))) == 3
        assert "neighbour" in wording_of(wanted, [far, near], Draw(seed))


def test_no_word_is_said_twice_in_two_forms() -> None:
    words = ("convert", "converts", "conversion", "currency", "amount", "rate", "market")
    record = Record("fn-1", "", "", words, words[:5], {})
    for seed in "abcdefgh":
        said = re.findall("[a-z]+", wording_of(record, [], Draw(seed)).replace(" and ", " "))
        assert len({word[:5] for word in said}) == len(said) == 3


def test_an_assistant_searches_for_tools_that_nobody_named(cases: list[Case]) -> None:
    seen = 0
    for case in cases:
        if case.dataset == "bfcl-sample":
            arguments = json.loads(case.query.splitlines()[-1])
            assert ("query" in arguments) == (case.manner == "wording")
            seen += bool(arguments.get("query"))
    assert seen > 3


def test_the_query_holds_the_arguments_of_the_call(cases: list[Case]) -> None:
    assert all(case.query.splitlines()[-1].startswith("{") for case in cases)


def test_a_case_is_the_same_in_every_process(cases: list[Case], small_sets: Path) -> None:
    script = (
        "import sys; from pathlib import Path\n"
        "from pipelines.replays.cases import build\n"
        "from pipelines.replays.formats import read_library\n"
        "from pipelines.replays.manifests import selected\n"
        "from pipelines.replays.renderings import KINDS_UNDER_TEST\n"
        "for source in selected(None, directory=Path(sys.argv[1])):\n"
        "    library = read_library(source)\n"
        "    for kind in KINDS_UNDER_TEST:\n"
        "        for item in library.items:\n"
        "            print(build(item, library, kind=kind).id)\n"
    )
    root = Path(__file__).parents[2]
    for seed in ("0", "7"):
        found = subprocess.run(
            [sys.executable, "-c", script, str(small_sets)],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": f"{root}", "PATH": ""},
            capture_output=True, text=True, check=True, cwd=root,
        )  # fmt: skip
        assert found.stdout.split() == [case.id for case in cases]


def test_pairs_are_escaped_as_json_is() -> None:
    fields = {"id": "P-1", "statement": 'say "a\\b"\nand go', "grade": 4}
    assert pairs(fields) == 'id="P-1" statement="say \\"a\\\\b\\"\\nand go" grade="4"'
