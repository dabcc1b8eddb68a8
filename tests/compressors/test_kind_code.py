"""Code: told by its language, cut where it can be, and still code after that."""

from __future__ import annotations

import ast
import gzip
import itertools
import json
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pytest
from code_texts import FAMILIES, MARKS, NEEDLES, RAISES, SOURCES, listed
from hypothesis import given, settings
from hypothesis import strategies as st

from compressors.detect import detect
from compressors.kinds import _code_cues, code
from compressors.kinds._code_fragment import parse
from compressors.kinds._code_tree import errors_in
from compressors.kinds.base import Content, Cut, Focus
from compressors.profiles import LADDERS
from compressors.tokens import estimate

DATA = Path(__file__).parents[3] / "shared" / "data"
needs_data = pytest.mark.skipif(
    not DATA.is_dir(), reason="optional data (../shared/data) is not there"
)
LOSSY = [rung for rung in LADDERS["code"] if not rung.safe]
SHARES = [rung.params.body_share for rung in LOSSY]
LIBRARY = Path(sysconfig.get_path("stdlib"))
MODULES = [
    *("argparse", "ast", "asyncio/base_events", "configparser", "csv", "dataclasses", "_pydecimal"),
    *(
        "email/message",
        "enum",
        "fractions",
        "functools",
        "http/client",
        "inspect",
        "logging/config",
    ),
    *(
        "pathlib",
        "pickle",
        "random",
        "shutil",
        "smtplib",
        "string",
        "tarfile",
        "textwrap",
        "zipfile",
    ),
]


def fresh(source: str) -> Content:
    return Content("code", source, code.recognise(source))


@lru_cache(maxsize=200)
def content(source: str) -> Content:
    return Content("code", source, code.recognise(source))


def compress(source: str, share: float, query: str = "") -> Cut:
    return code.compress(content(source), code.Params(body_share=share), Focus(query=query))


def lossless(source: str) -> Cut:
    return code.compress(content(source), code.Params(lossless=True), Focus())


def errors(language: str, source: str) -> int:
    return errors_in("tsx" if language == "tsx" else language, source.split("\n"))


# --- recognition ----------------------------------------------------------------------


@pytest.mark.parametrize(("language", "source"), SOURCES.items())
def test_the_language_of_code_is_told(language: str, source: str) -> None:
    parsed = code.recognise(source)
    assert parsed is not None
    assert code.signature(parsed) == f"code|{language}"
    assert detect(source).kind == "code"


@pytest.mark.parametrize("language", FAMILIES)
def test_the_language_of_longer_code_is_told(language: str) -> None:
    parsed = code.recognise(FAMILIES[language]())
    assert parsed is not None
    assert parsed.language == language
    assert not parsed.tree.errors


@pytest.mark.parametrize("language", FAMILIES)
def test_a_numbered_listing_is_of_its_language(language: str) -> None:
    parsed = code.recognise(listed(FAMILIES[language](), start=40))
    assert parsed is not None
    assert code.signature(parsed) == f"code|{language}|listed"
    assert not parsed.tree.errors


@pytest.mark.parametrize(
    "source",
    [
        "",
        "just words here\nand there\n",
        "1\n2\n3\n",
        "# a heading\n\nProse.\n",
        "#!/bin/sh\nset -e\nif [ -f x ]; then\n  echo yes\nfi\nexport A=1\n",
        "SELECT a, b\nFROM t\nWHERE a > 1\nORDER BY b;\n",
        "body {\n  color: red;\n}\n.door > a {\n  width: 3px;\n}\n",
        "require 'set'\nclass Door\n  def open(a)\n    a\n  end\nend\n",
        "def f(:\n  x = = 3 (\nclass :\n  def def (\nimport import\n)))\nreturn [[\n" * 4,
    ],
)
def test_other_texts_and_broken_code_are_no_code(source: str) -> None:
    assert code.recognise(source) is None


def test_nothing_is_parsed_for_a_text_that_does_not_look_like_code(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr("compressors.kinds._code_fragment.parse", refuse)
    assert code.recognise("Words and more of them, in sentences.\n" * 400) is None
    with pytest.raises(AssertionError):
        code.recognise(SOURCES["python"])


def test_to_start_needs_no_grammar() -> None:
    program = (
        "import sys, compressors, compressors.detect as d; d.detect('Words.\\n' * 40);"
        "assert not [name for name in sys.modules if name.startswith('tree_sitter')]"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_a_text_is_parsed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    def counted(*arguments: object) -> object:
        calls.append(arguments)
        return parse(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr("compressors.kinds._code_fragment.parse", counted)
    found = fresh(FAMILIES["python"]())
    before = len(calls)
    for share in SHARES:
        code.compress(found, code.Params(body_share=share), Focus())
    code.find(found, "validate")
    assert len(calls) <= before + 1


def test_the_cues_of_a_language_do_not_depend_on_the_length_of_a_text() -> None:
    source = FAMILIES["go"]()
    assert _code_cues.recognise(source) == _code_cues.recognise(source * 40)


# --- nothing lost ---------------------------------------------------------------------

PIECES = st.one_of(
    st.sampled_from(
        [
            *("def f(a):", "    return a", "    raise ValueError(a)", "class A:", "import os", ""),
            *("[toin code: as it stands]", "×3", "\\x", "     1\tx = 1", "   12\t    y", "    2→z"),
            '[toin code: "×2" repeats the line above 2 times more]',
            "[toin code: line numbers stood right-aligned, 6 wide]",
            *("# 3 lines left out", "...  # 3 lines left out", "… 3 lines left out"),
            *('"""', "'''", "/*", "*/", "{", "}", "(", "};", "func f() {", "x := 1", "\x00"),
            *("\ud800", "\x85", "a\u2028b", "\r", "\t", "<output>", "</output>", "[File: a.py]"),
            *("fn f() -> u8 {", "pub struct A;", "const x = () => {", "#ifdef A", "#endif"),
        ]
    ),
    st.text(max_size=12),
)
DOCUMENTS = st.builds(
    lambda rows, again, end, final: end.join([row for row in rows for _ in range(again)]) + final,
    st.lists(PIECES, max_size=40),
    st.sampled_from([1, 1, 4]),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(["", "\n", "\r\n", "\n\n\n\n"]),
)


@settings(max_examples=200, deadline=None)
@given(source=DOCUMENTS, start=st.integers(0, 99999))
def test_lossless_comes_back_to_the_character(source: str, start: int) -> None:
    for text in (source, listed(source, start=start)):
        cut = lossless(text)
        assert code.restore(cut.text) == text
        assert not cut.lossy
        again = lossless(cut.text).text
        assert code.restore(again) == cut.text


def test_a_numbered_listing_loses_its_padding_alone() -> None:
    source = listed(SOURCES["python"] * 20, start=95)
    short = lossless(source).text
    assert "\n98\tdef main(argv):\n" in short
    assert len(short) < len(source)
    assert code.restore(short) == source


@pytest.mark.parametrize("name", MODULES)
def test_real_modules_come_back(name: str) -> None:
    source = (LIBRARY / f"{name}.py").read_text()
    for text in (source, listed(source)):
        cut = lossless(text)
        assert code.restore(cut.text) == text
        assert estimate(cut.text) <= estimate(text)


@settings(max_examples=150, deadline=None)
@given(source=DOCUMENTS, share=st.sampled_from(SHARES), query=st.text(max_size=20))
def test_any_text_passes_without_an_error(source: str, share: float, query: str) -> None:
    for language in ("python", "cpp", "go", "tsx"):
        whole = Content("code", source, code.Source(source, language, listed=False))
        cut = code.compress(whole, code.Params(body_share=share), Focus(query=query))
        assert cut.lossy or code.restore(cut.text) == source
        assert cut.items_after is not None
        assert cut.items_before is not None
        assert cut.items_after <= cut.items_before
        for passage in code.find(whole, query):
            assert passage.text in source


# --- what is left still parses --------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("name", MODULES)
def test_real_modules_still_compile(name: str, share: float) -> None:
    source = (LIBRARY / f"{name}.py").read_text()
    cut = compress(source, share)
    assert cut.lossy
    tree = ast.parse(cut.text)
    before = ast.parse(source)
    assert _signatures(tree) == _signatures(before)


def _signatures(tree: ast.Module) -> list[str]:
    """The headers of classes and functions that no function is around, in order."""
    found = []
    pending: list[ast.AST] = [tree]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found.append(f"{node.name}({ast.unparse(node.args)})")
            found.extend(ast.unparse(decorator) for decorator in node.decorator_list)
            continue
        if isinstance(node, ast.ClassDef):
            found.append(f"{node.name}({', '.join(map(ast.unparse, node.bases))})")
        pending.extend(ast.iter_child_nodes(node))
    return found


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("language", FAMILIES)
def test_generated_files_still_parse(language: str, share: float) -> None:
    source = FAMILIES[language]()
    cut = compress(source, share)
    assert cut.lossy
    assert errors(language, cut.text) == 0
    numbered = compress(listed(source, start=7), share)
    assert numbered.lossy
    rows = [row.partition("\t") for row in numbered.text.splitlines()]
    assert all(number.isdigit() for number, _, _ in rows)
    assert errors(language, "\n".join(rest for _, _, rest in rows)) == 0


@pytest.mark.parametrize("language", FAMILIES)
def test_parts_of_files_that_begin_anywhere_have_no_more_errors_than_before(language: str) -> None:
    rows = FAMILIES[language]().split("\n")
    lossy = 0
    for start in range(0, 120, 7):
        part = "\n".join(rows[start : start + 150])
        parsed = code.recognise(part)
        if parsed is None:
            continue
        cut = compress(part, 0.05)
        lossy += cut.lossy
        assert errors(parsed.language, cut.text) <= errors(parsed.language, part) + 1
    assert lossy >= 9


def test_numbers_of_lines_stay_with_their_lines() -> None:
    source = FAMILIES["python"]()
    rows = source.split("\n")
    cut = compress(listed(source, start=301), 0.2)
    shown = [row.partition("\t") for row in cut.text.splitlines()]
    numbers = [int(number) for number, _, _ in shown]
    assert numbers == sorted(set(numbers))
    for number, _, row in shown:
        assert row == rows[int(number) - 301] or "left out" in row


def test_the_rows_left_out_are_counted() -> None:
    source = FAMILIES["python"]()
    cut = compress(source, 0.05)
    said = sum(
        int(word)
        for row in cut.text.splitlines()
        if " left out" in row
        for word in row.split()
        if word.isdigit()
    )
    assert said == cut.items_before - cut.items_after
    assert cut.items_before == source.count("\n")


# --- the ladder -----------------------------------------------------------------------


def _subset(less: str, more: str) -> bool:
    """Whether the rows of ``less``, notes apart, stand in ``more`` in that order."""
    rows = iter(more.splitlines())
    return all(
        any(row == other for other in rows) for row in less.splitlines() if " left out" not in row
    )


@pytest.mark.parametrize("query", ["", "why does validate_c17 fail"])
@pytest.mark.parametrize("language", FAMILIES)
def test_every_rung_keeps_a_part_of_what_the_rung_before_keeps(language: str, query: str) -> None:
    source = FAMILIES[language]()
    texts = [source, *(compress(source, share, query).text for share in SHARES)]
    for more, less in itertools.pairwise(texts):
        assert _subset(less, more)
    sizes = [estimate(text) for text in texts]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[-1] < 0.5 * sizes[0]


@pytest.mark.parametrize("name", MODULES)
def test_real_modules_get_shorter_with_every_rung(name: str) -> None:
    source = (LIBRARY / f"{name}.py").read_text()
    texts = [source, *(compress(source, share).text for share in SHARES)]
    for more, less in itertools.pairwise(texts):
        assert _subset(less, more)


@given(one=st.floats(0.01, 1), other=st.floats(0.01, 1))
@settings(max_examples=30, deadline=None)
def test_a_larger_share_keeps_more(one: float, other: float) -> None:
    source = FAMILIES["typescript"]()
    less, more = sorted((one, other))
    assert _subset(compress(source, less).text, compress(source, more).text)


def test_the_share_is_of_sense() -> None:
    for wrong in (0.0, -1.0, 1.01):
        with pytest.raises(ValueError, match="body_share"):
            code.Params(body_share=wrong)


def test_the_same_source_gives_the_same_text() -> None:
    source = FAMILIES["rust"]()
    texts = {
        code.compress(fresh(source), code.Params(body_share=0.2), Focus(query="validate_c17")).text
        for _ in range(3)
    }
    assert len(texts) == 1


# --- what always stays ----------------------------------------------------------------


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("needle", NEEDLES, ids=[needle.name for needle in NEEDLES])
def test_one_odd_statement_among_sixty_functions_stays(needle: object, share: float) -> None:
    source, wanted = needle.source(), needle.wanted  # type: ignore[attr-defined]
    assert source.count(wanted) == 1
    cut = compress(source, share)
    assert cut.lossy
    assert wanted in cut.text


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize(("language", "raising"), RAISES)
def test_error_paths_stay(language: str, raising: str, share: float) -> None:
    source = FAMILIES[language](extra=raising)
    cut = compress(source, share)
    assert cut.lossy
    for row in raising.splitlines():
        if "ERR" in row:
            assert row.strip() in cut.text


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("mark", MARKS)
def test_marks_stay(mark: str, share: float) -> None:
    rows = FAMILIES["python"]().split("\n")
    at = next(i for i, row in enumerate(rows) if "def validate_c41" in row) + 3
    indent = rows[at][: len(rows[at]) - len(rows[at].lstrip())]
    rows.insert(at, indent + mark)
    cut = compress("\n".join(rows), share)
    assert cut.lossy
    assert mark in cut.text


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("language", FAMILIES)
def test_what_the_query_names_stays_whole(language: str, share: float) -> None:
    source = FAMILIES[language]()
    rows = source.split("\n")
    start = next(i for i, row in enumerate(rows) if "validate_c33" in row)
    end = next(i for i, row in enumerate(rows) if "validate_c34" in row)
    cut = compress(source, share, "Look at validate_c33, please")
    shown = cut.text.split("\n")
    for row in rows[start : end - 3]:
        assert row in shown
    assert "validate_c33" in cut.text
    assert cut.lossy


@pytest.mark.parametrize("share", SHARES)
def test_a_long_function_that_the_query_names_stays_whole(share: float) -> None:
    words = ["ash", "birch", "cedar", "dogwood", "elm", "fir", "ginkgo", "hazel"]
    rows = [f"    {words[i % 8]}_{i} = weigh({i}) + {words[-i % 7]}(door)" for i in range(90)]
    body = "\n".join(rows)
    source = f"import os\n\n\ndef unlatch(door):\n{body}\n\n\n" + FAMILIES["python"]()
    cut = compress(source, share, "unlatch")
    assert cut.lossy
    assert body in cut.text


def test_what_a_named_function_calls_goes_before_others() -> None:
    helpers = "".join(
        f"def helper_{i}(a):\n    total = a * {i}\n    for x in range(total):\n"
        f"        total += x ** {i}\n    print(total, 'of {i}')\n    return total - {i}\n\n\n" * 1
        for i in range(30)
    )
    # Different lengths keep these functions from being alike.
    source = f"import os\n\n\n{helpers}def main(a):\n    b = a\n    return helper_17(b)\n"
    cut = compress(source, 0.05, "explain main")
    assert "return helper_17(b)" in cut.text
    assert "total += x ** 17" in cut.text
    assert "total += x ** 23" not in cut.text


def test_functions_that_are_alike_have_one_exemplar() -> None:
    cut = compress(FAMILIES["python"](), 0.05)
    assert "left out, like validate_c0" in cut.text
    assert cut.text.count("left out, like") > 40


@pytest.mark.parametrize("share", SHARES)
def test_docs_keep_their_first_line(share: float) -> None:
    doc = "\n".join(f"    More about what it does, line {i} of many of them." for i in range(40))
    source = (
        'import os\n\n\ndef f(a: int) -> int:\n    """Doors open here.\n\n'
        f'{doc}\n    """\n    return a\n\n\ndef g() -> None:\n    print(os)\n'
    )
    cut = compress(source, share)
    assert '    """Doors open here.\n' in cut.text
    assert ast.get_docstring(ast.parse(cut.text).body[1])
    assert cut.lossy


def test_long_literals_keep_their_ends_and_what_is_odd() -> None:
    rows = [f'    ("name{i}", {i % 3}, True),' for i in range(200)]
    rows[123] = '    ("name123", 1, False),'
    source = SOURCES["python"] + "\n\nROWS = [\n" + "\n".join(rows) + "\n]\n"
    cut = compress(source, 0.05)
    assert ast.parse(cut.text)
    assert rows[0] in cut.text
    assert rows[123] in cut.text
    assert rows[199] in cut.text
    assert len(cut.text) < 0.3 * len(source)


LED = {
    "rust": (
        "use std::io;\n\n",
        "#[cfg_attr(all(doors, hinges, locks), test)]\n"
        "fn check_{i}() {{\n    let a = {i};\n    let mut b = a + {i};\n{body}}}\n\n",
        "    b += {n} * a;\n",
        "#[cfg_attr(all(doors, hinges, locks), test)]",
    ),
    "typescript": (
        "import { Door } from './door';\n\n@Room()\nexport class A {\n  private a: number;\n\n",
        "  @Input()\n  check_{i}(b: number): void {{\n{body}  }}\n\n",
        "    this.a += b * {n};\n",
        "@Input()",
    ),
}


@pytest.mark.parametrize("language", LED)
def test_what_leads_a_function_goes_with_it(language: str) -> None:
    head, function, row, led = LED[language]
    bodies = ["".join(row.format(n=n) for n in range(i % 7 + 1)) for i in range(40)]
    source = head + "".join(function.format(i=i, body=body) for i, body in enumerate(bodies))
    source += "" if language == "rust" else "}\n"
    assert errors(language, source) == 0
    cut = compress(source, 0.05)
    assert cut.lossy
    assert errors(language, cut.text) == 0
    assert cut.text.count(led) == 40


def test_who_may_see_members_stays_with_them() -> None:
    members = "".join(f"    int field_{i};\n" for i in range(100))
    source = f"#include <string>\n\nclass A {{\npublic:\n{members}private:\n{members}}};\n"
    cut = compress(source.replace("field", "door", 100), 0.05)
    assert cut.lossy
    assert "\npublic:\n" in cut.text
    assert "\nprivate:\n" in cut.text


# --- as tools show it -----------------------------------------------------------------


@pytest.mark.parametrize("language", FAMILIES)
def test_what_a_harness_puts_around_a_file_stays(language: str) -> None:
    source = FAMILIES[language]()
    wrapped = f"<returncode>0</returncode>\n<output>\n{source}</output>"
    cut = compress(wrapped, 0.05)
    assert cut.lossy
    assert cut.text.startswith("<returncode>0</returncode>\n<output>\n")
    assert cut.text.endswith("</output>")
    headed = f"[File: /a/b.x ({source.count(chr(10))} lines)]\n{listed(source)}"
    assert compress(headed, 0.05).text.startswith("[File: /a/b.x (")


def test_two_files_in_one_output_are_both_cut() -> None:
    one = FAMILIES["python"]()
    both = f"==> a.py <==\n{one}\n==> b.py <==\n{one}"
    cut = compress(both, 0.05)
    assert cut.lossy
    assert cut.text.count("\n==> b.py <==\n") == 1
    assert cut.text.count("def validate_c17(") == 2


def test_carriage_returns_stay() -> None:
    source = FAMILIES["java"]().replace("\n", "\r\n")
    cut = compress(source, 0.05)
    assert cut.lossy
    assert cut.text.count("\r\n") == cut.text.count("\n")


@pytest.mark.parametrize("mark", ["→", "|", ":", "  "])
def test_numbers_are_set_off_in_many_ways(mark: str) -> None:
    source = listed(FAMILIES["python"](), start=10).replace("\t", mark)
    parsed = code.recognise(source)
    assert parsed is not None
    assert parsed.listed
    assert not parsed.tree.errors
    cut = compress(source, 0.05)
    assert cut.lossy
    assert f"\n12{mark}import os\n" in cut.text
    assert code.restore(lossless(source).text) == source


def test_python_that_begins_within_a_function_is_cut() -> None:
    part = FAMILIES["python"]().split("def validate_c10(", 1)[1].split("\n", 3)[3]
    cut = compress(part, 0.05)
    assert cut.lossy
    assert "def validate_c30(" in cut.text


@pytest.mark.parametrize("quotes", ['"""', "'''"])
def test_python_that_begins_or_ends_within_a_docstring_is_cut(quotes: str) -> None:
    source = FAMILIES["python"]().replace('"""', quotes)
    begins = (
        f"    about doors and other things.\n\n    More of it here.\n    {quotes}\n    x = 1\n\n\n"
    )
    ends = f"\n\ndef last():\n    {quotes}Doors.\n\n    And so on and on\n    without an end.\n"
    for text in (begins + source, source + ends):
        cut = compress(text, 0.05)
        assert cut.lossy
        assert "left out" in cut.text


def test_a_line_too_long_to_be_one_passes() -> None:
    source = "var a = 1;" * 20_000 + "\nfunction f() { return 1; }\n" * 3
    for share in SHARES:
        assert (
            code.compress(
                Content("code", source, code.Source(source, "javascript", listed=False)),
                code.Params(body_share=share),
                Focus(),
            ).text
            == source
        )


# --- finding --------------------------------------------------------------------------


@pytest.mark.parametrize("language", FAMILIES)
def test_a_function_is_found_by_its_name(language: str) -> None:
    source = FAMILIES[language]()
    found = code.find(content(source), "validate_c33")
    assert "validate_c33" in found[0].text.split("\n")[0]
    assert found[0].text in source
    assert 8 <= found[0].position <= 13


def test_a_function_is_found_in_a_listing() -> None:
    source = listed(FAMILIES["go"]())
    found = code.find(content(source), "validate_c33")
    assert found[0].text in source
    assert found[0].text.lstrip()[0].isdigit()


# --- bad input ------------------------------------------------------------------------

BAD = {
    "braces": "function f() {\n" * 3 + "{" * 5000 + "\n" + "}" * 5000 + "\nreturn 1;\n}\n",
    "brackets": "def f():\n    return 1\nimport os\nx = " + "[" * 5000 + "\n",
    "lines of brackets": "import os\ndef f():\n    return 1\n" + "(\n" * 5000,
    "nested": "import os\n" + "".join(f"{' ' * i}if a:\n" for i in range(900)),
    "definitions": "def f():\n    return 1\n" * 4000,
    "headers": "def f():\n" * 8000,
    "remarks": "import os\ndef f():\n    return 1\n" + "# TODO\n" * 20_000,
    "wide": "import os\ndef f():\n    return 1\n" + "(\n" * 60_000,
    "quotes": "import os\ndef f():\n    return 1\n" + '"""\n' * 5001,
    "go": "package a\nfunc f() {\n" + "if err != nil {\n" * 3000,
    "truncated": "import os\ndef f(a):\n    return g(a,\n" * 500,
    "empty lines": "def f():\n    return 1\nimport os\n" + "\n" * 100_000,
    "one long string": "import os\ndef f():\n    return 1\nx = '" + "a" * 300_000 + "\n",
}


@pytest.mark.slow
@pytest.mark.parametrize("source", BAD.values(), ids=BAD)
def test_bad_input_neither_raises_nor_takes_long(source: str) -> None:
    started = time.process_time()
    for share in (0.8, 0.05):
        cut = compress(source, share, "f and g")
        assert cut.lossy or code.restore(cut.text) == source
    code.find(content(source), "f g")
    assert time.process_time() - started < 4


def test_time_is_in_proportion_to_size() -> None:
    source = FAMILIES["python"]()

    def took(text: str) -> float:
        started = time.process_time()
        code.compress(fresh(text), code.Params(body_share=0.2), Focus(query="validate_c3"))
        return (time.process_time() - started) / len(text)

    once = min(took(source) for _ in range(3))
    assert took(source * 40) < 6 * once


# --- real outputs ---------------------------------------------------------------------


def outputs() -> Iterator[str]:
    for path in sorted(DATA.glob("swe_trajectories/mini_swe_agent_gemini3/*.jsonl.gz")):
        for line in gzip.decompress(path.read_bytes()).decode().splitlines()[:3]:
            for message in json.loads(line)["messages"][2:]:
                if message["role"] == "user" and isinstance(message["content"], str):
                    yield message["content"]


@pytest.mark.slow
@needs_data
def test_files_as_agents_see_them_are_cut_and_never_longer() -> None:
    before = after = number = 0
    for text in outputs():
        found = detect(text)
        if found.kind != "code":
            continue
        number += 1
        whole = code.compress(found, code.Params(lossless=True), Focus())
        assert code.restore(whole.text) == text
        cut = code.compress(found, code.Params(body_share=0.05), Focus())
        assert estimate(cut.text) <= estimate(text)
        before += estimate(text)
        after += estimate(cut.text)
    assert number > 100
    assert after < 0.75 * before


# --- what is asked for stays whole --------------------------------------------------------

BIRDS = ["wren", "heron", "plover", "dunlin", "siskin", "bittern"]


def recipe(at: int, language: str) -> str:
    """A definition whose comment, body and literal tell different things."""
    name = f"{BIRDS[at % 6]}_{at}"
    told = [f"nesting {at * 7} days", f"ring colour {BIRDS[(at + 2) % 6]}", "seen near the weir"]
    if language == "python":
        said = "\n".join(f"    {line}" for line in told)
        return (
            f'def {name}(site):\n    """Count birds.\n\n    code: bird/{at:03d}\n{said}\n    """\n'
            f"    found = site.listen({at})\n    return found + {at}\n"
        )
    said = "\n".join(f" * {line}" for line in told)
    return (
        f"/**\n * Count birds.\n *\n * code: bird/{at:03d}\n{said}\n */\n"
        f"export function {name}(site) {{\n  const query = {{\n    kind: 'bird',\n"
        f"    limits: {{\n      most: {at},\n      least: 0,\n    }},\n"
        f"    required: ['site', 'day'],\n  }};\n  return site.listen(query);\n}}\n"
    )


def recipes(language: str, number: int = 60) -> list[str]:
    return [recipe(at, language) for at in range(number)]


@pytest.mark.parametrize("share", [0.5, 0.2, 0.05])
@pytest.mark.parametrize("language", ["python", "javascript"])
@pytest.mark.parametrize("query", ["what does bird/037 say?", "show heron_37"])
def test_a_definition_stays_whole_with_what_is_said_above_it(
    query: str, language: str, share: float
) -> None:
    parts = recipes(language)
    query = query.replace("heron_37", f"{BIRDS[37 % 6]}_37")
    assert parts[37] in compress("\n\n".join(parts), share, query).text


def test_code_over_the_parser_s_limit_is_cut_in_parts() -> None:
    parts = recipes("javascript", 1200)
    source = "\n".join(parts)
    assert len(source) > 256_000
    cut = compress(source, 0.05, "what does bird/737 say?")
    assert cut.lossy
    assert parts[737] in cut.text
    assert len(cut.text) < 0.6 * len(source)
    assert f"export function {BIRDS[1199 % 6]}_1199(site) {{" in cut.text


def test_of_long_code_in_a_task_as_much_stays_as_is_read_at_once() -> None:
    parts = recipes("python", 30)
    source = "\n\n".join(parts)
    assert len(source) < 12_000
    task = "Please make the counting of birds at all sites more robust. " * 40
    assert compress(source, 0.05, task).text == compress(source, 1.0, task).text
    longer = "\n\n".join(recipes("python", 240))
    assert 12_000 < len(compress(longer, 0.05, task).text) < 0.7 * len(longer)


def test_names_of_many_types_give_way_and_those_of_few_do_not() -> None:
    def types(number: int) -> str:
        return "\n\n".join(
            f"class {BIRDS[at % 6].title()}{at}(Bird):\n"
            + "".join(f"    {BIRDS[row % 6]}_{row} = '{at * 31 + row * 7}'\n" for row in range(9))
            for at in range(number)
        )

    assert compress(types(10), 0.05, "").text == types(10)
    many = compress(types(90), 0.05, "what is Heron37?").text
    assert len(many) < 0.7 * len(types(90))
    assert all(f"class {BIRDS[at % 6].title()}{at}(Bird):" in many for at in range(90))
    assert types(38).split("\n\n")[37] in many


TOLD_FROM_OTHERS = {
    "a class of a script": (
        "1:import { Bird } from './bird.js';\n"
        + "\n".join(
            f"{7 * at + 2}:export class Heron{at} extends Bird {{\n"
            f"{7 * at + 3}:  code = 'H-{at}';\n{7 * at + 4}:  wings = {{\n"
            f"{7 * at + 5}:    kind: 2,\n{7 * at + 6}:  }};\n{7 * at + 7}:}}"
            for at in range(12)
        ),
        "javascript",
    ),
    "remarks for the most part": (
        'package birds\n\nimport (\n\t"fmt"\n)\n\n'
        + "\n\n".join(
            f"// Heron{at} opens the record.\n"
            + "".join(f"//\tfield {row} of it: {row * 7}\n" for row in range(20))
            + f'func Heron{at}(site *Site) (*Bird, error) {{\n\treturn open("H-{at}")\n}}'
            for at in range(30)
        ),
        "go",
    ),
}


@pytest.mark.parametrize(("source", "language"), TOLD_FROM_OTHERS.values(), ids=TOLD_FROM_OTHERS)
def test_a_language_is_told_from_those_that_look_like_it(source: str, language: str) -> None:
    found = code.recognise(source)
    assert found is not None
    assert found.language == language


@pytest.mark.parametrize("selector", ["nav ul li {", ".card > a:hover {", "article section {"])
def test_a_style_sheet_is_no_code(selector: str) -> None:
    assert code.recognise(f"{selector}\n  color: red;\n  margin: 0 auto;\n}}\n" * 20) is None
