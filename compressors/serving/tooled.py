"""Which conversations have the retrieval tool: decided once each, and kept.

A provider's prompt cache reads from the first byte, and tools stand before everything else: a
tool that comes or goes in the middle of a conversation has all of it read anew.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable
from typing import Literal

from compressors.engine import Engine
from compressors.errors import HandleUnknown
from compressors.serving.dialects.base import TOOL
from compressors.serving.settings import Retrieval
from compressors.turn import Turn

_SEPARATOR = "\x1f"
_MOST = 20_000
_Known = Literal["with", "without"]


class Tooled:
    """Remembers, in the process and in the handle store, what was decided for a conversation."""

    def __init__(self, engine: Engine, policy: Retrieval) -> None:
        self._engine = engine
        self._policy = policy
        self._lock = threading.Lock()
        self._near: OrderedDict[str, _Known] = OrderedDict()

    def wanted(self, turn: Turn[object], names: Iterable[str], *, began: bool) -> bool:
        """Whether the tool is to be in this request, which brings tools with these ``names``.

        ``began`` says that the conversation begins with it. A client that has such a tool
        itself keeps it.
        """
        if self._policy == "never" or turn.conversation is None:
            return False
        if any(name.endswith(TOOL) for name in names):
            return False
        key = self._engine.pepper.key(_SEPARATOR.join(("tools", turn.conversation)))
        known = self._recall(key)
        if known is None:
            if self._policy == "start":
                known = "with" if began else "without"
            elif any(placed.compression.lossy for placed in turn.compressions):
                known = "with"
            else:
                return False
            self._remember(key, known)
        return known == "with"

    def _recall(self, key: str) -> _Known | None:
        with self._lock:
            near = self._near.get(key)
            if near is not None:
                self._near.move_to_end(key)
                return near
        try:
            found = self._engine.handles.get(key)
        except HandleUnknown:
            return None
        known: _Known = "with" if found == "with" else "without"
        self._keep(key, known)
        return known

    def _remember(self, key: str, known: _Known) -> None:
        """What a store does not take is remembered by this process alone."""
        self._engine.handles.put(key, known)
        self._keep(key, known)

    def _keep(self, key: str, known: _Known) -> None:
        with self._lock:
            self._near[key] = known
            while len(self._near) > _MOST:
                self._near.popitem(last=False)
