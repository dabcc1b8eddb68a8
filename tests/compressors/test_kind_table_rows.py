"""Which rows of a table stay, on every rung."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

import pytest
from table_texts import LOSSLESS, MARKDOWN, PODS, PS, PSQL, RUNGS, TREES, UNIT_FILES, cut, lossless

from compressors.detect import detect
from compressors.kinds import table as kind

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
        f"{at},{'grey' if at % 2 else 'pale'},w{at:04d}\n" for at in range(401)
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
    source = "Filesystem     Size  Used Avail Use% Mounted on\n" + "".join(
        f"/dev/sd{letter}1       50G   20G   30G  40% /{letter}\n" for letter in "abc"
    )
    assert not cut(source, RUNGS[-1]).lossy


def test_the_same_bytes_every_time() -> None:
    source = members(row9=NEEDLES["one more column"])
    for params in (LOSSLESS, *RUNGS):
        first = cut(source, params, "1042 Oslo").text
        assert all(cut(source, params, "1042 Oslo").text == first for _ in range(3))


@pytest.mark.parametrize("params", RUNGS)
def test_of_a_listing_of_files_all_names_stay(params: kind.Params) -> None:
    names = [f"{tree}{at}.txt" if at % 3 else f"{tree}{at}" for at in range(9) for tree in TREES]
    rows = [
        f"{'-' if '.' in name else 'd'}rw-r--r-- 1 amy staff {at * 37 % 900:4} Mar  2  2025 {name}"
        for at, name in enumerate(names)
    ]
    source = "\n".join(["total 80", *rows, ""])
    text = cut(source, params, "what of elm4?").text
    shown, _, also = text.partition("\n… also ")
    left = set(also.split(", "))
    assert left
    for name in names:
        last = re.search(rf"[ ,]{re.escape(name)}$", shown, re.MULTILINE)
        assert (last is None) == (name + "/" * ("." not in name) in left)
