"""Tables: every layout is drawn, and what counts as a cell of a record."""

from __future__ import annotations

import re

import pytest

from pipelines.replays.draws import Draw
from pipelines.replays.items import Record
from pipelines.replays.renderings import table

_MARKER = '[toin: 2 of 9 rows left out; toin_retrieve("0f") returns all of it]'


def _record(number: int) -> Record:
    title = f"Plum {number} of the second basket"
    fields = {"id": f"P-{number}", "title": title, "calls": number, "note": "a,   b"}
    return Record(f"P-{number}", "", "", (), (), fields)


def test_every_layout_is_drawn() -> None:
    forms = {
        "comma": r"^id,title,calls,note",
        "semicolon": r"^id;title;calls;note",
        "quoted": r'^"id"[,;]"title"',
        "tab": r"^id\ttitle",
        "markdown": r"^\| id +\| title +\|.*\n\| --",
        "psql": r"^ +id +\| +title +\|.*\n-+\+-",
        "mysql": r"^\+-+\+.*\n\| id +\| title",
        "aligned": r"^ID +TITLE +CALLS",
        "blanks": r"a,  \\u0020b",
        "carriage returns": r"\r\n",
        "footer": r"\n\(8 rows\)\n",
    }
    records = [_record(number) for number in range(8)]
    texts = [table.render(records, Draw(str(seed))) for seed in range(200)]
    for name, form in forms.items():
        assert sum(re.search(form, text) is not None for text in texts) >= 5, name


def test_what_would_be_mostly_blank_is_exported() -> None:
    wide = Record("P-9", "", "", (), (), {"id": "P-9", "title": "w" * 4000})
    records = [*[_record(number) for number in range(8)], wide]
    texts = [table.render(records, Draw(str(seed))) for seed in range(60)]
    assert all(len(text) < 3 * (4000 + 8 * 40) for text in texts)
    assert {text[:5] for text in texts} >= {"id,ti", "id;ti", "id\tti"}


_FULL = {"id": "P-1", "title": "Plum 1", "note": "a, b"}


@pytest.mark.parametrize(
    "text",
    [
        'id,title,note\nP-0,x,y\nP-1,Plum 1,"a, b"\n',
        '"id";"title";"note"\r\n"P-1";"Plum 1";"a, b"\r\n',
        "id\ttitle\tnote\nP-1\tPlum 1\ta, b\n",
        "| id | title | note |\n| --- | --- | --- |\n| P-1 | Plum 1 | a, b |\n",
        "| id | title | note |\n| P-1 | Plum 1 | a, b |\n",
        "  id  | title  | note \n------+--------+------\n P-1  | Plum 1 | a, b\n(1 row)\n",
        "ID    TITLE    NOTE\nP-1   Plum 1   a, b\n",
        f"[toin table: 1 of 9 rows; below by bar]\n# ID|TITLE|NOTE\nP-1|Plum 1|a, b\n{_MARKER}",
        f"[toin table: 1 of 9 rows]\n# id title note\nP-1 ⟦Plum 1⟧ a, b\n… 8 rows\n{_MARKER}",
        "[toin table: 3 of 9 rows; NAME=value is the same in every row]\n"
        f"# id,title=Plum 1,note\nP-1,\"a, b\"\n{_MARKER}",
        "[toin table: 3 of 9 rows; ~a stands for its value]\n~a=Plum 1\n"
        f"# id title note\nP-1 ~a a, b\n{_MARKER}",
        f"[toin table: 3 of 9 rows]\n| id | title | note |\n| P-1 | Plum 1 | a, b |\n{_MARKER}",
        "[toin table: 3 of 9 rows; below by semicolon]\n# id;title;note\nP-0;x;y\n"
        f"| P-1 | Plum 1 | a, b |\n{_MARKER}",
        "[toin table: 3 of 9 rows; below by semicolon]\n# ID;TITLE   NOTE\n"
        f"P-1;Plum 1    a, b\n{_MARKER}",
    ],
)  # fmt: skip
def test_a_row_with_its_names_is_found(text: str) -> None:
    assert list(table.read(text, {"P-1"})) == [_FULL]


@pytest.mark.parametrize(
    "text",
    [
        'P-0,x,y\nP-1,Plum 1,"a, b"\n',
        'id,title,note\nP-1,Plum 1,"a, b"',
        "id,title,note\nP-1,Plum 1,a, b\n",
        "id,title,note\nP-2,Plum 1,P-1\n",
        "id,title,note\nP-11,Plum 1,y\n",
        "| id | title | note |\n| P-1 | Plum 1 |\n",
        "ID    TITLE    NOTE\nP-1  Plum 1   a, b\n",
        f"[toin table: 1 of 9 rows; below by semicolon]\n# id;title;note\nP-1;Plum 1\n{_MARKER}",
        f"[toin table: 1 of 9 rows]\n# id title note\nP-1 ⟦Plum 1 a, b\n{_MARKER}",
        f"[toin table: 1 of 9 rows]\nP-1 ⟦Plum 1⟧ a, b\n{_MARKER}",
        "[toin table: 3 of 9 rows; below by semicolon]\n# ID;TITLE;NOTE\n"
        f"P-1;Pl;um 1   a, b\n{_MARKER}",
        "[toin table: 3 of 9 rows; below by semicolon]\n# ID;TITLE;NOTE   STATE\n"
        f"P-1;Pl   um 1;a, b\n{_MARKER}",
    ],
)
def test_a_row_without_names_or_with_other_cells_is_none(text: str) -> None:
    assert list(table.read(text, {"P-1"})) == []
