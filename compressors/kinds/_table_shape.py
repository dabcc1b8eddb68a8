"""What is known of a table once it is recognised."""

from __future__ import annotations

from typing import NamedTuple

MOST_COLUMNS = 200
"""So many names are part of a signature."""


FILES = ("mode", "links", "owner", "group", "size")
"""The columns of a listing of files as ``ls -l`` writes it, the last of which has no name."""


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
