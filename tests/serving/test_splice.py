"""Other values at places of a JSON text: nothing else of it changes."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compressors.serving.objects import json_object, json_text
from compressors.serving.splice import NotSpliced, changed, splice

LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
)
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20
)


def test_only_the_place_changes() -> None:
    body = b' {"a" : [1.50 , {"x":"\\u00e9\\ud800" ,"y":1e2}] ,\n"b":{}}\n'
    assert splice(body, {("a", 1, "x"): b'"new"'}) == body.replace(b'"\\u00e9\\ud800"', b'"new"')
    assert splice(body, {("b",): b"[]", ("a", 0): b"2"}) == (
        body.replace(b"{}", b"[]").replace(b"1.50", b"2")
    )
    assert splice(body, {}) is body


def test_items_are_appended_to_lists() -> None:
    body = b'{"a": [ ], "b": [1 ,[ 2 ] ]}'
    out = splice(body, {("b", 0): b"7"}, {("a",): [b"1", b"2"], ("b",): [b"3"], ("b", 1): [b"4"]})
    assert out == b'{"a": [ 1,2], "b": [7 ,[ 2 ,4] ,3]}'


@pytest.mark.parametrize(
    ("body", "place", "why"),
    [
        (b'{"a": 1, "a": 1}', ("a",), "twice"),
        (b'{"a": 12, "a": 1}', ("a",), "twice"),
        (b'{"b": {"a": 1, "c": 2, "a": 1}}', ("b", "c"), "twice"),
        (b'{"a": 1', ("a",), "cannot be read"),
        (b'{"a": 1} x', ("a",), "cannot be read"),
        (b"\xff", ("a",), "nothing stands"),
        (b"", ("a",), "nothing stands"),
        (b'{"a": [1]}', ("a", 1), "nothing stands"),
        (b'{"a": "b"}', ("a", "b"), "nothing stands"),
        (b'{"a": NaN, "b": 1}', ("b",), "cannot be read"),
    ],
)
def test_what_is_not_found_for_sure_is_refused(body: bytes, place: Any, why: str) -> None:
    with pytest.raises(NotSpliced, match=why):
        splice(body, {place: b"9"})


def test_a_place_within_a_replaced_one_is_refused() -> None:
    with pytest.raises(NotSpliced, match="within another"):
        splice(b'{"a": {"b": 1}}', {("a",): b"1", ("a", "b"): b"2"})
    with pytest.raises(NotSpliced, match="no list"):
        splice(b'{"a": {"b": 1}}', {}, {("a",): [b"1"]})


@given(value=VALUES, data=st.data(), indent=st.sampled_from([None, 0, 3]))
def test_splicing_is_setting(value: Any, data: st.DataObject, indent: int | None) -> None:
    root = {"root": value}
    places = list(_places(root))
    place = data.draw(st.sampled_from(places))
    expected: Any = copy.deepcopy(root)
    inner = expected
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1]] = ["new"]
    body = json.dumps(root, indent=indent, ensure_ascii=bool(indent)).encode(
        "utf-8", "surrogatepass"
    )
    try:
        body.decode()
    except UnicodeDecodeError:
        return
    assert json.loads(splice(body, {place: b'["new"]'})) == expected


def _places(value: Any, above: tuple[int | str, ...] = ()) -> Any:
    inner: Any = ()
    if isinstance(value, dict):
        inner = value.items()
    elif isinstance(value, list):
        inner = enumerate(value)
    for step, below in inner:
        yield (*above, step)
        yield from _places(below, (*above, step))


def test_changes_are_found_by_what_is_another_object() -> None:
    same = {"deep": ["x"]}
    before = {"a": [same, {"t": "old", "u": 1}], "b": "c"}
    after = {**before, "a": [same, {"t": "new", "u": 1}]}
    assert dict(changed(before, after)) == {("a", 1, "t"): "new"}
    assert dict(changed(before, before)) == {}


def test_lone_surrogates_are_read_and_written() -> None:
    body = b'{"a": "\\ud83d cut"}'
    assert json_object(body) == {"a": "\ud83d cut"}
    assert json_text("\ud83d cut") == b'"\\ud83d cut"'
    assert splice(body, {("a",): json_text("\ud83d")}) == b'{"a": "\\ud83d"}'
    assert json_object(b"[1]") is json_object(b"{") is json_object(b"\xff\xfe") is None
    assert json_object(b"[" * 100_000) is None
