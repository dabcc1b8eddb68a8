"""The engine: shortens what tools return to coding agents, and gives originals back.

    from compressors import Engine

    with Engine.start() as engine:
        short = engine.compress(tool_output, query="which order is late?")
        turn = engine.compress_messages(messages, model="claude-sonnet-4", provider="anthropic")

What it may leave out is said by a publication, read once at the start.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from compressors._shared import compress, compress_messages
    from compressors.engine import Compression, Decision, Engine, Health, Reading
    from compressors.errors import (
        ConfigurationError,
        HandleUnknown,
        InputRefused,
        ProfileRefused,
        PublicationRefused,
        ToinError,
    )
    from compressors.mixed import restore
    from compressors.stability import Finding, unstable_parts
    from compressors.turn import Placed, Regretted, Turn

__all__ = [
    "Compression",
    "ConfigurationError",
    "Decision",
    "Engine",
    "Finding",
    "HandleUnknown",
    "Health",
    "InputRefused",
    "Placed",
    "ProfileRefused",
    "PublicationRefused",
    "Reading",
    "Regretted",
    "ToinError",
    "Turn",
    "compress",
    "compress_messages",
    "restore",
    "unstable_parts",
]

_MODULES = {
    **dict.fromkeys(("compress", "compress_messages"), "_shared"),
    "restore": "mixed",
    **dict.fromkeys(("Finding", "unstable_parts"), "stability"),
    **dict.fromkeys(("Placed", "Regretted", "Turn"), "turn"),
    **dict.fromkeys(("Compression", "Decision", "Engine", "Health", "Reading"), "engine"),
}


def __getattr__(name: str) -> object:
    """Import a public name when it is first used: one kind alone needs no engine."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = import_module(f"{__name__}.{_MODULES.get(name, 'errors')}")
    value: object = getattr(module, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
