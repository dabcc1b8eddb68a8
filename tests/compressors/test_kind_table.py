"""Tables: recognised, written shorter and read back, cut to the rows that matter, searched."""

from __future__ import annotations

import csv
import gzip
import io
import json
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compressors.detect import detect
from compressors.kinds import table as kind
from compressors.kinds._table_grid import Barred, Delimited
from compressors.kinds._table_notation import write
from compressors.kinds._table_places import Placed
from compressors.kinds._table_reader import read
from compressors.kinds._table_records import records
from compressors.kinds._table_values import _value
from compressors.kinds.base import Content, Cut, Focus
from compressors.profiles import LADDERS
from compressors.tokens import estimate

LOSSLESS = kind.Params(lossless=True)
RUNGS = [rung.params for rung in LADDERS["table"][2:]]
DATA = Path(__file__).parents[3] / "shared" / "data"
needs_data = pytest.mark.skipif(
    not DATA.is_dir(), reason="optional data (../shared/data) is not there"
)


def content(source: str) -> Content:
    return Content(kind.NAME, source, kind.recognise(source))


def cut(source: str, params: kind.Params = LOSSLESS, query: str = "", **focus: Any) -> Cut:
    return kind.compress(content(source), params, Focus(query, **focus))


def lossless(source: str) -> str:
    result = cut(source)
    assert not result.lossy
    assert kind.restore(result.text) == source
    return result.text


# --- samples ----------------------------------------------------------------------------

TREES = ("ash", "birch", "cedar", "dogwood", "elm", "fir", "ginkgo", "hazel")
CSV = "id,name,city,active,score\n" + "".join(
    f'{i},"Doe, {"abc"[i % 3]}",Berlin,true,{i * 37 % 91}\n' for i in range(30)
)
PS = "USER       PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND\n" + "".join(
    f"{'root' if i % 3 else 'postgres':<8} {i * 37:>5} "
    f"{i / 10:>4.1f}  0.{i % 9} {i * 991:>6} {i * 77:>5} "
    f"{'?':<8} {'Ss' if i % 2 else 'S<':<4} 09:{i:02d}   0:0{i % 9} /usr/sbin/daemon-{i} --flag\n"
    for i in range(30)
)
MARKDOWN = (
    "| name     | size   | note            |\n| -------- | ------ | --------------- |\n"
    + "".join(f"| {'abc'[i % 3] * 4:<8} | {i:<6} | {'word' * (i % 4):<15} |\n" for i in range(12))
)
PODS = "NAME               READY   STATUS    RESTARTS   AGE\n" + "".join(
    f"web-{i:03d}-x{i * 7919 % 1000:03d}k   {'1/1':<8}{'Running':<10}{'0':<11}{i % 9 + 2}d\n"
    for i in range(40)
)
PSQL = (
    " id | name  | total\n----+-------+-------\n"
    + "".join(f" {i:>2} | {'abcde'[i % 5] * 3:<5} | {i * 10:>5}\n" for i in range(12))
    + "(12 rows)\n\n"
)
UNIT_FILES = (
    "UNIT FILE                      STATE\n"
    + "".join(f"unit-{i:02d}.service                {'enabled':<8}\n" for i in range(20))
    + "\n20 unit files listed.\n"
)
NETSTAT = (
    "Active Internet connections (w/o servers)\n"
    "Proto Recv-Q Send-Q Local Address           Foreign Address         State\n"
    + "".join(
        f"tcp        0      0 {f'10.0.0.7:{4000 + i}':<24}{f'10.0.1.{i}:https':<24}ESTABLISHED\n"
        for i in range(30)
    )
)
QUOTED_LINES = "id,name,note,ok\n" + "".join(
    f'{i},name {i},"first line\nsecond line, with a comma {i}",yes\n' for i in range(30)
)
TABLES = {
    "csv": (CSV, "table|csv|id,name,city,active,score"),
    "tsv": (
        CSV.replace('"', "").replace(", ", " ").replace(",", "\t"),
        "table|tsv|id,name,city,active,score",
    ),
    "semicolons": ("a;b;c\n1;2;3\n4;5;6\n7;8;9\n", "table|csv|a,b,c"),
    "csv with lines in quotes": (QUOTED_LINES, "table|csv|id,name,note,ok"),
    "csv below a comment": (
        "# exported today\n# from the register\n" + CSV,
        "table|csv|id,name,city,active,score",
    ),
    "ps": (PS, "table|aligned|USER,PID,%CPU,%MEM,VSZ,RSS,TTY,STAT,START,TIME,COMMAND"),
    "df": (
        "Filesystem     Size  Used Avail Use% Mounted on\n/dev/sda1       50G   20G   30G  40% /\n"
        "tmpfs          7.8G     0  7.8G   0% /dev/shm\n"
        "/dev/sdb1      100G   99G    1G  99% /data\n",
        "table|aligned|Filesystem,Size,Used,Avail,Use%,Mounted on",
    ),
    "docker": (
        "CONTAINER ID   IMAGE          STATUS          NAMES\n"
        "4c01db0b339c   ubuntu:22.04   Up 16 seconds   webapp\n"
        "d7886598dbe2   redis:7        Up 2 hours      cache\n",
        "table|aligned|CONTAINER ID,IMAGE,STATUS,NAMES",
    ),
    "kubectl": (PODS, "table|aligned|NAME,READY,STATUS,RESTARTS,AGE"),
    "kubectl with a warning": (
        "Warning: v1 ComponentStatus is deprecated in v1.19+\n" + PODS,
        "table|aligned|NAME,READY,STATUS,RESTARTS,AGE",
    ),
    "netstat": (
        NETSTAT,
        "table|aligned|Proto,Recv-Q,Send-Q,Local Address,Foreign Address,State",
    ),
    "pip list": (
        "Package            Version\n------------------ ---------\n"
        "certifi            2024.7.4\ncharset-normalizer 3.3.2\nidna               3.7\n",
        "table|aligned|Package,Version",
    ),
    "unit files": (UNIT_FILES, "table|aligned|UNIT FILE,STATE"),
    "git branch": (
        "* main              0c55c7e [origin/main] Test of an early refusal\n"
        "  feature/login     1d2e3f4 [origin/feature/login: ahead 2] Add login form\n"
        "  fix/crash         9a8b7c6 Fix crash on start\n"
        "  wip               1234567 wip and more\n",
        "table|aligned|3 columns",
    ),
    "ls": (
        "total 8\ndrwxr-xr-x  2 root root 4096 Nov 19 00:12 "
        ".\n-rw-r--r--  1 root root  782 Oct 24  2024 a.py\n"
        "-rw-r--r--  1 root root   86 Oct 24  2024 b.py\n",
        "table|aligned|mode,links,owner,group,size",
    ),
    "markdown": (MARKDOWN, "table|markdown|name,size,note"),
    "markdown of one column": ("| name |\n| ---- |\n| a |\n| b |\n", "table|markdown|name"),
    "mysql": (
        "+----+-------+\n| id | name  |\n+----+-------+\n"
        "|  1 | alpha |\n|  2 | beta  |\n+----+-------+\n2 rows in set (0.00 sec)\n",
        "table|drawn|id,name",
    ),
    "psql": (
        " id | name\n----+-------\n  1 | alpha\n  2 | beta\n(2 rows)\n\n",
        "table|drawn|id,name",
    ),
    "psql of one column": (" name\n-------\n alpha\n beta\n(2 rows)\n", "table|drawn|name"),
}


@pytest.mark.parametrize(("source", "signature"), TABLES.values(), ids=TABLES)
def test_a_table_is_recognised_with_its_columns(source: str, signature: str) -> None:
    parsed = kind.recognise(source)
    assert parsed is not None
    assert kind.signature(parsed) == signature
    assert detect(source).kind == "table"
    lossless(source)


NOT_TABLES = {
    "prose": "One, two and three.\nFour, five, six and more, all of them.\nSeven.\n",
    "numbered": "     1\tdef f():\n     2\t    return 1\n     3\t\n     4\tf()\n",
    "log": "2026-03-01 10:00:00, Info                  CBS    Loaded\n" * 5,
    "code": "x = [1, 2, 3]\ny = [4, 5, 6]\nz = f(x, y, 3)\n",
    "one line": "a,b,c\n",
    "values without a header": "1,2,3\n4,5,6\n",
    "a heading with a rule": "Results\n-------\nAll is well here.\nAnd there.\n",
    "prose with quotes": 'He said, "wait\nfor me", and left.\n"Yes", she said, "no\nmore".\n',
    "usage": "USAGE: tool [OPTIONS]\n\nOptions:\n  -a  first\n  -b  second\n",
}


@pytest.mark.parametrize("source", NOT_TABLES.values(), ids=NOT_TABLES)
def test_other_texts_are_no_tables(source: str) -> None:
    assert kind.recognise(source) is None


def test_the_signature_knows_neither_values_nor_sizes() -> None:
    head, *rows = CSV.splitlines(keepends=True)
    other = kind.recognise(head + "".join(reversed(rows[:9])))
    assert other is not None
    assert kind.signature(other) == "table|csv|id,name,city,active,score"


# --- what stands shorter, and the way back ------------------------------------------------


@pytest.mark.parametrize("source", [CSV, PS, MARKDOWN, PODS, NETSTAT])
def test_a_table_is_shorter_without_what_repeats(source: str) -> None:
    assert estimate(lossless(source)) < 0.9 * estimate(source)


def test_each_row_keeps_its_values_on_its_line() -> None:
    body = lossless(PS).split("\n")
    assert "COMMAND=/usr/sbin/daemon-* --flag" in body[1]
    assert any(row.endswith("08 17") for row in body)


def test_padding_gives_way_to_places() -> None:
    source = "NAME                READY               AGE\n" + "".join(
        f"{name:<20}{ready:<20}{age}\n"
        for name, ready, age in [
            (word, "yes" if at % 2 else "no", f"{at + 3}d") for at, word in enumerate(TREES)
        ]
        * 2
    )
    short = lossless(source)
    assert "\n# NAME READY AGE\n" in short
    assert "\nbirch yes 4d\n" in short


def test_a_column_that_never_changes_stands_with_its_name() -> None:
    source = "name,country,n\n" + "".join(
        f"{word},the united republic of trees,z{len(word)}\n" for word in TREES
    )
    short = lossless(source)
    assert short.count("united republic") == 1
    assert "name,country=the united republic of trees,n" in short


def test_a_long_value_that_recurs_is_defined_once() -> None:
    long = "/var/lib/containers/storage/overlay"
    source = "id,path,size\n" + "".join(
        f"{at},{long if at % 3 else f'srv-{at}-x'},{at * 7}\n" for at in range(40)
    )
    short = lossless(source)
    assert short.count(long) == 1
    assert f"~a={long}" in short


def test_quotes_around_every_cell_of_a_column_are_said_once() -> None:
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow(["id", "name", "note"])
    for at in range(40):
        writer.writerow(
            [at, f"{TREES[at % 8]} {at}", ["plain", 'with "quotes"', "with, comma", ""][at % 4]]
        )
    for source in (out.getvalue(), out.getvalue().replace("\r\n", "\n")):
        short = lossless(source)
        assert "\n3,dogwood 3," in short
        assert estimate(short) < 0.9 * estimate(source)


def test_rows_that_repeat_are_counted() -> None:
    source = (
        "NAME      READY     AGE\n" + "web       yes       5d\n" * 40 + "db        no        7d\n"
    )
    assert "×39" in lossless(source)


def test_lines_around_a_table_stay_where_they_stood() -> None:
    source = f"Warning: old client\n\n{PODS}\nError from server: timeout\n"
    short = lossless(source)
    assert "\\Warning: old client\n" in short
    assert short.endswith("\\Error from server: timeout\n")


SPOILERS = st.one_of(
    st.sampled_from(
        [
            "~a 1 2",
            "~a=x",
            "×3",
            "×",
            "\\",
            "\\x",
            "# NAME",
            "#",
            "… 3 rows",
            "",
            " ",
            "[toin table: as it stands]",
            "[toin table: CRLF]",
            "[toin table: cells stood at L0 R9]",
            "[toin table: 3 cells by comma]",
            "[toin table: 3 cells by comma; in every row column 2 is ⟦x⟧]",
            "[toin table: drawn with | around L3 L4]",
            "[toin table: cells stood at L0 L9; ~a stands for its value]",
            "⟦a b⟧ c",
            "a=b ≡ ≐ ⏎",
            "1,2,3",
            'a,"b,c",d',
            '"a","b","c"',
            '"open,b,c',
            "a\tb\tc",
            "| a  | b |",
            "| --- | --- |",
            "| é | 支付 |",
            "| a \\| b | c |",
            " id | name",
            "----+------",
            "(2 rows)",
            "USER  PID  %CPU",
            "root    1   0.0",
            "root  234  10.0",
            "total 8",
            "\x00",
            "\ud800",
            "\x85a,b,c",
            "a\u2028b  c  d",
            "\x1b[31mred\x1b[0m  1  2",
        ]
    ),
    st.text(max_size=12),
)
CELLS = st.one_of(
    st.sampled_from(["", "-", "x", "yes", "no", "a b", "a,b", "a=b", "⟦", "⟧", "~a", "é", "12%"]),
    st.integers(-(10**6), 10**9).map(str),
    st.sampled_from(["/usr/lib/x86_64-linux-gnu/libc.so.6", "a value of some length"]),
    st.text("ab ,;|\"'\\×…#~=", max_size=7),
)


@st.composite
def tables(draw: st.DrawFn) -> str:
    """Rows in one of the flavours, some with spoilers between them."""
    width = draw(st.integers(1, 6))
    pools = [draw(st.lists(CELLS, min_size=1, max_size=5)) for _ in range(width)]
    rows = [[f"name{at}" for at in range(width)]]
    rows += [
        [draw(st.sampled_from(pool)) for pool in pools] for _ in range(draw(st.integers(2, 16)))
    ]
    flavour = draw(st.sampled_from(["csv", "quoted", "tsv", "barred", "psql", "aligned", "right"]))
    if flavour in ("csv", "quoted"):
        out = io.StringIO()
        quoting = csv.QUOTE_ALL if flavour == "quoted" else csv.QUOTE_MINIMAL
        csv.writer(out, quoting=quoting, lineterminator="\n").writerows(rows)
        lines = out.getvalue().split("\n")[:-1]
    elif flavour == "tsv":
        lines = ["\t".join(row) for row in rows]
    elif flavour in ("barred", "psql"):
        widths = [max(len(row[at]) for row in rows) for at in range(width)]
        side = draw(st.sampled_from([str.ljust, str.rjust, str.center]))
        lines = [
            " | ".join(side(cell, wide) for cell, wide in zip(row, widths, strict=True))
            for row in rows
        ]
        lines.insert(1, "-+-".join("-" * wide for wide in widths))
        if flavour == "barred":
            lines = [f"| {line} |" for line in lines]
    else:
        widths = [
            max(len(row[at]) for row in rows) - draw(st.integers(0, 1)) for at in range(width)
        ]
        side = str.rjust if flavour == "right" else str.ljust
        lines = [
            "  ".join(side(cell, wide) for cell, wide in zip(row, widths, strict=True))
            for row in rows
        ]
        if draw(st.booleans()):
            lines = [line.rstrip() for line in lines]
    for _ in range(draw(st.integers(0, 3))):
        lines.insert(draw(st.integers(0, len(lines))), draw(SPOILERS))
    if draw(st.integers(0, 3)) == 0:
        lines = [line for line in lines for _ in range(3)]
    end = draw(st.sampled_from(["\n", "\n", "\r\n"]))
    return end.join(lines) + draw(st.sampled_from(["", end, "\n", "\n\n\n"]))


DOCUMENTS = st.one_of(
    tables(),
    st.builds(
        lambda rows, end: end.join(rows),
        st.lists(SPOILERS, max_size=12),
        st.sampled_from(["\n", "\r\n"]),
    ),
)


@settings(max_examples=300, deadline=None)
@given(source=DOCUMENTS)
def test_the_original_comes_back_to_the_character(source: str) -> None:
    short = lossless(source)
    again = cut(short).text
    assert kind.restore(again) == short


@settings(max_examples=300, deadline=None)
@given(source=tables())
def test_the_notation_leads_back_where_it_does_not_pay_too(source: str) -> None:
    parsed = kind.recognise(source)
    if parsed is not None:
        written = write(parsed.records)
        if written is not None:
            assert read(written) == source


@settings(max_examples=150, deadline=None)
@given(source=st.one_of(DOCUMENTS, st.text()), query=st.text(max_size=30))
def test_any_text_is_cut_searched_and_signed_without_an_error(source: str, query: str) -> None:
    whole = content(source)
    for params in RUNGS:
        kind.compress(whole, params, Focus(query))
    for passage in kind.find(whole, query):
        assert passage.text in source.replace("\r\n", "\n") or passage.text in source
        assert 0 <= passage.position <= 19
    if whole.parsed is not None:
        assert kind.signature(whole.parsed).startswith("table|")
    kind.restore(source)


def test_passthrough_is_the_text_itself() -> None:
    result = cut(PS, kind.Params(passthrough=True))
    assert (result.text, result.lossy) == (PS, False)


@pytest.mark.parametrize(
    "source",
    [
        "-" * 100_000,
        "| " * 50_000,
        "\n" * 100_000,
        '"' * 50_000,
        '"' * 49_999,
        'a,"' * 30_000,
        "a,b,c\n" + '"a,b,c\n' * 30_000,
        "a,b,c\n" + '1,"2""\n' * 30_000,
        "1\t" * 50_000,
        " " * 100_000,
        " a" * 50_000,
        "=" * 100_000 + "\n",
        "a,b\n" * 25_000,
        "a  b  c\n" * 25_000,
        "A  B  C\n" + "a  b  c\n" * 15_000 + "a b  c  d\n" * 10_000,
        "| a | b |\n|---|---|\n" + "| 1 | 2 |\n" * 10_000,
        ",".join(f"c{at}" for at in range(9_000)) + "\n" + ("1," * 8_999 + "1\n") * 3,
        "[" * 5_000 + "]" * 5_000,
    ],
    ids=lambda source: repr(source[:9]),
)
def test_bad_input_neither_raises_nor_takes_long(source: str) -> None:
    started = time.process_time()
    lossless(source)
    cut(source, RUNGS[-1], "word 17")
    kind.find(content(source), "word 17")
    assert time.process_time() - started < 3


# --- which rows stay ----------------------------------------------------------------------

MEMBERS = "id,name,city,state,amount,note\n"
STATES = ("open", "closed", "paid")


def member(at: int, **cells: object) -> str:
    chance = random.Random(at)
    row: dict[str, object] = {
        "id": 1000 + at,
        "name": f"member {chance.randrange(10**6)}",
        "city": chance.choice(["Bern", "Oslo", "Rome", "Riga"]),
        "state": chance.choice(STATES),
        "amount": f"{chance.uniform(10, 90):.2f}",
        "note": f"ref {chance.randrange(10**9):x}",
        **cells,
    }
    return ",".join(map(str, row.values())) + "\n"


def members(total: int = 500, **odd: str) -> str:
    return MEMBERS + "".join([odd.get(f"row{at}", member(at)) for at in range(total)])


NEEDLES: dict[str, str] = {
    "a critical state": member(337, state="CRITICAL"),
    "a number out of range": member(337, amount="90210.00"),
    "a negative number": member(337, amount="-55.10"),
    "a number of 300 digits": member(337, amount="9" * 300),
    "a lone empty cell": member(337, amount=""),
    "a lone empty name": member(337, name=""),
    "a lone null": member(337, state="null"),
    "one more column": member(337)[:-1] + ",extra\n",
    "one column less": member(337).rpartition(",")[0] + "\n",
    "an error in a note": member(337, note="ref failed: connection refused"),
    "an error in Chinese": member(337, note="ref 连接错误"),
    "an error in German": member(337, note="Fehler beim Lesen"),
    "an error in Spanish": member(337, note="fallo de lectura"),
    "an error in Russian": member(337, note="ошибка чтения"),
    "a rare city": member(337, city="Ulan Bator"),
    "another form of id": member(337, id="X-1337"),
    "a very long note": member(337, note="ref " + "f0" * 120),
}


@pytest.mark.parametrize("params", RUNGS, ids=lambda params: str(params.row_share))
@pytest.mark.parametrize("needle", NEEDLES.values(), ids=NEEDLES)
def test_the_odd_row_stays(needle: str, params: kind.Params) -> None:
    short = cut(members(row337=needle), params)
    assert short.lossy
    assert needle.rstrip("\n") in short.text.split("\n")


TALES = ("gate", "north", "queue", "paper", "lamp", "river", "small", "open", "table", "stone")


@pytest.mark.parametrize("params", RUNGS, ids=lambda params: str(params.row_share))
@pytest.mark.parametrize(
    "word",
    [
        "ERROR",
        "failed",
        "warning",
        "Fehler",
        "Warnung",
        "erreur",
        "échec",
        "fallo",
        "advertencia",
        "falha",
        "ошибка",
        "错误",
        "エラー",
        "오류",
        "błąd",
        "خطأ",
        "kaboom",
    ],
)
def test_a_word_of_failure_in_free_text_stays(word: str, params: kind.Params) -> None:
    def tale(at: int) -> str:
        chance = random.Random(at)
        return " ".join(chance.choice(TALES) for _ in range(6))

    needle = f"{tale(999).rpartition(' ')[0]} {word}"
    source = "id,day,tale\n" + "".join(
        f"{at},d{at % 7},{needle if at == 337 else tale(at)}\n" for at in range(500)
    )
    assert needle in cut(source, params).text


def aligned(rows: list[list[str]]) -> str:
    widths = [max(map(len, column)) + 2 for column in zip(*rows, strict=True)]
    return "".join(
        "".join(cell.ljust(wide) for cell, wide in zip(row, widths, strict=True)).rstrip() + "\n"
        for row in rows
    )


def drawn(rows: list[list[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "| " + " | ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)) + " |\n"
        for row in rows
    ]
    lines.insert(1, "|-" + "-|-".join("-" * wide for wide in widths) + "-|\n")
    return "".join(lines)


def tabbed(rows: list[list[str]]) -> str:
    return "".join(["\t".join(row) + "\n" for row in rows])


@pytest.mark.parametrize("params", RUNGS, ids=lambda params: str(params.row_share))
@pytest.mark.parametrize("draw", [aligned, drawn, tabbed], ids=["aligned", "drawn", "tabbed"])
@pytest.mark.parametrize(
    ("column", "cell"),
    [(1, "0/1"), (2, "CrashLoopBackOff"), (3, "912"), (4, ""), (2, ""), (5, "10.0.0.7 (lost)")],
)
def test_the_odd_row_stays_in_every_flavour(
    params: kind.Params, draw: Callable[[list[list[str]]], str], column: int, cell: str
) -> None:
    rows = [["NAME", "READY", "STATUS", "RESTARTS", "AGE", "NODE"]]
    rows += [
        [f"web-{at * 7919:06d}", "1/1", "Running", str(at % 3), f"{at % 20 + 1}d", f"node-{at % 7}"]
        for at in range(300)
    ]
    rows[188][column] = cell
    short = cut(draw(rows), params)
    assert short.lossy
    assert f"web-{187 * 7919:06d}" in short.text
    assert cell in short.text


@pytest.mark.parametrize("params", RUNGS, ids=lambda params: str(params.row_share))
def test_what_the_query_names_stays(params: kind.Params) -> None:
    source = members()
    for query in (
        "what happened to 1337?",
        "look at id=1042",
        f"who is {member(222).split(',')[1]}",
    ):
        short = cut(source, params, query).text
        wanted = next(
            row
            for row in source.split("\n")[1:]
            if row.split(",")[0] in query.replace("=", " ").replace("?", "").split()
            or (len(row) > 20 and row.split(",")[1] in query)
        )
        assert wanted in short.split("\n")


@pytest.mark.parametrize("params", RUNGS, ids=lambda params: str(params.row_share))
def test_one_odd_cell_of_a_very_wide_table_keeps_its_row(params: kind.Params) -> None:
    names = ",".join(f"measure_{at}" for at in range(900))
    cells = [[str(100 + at * place % 89) for place in range(900)] for at in range(60)]
    cells[33][700] = "999999"
    rows = [",".join(row) for row in cells]
    source = names + "\n" + "\n".join(rows) + "\n"
    assert detect(source).kind == "table"
    assert ",".join(cells[33][690:710]) in cut(source, params).text
    lossless(source)


@pytest.mark.parametrize("params", RUNGS, ids=lambda params: str(params.row_share))
def test_one_odd_cell_of_a_table_of_one_column_keeps_its_row(params: kind.Params) -> None:
    source = "| shade |\n| --- |\n" + "| grey |\n" * 200 + "| mauve |\n" + "| grey |\n" * 200
    result = cut(source, params)
    assert result.lossy
    assert "mauve" in result.text


@pytest.mark.parametrize("params", RUNGS, ids=lambda params: str(params.row_share))
def test_a_change_of_level_stays(params: kind.Params) -> None:
    source = "time,load,host\n" + "".join(
        f"{at},{(20 if at < 311 else 80) + random.Random(at).randrange(9)},h{at % 3}\n"
        for at in range(500)
    )
    rows = cut(source, params).text.split("\n")
    assert any(row.startswith(("310,", "311,")) for row in rows)


@pytest.mark.parametrize("source", [members(), PS * 9, MARKDOWN * 4, PODS, PSQL, UNIT_FILES * 3])
def test_names_rules_first_and_last_row_stay(source: str) -> None:
    parsed = kind.recognise(source)
    assert parsed is not None
    for params in RUNGS:
        short = cut(source, params).text
        for at in (0, -1):
            cells = parsed.records.cells[at] or [parsed.lines[at]]
            assert all(cell in short for cell in cells)
        assert all(name in short for name in parsed.names)
    assert "----+-------+-------" in cut(PSQL * 3, RUNGS[-1]).text
    assert "(12 rows)" in cut(PSQL * 3, RUNGS[-1]).text


def test_each_rung_keeps_what_the_next_one_keeps() -> None:
    for source in (members(row9=NEEDLES["one more column"]), PS * 5, MARKDOWN * 9, PODS * 3):
        above: set[str] | None = None
        parsed = kind.recognise(source)
        assert parsed is not None
        for query in ("", "web 1042 paid"):
            above = None
            for share in (0.9, 0.8, 0.5, 0.2, 0.08, 0.01):
                order = parsed._ordered(parsed._found(), query)
                kept = {at for at, stays in enumerate(order.kept(share)) if stays}
                assert above is None or kept <= above
                above = kept


@pytest.mark.parametrize("params", RUNGS, ids=lambda params: str(params.row_share))
def test_what_is_said_of_every_row_holds_for_those_left_out(params: kind.Params) -> None:
    source = "id,shade,word\n" + "".join(
        f"{at},{'grey' if at % 2 else 'pale'},w{at:04d}\n" for at in range(400)
    )
    kept = cut(source, params).text
    assert "shade=" not in kept
    assert "id,shade=grey,word" in cut(source.replace("pale", "grey"), params).text


def test_what_was_left_out_is_counted_and_gaps_are_noted() -> None:
    source = members(**{f"row{at}": member(at, note="timeout after 30 s") for at in range(50, 90)})
    result = cut(source, RUNGS[-1])
    assert result.unit == "rows"
    assert result.items_before == 500
    assert result.items_after is not None
    assert f"{result.items_after} of 500 rows" in result.text.split("\n")[0]
    assert "note=timeout after 0 s ×" in result.text.split("\n")[0]
    few = cut(members(40), kind.Params(row_share=0.5))
    assert few.items_after is not None
    head = "id,name\n" + "".join(f"{at},x{at}\n" for at in range(400))
    gaps = [row for row in cut(head, RUNGS[-1], "x1 x2 x3").text.split("\n") if row[:1] == "…"]
    rows = [int(row.split()[1]) for row in gaps]
    assert not gaps or sum(rows) + cut(head, RUNGS[-1], "x1 x2 x3").items_after == 400


def test_the_first_rows_of_preserved_values_stay() -> None:
    source = "id,city,kind\n" + "".join(
        f"{at},{'ABCDEFGHIJKLMNOPQRSTUVWXY'[at % 25]}ville,{'xy'[at % 2]}\n" for at in range(500)
    )
    plain = cut(source, RUNGS[-1]).items_after
    short = cut(source, RUNGS[-1], preserved=lambda name: name == "city")
    for at in range(25):
        assert f"\n{at}," in short.text
    assert plain is not None
    assert short.items_after is not None
    assert short.items_after > plain


def test_the_share_is_what_stays_where_little_must() -> None:
    source = "id,word\n" + "".join(f"{at},w{at:05d}\n" for at in range(1000))
    for params in RUNGS:
        left = cut(source, params).items_after
        assert left is not None
        assert params.row_share * 1000 <= left <= params.row_share * 1000 + 12


def test_a_small_table_stays_whole() -> None:
    assert not cut(TABLES["df"][0], RUNGS[-1]).lossy


def test_the_same_bytes_every_time() -> None:
    source = members(row9=NEEDLES["one more column"])
    for params in (LOSSLESS, *RUNGS):
        first = cut(source, params, "1042 Oslo").text
        assert all(cut(source, params, "1042 Oslo").text == first for _ in range(3))


# --- parts --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("12", 12),
        ("-3", -3),
        ("1.50", 1.5),
        ("1e3", 1000.0),
        ("007", "007"),
        ("1,234.5", 1234.5),
        ("$12.00", 12.0),
        ("40%", 40.0),
        ("1.5G", 1.5 * 1024**3),
        ("512Mi", 512 * 1024.0**2),
        ("10ms", 0.01),
        ("2d5h", 2 * 86400 + 5 * 3600.0),
        ("1:02:03", 3723.0),
        ("2-01:00:00", 2 * 86400 + 3600.0),
        ("1/1", "1/1"),
        ("10.0.0.7", "10.0.0.7"),
        ("2024-01-02", "2024-01-02"),
        ("", ""),
        ("-", "-"),
        ("v1", "v1"),
        ("<none>", "<none>"),
    ],
)
def test_numbers_are_read_with_their_units(cell: str, value: object) -> None:
    assert _value(cell) == value
    assert type(_value(cell)) is type(value)


def test_rows_are_put_together_as_they_stood() -> None:
    placed = Placed.of(PS.split("\n")[1:-1], PS.split("\n")[0])
    assert placed is not None
    rows = PS.split("\n")[:-1]
    assert all(placed.row(placed.cells(row) or []) == row for row in rows)
    barred = Barred.of(MARKDOWN.split("\n")[2:-1], "|")
    assert barred is not None
    rows = MARKDOWN.split("\n")[2:-1]
    assert all(barred.row(barred.cells(row) or []) == row for row in rows)
    assert Delimited(",", 3).cells('a,"b,c",d') == ["a", '"b,c"', "d"]
    assert Delimited(",", 3).cells("a,b") is None


def test_quoted_lines_are_one_record() -> None:
    parsed = kind.recognise(QUOTED_LINES)
    assert parsed is not None
    found = records(QUOTED_LINES, parsed.layout)
    assert len(found.rows) == 30
    assert all(cells is not None and len(cells) == 4 for cells in found.cells)
    short = cut(QUOTED_LINES, RUNGS[-1]).text
    assert '29,name 29,"first line⏎second line, with a comma 29"' in short


def test_find_names_the_columns() -> None:
    found = kind.find(content(CSV), "record 17")
    assert found[0].text.startswith("17,")
    assert "id" in found[0].fields
    assert 10 <= found[0].position <= 12
    found = kind.find(content(PODS), "web-021")
    assert found[0].text.startswith("web-021")
    assert found[0].fields == ("NAME",)
    found = kind.find(content(QUOTED_LINES.replace("\n", "\r\n")), "comma 29")
    assert found[0].text == '29,name 29,"first line\nsecond line, with a comma 29",yes'
    assert found[0].fields == ("id", "name", "note")
    assert found[0].position >= 18


# --- real files ---------------------------------------------------------------------------


def outputs() -> list[tuple[str, str]]:
    found = []
    for path in sorted((DATA / "command_outputs" / "jc").glob("*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                item = json.loads(line)
                found.append((item["id"], item["raw"]))
    return found


@needs_data
def test_real_command_outputs_come_back_and_lose_only_rows() -> None:
    before = after = 0
    for name, text in outputs():
        if len(text) > 100_000 or detect(text).kind != "table":
            continue
        lossless(text)
        result = cut(text, kind.Params(row_share=0.2))
        before += estimate(text)
        after += min(estimate(text), estimate(result.text))
        if result.lossy:
            assert result.items_after is not None, name
            assert result.items_before is not None, name
            assert result.items_after < result.items_before, name
    assert before > 200_000
    assert after < 0.35 * before


@needs_data
def test_real_csv_files_come_back() -> None:
    files = [*DATA.glob("loghub/*/*.csv"), DATA / "truthfulqa" / "TruthfulQA.csv"]
    assert files
    for path in files:
        text = path.read_bytes().decode()
        assert detect(text).kind == "table", path.name
        lossless(text)
