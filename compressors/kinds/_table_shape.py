"""What is known of a table once it is recognised."""

from __future__ import annotations

from typing import NamedTuple

MOST_COLUMNS = 200
"""So many names are part of a signature."""


class Layout(NamedTuple):
    """The flavour, the delimiter where there is one, and the names of the columns.

    ``head`` is the row with the names, empty where there is none; ``width`` how many cells a
    delimited row has.
    """

    flavour: str
    delimiter: str
    columns: tuple[str, ...]
    head: str = ""
    width: int = 0
