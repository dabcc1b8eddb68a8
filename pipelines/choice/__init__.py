"""Evidence to decisions, each with its reason.

``gather`` asks the warehouse, ``decide`` is pure, ``choose`` does both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from compressors.book import Book
from compressors.profiles import LADDERS, Profile
from pipelines.choice.decide import decide
from pipelines.choice.gather import gather
from pipelines.choice.model import (
    PUBLISHED_REASONS,
    UNPUBLISHED_REASONS,
    Certified,
    Choice,
    Decision,
    Evidence,
    Observed,
)
from pipelines.settings import Settings

if TYPE_CHECKING:
    import duckdb

__all__ = [
    "PUBLISHED_REASONS",
    "UNPUBLISHED_REASONS",
    "Certified",
    "Choice",
    "Decision",
    "Evidence",
    "Observed",
    "choose",
    "decide",
    "gather",
]


def choose(
    con: duckdb.DuckDBPyConnection,
    *,
    certificates: Sequence[Certified],
    settings: Settings,
    incumbents: Book | None,
    engine: str,
    ladders: Mapping[str, Sequence[Profile]] = LADDERS,
) -> Choice:
    """What the evidence in the warehouse decides: ``gather``, then ``decide``.

    ``incumbents`` is the newest publication older than this evidence, as
    ``pipelines.publication.incumbents`` finds it; ``engine`` is the full digest.
    """
    evidence = gather(con, certificates=certificates, settings=settings, engine=engine)
    return decide(
        evidence,
        certificates=certificates,
        settings=settings,
        incumbents=incumbents,
        ladders=ladders,
        engine=engine,
    )
