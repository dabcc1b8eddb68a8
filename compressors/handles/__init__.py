"""Originals behind handles: kept before their short form goes out, given back byte for byte."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from compressors.errors import ConfigurationError
from compressors.handles.base import MAX_AGE_DAYS, HandleStore, StoreFault
from compressors.handles.memory import MemoryHandles
from compressors.handles.redis import RedisHandles
from compressors.handles.sqlite import LIMIT_BYTES, SqliteHandles

__all__ = [
    "HandleStore",
    "MemoryHandles",
    "RedisHandles",
    "SqliteHandles",
    "StoreFault",
    "open_handles",
]

_FORMS = (
    "sqlite:PATH, redis://HOST:PORT/NUMBER or memory:, each with ?max_age_days=30, and the "
    "first and last with &limit_bytes=2147483648 if need be"
)


def open_handles(url: str) -> HandleStore:
    """The store that ``url`` names: ``sqlite:PATH``, ``redis://...`` or ``memory:``.

    Behind a question mark may stand ``max_age_days`` (days, more than 0) and, but for Redis,
    ``limit_bytes``.

    Raises:
        ConfigurationError: it names no store, or a setting is unknown or out of range.
    """
    parts = urlsplit(url)
    settings = parse_qs(parts.query, keep_blank_values=True)
    days = _setting(url, settings, "max_age_days", MAX_AGE_DAYS)
    if parts.scheme in ("redis", "rediss", "unix"):
        _refuse_rest(url, settings)
        return RedisHandles(url.partition("?")[0], max_age_days=days)
    limit = int(_setting(url, settings, "limit_bytes", LIMIT_BYTES))
    _refuse_rest(url, settings)
    if parts.scheme == "memory" and not parts.path:
        return MemoryHandles(limit_bytes=limit, max_age_days=days)
    if parts.scheme == "sqlite" and parts.path:
        return SqliteHandles(Path(parts.path), limit_bytes=limit, max_age_days=days)
    raise ConfigurationError(f"{url[:200]!r} names no store of originals; write {_FORMS}")


def _setting(url: str, settings: dict[str, list[str]], name: str, usual: float) -> float:
    given = settings.pop(name, None)
    if given is None:
        return usual
    try:
        value = float(given[-1])
    except ValueError:
        value = 0.0
    if not 0 < value < 2**53:
        raise ConfigurationError(
            f"{url[:200]!r}: {name} is {given[-1][:40]!r}, expected a number above 0"
        )
    return value


def _refuse_rest(url: str, settings: dict[str, list[str]]) -> None:
    if settings:
        raise ConfigurationError(
            f"{url[:200]!r}: {min(settings)[:40]!r} is no setting of this store; write {_FORMS}"
        )
