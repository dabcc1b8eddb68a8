"""Output of builds, tests and package managers: failures stay whole, passes are counted."""

from __future__ import annotations

import re
import time

import pytest
from log_runs import RUNS, Run

from compressors.detect import detect
from compressors.kinds import log
from compressors.kinds.base import Content, Cut, Focus
from compressors.profiles import LADDERS

SHARES = (*(rung.params.line_share for rung in LADDERS["log"][2:]), 0.001)


def lossy(text: str, share: float) -> Cut:
    parsed = log.recognise(text)
    assert parsed is not None
    return log.compress(Content("log", text, parsed), log.Params(line_share=share), Focus())


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("run", RUNS.values(), ids=RUNS)
def test_what_failed_in_a_run_stays_whole(run: Run, share: float) -> None:
    assert detect(run.text).kind == "log"
    back = log.restore(lossy(run.text, share).text)
    for failure in run.failure:
        assert failure in back


@pytest.mark.parametrize("run", RUNS.values(), ids=RUNS)
def test_what_passed_in_a_run_is_counted(run: Run) -> None:
    cut = lossy(run.text, SHARES[-1])
    assert cut.lossy
    assert sum(map(len, run.failure)) < len(cut.text) < 0.6 * len(run.text)
    assert "[×" in cut.text


@pytest.mark.parametrize("run", RUNS.values(), ids=RUNS)
def test_a_run_comes_back(run: Run) -> None:
    parsed = log.recognise(run.text)
    cut = log.compress(Content("log", run.text, parsed), log.Params(lossless=True), Focus())
    assert log.restore(cut.text) == run.text


def test_warnings_beyond_number_are_shown_by_their_first() -> None:
    lines = []
    for i in range(300):
        lines += [f"src/door.c:{i}:9: warning: unused variable 'hinge'", f"   {i} |     int hinge"]
    text = "\n".join(["make: Entering directory '/srv/house'", *lines]) + "\n"
    cut = lossy(text, 0.001)
    assert "src/door.c:0:9: warning: unused variable 'hinge'" in log.restore(cut.text)
    assert len(cut.text) < 0.4 * len(text)


PYTEST = (
    "\n".join(
        [
            "============================= test session starts ==============================",
            "collected 300 items",
            "",
            *(
                f"tests/test_{name}.py::test_case_{i} PASSED    [ {i % 100:2d}%]"
                for name in "abc"
                for i in range(100)
            ),
            "tests/test_d.py::test_door FAILED    [100%]",
            "",
            "=================================== FAILURES ===================================",
            "__________________________________ test_door ___________________________________",
            "",
            "    def test_door():",
            ">       assert is_open()",
            "E       assert False",
            "E        +  where False = is_open()",
            "",
            "tests/test_d.py:9: AssertionError",
            "=========================== short test summary info ============================",
            "FAILED tests/test_d.py::test_door - assert False",
            "======================== 1 failed, 300 passed in 2.61s =========================",
        ]
    )
    + "\n"
)
UNITTEST = (
    "\n".join(
        [
            *(
                f"test_{i} (shop.tests.{name}) ... ok"
                for name in ("Cart", "Till")
                for i in range(100)
            ),
            "test_door (shop.tests.Door) ... FAIL",
            "",
            "=" * 70,
            "FAIL: test_door (shop.tests.Door)",
            "-" * 70,
            "Traceback (most recent call last):",
            '  File "/srv/shop/tests.py", line 9, in test_door',
            "    self.assertTrue(door.open)",
            "AssertionError: False is not true",
            "",
            "-" * 70,
            "Ran 201 tests in 0.310s",
            "",
            "FAILED (failures=1)",
        ]
    )
    + "\n"
)
CARGO = (
    "\n".join(
        [
            "   Compiling door v0.1.0 (/srv/door)",
            "running 150 tests",
            *(f"test hinge::tests::swings_{i} ... ok" for i in range(149)),
            "test lock::tests::opens ... FAILED",
            "",
            "failures:",
            "",
            "---- lock::tests::opens stdout ----",
            "thread 'lock::tests::opens' panicked at src/lock.rs:40:9:",
            "assertion `left == right` failed",
            "  left: 1",
            " right: 2",
            "",
            "failures:",
            "    lock::tests::opens",
            "",
            "test result: FAILED. 149 passed; 1 failed; 0 ignored; 0 measured; finished in 0.02s",
        ]
    )
    + "\n"
)
GO = (
    "\n".join(
        [
            *(
                line
                for i in range(100)
                for line in (f"=== RUN   TestSwing{i}", f"--- PASS: TestSwing{i} (0.00s)")
            ),
            "=== RUN   TestLock",
            "    lock_test.go:12: got 1, want 2",
            "--- FAIL: TestLock (0.01s)",
            "FAIL",
            "FAIL\texample.com/door\t0.012s",
            *(f"ok  \texample.com/room{i}\t0.00{i}s" for i in range(9)),
        ]
    )
    + "\n"
)
PIP = (
    "\n".join(
        [
            *(
                f"Requirement already satisfied: package-{a}{b} in /usr/lib/python3 (1.{i})"
                for i, (a, b) in enumerate((a, b) for a in "abcdefghij" for b in "klmnopq")
            ),
            "Collecting door==9",
            "ERROR: Could not find a version that satisfies the requirement door==9",
            "ERROR: No matching distribution found for door==9",
        ]
    )
    + "\n"
)
FAILED = {
    "pytest": (PYTEST, PYTEST[PYTEST.index("=================================== FAILURES") :]),
    "unittest": (UNITTEST, UNITTEST[UNITTEST.index("=" * 70) :]),
    "cargo": (CARGO, CARGO[CARGO.index("failures:") :]),
    "go": (GO, "--- FAIL: TestLock (0.01s)\nFAIL\nFAIL\texample.com/door\t0.012s"),
    "pip": (PIP, PIP[PIP.index("ERROR: Could") :]),
}


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize(("text", "failure"), FAILED.values(), ids=FAILED)
def test_failures_stay_whole_and_passes_are_counted(text: str, failure: str, share: float) -> None:
    cut = lossy(text, share)
    assert cut.lossy
    assert failure in log.restore(cut.text)
    if share <= 0.08:
        assert len(cut.text) < 0.5 * len(text)
        assert re.search(r"\[×\d{2,3}[\]:]", cut.text)


def test_failures_that_repeat_one_another_all_stay_whole() -> None:
    start = PYTEST.index("_____")
    end = PYTEST.index("=========================== short")
    twice = PYTEST[:end] + PYTEST[start:end].replace("test_door", "test_gate") + PYTEST[end:]
    assert twice[start : twice.index("=== short")] in log.restore(lossy(twice, 0.01).text)
    inner = "============ test session starts ============\n" + "E  no\n" * 9
    nested = PYTEST[:end] + inner + PYTEST[end:]
    assert inner in log.restore(lossy(nested, 0.01).text)
    for word in ("FAIL", "ERROR"):
        text = UNITTEST.replace("FAIL", word)
        start, end = text.index("=" * 70), text.index("-" * 70 + "\nRan")
        twice = text[:end] + text[start:end].replace("Door", "Gate") + text[end:]
        assert twice[start:] in log.restore(lossy(twice, 0.01).text)


def test_every_summary_stays() -> None:
    crates = "".join(
        "running 40 tests\n"
        + "".join(f"test room{c}::swings_{i} ... ok\n" for i in range(40))
        + f"test result: ok. 40 passed; 0 failed; finished in 0.{c:02d}s\n\n"
        for c in range(12)
    )
    cut = lossy(crates, 0.01)
    assert log.restore(cut.text).count("test result: ok. 40 passed") == 12
    assert len(cut.text) < 0.2 * len(crates)


def test_a_failing_test_is_named_where_it_ran() -> None:
    assert "test_door (shop.tests.Door) ... FAIL" in lossy(UNITTEST, 0.01).text
    assert "tests/test_d.py::test_door FAILED" in lossy(PYTEST, 0.01).text
    assert "test lock::tests::opens ... FAILED" in lossy(CARGO, 0.01).text
    assert "lock_test.go:12: got 1, want 2" in lossy(GO, 0.01).text


HEADS = {
    "pytest": "============================= test session starts ==============================",
    "gradle": "> Task :a\n> Task :b\nBUILD FAILED in 1s",
    "cargo": "running 9 tests\ntest result: FAILED",
}
BAD = {
    "arrows": " > a" * 50_000,
    "colons": "a::" * 60_000,
    "passed": "=== " + "passed " * 30_000,
    "dots": " ... " * 40_000,
    "words": "test_a " * 30_000,
    "signs": "." * 200_000 + "F",
    "slashes": "a/" * 100_000,
    "many rows of arrows": "a > b FAILED x\n" * 12_000,
    "many rows of colons": ("a::" * 200 + "\n") * 300,
    "many rows passed": ("=== " + "passed " * 80 + "\n") * 300,
    "many failures": "--- FAIL: TestA (0.0s)\n" * 8_000,
}


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS)
@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_bad_rows_of_a_run_take_no_longer(head: str, bad: str) -> None:
    text = f"{head}\n{bad}\n{head}\n"
    content = Content("log", text, log.recognise(text))
    started = time.process_time()
    log.compress(content, log.Params(line_share=0.01), Focus(query="what failed in a::b?"))
    assert time.process_time() - started < 2.5
