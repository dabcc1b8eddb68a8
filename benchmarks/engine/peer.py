"""The peer, in a process of its own and under a Python that has it: ``python peer.py WARM FILE OUT``.

Input and output are those of ``ours``. It imports nothing of this project.
"""

import time

_BEGAN = time.perf_counter()

import json  # noqa: E402
import sys  # noqa: E402
from pathlib import Path  # noqa: E402

from headroom import compress  # noqa: E402

_IMPORTED = time.perf_counter()


def _peak_mb():
    """The most memory this process ever held, in MB, as Linux counts it."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def call(text, query):
    """What goes out for one tool answer at the end of a conversation."""
    messages = [
        {"role": "user", "content": query},
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [
                {"id": "c1", "type": "function", "function": {"name": "run", "arguments": "{}"}}
            ],
        },
        {"role": "tool", "tool_call_id": "c1", "content": text},
    ]
    return compress(messages).messages[-1]["content"]


def main():
    """Warm up on other inputs, then every input once."""
    out = Path(sys.argv[3])
    warm, rows = (
        [json.loads(line) for line in Path(name).read_text(encoding="utf-8").splitlines()]
        for name in sys.argv[1:3]
    )
    first = time.perf_counter()
    call(json.dumps([{"id": n, "name": f"first {n}"} for n in range(60)]), "a")
    started = {
        "import_ms": 1000 * (_IMPORTED - _BEGAN),
        "first_call_ms": 1000 * (time.perf_counter() - first),
        "rss_mb": _peak_mb(),
    }
    for row in warm:
        call(row["text"], row["query"])
    with out.open("w", encoding="utf-8") as stream:
        for row in rows:
            cpu, wall = time.process_time(), time.perf_counter()
            short = call(row["text"], row["query"])
            cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
            stream.write(
                json.dumps(
                    {"name": row["name"], "cpu_ms": 1000 * cpu, "ms": 1000 * wall, "text": short}
                )
                + "\n"
            )
    started["rss_all_mb"] = _peak_mb()
    json.dump(started, sys.stdout)


if __name__ == "__main__":
    main()
