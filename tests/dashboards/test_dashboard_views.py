"""Each view shows its figures with interval and sample, and every other state says what to do."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from dashboard_world import FIRST, LAST, write_snapshot
from streamlit.testing.v1 import AppTest

from dashboards import words
from dashboards.views import accuracy, savings
from pipelines.snapshot_schema import TABLES

VIEWS = ("savings", "accuracy")


def shown(home: Path, view: str, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """The app, as it draws ``view`` for ``home``."""
    monkeypatch.setenv("TOIN_HOME", str(home))

    def script(view: str) -> None:
        import importlib

        from dashboards.app import page

        page(importlib.import_module(f"dashboards.views.{view}").view)()

    return AppTest.from_function(script, args=(view,), default_timeout=30).run()


def everything(app: AppTest) -> str:
    parts = [app.title, app.markdown, app.caption, app.subheader, app.info, app.error]
    return "\n".join(str(element.value) for group in parts for element in group)


@pytest.mark.parametrize("view", VIEWS)
def test_empty_home_says_what_to_do(tmp_path, view, monkeypatch) -> None:
    app = shown(tmp_path, view, monkeypatch)
    assert not app.exception
    assert "toin run" in app.info[0].value


@pytest.mark.parametrize("view", VIEWS)
def test_snapshot_without_rows_says_what_to_do(tmp_path, view, monkeypatch) -> None:
    write_snapshot(tmp_path, {})
    app = shown(tmp_path, view, monkeypatch)
    assert not app.exception
    assert "Run `toin" in app.info[0].value


@pytest.mark.parametrize("view", VIEWS)
def test_damaged_snapshot_is_an_error_with_a_next_step(tmp_path, full, view, monkeypatch) -> None:
    directory = write_snapshot(tmp_path, full)
    for file in directory.iterdir():
        file.write_bytes(b"PAR1")
    app = shown(tmp_path, view, monkeypatch)
    assert not app.exception
    assert "toin run" in app.error[0].value


def test_savings_shows_the_last_pass_with_interval_and_sample(tmp_path, full, monkeypatch) -> None:
    write_snapshot(tmp_path, full)
    app = shown(tmp_path, "savings", monkeypatch)
    assert not app.exception
    figures = {metric.label: metric.value for metric in app.metric}
    assert figures["Net savings"] == "39.0 %"
    assert figures["Tokens after"] == "60,000"
    text = everything(app)
    assert "31.0 % to 47.0 % at 95 %" in text
    assert "n = 120 conversations" in text
    assert LAST in text


def test_other_tools_histories_stand_apart_and_in_no_total(tmp_path, full, monkeypatch) -> None:
    row = {
        "source": "rtk_history", "day": date(2026, 11, 20), "model_family": "unknown", "uses": 4,
        "tokens_before": 100, "tokens_after": 130,
    }  # fmt: skip
    write_snapshot(tmp_path, {**full, "imported": [row]})
    app = shown(tmp_path, "savings", monkeypatch)
    assert not app.exception
    assert "What other tools report" in everything(app)
    assert {metric.label: metric.value for metric in app.metric}["Tokens after"] == "60,000"
    assert app.dataframe[-1].value["tokens_saved"].to_list() == [-30]


def test_no_history_is_no_section(tmp_path, full, monkeypatch) -> None:
    write_snapshot(tmp_path, full)
    assert "other tools" not in everything(shown(tmp_path, "savings", monkeypatch))


def test_trials_are_never_in_a_total(tmp_path, full, monkeypatch) -> None:
    write_snapshot(tmp_path, full)
    days = savings.by_day(pl.DataFrame(full["savings"], schema=dict(TABLES["savings"])))
    assert days.get_column("before").to_list() == [50_000, 50_000]


def test_accuracy_says_what_it_measures(tmp_path, full, monkeypatch) -> None:
    write_snapshot(tmp_path, full)
    app = shown(tmp_path, "accuracy", monkeypatch)
    assert not app.exception
    text = everything(app)
    assert re.search(re.escape(words.ANSWERABILITY), text, re.IGNORECASE)
    assert words.NONE_RECORDED in text
    assert "not in general" in text
    certificates = app.dataframe[0].value
    assert certificates["n"].to_list() == [88]
    assert certificates["harms"].to_list() == [0]


def test_what_models_answered_stands_apart(tmp_path, full, monkeypatch) -> None:
    row = {
        "model": "some-model", "dataset": "gsm8k-sample", "kind": "json",
        "profile": "json.rows_few", "rung": 4, "treatment": "profile", "split": "learn",
        "items": 20, "missing": 1, "right_without": 18, "right_with": 16, "lost": 3, "won": 1,
        "loss": 0.1, "epsilon": 0.1, "p": 0.43, "unreadable_without": 1, "unreadable_with": 2,
        "temperature": 0.0, "max_tokens": 1024, "engine": "f" * 16,
    }  # fmt: skip
    write_snapshot(tmp_path, {**full, "model_accuracy": [row, {**row, "items": 0}]})
    app = shown(tmp_path, "accuracy", monkeypatch)
    assert not app.exception
    text = everything(app)
    assert words.NONE_RECORDED not in text
    assert words.MODEL_ACCURACY in text
    [table] = [frame.value for frame in app.dataframe if "right without" in frame.value]
    assert table["right without"].to_list()[0] == 0.9
    assert table["right without"].isna().to_list() == [False, True]
    assert "share" not in table, "answerability is another table"


def test_front_tells_profiles_from_controls(full) -> None:
    points = accuracy.front(
        pl.DataFrame(full["answerability"], schema=dict(TABLES["answerability"]))
    )
    assert points.get_column("saved").to_list() == pytest.approx([0.6, 0.6])
    assert points.get_column("treatment").n_unique() == 2


@pytest.mark.parametrize(
    ("seen", "current", "expected"),
    [
        ([FIRST, LAST], LAST, LAST),
        ([FIRST], LAST, FIRST),
        ([], LAST, None),
        (["", LAST], LAST, LAST),
    ],
)
def test_last_pass(seen: list[str], current: str, expected: str | None) -> None:
    net = pl.DataFrame({"publication": seen}, schema={"publication": pl.String})
    publications = pl.DataFrame(
        [{"id": f"sha256:{current}{'0' * 48}", "current": True}],
        schema=dict(TABLES["publications"]),
    )
    assert savings.last_pass(net, publications) == expected
