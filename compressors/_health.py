"""How an engine is: what it started with, and what went wrong since."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from compressors._results import Health
from compressors._start import Loaded
from compressors.pepper import Pepper


def health_of(
    loaded: Loaded,
    *,
    lossless_only: bool,
    pepper: Pepper,
    engine: str,
    fingerprint: str,
    faults: Mapping[str, int],
) -> Health:
    """The health of an engine that started with ``loaded`` and saw ``faults`` since.

    ``faults`` counts compressions by fault; ``engine`` and ``fingerprint`` are 16 hex digits.
    """
    reasons = [loaded.refusal] if loaded.refusal else []
    for fault, count in sorted(faults.items()):
        if fault.startswith("store_"):
            reasons.append(
                f"{count} originals could not be kept ({fault}), so their contents went out "
                "lossless; mend the handle store"
            )
    book = loaded.book
    return Health(
        status="degraded" if reasons else "ok",
        reasons=tuple(reasons),
        publication=book.id,
        source=book.source,
        signed_by=book.signed_by,
        rows=len(book.rows),
        certified=book.certified,
        standing=book.standing,
        lossless_only=lossless_only,
        demonstration=bool(book.publication and book.publication.demonstration),
        pepper_id=pepper.id,
        public_pepper=pepper.public,
        engine=engine,
        fingerprint=fingerprint,
        faults=MappingProxyType(dict(faults)),
    )
