"""``python -m benchmarks.loading``: large publications in new engine processes.

Files are composed as the platform composes them, with figures of their own in every row. Each
measurement is a new process; where tomli is installed, another one parses the same file with it,
as a measure of the machine. CPU seconds stand beside those of the clock, since a busy machine
stretches only the latter.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from compressors.book import Canary, Slice
from compressors.profiles import LADDERS
from pipelines.choice import Choice, Decision
from pipelines.publication import compose
from pipelines.settings import Settings

PEPPER_ID = "1f3a9c02"

_ENGINE = """
import json, sys, time
from compressors._start import load_book
from pathlib import Path
import compressors.engine
cpu = time.process_time()
book = load_book(Path(sys.argv[1]), pepper_id=sys.argv[2], engine="e5" * 32).book
loaded, loaded_cpu = time.time(), time.process_time()
keys = [tuple(key) for key in list(book.rows)[:: max(1, len(book.rows) // 50_000)]] * 4
begin = time.process_time()
for auth_mode, family, structure in keys:
    book.row(auth_mode, family, structure)
empty = time.process_time()
for auth_mode, family, structure in keys:
    pass
end = time.process_time()
print(json.dumps({
    "rows": len(book.rows), "ended": loaded, "load_cpu": loaded_cpu - cpu,
    "process_cpu": loaded_cpu,
    "look_up": ((empty - begin) - (end - empty)) / len(keys),
}))
"""

_TOMLI = """
import json, sys, time, tomli
text = open(sys.argv[1], encoding="utf-8").read()
cpu = time.process_time()
tomli.loads(text)
print(json.dumps({"load_cpu": time.process_time() - cpu}))
"""


def publication(rows: int, *, seed: int = 1) -> bytes:
    """A publication with this many rows, every third with a canary, every fourth with shares."""
    chance = random.Random(seed)
    decisions = []
    for _ in range(rows):
        kind = chance.choice(sorted(LADDERS))
        ladder = LADDERS[kind]
        rung = chance.randrange(1, len(ladder) - 1)
        net, regret = chance.random() / 2, chance.random() / 20
        decisions.append(
            Decision(
                slice=Slice(
                    chance.choice(("payg", "oauth", "subscription")),
                    chance.choice(("claude-sonnet-4", "claude-opus-4", "gpt-5", "gemini-2")),
                    f"{chance.getrandbits(96):024x}",
                ),
                kind=kind,
                incumbent=ladder[rung].name,
                profile=ladder[rung],
                published=True,
                reason="certified",
                because="",
                conversations=chance.randrange(50, 50_000),
                instances=chance.randrange(5, 500),
                net_low=net,
                net_high=net + chance.random() / 10,
                regret_low=regret,
                regret_high=regret + chance.random() / 20,
                confidence=1 - chance.random() / 20,
                canary=Canary(ladder[rung + 1], f"{chance.getrandbits(64):016x}", 50)
                if chance.random() < 1 / 3
                else None,
            )
        )
    return compose(
        Choice(
            decisions=tuple(sorted(decisions, key=lambda d: d.slice)),
            defaults={kind: ladder[1] for kind, ladder in LADDERS.items()},
            origin="live",
            watermark=datetime(2026, 11, 20, 23, 59, 59),
        ),
        [],
        engines=["e5" * 32],
        datasets={},
        pepper_id=PEPPER_ID,
        demonstration=False,
        settings=Settings(),
    )


def main() -> None:
    """Measure, then print the table as Markdown."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.loading", description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    columns = ("rows", "MB", "s", "CPU s", "of it reading", "tomli alone, CPU s", "look-up")
    print(f"| {' | '.join(columns)} |")
    print(f"|{' ---: |' * len(columns)}")
    with tempfile.TemporaryDirectory() as folder:
        for rows in given.rows:
            path = Path(folder) / "recommendations.toml"
            path.write_bytes(publication(rows))
            print(_line(path, given.rounds), flush=True)


def _line(path: Path, rounds: int) -> str:
    ours = [_run(_ENGINE, path, PEPPER_ID) for _ in range(rounds)]
    try:
        tomli = f"{_median([_run(_TOMLI, path) for _ in range(rounds)], 'load_cpu'):.2f}"
    except subprocess.CalledProcessError:
        tomli = "not installed"
    return (
        f"| {ours[0]['rows']:,} | {path.stat().st_size / 1e6:.1f} | {_median(ours, 'wall'):.2f} "
        f"| {_median(ours, 'process_cpu'):.2f} | {_median(ours, 'load_cpu'):.2f} | {tomli} "
        f"| {_median(ours, 'look_up') * 1e9:.0f} ns |"
    )


def _run(code: str, *arguments: Path | str) -> dict[str, Any]:
    began = time.time()
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        check=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found | {"wall": found.get("ended", began) - began}


def _median(runs: Sequence[dict[str, Any]], name: str) -> float:
    return statistics.median(run[name] for run in runs)


if __name__ == "__main__":
    main()
