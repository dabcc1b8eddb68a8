"""Output of builds, tests and package managers: what failed stays whole, what passed is counted."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from compressors.kinds._lines import plain

_PASSED = re.compile(
    r"(?P<test>(?:PASSED|XFAIL|XPASS|SKIPPED) \S|\S+::\S.* (?:PASSED|SKIPPED|XFAIL)(?:\s|$)"
    r"|(?:\S+\.py )?[.sxX]+ *(?:\[ *\d+%\])?$"
    r"|.* \.\.\. (?:ok|OK|ignored|skipped .*|expected failure)$|test_\w+ (?:.* )?(?:ok|[sfw])$"
    r"|\s*--- (?:PASS|SKIP): |=== (?:RUN|PAUSE|CONT|NAME) |(?:ok|\?)\s+\t?\S+\s"
    r"|\s+[✓√] |PASS |Tests run: \d+, Failures: 0, Errors: 0|ok \d+ )"
    r"|\s*(?:npm )?(?P<step>Collecting|Downloading|Using cached|Requirement already satisfied"
    r"|Installing|Preparing|Getting|Building|Created wheel|Stored in|Compiling|Downloaded"
    r"|Fresh|Checking|Applying|Creating table|Unpacking|Setting up|Selecting|Get:|Fetching"
    r"|http|timing|sill)\b"
)
_NAME = re.compile(r"test\w* \([\w.]+\)$")
_FAILED = re.compile(
    r".* \.\.\. (?:FAIL|FAILED|ERROR)\b|(?:FAILED|ERROR|FAIL|XPASS\(strict\))\b[ :\t]"
    r"|\S+::\S.* (?:FAILED|ERROR)(?:\s|$)|\S+\.py [.sxXFE]*[FE][.sxXFE]* *(?:\[|$)"
    r"|[.sxX]*[FE][.sxXFE]{3,} *(?:\[ *\d+%\])?$"
    r"|\s+[✕✗×] |not ok \d|test_\w+ [FE]$|npm (?:ERR!|error)|\s*--- FAIL: |E {2,}\S"
)
_SECTION = re.compile(r"={3,} (?P<name>.*\S) ={3,}$")
_REPORTS = ("FAILURES", "ERRORS", "PASSES")
_STARTS, _ENDS = "test session starts", re.compile(r".*\bin \d+\.\d+ ?s")
_SUMMARY = re.compile(
    r"={3,} .*\b(?:passed|failed|errors?|no tests ran)\b.*={3,}$|Ran \d+ tests? |test result: "
    r"|(?:FAILED|OK)(?: \(.*\))?$|Tests?(?: Suites)?: +\d|Tests run: | ?tests finished: "
    r"|BUILD |added \d+ packages|Successfully |ERROR: |\d+ (?:passing|failing)|FAIL\t|exit status "
)
_BLOCK = re.compile(
    r"(?P<unittest>(?:FAIL|ERROR): \w+ \()|(?P<cargo>failures:$|---- .* ----$)"
    r"|(?P<rustc>(?:error|warning)(?:\[E\d+\])?: )|(?P<go>\s*--- FAIL: )|(?P<jest>\s+● )"
    r"|(?P<sympy>_{3,} \S+:test_\w+ _{3,}$)"
)
_BLOCK_ENDS = {
    "unittest": re.compile(r"Ran \d+ test"),
    "cargo": re.compile(r"test result: "),
    "rustc": re.compile(r"\s*$"),
    "go": re.compile(r"\S|\s*(?:---|===) "),
    "jest": re.compile(r"(?:Tests|Test Suites): |(?:PASS|FAIL) "),
    "sympy": re.compile(r" ?tests finished: "),
}
_POINTS = re.compile(r"\s*--> ")
_OUTPUT_OF_PASSED = "output of passed tests"


class Marks(NamedTuple):
    """Rows that belong to failures or sum up, and rows that passed, by what passed."""

    failed: set[int]
    passed: dict[int, str]


def marks(rows: Sequence[str]) -> Marks:
    """What the rows of a run say of what failed and what passed."""
    failed: set[int] = set()
    passed: dict[int, str] = {}
    section = ""
    inner = False
    block: re.Pattern[str] | None = None
    for number, row in enumerate(rows):
        text = plain(row)
        if block is not None:
            if not block.match(text):
                failed.add(number)
                continue
            block = None
        opened = _SECTION.match(text) if text[:3] == "===" else None
        if opened and section in _REPORTS:
            # What a run within a test prints does not end the report on that test.
            inner = (inner or opened["name"] == _STARTS) and not _ENDS.match(opened["name"])
        if opened and not (section in _REPORTS and (inner or _ENDS.match(opened["name"]))):
            section = opened["name"]
            failed.add(number)
        elif section in ("FAILURES", "ERRORS"):
            failed.add(number)
        elif section == "PASSES" and (inner or not (opened and _SUMMARY.match(text))):
            passed[number] = _OUTPUT_OF_PASSED
        elif begun := _BLOCK.match(text):
            failed.add(number)
            sort = begun.lastgroup or ""
            if sort != "rustc" or _POINTS.match("".join(rows[number + 1 : number + 2])):
                block = _BLOCK_ENDS[sort]
        elif _SUMMARY.match(text) or _FAILED.match(text):
            failed.add(number)
        elif good := _PASSED.match(text):
            passed[number] = good["step"] or "test"
        elif _NAME.match(text) and number + 1 < len(rows):
            # The test's own description may stand between its name and its result.
            following = plain(rows[number + 1])
            if _PASSED.match(following) and not _FAILED.match(following):
                passed[number] = "test"
    return Marks(failed, passed)
