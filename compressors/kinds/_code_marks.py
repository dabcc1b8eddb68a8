"""Words that make a line of code worth keeping, whatever is asked: marks and error paths."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

# Notes to whoever works on the code, and checks that somebody switched off.
_MARKS = (
    *("TODO", "FIXME", "HACK", "XXX", "BUG", "SAFETY", "WARNING:", "SECURITY", "KLUDGE"),
    *("noqa", "type: ignore", "pylint: disable", "nosec", "no cover", "eslint-disable"),
    *("@ts-ignore", "@ts-expect-error", "@ts-nocheck", "nolint", "NOLINT", "NOSONAR"),
    *("@SuppressWarnings", "#[allow(", "@Disabled", "@Ignore", ".skip(", "xfail", "skipif"),
    *("verify=False", "verify = False", "InsecureSkipVerify", "rejectUnauthorized", "if False"),
    *("if 0:", "#if 0", "if (false", "if (0)", "if false", "and False", "or True", "&& false"),
    *("|| true", "unsafe ", "eval(", "deprecated", "Deprecated", "DEPRECATED"),
)
_ANYWHERE = ("os._exit(", "sys.exit(", "abort(")
_ERRORS = {
    "python": (".exception(", ".critical(", ".error(", "warnings.warn(", "errno."),
    "javascript": (
        *(".reject(", "process.exit(", "console.error(", "console.warn(", ".catch(", "next(err"),
        *("callback(err", "new Error(", ".emit('error'", '.emit("error"'),
    ),
    "go": (
        *("err != nil", "panic(", "errors.New(", "errors.Is(", "errors.As(", "fmt.Errorf("),
        *("log.Fatal", "os.Exit(", "recover()", "Fatalf(", "Errorf("),
    ),
    "rust": (
        *("panic!", "bail!", "ensure!", "unreachable!", "todo!", "unimplemented!", "Err("),
        *(".expect(", "compile_error!", "process::exit(", "map_err(", "ok_or"),
    ),
    "java": ("System.exit(", ".error(", "new IllegalStateException", "orElseThrow("),
    "c": (
        *("return -E", "return -1", "perror(", "stderr", "errno", "exit(", "assert(", "#error"),
        *("BUG_ON(", "WARN_ON(", "goto ", "return NULL;"),
    ),
    "cpp": (
        *("return -1", "perror(", "stderr", "std::cerr", "errno", "exit(", "assert(", "#error"),
        *("static_assert(", "nullptr;", "std::terminate(", "std::abort("),
    ),
}
_ERRORS["typescript"] = _ERRORS["tsx"] = _ERRORS["javascript"]
_WHOLE = re.compile(r"\w")
_MOST_HITS = 20_000


class Rows:
    """Rows joined to one text, and which row a place in it is of."""

    def __init__(self, rows: Sequence[str]) -> None:
        self.text = "\n".join(rows)
        self._starts = list(accumulate((len(row) + 1 for row in rows), initial=0))

    def row(self, place: int) -> int:
        """The row of the character at ``place``."""
        return bisect_right(self._starts, place) - 1

    def holding(self, word: str, *, whole: bool = False) -> list[int]:
        """The rows that hold ``word``, as a word of its own where ``whole``."""
        text = self.text
        found: list[int] = []
        place = text.find(word)
        while place >= 0 and len(found) < _MOST_HITS:
            end = place + len(word)
            if not whole or not (
                (place and _WHOLE.match(text, place - 1)) or _WHOLE.match(text, end)
            ):
                row = self.row(place)
                found.append(row)
                end = self._starts[row + 1]
            place = text.find(word, end)
        return found


def marked(rows: Rows) -> set[int]:
    """The rows with a note to whoever works on the code, or a check switched off."""
    found: set[int] = set()
    for word in _MARKS:
        found.update(rows.holding(word, whole=word.isupper()))
    return found


def failing(rows: Rows, language: str) -> set[int]:
    """The rows with words of ``language`` for errors; its statements for them are nodes."""
    found: set[int] = set()
    for word in (*_ANYWHERE, *_ERRORS[language]):
        found.update(rows.holding(word))
    return found
