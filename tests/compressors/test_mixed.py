"""Content of several kinds: split, each part by its kind, put back in order."""

from __future__ import annotations

import gzip
import itertools
import json
import random
import time
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compressors import _mixed_blocks as blocks
from compressors import mixed
from compressors._mixed_notation import Piece
from compressors._mixed_notation import read as read_notation
from compressors._mixed_notation import write as write_notation
from compressors.detect import detect
from compressors.engine import Engine
from compressors.kinds import KINDS
from compressors.kinds.base import Content, Cut, Focus
from compressors.profiles import LADDERS, Profile, profile
from compressors.tokens import estimate

DATA = Path(__file__).parents[3] / "shared" / "data"
needs_data = pytest.mark.skipif(
    not DATA.is_dir(), reason="optional data (../shared/data) is not there"
)

ROWS = [{"id": at, "name": f"user{at}", "city": "Berlin", "score": at * 1.5} for at in range(40)]
DOCUMENT = json.dumps(ROWS)
INDENTED = json.dumps(ROWS, indent=2)
LINES = "\n".join(json.dumps(row) for row in ROWS)
CODE = "\n".join(f"def f{at}(x):\n    y = x + {at}\n    return y\n" for at in range(20))
LOG = "".join(
    f"2026-03-01 10:00:{at % 60:02d} INFO worker {at} took {at * 3} ms\n" for at in range(60)
)
GREP = "".join(f"src/app/module{at % 3}.py:{at}:import os as name{at}\n" for at in range(30))
PATCH = (
    "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,13 +1,13 @@\n"
    + "".join(f" context line {at}\n" for at in range(12))
    + "-a\n+b\n"
)
BARS = "| name | size |\n| --- | --- |\n" + "".join(f"| user{at} | {at} |\n" for at in range(30))
PROSE = "".join(
    f"The {name} describes the {way} approach in some detail.\n"
    for name, way in itertools.product(
        ("committee", "team", "report"), ("usual", "general", "quiet", "common")
    )
)

MIXED = {
    "a preamble and a rest": (
        f"Here are the results:\n{DOCUMENT}\n(3 more)",
        "json",
        "text json text",
    ),
    "a preamble": (f"Here are the results:\n\n{INDENTED}\n", "json", "text json"),
    "a rest": (f"{INDENTED}\n\n40 rows in 3 ms\n", "json", "json text"),
    "lines of documents": (f"Found:\n{LINES}\nThat is all.\n", "json", "text json text"),
    "on one line": (f"Results: {DOCUMENT}\n3 more follow.", "json", "text json text"),
    "in a log": (
        f"{LOG}2026-03-01 10:01:00 INFO response: {INDENTED}\n{LOG}",
        "log",
        "log json log",
    ),
    "Markdown": (
        f"# Title\n\n{PROSE}\n```python\n{CODE}```\n\n{PROSE}\n```json\n{INDENTED}\n```\n"
        "The end.\n",
        "json",
        "text code text json text",
    ),
    "a session": (
        f"$ cat app.py\n{CODE}\n$ grep -rn import src\n{GREP}$ git diff\n{PATCH}"
        f"$ tail app.log\n{LOG}",
        "log",
        "text code text search text diff text log",
    ),
    "a prompt with a host": (
        f"ann@box:~/src$ cat users.json\n{INDENTED}\nann@box:~/src$ cat app.py\n{CODE}",
        "json",
        "text json text code",
    ),
    "wrapped": (
        f"<returncode>0</returncode>\n<output>\n{INDENTED}\n</output>",
        "json",
        "text json text",
    ),
    "a wrapped patch": (
        f"<returncode>0</returncode>\n<output>\n{PATCH}</output>",
        "diff",
        "text diff text",
    ),
    "a wrapped table": (
        f"<returncode>0</returncode>\n<output>\n{BARS}</output>",
        "table",
        "text table text",
    ),
    "a wrapped page": (
        "<output>\n<!doctype html>\n<html>\n<body>\n"
        + "<p>It is so.</p>\n" * 60
        + "</body>\n</html>\n</output>",
        "html",
        "text html text",
    ),
    "an observation": (
        f"OBSERVATION:\n[File: /a/b.py (99 lines total)]\n{CODE}\n(Open file: /a/b.py)\n"
        "(Current directory: /a)\nbash-$",
        "code",
        "text code text",
    ),
    "a patch in a message": (f"{PROSE * 3}\n{PATCH}\n{PROSE * 3}", "text", "text diff text"),
    "a table in a message": (f"{PROSE * 3}\n{BARS}\n{PROSE * 3}", "text", "text table text"),
}
PURE = {
    "json": DOCUMENT,
    "json indented": INDENTED + "\n",
    "json lines": LINES + "\n",
    "log": LOG,
    "wrapped log": f"<returncode>0</returncode>\n<output>\n{LOG}</output>",
    "code": CODE,
    "search": GREP,
    "diff": PATCH * 3,
    "table": BARS,
    "text": PROSE * 5,
    "config": "name: x\non:\n  push: y\n" + "".join(f"key{at}: value {at}\n" for at in range(40)),
    "html": "<html>\n<body>\n" + "<p>It is so.</p>\n" * 60 + "</body>\n</html>\n",
    "code with a dictionary": CODE + "TABLE = {\n    'a': 1,\n    'b': 2,\n}\n" + CODE,
    "a log of documents": "".join(
        f'{{"ts":"2026-03-01T10:00:{at % 60:02d}Z","level":"info","msg":"step {at} done"}}\n'
        for at in range(60)
    )
    + "shutting down\n",
}


def parts_of(content: Content) -> list[Content]:
    if isinstance(content.parsed, mixed.Mixed):
        return [part.content for part in content.parsed.parts]
    return [content]


def lossless(source: str) -> tuple[str, Cut]:
    content = mixed.read(source)
    return content.kind, mixed.compress(content, LADDERS[content.kind][1], Focus())


@pytest.mark.parametrize(("source", "kind", "kinds"), MIXED.values(), ids=MIXED)
def test_content_is_split_and_each_part_is_of_its_kind(source: str, kind: str, kinds: str) -> None:
    content = mixed.read(source)
    assert (content.kind, content.text) == (kind, source)
    assert " ".join(part.kind for part in parts_of(content)) == kinds


@pytest.mark.parametrize("source", PURE.values(), ids=PURE)
def test_content_of_one_kind_is_what_it_always_was(source: str) -> None:
    content, before = mixed.read(source), detect(source)
    assert not isinstance(content.parsed, mixed.Mixed)
    assert (content.kind, content.text) == (before.kind, source)
    kind = KINDS[content.kind]
    assert mixed.signature(content) == kind.signature(before.parsed)
    for rung in LADDERS[content.kind]:
        cut = mixed.compress(content, rung, Focus())
        assert cut == kind.compress(before, rung.params, Focus())
    assert mixed.find(content, "worker 7") == kind.find(before, "worker 7")


@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize(("source", "kind", "kinds"), MIXED.values(), ids=MIXED)
def test_lossless_comes_back_to_the_character(source: str, kind: str, kinds: str, end: str) -> None:
    for whole in (source, source.rstrip("\n"), f"\n{source}\n\n"):
        whole = whole.replace("\n", end)
        found, cut = lossless(whole)
        assert not cut.lossy
        assert mixed.restore(found, cut.text) == whole


@pytest.mark.parametrize(("source", "kind", "kinds"), MIXED.values(), ids=MIXED)
def test_every_rung_saves_at_least_what_the_one_above_saves(
    source: str, kind: str, kinds: str
) -> None:
    content = mixed.read(source)
    sizes = [len(mixed.compress(content, rung, Focus()).text) for rung in LADDERS[kind]]
    # A header in each part is what a loss costs at first.
    assert all(after <= before + 300 for before, after in itertools.pairwise(sizes))
    assert sizes[-1] <= sizes[1] <= sizes[0]


def test_a_document_is_a_table_with_and_without_a_sentence_before_it() -> None:
    source = MIXED["a preamble and a rest"][0]
    _, cut = lossless(source)
    head, preamble, table, *rows = cut.text.split("\n")
    assert head == "[toin parts: 1 line text, 41 lines json, 1 line text]"
    assert preamble == "Here are the results:"
    assert table.startswith("[toin json")
    assert (rows[-1], len(rows)) == ("(3 more)", 41)
    assert estimate(cut.text) < 0.5 * estimate(source)
    assert (cut.unit, cut.items_before, cut.items_after) == ("rows", 40, 40)
    assert mixed.signature(mixed.read(source)) == mixed.signature(mixed.read(DOCUMENT))
    few = mixed.compress(mixed.read(source), profile("json", "json.rows_few"), Focus())
    assert (few.lossy, few.items_before) == (True, 40)
    assert few.items_after is not None
    assert few.items_after < 20
    assert few.text.startswith("Here are the results:\n[toin json")
    assert few.text.endswith("(3 more)")


def test_the_signature_knows_no_sizes() -> None:
    def source(rows: int, lines: int) -> str:
        return f"{PROSE}\n" * lines + f"Found:\n{json.dumps(ROWS[:rows], indent=1)}\n"

    signatures = {mixed.signature(mixed.read(source(rows, 1))) for rows in (20, 31, 40)}
    assert signatures == {mixed.signature(detect(DOCUMENT))}
    assert mixed.signature(mixed.read(source(5, 40))) == "text"


def test_a_part_that_ends_is_told_from_the_text_after_it() -> None:
    few = profile("log", "log.lines_few")
    cut = mixed.compress(mixed.read(f"$ tail app.log\n{LOG}$ cat NOTES\nnothing"), few, Focus())
    assert "\n[toin log: ends here]\n$ cat NOTES\n" in cut.text


# --- the rung of the others -----------------------------------------------------------

RUNGS = [rung for ladder in LADDERS.values() for rung in ladder]


@pytest.mark.parametrize("rung", RUNGS, ids=lambda rung: rung.name)
@pytest.mark.parametrize("kind", KINDS)
def test_parts_get_the_rung_of_the_same_place(rung: Profile, kind: str) -> None:
    place = LADDERS[rung.kind].index(rung)
    ladder = LADDERS[kind]
    params = mixed.corresponding(rung, kind)
    assert params == ladder[min(place, len(ladder) - 1)].params
    assert params.lossless == rung.params.lossless or len(ladder) == 2
    if rung.safe:
        assert ladder[place].safe


@pytest.mark.parametrize(
    ("name", "share", "other"),
    [
        ("json.rows_minimal", 0.08, "log.lines_minimal"),
        ("json.rows_minimal", 0.1, "log.lines_few"),
        ("json.rows_minimal", 0.5, "log.lines_half"),
        ("json.rows_half", 0.51, "log.lines_most"),
        ("json.rows_few", 0.9, "log.lossless"),
    ],
)
def test_a_profile_that_keeps_more_asks_no_less_of_the_others(
    name: str, share: float, other: str
) -> None:
    params = mixed.corresponding(profile("json", name, {"row_share": share}), "log")
    assert params == profile("log", other).params


def test_field_names_to_preserve_do_not_change_the_place() -> None:
    asked = profile("json", "json.rows_few", {"preserve_fields": ["a" * 16]})
    assert mixed.corresponding(asked, "log") == profile("log", "log.lines_few").params


# --- what stays -----------------------------------------------------------------------


@pytest.mark.parametrize("name", [rung.name for rung in LADDERS["log"][2:]])
def test_what_is_odd_in_a_part_stays_under_every_rung(name: str) -> None:
    rows = [*ROWS[:17], {**ROWS[17], "score": 9e9}, *ROWS[18:]]
    log = LOG.replace("INFO worker 31", "ERROR worker 31 died", 1)
    source = f"{log}2026-03-01 10:01:00 INFO response: {json.dumps(rows, indent=2)}\n{LOG * 3}"
    content = mixed.read(source)
    assert content.kind == "log"
    cut = mixed.compress(content, profile("log", name), Focus(query="what of user33"))
    assert cut.lossy
    assert "worker 31 died" in cut.text
    assert "9000000000.0" in cut.text
    assert "user33" in cut.text


def test_find_says_where_in_the_whole_a_passage_stood() -> None:
    source = f"{LOG}2026-03-01 10:01:00 INFO response: {INDENTED}\n{LOG}"
    found = mixed.find(mixed.read(source), "user31")
    assert "user31" in found[0].text
    assert found[0].fields == ("name",)
    where = 20 * source.index('"user31"') // len(source)
    assert abs(found[0].position - where) <= 1
    assert mixed.find(mixed.read(source), "") == []


def test_the_engine_reads_cuts_and_finds_in_parts(tmp_path: Path) -> None:
    source = MIXED["wrapped"][0]
    with Engine.start(home=tmp_path) as engine:
        reading = engine.read(source)
        assert reading.kind == "json"
        assert reading.structure_hash == engine.read(DOCUMENT).structure_hash
        few = engine.apply(reading, profile("json", "json.rows_few"))
        assert few.lossy
        assert few.text.endswith(f'toin_retrieve("{few.handle}") returns all of it]')
        assert few.tokens_after < few.tokens_before
        whole = engine.apply(reading, profile("json", "json.lossless"))
        assert mixed.restore(whole.kind, whole.text) == source
        assert engine.passages(reading, "user31")[0].fields == ("name",)


# --- the way back ---------------------------------------------------------------------

STRETCHES = st.one_of(
    st.sampled_from(
        [
            DOCUMENT, INDENTED, LINES, CODE, LOG, GREP, PATCH, BARS, PROSE, json.dumps(ROWS[:3]),
            f"```python\n{CODE}```", f"```\n{LOG}```", "```", "~~~", f"~~~~ json\n{INDENTED}\n~~~~",
            "$ cat app.py", "$ ls", "ann@box:~$ x", "> y", "", "", " ", "{", "[", "}", "]", "[]",
            "Results: " + DOCUMENT, "INFO x: {\n  \"a\": 1\n}", "Here it is:", "(3 more)",
            "<output>", "</output>", "<returncode>0</returncode>", "(Open file: /a)", "bash-$",
            "OBSERVATION:", "[toin parts: as it stands]", "[toin parts: 1 line text, 1 line json]",
            "[toin parts: 2 lines text]", "[toin parts: 1 line code + 1 line text]",
            "[toin parts: 9 lines nothing]", "[toin text: as it stands]", "[toin json: 1 rows a]",
            "[toin json, spaced: 40 rows {id,name}]", "[toin log: ends here]", "\\", "×3", "\r",
            "\x85", "\u2028", "\ud800", "\x00", "{\"a\": NaN}", "{\"a\": 1, \"a\": 2}",
        ]
    ),
    st.text(max_size=20),
    st.text("[]{}\",:\n $`|1", max_size=60),
)  # fmt: skip
TEXTS = st.builds(
    lambda stretches, joint: "".join(
        stretch + (end if joint else "\n")
        for stretch, end in stretches
    ),
    st.lists(st.tuples(STRETCHES, st.sampled_from(["\n", "\r\n", "", " "])), max_size=7),
    st.booleans(),
)  # fmt: skip


@settings(max_examples=250, deadline=None)
@given(source=TEXTS)
def test_any_text_comes_back_to_the_character(source: str) -> None:
    content = mixed.read(source)
    assert content.text is source
    kind, cut = lossless(source)
    assert mixed.restore(kind, cut.text) == source
    kind, again = lossless(cut.text)
    assert mixed.restore(kind, again.text) == cut.text


@settings(max_examples=250, deadline=None)
@given(source=TEXTS)
def test_the_parts_are_the_text(source: str) -> None:
    content = mixed.read(source)
    if not isinstance(content.parsed, mixed.Mixed):
        assert content.parsed is not None or content.kind in KINDS
        return
    parts = content.parsed.parts
    assert len(parts) > 1
    whole = ""
    for number, part in enumerate(parts):
        whole += "" if part.glued or not number else "\n"
        assert len(whole) == part.start
        whole += part.content.text
    assert whole == source
    sizes = Counter[str]()
    for part in parts:
        sizes[part.content.kind] += len(part.content.text)
    assert sizes[content.kind] == max(sizes.values())
    assert mixed.signature(content)


@settings(max_examples=80, deadline=None)
@given(source=TEXTS, query=st.text(max_size=20))
def test_no_text_makes_it_raise(source: str, query: str) -> None:
    content = mixed.read(source)
    for rung in LADDERS[content.kind]:
        cut = mixed.compress(content, rung, Focus(query=query))
        assert not (cut.lossy and rung.safe)
    for passage in mixed.find(content, query):
        assert 0 <= passage.position <= 19
    for kind in KINDS:
        assert isinstance(mixed.restore(kind, source), str)


@given(
    pieces=st.lists(
        st.builds(
            Piece, st.sampled_from(list(KINDS)), st.text("ab\n[]", max_size=9), st.booleans()
        ),
        min_size=1,
        max_size=6,
    )
)
def test_the_notation_is_read_as_it_was_written(pieces: list[Piece]) -> None:
    expected = "".join(
        ("" if piece.glued or not number else "\n") + piece.kind + piece.text
        for number, piece in enumerate(pieces)
    )
    assert read_notation(write_notation(pieces), lambda kind, text: kind + text) == expected


@pytest.mark.parametrize(
    "source",
    [
        "[toin parts: 1 line text, 1 line json]\nx",
        "[toin parts: 1 line text]\nx\ny",
        "[toin parts: 0 lines text]\nx",
        "[toin parts: 1 line nothing]\nx",
        "[toin parts: ]\nx",
        "[toin parts: 1 line text, ",
        "[toin parts: 999999999 lines text]\nx",
    ],
)
def test_what_only_looks_like_the_notation_is_content(source: str) -> None:
    assert mixed.restore("text", source) == source
    _, cut = lossless(source)
    assert mixed.restore("text", cut.text) == source


# --- bad input, speed, determinism ----------------------------------------------------

BAD = {
    "brackets": "[\n" * 50_000,
    "braces": "{\n" * 50_000,
    "openings": 'x: {\n  "a\n' * 30_000,
    "open document": "[\n" + '  {"a": 1},\n' * 40_000,
    "no documents": '[1,\n2\n]x\n{"a": \n}\n' * 15_000,
    "fences": "```\n" * 80_000,
    "open fence": "```\n" + "x\n" * 150_000,
    "prompts": "$ a\n" * 80_000,
    "hosts": "a@b:c$ d\n" * 30_000,
    "patches": "diff --git a/x b/x\n" * 15_000,
    "bars": "| a |\n| - |\n" * 25_000,
    "frames": "(a)\n" * 80_000,
    "colons": "a:\n" * 80_000,
    "one line": "a: [" * 80_000,
    "tags": "<output>\n" * 30_000,
    "header": "[toin parts: " + "1 line text, " * 20_000,
}


@pytest.mark.slow
@pytest.mark.parametrize("source", BAD.values(), ids=BAD)
def test_bad_input_neither_raises_nor_takes_long(source: str) -> None:
    started = time.process_time()
    content = mixed.read(source)
    took = time.process_time() - started
    cut = mixed.compress(content, LADDERS[content.kind][1], Focus())
    assert mixed.restore(content.kind, cut.text) == source
    # 1 ms per KB is ten times what ordinary text may take for everything.
    assert took < 0.3 + len(source) * 1e-6


def test_a_document_is_parsed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    recognise = KINDS["json"].recognise

    def counted(text: str) -> object:
        seen.append(text)
        return recognise(text)

    monkeypatch.setattr(KINDS["json"], "recognise", counted)
    for name in ("a preamble and a rest", "a preamble", "a rest", "on one line", "wrapped"):
        seen.clear()
        content = mixed.read(MIXED[name][0])
        assert sum(text.strip()[:1] == "[" for text in seen) == 1, name
        mixed.compress(content, LADDERS["json"][3], Focus())
        assert sum(text.strip()[:1] == "[" for text in seen) == 1, name


def test_marks_are_looked_for_in_bounded_number() -> None:
    spans = list(blocks.documents(f"x\n{DOCUMENT}\n" * 100, lambda _: True, inline=False))
    assert 0 < len(spans) <= 64
    asked: list[str] = []
    text = ('[1, "x\n' + " " * 200 + "\n]\n") * 500
    assert not list(blocks.documents(text, lambda piece: bool(asked.append(piece)), inline=True))
    assert len(asked) < 64


def test_the_same_content_is_split_alike_every_time() -> None:
    chance = random.Random(1)
    for _ in range(20):
        source = "\n".join(chance.choices([text for text, *_ in MIXED.values()], k=3))
        content = mixed.read(source)
        rung = LADDERS[content.kind][-1]
        texts = {mixed.compress(mixed.read(source), rung, Focus("user31")).text for _ in range(2)}
        assert len(texts) == 1


@needs_data
def test_real_observations_come_back_with_and_without_their_wrapper() -> None:
    kinds: Counter[str] = Counter()
    for name in ("psf", "pallets"):
        path = DATA / "swe_trajectories" / "mini_swe_agent_gemini3" / f"{name}.jsonl.gz"
        for line in gzip.decompress(path.read_bytes()).decode().splitlines()[:8]:
            for message in json.loads(line)["messages"][2:]:
                source = message["content"]
                if message["role"] != "user" or not isinstance(source, str):
                    continue
                found, cut = lossless(source)
                assert mixed.restore(found, cut.text) == source
                kinds[found] += 1
    assert kinds.total() > 100
    assert len(kinds) >= 4


@needs_data
def test_real_sessions_of_another_agent_come_back() -> None:
    number = 0
    for path in sorted((DATA / "swe_trajectories" / "swe_agent").rglob("*.traj.gz")):
        for step in json.loads(gzip.decompress(path.read_bytes())).get("trajectory", []):
            source = step.get("observation") or ""
            whole = f"OBSERVATION:\n{source}\n(Open file: n/a)\n(Current directory: /x)\nbash-$"
            for text in (source, whole):
                found, cut = lossless(text)
                assert mixed.restore(found, cut.text) == text
                number += 1
    assert number > 100
