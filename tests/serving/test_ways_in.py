"""Middleware, LiteLLM's callback and `toin wrap`: the examples of docs/serving.md, run."""

import asyncio
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from message_engines import make
from message_worlds import Call, Step, rows, written
from model_answers import whole
from upstream_world import World, said, upstream

from compressors.events import decode
from compressors.serving.middleware import ToinMiddleware
from compressors.serving.settings import Limits
from compressors.serving.wrapping import environment_for, upstreams_in

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "serving.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with upstream() as running:
        yield running


def example(heading: str) -> str:
    """The first Python of a section."""
    section = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    found = re.search(r"```python\n(.*?)```", section, re.DOTALL)
    assert found, heading
    return found[1]


def request(form: str, name: str) -> dict[str, Any]:
    step = Step("Which one?", (Call("call_1", "list_rows", {"t": name}, rows(60)),))
    return {"model": "claude-sonnet-4-5", "messages": written(form, [step], system=name)}


def short_in(body: bytes) -> bool:
    return len(body) < len(rows(60))


def test_the_example_of_the_middleware(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("UPSTREAM", world.url)
    names: dict[str, Any] = {}
    exec(compile(example("ASGI middleware"), "gateway.py", "exec"), names)
    names["app"]._engine.close()
    world.answers(whole("anthropic", "ok"))
    app = ToinMiddleware(
        names["gateway"], engine=make(tmp_path / "home"), events=tmp_path / "inbox"
    )

    async def ask() -> tuple[httpx.Response, httpx.Response]:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
            found = await client.post("/v1/messages", json=request("anthropic", "middleware"))
            other = await client.get("/other")
        await names["upstream"].aclose()
        return found, other

    answer, other = asyncio.run(ask())
    app.close()
    assert answer.json() == json.loads(whole("anthropic", "ok").body)
    assert int(answer.headers["x-toin-tokens-after"]) < int(answer.headers["x-toin-tokens-before"])
    assert short_in(world.asked[0].body)
    assert other.status_code == 404
    assert "x-toin-fingerprint" not in other.headers
    (segment,) = (tmp_path / "inbox").glob("live-*.jsonl")
    assert decode(segment.read_bytes().splitlines()[0]).event == "compression"


def test_the_middleware_refuses_what_is_too_long(tmp_path: Path) -> None:
    async def never(*_: object) -> None:
        raise AssertionError

    app = ToinMiddleware(never, engine=make(tmp_path), limits=Limits(body_bytes=10))

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
            return await client.post("/v1/messages", content=b"x" * 11)

    answer = asyncio.run(ask())
    app.close()
    assert (answer.status_code, answer.json()["error"]["type"]) == (413, "toin_too_long")


def test_the_middleware_closes_with_the_lifespan(tmp_path: Path) -> None:
    engine = make(tmp_path)
    sent: list[str] = []

    async def app(_scope: object, _receive: object, send: Any) -> None:
        await send({"type": "lifespan.startup.complete"})
        await send({"type": "lifespan.shutdown.complete"})

    async def run() -> None:
        async def send(message: Any) -> None:
            sent.append(message["type"])

        wrapped: Any = ToinMiddleware(app, engine=engine, events=tmp_path / "inbox")
        await wrapped({"type": "lifespan"}, None, send)

    asyncio.run(run())
    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


@pytest.mark.slow
def test_the_example_of_litellm(world: World, tmp_path: Path) -> None:
    """In a process of its own: importing litellm takes seconds and changes warnings."""
    home = tmp_path / "home"
    make(home).close()
    script = "\n".join(
        (
            f"import sys; sys.path[:0] = {[str(ROOT), str(ROOT / 'tests/compressors')]!r}",
            example("LiteLLM"),
            "import json; from pathlib import Path; from message_engines import make",
            "callback = ToinCallback(make(Path(sys.argv[1])), events=Path(sys.argv[1]) / 'inbox')",
            "litellm.callbacks = [callback]",
            "messages = json.loads(sys.stdin.read())",
            "print(asyncio.run(ask(messages)))",
            "print(asyncio.run(ask(messages)))",
            "callback.close()",
        )
    )
    world.answers(whole("openai_chat", "one"), whole("openai_chat", "two"))
    done = subprocess.run(
        [sys.executable, "-c", script, str(home)],
        input=json.dumps(request("openai_chat", "litellm")["messages"]),
        env={**os.environ, "UPSTREAM": world.url, "LITELLM_LOCAL_MODEL_COST_MAP": "True"},
        cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.stdout.split() == ["one", "two"], done.stderr[-2000:]
    first, second = world.asked
    assert short_in(first.body)
    assert first.json["messages"] == second.json["messages"]
    (segment,) = (home / "inbox").glob("live-*.jsonl")
    assert len(segment.read_bytes().splitlines()) == 1


def test_the_environment_of_a_wrapped_client() -> None:
    given = {"OPENAI_BASE_URL": "https://gw/openai", "NO_PROXY": "corp,localhost", "X": "1"}
    assert upstreams_in(given) == {
        "anthropic": "https://api.anthropic.com",
        "openai": "https://gw/openai",
        "gemini": "https://generativelanguage.googleapis.com",
    }
    changed = environment_for("http://127.0.0.1:9", given)
    assert changed["X"] == "1"
    assert changed["ANTHROPIC_BASE_URL"] == "http://127.0.0.1:9"
    assert changed["OPENAI_BASE_URL"] == changed["OPENAI_API_BASE"] == "http://127.0.0.1:9"
    assert changed["NO_PROXY"] == "corp,localhost,127.0.0.1"
    assert upstreams_in({})["openai"] == "https://api.openai.com"
    assert environment_for("http://h", {})["OPENAI_BASE_URL"] == "http://h/v1"


CLIENT = """
import os, sys, urllib.request
url = os.environ["ANTHROPIC_BASE_URL"] + "/v1/messages"
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
body = sys.stdin.buffer.read()
print(opener.open(urllib.request.Request(url, body)).read().decode())
sys.exit(7)
"""


@pytest.mark.slow
def test_a_client_is_wrapped(world: World, tmp_path: Path) -> None:
    world.answers(said({"said": "hello"}))
    home = tmp_path / "home"
    done = subprocess.run(
        [
            sys.executable, "-m", "pipelines.cli", "wrap", "--home", str(home),
            "--upstream", world.url, "--", sys.executable, "-c", CLIENT,
        ],
        input=json.dumps(request("anthropic", "wrapped")).encode(),
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True, timeout=300, check=False,
    )  # fmt: skip
    assert (done.returncode, json.loads(done.stdout)) == (7, {"said": "hello"}), done.stderr
    assert list((home / "inbox").glob("live-*.jsonl"))


@pytest.mark.slow
def test_a_client_that_is_not_there(tmp_path: Path) -> None:
    done = subprocess.run(
        [
            sys.executable, "-m", "pipelines.cli", "wrap", "--home", str(tmp_path), "--upstream",
            "http://127.0.0.1:9", "--", "no-such-client",
        ],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "no-such-client cannot be started" in done.stderr
