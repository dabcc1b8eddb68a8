"""The history of publications: what was made, what was put in place, and what a person undid.

``publications`` holds every file whole, ``acts`` what became of it, in order. A publication is *in
force* after ``published`` or ``rolled_back``; it is not after ``held`` (made while a person held
another) or ``withdrawn`` (a person went back to one before it).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from compressors.errors import InputRefused

if TYPE_CHECKING:
    import duckdb

IN_FORCE = ("published", "rolled_back")
SHORTEST = 6
"""Digits of an id that are enough to name a publication, where no other begins alike."""


class Stored(NamedTuple):
    """A publication as the warehouse keeps it; ``state`` is the last act about it."""

    id: str
    watermark: datetime | None
    origin: str
    content: bytes
    state: str

    @property
    def short(self) -> str:
        """The 16 digits by which events, commands and people name it."""
        return self.id.removeprefix("sha256:")[:16]


class Act(NamedTuple):
    """Something that became of a publication, numbered from 1."""

    number: int
    act: str
    publication: str
    why: str


def stored(con: duckdb.DuckDBPyConnection) -> tuple[Stored, ...]:
    """Every publication, oldest evidence first."""
    rows = con.execute(
        "select p.id, p.watermark, p.origin, p.content, "
        "coalesce((select arg_max(a.act, a.number) from acts a where a.publication = p.id), "
        "'published') "
        "from publications p order by p.watermark nulls first, p.id"
    ).fetchall()
    return tuple(Stored(i, w, o, content.encode(), state) for i, w, o, content, state in rows)


def acts(con: duckdb.DuckDBPyConnection) -> tuple[Act, ...]:
    """Everything that was done, in order."""
    rows = con.execute("select number, act, publication, why from acts order by number").fetchall()
    return tuple(Act(*row) for row in rows)


def find(every: Sequence[Stored], name: str) -> Stored:
    """The publication that ``name``, an id or its beginning, stands for.

    Raises:
        InputRefused: none does, or several do.
    """
    digits = name.strip().lower().removeprefix("sha256:")
    found = [one for one in every if one.id.removeprefix("sha256:").startswith(digits)]
    if len(digits) >= SHORTEST and len(found) == 1:
        return found[0]
    why = "several begin so" if len(digits) >= SHORTEST and found else "there is none of this id"
    if len(digits) < SHORTEST:
        why = f"expected at least {SHORTEST} digits of an id"
    known = ", ".join(one.short for one in every[-5:]) or "none yet"
    raise InputRefused(
        f"publication {name[:80]!r}: {why}; the newest are {known}; `toin publications` lists all"
    )


def add(
    con: duckdb.DuckDBPyConnection,
    *,
    identifier: str,
    watermark: datetime | None,
    origin: str,
    content: bytes,
) -> None:
    """Keep a publication; one that is kept already stays as it is."""
    con.execute(
        "insert or ignore into publications values ($id, $watermark, $origin, $content)",
        {
            "id": identifier,
            "watermark": watermark,
            "origin": origin,
            "content": content.decode(),
        },
    )


def note(con: duckdb.DuckDBPyConnection, states: Mapping[str, str], *, why: str = "") -> None:
    """Note what became of publications, all or none; what is so already is not noted again."""
    last = dict(
        con.execute(
            "select publication, arg_max(act, number) from acts group by publication"
        ).fetchall()
    )
    new = [(act, one) for one, act in states.items() if last.get(one) != act]
    if not new:
        return
    con.execute("begin")
    try:
        [[count]] = con.execute("select coalesce(max(number), 0) from acts").fetchall()
        for number, (act, one) in enumerate(new, start=count + 1):
            con.execute("insert into acts values (?, ?, ?, ?)", [number, act, one, why])
        con.execute("commit")
    except BaseException:
        con.execute("rollback")
        raise
