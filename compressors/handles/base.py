"""What a store of originals promises, and what it says when it cannot."""

from __future__ import annotations

import re
from typing import Literal, Protocol

from compressors.errors import HandleUnknown

StoreFault = Literal["store_full", "store_locked", "store_read_only", "store_damaged"]

MAX_AGE_DAYS = 30.0
"""How long an original is kept after it was last put, unless a store is told otherwise."""

DAY = 86_400.0

NEXT: dict[StoreFault, str] = {
    "store_full": "make room and try again",
    "store_locked": "it is busy or away; try again",
    "store_read_only": "mend its permissions",
    "store_damaged": "restore it or move it away",
}
"""What to do about a fault."""

_HANDLE = re.compile(r"[0-9a-f]{16}")


class HandleStore(Protocol):
    """Where an engine keeps originals. Implementations are safe to share between threads."""

    def put(self, handle: str, content: str) -> StoreFault | None:
        """Keep ``content``; None when it can surely be had back, else why it cannot."""
        ...

    def get(self, handle: str) -> str:
        """What was kept, to the byte.

        Raises:
            HandleUnknown: nothing is kept under ``handle``, or the store cannot be read.
        """
        ...

    def close(self) -> None:
        """Let go of files and connections. The store may be used again; it opens anew."""
        ...


def encoded(content: str) -> bytes:
    """The bytes that are stored; lone surrogates have some too."""
    return content.encode("utf-8", "surrogatepass")


def decoded(data: bytes) -> str:
    """The content that ``data`` was stored for."""
    return data.decode("utf-8", "surrogatepass")


def check(handle: str) -> None:
    """Refuse what can be no handle.

    Raises:
        HandleUnknown: it is not 16 hex digits.
    """
    if not _HANDLE.fullmatch(handle):
        raise HandleUnknown(
            f"{handle[:40]!r} is no handle: expected the 16 hex digits that stand in the "
            "last line of a shortened text"
        )


def unknown(handle: str, where: str) -> HandleUnknown:
    """Nothing is kept under ``handle``."""
    return HandleUnknown(
        f"no original is kept under {handle} in {where}; check the 16 digits, that --home names "
        "the home of the engine that shortened the text, and that it was not longer ago than "
        "the store keeps originals"
    )


def unreadable(handle: str, where: str, fault: StoreFault, error: Exception) -> HandleUnknown:
    """The store failed while it looked for ``handle``."""
    return HandleUnknown(
        f"the original {handle} cannot be read: {where} is unusable ({fault}: {error}); "
        f"{NEXT[fault]}"
    )
