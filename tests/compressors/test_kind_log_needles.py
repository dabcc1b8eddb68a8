"""One line among thousands: what every lossy profile of a log has to keep."""

from __future__ import annotations

import pytest

from compressors.detect import detect
from compressors.kinds import log
from compressors.kinds.base import Cut, Focus
from compressors.profiles import LADDERS

SHARES = (*(rung.params.line_share for rung in LADDERS["log"][2:]), 0.001)
ALL = pytest.mark.parametrize("share", SHARES)


def lossy(lines: list[str], share: float, query: str = "") -> Cut:
    content = detect("\n".join(lines) + "\n")
    assert content.kind == "log"
    cut = log.compress(content, log.Params(line_share=share), Focus(query=query))
    assert cut.lossy
    return cut


def stamp(second: int) -> str:
    clock = f"{10 + second // 3600}:{second // 60 % 60:02d}:{second % 60:02d}"
    return f"2026-03-01 {clock},{second * 37 % 1000:03d}"


def requests(number: int) -> list[str]:
    """Requests of a web server, two seconds apart, each of 20 to 60 ms."""
    return [
        f"{stamp(2 * i)} INFO  web GET /items/{i * 7919 % 5000} 200 {20 + i * 31 % 40} ms"
        f" for user-{i * 17 % 90}"
        for i in range(number)
    ]


def document(number: int, *changes: tuple[str, str]) -> str:
    text = (
        f'{stamp(number)} app {{"level":"info","msg":"order stored","order":{4000 + number},'
        f'"ms":{20 + number * 31 % 40},"user":{{"id":{number * 17 % 90},"name":"n{number % 9}"}},'
        '"ok":true}'
    )
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return text


def documents(number: int) -> list[str]:
    """Lines with a document of one shape behind their time."""
    return [document(i) for i in range(number)]


WORDS = {
    "another case": "Warn: the disk is nearly full",
    "a small one": "warning the disk is nearly full",
    "German": "Fehler beim Lesen der Platte",
    "Chinese": "错误: 余额不足",
    "Russian": "ОШИБКА диск заполнен",
    "Japanese": "エラー 残高不足",
    "Spanish": "ADVERTENCIA disco casi lleno",
}


@ALL
@pytest.mark.parametrize("words", WORDS.values(), ids=WORDS)
def test_every_level_of_any_case_and_language_stays(words: str, share: float) -> None:
    lines = requests(1500)
    # The same words with another name: only a level makes both of them stay.
    first, second = (f"{stamp(900)} {words} at {name}" for name in ("/dev/sda1", "/dev/mapper/x"))
    lines[450:450] = [first]
    lines[1100:1100] = [second]
    text = lossy(lines, share).text
    assert first in text
    assert second in text


@ALL
def test_one_error_among_sixty_others_stays(share: float) -> None:
    lines = requests(1500)
    for i in range(60):
        lines.insert(25 * i + 5, f"{stamp(50 * i)} ERROR db timeout of pool {i} after 300{i} ms")
    odd = f"{stamp(1200)} ERROR db refused the key of pool 7"
    lines.insert(800, odd)
    text = lossy(lines, share).text
    assert odd in text
    assert "[×60 until " in text


@ALL
def test_one_slow_request_stays(share: float) -> None:
    lines = requests(1500)
    lines[777] = f"{stamp(1554)} INFO  web GET /items/4711 200 30111 ms for user-5"
    assert lines[777] in lossy(lines, share).text


@ALL
def test_a_gap_in_time_stays(share: float) -> None:
    lines = requests(600)
    later = [line.replace(" 10:", " 12:") for line in lines[300:]]
    text = lossy([*lines[:300], *later], share).text
    assert lines[299] in text
    assert later[0] in text


def test_a_steady_log_has_no_gaps() -> None:
    lines = requests(600)
    text = lossy(lines, 0.001).text
    assert sum(line in text for line in lines[10:-10]) <= 4


@ALL
def test_what_a_query_asks_for_in_parts_all_stays(share: float) -> None:
    lines = requests(1500)
    facts = (
        "INFO  mail letter to the mayor was posted",
        "INFO  bank transfer of 4711 euros was booked",
        "INFO  door number three was opened by the porter",
    )
    # So many alike lines that no form is rare.
    for i in range(40):
        lines.insert(30 * i + 9, f"{stamp(60 * i)} INFO  mail letter to client-{i} was posted")
        lines.insert(30 * i + 13, f"{stamp(60 * i)} INFO  bank transfer of {i} euros was booked")
        lines.insert(30 * i + 17, f"{stamp(60 * i)} INFO  door number {i} was opened by user-{i}")
    for place, fact in zip((333, 777, 1212), facts, strict=True):
        lines.insert(place, f"{stamp(place)} {fact}")
    query = (
        "Which letter went to the mayor, who booked 4711 euros, and which door did the porter open?"
    )
    text = lossy(lines, share, query).text
    assert all(fact in text for fact in facts)


@ALL
def test_a_short_question_beside_a_long_one_is_answered(share: float) -> None:
    lines = requests(1500)
    things = [f"{a}{b}{c}" for a in "bdfgk" for b in "aeiou" for c in ("lin", "mor", "tas", "wen")]
    lost = [f'{stamp(10 * i)} INFO  office found "{thing}"' for i, thing in enumerate(things)]
    for i, line in enumerate(lost):
        lines.insert(14 * i + 3, line)
    mail = f"{stamp(700)} INFO  mail letter to the mayor posted in a red envelope by hand on Sunday"
    lines.insert(700, mail)
    query = (
        "Was the letter to the mayor in the red envelope posted by hand, on Sunday? "
        f"And where is the {things[41]}?"
    )
    text = lossy(lines, share, query).text
    assert mail in text
    assert lost[41] in text


@ALL
def test_an_id_that_the_query_asks_for_stays(share: float) -> None:
    lines = requests(1500)
    lines[801] = f"{stamp(1602)} INFO  web GET /items/99182 200 41 ms for user-12"
    assert lines[801] in lossy(lines, share, "What happened to item 99182?").text


DOCUMENTS = {
    "an odd message": ("order stored", "ledger mismatch"),
    "another level": ('"level":"info"', '"level":"warn"'),
    "a slow one": ('"ms":40', '"ms":30111'),
    "a false": ('"ok":true', '"ok":false'),
    "another field": ('"ok":true', '"ok":true,"x":1'),
    "a null": ('"order":4700', '"order":null'),
    "a level at its end": ('"ok":true', '"ok":true,"level":"error"'),
}


@ALL
@pytest.mark.parametrize("change", DOCUMENTS.values(), ids=DOCUMENTS)
def test_an_odd_document_inside_a_line_stays(change: tuple[str, str], share: float) -> None:
    lines = documents(1200)
    lines[700] = document(700, change)
    assert lines[700] in log.restore(lossy(lines, share).text)


def test_documents_inside_lines_are_written_once() -> None:
    content = detect("\n".join(documents(400)) + "\n")
    cut = log.compress(content, log.Params(lossless=True), Focus())
    assert log.restore(cut.text) == content.text
    assert len(cut.text) < 0.45 * len(content.text)
    assert cut.text.count('"order"') == 1


GO = """panic: runtime error: index out of range [5] with length 3

goroutine 1 [running]:
main.pick(...)
\t/srv/app/main.go:9
main.main()
\t/srv/app/main.go:14 +0x1d"""
RUST = """thread 'main' panicked at src/main.rs:4:5:
the door is shut
stack backtrace:
   0: rust_begin_unwind
   1: core::panicking::panic_fmt
             at /rustc/library/core/src/panicking.rs:72:14
   2: door::main
note: Some details are omitted, run with `RUST_BACKTRACE=full` for a verbose backtrace."""
SHARP = """Unhandled exception. System.InvalidOperationException: the vault is sealed
 ---> System.IO.IOException: no space left on device
   at Acme.Disk.Write(Byte[] data) in /srv/Acme/Disk.cs:line 12
   --- End of inner exception stack trace ---
   at Acme.Vault.Open(Card card) in /srv/Acme/Vault.cs:line 41
   at Acme.Program.Main(String[] args) in /srv/Acme/Program.cs:line 7"""
TRACES = {"go": GO, "rust": RUST, "c sharp": SHARP}


@ALL
@pytest.mark.parametrize("prefix", ["", "2026-03-01 10:07:00,000 INFO  app: "])
@pytest.mark.parametrize("trace", TRACES.values(), ids=TRACES)
def test_a_trace_stays_whole_and_in_place(trace: str, prefix: str, share: float) -> None:
    rows = [prefix + row for row in trace.split("\n")]
    other = [row.replace("sealed", "gone").replace("main", "mine") for row in rows]
    lines = requests(1500)
    lines[400:400] = rows
    lines[1100:1100] = other
    text = lossy(lines, share).text
    assert "\n".join(rows) in text
    assert "\n".join(other) in text


def test_a_line_that_stands_for_others_says_until_when_and_which_values() -> None:
    text = lossy(requests(600), 0.001).text
    noted = next(line for line in text.split("\n") if "[×600 until " in line)
    assert f"until {stamp(1198)[11:]}" in noted
    assert "20..59" in noted
    assert "user-0..user-89" in noted


def test_rungs_differ() -> None:
    for lines in (requests(60), requests(1500), documents(400)):
        sizes = [lossy(lines, share).items_after or 0 for share in SHARES[:-1]]
        assert sizes == sorted(sizes, reverse=True)
        assert len(set(sizes)) == len(sizes)
