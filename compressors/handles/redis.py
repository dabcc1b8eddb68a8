"""Originals in Redis, shared by the proxies of several machines."""

from __future__ import annotations

import importlib
from typing import Any

from compressors.errors import ConfigurationError
from compressors.handles.base import (
    DAY,
    MAX_AGE_DAYS,
    StoreFault,
    check,
    decoded,
    encoded,
    unknown,
    unreadable,
)

_PREFIX = "toin:original:"


class RedisHandles:
    """Originals in one Redis database, each under a key that expires.

    Redis bounds its size itself (``maxmemory``). Its policy has to be ``noeviction`` or
    ``volatile-ttl``: the former says that it is full, the latter lets the oldest go first.

    Args:
        url: ``redis://``, ``rediss://`` or ``unix://``, as redis-py takes it.
        timeout_ms: how long a call waits before it gives up.
        max_age_days: how long an original is kept after it was last put.

    Raises:
        ConfigurationError: the package ``redis`` is not installed, or the URL is none.
    """

    def __init__(
        self, url: str, *, timeout_ms: int = 500, max_age_days: float = MAX_AGE_DAYS
    ) -> None:
        try:
            redis = importlib.import_module("redis")
        except ModuleNotFoundError as error:
            raise ConfigurationError(
                "originals in Redis need the package redis; add it with "
                '`python -m pip install "toin[redis]"`'
            ) from error
        self._errors = importlib.import_module("redis.exceptions")
        self._where = url.rpartition("@")[2]
        self._max_age = max(1, round(max_age_days * DAY))
        try:
            self._client: Any = redis.Redis.from_url(
                url, socket_timeout=timeout_ms / 1000, socket_connect_timeout=timeout_ms / 1000
            )
        except ValueError as error:
            raise ConfigurationError(
                f"{self._where} is no URL of a Redis database ({error}); write for example "
                "redis://localhost:6379/0"
            ) from error

    def put(self, handle: str, content: str) -> StoreFault | None:
        """Keep ``content``; None when it can surely be had back, else why it cannot."""
        key, data = _PREFIX + handle, encoded(content)
        try:
            if self._client.set(key, data, nx=True, ex=self._max_age):
                return None
            if self._client.get(key) != data:
                return "store_damaged"
            # It may have expired in between, and then there is nothing to prolong.
            return None if self._client.expire(key, self._max_age) else self.put(handle, content)
        except self._errors.RedisError as error:
            return self._fault(error)

    def get(self, handle: str) -> str:
        """What was kept, to the byte.

        Raises:
            HandleUnknown: nothing is kept under ``handle``, or Redis cannot be asked.
        """
        check(handle)
        try:
            data = self._client.get(_PREFIX + handle)
        except self._errors.RedisError as error:
            raise unreadable(handle, self._where, self._fault(error), error) from error
        if data is None:
            raise unknown(handle, self._where)
        return decoded(data)

    def close(self) -> None:
        """Close the connections; they are opened anew when they are needed."""
        self._client.close()

    def _fault(self, error: Exception) -> StoreFault:
        if isinstance(error, self._errors.ReadOnlyError | self._errors.AuthenticationError):
            return "store_read_only"
        if isinstance(error, self._errors.OutOfMemoryError):
            return "store_full"
        if isinstance(error, self._errors.ConnectionError | self._errors.TimeoutError):
            return "store_locked"
        return "store_damaged"
