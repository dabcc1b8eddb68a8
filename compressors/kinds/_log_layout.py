"""How the lines of a log are laid out: time stamp, level, logger, and whose run it is."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from compressors._patterns import deferred
from compressors.kinds._lines import Sample, sampled
from compressors.kinds._lines_forms import CLOCK, TIME, digitless
from compressors.kinds._log_levels import HEAD, Levels

_TIME_WITHIN = 48
# A time stamp of a log line: as in any row, or seconds since 1970.
_MOMENT = deferred(
    rf"(?<![\w])(?:{TIME.pattern}|1\d{{9}}(?:\.\d+|\d{{3}})?(?!\w))", re.ASCII | re.MULTILINE
)
_TRACE = deferred(
    r"^\s*Traceback \(most recent call last\):$|^\s+at [\w.$<>/]+ ?\(|^goroutine \d+ \["
    r"|panicked at |^Exception in thread "
)
_TRACERS = ("Traceback (", " at ", "\tat ", "goroutine ", "panicked at ", "Exception in thread ")
_FRAME = deferred(
    r"\s*File \"[^\"]+\", line \d+|\s+at |\s*\S+\.(?:go|rs):\d+|note: |stack backtrace"
)
# One of these is enough to know a run by; other marks have to come more than once.
_CERTAIN = deferred(
    r"=+ (?:test session starts|short test summary|.*\d+ (?:passed|failed))|Ran \d+ tests? in "
    r"|test result: |\s*--- FAIL: |Tests run: \d+, |npm ERR! | ?tests finished: \d+ "
    r"|Successfully installed |Tests: +\d+ "
)
# The marks of tools that build, test or install, each at the start of a line; an empty group
# behind a mark names the tool, so that a mark is compared from its first character on.
_RUN = deferred(
    r"\n(?:"
    r"=+ (?:(?:test session starts|FAILURES|ERRORS|short test summary|.*\d+ (?:passed|failed))"
    r".*=$(?P<pytest>)|test process starts =+$(?P<sympy>))"
    r"|(?:\[gw\d+\] \[ *\d+%\] )?(?:PASSED|FAILED|ERROR) \S+::(?P<pytest_case>)"
    r"|(?:running \d+ tests?$|test [\w:]+ \.\.\. |test result: "
    r"| {2,4}Compiling [\w-]+ v|error\[E\d+\]: )(?P<cargo>)"
    r"|(?:Ran \d+ tests? in |test_?\w* \([\w.]+\)(?: \.\.\. .*)?$)(?P<unittest>)"
    r"|(?:[^\S\n]*--- (?:PASS|FAIL|SKIP): |=== RUN |(?:ok|FAIL|\?) +\t?\S+\t)(?P<go>)"
    r"|(?:(?:PASS|FAIL)[^\S\n]+\S+\.[jt]sx?|[^\S\n]+[✓✔✕√×] |Test(?:s| Suites): +\d+ "
    r"|[^\S\n]+\d+ (?:passing|failing)\b)(?P<jest>)"
    r"|(?:\[(?:INFO|ERROR|WARNING)\] |Tests run: \d+, Failures: )(?P<maven>)"
    r"|(?:npm (?:ERR!|WARN|warn|error|notice|http|timing) |added \d+ packages)(?P<npm>)"
    r"|(?:Collecting|Requirement already satisfied:|Successfully installed"
    r"|Installing collected packages:|Obtaining) \S(?P<pip>)"
    r"|\S+:\d+:(?:\d+:)? (?:fatal )?(?:\w+Warning|error|warning|note): (?P<compiler>)"
    r"|(?:> Task :|BUILD (?:SUCCESSFUL|FAILED) in |\S+ > \S[^\n]* (?:PASSED|FAILED)$)(?P<gradle>)"
    r"|(?:make(?:\[\d+\])?: |(?:\S*/)?[\w-]*(?:gcc|g\+\+|clang|clang\+\+) \S.* -[co] "
    r"|\[ *\d+%\] (?:Building|Linking|Built|Generating) |  (?:CC|CXX|LD|AR) +\S+\.\w+$)(?P<make>)"
    r"|(?:#\d+ (?:\[|\d+\.\d+ |sha256:|CACHED|DONE|ERROR|building|exporting|transferring)"
    r"|Step \d+/\d+ : )(?P<docker>)"
    r"|(?:\S+: (?:Refreshing state|Still \w+ing|Creating|Creation complete|Destroying)"
    r"|Plan: \d+ to |Terraform (?:will|used) |  # \S+ (?:will|must) be )(?P<terraform>)"
    r"|(?:Running Sphinx v|building \[\w+\]: |(?:reading sources|writing output)\.\.\. )"
    r"(?P<sphinx>)"
    r"|(?: ?tests finished: \d+ |test_\w+ (?:ok|[sfFEw])$)(?P<sympy_case>)"
    r")",
    re.MULTILINE,
)
_VERDICT = deferred(r"\n[^\n]* \.\.\. (?:ok|FAIL|ERROR|skipped .*)$", re.MULTILINE)


class Layout(NamedTuple):
    """What recognition found out; ``shape`` is free of values and sizes."""

    shape: str
    run: str


def timed(row: str) -> bool:
    """Whether a time stamp stands near the start of ``row``."""
    within = _TIME_WITHIN
    return CLOCK.search(row, 0, within) is not None and _MOMENT.search(row, 0, within) is not None


def recognise_layout(text: str) -> Layout | None:
    """The layout of ``text`` where it is a log, a trace or the output of a run, else None."""
    sample = sampled(text)
    rows = [row for row in sample.rows if row.strip()]
    if not rows:
        return None
    run = _run(sample)
    levels = Levels(rows)
    headed = _headed([row for row in rows if not row[0].isspace()], levels)
    if len(headed) > 1 or (headed and timed(headed[0]) and levels.of(headed[0])):
        return Layout(_shape(headed, levels), run)
    if run:
        return Layout("run", run)
    if (
        any(word in sample.text for word in _TRACERS)
        and any(map(_FRAME.match, rows))
        and any(map(_TRACE.search, rows))
    ):
        return Layout("trace", "")
    return None


def _headed(rows: Sequence[str], levels: Levels) -> list[str]:
    """The rows with a time stamp or a level; none where they are fewer than the others."""
    headed: list[str] = []
    for number, row in enumerate(rows, 1):
        if timed(row) or levels.of(row):
            headed.append(row)
        elif 2 * (number - len(headed)) > len(rows):
            return []
    return headed


def _run(sample: Sample) -> str:
    """The tool whose marks are on most rows, if any are."""
    marks = list(_RUN.finditer(sample.text))
    found = Counter([(mark.lastgroup or "").partition("_")[0] for mark in marks])
    if " ... " in sample.text:
        known = {mark.start() for mark in marks}
        verdicts = [
            at for mark in _VERDICT.finditer(sample.text) if (at := mark.start()) not in known
        ]
        if verdicts:
            found["unittest"] += len(verdicts)
    if not found or (found.total() < 2 and not any(map(_CERTAIN.match, sample.rows))):
        return ""
    return min(found, key=lambda name: (-found[name], name))


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


_TOKEN = deferred(r"\[[^\]\n]{0,80}\]|\S+")
_NUMBER, _MONTH, _SPACES = deferred(r"\d+"), deferred(r"[A-Z][a-z]{2}"), deferred(r",? +")
_LOGGER = deferred(r"[\w$./*-]+(?:\([\w.]+\))?(?:\[\d+\])?:|[\w$]+(?:\.[\w$]+)+|\[[^\]]*\]:?")


@lru_cache(maxsize=256)
def _format(moment: str) -> str:
    """How a time stamp is written, without its values."""
    return _SPACES.sub(" ", _MONTH.sub("M", _NUMBER.sub("d", moment)))


def _row_shape(row: str, levels: Levels) -> str:
    """Time stamp format, then what stands up to the level and the logger."""
    moment = _MOMENT.search(row, 0, _TIME_WITHIN)
    time = ""
    head = row[:HEAD]
    if moment:
        time = _format(digitless(moment[0]))
        head = row[: moment.start()] + " \x00 " + row[moment.end() : HEAD]
    found = levels.within(head)
    if found:
        head = head[: found.start()] + " \x01 " + head[found.end() :]
    parts: list[str] = []
    for token in itertools.islice(_TOKEN.finditer(head), 9):
        word = token[0]
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
