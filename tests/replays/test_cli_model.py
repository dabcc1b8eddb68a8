"""``toin model`` from the command line, against a real server on loopback."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from model_server import ModelServer, serving

from compressors.home import Home
from pipelines.cli import run
from pipelines.replays.model import Recordings, recordings_path

KEY = "sk-very-secret-0123456789"
ASK = ("model", "ask", "--model", "some-model", "--items", "1", "--profile", "json.rows_few")


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with serving() as world:
        yield world


@pytest.fixture
def litellm() -> None:
    pytest.importorskip("litellm", reason="litellm is not installed: the extra `model`")


def asks(home: Path, server: ModelServer, *more: str) -> int:
    return run([*ASK, "--home", str(home), "--base-url", f"{server.url}/v1", *more])


def test_a_dry_run_tells_the_price_and_asks_nothing(
    bundled: Path, tmp_path: Path, server: ModelServer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert asks(tmp_path, server, "--dry-run", "--price-in", "3", "--price-out", "15") == 0
    out, _ = capsys.readouterr()
    assert "requests (0 of" in out
    assert "of money" in out
    assert asks(tmp_path, server, "--dry-run", "--json") == 0
    bill = json.loads(capsys.readouterr().out)["bill"]
    assert bill["requests"] == bill["needed"] > 0
    assert 0 < bill["tokens_in"] < bill["tokens_in_at_most"]
    assert server.requests == []


@pytest.mark.usefixtures("litellm")
def test_answers_are_recorded_shown_and_replayed_without_a_request(
    bundled: Path,
    tmp_path: Path,
    server: ModelServer,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SOME_KEY", KEY)
    behaviours = {1: "429", 2: "500", 4: "garbage", 6: "echo", 7: "lies-type"}
    server.behave = lambda number, _body: behaviours.get(number, "ok")
    server.retry_after = "0"
    home = tmp_path / "home"
    assert asks(home, server, "--key-env", "SOME_KEY", "--json", "--concurrency", "2") == 0
    out, err = capsys.readouterr()
    found = json.loads(out)
    assert found["asked"]["stopped"] == ""
    assert found["asked"]["answered"] == found["bill"]["requests"] < found["asked"]["requests"]
    assert {row["treatment"] for row in found["model_accuracy"]} == {"profile", "again"}
    assert server.most_at_once <= 2
    made = len(server.requests)
    assert made == found["asked"]["requests"]

    assert asks(home, server, "--key-env", "SOME_KEY") == 0
    shown, said = capsys.readouterr()
    assert len(server.requests) == made
    assert "no request was made" in said
    assert "Model accuracy of some-model" in shown
    assert "noise" in shown

    # Elsewhere, from the export, with nobody to ask.
    export = tmp_path / "answers.jsonl"
    other = tmp_path / "other"
    assert run(["model", "export", str(export), "--home", str(home)]) == 0
    assert run(["model", "import", str(export), "--home", str(other)]) == 0
    assert "answers imported, 0 were" in capsys.readouterr().out
    assert run([*ASK, "--home", str(other), "--json"]) == 0
    again = json.loads(capsys.readouterr().out)
    assert again["model_accuracy"] == found["model_accuracy"]
    assert len(server.requests) == made

    assert any(KEY in str(headers) for headers in server.headers)
    for text in (out, err, shown, said):
        assert KEY not in text
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or KEY.encode() not in path.read_bytes(), path


@pytest.mark.usefixtures("litellm")
def test_a_budget_holds_at_the_server(
    bundled: Path, tmp_path: Path, server: ModelServer, capsys: pytest.CaptureFixture[str]
) -> None:
    server.delay = 0.02
    assert asks(tmp_path, server, "--budget-tokens", "20000", "--concurrency", "8") == 1
    _, err = capsys.readouterr()
    assert "stopped early: the budget is used up" in err
    assert 0 < server.used <= 20_000
    assert asks(tmp_path, server) == 0


@pytest.mark.usefixtures("litellm")
def test_a_refused_key_is_one_request_and_one_sentence(
    bundled: Path,
    tmp_path: Path,
    server: ModelServer,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SOME_KEY", KEY)
    server.behave = lambda _number, _body: "401"
    assert asks(tmp_path, server, "--key-env", "SOME_KEY", "--concurrency", "1") == 1
    out, err = capsys.readouterr()
    assert "refuses the key (status 401)" in err
    assert KEY not in out + err
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["--base-url", "ftp://host"], 1, "is no base URL"),
        (["--base-url", "http://me:secret@host/v1"], 1, "a user name or a password"),
        (["--base-url", "http://host/v1?key=secret"], 1, "has a query"),
        (["--base-url", "http://host:99999999/v1"], 1, "is no base URL"),
        (["--base-url", "http://host", "--key-env", "NOT_SET"], 1, "NOT_SET is not set"),
        (["--budget-money", "5"], 2, "both --price-in and --price-out"),
        (["--price-in", "5"], 2, "both --price-in and --price-out"),
        (["--price-in", "-5", "--price-out", "1"], 2, "is no amount"),
        (["--price-in", "NaN", "--price-out", "1"], 2, "is no amount"),
        (["--profile", "json.none"], 1, "is no profile"),
        (["--api", "other"], 2, "Invalid value"),
    ],
)  # fmt: skip
def test_wrong_calls_are_refused(
    bundled: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    code: int,
    says: str,
) -> None:
    assert run([*ASK, "--home", str(tmp_path), *arguments]) == code
    out, err = capsys.readouterr()
    assert says in err
    assert "secret" not in err
    assert out == ""


def test_with_nobody_to_ask_what_is_missing_is_said(
    bundled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*ASK, "--home", str(tmp_path)]) == 1
    out, err = capsys.readouterr()
    assert "no --base-url is given, so nothing is asked" in err
    assert "none" in out


def test_without_litellm_the_extra_is_named(
    bundled: Path,
    tmp_path: Path,
    server: ModelServer,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import importlib.util

    real = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *a: None if name == "litellm" else real(name, *a)
    )
    assert asks(tmp_path, server) == 1
    assert 'pip install "toin[model]"' in capsys.readouterr().err
    assert server.requests == []


def test_an_export_of_nothing_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["model", "export", str(tmp_path / "x"), "--home", str(tmp_path)]) == 1
    assert "no answers are recorded" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.usefixtures("litellm")
def test_a_killed_process_loses_nothing_that_was_answered(
    tmp_path: Path, server: ModelServer
) -> None:
    """Killed at once after each of several answers, then run to the end."""
    home = Home(tmp_path / "home")
    arguments = [*ASK, "--home", str(home.root), "--base-url", f"{server.url}/v1"]
    command = [sys.executable, "-m", "pipelines.cli", *arguments, "--concurrency", "1"]
    server.behave = lambda number, _body: "ok" if number <= 5 else "stall"
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=Path.cwd()
    )
    try:
        # The sixth request goes out once the fifth answer is recorded.
        deadline = time.monotonic() + 120
        while len(server.requests) < 6 and time.monotonic() < deadline:
            assert process.poll() is None
            time.sleep(0.02)
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    assert len(server.requests) == 6
    with Recordings(recordings_path(home)) as recordings:
        assert len(recordings.keys()) == 5
    server.behave = lambda _number, _body: "ok"
    assert run(arguments) == 0
    with Recordings(recordings_path(home)) as recordings:
        needed = len(recordings.keys())
    assert len(server.requests) == 6 + needed - 5
