"""Rows in the plain form: read as all of TOML reads them, and what is not plain is left to it."""

import gc
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from publication_texts import EXAMPLE, PEPPER_ID, ROW, row, sealed

from compressors._book_plain import plain_tables
from compressors.book import parse_book, publication_id
from compressors.errors import PublicationRefused

MANY = EXAMPLE.partition(ROW)[0] + ROW + row("ab" * 12, "json.lossless", params="row_share = 1.0")


def test_what_the_contract_shows_is_plain() -> None:
    assert plain_tables(MANY) == tomllib.loads(MANY)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("confidence = 0.9731", "confidence=0.9731"),
        ("confidence = 0.9731", "confidence = 0.9731  # sure"),
        ("confidence = 0.9731", "confidence = 9.731e-1"),
        ("confidence = 0.9731", "'confidence' = 0.9731"),
        ("confidence = 0.9731", "evidence.level = 0.9731"),
        ("confidence = 0.9731", "confidence = 0_1.0"),
        ("confidence = 0.9731", "confidence = 00.9731"),
        ("confidence = 0.9731", "confidence = 0.9731\nconfidence = 0.9731"),
        ("confidence = 0.9731", "confidence = "),
        ("confidence = 0.9731", "confidence"),
        ("confidence = 0.9731", "confidence = true \n"),
        ("observations = 4120", "observations = 01"),
        ("observations = 4120", "observations = 0x10"),
        ("observations = 4120", "observations = +1"),
        ("[0.412, 0.455]", "[0.412, 0.455, ]"),
        ("[0.412, 0.455]", "[0.412,, 0.455]"),
        ("[0.412, 0.455]", "[0.412\n, 0.455]"),
        ("[0.412, 0.455]", "[[0.412], 0.455]"),
        ("[0.412, 0.455]", "[0.4.1, 0.455]"),
        ('"payg"', '"pa\\u0079g"'),
        ('"payg"', "'payg'"),
        ('"payg"', '"""payg"""'),
        ('"payg"', '"pa"yg"'),
        ('"payg"', '"päyg"'),
        ("[recommendation.params]", "[recommendation.evidence]"),
        ("[recommendation.params]", "[recommendation.confidence]"),
        ("[recommendation.params]", "[recommendation.a.b]"),
        ("[recommendation.params]", "[other]"),
        ("[[recommendation]]", "[[recommendation]] "),
        ("[[recommendation]]", "[recommendation]"),
        ("schema = 1", "schema = 1\nrecommendation = []"),
        ("schema = 1", "schema = 1\nhalf = '''"),
        ("schema = 1", "schema = 1\nhalf = "),
        ("\n", "\r\n"),
        ("\n[[recommendation]]\nauth", "\n[[recommendation]]\nauth = 1\rauth"),
    ],
)
def test_what_is_written_otherwise_is_read_as_all_of_toml_reads_it(old: str, new: str) -> None:
    assert old in MANY
    text = MANY.replace(old, new)
    try:
        whole = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        assert plain_tables(text) is None
    else:
        assert plain_tables(text) in (None, whole)


@given(
    st.lists(
        st.sampled_from(
            [*MANY.splitlines(), 'a = "x"', "a = 1", "a = -0.5", "[a]", "b = [1, 2.5]", "c = []",
             "\t", '"""', "'''", "x = '''", "=", " = ", "a = [", "]", "[recommendation.a]", "\r"]
        ),
        max_size=30,
    )
)  # fmt: skip
def test_no_order_of_lines_is_read_in_another_way(lines: list[str]) -> None:
    text = "\n".join(["schema = 1", "[[recommendation]]", *lines])
    try:
        whole: object = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        whole = None
    assert plain_tables(text) in (None, whole)


def test_two_rows_share_nothing() -> None:
    tables = plain_tables(EXAMPLE.partition(ROW)[0] + ROW + ROW)
    assert tables is not None
    first, second = tables["recommendation"]  # type: ignore[misc]
    first["params"]["preserve_fields"].append("x")
    assert len(second["params"]["preserve_fields"]) == 2


def test_a_reading_leaves_the_collector_as_it_was() -> None:
    read = lambda: parse_book(sealed(EXAMPLE), source="r", pepper_id=PEPPER_ID, engine="")  # noqa: E731
    read()
    assert gc.isenabled()
    with pytest.raises(PublicationRefused):
        parse_book(b"x", source="r", pepper_id=PEPPER_ID, engine="")
    assert gc.isenabled()
    gc.disable()
    try:
        read()
        assert not gc.isenabled()
    finally:
        gc.enable()


@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n"])
def test_the_id_leaves_out_one_line_and_no_more(end: bytes) -> None:
    import hashlib

    before, line, after = b"schema = 1\nid = 1\n[publication]\n", b'id = "x"', b"id = 2"
    content = before + line + end + after
    expected = before + (after if end else b"")
    assert publication_id(content) == "sha256:" + hashlib.sha256(expected).hexdigest()
