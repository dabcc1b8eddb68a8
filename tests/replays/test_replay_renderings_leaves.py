"""Values as text, nested fields as lines, and what counts of a value that was shortened."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.replays.renderings import _leaves as written

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(VALUES)
def test_a_value_comes_back_as_it_was(value: object) -> None:
    for way in (written.quoted, written.bare):
        text = way(value)
        assert len(text.splitlines()) == 1
        assert list(written.read_back(text, shortened=False)) == [value]


@given(st.text(), st.sampled_from(["", "|", "“”"]))
def test_escapes_are_undone(text: str, signs: str) -> None:
    escaped = written.escaped(text, signs=signs)
    assert len(escaped.splitlines()) <= 1
    assert written.unescaped(escaped) == text


@given(st.dictionaries(st.text(), VALUES, max_size=4))
def test_leaves_under_their_paths_give_the_fields_again(fields: dict) -> None:
    found = [
        (written.path_of(written.dotted(path)), value) for path, value in written.leaves(fields)
    ]
    assert written.nested(found) == fields
    assert all(len(written.dotted(path).splitlines()) == 1 for path, _ in found)


def test_a_leaf_where_another_stands_is_none() -> None:
    assert written.nested([(("a",), 1), (("a", "b"), 2), (("a",), 3)]) == {"a": 1}


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (
            '"He has 16 eggs and sel…(30 characters)…00 dollars in all"',
            "He has 16 eggs and … dollars in all",
        ),
        ('"He has 16 eggs, 1…[1200]…5 of which are gone"', "He has 16 eggs, … of which are gone"),
        ("He has 16 eggs and sells twen…[40]…five to her", "He has 16 eggs and sells … to her"),
        ("He has 16 eggs and sel…", "He has 16 eggs and …"),
        ('"a \\"quo…(9 characters)…ted\\" word"', "a … word"),
    ],
)
def test_words_beside_a_cut_do_not_count(text: str, left: str) -> None:
    assert list(written.read_back(text, shortened=True)) == [left]
    assert list(written.read_back(text, shortened=False)) != [left]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (
            '{"type":"string","description":"the ci…(30 characters)…ris","enum":[1]}',
            {"type": "string"},
        ),
        ('{"type": "string", "description": "the…[30]…x", "a": 1}', {"type": "string"}),
        ('{"max":12…(30 characters)…5,"min":1}', {}),
        ('{"items":{"type":"str…(30 characters)…er"},"type":"array"}', {}),
        ("{…", {}),
    ],
)
def test_of_an_object_the_members_before_a_cut_count(text: str, left: dict) -> None:
    assert list(written.read_back(text, shortened=True)) == [left]


@pytest.mark.parametrize(
    "text", ['["a","b…(30 characters)…z"]', '"no end', '"no end…', '{"a":1', "[1,", "", '"a" b']
)
def test_what_is_no_whole_value_is_none(text: str) -> None:
    assert list(written.read_back(text, shortened=True)) in ([], [{}])
    if "…" not in text:
        assert list(written.read_back(text, shortened=False)) == []


def test_only_the_engines_own_last_line_says_that_something_is_gone() -> None:
    marker = '[toin: 3 of 9 rows left out; toin_retrieve("0f") returns all of it]'
    assert written.without_marker(f"a\nb\n{marker}") == ("a\nb\n", True)
    for text in ("a\nb\n", f"{marker}\na\n", "[toin log: as lines]\na", ""):
        assert written.without_marker(text) == (text, False)
