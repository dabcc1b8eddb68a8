"""``toin dashboard``: Streamlit on the published snapshot, on this machine alone."""

from __future__ import annotations

import importlib.util
import os
import socket
import subprocess
import sys

import click

from compressors.errors import ConfigurationError
from compressors.home import Home
from pipelines.commands._common import home_option, need, say

_PATIENCE = 15
"""Seconds that a server has to end by itself."""


@click.command("dashboard")
@click.option("--port", type=click.IntRange(1, 65535), default=8501, show_default=True)
@home_option
def command(port: int, home: Home) -> int:
    """Show in the browser what the platform knows, from the home's published snapshot.

    Savings, accuracy, slices, recommendations, health. It changes nothing, listens on the
    loopback address only and reports nothing to anybody.
    """
    need("streamlit", "altair", "polars", extra="dashboards")
    if home.root.exists() and not home.root.is_dir():
        raise ConfigurationError(f"{home.root} is no folder; give the home's folder with --home")
    _refuse_taken(port)
    if not home.snapshots.exists():
        say(f"note: {home.root} has no snapshot yet; `toin run --home {home.root}` makes one")
    say(f"http://127.0.0.1:{port} (end with Ctrl-C)")
    return call(
        [
            *("-m", "streamlit", "run", app_path()),
            *("--server.address", "127.0.0.1", "--server.port", str(port)),
            *("--server.headless", "true", "--browser.gatherUsageStats", "false"),
            *("--client.toolbarMode", "viewer", "--server.fileWatcherType", "none"),
            *("--runner.magicEnabled", "false"),
        ],
        environment={"TOIN_HOME": str(home.root.absolute())},
    )


def _refuse_taken(port: int) -> None:
    with socket.socket() as tried:
        # As servers do, so that a port that was just left is free.
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind(("127.0.0.1", port))
        except OSError as error:
            raise ConfigurationError(
                f"port {port} cannot be used ({error.strerror}); choose another with --port"
            ) from error


def app_path() -> str:
    """Where the dashboard's app lies, without importing it."""
    found = importlib.util.find_spec("dashboards.app")
    if found is None or found.origin is None:
        need("dashboards.app", extra="dashboards")
        raise AssertionError("unreachable")
    return found.origin


def call(arguments: list[str], *, environment: dict[str, str]) -> int:
    """Run this interpreter with ``arguments`` until it ends; returns its exit code.

    Ctrl-C is how these servers are ended: it reaches them, too, and they are waited for.
    """
    command = [sys.executable, *arguments]
    with subprocess.Popen(command, env=os.environ | environment) as server:  # noqa: S603 - our own
        try:
            return server.wait()
        except KeyboardInterrupt:
            try:
                server.wait(timeout=_PATIENCE)
            except (KeyboardInterrupt, subprocess.TimeoutExpired):
                server.terminate()
            return 0
