"""Progress where nobody watches: a beginning, an end, and how long it still takes."""

from __future__ import annotations

import pytest

from pipelines.commands._progress import Plain


def _told(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return capsys.readouterr().err.splitlines()


def test_a_step_begins_and_ends_once(capsys: pytest.CaptureFixture[str]) -> None:
    with Plain(clock=lambda: 0.0) as told:
        for done in (0, 1, 2, 3, 3):
            told.step("replays", done, 3)
        told.step("choice", 1, 1)
    assert _told(capsys) == ["replays …", "replays: done (3)", "choice: done"]


def test_a_long_step_says_how_long_it_takes(capsys: pytest.CaptureFixture[str]) -> None:
    now = 0.0
    told = Plain(clock=lambda: now)
    for done in range(0, 1001, 10):
        told.step("replays", done, 1000)
        now += 3.0
    lines = _told(capsys)
    assert lines[0] == "replays …"
    assert lines[1] == "replays: 100 of 1,000, about 4 min left"
    assert lines[-2].endswith(" s left")
    assert lines[-1] == "replays: done (1000)"
    assert len(lines) == 11


def test_what_was_there_before_does_not_make_it_quicker(capsys: pytest.CaptureFixture[str]) -> None:
    now = 0.0
    told = Plain(clock=lambda: now)
    told.step("replays", 900, 1000)
    now = 60.0
    told.step("replays", 910, 1000)
    assert _told(capsys)[-1] == "replays: 910 of 1,000, about 9 min left"
    told.step("none", 0, 0)
    now = 120.0
    told.step("none", 0, 0)
    assert _told(capsys) == ["none …"]
