"""What the shared reader finds in a text, and what the controls leave of one."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.replays.controls import random_deletion, truncation
from pipelines.replays.draws import Draw
from pipelines.replays.solvers.reader import find

_ROWS = [{"id": f"P-{n:05d}", "statement": f"story {n}", "tags": {"n": n}} for n in range(30)]


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(_ROWS),
        json.dumps({"total": 30, "results": _ROWS}, indent=2),
        json.dumps({"data": {"items": _ROWS[5:9]}}),
        '[toin: 3 of 4 rows left out; toin_retrieve("0123456789abcdef") returns all of it]'.join(
            [json.dumps(_ROWS) + "\n", ""]
        ),
        "[toin json: 2 of 30 rows {id,statement,tags}]\n"
        'P-00007,story 7,"{}"\nP-00009,"story, 9","{}"\n[toin: 28 of 30 rows left out; x]',
        '[toin json: ~N = rows below]\n{"total":30,"results":~1}\n'
        "~1 2 of 30 rows {id,statement,tags{n}}\nP-00007,story 7,7\n… 28 rows\nP-00029,story 29,29",
        'x id="P-00001" statement="no"\nINFO a id="P-00007" statement="story 7" tags="{}"\n',
    ],
)
def test_a_record_is_found_by_its_id(text: str) -> None:
    found = find(text, ["P-00007"], kind="log" if text[0] == "x" else "json")
    assert found["P-00007"]["statement"] == "story 7"


@pytest.mark.parametrize("kind", ["json", "log"])
def test_all_records_that_are_asked_for_are_found(kind: str) -> None:
    lines = "\n".join(f'INFO id="{row["id"]}" statement="{row["statement"]}"' for row in _ROWS)
    text = json.dumps(_ROWS) if kind == "json" else lines
    found = find(text, ["P-00003", "P-99999", "P-00021"], kind=kind)
    assert {key: fields["statement"] for key, fields in found.items()} == {
        "P-00003": "story 3",
        "P-00021": "story 21",
    }


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", "plain words P-00007", '["P-00007"]'])
def test_an_id_alone_is_no_record(text: str) -> None:
    assert find(text, ["P-00007"], kind="json") == {}


def test_a_cut_off_document_has_the_records_before_the_cut() -> None:
    text = json.dumps({"results": _ROWS}, indent=2)
    cut = text[: text.index('"P-00010"') + 14]
    assert find(cut, ["P-00009"], kind="json")["P-00009"] == _ROWS[9]
    assert find(cut, ["P-00010"], kind="json") == {}
    assert find(cut, ["P-00011"], kind="json") == {}


def test_a_cut_off_line_has_the_fields_before_the_cut() -> None:
    line = 'INFO id="P-00007" title="a \\"b\\"" statement="story sev'
    assert find(line, ["P-00007"], kind="log") == {"P-00007": {"id": "P-00007", "title": 'a "b"'}}


@given(st.floats(0, 1), st.text(max_size=5))
def test_random_deletion_keeps_about_the_ratio_of_rows(ratio: float, seed: str) -> None:
    text = json.dumps({"total": 30, "results": _ROWS})
    left = json.loads(random_deletion(text, ratio, Draw(seed)))
    assert left["total"] == 30
    rows = left["results"]
    assert rows == [row for row in _ROWS if row in rows]
    assert abs(len(rows) - max(30 * ratio, 1)) <= 1.5


@given(st.floats(0, 1), st.text(max_size=5))
def test_random_deletion_keeps_about_the_ratio_of_lines(ratio: float, seed: str) -> None:
    text = "".join(f"line {n:03d}\n" for n in range(50))
    left = random_deletion(text, ratio, Draw(seed)).splitlines()
    assert left == [line for line in text.splitlines() if line in left]
    assert abs(len(left) - max(50 * ratio, 1)) <= 1.5


def test_truncation_keeps_the_beginning() -> None:
    assert truncation("0123456789", 0.35, Draw("")) == "012"
    assert truncation("0123456789", 1.0, Draw("")) == "0123456789"


def test_every_row_is_as_likely_to_be_deleted() -> None:
    kept = [0] * 30
    text = json.dumps(_ROWS)
    for n in range(400):
        for row in json.loads(random_deletion(text, 0.5, Draw(str(n)))):
            kept[row["tags"]["n"]] += 1
    assert min(kept) > 140
    assert max(kept) < 260
