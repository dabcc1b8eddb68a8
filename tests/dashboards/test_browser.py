"""The dashboard in headless Chromium: views open, filters work, nothing fails, nothing leaves."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from dashboard_world import FAMILIES, SETTINGS, slice_of, warehouse

from compressors.home import Home
from dashboards.app import VIEWS
from pipelines.snapshot import publish_snapshot

playwright = pytest.importorskip(
    "playwright.sync_api", reason="playwright is not installed; `pip install playwright`"
)
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium here; `apt-get install chromium`"),
]

# Streamlit looks for its server below the page's own address first, and goes on when it is not.
_PROBES = ("/_stcore/health", "/_stcore/host-config")


class Watched:
    """A page, with everything that went wrong on it."""

    def __init__(self, page: Any, address: str) -> None:
        self.page, self.address = page, address
        self.wrong: list[str] = []
        page.on("request", self._requested)
        page.on("response", self._answered)
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.wrong.append(f"raised {error}"))

    def open(self, place: str) -> None:
        """Go there and wait until the view is whole."""
        self.page.goto(f"{self.address}/{place}")
        self.page.get_by_text("Read only.").wait_for(timeout=60_000)

    def value(self, label: str) -> str:
        """The large number of the card ``label``."""
        card = self.page.get_by_test_id("stMetric").filter(has_text=label)
        return str(card.get_by_test_id("stMetricValue").inner_text())

    def _requested(self, request: Any) -> None:
        if not request.url.startswith((self.address, "data:", "blob:", "ws://127.0.0.1:")):
            self.wrong.append(f"asked for {request.url}")

    def _answered(self, response: Any) -> None:
        if response.status >= 400 and not response.url.endswith(_PROBES):
            self.wrong.append(f"{response.status} from {response.url}")

    def _said(self, message: Any) -> None:
        probe = "404" in message.text and message.location.get("url", "").endswith(_PROBES)
        if message.type == "error" and not probe:
            self.wrong.append(f"console: {message.text}")


@pytest.fixture(scope="module")
def home(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(made, tmp_path_factory.mktemp("browser") / "home"))


@pytest.fixture(scope="module")
def address(home: Path) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "pipelines.cli", "dashboard"]
    with subprocess.Popen(
        [*command, "--home", str(home), "--port", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        start_new_session=True,
    ) as server:
        try:
            yield _when_up(f"http://127.0.0.1:{port}")
        finally:
            os.killpg(server.pid, 2)


def _when_up(address: str) -> str:
    for _ in range(300):
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=1):
                return address
        except OSError:
            time.sleep(0.2)
    raise TimeoutError(address)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def watched(browser: Any, address: str) -> Iterator[Watched]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield Watched(context.new_page(), address)
    context.close()


def test_each_view_opens(watched: Watched) -> None:
    for view in VIEWS:
        watched.open("" if view == "overview" else view)
        title = watched.page.get_by_role("heading", level=1)
        assert title.inner_text() == view.capitalize()
        assert not watched.page.get_by_test_id("stException").count()
    assert watched.wrong == []


def test_views_are_reached_by_keyboard(watched: Watched) -> None:
    watched.open("")
    for _ in range(30):
        watched.page.keyboard.press("Tab")
        if watched.page.evaluate("document.activeElement.textContent.includes('Savings')"):
            break
    watched.page.keyboard.press("Enter")
    watched.page.get_by_role("heading", name="Savings", level=1).wait_for(timeout=30_000)
    assert watched.wrong == []


def test_filters_change_figures_and_address(watched: Watched) -> None:
    watched.open("")
    before = watched.value("Net tokens")
    watched.page.get_by_role("combobox", name="Kind").click()
    watched.page.get_by_role("option", name="log", exact=True).click()
    watched.page.wait_for_url("**kind=log**", timeout=30_000)
    watched.page.wait_for_function(
        "before => ![...document.querySelectorAll('[data-testid=stMetricValue]')]"
        ".some(each => each.innerText === before)",
        arg=before,
        timeout=30_000,
    )
    after = watched.value("Net tokens")
    assert after != before
    watched.open("?kind=log")
    assert watched.value("Net tokens") == after, "a colleague who is sent the address sees the same"
    assert watched.wrong == []


def test_a_slice_opens_from_its_address(watched: Watched) -> None:
    name = "/".join(slice_of("log", FAMILIES[0]))
    watched.open(f"slices?slice={name}")
    watched.page.get_by_text("What would change it").wait_for(timeout=30_000)
    watched.page.get_by_text(name).first.wait_for(timeout=30_000)
    assert watched.wrong == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_overview_fits_a_telephone(browser: Any, address: str, scheme: str) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, color_scheme=scheme)
    watched = Watched(context.new_page(), address)
    watched.open("")
    wider = watched.page.evaluate(
        "() => [...document.querySelectorAll('[data-testid=stMain] *')]"
        ".filter(each => each.getBoundingClientRect().right > innerWidth + 1).length"
    )
    context.close()
    assert wider == 0
    assert watched.wrong == []


def test_two_browsers_while_snapshots_are_replaced(browser: Any, address: str, home: Path) -> None:
    """A writer publishes other figures all the while; every page is whole, and of one snapshot."""
    done, published = Event(), set()

    def write() -> None:
        with warehouse() as con:
            while not done.is_set():
                con.execute("update rollup set tokens_after = tokens_after + 1")
                published.add(publish_snapshot(con, Home(home), settings=SETTINGS).id)
                done.wait(0.3)

    contexts = [browser.new_context() for _ in range(2)]
    pages = [Watched(context.new_page(), address) for context in contexts]
    writer = Thread(target=write)
    writer.start()
    seen = set()
    try:
        for view in ("", "savings", ""):
            for each in pages:
                each.open(view)
                assert not each.page.get_by_test_id("stException").count()
                assert not each.page.get_by_text("cannot be read").count()
                foot = each.page.get_by_text("Read only.").inner_text()
                seen.add(foot.split()[1])
    finally:
        done.set()
        writer.join()
        for context in contexts:
            context.close()
    assert [each.wrong for each in pages] == [[], []]
    assert len(published) > 2
    assert len(seen & published) > 1


def test_the_report_opens_offline(browser: Any, made: Path, tmp_path: Path) -> None:
    from datetime import UTC, datetime

    from dashboards.report import write_report

    out = tmp_path / "report.html"
    out.write_text(write_report(Home(made), now=datetime.now(UTC)), encoding="utf-8")
    context = browser.new_context(offline=True)
    watched = Watched(context.new_page(), out.as_uri())
    watched.page.goto(out.as_uri())
    assert watched.page.get_by_role("heading", name="Overview").count() == 1
    context.close()
    assert watched.wrong == []
