"""What requests are sent to: the upstream itself, this project's proxy, the peer's."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
_START_SECONDS = 120.0


class Target(NamedTuple):
    """A server that answers at ``port``; ``pid`` is the process whose memory counts."""

    name: str
    port: int
    pid: int

    def memory_mb(self) -> float:
        """Resident memory of the process and its children."""
        return sum(_memory(pid) for pid in (self.pid, *_children(self.pid))) / 1024


@contextmanager
def upstream() -> Iterator[Target]:
    """The provider."""
    command = [sys.executable, "-m", "benchmarks.proxy.upstream"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        try:
            assert process.stdout is not None
            yield Target("upstream alone", int(process.stdout.readline()), process.pid)
        finally:
            process.terminate()


@contextmanager
def ours(behind: Target, home: Path) -> Iterator[Target]:
    """`toin proxy` in front of it."""
    command = [
        sys.executable, "-m", "pipelines.cli", "proxy", "--port", "0", "--home", str(home),
        "--upstream", f"http://127.0.0.1:{behind.port}", "--linger", "0",
    ]  # fmt: skip
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=ROOT) as process:
        try:
            assert process.stderr is not None
            port = 0
            for line in process.stderr:
                found = re.search(r"listening on .*:(\d+)", line)
                port = int(found[1]) if found else port
                if line.strip() == "ready":
                    break
            yield Target("toin proxy", port, process.pid)
        finally:
            process.terminate()


@contextmanager
def peer(python: Path, behind: Target, home: Path) -> Iterator[Target | None]:
    """Headroom's proxy in front of it, offline; None where it does not start."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = {
        **os.environ, "HOME": str(home), "HEADROOM_TELEMETRY": "off", "HF_HUB_OFFLINE": "1",
        "ANTHROPIC_TARGET_API_URL": f"http://127.0.0.1:{behind.port}",
    }  # fmt: skip
    command = [
        str(python.parent / "headroom"), "proxy", "--port", str(port), "--no-telemetry",
        "--no-rate-limit", "--no-http2", "--mode", "token",
    ]  # fmt: skip
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield Target("headroom proxy", port, process.pid) if _listens(port, process) else None
    finally:
        process.terminate()
        process.wait()


def _listens(port: int, process: subprocess.Popen[bytes]) -> bool:
    end = time.monotonic() + _START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return True
        except OSError:
            time.sleep(0.2)
    return False


def _memory(pid: int) -> int:
    try:
        text = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0
    found = re.search(r"VmRSS:\s+(\d+)", text)
    return int(found[1]) if found else 0


def _children(pid: int) -> list[int]:
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    except OSError:
        return []
    return [int(each) for each in text.split()]
