"""The homes that the dashboard's tests draw."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest
from dashboard_world import made_home

from dashboards import store
from dashboards.store import Snapshot


@pytest.fixture(autouse=True)
def main_module(monkeypatch: pytest.MonkeyPatch) -> None:
    """Streamlit puts a drawn script in place of ``__main__``, which new processes would run."""
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that nobody changes."""
    return made_home(tmp_path_factory.mktemp("made") / "home").root


@pytest.fixture
def full(made: Path, tmp_path: Path) -> Path:
    """A home of a test's own, with everything in it."""
    return Path(shutil.copytree(made, tmp_path / "full"))


@pytest.fixture(scope="session")
def snapshot(made: Path) -> Snapshot:
    """The snapshot of the home that nobody changes."""
    return store.current(made / "snapshots")
