"""Prose: every layout is drawn, and what counts as told of a record."""

from __future__ import annotations

import re

import pytest

from pipelines.replays.draws import Draw
from pipelines.replays.items import Record
from pipelines.replays.renderings import text as prose

_LEFT = '[toin text: 5 of 30 sentences, "…3" where 3 others stood]\n'
_MARKER = '\n[toin: 25 of 30 sentences left out; toin_retrieve("0f") returns all of it]'


def _record(number: int) -> Record:
    fields: dict[str, object] = {
        "id": f"P-{number}",
        "title" if number % 2 else "name": f"Plum {number}",
        "grade": number,
        "question": "Is it?",
        "statement": f"He has {number}. She has none.",
    }
    if number % 3 == 0:
        fields["deep"] = {"type": "dict", "properties": {"a": {"type": "int", "b": [1]}}}
    return Record(f"P-{number}", "", "", (), (), fields)


def test_every_layout_is_drawn() -> None:
    forms = {
        "report": r"(?m)^P-1 is titled “Plum 1”\. It has grade 1\. The “question” is “Is it\?”\.",
        "list": r"(?m)^- P-2, named “Plum 2”\. It has grade 2\.",
        "heading": r"(?m)^## P-1: Plum 1$",
        "heading of a name": r"(?m)^## P-2 \(Plum 2\)$",
        "line of markdown": r"(?m)^The “statement” of P-1: He has 1\. She has none\.$",
        "to the end": r"As for the “statement”: He has 1\. She has none\.$(?m:)",
        "nested": r"The “deep.properties.a” has type “int”, b \[1\]\.",
        "nested in markdown": r"(?m)^In P-0, the “deep” has type “dict”\.$",
        "remarks": r"(?m)^Typing errors are corrected without notice\.$",
    }
    records = [_record(number) for number in range(8)]
    texts = [prose.render(records, Draw(str(seed))) for seed in range(200)]
    for name, form in forms.items():
        assert sum(re.search(form, text, re.M) is not None for text in texts) >= 5, name


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("P-1 is titled “A”. It has grade 5, by a.ok.", {"title": "A", "grade": "5", "by": "a.ok"}),
        ("- P-1, named “A b”.", {"name": "A b"}),
        ("## P-1: A b", {"title": "A b"}),
        ("## P-1 (A b)", {"name": "A b"}),
        ("P-1 has grade 5.", {"grade": "5"}),
        ("The “note” of P-1: He said \\“no\\”. 5 it is.", {"note": "He said “no”. 5 it is."}),
        ("P-1. The “q” is “Is it? A: b”. The “l” is [1, 2].", {"q": "Is it? A: b", "l": [1, 2]}),
        ("In P-1, the “d.e” has type “int”, \"x y\" 5, f.g null.",
         {"d": {"e": {"type": "int", "x y": 5, "f": {"g": None}}}}),
        ("P-1. The “q” is “x”. As for the “note”: It has grade 5. The “z” is “y”.",
         {"q": "x", "note": "It has grade 5. The “z” is “y”."}),
    ],
)  # fmt: skip
def test_what_a_line_tells_of_its_record(line: str, found: dict) -> None:
    assert list(prose.read(f"Intro.\n\n{line}\n", {"P-1"})) == [{**found, "id": "P-1"}]
    assert list(prose.read(f"Intro.\n\n{line}", {"P-1"})) == []
    assert list(prose.read(f"Intro.\n\n{line}\n", {"P-2", "P-11", "P"})) == []


@pytest.mark.parametrize(
    ("line", "found"),
    [
        # At the end of a line all that is left counts, but for what may be half of something.
        ("The “note” of P-1: He has 5. …2 She has 7. …1", {"note": "He has 5. … She has 7. …"}),
        ("The “note” of P-1: 5 and six …2 ty. …1 200 it is.", {"note": "5 and … … it is."}),
        ("The “note” of P-1: He has 5. [×3] Yes.", {"note": "He has 5. Yes."}),
        # In quotes what follows a gap may belong to another field.
        ("P-1. The “q” is “He has 5. …2 She has 7.”.", {"q": "He has 5. …"}),
        ("P-1. The “q” is “He has 5. …2 The “r” is “no”.", {"q": "He has 5. …", "r": "no"}),
        ("P-1. The “d” has a “x”, b “He has. …1 c”, e “f”.", {"d": {"a": "x", "b": "He has. …"}}),
        # Behind a gap only what says its name counts, and no sentence about short fields.
        ("P-1 is titled “A. …2 It has grade 5. The “q” is “x”.", {"q": "x"}),
        ("P-1 is titled “A b”. …1 She has 7.", {"title": "A b"}),
        ("P-1 is titled “A. …2 b”. It has grade 5.", {}),
        ("P-1. The “l” is [“1, …2 2].", {}),
        ('P-1. The “l” is ["a …2 b"].', {}),
    ],
)  # fmt: skip
def test_what_is_left_of_a_line_with_gaps(line: str, found: dict) -> None:
    read = list(prose.read(f"{_LEFT}{line}{_MARKER}", {"P-1"}))
    assert read == ([{**found, "id": "P-1"}] if found else [])


@pytest.mark.parametrize(
    "text",
    [
        f"{_LEFT}…2 As for the “note”: P-1 has 5.{_MARKER}",
        f"{_LEFT}P-2 is titled “P-1”. It has grade 5.{_MARKER}".replace("P-2", "…3"),
        "Somebody wrote that P-1 is titled “A b”.\n",
        "## About P-1\n",
        "P-1\n",
        "",
    ],
)
def test_a_line_that_does_not_begin_with_the_id_tells_nothing_of_it(text: str) -> None:
    assert list(prose.read(text, {"P-1"})) == []
