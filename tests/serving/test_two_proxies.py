"""Two proxies report into one warehouse."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import httpx
import pytest
from message_engines import OWN
from proxy_world import proxy
from test_proxy import ANSWERS, body_of
from upstream_world import World, said, upstream

from compressors.home import Home
from compressors.pepper import save_pepper
from pipelines.cli import run


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with upstream() as running:
        running.usual = lambda _: said(ANSWERS["anthropic"])
        yield running


@pytest.mark.slow
def test_two_proxies_report_into_one_warehouse(world: World, tmp_path: Path) -> None:
    home = Home.at(tmp_path / "platform").ensure()
    save_pepper(home.pepper, OWN)
    told = []
    for name in ("a", "b"):
        with proxy(tmp_path / name, world.url, instance=name) as proxied:
            for number in range(3):
                body = body_of("anthropic", f"{name}{number}", count=60 + number)
                url = proxied.url + "/v1/messages"
                assert httpx.post(url, content=body, trust_env=False).status_code == 200
        told.append(proxied.events)
    assert run(["ingest", "--home", str(home.root), *map(str, told)]) == 0
    with duckdb.connect(str(home.warehouse), read_only=True) as warehouse:
        counted = warehouse.execute(
            "select instance, event, count(*), count(distinct conversation), sum(tokens_input) "
            "from events group by all order by all"
        ).fetchall()
        kept = warehouse.execute("select count(*) from quarantine").fetchall()
    instances = sorted(OWN.key(f"proxy\x1f{name}") for name in ("a", "b"))
    assert counted == [
        (instance, event, 3, 3, tokens)
        for instance in instances
        for event, tokens in (("compression", None), ("usage", 21))
    ]
    assert kept == [(0,)]
