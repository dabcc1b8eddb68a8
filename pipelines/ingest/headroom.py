"""Headroom's two files: ``toin.json`` (counters of each slice) and its ledger of savings.

Its names of fields, queries, clients and tenants are personal or unsalted digests of what is:
they are keyed, or left out. Its hash of a structure is keyed as our own engine keys the same
signature, so that the two meet where the content was JSON; for other content Headroom hashes
the first characters, and the hash meets nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from compressors.errors import InputRefused
from compressors.events import AUTH_MODES, WHOLE_ROW, Flaw
from compressors.pepper import Pepper
from compressors.structure import OTHER, model_family
from pipelines.ingest.imported import Pattern, Use, keyed, moment, whole
from pipelines.ingest.rows import Row, read_rows

PATTERNS, SAVINGS = "headroom_patterns", "headroom_savings"

STRATEGIES = frozenset(
    {
        "ccr_marker_preserving", "code_aware", "config", "config_schema_fold", "dense_elide",
        "diff", "html", "kompress", "log", "lossless:csv", "lossless:table",
        "mcp_compress", "mixed", "none", "passthrough", "read_maturation", "search",
        "smart_crusher", "smart_sample", "table", "tabular", "text", "top_n",
    }
)  # fmt: skip
"""What a strategy may be called here; with any other name it is unknown."""

_VERSION = "2.0"
_UNKNOWN = ("", "unknown")
_STRUCTURE = re.compile(r"[0-9a-f]{8,64}")
_OWN_DIGITS = 24
_NOT_LEARNED = "default"


def is_patterns(path: Path) -> bool:
    """Whether the file begins as ``toin.json`` does."""
    with path.open("rb") as file:
        head = file.read(4096)
    return head.lstrip().startswith(b"{") and b'"patterns"' in head


def is_savings(line: bytes) -> bool:
    """Whether the line is one of the ledger of savings."""
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(row, dict) and {"v", "ts", "before", "after"} <= row.keys()


def patterns(path: Path, *, pepper: Pepper, place: str) -> Iterator[tuple[Row, Pattern | Flaw]]:
    """The slices of a ``toin.json``, numbered from 1, each as it is or with its flaw.

    Raises:
        InputRefused: the file has another version.
        OSError: it cannot be read.
    """
    content = path.read_bytes()
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        yield Row(1, content), Flaw(WHOLE_ROW, "is cut off or no JSON")
        return
    found = document.get("patterns") if isinstance(document, dict) else None
    if not isinstance(found, dict):
        yield Row(1, content), Flaw(WHOLE_ROW, "has no patterns")
        return
    if document.get("version") not in (_VERSION, "1.0", None):
        raise InputRefused(
            f"{place} has a version that is not known here; expected {_VERSION}: write it with "
            "headroom-ai 0.42, or leave it out"
        )
    store = document.get("instance_id")
    instance = keyed(pepper, "headroom store", store) or pepper.key(f"imported place {place}")
    for number, (key, value) in enumerate(found.items(), start=1):
        row = Row(number, json.dumps([key, value]).encode())
        yield row, _pattern(key, value, pepper=pepper, instance=instance)


def _pattern(key: str, value: object, *, pepper: Pepper, instance: str) -> Pattern | Flaw:
    if not isinstance(value, dict):
        return Flaw(WHOLE_ROW, "is no object")
    # Older files have no tenant, or a bare hash.
    tenant, auth, family, structure = ["", "", "", *key.split("|")][-4:]
    if not _STRUCTURE.fullmatch(structure):
        return Flaw("structure_hash", "expected hex digits")
    time = moment(value.get("last_updated"))
    if time is None:
        return Flaw("ts", "expected the time of the last change")
    compressions = whole(value.get("total_compressions"))
    if compressions is None:
        return Flaw(WHOLE_ROW, "has no count of compressions")
    return Pattern(
        source=PATTERNS,
        instance=instance,
        tenant=pepper.key(f"imported tenant {tenant}"),
        auth_mode=auth if auth in AUTH_MODES and auth not in _UNKNOWN else None,
        model_family=_family(family),
        structure_hash=_structure(structure, pepper=pepper),
        strategy=_strategy(value.get("optimal_strategy"), value.get("strategy_success_rates")),
        ts=time,
        compressions=compressions,
        items_seen=whole(value.get("total_items_seen")),
        items_kept=whole(value.get("total_items_kept")),
        retrievals=whole(value.get("total_retrievals")),
        full_retrievals=whole(value.get("full_retrievals")),
        query_retrievals=whole(value.get("search_retrievals")),
        token_reduction=_share(value.get("avg_token_reduction")) if compressions else None,
    )


def _share(value: object) -> float | None:
    """A mean share of tokens saved; negative where the text grew."""
    if not isinstance(value, int | float) or not -1000 <= value <= 1:
        return None
    return round(float(value), 6)


def _structure(theirs: str, *, pepper: Pepper) -> str:
    """As our own engine keys the signature of the same JSON; other lengths meet nothing."""
    return pepper.structure(theirs if len(theirs) == _OWN_DIGITS else f"imported {theirs}")


def _family(name: object) -> str | None:
    """The family of a model's name; None where the source says that it does not know."""
    if not isinstance(name, str) or name.lower() in _UNKNOWN:
        return None
    family = model_family(name)
    return None if family == OTHER else family


def _strategy(best: object, tried: object) -> str | None:
    """The strategy that acted, without the sizes that its name carries; None where not known.

    "default" says that none was learned: then it is known only where one alone was tried.
    """
    if best == _NOT_LEARNED and isinstance(tried, dict):
        names = {name.partition("(")[0] for name in tried}
        best = names.pop() if len(names) == 1 else None
    bare = best.partition("(")[0] if isinstance(best, str) else ""
    return bare if bare in STRATEGIES else None


def savings(path: Path, *, pepper: Pepper, place: str) -> Iterator[tuple[Row, Use | Flaw]]:
    """The lines of a ledger of savings, each as it is or with its flaw.

    A ledger says nothing of the store that it belongs to: its place stands for that, and a
    line is known by its own bytes, wherever it turns up.

    Raises:
        OSError: it cannot be read.
    """
    instance = pepper.key(f"imported place {place}")
    seen: dict[bytes, int] = {}
    for row in read_rows(path):
        # Lines that are alike to the microsecond are several requests.
        seen[row.content] = again = seen.get(row.content, -1) + 1
        yield row, _use(row, pepper=pepper, instance=instance, again=again)


def _use(row: Row, *, pepper: Pepper, instance: str, again: int) -> Use | Flaw:
    if row.damage:
        return Flaw(WHOLE_ROW, row.damage)
    try:
        value = json.loads(row.content)
    except (ValueError, RecursionError):
        return Flaw(WHOLE_ROW, "is cut off or no JSON")
    if not isinstance(value, dict):
        return Flaw(WHOLE_ROW, "is no object")
    time = moment(value.get("ts"))
    if time is None:
        return Flaw("ts", "expected RFC 3339")
    before, after = whole(value.get("before")), whole(value.get("after"))
    if before is None or after is None:
        name = "tokens_before" if before is None else "tokens_after"
        return Flaw(name, "expected a whole number, 0 or more")
    cache = value.get("cache")
    billed: Mapping[str, object] = cache if isinstance(cache, dict) else {}
    text = row.content.decode("utf-8", "surrogateescape").strip()
    return Use(
        id=pepper.event(f"headroom saving {again} {text}"),
        source=SAVINGS,
        instance=instance,
        ts=time,
        model_family=_family(value.get("model")),
        client=keyed(pepper, "client", _said(value.get("client"))),
        tokens_before=before,
        tokens_after=after,
        tokens_cache_read=whole(billed.get("cr", 0)) if billed else None,
        tokens_cache_write=_written(billed) if billed else None,
    )


def _written(billed: Mapping[str, object]) -> int | None:
    """Cache writes: the total where the ledger has one, else the sum over their lifetimes."""
    if "cw" in billed:
        return whole(billed["cw"])
    return (whole(billed.get("cw5", 0)) or 0) + (whole(billed.get("cw1h", 0)) or 0)


def _said(value: object) -> object:
    return None if value in _UNKNOWN else value
