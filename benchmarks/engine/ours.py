"""The engine under test, in a process of its own: ``python -m benchmarks.engine.ours WARM FILE OUT``.

WARM and FILE have one JSON object a line (name, kind, query, text). OUT gets one a line: name, ms of CPU
time and of wall time of the one call, and the text that would go out.
"""

import time

_BEGAN = time.perf_counter()

import json  # noqa: E402
import sys  # noqa: E402
import tempfile  # noqa: E402
from pathlib import Path  # noqa: E402

from compressors.book import Book  # noqa: E402
from compressors.engine import Engine, Loaded  # noqa: E402
from compressors.handles import SqliteHandles  # noqa: E402
from compressors.pepper import PUBLIC_PEPPER  # noqa: E402
from compressors.profiles import BY_NAME, CANDIDATES, LADDERS  # noqa: E402

_IMPORTED = time.perf_counter()


def _peak_mb() -> float:
    """The most memory this process ever held, in MB, as Linux counts it."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def engine(folder: Path, *, rung: int | None = None) -> Engine:
    """An engine on every kind's candidate default, or on one rung of every ladder."""
    if rung is None:
        defaults = {kind: BY_NAME[name] for kind, name in CANDIDATES.items()}
    else:
        defaults = {kind: ladder[min(rung, len(ladder) - 1)] for kind, ladder in LADDERS.items()}
    return Engine(
        pepper=PUBLIC_PEPPER,
        loaded=Loaded(Book(defaults=defaults)),
        handles=SqliteHandles(folder / "handles.sqlite"),
    )


def main() -> None:
    """Warm up on other inputs, then every input once."""
    out = Path(sys.argv[3])
    rung = int(sys.argv[4]) if len(sys.argv) > 4 else None
    warm, rows = (
        [json.loads(line) for line in Path(name).read_text(encoding="utf-8").splitlines()]
        for name in sys.argv[1:3]
    )
    with tempfile.TemporaryDirectory() as folder, engine(Path(folder), rung=rung) as made:
        first = time.perf_counter()
        made.compress(json.dumps([{"id": n, "name": f"first {n}"} for n in range(60)]), query="a")
        started = {
            "import_ms": 1000 * (_IMPORTED - _BEGAN),
            "first_call_ms": 1000 * (time.perf_counter() - first),
            "rss_mb": _peak_mb(),
        }
        for row in warm:
            made.compress(row["text"], query=row["query"])
        with out.open("w", encoding="utf-8") as stream:
            for row in rows:
                cpu, wall = time.process_time(), time.perf_counter()
                short = made.compress(row["text"], query=row["query"])
                cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
                stream.write(
                    json.dumps(
                        {
                            "name": row["name"],
                            "cpu_ms": 1000 * cpu,
                            "ms": 1000 * wall,
                            "text": short.text,
                            "kind": short.kind,
                            "profile": short.profile,
                            "lossy": short.lossy,
                            "estimate": [short.tokens_before, short.tokens_after],
                        }
                    )
                    + "\n"
                )
    started["rss_all_mb"] = _peak_mb()
    json.dump(started, sys.stdout)


if __name__ == "__main__":
    main()
