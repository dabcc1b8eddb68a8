"""``python -m benchmarks.proxy.fuzz --seconds 600``: damaged requests against a running proxy.

Whole requests are taken apart: bytes flipped, cut, doubled and moved, in head and body; types of
values exchanged in the JSON; heads of other lengths and encodings. What must hold for each: an
answer of HTTP or a closed connection, no 500 of the proxy's own, and afterwards the process
lives, nothing runs any more, and no secret that was sent stands in its log.
"""

from __future__ import annotations

import argparse
import json
import random
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from pathlib import Path

from benchmarks.proxy.load import body
from benchmarks.proxy.targets import ROOT, upstream

SECRET = "sk-ant-api03-never-to-be-seen"
_PATHS = (
    "/v1/messages",
    "/v1/chat/completions",
    "/v1/responses",
    "/v1beta/models/m:generateContent",
)
_METHODS = ("POST", "POST", "POST", "PUT", "GET")
_VALUES: tuple[object, ...] = (None, True, 0, -1, 1.5e300, "", "\ud800", [], {}, [[]], "x" * 1000)


def request(drawn: random.Random, number: int) -> bytes:
    """A request with something wrong in it, mostly."""
    content = body(drawn.choice((900, 3_000)), number)
    if drawn.random() < 0.6:
        said = json.loads(content)
        for _ in range(drawn.randrange(1, 4)):
            _exchange(drawn, said)
        content = json.dumps(said).encode("utf-8", "surrogatepass")
    if drawn.random() < 0.3:
        content = _damaged(drawn, content)
    length = str(len(content))
    if drawn.random() < 0.1:
        length = drawn.choice(("-1", "0", "99999999999", "1e3", "0x10", f"{length}, {length}"))
    extra = drawn.choice(
        ("", "", "", "Transfer-Encoding: chunked\r\n", "Expect: 100-continue\r\n",
         "Content-Encoding: gzip\r\n", "Connection: authorization, close\r\n", "Upgrade: h2c\r\n")
    )  # fmt: skip
    head = (
        f"{drawn.choice(_METHODS)} {drawn.choice(_PATHS)} HTTP/1.1\r\n"
        f"Host: fuzz\r\nAuthorization: Bearer {SECRET}\r\nContent-Length: {length}\r\n{extra}\r\n"
    ).encode()
    if drawn.random() < 0.2:
        head = _damaged(drawn, head)
    return head + content


def _exchange(drawn: random.Random, said: object) -> None:
    """Another value somewhere."""
    places: list[tuple[object, object]] = []
    pending = [said]
    while pending:
        inner = pending.pop()
        keys: object = ()
        if isinstance(inner, dict):
            keys = inner
        elif isinstance(inner, list):
            keys = range(len(inner))
        for key in keys:  # type: ignore[attr-defined]
            places.append((inner, key))
            pending.append(inner[key])  # type: ignore[index]
    if places:
        inner, key = drawn.choice(places)
        inner[key] = drawn.choice(_VALUES)  # type: ignore[index]


def _damaged(drawn: random.Random, data: bytes) -> bytes:
    """Bytes flipped, cut off, doubled, or put in."""
    at, to = sorted(drawn.randrange(len(data) + 1) for _ in range(2))
    match drawn.randrange(4):
        case 0:
            return data[:at] + bytes(b ^ drawn.randrange(256) for b in data[at:to][:8]) + data[to:]
        case 1:
            return data[:at]
        case 2:
            return data[:to] + data[at:]
        case _:
            return data[:at] + drawn.randbytes(8) + data[at:]


def answer(port: int, sent: bytes, *, seconds: float) -> str:
    """The status of what came back; ``closed`` or ``silent`` where nothing did."""
    with socket.create_connection(("127.0.0.1", port), timeout=seconds) as opened:
        try:
            opened.sendall(sent)
            came = opened.recv(65536)
            if came.startswith(b"HTTP/1.1 100"):
                came = came.partition(b"\r\n\r\n")[2] or opened.recv(65536)
        except TimeoutError:
            return "silent"
        except OSError:
            return "closed"
    if not came:
        return "closed"
    if b"toin_fault" in came:
        return "500 of its own"
    return came.partition(b"\r\n")[0].decode("latin-1").partition(" ")[2] or "no HTTP"


def main() -> int:
    """Fuzz, and say what came back; 1 where something that must hold did not."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.proxy.fuzz", description=__doc__)
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    found: Counter[str] = Counter()
    drawn = random.Random(asked.seed)
    with upstream() as behind, tempfile.TemporaryDirectory() as folder:
        log = Path(folder, "log")
        with log.open("wb") as errors, socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
            free.close()
            command = [
                sys.executable, "-m", "pipelines.cli", "proxy", "--port", str(port), "--home",
                folder, "--upstream", f"http://127.0.0.1:{behind.port}", "--body-timeout", "0.2",
                "--read-timeout", "2", "--linger", "0",
            ]  # fmt: skip
            with subprocess.Popen(command, cwd=ROOT, stderr=errors) as process:
                _wait(log)
                end = time.monotonic() + asked.seconds
                number = 0
                while time.monotonic() < end:
                    number += 1
                    found[answer(port, request(drawn, number), seconds=10)] += 1
                metrics = _get(port, "/metrics")
                process.terminate()
        said = log.read_text(encoding="utf-8", errors="replace")
    flaws = [
        *(["a fault of its own"] if found["500 of its own"] else []),
        *(["no answer"] if found["silent"] else []),
        *(["requests that never end"] if "toin_requests_running 0\n" not in metrics else []),
        *(["a secret in the log"] if SECRET in said else []),
        *(["a process that died"] if "ended by itself" in said or process.returncode else []),
    ]
    for status, count in found.most_common():
        sys.stdout.write(f"{count:8d}  {status}\n")
    sys.stdout.write(f"{found.total()} requests; {', '.join(flaws) or 'nothing went wrong'}\n")
    return 1 if flaws else 0


def _wait(log: Path) -> None:
    end = time.monotonic() + 120
    while "ready\n" not in log.read_text(encoding="utf-8") and time.monotonic() < end:
        time.sleep(0.1)


def _get(port: int, path: str) -> str:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(f"http://127.0.0.1:{port}{path}", timeout=30) as found:
        return str(found.read().decode())


if __name__ == "__main__":
    sys.exit(main())
