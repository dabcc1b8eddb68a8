"""Make the bundled traffic sample: recorded conversations of invented agents at invented shops.

    python benchmarks/make_traffic_sample.py --seed 2611

writes `datasets/traffic-sample/<group>.jsonl.gz` and `datasets/traffic-sample.toml`. The same
seed gives the same transcripts; a file that already holds them is left as it is, so that
another zlib does not change its bytes.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
from collections.abc import Mapping
from itertools import chain, zip_longest
from pathlib import Path
from random import Random

from traffic_sample.talk import WORK, converse, phrases
from traffic_sample.world import Draw, pick, shops

A_GROUP = 32
ROOT = Path(__file__).resolve().parent.parent
# How many of a slice's answers lead the agent to a row that neither query nor oddness singles
# out: few for orders, some for stock, many for logs. A profile that keeps fewer rows hides
# more of them, so the slices differ in how much they can bear.
HIDDEN = {"orders": 3, "inventory": 13, "log": 70}
HEAD = """\
# Recorded conversations of our own making: six invented shops, three kinds of work, one
# platform. Made by benchmarks/make_traffic_sample.py --seed {seed}; replayed as the traffic of
# `model`, paid for as `auth_mode`.
name = "traffic-sample"
title = "Recorded agent traffic, sample"
format = "openai-chat"
source = "written for this project"
revision = "seed {seed}"
licence = "Apache-2.0"
sample = true
model = "claude-sonnet-4-20250514"
auth_mode = "payg"
groups = {groups}
conversations = {conversations}
"""
ENTRY = """
[[file]]
path = "traffic-sample/{group}.jsonl.gz"
sha256 = "{digest}"
fields = ["id", "task_id", "messages"]
group = "{group}"
conversations = {conversations}
"""


def transcripts(*, seed: int) -> dict[str, list[dict[str, object]]]:
    """All conversations by group, in order."""
    words = phrases()
    found: dict[str, list[dict[str, object]]] = {}
    plan = [(shop, n) for shop in shops() for n in range(A_GROUP)]
    kinds = [list(WORK)[(n + place // A_GROUP) % 3] for place, (_, n) in enumerate(plan)]
    hidden = _hidden(kinds, seed=seed)
    for place, (shop, n) in enumerate(plan):
        work = kinds[place]
        draw = Draw(Random(f"{seed}/{shop.name}/{n}"), shop)
        messages = converse(draw, work, hidden.get(place, {}), words)
        identity = {"id": f"{shop.name}-{n + 1:02d}", "task_id": f"{shop.name}-{work}-{n + 1:02d}"}
        found.setdefault(shop.name, []).append({**identity, "messages": messages})
    return found


def _hidden(kinds: list[str], *, seed: int) -> dict[int, dict[tuple[str, int], str]]:
    """Which answers (conversation -> slice, nth) lead to a row that nothing singles out."""
    rng = Random(f"{seed}/hidden")
    chosen: dict[int, dict[tuple[str, int], str]] = {}
    for slice_, count in HIDDEN.items():
        places = [place for place, work in enumerate(kinds) if slice_ in WORK[work]]
        rng.shuffle(places)
        by_group = [[p for p in places if p // A_GROUP == group] for group in range(6)]
        turns = chain.from_iterable(zip_longest(*by_group))  # one from each group in turn
        places = [place for place in turns if place is not None]
        for place in places[:count]:
            mode = pick(rng, ("spot", "spot", "later"))
            chosen.setdefault(place, {})[slice_, rng.randrange(4)] = mode
    return chosen


def packed(rows: list[dict[str, object]]) -> bytes:
    """One JSON object a line."""
    lines = [json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in rows]
    return ("\n".join(lines) + "\n").encode()


def write(directory: Path, *, seed: int) -> Mapping[str, int]:
    """Write files and manifest below ``directory``; gives back the size of each file."""
    target, sizes, entries = directory / "traffic-sample", {}, []
    target.mkdir(parents=True, exist_ok=True)
    found = transcripts(seed=seed)
    for group, rows in found.items():
        path, content = target / f"{group}.jsonl.gz", packed(rows)
        if not path.exists() or gzip.decompress(path.read_bytes()) != content:
            path.write_bytes(gzip.compress(content, 9, mtime=0))
        digest = hashlib.sha256(content).hexdigest()
        entries.append(ENTRY.format(group=group, digest=digest, conversations=len(rows)))
        sizes[group] = path.stat().st_size
    head = HEAD.format(
        seed=seed,
        groups=json.dumps(list(found)),
        conversations=sum(len(rows) for rows in found.values()),
    )
    (directory / "traffic-sample.toml").write_text(head + "".join(entries), encoding="utf-8")
    return sizes


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--out", type=Path, default=ROOT / "datasets", help="default: datasets")
    given = parser.parse_args()
    for group, size in write(given.out, seed=given.seed).items():
        print(f"{group}: {size} bytes")


if __name__ == "__main__":
    main()
