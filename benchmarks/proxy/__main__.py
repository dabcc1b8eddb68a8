"""``python -m benchmarks.proxy``: what the proxy adds, beside the bare upstream and the peer.

Every request holds a tool's answer that was never seen before, so each is compressed. Targets
are taken in turn, round after round, and the best median of the rounds counts: a machine that is
busy with other things only ever makes a round slower.
"""

from __future__ import annotations

import argparse
import asyncio
import platform
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from benchmarks.proxy.load import Seen, run
from benchmarks.proxy.targets import Target, ours, peer, upstream

SIZES = (2_000, 20_000, 200_000)
CONNECTIONS = (1, 16, 64)


def main() -> int:
    """Measure, and write the page or print it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.proxy", description=__doc__)
    parser.add_argument("--requests", type=int, default=300, help="of each run")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--memory", type=int, default=0, help="requests of the run for memory")
    parser.add_argument("--peer", type=Path, help="a Python with headroom-ai[proxy]")
    parser.add_argument("--out", type=Path, help="the page")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as opened:
        home = Path(folder)
        bare = opened.enter_context(upstream())
        targets = [bare, opened.enter_context(ours(bare, home / "toin"))]
        if asked.peer:
            (home / "peer").mkdir()
            other = opened.enter_context(peer(asked.peer, bare, home / "peer"))
            targets += [other] if other else []
            if other is None:
                sys.stderr.write("the peer's proxy does not start here; it is left out\n")
        seen = measure(targets, requests=asked.requests, rounds=asked.rounds)
        memory = flat(targets[1], asked.memory) if asked.memory else []
    page = written(seen, memory, requests=asked.requests, rounds=asked.rounds)
    if asked.out:
        asked.out.write_text(page, encoding="utf-8")
    else:
        sys.stdout.write(page)
    return 0


def measure(
    targets: list[Target], *, requests: int, rounds: int
) -> dict[tuple[int, int, str], Seen]:
    """Of every size, number of connections and target the round with the best median."""
    best: dict[tuple[int, int, str], Seen] = {}
    seed = 0
    for size in SIZES:
        for connections in CONNECTIONS:
            for _ in range(rounds):
                for target in targets:
                    seed += 1
                    how = {"size": size, "connections": connections, "seed": seed}
                    count = max(connections, requests if size < SIZES[-1] else requests // 3)
                    seen = asyncio.run(run(target.port, requests=count, **how))
                    key = (size, connections, target.name)
                    best[key] = min(best.get(key, seen), seen)
    return best


def flat(target: Target, requests: int, *, steps: int = 10) -> list[tuple[int, float]]:
    """Resident memory in MB after so many requests of 2 KB."""
    found = [(0, target.memory_mb())]
    for step in range(1, steps + 1):
        count = requests // steps
        asyncio.run(run(target.port, size=2_000, connections=16, requests=count, seed=9_000 + step))
        found.append((step * count, target.memory_mb()))
    return found


def written(
    seen: dict[tuple[int, int, str], Seen],
    memory: list[tuple[int, float]],
    *,
    requests: int,
    rounds: int,
) -> str:
    """The page."""
    lines = [
        "# The proxy's cost",
        "",
        f"`python -m benchmarks.proxy --requests {requests} --rounds {rounds}`, Python "
        f"{platform.python_version()}, {platform.machine()}. Requests hold a tool's answer that "
        "was never seen before; the upstream, on loopback, answers at once. *Added* is the median "
        "less that of the upstream alone.",
        "",
        "| KB | connections | target | median ms | added ms | 99 % ms | requests/s | faults |",
        "| ---: | ---: | --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for (size, connections, name), one in seen.items():
        bare = seen[size, connections, "upstream alone"]
        added = "" if one is bare else f"{(one.median - bare.median) * 1000:.2f}"
        lines.append(
            f"| {size // 1000} | {connections} | {name} | {one.median * 1000:.2f} | {added} | "
            f"{one.p99 * 1000:.2f} | {one.rate:.0f} | {one.faults} |"
        )
    if memory:
        lines += ["", "| requests | resident MB |", "| ---: | ---: |"]
        lines += [f"| {count} | {size:.1f} |" for count, size in memory]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
