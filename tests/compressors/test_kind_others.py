"""The kinds that have no lossy rungs: recognised, tidied without loss, searched."""

from __future__ import annotations

import time
from types import ModuleType

import pytest
from hypothesis import given, settings
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


# --- search ---------------------------------------------------------------------------

GREP = "".join(
    f"src/{module}/views.py:{line}:    raise Http404('no {module} {line}')\n"
    for module in ("shop", "till")
    for line in range(3, 90, 7)
)
SEARCHES = {
    "grep -n": (GREP, "numbered"),
    "with context": ("a/b.py-11-x = 1\na/b.py:12:y = 2\n--\na/c.py-3-z\na/c.py:4:w\n", "numbered"),
    "grep -r": (GREP.replace(":3:", ":").replace("views.py:", "views.py:"), "numbered"),
    "without numbers": ("a/b.py:    x = 1\na/b.py:    y = x\na/c.py:    z = x\n", "plain"),
    "rg --heading": ("a/b.py\n3:x = 1\n9:y = x\n\na/c.py\n14:z = x\n15:w = x\n", "heading"),
    "one file": ("3:x = 1\n9:y = x\n14:z = x\n", "lines"),
    "vimgrep": ("a/b.py:3:5:x = 1\na/b.py:9:5:y = x\n", "numbered"),
    "windows": ("C:\\src\\a.cs:3:int x;\nC:\\src\\a.cs:9:int y;\n", "numbered"),
}


@pytest.mark.parametrize(("source", "flavour"), SEARCHES.values(), ids=SEARCHES)
def test_matches_are_recognised_with_their_flavour(source: str, flavour: str) -> None:
    parsed = search.recognise(source)
    assert parsed is not None
    assert search.signature(parsed) == f"search|{flavour}"


NOT_SEARCHES = {
    "times": "10:15:01 starting\n10:15:02 done\n10:15:09 over\n",
    "a listing": "1:a\n2:b\n3:c\n4:d\n",
    "diagnoses": "a/b.c:3:5: error: no such thing\na/b.c:9:5: warning: unused\n",
    "urls": "https://a.example:80/x\nhttps://b.example:80/y\n",
    "mappings": "name: value\nother: value\n",
    "iso": "2026-03-01T10:00:00 INFO x\n2026-03-01T10:00:01 INFO y\n",
}


@pytest.mark.parametrize("source", NOT_SEARCHES.values(), ids=NOT_SEARCHES)
def test_other_texts_are_no_matches(source: str) -> None:
    assert search.recognise(source) is None


def test_matches_stand_under_their_file() -> None:
    short = lossless(search, GREP).text
    assert short.count("src/shop/views.py") == 1
    assert "\n10:    raise Http404('no shop 10')\n" in short
    assert len(short) < 0.8 * len(GREP)
    assert search.restore(short) == GREP


def test_find_gives_matches_with_their_positions() -> None:
    found = search.find(content(search, GREP), "till 45")
    assert found[0].text == "src/till/views.py:45:    raise Http404('no till 45')"
    assert 10 <= found[0].position <= 19


# --- diff -----------------------------------------------------------------------------

GIT = """diff --git a/x.py b/x.py
index 83db48f..bf3a1c2 100644
--- a/x.py
+++ b/x.py
@@ -1,3 +1,3 @@
 a
-b
+c
 d
@@ -20,2 +20,3 @@ def door():
 e
+    return hinge
 f
"""
DIFFS = {
    "git": (GIT, "git"),
    "show": ("commit 1a2b\nAuthor: A <a@b.c>\nDate:   Mon\n\n    Say why\n\n" + GIT, "git"),
    "unified": (GIT.split("\n", 2)[2], "unified"),
    "combined": (
        "diff --cc x.py\nindex 1,2..3\n--- a/x.py\n+++ "
        "b/x.py\n@@@ -1,2 -1,2 +1,3 @@@\n- a\n+ b\n++c\n",
        "combined",
    ),
    "rename": ("diff --git a/x b/y\nsimilarity index 100%\nrename from x\nrename to y\n", "git"),
    "svn": (
        "Index: x\n===================================================================\n"
        "--- x\t(r1)\n"
        "+++ x\t(r2)\n@@ -1 +1 @@\n-a\n+b\n",
        "svn",
    ),
}


@pytest.mark.parametrize(("source", "flavour"), DIFFS.values(), ids=DIFFS)
def test_a_difference_is_recognised_and_left_as_it_is(source: str, flavour: str) -> None:
    parsed = diff.recognise(source)
    assert parsed is not None
    assert diff.signature(parsed) == f"diff|{flavour}"
    assert lossless(diff, source).text == source


def test_a_difference_is_counted_and_searched_by_hunk() -> None:
    assert lossless(diff, GIT).items_before == 3
    found = diff.find(content(diff, GIT), "hinge")
    assert found[0].text.startswith("@@ -20,2")
    assert found[0].position >= 10
    assert diff.recognise("- a list\n- of items\n+ and more\n") is None


# --- code -----------------------------------------------------------------------------

SOURCES = {
    "python": (
        "import os\n\n\ndef main(argv):\n    if argv:\n        "
        "return os.getcwd()\n    raise ValueError(argv)\n"
    ),
    "javascript": (
        "const fs = require('fs');\n\nfunction main(argv) "
        "{\n  let x = argv[0];\n  return fs.stat(x);\n}\n"
        "module.exports = main;\n"
    ),
    "typescript": "export interface Door {\n  width: number;\n}\nexport type Key = string;\n"
    "const open = (d: Door): boolean => {\n  return true;\n};\n",
    "go": (
        'package main\n\nimport (\n\t"fmt"\n)\n\nfunc main() '
        "{\n\tx := 1\n\tif err != nil {\n\t\treturn\n\t}\n}\n"
    ),
    "rust": (
        "use std::io;\n\npub struct Door;\n\nimpl Door {\n    "
        "pub fn open(&self) -> u8 {\n        let mut x = 1;\n"
        "        x\n    }\n}\n"
    ),
    "java": (
        "package com.acme;\n\nimport java.util.List;\n"
        "\npublic class Door {\n    private int width;\n"
        '    @Override\n    public String toString() {\n        return "door";\n    }\n}\n'
    ),
    "c": "#include <stdio.h>\n#define N 3\n\nint main(void) {\n    int x = N;\n    return x;\n}\n",
    "shell": "#!/bin/sh\nset -e\nif [ -f x ]; then\n  echo yes\nfi\nexport A=1\n",
    "sql": "SELECT a, b\nFROM t\nWHERE a > 1\nORDER BY b;\n",
}


@pytest.mark.parametrize(("language", "source"), SOURCES.items())
def test_the_language_of_code_is_told(language: str, source: str) -> None:
    parsed = code.recognise(source)
    assert parsed is not None
    assert code.signature(parsed) == f"code|{language}"


def test_a_numbered_listing_loses_its_padding_alone() -> None:
    source = "".join(
        f"{i:6d}\t{line}\n" for i, line in enumerate(SOURCES["python"].split("\n") * 20, 95)
    )
    whole = content(code, source)
    assert code.signature(whole.parsed) == "code|python|listed"
    short = lossless(code, source).text
    assert "\n98\tdef main(argv):\n" in short
    assert len(short) < len(source)
    assert code.restore(short) == source


@pytest.mark.parametrize(
    "source", ["", "just words here\nand there\n", "1\n2\n3\n", "# a heading\n\nProse.\n"]
)
def test_other_texts_are_no_code(source: str) -> None:
    assert code.recognise(source) is None


# --- html, config, text ---------------------------------------------------------------

PAGES = [
    "<!DOCTYPE html>\n<html><body><p>x</p></body></html>",
    "<!-- saved -->\n<html lang='en'>\n</html>",
    "<div><ul><li>a</li><li>b</li></ul></div><p>c</p><p>d</p>",
]


@pytest.mark.parametrize("source", PAGES)
def test_a_page_is_recognised(source: str) -> None:
    assert html.recognise(source)


@pytest.mark.parametrize(
    "source",
    [
        "a < b and c > d",
        "<returncode>0</returncode>\n<output>\nx\n</output>",
        "<?xml version='1.0'?>\n<a><b/></a>",
        "x <b>bold</b>",
        "",
    ],
)
def test_other_texts_are_no_pages(source: str) -> None:
    assert html.recognise(source) is None


CONFIGS = {
    "yaml": (
        "name: door\nversion: 2\nsteps:\n  - run: make\n  - run: test\n",
        "config|yaml|name,steps,version",
    ),
    "document": ("---\nkind: Pod\nspec:\n  containers:\n    - image: x\n", "config|yaml|kind,spec"),
    "toml": (
        '[tool]\nname = "door"\nwidth = 3\nkeys = ["a"]\n',
        "config|toml|keys,name,tool,width",
    ),
    "ini": (
        "[door]\nname = oak\npath = /srv/door\n; why\nuser = root\n",
        "config|ini|door,name,path,user",
    ),
    "env": ("# paths\nHOME=/root\nexport LANG=C.UTF-8\nPATH=/bin\n", "config|env|HOME,LANG,PATH"),
    "properties": (
        "server.port=80\nserver.host=web\ndb.url=jdbc:x\n",
        "config|properties|db.url,server.host,server.port",
    ),
}


@pytest.mark.parametrize(("source", "signature"), CONFIGS.values(), ids=CONFIGS)
def test_a_configuration_is_recognised_with_its_keys(source: str, signature: str) -> None:
    parsed = config.recognise(source)
    assert parsed is not None
    assert config.signature(parsed) == signature


@pytest.mark.parametrize(
    "source",
    [
        "Prose: it has colons.\nBut it goes on for long without any of them at all.\nAnd on.\n",
        "x = 1\ny = 2\n",
        "a:\nb:\nc:\n",
        "Raid Level : raid1\nArray Size : 10\nUsed Dev Size : 5\n",
        "",
        "key: value",
    ],
)
def test_other_texts_are_no_configurations(source: str) -> None:
    assert config.recognise(source) is None


@pytest.mark.parametrize("kind", [html, config, code], ids=lambda kind: kind.NAME)
def test_runs_of_lines_are_folded_where_they_are_long(kind: ModuleType) -> None:
    source = "first\n" + "the very same line\n" * 40 + "×3\n\\\nlast"
    short = lossless(kind, source).text
    assert short.count("the very same line") == 1
    assert kind.restore(short) == source


def test_a_listing_of_paths_shares_its_beginnings() -> None:
    source = "".join(
        f"./django/contrib/admin/templates/page_{word}.html\n"
        for word in [
            "alpha",
            "beta",
            "gamma",
            "delta",
            "epsilon",
            "zeta",
            "eta",
            "theta",
            "iota",
            "kappa",
            "mu",
            "nu",
            "xi",
        ]
    )
    short = lossless(text, source).text
    assert short.count("django/contrib") == 1
    assert text.restore(short) == source


def test_prose_stays_as_it_is() -> None:
    source = (
        "It was a quiet morning.\n\nNothing had happened for hours, until the door opened.\n" * 2
    )
    assert lossless(text, source).text == source


def test_find_in_text_gives_paragraphs() -> None:
    source = "The first part is about doors.\nIt is long.\n\n"
    source += "The second one\nspeaks of hinges.\n\nThe end.\n"
    found = text.find(content(text, source), "hinges")
    assert [(p.text, p.position) for p in found] == [("The second one\nspeaks of hinges.", 10)]


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
