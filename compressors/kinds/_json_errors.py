"""Which rows tell of errors, warnings and failures: every different one has an exemplar."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from compressors.kinds._json_columns import Series
from compressors.kinds._json_text import Value, dump
from compressors.relevance import terms

# Looked for one by one: some plain searches are quicker than one expression with choices.
_STEMS = (
    "error", "fail", "exception", "critical", "fatal", "panic", "crash", "denied", "refused",
    "timeout", "timed out", "warn", "abort", "invalid", "unauthor", "forbidden", "unavailable",
    "corrupt", "killed", "traceback", "reject", "expired", "unhealthy", "severe", "emergency",
    "fehler", "fehlgeschlagen", "warnung", "erreur", "avertissement", "fallo", "fallid",
    "advertencia", "falha", "fallito", "virhe", "ongeldig", "mislukt",
)  # fmt: skip
_FOREIGN_STEMS = (
    "错误", "失败", "异常", "警告", "錯誤", "失敗", "異常", "エラー", "例外", "오류", "실패",
    "경고", "ошибк", "сбой", "предупрежд", "échec", "échou", "défaut", "störung", "ungültig",
    "błąd", "błęd", "ostrzeżen", "chyba", "selhal", "σφάλμα", "hatası", "uyarı", "خطأ",
    "فشل", "שגיאה", "त्रुटि", "lỗi", "помилк",
)  # fmt: skip
# Names of fields that speak of failures, and of those that say what happened.
_FAILURES = frozenset(
    {"error", "errors", "err", "exception", "exceptions", "fault", "faults", "failure"}
    | {"failures", "failed", "warning", "warnings", "stderr", "traceback"}
)
_TELLING = frozenset(
    {"message", "messages", "msg", "reason", "reasons", "detail", "details", "description"}
    | {"cause", "title", "summary", "text", "code"}
)
_NOTHING = frozenset({"", "none", "null", "no", "false", "ok", "0", "n/a", "-"})
_VARYING = re.compile(r"[0-9]+")
_SHORT = 48
_SHORTEST_STEM = 2
_LONGEST_LABEL = 160


class Errors(NamedTuple):
    """One row of each different error, and how often each occurs: rows by label."""

    rows: set[int]
    groups: dict[str, list[int]]


def errors(columns: Sequence[Series]) -> Errors:
    """The rows that tell of errors, given what :func:`series` gives of them."""
    telling = [column for column in columns if column.path and _speaks(column, _TELLING)]
    found = Errors(set(), {})
    for column in columns:
        if not column.path:
            continue
        flagged = _named(column) if _speaks(column, _FAILURES) else _stemmed(column)
        if not flagged:
            continue
        groups: dict[tuple[str, ...], list[int]] = {}
        for at, told in flagged.items():
            key = (told, *[label(other.values[at]) for other in telling if other is not column])
            groups.setdefault(key, []).append(at)
        few = max(3, len(column.values) // 50)
        for key, rows in groups.items():
            found.rows.update(rows if len(rows) <= few else rows[:1])
            found.groups.setdefault(f"{column.path}={key[0]}", []).extend(rows)
    return found


def _speaks(column: Series, words: frozenset[str]) -> bool:
    """Whether one of ``words`` is in the name of a column."""
    return _named_by(column.name, words)


@lru_cache(maxsize=8192)
def _named_by(name: str, words: frozenset[str]) -> bool:
    return not words.isdisjoint(terms(name))


def _named(column: Series) -> dict[int, str]:
    """The rows with something in a column that is named for errors."""
    flagged = {}
    numbers = 0
    for at, value in enumerate(column.values):
        kind = type(value)
        if kind is str:
            some = value.strip().lower() not in _NOTHING
        elif kind is int or kind is float:
            some = value != 0
            numbers += some
        else:
            some = kind in (list, dict, bool) and bool(value)
        if some:
            flagged[at] = label(value)
    return {} if 10 * numbers > len(column.values) else flagged


def _stemmed(column: Series) -> dict[int, str]:
    """The rows in which a word of failure stands, in a string or in an array."""
    if str not in column.kinds and list not in column.kinds:
        return {}
    if list in column.kinds or dict in column.kinds:
        texts = [dump(value) if type(value) is list else value for value in column.values]
        different = sorted({text for text in texts if type(text) is str})
    else:
        texts = list(column.values)
        different = [value for value in column.counts if type(value) is str]
    if max(map(len, different), default=0) < _SHORTEST_STEM:
        return {}
    whole = "\n".join(different).lower()
    stems = _stems_in(whole)
    if not stems:
        return {}
    labels = {}
    for text in different:
        lowered = text.lower()
        if any(stem in lowered for stem in stems):
            labels[text] = label(text)
    flagged = {
        at: labels[text] for at, text in enumerate(texts) if type(text) is str and text in labels
    }
    # In prose such words are ordinary, unless they are rare.
    prose = any(len(text) > _SHORT for text in labels) and not _speaks(column, _TELLING)
    return {} if prose and len(flagged) > max(3, len(texts) // 10) else flagged


def telling(texts: Sequence[str]) -> list[int]:
    """The texts in which a word of failure stands."""
    stems = _stems_in("\n".join(texts).lower())
    if not stems:
        return []
    lowered = [text.lower() for text in texts]
    return [at for at, text in enumerate(lowered) if any(stem in text for stem in stems)]


def _stems_in(lowered: str) -> list[str]:
    stems = [stem for stem in _STEMS if stem in lowered]
    if not lowered.isascii():
        stems += [stem for stem in _FOREIGN_STEMS if stem in lowered]
    return stems


def label(value: Value) -> str:
    """A value without its numbers: what makes two errors the same."""
    text = value if type(value) is str else "" if value is None else repr(value)
    return _VARYING.sub("0", text.lower())[:_LONGEST_LABEL]
