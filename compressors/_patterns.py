"""Regular expressions that are compiled when they are first used.

To compile all of the engine's takes longer than its other imports together, and most processes
see contents of a few kinds alone.
"""

from __future__ import annotations

import re
from typing import cast


def deferred(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """What ``re.compile`` gives, compiled at the first use of one of its methods."""
    return cast("re.Pattern[str]", _Deferred(pattern, flags))


class _Deferred:
    """Takes over each method of the compiled expression when it is first asked for.

    Threads that ask at once compile twice at worst, and get the same.
    """

    def __init__(self, pattern: str, flags: int) -> None:
        self.pattern = pattern
        self._flags = flags

    def __getattr__(self, name: str) -> object:
        value: object = getattr(re.compile(self.pattern, self._flags), name)
        setattr(self, name, value)
        return value
