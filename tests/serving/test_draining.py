"""A proxy that drains says so, and has clients let go of their connections."""

import asyncio
from pathlib import Path

import httpx
import pytest
from message_engines import make

from compressors.serving.app import State, make_app
from compressors.serving.server import Draining
from compressors.serving.settings import Settings, upstreams_of


@pytest.mark.parametrize("draining", [False, True])
def test_answers_while_it_drains(draining: bool, tmp_path: Path) -> None:
    engine = make(tmp_path)
    state = State(draining=draining)
    app = Draining(make_app(engine, Settings(upstreams=upstreams_of(["http://a"])), state), state)

    async def ask() -> tuple[httpx.Response, httpx.Response]:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://proxy") as client:
            return await client.get("/readyz"), await client.get("/healthz")

    ready, alive = asyncio.run(ask())
    engine.close()
    assert ready.status_code == (503 if draining else 200)
    assert ready.json()["status"] == ("draining" if draining else "ok")
    assert alive.status_code == 200
    closes = [answer.headers.get("connection") for answer in (ready, alive)]
    assert closes == (["close", "close"] if draining else [None, None])
