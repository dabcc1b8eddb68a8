"""Work for processes: functions of a module, since a process imports what it is to do."""

from __future__ import annotations

import os
import signal
import time

from compressors.engine import Engine


def told(engine: Engine, part: int) -> tuple[int, str, str, int]:
    """What a process knows of its engine; odd parts take longer."""
    time.sleep(0.05 if part % 2 else 0.0)
    return part, engine.fingerprint, engine.pepper.key(str(part)), os.getpid()


def failing(_engine: Engine, part: int) -> int:
    """Fails on the third part, with an exception that does not survive being sent."""
    if part == 3:
        raise _Unsent("part", 3)
    return part


def killed(_engine: Engine, part: int) -> int:
    """Kills its process on the third part."""
    if part == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return part


def slow(_engine: Engine, part: int) -> int:
    """Takes longer than anybody waits."""
    time.sleep(600 if part else 0)
    return os.getpid()


def gone(*_: object) -> None:
    """Ends its process at once."""
    os._exit(1)


def paced(_engine: Engine, _part: int) -> int:
    """A twentieth of a second."""
    time.sleep(0.05)
    return os.getpid()


class _Unsent(Exception):
    def __init__(self, one: str, two: int) -> None:
        super().__init__(f"{one} {two}")
