"""The main job: what it refuses, what its first pass knows, and, slowly, the whole of it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import orjson
import pytest

from compressors.book import publication_id
from compressors.engine import Engine
from compressors.errors import ConfigurationError, InputRefused
from compressors.handles import MemoryHandles
from compressors.home import Home
from compressors.pepper import new_pepper, save_pepper
from pipelines.run import main_job, unadvised
from pipelines.traffic.bundled import bundled_traffic
from pipelines.traffic.intake import take_in

DEFAULTS = f"""schema = 1

[publication]
id = "ID"
engine = ["sha256:{"e" * 64}"]
delta = 0.05
epsilon = {{ gsm8k = 0.01 }}
datasets = {{ gsm8k = "sha256:{"d" * 64}" }}
control_share = 0
""".encode()


def test_demonstration_data_is_refused_under_a_secret_pepper(tmp_path: Path) -> None:
    home = Home.at(tmp_path / "home")
    save_pepper(home.ensure().pepper, new_pepper())
    with pytest.raises(ConfigurationError, match=r"a pepper of its own.*--traffic"):
        main_job(home)
    assert [path.name for path in home.root.iterdir()] == ["pepper"]


def test_unreadable_traffic_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text('{"alpha": 1}')
    home = Home.at(tmp_path / "home")
    with pytest.raises(InputRefused, match="alpha"):
        main_job(home, traffic=[tmp_path / "x.json"])
    assert not home.segments.exists()
    assert not home.warehouse.exists()


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"telemetry": ["empty"]}, "holds no closed segment"),
        ({"telemetry": ["absent"]}, "absent does not exist"),
        ({"data": "absent"}, "absent is no folder"),
        ({"data": "empty"}, "gsm8k/test.jsonl cannot be read"),
    ],
)
def test_segments_and_data_are_looked_at_before_anything_is_made(
    tmp_path: Path, given: dict[str, str | list[str]], says: str
) -> None:
    (tmp_path / "empty").mkdir()
    home = Home.at(tmp_path / "home")
    telemetry = [tmp_path / name for name in given.get("telemetry", [])]
    data = tmp_path / str(given["data"]) if "data" in given else None
    with pytest.raises(InputRefused, match=says):
        main_job(home, telemetry=telemetry, data=data)
    assert not home.root.exists()


def test_the_first_pass_knows_the_packages_defaults_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Home.at(tmp_path / "home").ensure()
    home.recommendations.write_text("schema = ")
    monkeypatch.setenv("TOIN_RECOMMENDATIONS", str(home.recommendations))
    monkeypatch.setattr("pipelines.run.default_recommendations", lambda: None)
    with unadvised(home) as engine:
        assert engine.book.publication is None
        assert engine.health().status == "ok"
    packaged = tmp_path / "packaged.toml"
    packaged.write_bytes(DEFAULTS.replace(b"ID", publication_id(DEFAULTS).encode()))
    monkeypatch.setattr("pipelines.run.default_recommendations", lambda: packaged)
    with unadvised(home) as engine:
        assert engine.book.source == str(packaged)
        assert engine.health().status == "ok"


def test_the_bundled_traffic_is_what_its_manifest_says() -> None:
    own = bundled_traffic()
    intake = take_in([own.directory])
    groups = {transcript.group for transcript in intake.transcripts}
    assert len(intake.transcripts) >= 120
    assert len(groups) == 6
    assert intake.refused == intake.skipped == ()
    assert own.model


def test_a_bundled_file_that_was_changed_is_refused(tmp_path: Path) -> None:
    (tmp_path / "traffic-sample").mkdir()
    (tmp_path / "traffic-sample" / "a.jsonl.gz").write_bytes(b"other")
    (tmp_path / "traffic-sample.toml").write_text(
        'model = "gpt-5"\nauth_mode = "payg"\n[[file]]\npath = "traffic-sample/a.jsonl.gz"\n'
        f'sha256 = "{"0" * 64}"\n'
    )
    with pytest.raises(InputRefused, match=r"a\.jsonl\.gz.*sha256"):
        bundled_traffic(tmp_path)
    (tmp_path / "traffic-sample.toml").write_text('model = "gpt-5"\n')
    with pytest.raises(InputRefused, match=r"traffic-sample\.toml.*auth_mode"):
        bundled_traffic(tmp_path)


class Ran(NamedTuple):
    """A finished `toin run --json`."""

    told: dict[str, object]
    err: str
    content: bytes


@contextmanager
def running(home: Path, *, seed: str) -> Iterator[subprocess.Popen[str]]:
    environment = os.environ | {"PYTHONHASHSEED": seed}
    with subprocess.Popen(
        [sys.executable, "-m", "pipelines.cli", "run", "--home", str(home), "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        start_new_session=True,
    ) as process:
        yield process


def finished(home: Path, *, seed: str) -> Ran:
    with running(home, seed=seed) as process:
        out, err = process.communicate(timeout=400)
    assert process.returncode == 0, err
    return Ran(orjson.loads(out), err, (home / "recommendations.toml").read_bytes())


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("runs")


@pytest.fixture(scope="module")
def ran(place: Path) -> Ran:
    return finished(place / "home", seed="1")


@pytest.mark.slow
def test_a_new_user_gets_a_file_that_acts(ran: Ran, place: Path) -> None:
    told = ran.told
    assert told["publication_id"] == publication_id(ran.content)
    assert told["recommendations_path"] == str(place / "home" / "recommendations.toml")
    rows = tomllib.loads(ran.content.decode())["recommendation"]
    assert told["recommendations"] == len(rows) > 0
    assert told["demonstration"] is True
    assert told["quarantined"] == 0
    certificates = told["certificates"]
    assert isinstance(certificates, list)
    assert {row["status"] for row in certificates} == {"demonstration"}
    for step in ("traffic, first pass: done", "replays: done", "traffic, second pass: done"):
        assert step in ran.err

    home = Home.at(place / "home")
    with Engine.start(home.recommendations, home, handles=MemoryHandles()) as engine:
        assert engine.health().status == "ok"
        health = engine.health()
        assert (health.standing, health.certified) == ("demonstration", False)
        assert len(engine.book.rows) == len(rows)


@pytest.mark.slow
def test_the_second_pass_is_different_because_of_the_file(ran: Ran) -> None:
    changes = ran.told["changes"]
    assert isinstance(changes, list)
    assert changes, "some slice acts otherwise than on the defaults"
    for change in changes:
        assert change["profile_before"] != change["profile_after"]
        assert change["because"]
    assert any(
        change["tokens_after_first_pass"] != change["tokens_after_second_pass"]
        for change in changes
    )


@pytest.mark.slow
def test_running_again_in_the_same_home_changes_nothing(ran: Ran, place: Path) -> None:
    home = Home.at(place / "home")
    again = main_job(home, threads=1).as_json()
    assert home.recommendations.read_bytes() == ran.content
    assert {**again, "seconds": 0} == {**ran.told, "seconds": 0}


@pytest.mark.slow
@pytest.mark.parametrize("after", [0.0, 0.3, 2.0])
def test_ctrl_c_in_the_middle_of_a_pass_is_answered_at_once(place: Path, after: float) -> None:
    home = place / f"interrupted-{after}"
    with running(home, seed="3") as process:
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith("traffic, first pass"):
                break
        time.sleep(after)
        os.killpg(process.pid, signal.SIGINT)
        rest = process.stderr.read()
    assert process.returncode == 130, rest
    assert "Traceback" not in rest
    assert "first pass: done" not in rest
    assert not [path for path in home.rglob("*") if path.suffix == ".part"]


@pytest.mark.slow
def test_after_ctrl_c_the_next_run_completes_and_gives_the_same_file(ran: Ran, place: Path) -> None:
    home = place / "interrupted"
    with running(home, seed="2") as process:
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith("traffic, first pass: done"):
                break
        os.killpg(process.pid, signal.SIGINT)
        rest = process.stderr.read()
    assert process.returncode == 130, rest
    assert "the next run of the same command completes" in rest
    assert "Traceback" not in rest
    assert finished(home, seed="2").content == ran.content
