"""Why a row is no event, said without repeating anything that stands in the row."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import NamedTuple

from compressors.errors import ToinError

UNKNOWN_FIELD = "(unknown)"
WHOLE_ROW = "(row)"


class Flaw(NamedTuple):
    """Why a row is no event: the field that is wrong and what was expected of it."""

    field: str
    reason: str


class RowRefused(ToinError):
    """A row that is no event.

    ``flaw`` holds nothing of the row and may be stored. The message may name an unknown
    field as the row does: it is for the person at the terminal, never for a store.
    """

    def __init__(self, flaw: Flaw, *, shown: str = "") -> None:
        self.flaw = flaw
        super().__init__(f"field {shown or flaw.field}: {flaw.reason}")


_PATH = re.compile(r" - at `\$(?:\.(\w+))?.*`$", re.DOTALL)
_UNKNOWN = re.compile(r"^Object contains unknown field `(.*)`", re.DOTALL)
_MISSING = re.compile(r"^Object missing required field `(\w+)`$")
_TYPES = re.compile(r"^Expected `([^`]*)`, got `([^`]*)`")


def refusal(
    message: str, *, fields: Collection[str], closed: Mapping[str, Collection[str]]
) -> RowRefused:
    """The flaw behind msgspec's ``message``, without the values that it may quote.

    ``fields`` are the names of the schema, ``closed`` the values of those that are closed sets.
    """
    unknown = _UNKNOWN.search(message)
    if unknown:
        name = unknown[1]
        shown = repr(name[:40] + ("..." if len(name) > 40 else ""))
        return RowRefused(Flaw(UNKNOWN_FIELD, "is not in the schema"), shown=shown)
    missing = _MISSING.search(message)
    if missing:
        return RowRefused(Flaw(missing[1], "is missing"))
    path = _PATH.search(message)
    # A quoted value may look like a path: only a name of the schema is taken from it.
    field = path[1] if path and path[1] in fields else WHOLE_ROW
    types = _TYPES.search(message)
    if types:
        return RowRefused(Flaw(field, f"expected {types[1]}, got {types[2]}"))
    if field in closed:
        return RowRefused(Flaw(field, f"expected one of {', '.join(closed[field])}"))
    return RowRefused(Flaw(field, "is no value of the schema"))
