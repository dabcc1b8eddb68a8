"""headroom-ai in a process of its own, under a Python that has it: ``python peer_process.py``.

Reads a line of JSON with ``text`` and ``query``, writes one with what goes out as ``text``, and so
on until the input ends; the first line says which version it is. Imports nothing of this project.
"""

import importlib.metadata
import json
import os
import sys
from collections.abc import Callable
from typing import Any


def call(compress: Callable[[list[dict[str, Any]]], Any], text: str, query: str) -> object:
    """What goes out for one tool answer at the end of a conversation."""
    asked = {"id": "c1", "type": "function", "function": {"name": "run", "arguments": "{}"}}
    messages: list[dict[str, Any]] = [
        {"role": "user", "content": query},
        {"role": "assistant", "content": None, "tool_calls": [asked]},
        {"role": "tool", "tool_call_id": "c1", "content": text},
    ]
    return compress(messages).messages[-1]["content"]


def main() -> None:
    """Serve until the input ends. What the library prints is not part of the answers."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)
    from headroom import compress  # type: ignore[import-not-found,unused-ignore]

    print(json.dumps({"version": importlib.metadata.version("headroom-ai")}), file=answers)
    for line in sys.stdin:
        asked = json.loads(line)
        left = call(compress, asked["text"], asked["query"])
        print(json.dumps({"text": left if isinstance(left, str) else asked["text"]}), file=answers)


if __name__ == "__main__":
    main()
