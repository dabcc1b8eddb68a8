"""Contents in which one thing is odd, and the words by which it is known to be there still."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from typing import NamedTuple

from benchmarks.engine.generated import NOUNS, VERBS, Input, record

RUNGS = 8
"""How many rungs the longest ladder has, passthrough and lossless among them."""


class Trial(NamedTuple):
    """One content with a needle; ``case`` names what sort of needle it is."""

    case: str
    needle: str
    input: Input


def trials(seed: int, each: int) -> Iterator[Trial]:
    """``each`` trials of every case, the same ones for the same seed."""
    for case, kind, query, make in _CASES:
        for n in range(each):
            text, needle = make(random.Random(f"{seed} {case} {n}"))
            yield Trial(case, needle, Input(f"{case} {n}", kind, query, text))


def _rows(
    size: int, change: Callable[[random.Random, dict[str, object]], str]
) -> Callable[[random.Random], tuple[str, str]]:
    """An array of orders in which one was changed."""

    def make(draw: random.Random) -> tuple[str, str]:
        rows = [record(draw, n) | {"status": draw.choice(("open", "paid"))} for n in range(size)]
        needle = change(draw, rows[draw.randrange(10, size - 10)])
        return json.dumps(rows), needle

    return make


def _error(draw: random.Random, row: dict[str, object]) -> str:
    row["status"] = "error: card declined"
    return "card declined"


def _rare(draw: random.Random, row: dict[str, object]) -> str:
    row["status"] = "in customs"
    return "in customs"


def _outlier(draw: random.Random, row: dict[str, object]) -> str:
    row["total"] = 987_654.25
    return "987654.25"


def _extra(draw: random.Random, row: dict[str, object]) -> str:
    row["chargeback"] = f"case {draw.randrange(10**5, 10**6)}"
    return str(row["chargeback"])


def _renamed(draw: random.Random, row: dict[str, object]) -> str:
    row["grand_total"] = row.pop("total")
    return "grand_total"


def _other_type(draw: random.Random, row: dict[str, object]) -> str:
    row["items"] = "several"
    return "several"


def _texts(case: str) -> Callable[[random.Random], tuple[str, str]]:
    """Rows with long notes of which one says something else."""

    def make(draw: random.Random) -> tuple[str, str]:
        rows = []
        for n in range(120):
            note = " ".join(
                f"The parcel was {draw.choice(VERBS)}ed and the {draw.choice(NOUNS)} was sent on."
                for _ in range(9)
            )
            rows.append({"id": n, "note": note})
        at, place = draw.randrange(10, 110), draw.randrange(3, 7)
        told = {
            "asked": "The crane dropped the piano.",
            "error": "Exception: disk quota exceeded on shelf 9.",
        }[case]
        parts = str(rows[at]["note"]).split(". ")
        parts.insert(place, told.rstrip("."))
        rows[at]["note"] = ". ".join(parts)
        return json.dumps(rows), told.rstrip(".")

    return make


def _log(
    *odd: str, others: int = 0, needle: str = ""
) -> Callable[[random.Random], tuple[str, str]]:
    """A service log of 2,000 lines with something put in; the first of ``odd`` is the needle."""

    def make(draw: random.Random) -> tuple[str, str]:
        lines = [
            f"2026-11-20 10:{n // 60 % 60:02d}:{n % 60:02d},{draw.randrange(1000):03d} INFO "
            + draw.choice(
                (
                    f"web: GET /orders/{draw.randint(1, 9999)} 200 in {draw.randint(2, 80)} ms",
                    f"worker: job {draw.randrange(16**6):06x} done",
                )
            )
            for n in range(2000)
        ]
        for _ in range(others):
            at = draw.randrange(5, 1900)
            lines[at] = (
                lines[at][:24]
                + f"ERROR db: pool {draw.randint(1, 9)} timed out after {draw.randint(10, 90)} s"
            )
        at = draw.randrange(100, 1900)
        head = lines[at][:24]
        lines[at : at + 1] = [line.format(head=head) for line in odd]
        return "\n".join(lines) + "\n", needle or odd[-1].format(head="").strip()

    return make


def _search(draw: random.Random) -> tuple[str, str]:
    lines = []
    for n in range(401):
        text = f"    value = self.client.{draw.choice(VERBS)}(self.{draw.choice(NOUNS)}_id)"
        lines.append(f"src/shop/{NOUNS[n // 41]}s.py:{n % 41 * 9 + 3}:{text}")
    at = draw.randrange(20, 380)
    lines[at] = lines[at].split(":    ")[0] + ":    raise ClientGone(self.client)"
    return "\n".join(lines) + "\n", "raise ClientGone(self.client)"


def _csv(column: int, value: str) -> Callable[[random.Random], tuple[str, str]]:
    def make(draw: random.Random) -> tuple[str, str]:
        lines = ["id,host,state,load,owner"]
        for n in range(500):
            cells = [
                str(n),
                f"node-{n % 50}",
                "ok",
                f"{draw.uniform(0, 4):.2f}",
                draw.choice(NOUNS),
            ]
            lines.append(",".join(cells))
        at = draw.randrange(20, 480)
        cells = lines[at].split(",")
        cells[column] = value
        lines[at] = ",".join(cells)
        return "\n".join(lines) + "\n", value or f"{cells[0]},{cells[1]}"

    return make


def _diff(draw: random.Random) -> tuple[str, str]:
    lines = []
    odd = draw.randrange(5, 45)
    for n in range(50):
        name = f"src/{draw.choice(NOUNS)}s/{draw.choice(VERBS)}_{n}.py"
        changed = ("-    limit = 10", "+    limit = 20")
        if n == odd:
            changed = ("-    verify(token)", "+    return True")
        lines += [
            f"diff --git a/{name} b/{name}", "index 1111111..2222222 100644", f"--- a/{name}", f"+++ b/{name}",
            f"@@ -{n + 3},5 +{n + 3},5 @@", " def run(self):", "     count = 0", *changed, "     other = count",
            "     return other",
        ]  # fmt: skip
    return "\n".join(lines) + "\n", "-    verify(token)"


def _code(draw: random.Random) -> tuple[str, str]:
    lines = ['"""Sixty functions alike, but for one."""', ""]
    odd = draw.randrange(10, 50)
    for n in range(60):
        noun = NOUNS[n % 10]
        lines += [
            f"def check_{noun}_{n}(value):",
            f'    """Check one {noun}."""',
            "    total = 0",
            "    for each in value:",
            f"        total += each.price * {n}",
            "    if total < 0:",
            "        os.remove(LEDGER)" if n == odd else "        total = 0",
            "    return total",
            "",
        ]
    return "\n".join(lines), "os.remove(LEDGER)"


def _config(draw: random.Random) -> tuple[str, str]:
    lines = ["services:"]
    odd = draw.randrange(5, 35)
    for n in range(40):
        lines += [
            f"  {draw.choice(NOUNS)}-{n}:",
            "    image: " + ("base:0.0.1-rc3" if n == odd else "base:1.4"),
            "    restart: always",
            "    environment:",
            f"      PORT: {8000 + n}",
            "      LOG_LEVEL: info",
        ]
    return "\n".join(lines) + "\n", "base:0.0.1-rc3"


def _html(draw: random.Random) -> tuple[str, str]:
    parts = [
        f"<p>The {draw.choice(NOUNS)} can be {draw.choice(VERBS)}ed from page {n}.</p>"
        for n in range(150)
    ]
    parts[draw.randrange(20, 130)] = (
        '<div class="alert">Your card ends in 4471 and was declined.</div>'
    )
    body = "\n".join(parts)
    script = "".join(f"function f{n}(){{return {n}}}" for n in range(200))
    page = f"<!DOCTYPE html><html><head><script>{script}</script></head><body>{body}</body></html>"
    return page, "ends in 4471 and was declined"


def _text(odd: str) -> Callable[[random.Random], tuple[str, str]]:
    def make(draw: random.Random) -> tuple[str, str]:
        sentences = [
            f"The {draw.choice(NOUNS)} was {draw.choice(VERBS)}ed before the {draw.choice(NOUNS)} arrived."
            for _ in range(300)
        ]
        sentences[draw.randrange(30, 270)] = odd
        parts = [" ".join(sentences[n : n + 6]) for n in range(0, 300, 6)]
        return "\n\n".join(parts) + "\n", odd.rstrip(".")

    return make


_ANY = "what is going on?"
_CASES: tuple[tuple[str, str, str, Callable[[random.Random], tuple[str, str]]], ...] = (
    ("error status", "json", _ANY, _rows(200, _error)),
    ("rare status", "json", _ANY, _rows(200, _rare)),
    ("numeric outlier", "json", _ANY, _rows(200, _outlier)),
    ("extra field", "json", _ANY, _rows(200, _extra)),
    ("renamed field", "json", _ANY, _rows(200, _renamed)),
    ("other type", "json", _ANY, _rows(200, _other_type)),
    ("inside a long cell, asked for", "json", "who dropped the piano?", _texts("asked")),
    ("inside a long cell, an error", "json", _ANY, _texts("error")),
    ("ERROR", "log", _ANY, _log("{head}ERROR db: connection lost")),
    ("WARN", "log", _ANY, _log("{head}WARN db: connection slow")),
    (
        "one ERROR among 60 others",
        "log",
        _ANY,
        _log("{head}ERROR tls: certificate expired", others=60),
    ),
    ("odd INFO line", "log", _ANY, _log("{head}INFO ledger: switched to read-only by admin")),
    ("line without level", "log", _ANY, _log("Segmentation fault (core dumped)")),
    (
        "exit code 137",
        "log",
        _ANY,
        _log("{head}INFO worker: exit code 137", needle="exit code 137"),
    ),
    (
        "traceback behind a timestamp",
        "log",
        _ANY,
        _log(
            "{head}INFO Traceback (most recent call last):",
            '{head}INFO   File "/srv/a.py", line 3, in run',
            "{head}INFO KeyError: 'total'",
        ),
    ),
    (
        "slow request",
        "log",
        _ANY,
        _log("{head}INFO web: GET /orders/17 200 in 98213 ms", needle="98213"),
    ),
    ("one raise among 400", "search", "where is the client used?", _search),
    ("critical row", "table", _ANY, _csv(2, "CRITICAL")),
    ("number out of range", "table", _ANY, _csv(3, "9731.50")),
    ("odd hunk among 50", "diff", _ANY, _diff),
    ("odd statement among 60", "code", _ANY, _code),
    ("odd service among 40", "config", _ANY, _config),
    ("alert in a page", "html", _ANY, _html),
    ("warning", "text", _ANY, _text("Warning: the ledger must not be restarted.")),
    ("number and name", "text", _ANY, _text("Invoice 88213 of Acme Ltd. was paid twice.")),
)
