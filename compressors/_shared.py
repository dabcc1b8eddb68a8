"""The shortest way in: one engine a process, started when it is first needed."""

from __future__ import annotations

from functools import cache
from typing import TypeVar

from compressors.engine import Compression, Engine, Turn

T = TypeVar("T")


@cache
def _engine() -> Engine:
    return Engine.start()


def compress(
    content: str,
    *,
    query: str | None = None,
    tool: str | None = None,
    auth_mode: str = "unknown",
    model: str = "",
) -> Compression:
    """As ``Engine.compress``, with the engine that ``Engine.start()`` gives.

    Raises:
        ConfigurationError: at the first call, the home's pepper cannot be read.
    """
    return _engine().compress(content, query=query, tool=tool, auth_mode=auth_mode, model=model)


def compress_messages(
    messages: T,
    *,
    model: str = "",
    provider: str | None = None,
    auth_mode: str = "unknown",
    session: str | None = None,
) -> Turn[T]:
    """As ``Engine.compress_messages``, with the engine that ``Engine.start()`` gives.

    Raises:
        ConfigurationError: at the first call, the home's pepper cannot be read.
    """
    return _engine().compress_messages(
        messages, model=model, provider=provider, auth_mode=auth_mode, session=session
    )
