"""Heads of publications: defaults and certificates, read without their rows.

A file may have a hundred thousand rows, and a history many files; the head comes first in all.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import Any, NamedTuple

_ROW = "[[recommendation]]"


class Head(NamedTuple):
    """What stands before the rows of a file, and how many rows there are."""

    demonstration: bool
    defaults: tuple[dict[str, Any], ...]
    certified: tuple[dict[str, Any], ...]
    rows: int


def head_of(publication: str, content: str) -> Head:
    """The head of the file ``content``, whose id is ``publication``."""
    # A row's table begins a line; what comes before the first is TOML by itself.
    at = content.find(f"\n{_ROW}")
    values = tomllib.loads(content if at < 0 else content[:at])
    about = values.get("publication", {})
    return Head(
        demonstration=bool(about.get("demonstration", False)),
        defaults=tuple(
            {"publication": publication, "kind": row["kind"], "profile": row["profile"]}
            for row in values.get("default", ())
        ),
        certified=tuple(_certified(publication, about, values.get("certificate", ()))),
        rows=content.count(f"\n{_ROW}"),
    )


def _certified(
    publication: str, about: dict[str, Any], rows: list[dict[str, Any]]
) -> Iterator[dict[str, Any]]:
    epsilon = about.get("epsilon", {})
    for row in rows:
        names = ("kind", "profile", "dataset", "block", "version", "kinds", "n", "harms", "p",
                 "solvable", "status")  # fmt: skip
        yield {
            "publication": publication,
            "epsilon": epsilon.get(row["dataset"]),
            "delta": about.get("delta"),
            **{name: row.get(name) for name in names},
        }
