"""The snapshot that the dashboard's tests draw."""

from __future__ import annotations

import datetime as dt
import sys

import pytest
from dashboard_world import FIRST, LAST, SLICE, answer_row, net_row


@pytest.fixture(autouse=True)
def main_module(monkeypatch: pytest.MonkeyPatch) -> None:
    """Streamlit puts a drawn script in place of ``__main__``, which new processes would run."""
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])


@pytest.fixture
def full() -> dict[str, list[dict[str, object]]]:
    return {
        "net": [
            net_row(publication, scope, key, after=after)
            for publication, after in ((FIRST, 70_000), (LAST, 60_000))
            for scope, key in (("all", "all"), ("kind", "json"), ("slice", "/".join(SLICE)))
        ],
        "savings": [
            {
                "day": dt.date(2026, 1, day),
                "publication": LAST,
                "origin": "recorded",
                "arm": arm,
                "auth_mode": SLICE[0],
                "model_family": SLICE[1],
                "structure_hash": SLICE[2],
                "kind": "json",
                "profile": "json.rows_few",
                "conversations": 60,
                "compressions": 240,
                "tokens_before": 50_000,
                "tokens_after": 30_000,
                "tokens_returned": 500,
                "retrievals": 1,
                "regrets": 1,
                "lossy": 200,
                "faults": 0,
                "latency_us": 99,
            }
            for day in (2, 3)
            for arm in ("recommended", "trial")
        ],
        "answerability": [
            answer_row("json.rows_few", 4, "profile", 88),
            answer_row("json.rows_few", 4, "random_deletion", 40),
        ],
        "certificates": [
            {
                "replay": "d" * 16,
                "kind": "json",
                "profile": "json.rows_few",
                "profile_id": "e" * 16,
                "rung": 4,
                "dataset": "gsm8k-sample",
                "block": 1,
                "version": 1,
                "kinds": 2,
                "n": 88,
                "harms": 0,
                "epsilon": 0.1,
                "p": 9.4e-5,
                "threshold": 0.0125,
                "solvable": 0.97,
                "certified": True,
                "status": "demonstration",
            }
        ],
        "decisions": [
            {
                "publication": LAST,
                "auth_mode": SLICE[0],
                "model_family": SLICE[1],
                "structure_hash": SLICE[2],
                "kind": "json",
                "incumbent": "json.rows_half",
                "profile": "json.rows_few",
                "published": True,
                "reason": "certified",
                "because": "it saves most of those whose regret is bounded",
                "conversations": 120,
                "instances": 6,
                "net_low": 0.3,
                "net_high": 0.5,
                "regret_low": 0.0,
                "regret_high": 0.04,
                "confidence": 0.97,
            }
        ],
        "publications": [
            {
                "id": f"sha256:{LAST}{'0' * 48}",
                "watermark": dt.datetime(2026, 1, 14),
                "origin": "recorded",
                "demonstration": True,
                "current": True,
                "content": "",
            }
        ],
        "ingest": [{"segments": 6, "rows": 100, "stored": 100, "duplicates": 0, "quarantined": 0}],
    }
