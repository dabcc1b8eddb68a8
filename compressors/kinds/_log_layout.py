"""How the lines of a log are laid out: time stamp, level, logger, and whose run it is."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from compressors.kinds._lines import sample
from compressors.kinds._lines_forms import TIME, digitless
from compressors.kinds._log_levels import HEAD, Levels

_TIME_WITHIN = 48
# A time stamp of a log line: as in any row, or seconds since 1970.
_MOMENT = re.compile(
    rf"(?<![\w])(?:{TIME.pattern}|1\d{{9}}(?:\.\d+|\d{{3}})?(?!\w))", re.ASCII | re.MULTILINE
)
_TRACE = re.compile(
    r"^\s*Traceback \(most recent call last\):$|^\s+at [\w.$<>/]+ ?\(|^goroutine \d+ \["
    r"|panicked at |^Exception in thread "
)
_TRACERS = ("Traceback (", " at ", "\tat ", "goroutine ", "panicked at ", "Exception in thread ")
_FRAME = re.compile(
    r"\s*File \"[^\"]+\", line \d+|\s+at |\s*\S+\.(?:go|rs):\d+|note: |stack backtrace"
)
# One of these is enough to know a run by; other marks have to come more than once.
_CERTAIN = re.compile(
    r"=+ (?:test session starts|short test summary|.*\d+ (?:passed|failed))|Ran \d+ tests? in "
    r"|test result: |\s*--- FAIL: |Tests run: \d+, |npm ERR! | ?tests finished: \d+ "
    r"|Successfully installed |Tests: +\d+ "
)
# The marks of tools that build, test or install, each at the start of a line.
_RUN = re.compile(
    r"(?P<pytest>=+ (?:test session starts|FAILURES|ERRORS|short test summary"
    r"|.*\d+ (?:passed|failed))"
    r".*=$|(?:\[gw\d+\] \[ *\d+%\] )?(?:PASSED|FAILED|ERROR) \S+::)"
    r"|(?P<cargo>running \d+ tests?$|test [\w:]+ \.\.\. |test result: "
    r"| {2,4}Compiling [\w-]+ v|error\[E\d+\]: )"
    r"|(?P<unittest>Ran \d+ tests? in |test_?\w* \([\w.]+\)(?: \.\.\. .*)?$"
    r")"
    r"|(?P<go>\s*--- (?:PASS|FAIL|SKIP): |=== RUN |(?:ok|FAIL|\?) +\t?\S+\t)"
    r"|(?P<jest>(?:PASS|FAIL)\s+\S+\.[jt]sx?|\s+[✓✔✕√×] |Test(?:s| Suites): +\d+ "
    r"|\s+\d+ (?:passing|failing)\b)"
    r"|(?P<maven>\[(?:INFO|ERROR|WARNING)\] |Tests run: \d+, Failures: )"
    r"|(?P<npm>npm (?:ERR!|WARN|warn|error|notice|http|timing) |added \d+ packages)"
    r"|(?P<pip>(?:Collecting|Requirement already satisfied:|Successfully installed"
    r"|Installing collected packages:|Obtaining) \S)"
    r"|(?P<compiler>\S+:\d+:(?:\d+:)? (?:fatal )?(?:\w+Warning|error|warning|note): )"
    r"|(?P<gradle>> Task :|BUILD (?:SUCCESSFUL|FAILED) in |\S+ > \S[^\n]* (?:PASSED|FAILED)$)"
    r"|(?P<make>make(?:\[\d+\])?: |(?:\S*/)?[\w-]*(?:gcc|g\+\+|clang|clang\+\+) \S.* -[co] "
    r"|\[ *\d+%\] (?:Building|Linking|Built|Generating) |  (?:CC|CXX|LD|AR) +\S+\.\w+$)"
    r"|(?P<docker>#\d+ (?:\[|\d+\.\d+ |sha256:|CACHED|DONE|ERROR|building|exporting|transferring)"
    r"|Step \d+/\d+ : )"
    r"|(?P<terraform>\S+: (?:Refreshing state|Still \w+ing|Creating|Creation complete|Destroying)"
    r"|Plan: \d+ to |Terraform (?:will|used) |  # \S+ (?:will|must) be )"
    r"|(?P<sphinx>Running Sphinx v|building \[\w+\]: |(?:reading sources|writing output)\.\.\. )"
    r"|(?P<sympy>=+ test process starts =+$| ?tests finished: \d+ |test_\w+ (?:ok|[sfFEw])$)"
)
_VERDICT = re.compile(r"(?P<unittest>[^\n]* \.\.\. (?:ok|FAIL|ERROR|skipped .*)$)")


class Layout(NamedTuple):
    """What recognition found out; ``shape`` is free of values and sizes."""

    shape: str
    run: str


def timed(row: str) -> bool:
    """Whether a time stamp stands near the start of ``row``."""
    return _MOMENT.search(row, 0, _TIME_WITHIN) is not None


def recognise_layout(text: str) -> Layout | None:
    """The layout of ``text`` where it is a log, a trace or the output of a run, else None."""
    rows = [row for row in sample(text) if row.strip()]
    if not rows:
        return None
    run = _run(rows)
    own = [row for row in rows if not row[0].isspace()]
    times = [timed(row) for row in own]
    levels = Levels(rows)
    headed = [row for row, time in zip(own, times, strict=True) if time or levels.of(row)]
    if (
        headed
        and 2 * len(headed) >= len(own)
        and (len(headed) > 1 or (timed(headed[0]) and levels.of(headed[0]) > 0))
    ):
        return Layout(_shape(headed, levels), run)
    if run:
        return Layout("run", run)
    sampled = "\n".join(rows)
    if (
        any(word in sampled for word in _TRACERS)
        and any(_TRACE.search(row) for row in rows)
        and any(_FRAME.match(row) for row in rows)
    ):
        return Layout("trace", "")
    return None


def _run(rows: Sequence[str]) -> str:
    """The tool whose marks are on most rows, if any are."""
    found: Counter[str] = Counter()
    for row in rows:
        match = _RUN.match(row)
        if match is None and " ... " in row:
            match = _VERDICT.match(row)
        if match:
            found[match.lastgroup or ""] += 1
    if found.total() < 2 and not any(_CERTAIN.match(row) for row in rows):
        return ""
    return min(found, key=lambda name: (-found[name], name)) if found else ""


def _shape(rows: Sequence[str], levels: Levels) -> str:
    """The layout that most rows have."""
    shapes: Counter[str] = Counter()
    known: dict[str, str] = {}
    # The layout of a row does not depend on its digits.
    for row, plain in zip(rows, digitless("\n".join(rows)).split("\n"), strict=True):
        head = plain[:HEAD]
        if head not in known:
            known[head] = _row_shape(row, levels)
        shapes[known[head]] += 1
    return min(shapes, key=lambda shape: (-shapes[shape], shape))


_TOKEN = re.compile(r"\[[^\]\n]{0,80}\]|\S+")
_NUMBER, _MONTH, _SPACES = re.compile(r"\d+"), re.compile(r"[A-Z][a-z]{2}"), re.compile(r",? +")
_LOGGER = re.compile(r"[\w$./*-]+(?:\([\w.]+\))?(?:\[\d+\])?:|[\w$]+(?:\.[\w$]+)+|\[[^\]]*\]:?")


def _row_shape(row: str, levels: Levels) -> str:
    """Time stamp format, then what stands up to the level and the logger."""
    moment = _MOMENT.search(row, 0, _TIME_WITHIN)
    time = ""
    head = row[:HEAD]
    if moment:
        time = _SPACES.sub(" ", _MONTH.sub("M", _NUMBER.sub("d", moment[0])))
        head = row[: moment.start()] + " \x00 " + row[moment.end() : HEAD]
    found = levels.within(head)
    if found:
        head = head[: found.start()] + " \x01 " + head[found.end() :]
    parts: list[str] = []
    for word in _TOKEN.findall(head)[:9]:
        if word == "\x00":
            parts.append("time")
        elif word == "\x01":
            parts.append("level")
        elif word.isdigit():
            parts.append("number")
        elif _LOGGER.fullmatch(word):
            parts.append("logger")
            if "level" in parts or not found:
                break
        elif "level" in parts or (parts and not found):
            break
        else:
            parts.append("word")
    return f"{time} {' '.join(parts)}".strip()
