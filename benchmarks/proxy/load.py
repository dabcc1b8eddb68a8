"""Clients that ask one after another over connections that they keep, and what they saw."""

from __future__ import annotations

import asyncio
import json
import random
import statistics
import time
from typing import NamedTuple

_WORDS = ("retry", "timeout", "shipped", "pending", "north", "blue", "cache", "lima", "oslo", "row")


class Seen(NamedTuple):
    """Of one run: seconds of the median and of the 99th percentile, requests a second, faults."""

    median: float
    p99: float
    rate: float
    faults: int


def body(size: int, number: int) -> bytes:
    """A request of about ``size`` bytes whose tool's answer was never seen before."""
    drawn = random.Random(number)
    rows: list[dict[str, object]] = []
    length = 0
    while length < size - 700:
        row = {
            "id": drawn.randrange(10**9),
            "state": drawn.choice(_WORDS),
            "note": " ".join(drawn.choices(_WORDS, k=4)),
            "total": drawn.randrange(1000),
        }
        rows.append(row)
        length += len(json.dumps(row)) + 8
    call = {"type": "tool_use", "id": f"toolu_{number}", "name": "list_rows", "input": {}}
    result = {"type": "tool_result", "tool_use_id": f"toolu_{number}", "content": json.dumps(rows)}
    return json.dumps(
        {
            "model": "claude-sonnet-99",
            "max_tokens": 10,
            "system": "You are a careful agent.",
            "messages": [
                {"role": "user", "content": f"Which row of table {number} is pending?"},
                {"role": "assistant", "content": [call]},
                {"role": "user", "content": [result]},
            ],
        }
    ).encode()


async def run(port: int, *, size: int, connections: int, requests: int, seed: int) -> Seen:
    """Ask ``requests`` times over ``connections`` connections at once."""
    bodies = asyncio.Queue[bytes]()
    for number in range(requests):
        bodies.put_nowait(body(size, seed * 1_000_000 + number))
    taken: list[float] = []
    faults = [0]
    began = time.perf_counter()
    await asyncio.gather(*(_client(port, bodies, taken, faults) for _ in range(connections)))
    seconds = time.perf_counter() - began
    ordered = sorted(taken) or [0.0]
    return Seen(
        statistics.median(ordered),
        ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))],
        len(taken) / seconds,
        faults[0],
    )


async def _client(
    port: int, bodies: asyncio.Queue[bytes], taken: list[float], faults: list[int]
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        while not bodies.empty():
            content = bodies.get_nowait()
            head = (
                "POST /v1/messages HTTP/1.1\r\nhost: benchmark\r\n"
                "content-type: application/json\r\nx-api-key: sk-ant-api03-benchmark\r\n"
                "anthropic-version: 2023-06-01\r\n"
                f"content-length: {len(content)}\r\n\r\n"
            )
            began = time.perf_counter()
            writer.write(head.encode() + content)
            if await _answered(reader):
                taken.append(time.perf_counter() - began)
            else:
                faults[0] += 1
    finally:
        writer.close()
        await writer.wait_closed()


async def _answered(reader: asyncio.StreamReader) -> bool:
    """Read one answer; whether it was a good one."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = [line for line in head.split(b"\r\n") if line.startswith(b"content-length:")]
    if length:
        await reader.readexactly(int(length[0][15:]))
    else:
        while size := int((await reader.readuntil(b"\r\n")).split(b";")[0], 16):
            await reader.readexactly(size + 2)
        await reader.readexactly(2)
    return b" 200 " in head.split(b"\r\n")[0]
