"""How the lines of a log are laid out: time stamp, level, logger, and whose run it is."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from compressors.kinds._lines import sample
from compressors.kinds._lines_forms import TIME, digitless

_LOUD = "WARN(?:ING)?|ERR(?:OR)?|CRIT(?:ICAL)?|FATAL|SEVERE|ALERT|EMERG(?:ENCY)?|PANIC|FAIL(?:URE)?"
_QUIET = "TRACE|DEBUG|INFO(?:RMATION)?|NOTICE|VERBOSE|FINE(?:R|ST)?|CONFIG|LOG"
# What other languages call an error or a warning.
_ABROAD = (
    r"FEHLER|WARNUNG|ERREUR|AVERTISSEMENT|ADVERTENCIA|AVISO|FALLO|FALHA|ERRO|ERRORE|AVVISO"
    r"|FOUT|WAARSCHUWING|BŁĄD|HATA|UYARI|ОШИБКА|ПРЕДУПРЕЖДЕНИЕ|ВНИМАНИЕ"
)
_SIGNS_ABROAD = (
    r"错误|錯誤|警告|异常|失败|失敗|エラー|오류|경고|에러"
)
_ANY_CASE = rf"(?i:(?P<loud{{0}}>{_LOUD})|(?P<quiet{{0}}>{_QUIET}))"
# Upper case counts anywhere; other spellings only where brackets, a key or a colon say
# that they are meant. One look behind for all: most places fail at it.
_LEVEL = re.compile(
    r"(?<![A-Za-z])(?:"
    rf"(?:(?P<loud>{_LOUD}|ERR!)|(?P<quiet>{_QUIET}))(?![A-Za-z])"
    rf"|(?<=[\[<(|]){_ANY_CASE.format(2)}[\]>)|:]"
    rf"|(?<=, ){_ANY_CASE.format(3)} "
    rf"|(?:level|lvl|severity)[\"']?[=:] ?[\"']?{_ANY_CASE.format(4)}(?![A-Za-z])"
    r"|(?:(?P<loud5>[EWF])|(?P<quiet5>I))\d{4} \d\d:\d\d:\d\d"
    r"|(?P<loud6>error|warning|fatal|panic)(?:\[\w{1,12}\])?: "
    rf"|(?:(?<=[\]\dZ|] )|(?<=\]: ))(?P<loud7>(?i:{_LOUD}|{_ABROAD}))[ :]"
    rf"|(?P<loud8>(?:{_ABROAD})(?![A-Za-z])|{_SIGNS_ABROAD})"
    r")"
)
# Without any of these, in upper case, there is no level: most lines are done with quickly.
_STEMS = (
    *("INFO", "WARN", "ERR", "DEBUG", "FAIL", "FATAL", "LOG", "TRACE", "NOTICE", "CRIT"),
    *("SEVERE", "ALERT", "EMERG", "PANIC", "VERBOSE", "FINE", "CONFIG"),
)
# The key of a level may stand before it, and a sign of another sort of level.
_BEFORE = 28
_UNSTEMMED = re.compile(rf"[EWFI]\d{{4}} \d\d:|(?:{_ABROAD})(?![A-Za-z])|{_SIGNS_ABROAD}|(?<=[\]\dZ|:] )(?i:{_ABROAD})[ :]")
_KEYED = re.compile(rf'"(?:[\w@.]*level|lvl|severity)": ?"{_ANY_CASE.format(9)}"')
_HEAD, _TIME_WITHIN, _DOCUMENT = 112, 48, 4_000
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


def level(row: str) -> int:
    """2 for a line above info level, 1 for one at or below it, 0 for one without a level."""
    found = _level(row)
    if found is None:
        return 0
    return 2 if found.lastgroup and found.lastgroup.startswith("loud") else 1


def levelled_at(row: str) -> int:
    """Where the level of a line stands; -1 where it has none."""
    found = _level(row)
    return -1 if found is None else found.start()


def _level(row: str) -> re.Match[str] | None:
    """The level near the start of ``row``, or that of the document within it."""
    found = _level_in(row)
    if found is None and '{"' in row:
        found = _KEYED.search(row, 0, _DOCUMENT)
    return found


def _level_in(row: str) -> re.Match[str] | None:
    upper = row[:_HEAD].upper()
    starts = [upper.index(stem) for stem in _STEMS if stem in upper]
    start = max(0, min(starts) - _BEFORE) if starts else _HEAD
    other = _UNSTEMMED.search(row, 0, start)
    if other is None and not starts:
        return None
    return _LEVEL.search(row, other.start() if other else start, _HEAD)


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
    headed = [row for row, time in zip(own, times, strict=True) if time or level(row)]
    if (
        headed
        and 2 * len(headed) >= len(own)
        and (len(headed) > 1 or (timed(headed[0]) and level(headed[0]) > 0))
    ):
        return Layout(_shape(headed), run)
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


def _shape(rows: Sequence[str]) -> str:
    """The layout that most rows have."""
    shapes: Counter[str] = Counter()
    known: dict[str, str] = {}
    # The layout of a row does not depend on its digits.
    for row, plain in zip(rows, digitless("\n".join(rows)).split("\n"), strict=True):
        head = plain[:_HEAD]
        if head not in known:
            known[head] = _row_shape(row)
        shapes[known[head]] += 1
    return min(shapes, key=lambda shape: (-shapes[shape], shape))


_TOKEN = re.compile(r"\[[^\]\n]{0,80}\]|\S+")
_NUMBER, _MONTH, _SPACES = re.compile(r"\d+"), re.compile(r"[A-Z][a-z]{2}"), re.compile(r",? +")
_LOGGER = re.compile(r"[\w$./*-]+(?:\([\w.]+\))?(?:\[\d+\])?:|[\w$]+(?:\.[\w$]+)+|\[[^\]]*\]:?")


def _row_shape(row: str) -> str:
    """Time stamp format, then what stands up to the level and the logger."""
    moment = _MOMENT.search(row, 0, _TIME_WITHIN)
    time = ""
    head = row[:_HEAD]
    if moment:
        time = _SPACES.sub(" ", _MONTH.sub("M", _NUMBER.sub("d", moment[0])))
        head = row[: moment.start()] + " \x00 " + row[moment.end() : _HEAD]
    found = _level_in(head)
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
