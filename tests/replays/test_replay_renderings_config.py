"""Configurations: every layout is drawn, and what counts as a setting of a record."""

from __future__ import annotations

import configparser
import re
import tomllib

import pytest

from pipelines.replays.draws import Draw
from pipelines.replays.items import Record
from pipelines.replays.renderings import config


def _record(number: int) -> Record:
    deep = {"type": "dict", "properties": {"a": {"type": "int"}, "b": {"type": "str"}}}
    fields = {"id": f"P-{number}", "title": f"Plum {number}", "on": "true", "deep": deep}
    return Record(f"P-{number}", "", "", (), (), fields)


_RECORDS = [_record(number) for number in range(8)]
_TEXTS = [config.render(_RECORDS, Draw(str(seed))) for seed in range(200)]


def test_every_layout_is_drawn() -> None:
    forms = {
        "list": r"(?m)^  - id: P-3\n    title: Plum 3\n    on: \"true\"$",
        "keys": r"(?m)^  P-3:\n    title: Plum 3$",
        "nested": r'(?m)^      type: dict\n      properties:\n        a: \{"type": "int"\}$',
        "tables": r'(?m)^\[\w+\.P-3\]\ntitle = "Plum 3"$',
        "list of tables": r'(?m)^\[\[\w+\]\]\nid = "P-3"$',
        "ini": r'(?m)^\[\w+:P-3\]\ntitle = Plum 3\non = "true"$',
        "dotted": r'(?m)^deep\.properties\.a\.type = "?int"?$',
        "settings": r"(?m)^\[?(?:server|logging|cache|search|storage|features)[\]:]",
        "head": r"\A# \w",
        "notes": r"(?m)^ *# (?:moved|kept|reviewed|see)",
    }
    for name, form in forms.items():
        assert sum(re.search(form, text) is not None for text in _TEXTS) >= 5, name


def test_toml_and_ini_are_what_their_readers_read() -> None:
    read = 0
    for text in _TEXTS:
        if "\n[" not in f"\n{text}":
            continue
        if re.search(r"(?m)^\[\w+:P-3\]", text):
            found = configparser.ConfigParser(interpolation=None)
            found.read_string(text)
            assert sum(name.endswith("P-3") for name in found.sections()) == 1
        else:
            assert "Plum 3" in str(tomllib.loads(text))
        read += 1
    assert read > 50


_FULL = {"id": "P-1", "title": "Plum 1", "deep": {"type": "dict", "properties": {"a": 5}}}


@pytest.mark.parametrize(
    "text",
    [
        "items:\n  - id: P-1\n    title: Plum 1\n    deep:\n      type: dict\n      properties:\n"
        "        a: 5\n    origin: db/P-1\n",
        "items:\n  P-1:\n    title: Plum 1\n    deep:\n      type: dict\n      properties:\n"
        "        a: 5\n    origin: db/P-1\nserver:\n  port: 1\n",
        '[items.P-1]\ntitle = "Plum 1"\ndeep.type = "dict"\ndeep.properties.a = 5\n'
        'origin = "db/P-1"\n',
        '[[items]]\nid = "P-1"\ntitle = "Plum 1"\n# a note\ndeep.type = "dict"\n'
        'deep.properties.a = 5\norigin = "db/P-1"\n',
        "[items:P-1]\ntitle = Plum 1\ndeep.type = dict\ndeep.properties.a = 5\norigin = db/P-1\n",
        '[toin config: "~a 1 2" is the block from "~a=" to "~.", with 1, 2 for its *]\n~a=\n[*]\n'
        "title = *\ndeep.type = dict\ndeep.properties.a = *\norigin = db/*\n~.\n"
        "~a items:P-1 ⟦Plum 1⟧ 5 P-1\n… 3 blocks like ~a: items:P-2\n[toin: 3 lines left out; x]",
    ],
)
def test_settings_between_first_and_last_line_are_found(text: str) -> None:
    (found,) = config.read(text, {"P-1"})
    assert {name: found[name] for name in _FULL} == _FULL


@pytest.mark.parametrize(
    "text",
    [
        # The first or the last line is gone, or another record's stands in its place.
        "items:\n  - id: P-1\n    title: Plum 1\n",
        "    title: Plum 1\n    origin: db/P-1\n",
        "items:\n  - id: P-1\n    title: Plum 2\n    origin: db/P-2\n",
        "items:\n  - id: P-1\n    title: Plum 1\n    origin: db/P-1",
        "[items:P-11]\ntitle = Plum 1\norigin = db/P-1\n",
        "[items:P-1]\ntitle = Plum 1\norigin = db/P-11\n",
        "[toin config: as lines]\n… 2 blocks like ~a: items:P-1, items:P-2\n[toin: 9 left out; x]",
        "",
    ],
)
def test_a_section_that_lost_an_end_is_none(text: str) -> None:
    assert list(config.read(text, {"P-1"})) == []


@pytest.mark.parametrize(
    ("gone", "left"),
    [
        ("      properties:\n", {"type": "dict"}),
        ("    deep:\n", None),
        ("        a: 5\n", {"type": "dict"}),
        ("      type: dict\n", {"properties": {"a": 5}}),
    ],
)
def test_nested_settings_need_the_lines_they_are_nested_in(gone: str, left: object) -> None:
    text = (
        "items:\n  - id: P-1\n    title: Plum 1\n    deep:\n      type: dict\n      properties:\n"
        "        a: 5\n    origin: db/P-1\n"
    )
    (found,) = config.read(text.replace(gone, ""), {"P-1"})
    assert found.get("deep") == left
    assert found["title"] == "Plum 1"


def test_keys_of_one_value_are_told_apart() -> None:
    text = (
        '[toin config: ⟨a, b⟩ are keys of one value]\n[items:P-1]\n ⟨a, b.c, d⟩= ""\n'
        "origin = db/P-1\n[toin: 3 of 9 lines left out; x]"
    )
    (found,) = config.read(text, {"P-1"})
    assert {name: found[name] for name in "abd"} == {"a": "", "b": {"c": ""}, "d": ""}
