"""Let headroom-ai compress transcripts and write its own two files: run with a Python that has it.

``python write_with_headroom.py TRANSCRIPTS OUT [MOST]`` reads conversations, one JSON object with
``messages`` a line (``.gz`` too), and leaves ``toin.json`` and ``savings_events.jsonl`` in OUT.
Every tool result is compressed; each third one is then asked for again, as an agent would.
Imports nothing of this project.
"""

import gzip
import json
import os
import sys
from pathlib import Path


def main(source: Path, out: Path, most: int) -> None:
    out.mkdir(parents=True, exist_ok=True)
    os.environ.update(
        HEADROOM_TELEMETRY="on",  # its store is only written with this; nothing is sent
        HEADROOM_BEACON="off",
        HEADROOM_OFFLINE="1",
        HEADROOM_WORKSPACE_DIR=str(out),
        HEADROOM_TOIN_PATH=str(out / "toin.json"),
        HEADROOM_SAVINGS_EVENTS_PATH=str(out / "savings_events.jsonl"),
        HEADROOM_MCP_MODEL="claude-sonnet-4-20250514",
    )
    from headroom import compress  # type: ignore[import-not-found,unused-ignore]
    from headroom.savings_ledger import (  # type: ignore[import-not-found,unused-ignore]
        record_savings_event,
    )
    from headroom.telemetry.toin import get_toin  # type: ignore[import-not-found,unused-ignore]

    toin = get_toin()
    with gzip.open(source, "rt") if source.suffix == ".gz" else source.open() as lines:
        for number, line in enumerate(lines):
            if number == most:
                break
            done = compress(json.loads(line)["messages"], model="claude-sonnet-4-20250514")
            record_savings_event(
                tokens_before=done.tokens_before,
                tokens_after=done.tokens_after,
                model="claude-sonnet-4-20250514" if number % 2 else None,
                client="claude-code",
                source="proxy",
                new_input_tokens=done.tokens_after if number % 3 == 0 else None,
                cache_read_tokens=done.tokens_before // 2 if number % 3 == 0 else 0,
                provider="anthropic",
            )
            for pattern in toin.iter_patterns()[: 1 if number % 3 == 0 else 0]:
                toin.record_retrieval(
                    tool_signature_hash=pattern[1].tool_signature_hash,
                    retrieval_type="full" if number % 2 else "search",
                    query=None if number % 2 else "status:failed order_id:4711",
                    query_fields=["status", "order_id"],
                )
    toin.save()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 1 << 30)
