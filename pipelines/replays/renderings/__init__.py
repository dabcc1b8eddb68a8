"""How a set of records looks as a tool's answer, one module a kind, and how it is read again."""

from collections.abc import Mapping

from pipelines.replays.renderings import (
    code,
    config,
    diff,
    html,
    json,
    log,
    search,
    table,
    text,
)
from pipelines.replays.renderings.base import Fields, Rendering

__all__ = ["KINDS_UNDER_TEST", "RENDERINGS", "Fields", "Rendering"]

RENDERINGS: Mapping[str, Rendering] = {
    "json": json,
    "table": table,
    "log": log,
    "search": search,
    "diff": diff,
    "code": code,
    "html": html,
    "config": config,
    "text": text,
}
"""The kinds under test: those that have lossy rungs."""

KINDS_UNDER_TEST = tuple(RENDERINGS)
