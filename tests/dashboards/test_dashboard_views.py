"""Each view in each state: full, empty, without rows, stale, damaged; filters in the address."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from dashboard_world import FAMILIES, OLD, slice_of, write_snapshot
from streamlit.testing.v1 import AppTest

from dashboards import words
from dashboards.app import VIEWS
from dashboards.ledger import Ledger, Scope
from dashboards.ledger.scope import short_id
from dashboards.store import Snapshot


def shown(home: Path, view: str, monkeypatch: pytest.MonkeyPatch, **query: str) -> AppTest:
    """The app, as it draws ``view`` for ``home`` under an address with ``query``."""
    monkeypatch.setenv("TOIN_HOME", str(home))

    def script(view: str) -> None:
        from dashboards.app import VIEWS, page

        page(VIEWS[view][0], view.capitalize())()

    app = AppTest.from_function(script, args=(view,), default_timeout=60)
    for name, value in query.items():
        app.query_params[name] = value
    return app.run()


def everything(app: AppTest) -> str:
    parts = [app.title, app.markdown, app.caption, app.subheader, app.info, app.warning, app.error]
    return "\n".join(str(element.value) for group in parts for element in group)


@pytest.mark.parametrize("view", VIEWS)
def test_full(full, view, monkeypatch) -> None:
    app = shown(full, view, monkeypatch)
    assert not app.exception
    assert not app.error
    text = everything(app)
    assert "Read only." in text
    if view not in ("health",):
        assert "Source:" in text
    for line in (caption.value for caption in app.caption if "Source:" in caption.value):
        assert all(part in line for part in ("window: ", "unit: ", "sample: ")), line


@pytest.mark.parametrize("view", VIEWS)
def test_empty_home_says_what_to_do(tmp_path, view, monkeypatch) -> None:
    app = shown(tmp_path, view, monkeypatch)
    assert not app.exception
    assert "toin run" in app.info[0].value


@pytest.mark.parametrize("view", VIEWS)
def test_snapshot_without_rows_says_what_to_do(tmp_path, view, monkeypatch) -> None:
    write_snapshot(tmp_path)
    app = shown(tmp_path, view, monkeypatch)
    assert not app.exception
    assert any("toin " in info.value for info in app.info)


@pytest.mark.parametrize("view", VIEWS)
def test_damaged_snapshot_is_an_error_with_a_next_step(tmp_path, view, monkeypatch) -> None:
    for file in write_snapshot(tmp_path).iterdir():
        file.write_bytes(b"PAR1")
    app = shown(tmp_path, view, monkeypatch)
    assert not app.exception
    assert "toin run" in app.error[0].value


@pytest.mark.parametrize("view", VIEWS)
def test_stale_snapshot_is_shown_with_a_warning(full, view, monkeypatch) -> None:
    pointer = full / "snapshots" / "current"
    os.utime(pointer, (1_600_000_000, 1_600_000_000))
    app = shown(full, view, monkeypatch)
    assert not app.exception
    assert any("toin" in warning.value and "old" in warning.value for warning in app.warning)
    assert "Read only." in everything(app)


def test_snapshot_that_goes_while_it_is_drawn_is_replaced(full, tmp_path, monkeypatch) -> None:
    from dashboards import app as frame

    drawn = []

    def view(snapshot: Snapshot) -> None:
        drawn.append(snapshot.id)
        if len(drawn) == 1:
            write_snapshot(full, name="1" * 16)
            raise frame.store.SnapshotDamaged("its files were removed")

    place = frame._drawn(view, frame.Home.at(full))
    assert drawn == [drawn[0], "1" * 16]
    assert place.id == "1" * 16


def test_overview_says_it_in_a_sentence_and_in_figures(full, snapshot, monkeypatch) -> None:
    app = shown(full, "overview", monkeypatch)
    total = Ledger(snapshot, Scope("live")).total()
    figures = {metric.label: metric.value for metric in app.metric}
    assert figures["Net tokens"] == str(total.net)
    assert float(figures["Net savings"]) == pytest.approx(total.share)
    text = everything(app)
    assert f"{100 * total.share:.1f} % of the tokens that tools returned were saved, net" in text
    assert "price unknown" in text
    assert "n = 264 replays" in text
    assert "1 slices differ, 1 do the same; 1 defaults differ" in text


@pytest.mark.parametrize(
    ("query", "scope"),
    [
        ({"kind": "log"}, Scope("live", kind="log")),
        ({"publication": short_id(OLD)}, Scope("live", short_id(OLD))),
        ({"traffic": "recorded"}, Scope("recorded", "none")),
    ],
)
def test_filters_stand_in_the_address(full, snapshot, monkeypatch, query, scope) -> None:
    app = shown(full, "overview", monkeypatch, **query)
    assert not app.exception
    figures = {metric.label: metric.value for metric in app.metric}
    assert figures["Net tokens"] == str(Ledger(snapshot, scope).total().net)


def test_a_filter_that_is_changed_changes_the_figures(full, snapshot, monkeypatch) -> None:
    app = shown(full, "savings", monkeypatch)
    app.selectbox(key="by").set_value("tool").run()
    assert not app.exception
    assert "tools.txt" in everything(app)
    assert app.dataframe[0].value["net"].sum() == Ledger(snapshot, Scope("live")).total().net


def test_tools_have_the_names_of_a_local_file(full, monkeypatch) -> None:
    from dashboards.tools import names_of_tools

    (full / "tools.txt").write_text("grep\n\nread_file\n", encoding="utf-8")
    monkeypatch.setenv("TOIN_HOME", str(full))
    assert sorted(names_of_tools().values()) == ["grep", "read_file"]
    (full / "tools.txt").write_bytes(b"\xff")
    app = shown(full, "savings", monkeypatch)
    assert "tools.txt" in app.error[0].value


def test_accuracy_says_what_a_certificate_says_and_what_not(full, monkeypatch) -> None:
    app = shown(full, "accuracy", monkeypatch)
    text = everything(app)
    assert words.NONE_RECORDED in text
    assert "It does not say" in text
    assert app.expander[0].label.startswith("json · json.rows_few")
    [certificates] = [f.value for f in app.dataframe if "threshold" in f.value]
    assert certificates["n"].to_list() == [88] * 4


def test_what_models_answered_stands_apart(tmp_path, monkeypatch) -> None:
    row = {
        "model": "some-model", "dataset": "gsm8k-sample", "kind": "json",
        "profile": "json.rows_few", "rung": 4, "treatment": "profile", "split": "learn",
        "items": 20, "missing": 1, "right_without": 18, "right_with": 16, "lost": 3, "won": 1,
        "loss": 0.1, "epsilon": 0.1, "p": 0.43, "unreadable_without": 1, "unreadable_with": 2,
        "temperature": 0.0, "max_tokens": 1024, "engine": "f" * 16,
    }  # fmt: skip
    write_snapshot(tmp_path, {"model_accuracy": [row, {**row, "items": 0}]})
    app = shown(tmp_path, "accuracy", monkeypatch)
    assert not app.exception
    assert words.NONE_RECORDED not in everything(app)
    [rows] = [frame.value for frame in app.dataframe if "right without" in frame.value]
    assert rows["right without"].to_list()[0] == 0.9
    assert rows["right without"].isna().to_list() == [False, True]


def test_a_slice_is_found_and_opened_by_its_address(full, monkeypatch) -> None:
    name = "/".join(slice_of("log", FAMILIES[0]))
    app = shown(full, "slices", monkeypatch, search="log", slice=name)
    assert not app.exception
    assert app.selectbox(key="slice").value == name
    assert "What would change it" in everything(app)
    app = shown(full, "slices", monkeypatch, search="nothing of that name")
    assert "No slice is found" in everything(app)


def test_other_tools_histories_stand_apart_and_in_no_total(tmp_path, monkeypatch) -> None:
    import datetime as dt

    row = {
        "source": "rtk_history", "day": dt.date(2026, 11, 20), "model_family": "unknown",
        "uses": 4, "tokens_before": 100, "tokens_after": 130,
    }  # fmt: skip
    write_snapshot(tmp_path, {"imported": [row]})
    app = shown(tmp_path, "savings", monkeypatch)
    assert "What other tools report" in everything(app)
    assert app.dataframe[-1].value["tokens_saved"].to_list() == [-30]


def test_every_chart_is_valid_vega_lite(snapshot) -> None:
    from dashboards import blocks
    from dashboards.content import accuracy, overview, savings
    from dashboards.drawing.charts import chart, specification

    ledger = Ledger(snapshot, Scope("live"))
    drawn = [*overview.content(ledger), *savings.content(ledger), *accuracy.content(ledger)]
    drawn += [side for each in drawn if isinstance(each, blocks.Pair)
              for side in (each.left, each.right)]  # fmt: skip
    charts = [block for block in drawn if isinstance(block, blocks.Chart)]
    assert {type(block) for block in charts} == set(blocks.Chart.__args__)
    for block in charts:
        chart(block).to_dict()
        assert specification(block)["config"]["locale"]["number"]["decimal"] == "."
