"""The kinds that have no lossy rungs: recognised, tidied without loss, searched."""

from __future__ import annotations

import time
from types import ModuleType

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from compressors.kinds import KINDS, code, config, diff, html, search, text
from compressors.kinds.base import Content, Cut, Focus

KINDS_HERE = (search, diff, code, html, config, text)


def content(kind: ModuleType, source: str) -> Content:
    return Content(kind.NAME, source, kind.recognise(source))


def lossless(kind: ModuleType, source: str) -> Cut:
    return kind.compress(content(kind, source), kind.Params(lossless=True), Focus())


# --- what all of them promise ---------------------------------------------------------

PIECES = st.one_of(
    st.sampled_from(
        [
            "~a 1 2",
            "@d ",
            "×3",
            "×",
            "▸ a/b.py",
            "\\",
            "\\x",
            "12:x",
            "12-x",
            ":x",
            "--",
            "",
            " ",
            "a/b.py:12:import os",
            "a/b.py-13-import sys",
            "a/b.py:import os",
            "c.py:1:1",
            "a/b.py:x:y",
            "[toin search: as it stands]",
            "[toin text: CRLF]",
            '[toin search: a line below "▸ path" begins, in full, with that path and ":" or "-"]',
            '[toin html: "×2" repeats the line above 2 times more]',
            "[toin code: line numbers stood right-aligned, 6 wide]",
            "     1\tdef f():",
            "     2\t    return 1",
            "   10\tpass",
            "1,2,3",
            'a,"b,c",d',
            "a\tb\tc",
            "| a  | b |",
            "| --- | --- |",
            "| é | 支付 |",
            "USER  PID  %CPU",
            "root    1   0.0",
            "root  234  10.0",
            "key: value",
            "  - item",
            "the same",
            "the same",
            "\x00",
            "\ud800",
        ]
    ),
    st.text(max_size=12),
    st.tuples(st.sampled_from(["alpha", "be", "c"]), st.integers(0, 10**5), st.integers(0, 99)).map(
        lambda p: f"{p[0]:<8}{p[1]:>7} {p[2]}"
    ),
    st.tuples(st.integers(0, 99), st.text("ab,;\"' ", max_size=6)).map(
        lambda p: f"x,{p[0]},{p[1]},y"
    ),
    st.integers(1, 30).map(lambda n: f"{n:6d}\tline"),
    st.tuples(st.text("ab |", max_size=5), st.text("cd ", max_size=5)).map(
        lambda p: f"| {p[0]:<6} | {p[1]:<5} |"
    ),
)
DOCUMENTS = st.builds(
    lambda rows, again, end, final: end.join([row for row in rows for _ in range(again)]) + final,
    st.lists(PIECES, max_size=24),
    st.sampled_from([1, 1, 4]),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(["", "\n", "\r\n", "\n\n\n\n"]),
)


@pytest.mark.parametrize("kind", KINDS_HERE, ids=lambda kind: kind.NAME)
@settings(max_examples=150, deadline=None)
@given(source=DOCUMENTS)
@example(
    source="\n".join(['[toin search: a line below "▸ path" begins, in full, with that path]'] * 4)
)
@example(source="\n".join(["@"] * 400))
def test_lossless_comes_back_to_the_character(kind: ModuleType, source: str) -> None:
    cut = lossless(kind, source)
    assert kind.restore(cut.text) == source
    assert not cut.lossy
    again = lossless(kind, cut.text).text
    assert kind.restore(again) == cut.text


@pytest.mark.parametrize("kind", KINDS_HERE, ids=lambda kind: kind.NAME)
@settings(max_examples=60, deadline=None)
@given(source=st.text(), query=st.text(max_size=30))
def test_any_text_is_searched_and_signed_without_an_error(
    kind: ModuleType, source: str, query: str
) -> None:
    whole = content(kind, source)
    for passage in kind.find(whole, query):
        # Of a page what can be read is given, not its markup and its white space.
        if kind is not html:
            assert passage.text in source.replace("\r\n", "\n") or passage.text in source
        assert 0 <= passage.position <= 19
    if whole.parsed is not None:
        assert kind.signature(whole.parsed).startswith(kind.NAME)
    assert kind.restore(source) is not None


@pytest.mark.parametrize("kind", KINDS_HERE, ids=lambda kind: kind.NAME)
def test_passthrough_is_the_text_itself(kind: ModuleType) -> None:
    source = "[toin text: as it stands]\nx\nx\nx\nx\n"
    cut = kind.compress(content(kind, source), kind.Params(passthrough=True), Focus())
    assert (cut.text, cut.lossy) == (source, False)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS_HERE, ids=lambda kind: kind.NAME)
@pytest.mark.parametrize(
    "source",
    [
        "-" * 100_000,
        "| " * 50_000,
        "a:1:" * 25_000,
        "\n" * 100_000,
        '"' * 50_000,
        "<a>" * 30_000,
        "x = [" * 20_000,
        "key: " * 20_000,
        "1\t" * 50_000,
        "@@ -1 +1 @@\n" * 10_000,
        "a/" * 50_000,
        " " * 100_000,
        "=" * 100_000 + "\n",
        "word " * 20_000,
        "{" * 100_000,
        "- " * 50_000,
        "a-1-" * 25_000,
        "def " * 25_000,
        "a,b\n" * 25_000,
        "ab\n" * 30_000,
    ],
    ids=lambda source: repr(source[:6]),
)
def test_bad_input_neither_raises_nor_takes_long(kind: ModuleType, source: str) -> None:
    started = time.process_time()
    assert kind.restore(lossless(kind, source).text) == source
    kind.find(content(kind, source), "word 17")
    assert time.process_time() - started < 1.5


def test_the_registry_has_the_nine_kinds_under_their_names() -> None:
    assert set(KINDS) == {
        "json",
        "table",
        "log",
        "search",
        "diff",
        "code",
        "html",
        "config",
        "text",
    }
    assert all(name == kind.NAME for name, kind in KINDS.items())
    assert list(KINDS)[-1] == "text"
    with pytest.raises(TypeError):
        KINDS["other"] = text  # type: ignore[index]
