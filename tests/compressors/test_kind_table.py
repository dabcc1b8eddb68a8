"""Tables: recognised, written shorter and read back, cut to the rows that matter, searched."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from table_texts import (
    CSV,
    MARKDOWN,
    NETSTAT,
    PODS,
    PS,
    QUOTED_LINES,
    RUNGS,
    TREES,
    UNIT_FILES,
    content,
    cut,
    lossless,
)

from compressors.detect import detect
from compressors.kinds import table as kind
from compressors.kinds._table_grid import Barred, Delimited
from compressors.kinds._table_notation import write
from compressors.kinds._table_places import Placed
from compressors.kinds._table_reader import read
from compressors.kinds._table_records import records
from compressors.kinds._table_values import _value
from compressors.kinds.base import Focus
from compressors.tokens import estimate

DATA = Path(__file__).parents[3] / "shared" / "data"
needs_data = pytest.mark.skipif(
    not DATA.is_dir(), reason="optional data (../shared/data) is not there"
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
    "one pod": (
        "NAME       READY   STATUS             AGE\nweb-1-xz   0/1     ImagePullBackOff   4m\n",
        "table|aligned|NAME,READY,STATUS,AGE",
    ),
    "two names of one letter": (
        "K        V\nred oak  7 m\nold elm  9 m\n",
        "table|aligned|K,V",
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
    "paragraphs that begin alike": "\n\n".join(
        f"N-{at}.  The oak  is  old and  has {word}  by  now." for at, word in enumerate(TREES)
    ),
    "a line below a title": "THE  OLD  OAK\nis  not  here\n",
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


def test_short_names_do_not_part_the_words_below_them() -> None:
    parsed = kind.recognise("K        V\nred oak  7 m\nold elm  9 m\n")
    assert parsed is not None
    assert parsed.records.cells == [("red oak", "7 m"), ("old elm", "9 m")]


UNPADDED = [f"| {at} | {tree} | up to {7 * at} m |" for at, tree in enumerate(TREES * 4, 8)]


@pytest.mark.parametrize(
    "head",
    ["| n | tree | height |\n|---|---|---|", "| n   | tree     | height    |\n| --- | --- | --- |"],
)
def test_rows_between_bars_need_no_padding(head: str) -> None:
    source = "\n".join([head, *UNPADDED, ""])
    short = lossless(source)
    assert not any(row.startswith("\\| 1") for row in short.split("\n"))
    assert estimate(short) < 0.9 * estimate(source)
    text = cut(source, RUNGS[-1], "how tall is tree 21?").text
    assert re.search(rf"^21 {TREES[13 % len(TREES)]} .*147", text, re.MULTILINE)
    assert "# n tree height" in text


def test_rows_of_which_some_are_padded_are_cells_where_rows_are_left_out() -> None:
    rows = [f"| {at:<6} | {tree:<14} |" for at, tree in enumerate(TREES * 4)]
    rows[5] = "| 5 | slippery elm |"
    source = "\n".join(["| n      | tree           |", "| ------ | -------------- |", *rows, ""])
    text = cut(source, RUNGS[-1], "slippery").text
    assert re.search("^5.slippery elm$", text, re.MULTILINE)
    lossless(source)


def test_rows_filled_with_blanks_to_one_width_are_rows_as_well() -> None:
    filled = "".join(f"{row:<120}\n" for row in PS.split("\n")[:-1])
    assert "rows 120 wide" in lossless(filled).split("\n")[0]
    assert not any(row.startswith("\\") for row in lossless(filled).split("\n"))


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


@pytest.mark.slow
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


GOODS = [("lamp", "Oslo", 12), ("gate", "Bern", 7), ("river", "Riga", 31), ("stone", "Rome", 8)]


@pytest.mark.parametrize("head", ["NAME        CITY        COUNT", None])
def test_a_blank_within_a_long_cell_parts_no_columns(head: str | None) -> None:
    odd = [("queue of x", "Bern", 4), ("stone", "San Jose", 4), ("stone", "Ro me", 123456)]
    rows = [f"{name:<12}{city:<9}{count:>8}" for name, city, count in [*(GOODS * 20), *odd]]
    placed = Placed.of(rows, head)
    assert placed is not None
    for row, cells in zip(rows, [*(GOODS * 20), *odd], strict=True):
        found = placed.cells(row)
        assert found is not None
        assert list(found) == list(map(str, cells))
        assert placed.row(found) == row


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


@pytest.mark.slow
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
