"""The report: the dashboard's content in one file that asks for nothing."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from dashboard_world import write_snapshot

from compressors.home import Home
from dashboards import numbers
from dashboards.ledger import Ledger, Scope
from dashboards.report import write_report
from dashboards.report.page import prose
from dashboards.store import SnapshotMissing
from pipelines.commands.report import command

NOW = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)


def test_says_what_the_views_say(full: Path, snapshot) -> None:
    text = write_report(Home(full), now=NOW)
    total = Ledger(snapshot, Scope("live")).total()
    assert numbers.count(total.net) in text
    for title in ("Overview", "Savings", "Accuracy", "Slices", "Recommendations", "Health"):
        assert f'<h2 id="{title.lower()}">' in text
    assert text.count("<svg") > 6
    assert "window: " in text


def test_asks_for_nothing(full: Path) -> None:
    text = write_report(Home(full), now=NOW)
    assert "<script" not in text
    assert "<link" not in text
    assert not re.findall(r"(?:src|url)\s*[=(]", text)
    assert not re.findall(r"href=\"(?!#)", text)


def test_what_was_named_from_outside_is_escaped() -> None:
    assert str(prose("**<b>** `&`")) == "<p><strong>&lt;b&gt;</strong> <code>&amp;</code></p>"


def test_states(tmp_path: Path) -> None:
    with pytest.raises(SnapshotMissing, match="toin run"):
        write_report(Home(tmp_path), now=NOW)
    write_snapshot(tmp_path)
    assert "No traffic has been seen yet" in write_report(Home(tmp_path), now=NOW)


def test_command(full: Path, tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    done = CliRunner().invoke(command, ["--home", str(full), "--out", str(out)])
    assert done.exit_code == 0, done.output
    assert (
        out.read_text("utf-8").startswith("<!DOCTYPE html>") or "<!DOCTYPE html>" in out.read_text()
    )
