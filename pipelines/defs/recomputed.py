"""Certificates computed again from their definition, by other means than made them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal, localcontext

from compressors.profiles import BY_NAME
from pipelines.ingest.audit import Finding
from pipelines.replays import Outcome
from pipelines.replays.certify import Certificate

_PRECISION = 60  # digits: more than any sum of a few thousand terms can lose
_TOLERANCE = 1e-9  # relative


def tail(n: int, harms: int, epsilon: float) -> float:
    """P(Bin(n, epsilon) <= harms), term by term in decimals; 1 without items."""
    if n == 0:
        return 1.0
    with localcontext() as context:
        context.prec = _PRECISION
        chance = Decimal(str(epsilon))
        term = (1 - chance) ** n
        total = term
        for k in range(1, harms + 1):
            term *= chance * (n - k + 1) / (k * (1 - chance))
            total += term
        return float(total)


def recomputed(rows: Sequence[Certificate], outcomes: Sequence[Outcome]) -> Finding:
    """Whether every certificate is what its definition says, on the outcomes that there are."""
    solvable: Counter[tuple[str, str]] = Counter()
    harmed: Counter[tuple[str, str]] = Counter()
    for o in outcomes:
        if o.treatment == "profile" and o.split == "certify" and o.solvable:
            solvable[o.profile_id, o.dataset] += 1
            harmed[o.profile_id, o.dataset] += not o.solved
    for row in rows:
        key = (row.profile_id, row.dataset)
        where = f"the certificate of {row.profile} on {row.dataset}"
        if (row.n, row.harms) != (solvable[key], harmed[key]):
            return _wrong(
                f"{where} states n = {row.n} and {row.harms} harms, the outcomes have "
                f"{solvable[key]} and {harmed[key]}"
            )
        p = tail(row.n, row.harms, row.epsilon)
        if not math.isclose(row.p, p, rel_tol=_TOLERANCE, abs_tol=1e-300):
            return _wrong(f"{where} states p = {row.p}, its definition gives {p}")
    for kind in sorted({row.kind for row in rows}):
        why = _out_of_order([row for row in rows if row.kind == kind])
        if why:
            return _wrong(why)
    certified = {row.profile for row in rows if row.certified}
    return Finding(
        True,
        f"{len(rows)} certificates are what their definition gives",
        {"rows": len(rows), "certified": ", ".join(sorted(certified)) or "none"},
    )


def _out_of_order(rows: Sequence[Certificate]) -> str | None:
    """Why the rungs of one kind are not certified as fixed-sequence testing says."""
    stopped = False
    for rung in sorted({row.rung for row in rows}):
        here = [row for row in rows if row.rung == rung]
        profile = here[0].profile
        if BY_NAME[profile].safe:
            if not all(row.certified for row in here):
                return f"{profile} loses nothing and is not certified"
            continue
        stopped = stopped or any(row.p > row.threshold for row in here)
        if any(row.certified == stopped for row in here):
            says = "is certified after" if stopped else "is not certified before"
            return f"{profile} {says} the first profile of its ladder whose p is too large"
    return None


def _wrong(sentence: str) -> Finding:
    return Finding(
        False, f"{sentence}; run `toin replay` again, and distrust what was published", {}
    )
