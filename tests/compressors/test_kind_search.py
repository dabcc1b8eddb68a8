"""Matches of a search: grouped without loss, and what stays of them however few are asked for."""

from __future__ import annotations

import gzip
import json
import random
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from compressors.detect import detect
from compressors.kinds import search
from compressors.kinds._lines_differing import differing
from compressors.kinds.base import Content, Cut, Focus
from compressors.profiles import LADDERS
from compressors.tokens import estimate

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
TRAJECTORIES = SHARED / "swe_trajectories" / "mini_swe_agent_gemini3"
SHARES = [rung.params.match_share for rung in LADDERS["search"][2:]]
LOSSLESS = search.Params(lossless=True)


def content(source: str) -> Content:
    return Content("search", source, search.recognise(source))


def lossless(source: str) -> Cut:
    return search.compress(content(source), LOSSLESS, Focus())


def cut(source: str, share: float, query: str = "") -> Cut:
    return search.compress(content(source), search.Params(match_share=share), Focus(query=query))


def calls(number: int = 400, *, seed: int = 1) -> list[str]:
    draw = random.Random(seed)
    return [
        f"src/{'abcdefgh'[i // 50 % 8]}/mod{i // 25}.py:{i * 7 + 3}:    total = "
        f"compute_total(order_{draw.randint(1, 99)}, tax=0.{draw.randint(1, 9)})"
        for i in range(number)
    ]


def with_needle(text: str, place: int = 211) -> str:
    rows = calls()
    head = rows[place].split(":    ")[0]
    rows[place] = f"{head}:{text}"
    return "\n".join(rows) + "\n"


# --- recognised -----------------------------------------------------------------------

GREP = "".join(
    f"src/{module}/views.py:{line}:    raise Http404('no {module} {line}')\n"
    for module in ("shop", "till")
    for line in range(3, 90, 7)
)


def message(sort: str, **data: object) -> str:
    return json.dumps({"type": sort, "data": data}, separators=(",", ":"), ensure_ascii=False)


def rg_json(files: int = 3, matches: int = 12, *, context: bool = True) -> str:
    """What ``rg --json`` prints, field by field as it prints it."""
    rows = []
    for file in range(files):
        path = {"text": f"src/part{file}/a.py"}
        rows.append(message("begin", path=path))
        for match in range(matches):
            line = f"    value = compute(é, {match})\n"
            start = len("    value = ")
            rows.append(
                message(
                    "match",
                    path=path,
                    lines={"text": line},
                    line_number=match * 9 + 1,
                    absolute_offset=match * 300,
                    submatches=[{"match": {"text": "compute"}, "start": start, "end": start + 7}],
                )
            )
            if context:
                rows.append(
                    message(
                        "context",
                        path=path,
                        lines={"text": "    return value\n"},
                        line_number=match * 9 + 2,
                        absolute_offset=match * 300 + 40,
                        submatches=[],
                    )
                )
        stats = {
            "elapsed": {"secs": 0, "nanos": 36296, "human": "0.000036s"},
            "searches": 1,
            "searches_with_match": 1,
            "bytes_searched": 367,
            "bytes_printed": 1151,
            "matched_lines": matches,
            "matches": matches,
        }
        rows.append(message("end", path=path, binary_offset=None, stats=stats))
    rows.append('{"data":{"elapsed_total":{"human":"0.09s","nanos":9,"secs":0}},"type":"summary"}')
    return "\n".join(rows) + "\n"


SEARCHES = {
    "grep -n": (GREP, "numbered"),
    "with context": ("a/b.py-11-x = 1\na/b.py:12:y = 2\n--\na/c.py-3-z\na/c.py:4:w\n", "numbered"),
    "grep -r": (re.sub(r":\d+:", ":", GREP), "plain"),
    "without numbers": ("a/b.py:    x = 1\na/b.py:    y = x\na/c.py:    z = x\n", "plain"),
    "rg --heading": ("a/b.py\n3:x = 1\n9:y = x\n\na/c.py\n14:z = x\n15:w = x\n", "heading"),
    "one file": ("3:x = 1\n9:y = x\n14:z = x\n", "lines"),
    "vimgrep": ("a/b.py:3:5:x = 1\na/b.py:9:5:y = x\n", "numbered"),
    "windows": ("C:\\src\\a.cs:3:int x;\nC:\\src\\a.cs:9:int y;\n", "numbered"),
    "git grep -p": ("a/b.c=3=int f(int x)\na/b.c:9:  return g(x);\na/b.c:11:  g(1);\n", "numbered"),
    "grep -c": ("a/b.py:3\na/c.py:0\na/d.py:14\n", "plain"),
    "grep -l": ("./src/a.py\n./src/b.py\nlib/x/c.h\nlib/x/d.h\n", "files"),
    "rg --json": (rg_json(), "json"),
    "dashes and numbers in a path": ("a/b-2-c.py:12:x = 1\na/b-2-c.py:19:y = 1\n", "numbered"),
}


@pytest.mark.parametrize(("source", "flavour"), SEARCHES.values(), ids=SEARCHES)
def test_matches_are_recognised_with_their_flavour(source: str, flavour: str) -> None:
    found = detect(source)
    assert found.kind == "search"
    assert search.signature(found.parsed) == f"search|{flavour}"
    assert search.restore(lossless(source).text) == source


NOT_SEARCHES = {
    "times": "10:15:01 starting\n10:15:02 done\n10:15:09 over\n",
    "a listing": "1:a\n2:b\n3:c\n4:d\n",
    "diagnoses": "a/b.c:3:5: error: no such thing\na/b.c:9:5: warning: unused\n",
    "urls": "https://a.example:80/x\nhttps://b.example:80/y\n",
    "mappings": "name: value\nother: value\n",
    "iso": "2026-03-01T10:00:00 INFO x\n2026-03-01T10:00:01 INFO y\n",
    "words": "and/or\none two\nthree/four\nfive\n",
    "fractions": "See a/b.\nSee c/d.\nSee e/f.\nSee g/h.\n",
    "lines of JSON": '{"type":"x","data":{}}\n{"type":"y","data":{}}\n',
}


@pytest.mark.parametrize("source", NOT_SEARCHES.values(), ids=NOT_SEARCHES)
def test_other_texts_are_no_matches(source: str) -> None:
    assert search.recognise(source) is None


# --- lossless -------------------------------------------------------------------------


def test_matches_stand_under_their_file() -> None:
    short = lossless(GREP).text
    assert short.count("src/shop/views.py") == 1
    assert "\n10:    raise Http404('no shop 10')\n" in short
    assert len(short) < 0.8 * len(GREP)
    assert search.restore(short) == GREP


def test_files_of_a_directory_stand_under_it() -> None:
    source = "".join(
        f"apps/orders/handlers/{name}.py:{line}:x = order\n"
        for name, line in [("a", 1), ("b", 2), ("b", 9), ("c", 3)]
    )
    source += "other/z.py:4:y = order\n"
    short = lossless(source * 5).text
    assert short.count("apps/orders/handlers") == 1
    assert "\n/a.py:1:x = order\n▹ b.py\n2:x = order\n9:x = order\n/c.py:3:" in short
    assert search.restore(short) == source * 5


def test_a_listing_of_files_names_each_directory_once() -> None:
    source = "".join(f"./packages/checkout/src/module_{i}.ts\n" for i in range(30))
    short = lossless(source).text
    assert short.count("packages/checkout/src") == 1
    assert estimate(short) < 0.75 * estimate(source)
    for share in SHARES:
        assert cut(source, share).text == short


def test_messages_of_ripgrep_become_lines() -> None:
    source = rg_json()
    short = lossless(source).text
    assert estimate(short) < 0.3 * estimate(source)
    assert "\n10 300 12-19:    value = compute(é, 1)\n" in short
    assert search.restore(short) == source


@pytest.mark.parametrize(
    "odd",
    [
        '{"type":"match","data":{"path":{"bytes":"/w=="},"lines":{"text":"x\\n"}}}',
        message("match", path={"text": "p"}, lines={"text": "no end"}, line_number=1),
        '{"type":"match", "data":{}}',
        rg_json(1, 1).split("\n")[1].replace('":', '": ', 1),
        rg_json(1, 1).split("\n")[-3].replace("null", "12"),
        rg_json(1, 1).split("\n")[0].replace("}}}", '},"x":1}}'),
        "12 340 4-10:not JSON at all",
        "▸ src/x.py",
        "= 1 2 3",
        "\\x",
        "{",
        "",
        '{"type":"end","data":{"path":{"text":"\ud800"},"binary_offset":null,"stats":{}}}',
    ],
)
def test_what_ripgrep_never_prints_comes_back_too(odd: str) -> None:
    rows = rg_json().split("\n")
    rows.insert(9, odd)
    source = "\n".join(rows)
    assert search.recognise(source) == "json"
    short = lossless(source).text
    assert search.restore(short) == source
    assert estimate(short) < 0.4 * estimate(source)
    for share in SHARES:
        cut(source, share, "compute")


PATHS = st.sampled_from(
    ["a/b.py", "a/c.py", "a/b/d.py", "/abs/e.c", "z.py", "a/x-1-y.py", "C:\\f\\g.cs"]
)
ROWS = st.one_of(
    st.builds(
        lambda path, sep, line, text: f"{path}{sep}{line}{sep}{text}",
        PATHS,
        st.sampled_from([":", ":", "-", "="]),
        st.integers(0, 999),
        st.text(max_size=12).map(lambda text: text.replace("\n", " ")),
    ),
    st.builds(lambda path, text: f"{path}:{text}", PATHS, st.sampled_from(["", "x", "1:y", "  z"])),
    st.builds(lambda path, text: f"{path}-{text}", PATHS, st.sampled_from(["", "-", "x", "1-y"])),
    PATHS,
    st.sampled_from(
        [
            "--", "", "12:x", "12-x", "1=x", ":x", "-x", "/x.py:1:y", "\\", "\\x", "▸ a/b.py",
            "▸ a/", "▹ b.py", "▹ ", "▸ ", "Binary file a/b.py matches", "\x00", "\ud800", "\x85",
            "a/b.py:1:\u2028x", "[toin search: as it stands]", "\r", "a/b.py:3:x\r",
        ]
    ),
)  # fmt: skip
TEXTS = st.builds(
    lambda rows, end, final: end.join(rows) + final,
    st.lists(ROWS, max_size=30),
    st.sampled_from(["\n", "\n", "\r\n"]),
    st.sampled_from(["", "\n", "\n\n"]),
)
FLAVOURS = ["numbered", "plain", "heading", "lines", "files", "json"]


@settings(max_examples=300, deadline=None)
@given(source=TEXTS, flavour=st.sampled_from(FLAVOURS))
@example(source="a/b.py:1:x\na/b.py:2:y\n▸ a/\n/c.py", flavour="numbered")
def test_lossless_comes_back_to_the_character(source: str, flavour: str) -> None:
    short = search.compress(Content("search", source, flavour), LOSSLESS, Focus())
    assert not short.lossy
    assert search.restore(short.text) == source
    again = search.compress(Content("search", short.text, flavour), LOSSLESS, Focus())
    assert search.restore(again.text) == short.text


@settings(max_examples=300, deadline=None)
@given(rows=st.lists(ROWS, min_size=1, max_size=20), flavour=st.sampled_from(FLAVOURS))
def test_the_notation_comes_back_even_where_it_does_not_pay(rows: list[str], flavour: str) -> None:
    from compressors.kinds import _search_groups, _search_json
    from compressors.kinds._search_rows import parse

    source = "\n".join(rows)
    if flavour == "json":
        body, legend = _search_json._body(rows), _search_json._LEGEND
    else:
        groups = _search_groups._grouped(rows, parse(rows, flavour))
        body, legend = _search_groups._body(groups), _search_groups._LEGEND
    assert search.restore("\n".join([f"[toin search: {legend}]", *body])) == source


@given(text=st.text())
def test_what_is_not_in_the_notation_is_given_back_as_it_is(text: str) -> None:
    assert search.restore(text) == text
    from compressors.kinds import _search_groups, _search_json

    for legend in (_search_groups._LEGEND, _search_json._LEGEND):
        search.restore(f"[toin search: {legend}]\n{text}")


# --- what stays -----------------------------------------------------------------------

NEEDLES = {
    "a raise": "        raise TotalsError(order)",
    "a definition": "def compute_total(order, tax):",
    "an import": "from billing import compute_total",
    "a class": "class compute_total(Base):",
    "a comment": "    # TODO: compute_total is wrong for refunds",
    "a return": "    return compute_total(order_5, tax=0.3)",
    "a shout": "    log('ERROR', compute_total(order_5, tax=0.3))",
    "an assignment of it": "    compute_total = None",
    "a number out of range": "    total = compute_total(order_910000, tax=0.3)",
    "a negative number": "    total = compute_total(order_5, tax=-0.3)",
    "another word": "    total = compute_total(refund, tax=0.3)",
    "another argument": "    total = compute_total(order_5, tax=0.3, gross=x)",
    "another script": "    total = compute_total(order_5, tax=0.3)  # 税込",
    "at the margin": "total = compute_total(order_5, tax=0.3)",
    "another ending": "    total = compute_total(order_5, tax=0.3) + (",
    "null": "    total = compute_total(null, tax=0.3)",
}


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("needle", NEEDLES.values(), ids=NEEDLES)
@pytest.mark.parametrize("place", [30, 211, 388])
def test_one_match_that_differs_stays_under_every_profile(
    needle: str, share: float, place: int
) -> None:
    short = cut(with_needle(needle, place), share)
    assert short.lossy
    assert needle in short.text


def own_words(number: int = 200) -> list[str]:
    """Lines of which each has words of its own."""
    draw = random.Random(5)
    word = lambda: "".join(draw.choices("bcdfghklmnprstvwz", k=5))  # noqa: E731
    return [f"    {word()}.{word()}(compute({word()}, {word()}));" for _ in range(number)]


@pytest.mark.parametrize(
    "needle",
    [
        "    kbdfg.mnprs(await compute(zwvts, hgfdc));",
        "    kbdfg.mnprs(compute(zwvts, None));",
        "    kbdfg.mnprs(compute(zwvts, hgfdc)) {",
        "    kbdfg.mnprs(!compute(zwvts, hgfdc));",
        "kbdfg.mnprs(compute(zwvts, hgfdc));",
        "    kbdfg.mnprs(compute(zwvts, 漢字));",
        "    exit code 3, kbdfg.mnprs(compute(zwvts, hgfdc));",
        "    WARN, kbdfg.mnprs(compute(zwvts, hgfdc));",
    ],
)
def test_one_line_differs_where_all_have_their_own_words(needle: str) -> None:
    texts = own_words()
    assert differing(texts) == set()
    texts[77] = needle
    assert {77} <= differing(texts) <= {0, 77}


def test_the_lowest_rung_leaves_out_most_of_what_is_alike() -> None:
    source = "\n".join(calls()) + "\n"
    saved = [1 - estimate(cut(source, share).text) / estimate(source) for share in SHARES]
    assert saved == sorted(saved)
    assert saved[-1] > 0.8


@pytest.mark.parametrize("share", SHARES)
def test_every_file_is_named_with_its_matches(share: float) -> None:
    rows = [f"src/m{i % 60}/f.py:{i}:use(thing)" for i in sorted(range(600), key=lambda i: i % 60)]
    short = cut("\n".join(rows), share)
    for number in range(60):
        assert re.search(rf"^▸ src/m{number}/f\.py ×10$", short.text, re.MULTILINE)
    assert "of 600 matches in 60 files" in short.text


@pytest.mark.parametrize("share", SHARES)
def test_first_and_last_match_of_each_file_stay(share: float) -> None:
    source = "\n".join(calls())
    short = cut(source, share).text
    files: dict[str, list[str]] = {}
    for row in calls():
        path, line, text = row.split(":", 2)
        files.setdefault(path, []).append(f"{line}:{text}")
    for path, lines in files.items():
        name = path.rpartition("/")[2]
        part = re.split(rf"(?m)^(?:▸ .*/|▹ ){name}[^\n]*\n", short)[1]
        part = re.split(r"(?m)^[▸▹]", part)[0]
        assert lines[0] in part
        assert lines[-1] in part


@pytest.mark.parametrize("share", SHARES)
def test_what_the_query_asks_for_stays(share: float) -> None:
    rows = calls()
    rows[300] = rows[300].replace("total = ", "refunded = ")
    rows[120] = "src/c/mod4.py:900:    total = compute_total(order_37, tax=0.4)"
    text = cut("\n".join(rows), share, "where is the sum refunded? see src/c/mod4.py:900").text
    assert "    refunded = compute_total" in text
    assert "\n900:    total" in text


@pytest.mark.parametrize("share", SHARES)
def test_distinct_errors_in_searched_logs_stay(share: float) -> None:
    rows = [f"var/app.log:{i}:10:00:{i % 60:02d} WARN retry job {i} on host" for i in range(300)]
    for number, what in [(40, "disk is full"), (41, "no route"), (200, "bad checksum")]:
        rows[number] = f"var/app.log:{number}:10:00:00 ERROR {what} on host"
    text = cut("\n".join(rows), share).text
    for what in ("disk is full", "no route", "bad checksum"):
        assert what in text


@pytest.mark.parametrize("share", SHARES)
def test_messages_stay_and_many_alike_ones_are_counted(share: float) -> None:
    rows = calls(200)
    rows[100:100] = [f"grep: lib/cache/x{i}.pyc: binary file matches" for i in range(60)]
    rows.insert(50, "grep: secret/: Permission denied")
    short = cut("\n".join(rows), share)
    assert "grep: secret/: Permission denied" in short.text
    assert re.search(r"\d+ of 61 messages left out", short.text)
    assert short.items_before == 261


@pytest.mark.parametrize("share", SHARES)
def test_counts_above_zero_stay(share: float) -> None:
    counts = {7: 3, 200: 14, 399: 1}
    rows = [f"src/d{i // 40}/f{i}.py:{counts.get(i, 0)}" for i in range(400)]
    short = cut("\n".join(rows) + "\n", share)
    for number, count in counts.items():
        assert re.search(rf"f{number}\.py:{count}(?:\n|$)", short.text)
    left = sum(f"f{number}.py:0" in short.text for number in range(400))
    assert f"the other {400 - 3 - left} of 400 files have 0" in short.text


def test_context_goes_before_matches_and_from_far_to_near() -> None:
    rows = []
    for match in range(60):
        at = match * 100
        rows += [f"a/b.py-{at + d}-before {match}" for d in (1, 2, 3)]
        rows += [f"a/b.py:{at + 4}:    use(thing, {match})"]
        rows += [f"a/b.py-{at + d}-after {match}" for d in (5, 6, 7)]
        rows += ["--"]
    short = cut("\n".join(rows), 0.5)
    assert short.text.count("use(thing") == 60
    shown = [int(n) % 100 for n in re.findall(r"(?m)^(\d+)-", short.text)]
    assert {3, 5} <= set(shown)
    assert 1 not in shown
    assert "lines of context" in short.text
    few = cut("\n".join(rows), 0.08).text
    assert not re.search(r"(?m)^\d+-", few)
    assert "0 of 360 lines of context" in few


@pytest.mark.parametrize("share", SHARES)
def test_an_error_in_the_context_stays(share: float) -> None:
    rows = []
    for match in range(60):
        rows += [f"a/b.log:{match * 10}:request done", f"a/b.log-{match * 10 + 1}-next request"]
    rows[61] = "a/b.log-301-FATAL the database is gone"
    assert "301-FATAL the database is gone" in cut("\n".join(rows), share).text


@pytest.mark.parametrize("share", SHARES)
def test_headings_and_json_are_cut_alike(share: float) -> None:
    rows = calls()
    rows[211] = "src/e/mod8.py:1480:        raise TotalsError(order)"
    headed, above = [], ""
    for row in rows:
        path, rest = row.split(":", 1)
        if path != above:
            headed += [*[""] * bool(above), path]
            above = path
        headed.append(rest)
    source = "\n".join(headed)
    assert search.recognise(source) == "heading"
    text = cut(source, share).text
    assert "\n1480:        raise TotalsError(order)" in text
    assert text.count("mod8.py") == 1
    source = rg_json(6, 60).replace("compute(é, 17)", "compute(é)", 1)
    text = cut(source, share).text
    assert re.search(r"\n154:    value = compute\(é\)\n", text)
    assert "of 360 matches in 6 files" in text
    assert '"type"' not in text


def test_a_long_line_is_cut_around_what_tells() -> None:
    line = "x=1;" * 3000 + "throw new Error('bad');" + "y=2;" * 3000 + "wantedThing()" + "z;" * 400
    rows = [*calls(120), f"dist/app.js:1:{line}"]
    text = cut("\n".join(rows), 0.5, "where is wantedThing").text
    assert "throw new Error('bad');" in text
    assert "wantedThing()" in text
    assert re.search(r"…\[\d{4,5}\]…", text)
    assert len(text) < 8000


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("query", ["Show me the record of Plover Creek", "what is in sh-37?"])
def test_all_of_the_file_that_is_asked_for_stays(query: str, share: float) -> None:
    names = ("Heron Bay", "Dunlin Moor", "Curlew Hill", "Sanderling Quay")
    rows = []
    for number in range(80):
        name = "Plover Creek" if number == 37 else f"{names[number % 4]} {number}"
        told = [f"name = {name}", f"litres = {number * 31}", f"keeper = k{number % 9}"]
        told += ["note = it was seen to in the usual way by those who do so every year"] * 2
        path = f"yards/sheds/sh-{number}.toml"
        rows += [f"{path}:{at}:{line}" for at, line in enumerate(told, 1)]
        rows += [f"{path}-6-roof = slate, laid in {1900 + number}", "--"]
    text = cut("\n".join(rows), share, query).text
    part = text[text.index("sh-37.toml") :]
    assert "\n1:name = Plover Creek\n2:litres = 1147\n3:keeper = k1\n4:note = " in part
    assert "\n6-roof = slate, laid in 1937" in part
    assert len(text) < (share + 0.3) * len("\n".join(rows))


def test_what_every_match_has_asks_for_none_of_them() -> None:
    rows = [f"src/m{i % 50}/f.py:{i}:    use(thing, {i % 3})" for i in range(1_000)]
    rows.sort(key=lambda row: row.partition(":")[0])
    source = "\n".join(rows)
    assert len(cut(source, 0.2, "where is use(thing) called?").text) < 0.35 * len(source)


@pytest.mark.parametrize("share", SHARES)
def test_a_long_line_that_is_asked_for_stays_whole(share: float) -> None:
    story = " ".join(f"The keeper of yard {at} went round." for at in range(40))
    rows = [f"log/y{at}.txt:{at}:{story[at:]}" for at in range(60)]
    wanted = "Osprey nest: " + "; ".join(f"it was measured {at} times" for at in range(60))
    rows[41] = f"log/y41.txt:41:{wanted}"
    text = cut("\n".join(rows), share, "what about the osprey nest?").text
    assert wanted in text
    assert re.search(r"…\[\d+\]…", text)


def test_few_matches_stay() -> None:
    source = "\n".join(calls(60))
    assert not cut(source, 0.2).lossy
    assert cut(source, 0.03).lossy
    assert cut("\n".join(calls(400)), 0.2).lossy


def test_nothing_is_lossy_where_nothing_is_worth_dropping() -> None:
    source = "\n".join(calls(6))
    for share in SHARES:
        assert cut(source, share) == lossless(source)


def test_passthrough_is_the_text_itself() -> None:
    source = "[toin search: as it stands]\n" + GREP
    whole = search.compress(content(source), search.Params(passthrough=True), Focus())
    assert (whole.text, whole.lossy) == (source, False)


@pytest.mark.parametrize("share", [0.0, -0.1, 1.5, float("nan")])
def test_a_share_out_of_range_is_refused(share: float) -> None:
    with pytest.raises(ValueError, match="match_share"):
        search.Params(match_share=share)


def shown(text: str, rows: list[str]) -> set[int]:
    """The numbered rows, by their unique line numbers, that a text shows."""
    found = {int(n) for n in re.findall(r"(?m)^(?:[^\s:]*:)?(\d+)[:-]", text)}
    return {at for at, row in enumerate(rows) if int(row.split(":")[1]) in found}


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 999),
    number=st.integers(10, 120),
    low=st.floats(0.01, 1.0),
    high=st.floats(0.01, 1.0),
    query=st.sampled_from(["", "order_5 tax", "src/a/mod1.py"]),
)
def test_a_larger_share_keeps_all_that_a_smaller_one_keeps(
    seed: int, number: int, low: float, high: float, query: str
) -> None:
    rows = calls(number, seed=seed)
    source = "\n".join(rows)
    small, large = sorted((low, high))
    less, more = cut(source, small, query), cut(source, large, query)
    if less.lossy and more.lossy:
        assert shown(less.text, rows) <= shown(more.text, rows)
    assert less.lossy or not more.lossy


@settings(max_examples=200, deadline=None)
@given(source=TEXTS, flavour=st.sampled_from(FLAVOURS), share=st.floats(0.01, 1), query=st.text())
def test_nothing_raises_and_counts_are_in_range(
    source: str, flavour: str, share: float, query: str
) -> None:
    short = search.compress(
        Content("search", source, flavour), search.Params(match_share=share), Focus(query=query)
    )
    assert 0 <= (short.items_after or 0) <= (short.items_before or 0)
    assert short == search.compress(
        Content("search", source, flavour), search.Params(match_share=share), Focus(query=query)
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    "source",
    [
        "a/b.py:1:" + "x" * 5_000_000,
        "a/b.py:1:x\n" * 100_000,
        "a/b.py:1:" + "[" * 200_000 + "\na/b.py:2:x\n",
        "a:1:" * 500_000,
        "a/" * 500_000 + "\n" + "a/b.py:1:x\n" * 9,
        "\n" * 300_000,
        "".join(f"a/b{i}.py:{i}:raise E{i}\n" for i in range(40_000)),
        "a/b.py:1:" + "a-1-" * 100_000,
        "".join(f"a/b.py-{i}-x\n" for i in range(60_000)),
        "a/b.py:1:exit 1 exit 1 \n" * 20_000,
        '{"type":"begin","data":{"path":{"text":"a"}}}\n' * 30_000,
        '{"type":"begin","data":{"path":{"text":' + "[" * 5_000,
    ],
    ids=lambda source: repr(source[:12]) + str(len(source)),
)
def test_bad_input_neither_raises_nor_takes_long(source: str) -> None:
    started = time.process_time()
    parsed = search.recognise(source) or "numbered"
    short = search.compress(
        Content("search", source, parsed), search.Params(match_share=0.08), Focus(query="exit b7")
    )
    assert len(short.text) <= len(source) + 400
    assert time.process_time() - started < 1.0 + 1e-5 * len(source)


def test_find_gives_matches_with_their_positions() -> None:
    found = search.find(content(GREP), "till 45")
    assert found[0].text == "src/till/views.py:45:    raise Http404('no till 45')"
    assert 10 <= found[0].position <= 19


# --- real searches --------------------------------------------------------------------


def observations() -> Iterator[str]:
    for path in sorted(TRAJECTORIES.glob("*.jsonl.gz"))[:4]:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                for part in json.loads(line)["messages"][2:]:
                    if part["role"] == "user" and len(part["content"]) > 2_000:
                        yield part["content"]


@pytest.mark.slow
@pytest.mark.skipif(not TRAJECTORIES.is_dir(), reason=f"{TRAJECTORIES} is not there")
def test_real_searches_come_back_and_shrink_rung_by_rung() -> None:
    sums = [0] * len(LADDERS["search"])
    number = 0
    for text in observations():
        found = detect(text)
        if found.kind != "search":
            continue
        number += 1
        for rung, profile in enumerate(LADDERS["search"]):
            short = search.compress(found, profile.params, Focus(query="def test"))
            sums[rung] += min(estimate(short.text), estimate(text))
            if profile.safe:
                assert search.restore(short.text) == text or profile.params.passthrough
    assert number > 15
    assert sums == sorted(sums, reverse=True)
    assert sums[1] < 0.85 * sums[0]
    assert sums[-1] < 0.55 * sums[0]
