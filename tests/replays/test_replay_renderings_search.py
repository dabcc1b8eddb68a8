"""Searches: every layout is drawn, and what counts as a line of a record's file."""

from __future__ import annotations

import re

import pytest

from pipelines.replays.draws import Draw
from pipelines.replays.items import Record
from pipelines.replays.renderings import search

_MARKER = '[toin: 2 of 9 lines left out; toin_retrieve("0f") returns all of it]'


def _record(number: int) -> Record:
    fields = {"id": f"P-{number}", "title": f"Plum {number}", "deep": {"a": {"b": [number]}}}
    return Record(f"P-{number}", "", "", (), (), fields)


def test_every_layout_is_drawn() -> None:
    forms = {
        "numbered": r"^\S+/P-0\.\w+:2:",
        "context": r"^\S+/P-0\.\w+-1-",
        "heading": r"^\S+/P-0\.\w+\n2:",
        "toml": r'(?m)[:\d]title = "Plum 3"$',
        "yaml": r"(?m):title: Plum 3$",
        "properties": r"(?m):title=Plum 3$",
        "markdown": r"(?m):- \*\*title\*\*: Plum 3$",
        "below one another": r"(?m):deep\.a\.b(?:\*\*: | = |: |=)\[3\]$",
        "other files": r"(?m)^(?:\./)?(?:src|tests|docs|\.github)/\S+",
        "from here": r"(?m)^\./",
    }
    records = [_record(number) for number in range(8)]
    texts = [search.render(records, Draw(str(seed))) for seed in range(200)]
    for name, form in forms.items():
        assert sum(re.search(form, text) is not None for text in texts) >= 5, name


def test_matches_of_one_file_stand_together() -> None:
    for seed in range(40):
        text = search.render([_record(number) for number in range(30)], Draw(str(seed)))
        paths = re.findall(r"(?m)^(\S*?\.(?:py|md|yml|toml|yaml|properties))(?=$|[:-]\d)", text)
        runs = [path for at, path in enumerate(paths) if at == 0 or paths[at - 1] != path]
        assert len(runs) == len(set(runs)) > 25


_FULL = {"id": "P-1", "title": "Plum 1", "deep": {"a": 5}}


@pytest.mark.parametrize(
    "text",
    [
        'x/P-1.toml:2:id = "P-1"\nx/P-1.toml:3:title = "Plum 1"\nx/P-1.toml:4:deep.a = 5\n',
        "./x/P-1.yaml:9:title: Plum 1\nsrc/a.py:3:    title: str\n./x/P-1.yaml:11:deep.a: 5\n",
        "x/P-0.md\n3:- **title**: no\n\nx/P-1.md\n3:- **title**: Plum 1\n5:- **deep.a**: 5\n"
        "6:- **entry**: x/P-1\n",
        '[toin search: 9 of 30 matches in 9 files]\n▸ x/\n▹ P-1.toml ×8\n3:title = "Plum 1"\n'
        f"4:deep.a = 5\n▹ P-2.toml\n{_MARKER}",
        "[toin search: 9 of 30 matches in 9 files]\n▸ x/P-1.properties\n3:title=Plum 1\n"
        f"4:deep.a=5\n{_MARKER}",
    ],
)
def test_lines_of_the_records_file_are_found(text: str) -> None:
    (found,) = search.read(text, {"P-1"})
    assert {name: found[name] for name in _FULL} == _FULL


def test_a_lone_match_is_found_in_the_notation() -> None:
    text = f"[toin search: 2 of 30 matches]\n▸ x/\n/P-1.md:3:- **title**: Plum 1\n{_MARKER}"
    assert list(search.read(text, {"P-1"})) == [{"id": "P-1", "title": "Plum 1"}]


@pytest.mark.parametrize(
    "text",
    [
        "x/P-2.yaml:2:see: P-1\nx/P-2.yaml:3:title: Plum 1\n",
        "x/P-11.yaml:3:title: Plum 1\n",
        "x/P-1.yaml:3:title: Plum 1",
        "x/P-1.yaml-3-# title: Plum 1\n",
        "x/P-1.py:3:title: Plum 1\n",
        # The heading of another file is gone, and with it the line that ends this one.
        "x/P-1.yaml\n2:id: P-1\n7:title: Plum 1\n8:entry: x/P-2\n",
        "3:title: Plum 1\n9:entry: x/P-1\n",
        f"[toin search: 2 of 30 matches in 9 files]\n▸ x/P-2.md\n3:- **title**: P-1\n{_MARKER}",
    ],
)
def test_lines_of_other_files_are_not(text: str) -> None:
    assert list(search.read(text, {"P-1"})) == []


def test_of_a_shortened_line_whole_words_count() -> None:
    line = "3:title: He pays 12 and 3…[99]…45 for it"
    text = f"[toin search: 2 of 9 matches]\n▸ x/P-1.yaml\n{line}\n{_MARKER}"
    assert list(search.read(text, {"P-1"})) == [{"id": "P-1", "title": "He pays 12 and … for it"}]
    assert list(search.read(text.rpartition("[toin: ")[0], {"P-1"})) != list(
        search.read(text, {"P-1"})
    )
