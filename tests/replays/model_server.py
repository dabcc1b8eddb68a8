"""An endpoint on loopback that answers, or misbehaves as it is told: one real HTTP server."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Behaviour = str
"""ok, stall, drip, 429, 503, 500, 400, 401, redirect, drop, cut, garbage, nothing, half-truth,
lies-high, lies-low, lies-type, no-usage, echo, tool, length."""


class ModelServer:
    """What was asked, and how it is answered."""

    def __init__(self) -> None:
        self.requests: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.paths: list[str] = []
        self.behave: Callable[[int, dict[str, Any]], Behaviour] = lambda _number, _body: "ok"
        self.answer: Callable[[dict[str, Any]], str] = lambda _body: "Answer: 42"
        self.retry_after = "1"
        self.elsewhere = "http://127.0.0.1:9/v1"
        self.released = threading.Event()
        self.at_once = 0
        self.most_at_once = 0
        self.used = 0
        self.delay = 0.0
        self.lock = threading.Lock()
        self.url = ""


def tokens_of(body: dict[str, Any]) -> int:
    """What this server bills for a prompt: a token for every four bytes."""
    return len(json.dumps(body["messages"])) // 4


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def log_message(self, *_: object) -> None:
        return

    def do_POST(self) -> None:
        world = self.server.world
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with world.lock:
            world.requests.append(body)
            world.headers.append({name.lower(): value for name, value in self.headers.items()})
            world.paths.append(self.path)
            number = len(world.requests)
            world.at_once += 1
            world.most_at_once = max(world.most_at_once, world.at_once)
        try:
            if world.delay:
                time.sleep(world.delay)
            self._behave(world, world.behave(number, body), body)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True
        finally:
            with world.lock:
                world.at_once -= 1

    def _behave(self, world: ModelServer, behaviour: Behaviour, body: dict[str, Any]) -> None:
        taken, text, finish = tokens_of(body), world.answer(body), "stop"
        given = max(1, len(text) // 4)
        usage: dict[str, Any] | None = {"in": taken, "out": given}
        match behaviour:
            case "429" | "503":
                return self._send(int(behaviour), b"{}", {"Retry-After": world.retry_after})
            case "500" | "400" | "401":
                said = f'{{"error": {{"message": "no: {self._key()}"}}}}'
                return self._send(int(behaviour), said.encode())
            case "redirect":
                return self._send(307, b"", {"Location": f"{world.elsewhere}{self.path}"})
            case "garbage":
                return self._send(200, b"<html>busy</html>")
            case "nothing":
                return self._send(200, b"{}")
            case "half-truth":
                return self._send(200, b'{"choices": [{"message": {"content": 5}}], "usage": {}}')
            case "drop":
                self.close_connection = True
                self.connection.shutdown(2)
                return None
            case "stall":
                world.released.wait(10)
                self.close_connection = True
                return None
            case "lies-high":
                usage = {"in": 10_000_000, "out": 1}
            case "lies-low":
                usage = {"in": 1, "out": 1}
            case "lies-type":
                usage = {"in": "many", "out": -3}
            case "no-usage":
                usage = None
            case "echo":
                text = f"my key is {self._key()}"
            case "length":
                finish = "length"
        content = self._form(text, finish, usage, tool=behaviour == "tool")
        with world.lock:
            world.used += taken + given
        if behaviour == "cut":
            self._send(200, content[:40], {"Content-Length": str(len(content))})
            self.close_connection = True
            self.connection.shutdown(2)
            return None
        if behaviour == "drip":
            self._head(200, {"Content-Length": str(len(content))})
            for place in range(len(content)):
                self.wfile.write(content[place : place + 1])
                self.wfile.flush()
                if world.released.wait(0.1):
                    return None
            return None
        return self._send(200, content)

    def _key(self) -> str:
        return self.headers.get("x-api-key") or self.headers["Authorization"].split()[-1]

    def _form(self, text: str, finish: str, usage: dict[str, Any] | None, *, tool: bool) -> bytes:
        whole: dict[str, Any]
        if self.path.endswith("/messages"):
            block: dict[str, Any] = {"type": "text", "text": text}
            if tool:
                block = {"type": "tool_use", "id": "t1", "name": "dummy_tool", "input": {}}
            stop = {"stop": "end_turn", "length": "max_tokens"}[finish]
            whole = {
                "id": "m", "type": "message", "role": "assistant", "model": "m",
                "content": [block], "stop_reason": stop,
            }  # fmt: skip
            names = ("input_tokens", "output_tokens")
        else:
            message: dict[str, Any] = {"role": "assistant", "content": text}
            if tool:
                function = {"name": "f", "arguments": "{}"}
                call = {"id": "t1", "type": "function", "function": function}
                message = {"role": "assistant", "content": None, "tool_calls": [call]}
            whole = {
                "id": "c", "object": "chat.completion", "created": 1, "model": "m",
                "choices": [{"index": 0, "finish_reason": finish, "message": message}],
            }  # fmt: skip
            names = ("prompt_tokens", "completion_tokens")
        if usage is not None:
            whole["usage"] = {names[0]: usage["in"], names[1]: usage["out"]}
            if names[0] == "prompt_tokens" and type(usage["in"]) is int:
                whole["usage"]["total_tokens"] = usage["in"] + usage["out"]
        return json.dumps(whole).encode()

    def _send(self, status: int, content: bytes, headers: dict[str, str] | None = None) -> None:
        self._head(status, {"Content-Length": str(len(content)), **(headers or {})})
        self.wfile.write(content)
        self.wfile.flush()

    def _head(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    world: ModelServer

    def handle_error(self, *_: object) -> None:
        return


@contextmanager
def serving() -> Iterator[ModelServer]:
    """A server that runs as long as the block."""
    world = ModelServer()
    server = _Server(("127.0.0.1", 0), _Handler)
    server.world = world
    world.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield world
    finally:
        world.released.set()
        server.shutdown()
        thread.join()
        server.server_close()
