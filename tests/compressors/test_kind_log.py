"""Logs: what stays under every profile, and the way back from the lossless one."""

from __future__ import annotations

import itertools
import re
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compressors.kinds import log
from compressors.kinds._lines_forms import Forms
from compressors.kinds._lines_notation import decode, encode
from compressors.kinds._log_choice import answers, choose
from compressors.kinds.base import Content, Cut, Focus
from compressors.profiles import LADDERS

SHARES = (*(rung.params.line_share for rung in LADDERS["log"][2:]), 0.001)
LOGHUB = Path(__file__).parents[3] / "shared" / "data" / "loghub"
RUNS = LOGHUB.parent / "command_outputs" / "test_runs" / "python"


def content(text: str) -> Content:
    parsed = log.recognise(text)
    return Content("log", text, log.Log(text, log.Layout("", "")) if parsed is None else parsed)


def lossless(text: str) -> Cut:
    return log.compress(content(text), log.Params(lossless=True), Focus())


def lossy(text: str, share: float, query: str = "") -> Cut:
    return log.compress(content(text), log.Params(line_share=share), Focus(query=query))


def service(number: int, *, seed: int = 1) -> list[str]:
    """Lines of a service at work: four forms, no two lines alike."""
    lines = []
    for i in range(number):
        value = (i * 7919 + seed * 104729) % 1000
        said = (
            f"INFO  http.access served path=/v2/items/{value} status=200 ms={20 + value % 30}",
            f"INFO  worker-{value % 7} processed order {10_000 + i} in {20 + value % 30} ms",
            f'DEBUG cache lookup key="user:{value}" hit=true',
            f"INFO  db.pool connection {value % 16} returned",
        )[(i * i + i // 3) % 4]
        lines.append(
            f"2026-03-0{1 + i // 1500} 10:{i // 60 % 60:02d}:{i % 60:02d},{value:03d} {said}"
        )
    return lines


def at(lines: list[str], place: int, *new: str) -> str:
    return "\n".join([*lines[:place], *new, *lines[place:]]) + "\n"


PYTHON_TRACE = """Traceback (most recent call last):
  File "/srv/app/pay.py", line 41, in charge
    vault.open(card)
  File "/srv/app/vault.py", line 7, in open
    raise Sealed(card)
app.vault.Sealed: the vault is sealed"""
CHAINED = (
    PYTHON_TRACE
    + "\n\nDuring handling of the above exception, another exception occurred:\n\n"
    + PYTHON_TRACE.replace("Sealed", "Retry").replace("vault is", "retry is")
)
JAVA_TRACE = """java.lang.IllegalStateException: ledger is closed
\tat com.acme.Ledger.post(Ledger.java:88)
\tat com.acme.Books.run(Books.java:12)
Caused by: java.io.IOException: no space left on device
\tat com.acme.Disk.write(Disk.java:5)
\t... 14 more"""
GO_TRACE = """panic: runtime error: index out of range [5] with length 3

goroutine 1 [running]:
main.pick(...)
\t/srv/app/main.go:9
main.main()
\t/srv/app/main.go:14 +0x1d"""
RUST_TRACE = """thread 'main' panicked at src/main.rs:4:5:
the door is shut
stack backtrace:
   0: rust_begin_unwind
   1: core::panicking::panic_fmt
             at /rustc/library/core/src/panicking.rs:72:14
   2: door::main"""
NODE_TRACE = """TypeError: Cannot read properties of undefined (reading 'total')
    at sum (/srv/app/cart.js:31:17)
    at Object.<anonymous> (/srv/app/index.js:4:1)
    at node:internal/main/run_main_module:23:47"""

NEEDLES = {
    "an error among information": "2026-03-01 10:07:00,000 ERROR db.pool connection lost to db-3",
    "a warning": "2026-03-01 10:07:00,000 WARN  disk /dev/sda1 is 97% full",
    "an odd line at info level": "2026-03-01 10:07:00,000 INFO  ledger mismatch of two entries",
    "a line without a level": "the watchdog bit and nobody knows why",
    "an exit code": "2026-03-01 10:07:00,000 INFO  runner child finished with exit code 137",
    "a number out of range": (
        "2026-03-01 10:07:00,000 INFO  worker-3 processed order 105 in 98000 ms"
    ),
    "a value that nobody else has": (
        "2026-03-01 10:07:00,000 INFO  http.access served path=/v2/items/7 status=503 ms=25"
    ),
    "another language": "2026-03-01 10:07:00,000 INFO  支付失败 余额不足",
}


@pytest.mark.parametrize("needle", NEEDLES.values(), ids=NEEDLES)
@pytest.mark.parametrize("place", [3, 700, 1990])
def test_a_needle_stays_under_every_profile(needle: str, place: int) -> None:
    text = at(service(2000), place, needle)
    parsed = content(text)
    for share in SHARES:
        cut = log.compress(parsed, log.Params(line_share=share), Focus())
        assert cut.lossy
        assert needle in cut.text
        assert len(cut.text) < 0.75 * len(text)


@pytest.mark.parametrize("share", SHARES)
def test_exit_codes_that_differ_stay(share: float) -> None:
    lines = [
        f"2026-03-01 10:00:00,{i:03d} INFO  runner job {i} ended: exit code 0" for i in range(400)
    ]
    cut = lossy(
        at(lines, 233, "2026-03-01 10:00:01,000 INFO  runner job 9 ended: exit code 137"), share
    )
    assert "exit code 137" in cut.text
    assert cut.items_after is not None
    assert cut.items_after <= 40 + share * 402


@pytest.mark.parametrize("share", SHARES)
def test_distinct_errors_all_stay_and_alike_ones_are_counted(share: float) -> None:
    words = [
        f"{a}{b}" for a in ("alpha", "beta", "gamma", "delta", "eps", "zeta") for b in "abcdefghij"
    ]
    errors = [
        f"2026-03-01 10:00:0{i % 10},000 ERROR core cannot {word} the thing"
        for i, word in enumerate(words)
    ]
    alike = [f"2026-03-01 11:00:00,{i:03d} ERROR net timeout of peer {i}" for i in range(300)]
    text = "\n".join([*service(500), *errors, *alike, *service(500, seed=2)]) + "\n"
    cut = lossy(text, share)
    assert len(words) == 60
    for line in errors:
        assert line in cut.text
    if share <= 0.2:
        assert cut.text.count("ERROR net timeout") < 150
        assert "ERROR net timeout of peer 0  [×300 until " in cut.text


def test_errors_that_differ_in_a_name_all_stay() -> None:
    causes = ["mailbox full", "expired key", "no route", "greylisted", "too large", "bad host"]
    errors = [
        f'2026-03-01 10:00:00,{i:03d} ERROR mail undelivered to=ops-{i} cause="{causes[i % 6]}"'
        for i in range(120)
    ]
    cut = lossy("\n".join([*service(300), *errors, *service(300, seed=2)]), 0.01)
    for cause in causes:
        assert f'cause="{cause}"' in cut.text
    assert cut.items_after is not None
    assert cut.items_after < 60


def test_lines_without_a_level_that_differ_in_a_name_all_stay() -> None:
    lines = service(1000)
    for place, dog in ((900, "rex"), (500, "fido"), (100, "laika")):
        lines.insert(place, f'the watchdog "{dog}" bit {place} times')
    cut = lossy("\n".join(lines), 0.01)
    assert all(f'"{dog}"' in cut.text for dog in ("rex", "fido", "laika"))


def test_a_number_out_of_range_stays_where_all_numbers_differ() -> None:
    lines = [
        f"2026-03-01 10:00:{i % 60:02d},000 INFO  api took {1000 + (i * 7919) % 1000} us"
        for i in range(999)
    ]
    odd = "2026-03-01 10:00:30,000 INFO  api took 91000 us"
    small = "2026-03-01 10:00:31,000 INFO  api took -91000 us"
    cut = lossy(at(lines, 640, odd, lines[5], small), 0.01)
    assert odd in cut.text
    assert small in cut.text


TRACES = {
    "python": PYTHON_TRACE,
    "chained": CHAINED,
    "java": JAVA_TRACE,
    "go": GO_TRACE,
    "rust": RUST_TRACE,
    "node": NODE_TRACE,
}


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("trace", TRACES.values(), ids=TRACES)
def test_a_trace_stays_whole(trace: str, share: float) -> None:
    cut = lossy(at(service(1500), 900, trace), share)
    assert trace in cut.text


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize(
    "prefix", ["2026-03-01 10:07:00,000 INFO  app ", "Mar  1 10:07:00 web1 app[12]: "]
)
@pytest.mark.parametrize(
    "trace", [PYTHON_TRACE, JAVA_TRACE, NODE_TRACE], ids=["python", "java", "node"]
)
def test_a_trace_behind_a_prefix_stays_whole(trace: str, prefix: str, share: float) -> None:
    lines = [prefix + line for line in trace.split("\n")]
    cut = lossy(at(service(1500), 900, *lines), share)
    assert "\n".join(lines) in cut.text


def test_a_repeated_trace_is_shown_once_at_the_lowest_share() -> None:
    lines = service(1500)
    for place in range(1400, 100, -100):
        lines[place:place] = PYTHON_TRACE.split("\n")
    cut = lossy("\n".join(lines), 0.001)
    assert PYTHON_TRACE in cut.text
    assert cut.text.count("vault.open(card)") == 1


def test_traces_that_share_lines_all_stay_whole() -> None:
    lines = service(1500)
    others = [
        JAVA_TRACE.replace("Books.run", "Till.open"),
        NODE_TRACE.replace("cart.js:31:17", "till.js:8:3"),
        CHAINED.replace("line 7, in open\n    raise Retry", "line 70, in again\n    raise Retry"),
        RUST_TRACE.replace("panic_fmt", "panic_nounwind"),
    ]
    for trace in (*others, JAVA_TRACE, NODE_TRACE, CHAINED, RUST_TRACE):
        lines[700:700] = [
            "2026-03-01 10:07:00,000 INFO  db.pool connection 3 returned",
            *trace.split("\n"),
        ]
    cut = lossy("\n".join(lines), 0.01)
    for trace in (*others, JAVA_TRACE, NODE_TRACE, CHAINED, RUST_TRACE):
        assert trace in cut.text


def test_a_trace_behind_a_prefix_ends_with_its_exception_again() -> None:
    lines = service(1500)
    prefix = "2026-03-01 10:07:00,000 INFO  app "
    for place, frame in ((1200, "vault.py"), (300, "safe.py")):
        trace = PYTHON_TRACE.replace("vault.py", frame).split("\n")
        lines[place:place] = [prefix + line for line in trace]
    cut = lossy("\n".join(lines), 0.01)
    assert cut.text.count("app.vault.Sealed: the vault is sealed") == 2


@pytest.mark.parametrize("share", SHARES)
def test_what_follows_an_error_without_a_head_stays_with_it(share: float) -> None:
    entry = ["2026-03-01 10:07:00,000 ERROR plan rejected", "  reason 1", "  * why 2", "end of 3"]
    other = ["2026-03-01 10:09:00,000 ERROR deal rejected", "  reason 8", "  * why 7", "end of 9"]
    lines = service(1000)
    lines[300:300] = entry
    lines[800:800] = other
    cut = lossy("\n".join(lines), share)
    assert "\n".join(entry) in re.sub(r"  \[×2\]", "", cut.text)
    assert "\n".join(other) in cut.text


@pytest.mark.parametrize("share", SHARES)
def test_what_the_query_asks_for_stays(share: float) -> None:
    lines = service(2000)
    order = re.search(r"order (\d+)", "\n".join(lines[1200:1300]))
    assert order is not None
    by_id = next(line for line in lines if f"order {order[1]} " in line)
    assert by_id in lossy("\n".join(lines), share, f"what became of order {order[1]}?").text
    names = [f"{a}{b}{c}" for a in "bdfgk" for b in "aeiou" for c in ("lin", "mor", "tas", "wen")]
    seen = [
        f'2026-03-01 10:00:00,{i:03d} DEBUG cache lookup key="user:{name}" hit=true'
        for i, name in enumerate(names)
    ]
    text = "\n".join([*lines, *seen, *service(500, seed=3)])
    for line in (seen[37], seen[81]):
        name = line.split("user:")[1].split('"')[0]
        assert line in lossy(text, share, f"did we look up {name} in the cache?").text


def test_every_part_of_a_query_has_a_line_that_answers_it() -> None:
    words = [f"{one}{other}" for one in ("red", "blue", "tall", "wide") for other in "abcdefghijkl"]
    topics = [words[number % len(words)] for number in range(400)]
    topics[150:190:3] = ["billing-export-of-invoices"] * 14
    topics[210:230:4] = ["mailbox-quota"] * 5
    text = "\n".join(
        f"2026-01-01 10:{number // 60:02d}:{number % 60:02d} INFO worker job {number} topic={topic}"
        for number, topic in enumerate(topics)
    )
    assert "mailbox-quota" not in lossy(text, 0.001, "billing export of invoices").text
    cut = lossy(text, 0.001, "why did the billing export of invoices stop, and the mailbox quota?")
    assert "billing-export-of-invoices" in cut.text
    assert "mailbox-quota" in cut.text


def test_every_line_with_an_identifier_of_the_query_stays() -> None:
    lines = service(2000)
    for i in range(60):
        lines.insert(30 * i + 3, f"2026-03-01 10:00:00,000 INFO  step {i} of job-4711/a is done")
        lines.insert(30 * i + 20, f"2026-03-01 10:00:00,000 INFO  step {i} of job-4712/a is done")
    back = lossy("\n".join(lines), 0.01, "Look at job-4711/a, please").text
    assert sum("job-4711/a" in line for line in back.split("\n")) == 60


def test_first_and_last_lines_stay() -> None:
    lines = service(1000)
    cut = log.restore(lossy("\n".join(lines), 0.01).text)
    for line in [*lines[:3], *lines[-5:]]:
        assert line in cut


def test_a_gap_says_how_many_lines_stood_there() -> None:
    text = "\n".join(service(1000)) + "\n"
    for share in SHARES:
        cut = lossy(text, share)
        assert cut.items_before == 1000
        assert cut.items_after is not None
        missing = sum(int(n) for n in re.findall(r"(?m)^… (\d+) lines?\b", cut.text))
        assert missing == 1000 - cut.items_after
        assert f"{cut.items_after} of 1000 lines" in cut.text.split("\n")[0]
        assert 1000 * share <= cut.items_after <= 1000 * share + 30


def test_every_form_is_counted() -> None:
    text = "\n".join(service(1000)) + "\n"
    counts = [int(n) for n in re.findall(r"\[×(\d+)", lossy(text, 0.08).text.split("\n", 1)[1])]
    assert sum(counts) == 1000
    assert len(counts) == 4


def test_forms_that_differ_in_a_name_alone_are_one() -> None:
    names = [f"{a}{b}{c}" for a in "bdfgk" for b in "aeiou" for c in ("lin", "mor", "tas", "wen")]
    lines = [
        f"INFO peer {name}.example.net answered in {10 + (i * 7919) % 40} ms to the {turn} call"
        for turn in ("first", "second")
        for i, name in enumerate(names)
    ]
    odd = "INFO peer bamor.example.net answered in 99000 ms to the first call"
    lines.insert(77, odd)
    cut = lossy("\n".join(lines), 0.01)
    assert cut.items_after is not None
    assert cut.items_after < 20
    assert odd in cut.text
    assert "to the second call" in cut.text
    assert "[×101]" in cut.text


@pytest.mark.parametrize("share", SHARES)
def test_a_lossy_text_reads_back_line_by_line(share: float) -> None:
    lines = service(600)
    back = log.restore(lossy("\n".join(lines), share).text).split("\n")
    kept = [re.sub(r"  \[×\d[^\]]*\]$", "", line) for line in back if not line.startswith("…")]
    assert set(kept) <= set(lines)
    assert [line for line in lines if line in set(kept)] == kept


def test_stretches_are_spread_evenly() -> None:
    lines = service(1000)
    back = log.restore(lossy("\n".join(lines), 0.2).text).split("\n")
    places = [lines.index(line) for line in back if line in set(lines)]
    for start in range(0, 1000, 250):
        assert 25 <= sum(start <= place < start + 250 for place in places) <= 80


def test_a_gap_shorter_than_its_note_is_closed() -> None:
    words = [f"{a}{b}" for a in "bdfgklmnpr" for b in ("alla", "elle", "illi", "ollo")]
    lines = [line for i, word in enumerate(words) for line in (f"ERROR no {word}", f"INFO {i}")]
    lines += [f"INFO a line that is long enough to be dropped {i}" for i in range(300)]
    body = lossy("\n".join(lines), 0.01).text.split("\n")
    assert "\n".join(lines[:80]) in "\n".join(body)
    assert sum(line.startswith("…") for line in body) == 1


def test_a_line_that_looks_like_a_gap_is_told_from_one() -> None:
    lines = service(1000)
    lines[500] = "… 4 lines"
    cut = lossy("\n".join(lines), 0.01)
    assert "\\… 4 lines" in cut.text.split("\n")


def test_a_level_inside_a_document_counts() -> None:
    lines = [
        f'2026-03-01T10:00:{i % 60:02d}Z app {{"level":"info",'
        f'"msg":"served item{chr(97 + i % 26)}","n":{i}}}'
        for i in range(600)
    ]
    bad = '2026-03-01T10:00:00Z app {"level":"error","msg":"vault sealed","n":7}'
    worse = '2026-03-01T10:00:00Z app {"level":"fatal","msg":"ledger gone","n":8}'
    lines[200], lines[400] = bad, worse
    text = lossy("\n".join(lines), 0.02).text
    assert bad in text
    assert worse in text


def test_the_same_time_again_is_not_repeated() -> None:
    lines = [f"2026-03-01 10:00:00,123 INFO  worker {i} is ready to go" for i in range(50)]
    body = lossless("\n".join(lines)).text.split("\n")
    assert body[-1] == "~a = 49"
    assert body.count("@2026-03-01 ") == 1


def test_nothing_is_lossy_where_nothing_is_worth_dropping() -> None:
    text = at(service(4), 2, "2026-03-01 10:07:00,000 ERROR gone")
    assert not lossy(text, 0.08).lossy
    assert log.restore(lossy(text, 0.08).text) == text


def test_passthrough_is_the_text_itself() -> None:
    text = "\n".join(service(50))
    cut = log.compress(content(text), log.Params(passthrough=True), Focus())
    assert (cut.text, cut.lossy, cut.items_before, cut.items_after) == (text, False, 50, 50)


@pytest.mark.parametrize("share", [0.0, -0.1, 1.01, float("nan")])
def test_a_share_out_of_range_is_refused(share: float) -> None:
    with pytest.raises(ValueError, match="line_share"):
        log.Params(line_share=share)


# --- the way back ---------------------------------------------------------------------


def test_lossless_keeps_each_entry_on_one_line_with_its_values() -> None:
    lines = service(300)
    cut = lossless("\n".join(lines) + "\n")
    assert not cut.lossy
    assert len(cut.text) < 0.6 * sum(map(len, lines))
    body = cut.text.split("\n")
    for line in lines:
        order = re.search(r"order (\d+)", line)
        if order:
            assert sum(order[1] in row.split() for row in body) == 1


def test_lossless_leaves_alone_what_it_cannot_shorten() -> None:
    text = "2026-03-01 10:00:00 INFO one\n2026-03-01 10:00:01 INFO quite another\n"
    assert lossless(text).text == text
    assert log.restore(text) == text


def test_a_text_in_the_notation_is_content_like_any_other() -> None:
    text = "\n".join(service(300)) + "\n"
    once = lossless(text).text
    twice = lossless(once).text
    assert log.restore(twice) == once
    assert log.restore(log.restore(twice)) == text


IMITATIONS = st.sampled_from(
    [
        "~a 1 2",
        "~a",
        "~b=x * y",
        "@2026-01-01 ",
        "×3",
        "×",
        "… 4 lines",
        "\\",
        "\\~a",
        "[toin log: as it stands]",
        '[toin log: "~a 1 2" is the line "~a=" with 1, 2 for its *]',
        "[toin log: CRLF]",
        "= 3",
        "⟦a b⟧",
        "*",
        "※1",
        "  [×3]",
        "",
        " ",
        "\t",
        "\r",
        "\x00",
        "\x01\x02",
        "\ud800",
        '"a b" \'c d\' "',
        "a=\"b c\" d='e f'",
    ]
)
WORDS = st.sampled_from(
    [
        "user",
        "order",
        "/srv/a/b",
        "id=7",
        "a-1",
        '"x y"',
        "10.0.0.1:80",
        '{"k": 1}',
        "é",
        "支付",
        "'q r'",
        "⟦",
        "*",
        "@",
        "◇",
        "※2",
    ]
)
STAMPS = st.sampled_from(
    ["2026-03-01 10:00:0", "Mar  1 10:00:0", "081109 20361", "[01/Mar/2026:10:00:0", ""]
)


@st.composite
def documents(draw: st.DrawFn) -> str:
    stamp = draw(STAMPS)
    forms = draw(st.lists(st.lists(WORDS, max_size=5).map(" ".join), min_size=1, max_size=4))
    lines = draw(
        st.lists(
            st.one_of(
                IMITATIONS,
                st.text(max_size=20),
                st.tuples(
                    st.integers(0, 9), st.sampled_from(forms), st.integers(0, 10**6), WORDS
                ).map(
                    lambda parts: (
                        f"{stamp}{parts[0]} INFO {parts[1]} took {parts[2]} ms for {parts[3]}"
                    )
                ),
                st.just("INFO the very same line every time"),
            ),
            max_size=40,
        )
    )
    return draw(st.sampled_from(["\n", "\r\n"])).join(lines) + draw(
        st.sampled_from(["", "\n", "\r\n"])
    )


@settings(max_examples=400, deadline=None)
@given(documents())
def test_lossless_comes_back_to_the_character(text: str) -> None:
    assert log.restore(lossless(text).text) == text


@settings(max_examples=200, deadline=None)
@given(documents())
def test_the_notation_comes_back_even_where_it_does_not_pay(text: str) -> None:
    assert decode("log", encode("log", Forms(text))) == text


CRAFTED = {
    "brackets of the notation": [
        f'k="a {i}⟧ ⟦b" j="c ⟦{i}" n={i} and a good many words' for i in range(9)
    ],
    "brackets as values": [f"k=⟦x{i}⟧ n={i} and a good many words j=⟦{i}" for i in range(9)],
    "digits after a repeated value": [
        f'"n{i}"٣ and "n{i}"٣ and a good many words that stay {i}' for i in range(9)
    ],
    "values with spaces": [f"a='x {i}' b=\"y {i}\" c={i} and a good many words" for i in range(9)],
    "all marks": [f"* ◇ ○ ¤ ◌ @ ◷ ◴ ⊙ ◍ ※ ⁑ ◙ ◚ value {i} of a good many" for i in range(9)],
    "some marks": [f"2026-03-01 10:00:00 * @ ※ value {i} of {i} good many" for i in range(9)],
    "dates that change": [
        f"2026-03-{1 + i // 3:02d} 10:00:{i // 2:02d} a good many words {i}" for i in range(30)
    ],
    "one value": [f"a good many words and then {i}" for i in range(9)],
    "no value": ["a good many words and nothing else", "another line"] * 9,
    "prefixes": [f"./django/contrib/admin/{word}" for word in ("a b", "c", "=", "d  [×3]", "e e")],
}


@pytest.mark.parametrize("rows", CRAFTED.values(), ids=CRAFTED)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_crafted_rows_come_back(rows: list[str], end: str) -> None:
    for text in (end.join(rows), end.join(rows) + end):
        encoded = encode("log", Forms(text))
        assert decode("log", encoded) == text
        assert len(encoded) < len(text) + 200


DAMAGED = {
    "a run too long": '[toin log: "×2" repeats a line 2 times more]\nx\n×99999999999',
    "a run of nothing": '[toin log: "×2" repeats a line 2 times more]\n×3',
    "an unknown form": '[toin log: "~a 1 2" is the line "~a=" with 1, 2 for its *]\n~b 1',
    "too few values": '[toin log: "~a 1 2" is the line "~a=" with 1, 2 for its *]\n~a=* y *\n~a 1',
    "another kind": '[toin json: "~a 1 2" is the line "~a=" with 1, 2 for its *]\n~a=x *\n~a 1',
    "a header alone": "[toin log: CRLF]",
}


@pytest.mark.parametrize("text", DAMAGED.values(), ids=DAMAGED)
def test_what_is_not_in_the_notation_is_given_back_as_it_is(text: str) -> None:
    assert log.restore(text) == text
    assert log.restore(lossless(text).text) == text


@settings(max_examples=150, deadline=None)
@given(
    documents(),
    st.floats(0.01, 1.0),
    st.floats(0.01, 1.0),
    st.sampled_from(["", "order 7", "支付"]),
)
def test_a_larger_share_keeps_all_that_a_smaller_one_keeps(
    text: str, one: float, other: float, query: str
) -> None:
    study = log.Log(text, log.Layout("", "")).study
    found = answers(study, query)
    fewer = choose(study, min(one, other), found)
    more = choose(study, max(one, other), found)
    assert all(kept or not keep for keep, kept in zip(fewer, more, strict=True))


@settings(max_examples=100, deadline=None)
@given(documents(), st.sampled_from(SHARES), st.text(max_size=30))
def test_nothing_raises_and_the_count_is_right(text: str, share: float, query: str) -> None:
    cut = lossy(text, share, query)
    if cut.lossy:
        assert cut.items_before is not None
        assert cut.items_after is not None
        assert 0 < cut.items_after < cut.items_before
    else:
        assert log.restore(cut.text) == text


BAD = {
    "dots": "." * 200_000,
    "slashes": "/" * 100_000,
    "quotes": '"' * 100_000,
    "escaped quotes": '"\\' * 50_000,
    "equals": "=" * 100_000,
    "braces": '{"' * 50_000,
    "brackets": "[{(<" * 25_000,
    "digits": "1" * 100_000,
    "colons": "1:" * 50_000,
    "one word": "a" * 200_000,
    "paths": "a/b/" * 25_000,
    "at signs": "a@" * 50_000,
    "empty lines": "\n" * 100_000,
    "short lines": "a\n" * 50_000,
    "nul": "\x00\x01\x02\x03\x04\x05\x06\x0e\x0f" * 5_000,
    "surrogates": "\ud800\udfff" * 20_000,
    "frames": "  at x(y)\n" * 10_000,
    "tracebacks": "Traceback (most recent call last):\n" * 10_000,
    "panics": "panicked at \n" * 10_000,
    "failures": "FAIL: \n" * 10_000,
    "carriage returns": "\r" * 100_000,
}


@pytest.mark.slow
@pytest.mark.parametrize("text", BAD.values(), ids=BAD)
def test_bad_input_neither_raises_nor_takes_long(text: str) -> None:
    started = time.process_time()
    log.recognise(text)
    assert log.restore(lossless(text).text) == text
    lossy(text, 0.08, "a query for order 12")
    assert time.process_time() - started < 2.5


# --- recognition ----------------------------------------------------------------------

LAYOUTS = {
    "iso": "2026-03-01T10:00:0{i}.123Z INFO  app.main request {i} served",
    "java": "2026-03-01 10:00:0{i},123 WARN [main] com.acme.Books: closing {i}",
    "syslog": "Mar  1 10:00:0{i} web1 sshd[12{i}]: Accepted publickey for deploy",
    "access": '10.0.0.{i} - - [01/Mar/2026:10:00:0{i} +0000] "GET /x HTTP/1.1" 200 5',
    "apache": "[Sun Dec 04 04:47:4{i} 2005] [error] mod_jk child {i} in error state",
    "glog": "E0301 10:00:0{i}.123456 1234 main.go:12] failed {i}",
    "logfmt": 'time="2026-03-01T10:00:0{i}Z" level=info msg="request done" n={i}',
    "plain levels": "[INFO] step {i} is done",
    "epoch": "{i}34681 node-246 unix.hw state_change 107780474{i} 1 Component State Change",
}


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_a_layout_is_recognised_and_its_signature_has_no_values(layout: str) -> None:
    one = log.recognise("\n".join(layout.format(i=i) for i in range(5)))
    other = log.recognise("\n".join(layout.format(i=9 - i) for i in range(9)) + "\n")
    assert one is not None
    assert other is not None
    assert log.signature(one) == log.signature(other)
    assert not re.search(r"\d{2}|acme|web1|deploy", log.signature(one))


def test_layouts_differ() -> None:
    found = [
        log.recognise("\n".join(layout.format(i=i) for i in range(5)))
        for layout in LAYOUTS.values()
    ]
    assert len({log.signature(parsed) for parsed in found if parsed}) == len(LAYOUTS)


NOT_LOGS = {
    "prose": "It was a quiet morning.\nNothing had happened for hours.\nThen the door opened.\n",
    "code": "import os\n\ndef main():\n    print('INFO')\n    return 1\n",
    "words": "a\nb\nc\n",
    "empty": "",
    "blank": "\n\n \n",
}


@pytest.mark.parametrize("text", NOT_LOGS.values(), ids=NOT_LOGS)
def test_other_texts_are_no_logs(text: str) -> None:
    assert log.recognise(text) is None


def test_find_gives_lines_with_their_positions() -> None:
    lines = service(200)
    lines[150] = "2026-03-01 10:00:00,000 ERROR vault sealed by hand"
    found = log.find(content("\n".join(lines)), "who sealed the vault?")
    assert found[0].text == lines[150]
    assert found[0].position == 15
    assert all("vault" in passage.text or "seal" in passage.text for passage in found)
    assert log.find(content("\n".join(lines)), "") == []
    assert log.find(content("\n".join(lines)), "zzz qqq") == []


# --- real logs ------------------------------------------------------------------------

needs_data = pytest.mark.skipif(
    not LOGHUB.is_dir(), reason="optional logs (../shared/data) are not there"
)


def real() -> list[Path]:
    return sorted(LOGHUB.glob("*/*_2k.log")) + sorted(RUNS.glob("*.txt"))


@needs_data
@pytest.mark.parametrize("path", real(), ids=lambda path: path.stem)
def test_a_real_log_comes_back_and_shrinks_rung_by_rung(path: Path) -> None:
    text = path.read_bytes().decode("utf-8")
    parsed = log.recognise(text)
    assert parsed is not None
    whole = Content("log", text, parsed)
    cut = log.compress(whole, log.Params(lossless=True), Focus())
    assert log.restore(cut.text) == text
    if path.is_relative_to(LOGHUB):
        assert len(cut.text) < 0.6 * len(text)
    sizes = [len(cut.text)] + [
        len(log.compress(whole, log.Params(line_share=share), Focus()).text) for share in SHARES
    ]
    assert all(after <= before * 1.1 for before, after in itertools.pairwise(sizes))
