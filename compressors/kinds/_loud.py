"""What is said loudly in prose and in comments, and which pieces answer a query.

Loud is what tells of errors, warnings and duties. Stems are looked for one by one: some
plain searches are quicker than one expression with choices.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from compressors import relevance

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
_NAME = re.compile(r"[A-Za-z0-9_.:/@#$-]{3,120}+|\"[^\"\n]{3,80}\"")
_TELLING = re.compile(r"[0-9_/@#\"$-]|[a-z][A-Z]")
_ASKED = 64
_ANSWERS, _ANSWERS_SHARE = 8, 50
_MATCHES, _MATCHES_SHARE = 20, 10


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


def identifiers(query: str) -> list[str]:
    """Words of the query that name one thing: with digits or signs, or in quotes."""
    words = dict.fromkeys(
        word.strip('".:/-#') for word in _NAME.findall(query) if _TELLING.search(word)
    )
    return [word for word in words if len(word) >= 3][:_ASKED]


def answers(query: str, pieces: Sequence[str]) -> set[int]:
    """The pieces that bear on ``query``: by relevance, and those with its identifiers."""
    if not query.strip() or not pieces:
        return set()
    found: set[int] = set()
    most = max(_MATCHES, len(pieces) // _MATCHES_SHARE)
    for name in identifiers(query):
        exact = re.compile(rf"(?<![A-Za-z0-9]){re.escape(name)}(?![A-Za-z0-9])")
        hits = [at for at, piece in enumerate(pieces) if name in piece and exact.search(piece)]
        if len(hits) <= most:
            found.update(hits)
    scores, covering = relevance.bearing(query, pieces)
    found.update(covering)
    top = max(scores)
    ranked = sorted(
        (at for at, score in enumerate(scores) if score > 0 and 2 * score >= top),
        key=lambda at: (-scores[at], at),
    )
    found.update(ranked[: max(_ANSWERS, len(pieces) // _ANSWERS_SHARE)])
    return found
