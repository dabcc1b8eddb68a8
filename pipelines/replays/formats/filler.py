"""The columns around an item: what a real record carries besides the answer.

All of them are drawn by hash of the record alone, so a record that is asked for looks like any
other: nothing here helps to find it, and nothing makes it an outlier.
"""

from __future__ import annotations

from pipelines.replays.draws import Draw

_PEOPLE = (
    "a.okafor", "b.lindqvist", "c.moreau", "d.petrov", "e.santos", "f.yilmaz", "g.tanaka",
    "h.novak", "i.castillo", "j.mbeki", "k.ferrari", "l.hansen", "m.dubois", "n.kowalski",
    "o.ramirez", "p.schmidt", "q.nguyen", "r.iyer", "s.haddad", "t.eriksen",
)  # fmt: skip


def person(draw: Draw) -> str:
    """An invented account name."""
    return draw.one_of(_PEOPLE)


def day(draw: Draw) -> str:
    """A day of 2025 or 2026."""
    return f"{draw.between(2025, 2026)}-{draw.between(1, 12):02d}-{draw.between(1, 28):02d}"


def version(draw: Draw) -> str:
    """A version number."""
    return f"{draw.between(0, 4)}.{draw.between(0, 12)}.{draw.between(0, 30)}"
