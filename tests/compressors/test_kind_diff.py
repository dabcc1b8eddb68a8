"""Differences: lossless texts apply, changed lines stay, and odd ones stay under every profile."""

from __future__ import annotations

import gzip
import json
import random
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from compressors.detect import detect
from compressors.kinds import diff
from compressors.kinds._diff_parts import Parts
from compressors.kinds.base import Content, Cut, Focus
from compressors.profiles import LADDERS
from compressors.tokens import estimate

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
TRAJECTORIES = SHARED / "swe_trajectories" / "mini_swe_agent_gemini3"
DIALECTS = SHARED / "command_outputs" / "diffs"
LOSSY = LADDERS["diff"][2:]
SACRED = [rung.params for rung in LOSSY if rung.params.change_share == 1.0]
AGGRESSIVE = [rung.params for rung in LOSSY if rung.params.change_share < 1.0]
RUNGS = [rung.params for rung in LOSSY]
LOSSLESS = diff.Params(lossless=True)
GIT_TOOL = shutil.which("git")
needs_git = pytest.mark.skipif(GIT_TOOL is None, reason="git is not installed")


def rung(params: diff.Params) -> str:
    return next(rung.name for rung in LOSSY if rung.params == params).partition(".")[2]


def content(source: str) -> Content:
    return Content("diff", source, diff.recognise(source) or "git")


def lossless(source: str) -> Cut:
    return diff.compress(content(source), LOSSLESS, Focus())


def cut(source: str, params: diff.Params, query: str = "") -> Cut:
    return diff.compress(content(source), params, Focus(query=query))


# --- recognised -----------------------------------------------------------------------

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
    assert lossless(source).text == source


def test_a_difference_is_counted_and_searched_by_hunk() -> None:
    assert lossless(GIT).items_before == 13
    found = diff.find(content(GIT), "hinge")
    assert found[0].text.startswith("@@ -20,2")
    assert found[0].position >= 10
    assert diff.recognise("- a list\n- of items\n+ and more\n") is None


# --- made up --------------------------------------------------------------------------


def body(number: int, *, seed: int = 0) -> list[str]:
    draw = random.Random(seed)
    words = ["order", "total", "price", "stock", "ship", "label", "weigh", "count", "pack"]
    return [
        f"    {draw.choice(words)}_{i} = {draw.choice(words)}({draw.randint(1, 99)})"
        for i in range(number)
    ]


def file_part(name: str, hunks: list[list[str]], *, old: str = "83db48f") -> str:
    rows = [
        f"diff --git a/{name} b/{name}",
        f"index {old}..bf3a1c2 100644",
        f"--- a/{name}",
        f"+++ b/{name}",
    ]
    at = 10
    for hunk in hunks:
        before = sum(row[:1] in " -" for row in hunk)
        after = sum(row[:1] in " +" for row in hunk)
        rows += [f"@@ -{at},{before} +{at},{after} @@ def part_{at}(self):", *hunk]
        at += 40
    return "\n".join(rows) + "\n"


def hunk(removed: list[str], added: list[str], *, seed: int = 0, around: int = 3) -> list[str]:
    lines = body(2 * around, seed=seed)
    return [
        *[f" {line}" for line in lines[:around]],
        *[f"-{line}" for line in removed],
        *[f"+{line}" for line in added],
        *[f" {line}" for line in lines[around:]],
    ]


def many(number: int = 12) -> str:
    """Several files, several hunks, no two alike."""
    return "".join(
        file_part(
            f"src/part_{i}.py",
            [hunk(body(2, seed=9 * i + h), body(3, seed=90 * i + h), seed=h) for h in range(3)],
        )
        for i in range(number)
    )


def changed(source: str) -> list[str]:
    parts = Parts(source)
    return [row for row, mark in zip(parts.rows, parts.marks, strict=True) if mark in "+-"]


@pytest.mark.parametrize("params", SACRED, ids=rung)
def test_every_changed_line_stays_while_context_is_folded(params: diff.Params) -> None:
    source = many()
    short = cut(source, params)
    assert short.lossy
    assert changed(source) == [
        row
        for row in short.text.split("\n")
        if row[:1] in ("+", "-") and not row.startswith("+++ ")
    ]
    assert "shortened, so it does not apply" in short.text.split("\n")[0]
    assert re.search(r"; \d+ of 216 lines around them", short.text)


def test_the_nearest_lines_of_context_stay_longest() -> None:
    source = file_part("a.py", [["  far", "  near", "-x = 1", "+x = 2", "  next", "  away"]] * 12)
    few = cut(source, diff.Params(context_share=0.5)).text
    assert "  near\n-x = 1\n+x = 2\n  next\n" in few
    assert "far" not in few
    assert "away" not in few


def test_a_gap_between_changes_is_marked() -> None:
    inner = [f" line {i}" for i in range(12)]
    source = file_part("a.py", [["-x = 1", *inner, "-y = 1", "+y = 2"]] * 3)
    text = cut(source, diff.Params(context_share=0.1)).text
    assert "-x = 1\n line 0\n …11\n-y = 1\n" in text
    assert '" …9": 9 unchanged lines left out' in text


def test_headers_that_say_something_stay_and_others_go() -> None:
    source = (
        many(3)
        + "diff --git a/run.sh b/run.sh\nold mode 100644\nnew mode 100755\n"
        + "diff --git a/old name.py b/new.py\nsimilarity index 91%\nrename from old name.py\n"
        + "rename to new.py\nindex 83db48f..bf3a1c2 100644\n--- a/old name.py\n+++ b/new.py\n"
        + "@@ -1 +1 @@\n-a\n+b\n"
        + "diff --git a/logo.png b/logo.png\nindex 83db48f..bf3a1c2 100644\n"
        + "Binary files a/logo.png and b/logo.png differ\n"
        + "diff --git a/gone.py b/gone.py\ndeleted file mode 100644\nindex 83db48f..0000000\n"
        + "--- a/gone.py\n+++ /dev/null\n@@ -1 +0,0 @@\n-gone\n"
        + "diff --git a/born.py b/born.py\nnew file mode 100644\nindex 0000000..83db48f\n"
        + "--- /dev/null\n+++ b/born.py\n@@ -0,0 +1 @@\n+born\n\\ No newline at end of file\n"
    )
    for params in RUNGS:
        text = cut(source, params).text
        for header in (
            "diff --git a/run.sh b/run.sh\nold mode 100644\nnew mode 100755\n",
            "similarity index 91%\nrename from old name.py\nrename to new.py\n@@ -1 +1 @@\n-a\n",
            "diff --git a/logo.png b/logo.png\nBinary files a/logo.png and b/logo.png differ\n",
            "deleted file mode 100644\n--- a/gone.py\n@@ -1 +0 @@\n-gone\n",
            "new file mode 100644\n+++ b/born.py\n@@ -0 +1 @@\n+born\n\\ No newline at end of file",
        ):
            assert header in text
        assert "83db48f" not in text


LOCKED = {
    "package-lock.json": '      "resolved": "https://registry.example/p/-/p-{0}.tgz",',
    "sub/Cargo.lock": 'checksum = "{0:064x}"',
    "uv.lock": 'wheels = "{0:064x}"',
    "go.sum": "example.org/mod v1.{0}.0 h1:abc=",
    "web/app.min.js": "var a{0}=function(){{return b}};",
    "vendor/lib/z.go": "func Z{0}() int {{ return {0} }}",
    "api/v1_pb2.py": "_FIELD_{0} = descriptor",
    "ui/__snapshots__/x.snap": "<div>{0}</div>",
    "schema.go": "// Code generated by tool v{0}; DO NOT EDIT.",
    "bundle.js": "x" * 2000 + "{0}",
}


@pytest.mark.parametrize("params", RUNGS, ids=rung)
@pytest.mark.parametrize("name", LOCKED)
def test_files_that_nobody_writes_are_summed_up(name: str, params: diff.Params) -> None:
    rows = [LOCKED[name].format(i) for i in range(80)]
    source = many(2) + file_part(name, [hunk(rows[:30], rows[40:]), hunk(rows[30:40], [])])
    text = cut(source, params).text
    assert f"+++ b/{name}\n… " in text
    assert "2 hunks, 40 lines added, 40 removed" in text
    assert rows[50] not in text
    for row in changed(many(2)):
        if params in SACRED:
            assert row in text


@pytest.mark.parametrize("params", RUNGS, ids=rung)
def test_what_the_query_asks_for_stays_in_a_lock_file(params: diff.Params) -> None:
    rows = [f'    "package-{i}": "1.{i}.0",' for i in range(300)]
    rows[211] = '    "left-pad": "9.9.1",'
    source = file_part("package-lock.json", [hunk([], rows)])
    assert '"left-pad": "9.9.1"' in cut(source, params, "which left-pad is installed?").text


@pytest.mark.parametrize("params", RUNGS, ids=rung)
def test_binary_patches_lose_their_data_alone(params: diff.Params) -> None:
    data = "\n".join(f"z{'abcdefghij' * 6}{i}" for i in range(40))
    source = (
        many(1)
        + (
            "diff --git a/i.png b/i.png\nindex 83db48f..bf3a1c2 100644\nGIT binary patch\n"
            f"literal 2100\n{data}\n\nliteral 0\nHcmV?d00001\n\n"
        )
        + many(1)
    )
    text = cut(source, params).text
    assert "GIT binary patch\nliteral 2100\nliteral 0\n… " in text
    assert "abcdefghij" not in text
    for row in changed(many(1)):
        if params in SACRED:
            assert text.count(row) >= 2


# --- what stays under the most aggressive ones ------------------------------------------


def renamed(number: int = 50, *, lines: int = 1) -> list[list[str]]:
    return [
        hunk(
            [f"    client.fetch_{n}(order)" for n in "abcdefgh"[:lines]],
            [f"    client.load_{n}(order)" for n in "abcdefgh"[:lines]],
            seed=i,
        )
        for i in range(number)
    ]


ODD_HUNKS = {
    "another call": hunk(["    client.fetch_a(order)"], ["    client.drop_a(order)"]),
    "one more line": hunk(
        ["    client.fetch_a(order)"], ["    client.load_a(order)", "    audit(order)"]
    ),
    "nothing removed": hunk([], ["    client.load_a(order)  # by hand"]),
    "white space inside": hunk(["    client.fetch_a(order)"], ["    client.load_a(order, 5)"]),
}
TELLING = {
    "another call": "+    client.drop_a(order)",
    "one more line": "+    audit(order)",
    "nothing removed": "+    client.load_a(order)  # by hand",
    "white space inside": "+    client.load_a(order, 5)",
}


@pytest.mark.parametrize("params", RUNGS, ids=rung)
@pytest.mark.parametrize("odd", ODD_HUNKS)
@pytest.mark.parametrize("place", [0, 23, 49])
def test_one_odd_hunk_among_fifty_alike_stays(odd: str, place: int, params: diff.Params) -> None:
    hunks = renamed()
    hunks[place] = ODD_HUNKS[odd]
    for source in (
        file_part("a.py", hunks),
        "".join(file_part(f"m{i}.py", [one]) for i, one in enumerate(hunks)),
    ):
        assert TELLING[odd] in cut(source, params).text.split("\n")


@pytest.mark.parametrize("params", RUNGS, ids=rung)
def test_an_odd_line_in_one_of_many_long_hunks_stays(params: diff.Params) -> None:
    hunks = renamed(lines=8)
    at = next(i for i, row in enumerate(hunks[31]) if row == "+    client.load_d(order)")
    hunks[31][at] = "+    client.load_d(refund)"
    assert "+    client.load_d(refund)" in cut(file_part("a.py", hunks), params).text
    draw = random.Random(7)
    unlike = ["".join(draw.choices("bcdfghklmnprst", k=14)) for _ in range(900)]
    among_others = new_file(unlike) + file_part("a.py", hunks)
    assert "+    client.load_d(refund)" in cut(among_others, params).text
    least = diff.Params(context_share=0.01, change_share=0.01)
    assert "+    client.load_d(refund)" in cut(among_others, least).text


def test_runs_begin_and_end_with_their_own_rows_at_the_smallest_share() -> None:
    hunks = [hunk(body(9, seed=i), body(12, seed=i + 50), seed=i) for i in range(30)]
    lines = cut(file_part("a.py", hunks), diff.Params(context_share=0.01, change_share=0.01)).text
    for one in hunks:
        for sign in "+-":
            run = [row for row in one if row[0] == sign]
            assert run[0] in lines
            assert run[-1] in lines
    assert len(lines) < 0.5 * len(file_part("a.py", hunks))


@pytest.mark.parametrize("params", RUNGS, ids=rung)
def test_an_odd_number_among_alike_hunks_stays(params: diff.Params) -> None:
    hunks = [hunk(["VERSION = 41"], ["VERSION = 42"], seed=i) for i in range(50)]
    hunks[17] = hunk(["VERSION = 41"], ["VERSION = 43"])
    text = cut("".join(file_part(f"m{i}/v.py", [one]) for i, one in enumerate(hunks)), params).text
    assert "+VERSION = 43" in text
    numbers = [hunk([f"id = {i}"], [f"id = {i + 1000}"], seed=i) for i in range(50)]
    numbers[17] = hunk(["id = 17"], ["id = 991017"])
    assert "+id = 991017" in cut(file_part("a.py", numbers), params).text


@pytest.mark.parametrize("params", AGGRESSIVE, ids=rung)
def test_repeated_hunks_are_counted_with_their_places(params: diff.Params) -> None:
    text = cut(file_part("a.py", renamed()), params).text
    assert text.count("client.load_a") == 1
    assert "@@ 50, 90, 130, 170," in text
    assert "and 37 more @@ as a.py @@ 10" in text
    source = "".join(file_part(f"m{i}.py", [one]) for i, one in enumerate(renamed()))
    text = cut(source, params).text
    for number in range(50):
        assert f"+++ b/m{number}.py\n" in text


@pytest.mark.parametrize("params", AGGRESSIVE, ids=rung)
def test_white_space_alone_is_told(params: diff.Params) -> None:
    source = file_part(
        "a.c", [hunk([f"\tf({i});", "\tg();"], [f"    f({i});", "    g();"]) for i in range(9)]
    ) + many(2)
    text = cut(source, params).text
    assert "@@ 10, 50, 90, 130, 170, 210, 250, 290, 330 @@ white space alone" in text
    assert "f(5)" not in text


def new_file(lines: list[str], name: str = "new.py") -> str:
    return (
        f"diff --git a/{name} b/{name}\nnew file mode 100644\nindex 0000000..bf3a1c2\n"
        f"--- /dev/null\n+++ b/{name}\n@@ -0,0 +1,{len(lines)} @@\n"
        + "".join(f"+{line}\n" for line in lines)
    )


CODE = [
    "import os",
    *body(60, seed=3),
    "class Store(Base):",
    *body(60, seed=4),
    "    def load(self, key: str) -> bytes:",
    *body(60, seed=5),
    "        raise StoreError(key)",
    *body(60, seed=6),
    "    except KeyError as error:",
    *body(60, seed=7),
    "    log.warning('slow')",
    *body(60, seed=8),
    "store = Store()",
]


@pytest.mark.parametrize("params", AGGRESSIVE, ids=rung)
def test_a_long_new_file_keeps_signatures_errors_first_and_last(params: diff.Params) -> None:
    short = cut(new_file(CODE), params)
    for line in CODE:
        if not re.match(r"    \w+_\d+ = ", line):
            assert f"\n+{line}" in short.text
    assert re.search(r"(?m)^\+…\d+$", short.text)
    assert estimate(short.text) < 0.75 * estimate(new_file(CODE))
    assert re.search(r"; \d+ of 367 changed lines", short.text)


@pytest.mark.parametrize("params", RUNGS, ids=rung)
@pytest.mark.parametrize(
    "odd",
    [
        '    "item": null,',
        '    "item_17": {"price": 999999},',
        "    # withdrawn",
        '    "item_9": None',
    ],
)
def test_one_odd_row_of_added_data_stays(odd: str, params: diff.Params) -> None:
    rows = [f'    "item_{i}": {{"price": {i % 50}}},' for i in range(400)]
    rows[217] = odd
    assert f"\n+{odd}\n" in cut(new_file(rows, "data.py"), params).text


@pytest.mark.parametrize("params", RUNGS, ids=rung)
def test_what_the_query_asks_for_stays(params: diff.Params) -> None:
    lines = list(CODE)
    lines[100] = "    deadline = courier.promise(7)"
    assert (
        "+    deadline = courier.promise(7)"
        in cut(new_file(lines), params, "when is the courier's deadline?").text
    )


@pytest.mark.parametrize("params", RUNGS, ids=rung)
def test_commits_keep_hash_author_and_message(params: diff.Params) -> None:
    source = "".join(
        f"commit {i:040x}\nAuthor: A <a@b.c>\nDate:   Mon May {i}\n\n"
        + f"    Change {i}\n\n    Why {i}\n\n"
        + file_part(f"m{i}.py", [hunk(body(1, seed=i), body(2, seed=i + 9), seed=i)])
        + "\n"
        for i in range(9)
    )
    text = cut(source, params).text
    for number in range(9):
        assert f"commit {number:040x}"[:19] + "\n" in text
        assert f"    Change {number}\n\n    Why {number}\n" in text
        assert f"Date:   Mon May {number}\n" in text


@pytest.mark.parametrize("params", RUNGS, ids=rung)
def test_combined_differences_keep_both_sides(params: diff.Params) -> None:
    context = [f"  same {i}" for i in range(5)]
    rows = [*context, "- ours", " -theirs", "++merged", *context]
    source = "".join(
        f"diff --cc m{i}.py\nindex 1a,2b..3c\n--- a/m{i}.py\n+++ b/m{i}.py\n"
        f"@@@ -1,11 -1,11 +1,11 @@@ def f{i}():\n" + "\n".join(rows) + "\n"
        for i in range(9)
    )
    text = cut(source, params).text
    assert "- ours\n -theirs\n++merged" in text
    for number in range(9):
        assert f"m{number}.py" in text
    assert "same 2" not in text or params.context_share > 0.5


def test_the_ladder_saves_more_with_every_rung() -> None:
    source = many(4) + new_file(CODE) + file_part("r.py", renamed())
    sizes = [estimate(source), *[estimate(cut(source, params).text) for params in RUNGS]]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[3] < 0.75 * sizes[0]
    assert sizes[-1] < 0.35 * sizes[0]


def test_context_differences_and_short_ones_are_left_alone() -> None:
    source = (
        "*** a/x\n--- b/x\n***************\n*** 1,3 ****\n  a\n! b\n--- 1,3 ----\n  a\n! c\n" * 20
    )
    for params in RUNGS:
        assert cut(source, params) == lossless(source)
        assert cut(GIT, params) == lossless(GIT)


def test_passthrough_is_the_text_itself() -> None:
    source = "[toin diff: as it stands]\n" + GIT
    whole = diff.compress(content(source), diff.Params(passthrough=True), Focus())
    assert (whole.text, whole.lossy) == (source, False)


@pytest.mark.parametrize("name", ["context_share", "change_share"])
@pytest.mark.parametrize("share", [0.0, -0.1, 1.5, float("nan")])
def test_a_share_out_of_range_is_refused(name: str, share: float) -> None:
    with pytest.raises(ValueError, match=name):
        diff.Params(**{name: share})


def test_shares_only_fall_along_the_ladder() -> None:
    for name in ("context_share", "change_share"):
        shares = [getattr(params, name) for params in RUNGS]
        assert shares == sorted(shares, reverse=True)


def settings_files(number: int = 30) -> list[str]:
    """New files of the same settings, each with values of its own."""
    return [
        new_file(
            [
                f"name: {word}-{i}",
                f"owner: team {draw.choice('abcdef')}",
                f"motto: {' '.join(draw.choices(MOTTOES, k=6))}",
                "limits:",
                f"  memory: {draw.randint(1, 64)}Gi",
                "  " + f"hosts: [{', '.join(f'host-{i}-{h}.example.net' for h in range(40))}]",
                f"port: {draw.randint(1024, 9999)}",
                "enabled: true",
            ],
            f"deploy/{word}-{i}.yaml",
        )
        for i in range(number)
        for draw in [random.Random(i)]
        for word in [["harbour", "lantern", "meadow", "quarry"][i % 4]]
    ]


MOTTOES = [
    "amber",
    "birch",
    "cedar",
    "delta",
    "ember",
    "fjord",
    "grove",
    "heath",
    "inlet",
    "jetty",
    "knoll",
    "ledge",
]


@pytest.mark.parametrize("params", RUNGS, ids=rung)
@pytest.mark.parametrize("query", ["What is the port of lantern-13?", "lantern-13.yaml"])
def test_a_short_file_that_is_asked_for_stays_whole(query: str, params: diff.Params) -> None:
    files = settings_files()
    text = cut("".join(files), params, query).text
    asked = [row for row in files[13].split("\n") if row.startswith("+") and row[:3] != "+++"]
    assert len(max(asked, key=len)) > 480
    assert "\n".join(asked) in text


@pytest.mark.parametrize("params", RUNGS, ids=rung)
def test_context_around_an_asked_change_stays_whole(params: diff.Params) -> None:
    hunks = [hunk(body(2, seed=i), body(3, seed=i + 50), seed=i, around=8) for i in range(30)]
    hunks[11] = hunk(["    fee = toll(3)"], ["    fee = toll(bridge)"], seed=71, around=8)
    source = "".join(file_part(f"src/m{i}.py", [one]) for i, one in enumerate(hunks))
    assert "\n".join(hunks[11]) in cut(source, params, "how is the bridge toll computed").text


def test_of_a_long_hunk_the_stretch_that_is_asked_for_stays() -> None:
    lines = [f"    {name} = {name}({i})" for i in range(900) for name in [f"op_{i:03d}"]]
    lines[500:500] = ["", "def surcharge(parcel):", "    rate = 3", "    return rate * parcel", ""]
    text = cut(new_file(lines), diff.Params(change_share=0.05), "what does surcharge do?").text
    assert "+def surcharge(parcel):\n+    rate = 3\n+    return rate * parcel\n" in text
    assert text.count("\n+    op_") < 200


@pytest.mark.parametrize("params", AGGRESSIVE[1:], ids=rung)
def test_hunks_beside_what_is_asked_for_are_told_by_a_row(params: diff.Params) -> None:
    files = settings_files(60)
    text = cut("".join(files), params, "What is the port of lantern-13?").text
    assert len(text) < 0.4 * len("".join(files))
    for i in range(60):
        name = ["harbour", "lantern", "meadow", "quarry"][i % 4]
        assert f"+name: {name}-{i}\n" in text


def test_that_context_is_gone_at_the_ends_of_hunks_is_said() -> None:
    assert "unmarked at hunk ends" in cut(many(), RUNGS[0]).text.split("\n")[0]


# --- git applies what is lossless -------------------------------------------------------


def git(at: Path, *words: str, given: bytes | None = None) -> bytes:
    done = subprocess.run(
        ["git", "-c", "core.autocrlf=false", "-c", "user.name=a", "-c", "user.email=a@b.c", *words],
        cwd=at,
        input=given,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def repository(at: Path, *, seed: int) -> Path:
    """Twelve files of several sorts, committed, and then changed in many ways."""
    draw = random.Random(seed)
    at.mkdir()
    git(at, "init", "-q", "-b", "main")
    (at / "src").mkdir()
    for i in range(12):
        end = "\r\n" if i == 5 else "\n"
        text = end.join(body(80, seed=seed + i)) + (end if i % 4 else "")
        (at / "src" / f"part {i}.py" if i == 7 else at / "src" / f"part_{i}.py").write_bytes(
            text.encode()
        )
    (at / "logo.png").write_bytes(bytes(range(256)) * 8)
    (at / "src" / "part_00.py").write_text("x = 1\n")
    git(at, "add", "-A")
    git(at, "commit", "-qm", "first")
    (at / "src" / "part_00.py").chmod(0o755)
    for path in sorted((at / "src").iterdir()):
        if path.name == "part_00.py":
            continue
        lines = path.read_bytes().split(b"\n")
        for _ in range(draw.randint(1, 5)):
            place = draw.randrange(len(lines))
            choice = draw.randrange(4)
            if choice == 0:
                del lines[place]
            elif choice == 1:
                lines[place:place] = [b"- a/x", b"-- a/x", b"++ b/x", b"", b"  \tspaces "]
            else:
                lines[place] = b"changed = " + str(draw.random()).encode()
        path.write_bytes(b"\n".join(lines))
    git(at, "mv", "src/part_1.py", "src/moved.py")
    (at / "src" / "part_2.py").unlink()
    (at / "src" / "born.py").write_text("\n".join(body(9)))
    (at / "run.sh").write_text("#!/bin/sh\n")
    (at / "run.sh").chmod(0o755)
    (at / "logo.png").write_bytes(bytes(range(255, -1, -1)) * 8)
    git(at, "add", "-A")
    return at


def tree(at: Path) -> str:
    git(at, "add", "-A")
    return git(at, "write-tree").decode()


@needs_git
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("form", [[], ["-U0"], ["-U10"], ["--no-renames"], ["--full-index"]])
def test_git_applies_what_the_lossless_profile_writes(
    tmp_path: Path, seed: int, form: list[str]
) -> None:
    at = repository(tmp_path / "r", seed=seed)
    source = git(at, "diff", "--cached", "--binary", *form).decode()
    wanted = tree(at)
    short = lossless(source).text
    assert short.startswith("[toin diff: ")
    assert short.count("diff --git ") < source.count("diff --git ")
    assert estimate(short) < estimate(source)
    assert diff.restore(short) == source
    git(at, "reset", "-q", "--hard", "HEAD")
    zero = ["--unidiff-zero"] if "-U0" in form else []
    git(at, "apply", *zero, "-", given=short.encode())
    assert tree(at) == wanted
    git(at, "reset", "-q", "--hard", "HEAD")
    git(at, "apply", "--index", *zero, "-", given=diff.restore(short).encode())
    assert git(at, "write-tree").decode() == wanted


@needs_git
def test_logs_of_commits_come_back_and_are_cut(tmp_path: Path) -> None:
    at = repository(tmp_path / "r", seed=3)
    git(at, "commit", "-qm", "second\n\ndiff --git a/x b/x is no header here")
    for words in (["log", "-p"], ["show"], ["log", "-p", "--format=email"], ["diff", "HEAD~1"]):
        source = git(at, *words).decode()
        assert detect(source).kind == "diff"
        assert diff.restore(lossless(source).text) == source
        for params in SACRED:
            text = cut(source, params).text
            for row in changed(source):
                assert row in text


@needs_git
def test_a_merge_is_taken_apart_by_its_signs(tmp_path: Path) -> None:
    at = tmp_path / "m"
    at.mkdir()
    git(at, "init", "-q", "-b", "main")
    lines = body(40)
    (at / "a.py").write_text("\n".join(lines) + "\n")
    git(at, "add", "-A")
    git(at, "commit", "-qm", "base")
    for branch, text in (("one", "ours = 1"), ("two", "theirs = 2")):
        git(at, "checkout", "-qb", branch, "main")
        (at / "a.py").write_text("\n".join([*lines[:20], text, *lines[21:]]) + "\n")
        git(at, "commit", "-qam", branch)
    subprocess.run(["git", "merge", "one"], cwd=at, capture_output=True, check=False)
    (at / "a.py").write_text("\n".join([*lines[:20], "both = 3", *lines[21:]]) + "\n")
    git(at, "commit", "-qam", "merged")
    source = git(at, "show", "--cc").decode()
    parts = Parts(source)
    marked = [row for row, mark in zip(parts.rows, parts.marks, strict=True) if mark in "+-"]
    assert marked == ["- theirs = 2", " -ours = 1", "++both = 3"]
    assert parts.files[0].name == "a.py"


# --- any text -------------------------------------------------------------------------

PIECES = st.one_of(
    st.sampled_from(
        [
            "diff --git a/x b/x", "diff --git a/a b b/a b", "index 83db48f..bf3a1c2 100644",
            "index 83db48f..bf3a1c2", "--- a/x", "+++ b/x", "--- /dev/null", "+++ /dev/null",
            "@@ -1 +1 @@", "@@ -1,3 +1,3 @@ def f():", "@@ -0,0 +1,99 @@", "@@@ -1 -1 +1,2 @@@",
            "diff --cc x", " a", "-a", "+b", "- b", "++c", "", " ", "\\ No newline at end of file",
            "commit 0123456789abcdef0123456789abcdef01234567", "Author: a", "    why",
            "rename to y",
            "GIT binary patch", "literal 9", "zabc", "Binary files a/x and b/x differ", "+…9",
            " …3",
            "[toin diff: as it stands]", "Index: x", "=" * 67, "***************", "--", "\x00",
            "\ud800", "+\u2028", "-\x85", "@@ -1,999999999 +1,999999999 @@", "+++ b/go.sum",
        ]
    ),
    st.text(max_size=10).map(lambda text: "+" + text.replace("\n", "")),
    st.text(max_size=10),
)  # fmt: skip
TEXTS = st.builds(
    lambda rows, end, final, parts: end.join([*rows, *["\n".join(parts)] * bool(parts)]) + final,
    st.lists(PIECES, max_size=30),
    st.sampled_from(["\n", "\n", "\r\n"]),
    st.sampled_from(["", "\n"]),
    st.lists(st.sampled_from([GIT, many(2)]), max_size=2),
)


@settings(max_examples=300, deadline=None)
@given(source=TEXTS)
@example(source=many())
@example(source=many().replace("\n", "\r\n"))
@example(source=lossless(many()).text)
def test_lossless_comes_back_to_the_character(source: str) -> None:
    short = lossless(source)
    assert not short.lossy
    assert diff.restore(short.text) == source
    assert diff.restore(lossless(short.text).text) == short.text


@given(text=st.text())
def test_what_is_not_in_the_notation_is_given_back_as_it_is(text: str) -> None:
    assert diff.restore(text) == text


@settings(max_examples=200, deadline=None)
@given(source=TEXTS, low=st.floats(0.01, 1), high=st.floats(0.01, 1), query=st.text(max_size=20))
def test_nothing_raises_and_larger_shares_keep_more(
    source: str, low: float, high: float, query: str
) -> None:
    from compressors.kinds._diff_keep import Study

    small, large = sorted((low, high))
    parts = Parts(source)
    assert len(parts.marks) == len(parts.rows)
    study = Study(parts)
    assert study.choose(small, small, query) <= study.choose(large, large, query)
    assert study.choose(small, small, query) <= study.choose(small, 1.0, query)
    short = cut(source, diff.Params(context_share=small, change_share=small), query)
    assert 0 <= (short.items_after or 0) <= (short.items_before or 0)
    assert short == cut(source, diff.Params(context_share=small, change_share=small), query)


@pytest.mark.slow
@pytest.mark.parametrize(
    "source",
    [
        "@@ -1 +1 @@\n" * 50_000,
        "@@ -1,900000 +1,900000 @@\n" + "+x\n" * 100_000,
        "@@ -1,900000 +1,900000 @@\n" + "+raise x\n-y\n" * 40_000,
        "+" + "x" * 4_000_000,
        GIT + "+" + "[" * 5_000 + "\n",
        "\n" * 300_000 + GIT,
        "diff --git a/x b/x\n" * 30_000,
        "--- a\n+++ b\n" * 100_000,
        "GIT binary patch\n" * 100_000,
        "commit 0123456789\n" * 100_000,
        new_file(["a" * 300_000 + "(" * 300_000]),
        many(1) * 400,
        "@@@ -1 -1 +1,900000 @@@\n" + "++x\n" * 60_000,
    ],
    ids=lambda source: repr(source[:12]) + str(len(source)),
)
def test_bad_input_neither_raises_nor_takes_long(source: str) -> None:
    started = time.process_time()
    diff.recognise(source)
    assert diff.restore(lossless(source).text) == source
    for params in (RUNGS[0], RUNGS[-1]):
        assert len(cut(source, params, "where is part_7").text) <= len(source) + 400
    assert time.process_time() - started < 1.0 + 1e-5 * len(source)


# --- real ones ------------------------------------------------------------------------


@pytest.mark.skipif(not DIALECTS.is_dir(), reason=f"{DIALECTS} is not there")
@pytest.mark.parametrize(
    "path", sorted(DIALECTS.glob("*.diff")) or [DIALECTS], ids=lambda path: path.name
)
def test_every_dialect_keeps_its_changes(path: Path) -> None:
    source = path.read_bytes().decode("utf-8", "replace")
    assert diff.restore(lossless(source).text) == source
    parts = Parts(source)
    if "@@" in source:
        assert sum(len(file.hunks) for file in parts.files) >= 1
        assert all(file.name for file in parts.files)
    for params in SACRED:
        for row in changed(source):
            assert row in cut(source, params).text


def submissions() -> Iterator[str]:
    for path in sorted(TRAJECTORIES.glob("*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                text = json.loads(line)["info"].get("submission")
                if text:
                    yield text


@pytest.mark.slow
@pytest.mark.skipif(not TRAJECTORIES.is_dir(), reason=f"{TRAJECTORIES} is not there")
def test_real_differences_come_back_and_shrink_rung_by_rung() -> None:
    sums = [0] * len(LADDERS["diff"])
    number = 0
    for text in submissions():
        found = detect(text)
        if found.kind != "diff":
            continue
        number += 1
        for place, profile in enumerate(LADDERS["diff"]):
            short = diff.compress(found, profile.params, Focus(query="fix the bug"))
            sums[place] += min(estimate(short.text), estimate(text))
            if profile.params.lossless:
                assert diff.restore(short.text) == text
            if not profile.safe and profile.params.change_share == 1.0:
                assert all(row in short.text for row in changed(text) if len(row) < 400)
    assert number > 200
    assert sums == sorted(sums, reverse=True)
    assert sums[4] < 0.85 * sums[0]
