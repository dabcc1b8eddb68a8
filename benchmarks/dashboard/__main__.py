"""Time to the first view and to each change, in the page's own process and in a browser.

    python -m benchmarks.dashboard [--slices 100000] [--days 365] [--rounds 3] [--browser]

The script runs as the server runs it. Clock: until the page's script has ended; CPU: what its
process used, of which a machine that does nothing else needs less by the clock. With ``--browser``
the same is measured in headless Chromium, until the page is whole, on a server of its own.
"""

from __future__ import annotations

import argparse
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.dashboard.made_up import write

_CHANGES = (
    ("overview", "kind", "log"),
    ("overview", "days", "28"),
    ("overview", "family", "gpt-5"),
    ("savings", "by", "tool"),
    ("savings", "kind", "json"),
    ("slices", "kind", "json"),
    ("slices", "search", "00ff"),
)


class Took(NamedTuple):
    """Seconds by the clock and of the processors."""

    clock: float
    cpu: float


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m benchmarks.dashboard")
    parser.add_argument("--slices", type=int, default=100_000)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--browser", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        directory = write(home, slices=given.slices, days=given.days)
        size = sum(file.stat().st_size for file in directory.iterdir())
        print(f"{given.slices:,} slices, {given.days} days, {size / 1e6:.1f} MB of Parquet")
        print(f"{'':<44}{'clock':>11}{'CPU':>11}")
        for title, took in _in_process(home, given.rounds):
            print(f"{title:<44}{took.clock * 1000:8.0f} ms{took.cpu * 1000:8.0f} ms")
        if given.browser:
            for title, took in _in_browser(home, given.rounds):
                print(f"{title:<44}{took.clock * 1000:8.0f} ms")


def _in_process(home: Path, rounds: int) -> Iterator[tuple[str, Took]]:
    os.environ["TOIN_HOME"] = str(home)
    from streamlit.testing.v1 import AppTest

    from dashboards import store
    from dashboards.app import VIEWS

    def script(view: str) -> None:
        from dashboards.app import VIEWS, page

        page(VIEWS[view][0])()

    for view in VIEWS:
        app = AppTest.from_function(script, args=(view,), default_timeout=120)
        store._frames = store._Frames()
        yield f"{view}: first, nothing read yet", _timed(app.run)
        yield f"{view}: again", _median([_timed(app.run) for _ in range(rounds)])
        for where, name, value in _CHANGES:
            if where == view:
                took = [_timed(_changed(app, name, each)) for each in (value, None) * rounds]
                yield f"{view}: {name} = {value}", _median(took)


def _changed(app: Any, name: str, value: str | None) -> Callable[[], object]:
    if name == "search":
        return lambda: app.text_input(key=name).set_value(value or "").run()
    box = app.selectbox(key=name)
    return lambda: app.selectbox(key=name).set_value(value or box.options[0]).run()


def _timed(call: Callable[[], object]) -> Took:
    clock, cpu = time.perf_counter(), time.process_time()
    call()
    return Took(time.perf_counter() - clock, time.process_time() - cpu)


def _median(took: Sequence[Took]) -> Took:
    return Took(*(statistics.median(each) for each in zip(*took, strict=True)))


def _in_browser(home: Path, rounds: int) -> Iterator[tuple[str, Took]]:
    from playwright.sync_api import sync_playwright

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "pipelines.cli", "dashboard", "--home", str(home)]
    with (
        subprocess.Popen([*command, "--port", str(port)], start_new_session=True) as server,
        sync_playwright() as driver,
    ):
        try:
            _wait(f"http://127.0.0.1:{port}/_stcore/health")
            chromium = driver.chromium.launch(
                executable_path=shutil.which("chromium"), args=["--no-sandbox"]
            )
            page = chromium.new_page(viewport={"width": 1280, "height": 900})
            whole = page.get_by_text("Read only.")

            def opened() -> None:
                page.goto(f"http://127.0.0.1:{port}/")
                whole.wait_for()

            yield "browser: first view, server just started", _timed(opened)
            yield "browser: first view", _median([_timed(opened) for _ in range(rounds)])
            for kind in ("log", "json"):

                def change(kind: str = kind) -> None:
                    page.get_by_role("combobox", name="Kind").click()
                    page.get_by_role("option", name=kind, exact=True).click()
                    page.get_by_text(f"kind {kind}").first.wait_for()

                yield f"browser: kind = {kind}, with both clicks", _timed(change)
            chromium.close()
        finally:
            os.killpg(server.pid, 2)


def _wait(address: str) -> None:
    for _ in range(300):
        try:
            with urllib.request.urlopen(address, timeout=1):
                return
        except OSError:
            time.sleep(0.2)
    raise TimeoutError(address)


if __name__ == "__main__":
    main()
