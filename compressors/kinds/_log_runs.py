"""Output of builds, tests and package managers: what failed stays whole, what passed is counted."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from compressors.kinds._lines import plain

# What begins something that stays whole up to the row that ends it.
_BLOCKS = (
    r"(?P<unittest>(?:FAIL|ERROR): \w+ \()|(?P<cargo>failures:$|---- .* ----$)"
    r"|(?P<rustc>(?:error|warning)(?:\[E\d+\])?: )|(?P<go>\s*--- FAIL: )|(?P<jest>\s+● )"
    r"|(?P<sympy>_{3,} \S+:test_\w+ _{3,}$)|(?P<mocha>\s+\d+ failing$)|(?P<vitest>⎯+ Failed )"
    r"|(?P<failure>FAILURE: )|(?P<docker> > \[)"
    r"|(?P<box>╷)|(?P<plan>  # \S+ (?:must be replaced|will be destroyed))"
)
_BLOCK_ENDS = {
    "unittest": re.compile(r"Ran \d+ test"),
    "cargo": re.compile(r"test result: "),
    "rustc": re.compile(r"\s*$"),
    "go": re.compile(r"\S|\s*(?:---|===) "),
    "jest": re.compile(r"(?:Tests|Test Suites): |(?:PASS|FAIL) "),
    "sympy": re.compile(r" ?tests finished: "),
    "mocha": re.compile(r"npm "),
    "vitest": re.compile(r"\s*Test Files "),
    "gradle": re.compile(r"\s*$"),
    "failure": re.compile(r"BUILD FAILED"),
    "docker": re.compile(r"ERROR: failed to "),
    "box": re.compile(r"╵"),
    "plan": re.compile(r" {4}\}"),
    "compiler": re.compile(r"\S"),
}
_SUMMARY = (
    r"={3,} .*\b(?:passed|failed|errors?|no tests ran)\b.*={3,}$|Ran \d+ tests? |test result: "
    r"|(?:FAILED|OK)(?: \(.*\))?$|Tests?(?: Suites)?: +\d"
    r"|(?:\[(?:INFO|ERROR|WARNING)\] +)?(?:Tests run: (?![^\n]*Time elapsed)|BUILD )"
    r"| ?tests finished: |added \d+ packages|Successfully |ERROR: "
    r"|\s*\d+ (?:passing|failing|pending)\b"
    r"|FAIL\t|exit status |\s+(?:Test Files|Tests) +\d|\d+ (?:failed|passed|error)[^\n]* in \d"
    r"|\d+ (?:actionable tasks|tests completed|vulnerabilities|(?:warnings?|errors?) generated)"
    r"|Plan: |(?:Apply|Destroy) complete!|No changes\.|TOTAL +\d|Found \d+ errors?"
    r"|  # \S+ (?:will|must) be "
)
_FAILED = (
    r"(?:FAILED|ERROR|FAIL|XPASS\(strict\))\b[ :\t]"
    r"|\[gw\d+\] \[ *\d+%\] (?:FAILED|ERROR) "
    r"|\S+\.py [.sxXFE]*[FE][.sxXFE]* *(?:\[|$)"
    r"|[.sxX]*[FE][.sxXFE]{3,} *(?:\[ *\d+%\])?$"
    r"|\s+[✕✗×✖❌] |\s+→ |\s+\d+\) \S|not ok \d|test_\w+ [FE]$|npm (?:ERR!|error)|E {2,}\S"
    r"| (?:FAIL  |❯ )|> Task \S+ FAILED|make(?:\[\d+\])?: \*\*\*|#\d+ ERROR"
    r"|\s*error: "
)
_TEST = (
    r"(?:PASSED|XFAIL|XPASS|SKIPPED) \S"
    r"|\[gw\d+\] \[ *\d+%\] (?:PASSED|SKIPPED|XFAIL) "
    r"|(?:\S+\.py )?[.sxX]+ *(?:\[ *\d+%\])?$"
    r"|test_\w+ (?:.* )?(?:ok|[sfw])$"
    r"|\s*--- (?:PASS|SKIP): |=== (?:RUN|PAUSE|CONT|NAME) |(?:ok|\?)\s+\t?\S+\s"
    r"|\s+[✓√✔] |PASS |(?:\[INFO\] )?(?:Tests run: \d+, Failures: 0, Errors: 0|Running \S+$)"
    r"|ok \d+ "
)
_STEP = (
    r"(?:\s*|#\d+ \d+\.\d+ |\[INFO\] )(?:npm )?(?:Collecting|Downloading|Using cached"
    r"|Requirement already satisfied"
    r"|Installing|Preparing|Getting|Building|Created wheel|Stored in|Compiling|Downloaded"
    r"|Fresh|Checking|Applying|Creating table|Unpacking|Setting up|Selecting|Get:|Fetching"
    r"|http|timing|sill)\b"
    r"|> Task \S+(?: [A-Z-]+)?$|make(?:\[\d+\])?: (?:Entering|Leaving|Nothing)"
    r"|\[ *\d+%\] |(?:[^\s/]*+/)*+(?:[\w-]*(?:gcc|g\+\+|clang|clang\+\+)|cc|c\+\+|ar|ld|libtool:) "
    r"|  (?:CC|CXX|LD|AR|AS|GEN|HOSTCC|INSTALL) +\S"
    r"|#\d+ (?:sha256:|CACHED|DONE|extracting|transferring)"
)
_ROW = re.compile(f"{_BLOCKS}|(?P<failed>{_SUMMARY}|{_FAILED})|(?P<test>{_TEST})|(?P<step>{_STEP})")
# What takes longer to find, by a sign without which it is not there.
_SIGNED = (
    (
        " ... ",
        re.compile(
            r"(?P<failed>.* \.\.\. (?:FAIL|FAILED|ERROR)\b)"
            r"|(?P<test>.* \.\.\. (?:ok|OK|ignored|skipped .*|expected failure)$)"
        ),
    ),
    (
        "::",
        re.compile(
            r"(?>\S*?::)\S.* (?:(?P<failed>(?:FAILED|ERROR)(?:\s|$))"
            r"|(?P<test>(?:PASSED|SKIPPED|XFAIL)(?:\s|$)))"
        ),
    ),
    (
        " > ",
        re.compile(r"\S[^\n>]* > [^\n>]* (?:(?P<gradle>FAILED$)|(?P<test>(?:PASSED|SKIPPED)$))"),
    ),
    (
        ": ",
        re.compile(
            r"(?P<compiler>\S+:\d+:(?:\d+:)? (?:fatal )?(?:error|warning): )"
            r"|(?P<failed>\S+: In (?:member |static )?(?:function|constructor|instantiation))"
            r"|(?P<step>\S+: (?:Refreshing state|Reading|Read complete|Still \w+ing|Creati\w+))"
        ),
    ),
)
_SUMS_UP = re.compile(_SUMMARY)
_NAME = re.compile(r"test\w* \([\w.]+\)$")
_SECTION = re.compile(r"={3,} (?P<name>.*\S) ={3,}$")
_REPORTS = ("FAILURES", "ERRORS", "PASSES")
_STARTS, _ENDS = "test session starts", re.compile(r".*\bin \d+\.\d+ ?s")
_POINTS = re.compile(r"\s*--> ")
_GO_TEST = re.compile(r"\s*--- FAIL: (\S+)")
_GO_LONGEST = 400
_WARNINGS = 40
_HEAD, _TAIL = 400, 100
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
    warnings = 0
    block: re.Pattern[str] | None = None
    for number, row in enumerate(rows):
        text = _ends(plain(row))
        if block is not None:
            if not block.match(text):
                failed.add(number)
                continue
            block = None
        opened = _SECTION.match(text) if text[:3] == "===" else None
        within = inner
        if opened and section in _REPORTS:
            # What a run within a test prints does not end the report on that test.
            inner = (inner or opened["name"] == _STARTS) and not _ENDS.match(opened["name"])
        if opened and not (section in _REPORTS and (inner or _ENDS.match(opened["name"]))):
            section = opened["name"]
            failed.add(number)
            continue
        if section in ("FAILURES", "ERRORS"):
            failed.add(number)
            continue
        if section == "PASSES" and (inner or within or not (opened and _SUMS_UP.match(text))):
            passed[number] = _OUTPUT_OF_PASSED
            continue
        found = _match(text)
        if found is None:
            if _NAME.match(text) and number + 1 < len(rows):
                # The test's own description may stand between its name and its result.
                following = _match(_ends(plain(rows[number + 1])))
                if following and following.lastgroup == "test":
                    passed[number] = "test"
            continue
        sort = found.lastgroup or ""
        if sort in ("test", "step"):
            passed[number] = sort if sort == "test" else _verb(found[0])
            continue
        failed.add(number)
        if sort == "go":
            failed.update(_ran(rows, number, text))
        if sort in ("rustc", "compiler") and "warning" in found[0]:
            warnings += 1
            if warnings > _WARNINGS:
                continue
        if sort != "rustc" or _POINTS.match("".join(rows[number + 1 : number + 2])):
            block = _BLOCK_ENDS.get(sort)
    return Marks(failed, passed)


def _match(text: str) -> re.Match[str] | None:
    """What a row is of a run; its last group says."""
    for sign, pattern in _SIGNED:
        if sign in text:
            found = pattern.match(text)
            if found:
                return found
    return _ROW.match(text)


def _ends(row: str) -> str:
    """A row, or both ends of a long one: there stands what it says of a test."""
    return row if len(row) <= _HEAD + _TAIL else row[:_HEAD] + row[-_TAIL:]


def _verb(step: str) -> str:
    """What a passed step did: its words without names and numbers."""
    words = re.findall(r"[A-Za-z][a-z]+", step)
    return words[0] if words else "step"


def _ran(rows: Sequence[str], end: int, verdict: str) -> range:
    """The rows that a failed test of Go printed before its verdict."""
    name = _GO_TEST.match(verdict)
    opening = f"=== RUN   {name[1]}" if name else ""
    for number in range(end - 1, max(-1, end - _GO_LONGEST), -1):
        if rows[number].rstrip() == opening:
            return range(number, end)
    return range(end, end)
