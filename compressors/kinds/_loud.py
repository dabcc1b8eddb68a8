"""What is said loudly in prose and in comments.

Loud is what tells of errors, warnings and duties. Stems are looked for one by one: some
plain searches are quicker than one expression with choices.
"""

from __future__ import annotations

from collections.abc import Sequence

STEMS = (
    "error", "fail", "exception", "critical", "fatal", "panic", "crash", "denied", "refused",
    "timeout", "timed out", "warn", "abort", "invalid", "unauthor", "forbidden", "unavailable",
    "corrupt", "killed", "traceback", "reject", "expired", "unhealthy", "severe", "emergency",
    "deprecat", "obsolete", "caution", "danger", "important", "must not", "do not", "don't",
    "never ", "not found", "unsupported", "no longer", "breaking", "vulnerab", "out of stock",
    "sold out", "insecure", "todo", "fixme", "hack",
)  # fmt: skip
_FOREIGN_STEMS = (
    "错误", "失败", "异常", "警告", "錯誤", "失敗", "異常", "エラー", "例外", "注意", "重要",
    "오류", "실패", "경고", "주의", "ошибк", "сбой", "внимание", "échec", "erreur",
    "attention", "avertissement", "fehler", "warnung", "achtung", "störung", "aviso",
    "advertencia",
)  # fmt: skip


def stems_of(texts: Sequence[str]) -> tuple[str, ...]:
    """The stems of loud words that occur in ``texts`` at all."""
    whole = "\n".join(texts).lower()
    found = [stem for stem in STEMS if stem in whole]
    if not whole.isascii():
        letters = set(whole)
        found += [stem for stem in _FOREIGN_STEMS if letters.issuperset(stem) and stem in whole]
    return tuple(found)


def loud(text: str, stems: Sequence[str]) -> bool:
    """Whether one of ``stems`` is in ``text``."""
    lowered = text.lower()
    for stem in stems:  # noqa: SIM110  a third of the time that a generator takes
        if stem in lowered:
            return True
    return False
