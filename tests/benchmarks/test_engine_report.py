"""The table of the benchmark: its medians, ratios, shares and errors are those of the rounds."""

from __future__ import annotations

from benchmarks.engine.generated import Input
from benchmarks.engine.report import Found, Round, text

_INPUTS = [
    Input("rows", "json", "which?", "x" * 2048),
    Input("more rows", "json", "which?", "x" * 4096),
    Input("lines", "log", "why?", "x" * 1024),
]


def _round(*ms: float, out: str = "short") -> Round:
    rows = [
        {"name": given.name, "ms": each, "text": out, "profile": f"{given.kind}.rung",
         "estimate": (110, 50)}
        for given, each in zip(_INPUTS, ms, strict=True)
    ]  # fmt: skip
    return Round({"import_ms": 100, "first_call_ms": 20, "rss_mb": 30, "rss_all_mb": 40}, rows)


_OURS = [_round(2, 8, 9), _round(4, 4, 1), _round(3, 40, 1)]
_PEERS = [_round(30, 16, 1), _round(9, 8, 0.5), _round(6, 8, 0.5)]
_COUNTS = {"inputs": [100, 120, 100], "ours": [10, 34, 50], "peer": [50, 60, 100]}


def _report(**more: object) -> dict[str, list[str]]:
    given = {"ours": _OURS, "theirs": _PEERS, "counts": _COUNTS, "found": ()} | more
    shown = text(_INPUTS, **given, command="run")  # type: ignore[arg-type]
    rows: dict[str, list[str]] = {}
    for line in shown.splitlines():
        if line.startswith("| "):
            name, *cells = [cell.strip() for cell in line.strip("|").split("|")]
            rows.setdefault(name, []).append(" / ".join(cells))
    return rows


def test_a_kind_has_the_medians_of_its_inputs() -> None:
    rows = _report()
    # Medians of rounds: ours 3, 8 and 1 ms, the peer's 9, 8 and 0.5, on 2, 4 and 1 KB.
    assert rows["json"][0] == "2 / 80.0 % / 50.0 % / 1.750 / 3.250 / 2.0, 1.0"
    assert rows["log"][0] == "1 / 50.0 % / 0.0 % / 1.000 / 0.500 / 0.5, 0.5"
    assert rows["all"] == ["3 / 70.6 % / 34.4 % / 1.500 / 2.000 / 1.0, 0.5"]


def test_every_input_is_named_with_what_it_was_seen_as() -> None:
    assert _report()["lines"] == ["log / log.rung / 1 / 50.0 % / 0.0 % / 1.000 / 0.500"]


def test_errors_of_the_estimate_are_signed() -> None:
    assert _report()["json"][1] == "+0.0 % / +10.0 %"
    assert _report()["log"][1] == "+10.0 % / +10.0 %"


def test_a_round_with_other_bytes_is_told() -> None:
    assert "NOT THE SAME BYTES" not in text(_INPUTS, _OURS, [], {}, (), command="run")
    other = [*_OURS, _round(1, 1, 1, out="longer")]
    assert "NOT THE SAME BYTES" in text(_INPUTS, other, [], {}, (), command="run")


def test_needles_are_shares_of_their_trials() -> None:
    found = [
        Found("odd row", "json", side, there)
        for side, hits in (("rung 1", (True, True)), ("peer", (True, False)))
        for there in hits
    ]
    assert _report(found=found)["odd row"] == ["json / 1.00 / 0.50"]


def test_without_the_peer_its_columns_are_empty() -> None:
    rows = _report(theirs=(), counts={})
    assert rows["json"] == ["2 /  /  / 1.750 /  / "]
    assert "headroom-ai" not in rows
