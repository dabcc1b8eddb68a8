"""The MCP server, spoken to with the SDK's own client."""

import asyncio
import re
import sys
from pathlib import Path
from typing import Any

import pytest
from message_engines import make
from message_worlds import rows

mcp = pytest.importorskip("mcp")

from mcp.client.stdio import StdioServerParameters  # noqa: E402

from compressors.serving.mcp_server import make_server  # noqa: E402
from compressors.serving.reporter import Reporter  # noqa: E402
from compressors.telemetry import LiveStamps  # noqa: E402

ORIGINAL = rows(60)
INSTANCE = "0123456789abcdef"


def text_of(result: Any) -> str:
    assert not result.is_error, result
    return str(result.content[0].text)


async def _session(server: Any) -> tuple[list[str], str, str, str, dict[str, Any], bool]:
    async with mcp.Client(server) as client:
        names = [tool.name for tool in (await client.list_tools()).tools]
        short = text_of(await client.call_tool("toin_compress", {"content": ORIGINAL}))
        found = re.search(r'toin_retrieve\("([0-9a-f]{16})"\)', short)
        handle = found[1] if found else "f" * 16
        whole = text_of(await client.call_tool("toin_retrieve", {"handle": handle}))
        part = text_of(
            await client.call_tool("toin_retrieve", {"handle": handle, "query": "customer 7"})
        )
        wrong = await client.call_tool("toin_retrieve", {"handle": "../../etc/passwd"})
        stats = (await client.call_tool("toin_stats", {})).structured_content
        return names, short, whole, part, stats, wrong.is_error


def test_tools_and_events(tmp_path: Path) -> None:
    engine = make(tmp_path)
    sink = Reporter(tmp_path / "inbox", name="mcp")
    server = make_server(engine, sink, LiveStamps(INSTANCE))
    names, short, whole, part, stats, refused = asyncio.run(_session(server))
    sink.close()
    engine.close()
    assert names == ["toin_compress", "toin_retrieve", "toin_stats"]
    assert len(short) < len(ORIGINAL) / 2
    assert whole == ORIGINAL
    assert "customer 7" in part
    assert len(part) < len(ORIGINAL)
    assert refused
    assert (stats["compressions"], stats["retrievals"]) == (1, 2)
    saved = stats["tokens_before"] - stats["tokens_after"] - stats["tokens_returned"]
    assert stats["net_tokens_saved"] == saved < 0
    assert stats["fingerprint"] == engine.fingerprint
    assert sink.written == 3


def test_the_command_over_stdio(tmp_path: Path) -> None:
    command = StdioServerParameters(
        command=sys.executable,
        args=["-m", "pipelines.cli", "mcp", "--home", str(tmp_path / "home")],
        env={"PYTHONPATH": str(Path(__file__).parents[2])},
    )
    names, short, *_ = asyncio.run(_session_of(command))
    assert names == ["toin_compress", "toin_retrieve", "toin_stats"]
    assert len(short) <= len(ORIGINAL)
    assert list((tmp_path / "home" / "inbox").glob("mcp-*.jsonl"))


async def _session_of(command: Any) -> tuple[list[str], str]:
    async with mcp.Client(command) as client:
        names = [tool.name for tool in (await client.list_tools()).tools]
        return names, text_of(await client.call_tool("toin_compress", {"content": ORIGINAL}))
