"""The command line's frame: help, exit codes, what is loaded, where output goes."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import click
import pytest

from compressors.errors import ConfigurationError, ToinError
from pipelines import cli
from pipelines.cli import COMMANDS, run

HEAVY = {"dagster", "duckdb", "polars", "ibis", "pyarrow", "scipy", "streamlit"}


def loaded_by(*arguments: str) -> set[str]:
    """The heavy parts that `toin ARGUMENTS` has imported when it is done."""
    code = (
        "import sys\n"
        "from pipelines.cli import run\n"
        f"code = run({list(arguments)!r})\n"
        f"print('LOADED', *sorted({HEAVY!r} & set(sys.modules)))\n"
        "sys.exit(code)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("LOADED")]
    return set(line.split()[1:])


def test_help_loads_no_part_of_the_platform() -> None:
    assert loaded_by("--help") == set()


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_a_help_one_can_work_from(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([name, "--help"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert f"Usage: toin {name}" in out
    command = cli.cli.get_command(click.Context(cli.cli), name)
    assert command is not None
    assert command.name == name
    for option in command.params:
        if isinstance(option, click.Option):
            assert option.help or option.show_default, f"{name} {option.opts} says nothing"


def test_every_command_that_keeps_anything_takes_a_home() -> None:
    context = click.Context(cli.cli)
    for name in COMMANDS:
        command = cli.cli.get_command(context, name)
        assert command is not None
        parts = (
            [command.get_command(context, each) for each in command.list_commands(context)]
            if isinstance(command, click.Group)
            else [command]
        )
        for part in parts:
            assert part is not None
            assert "--home" in [flag for option in part.params for flag in option.opts], part.name


def test_the_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    assert capsys.readouterr().out.startswith("toin")


@pytest.mark.parametrize(
    "arguments",
    [["frobnicate"], ["compress", "--no-such"], ["ingest"], ["compress", "--auth-mode", "free"]],
)
def test_a_wrong_call_is_exit_code_two(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "Error" in err


@pytest.mark.parametrize(
    ("error", "code", "says"),
    [
        (ConfigurationError("the home is full; empty it"), 1, "toin: the home is full; empty it"),
        (KeyboardInterrupt(), 130, "the next run of the same command completes"),
        (RuntimeError("Query interrupted"), 130, "the next run of the same command completes"),
        (PermissionError(13, "Permission denied", "/x/y"), 1, "toin: /x/y: Permission denied"),
    ],
)
def test_each_failure_has_its_exit_code_and_one_line(
    error: BaseException,
    code: int,
    says: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    @click.command("fails")
    def fails() -> None:
        raise error

    monkeypatch.setattr(cli.cli, "get_command", lambda *_: fails)
    assert run(["fails"]) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert says in err
    assert len(err.strip().splitlines()) == 1
    assert "Traceback" not in err


def test_a_missing_part_is_named_with_the_command_that_installs_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import importlib.util

    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util,
        "find_spec",
        lambda name, *rest: None if name == "duckdb" else found(name, *rest),
    )
    assert run(["ingest", str(tmp_path), "--home", str(tmp_path / "home")]) == 1
    error = capsys.readouterr().err
    assert "duckdb" in error
    assert 'pip install "toin[pipelines]"' in error


def test_a_tree_of_errors_is_what_the_frame_catches() -> None:
    assert issubclass(ConfigurationError, ToinError)


def _refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert run([*arguments]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert "Traceback" not in err
    return err


def test_what_cannot_be_written_is_refused_before_the_work(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    talks = str(Path(__file__).parents[2] / "datasets" / "traffic-sample")
    home = str(tmp_path / "home")
    said = _refused(capsys, "traffic", talks, "--out", str(tmp_path / "file"), "--home", home)
    assert f"nothing can be written to {tmp_path / 'file'}" in said
    said = _refused(capsys, "replay", "--report", str(tmp_path / "file"), "--home", home)
    assert f"nothing can be written to {tmp_path / 'file'}" in said
    assert not (tmp_path / "home" / "warehouse.duckdb").exists()


def test_a_dashboard_that_cannot_be_shown_is_refused_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    assert "is no folder" in _refused(capsys, "dashboard", "--home", str(tmp_path / "file"))
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        said = _refused(capsys, "dashboard", "--home", str(tmp_path), "--port", port)
    assert f"port {port} cannot be used" in said
    assert "--port" in said
