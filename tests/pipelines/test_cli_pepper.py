"""``toin pepper``: made once, never overwritten, never printed unasked."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest

from compressors.pepper import PUBLIC_PEPPER
from pipelines.cli import run


@pytest.fixture
def home(tmp_path: Path) -> str:
    return str(tmp_path / "home")


def test_a_new_pepper_is_named_and_kept_from_others(
    home: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["pepper", "new", "--home", home]) == 0
    name = capsys.readouterr().out.strip()
    assert re.fullmatch(r"[0-9a-f]{8}", name)
    file = Path(home, "pepper")
    assert file.stat().st_mode & 0o777 == 0o600
    assert run(["pepper", "show-id", "--home", home]) == 0
    out, err = capsys.readouterr()
    assert out.strip() == name
    assert file.read_text().strip() not in out + err


def test_an_open_pepper_file_is_pointed_out(home: str, capsys: pytest.CaptureFixture[str]) -> None:
    run(["pepper", "new", "--home", home])
    Path(home, "pepper").chmod(0o644)
    capsys.readouterr()
    assert run(["pepper", "show-id", "--home", home]) == 0
    assert "chmod 600" in capsys.readouterr().err


def test_a_pepper_is_never_overwritten(home: str, capsys: pytest.CaptureFixture[str]) -> None:
    run(["pepper", "new", "--home", home])
    before = Path(home, "pepper").read_bytes()
    assert run(["pepper", "new", "--home", home]) == 1
    assert "already holds" in capsys.readouterr().err
    assert Path(home, "pepper").read_bytes() == before


def test_a_pepper_travels(
    home: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run(["pepper", "new", "--home", home])
    name = capsys.readouterr().out.strip()
    assert run(["pepper", "export", "--home", home]) == 0
    secret = capsys.readouterr().out
    (tmp_path / "carried").write_text(secret)
    other, third = str(tmp_path / "other"), str(tmp_path / "third")
    assert run(["pepper", "import", str(tmp_path / "carried"), "--home", other]) == 0
    assert capsys.readouterr().out.strip() == name
    monkeypatch.setattr("sys.stdin", io.StringIO(secret))
    assert run(["pepper", "import", "--home", third]) == 0
    assert capsys.readouterr().out.strip() == name
    assert run(["pepper", "import", str(tmp_path / "carried"), "--home", home]) == 0, "the same one"


@pytest.mark.parametrize("text", ["", "abc", "z" * 64, "0" * 63])
def test_what_is_no_pepper_is_refused(
    home: str, tmp_path: Path, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "carried").write_text(text)
    assert run(["pepper", "import", str(tmp_path / "carried"), "--home", home]) == 1
    error = capsys.readouterr().err
    assert "carried holds no pepper: expected 64 hex digits" in error
    assert not Path(home, "pepper").exists()


def test_the_public_pepper_is_said_and_not_exported(
    home: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["pepper", "show-id", "--home", home]) == 0
    out, err = capsys.readouterr()
    assert out.strip() == PUBLIC_PEPPER.id
    assert "has no pepper" in err
    assert run(["pepper", "export", "--home", home]) == 1
    assert "toin pepper new" in capsys.readouterr().err


def test_the_home_comes_from_the_environment(
    home: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOIN_HOME", home)
    assert run(["pepper", "new"]) == 0
    assert Path(home, "pepper").exists()


@pytest.mark.parametrize("held", ["warehouse.duckdb", "handles.sqlite", "segments"])
def test_a_home_that_holds_something_gets_no_other_pepper(
    home: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], held: str
) -> None:
    Path(home).mkdir()
    Path(home, held).touch()
    assert run(["pepper", "new", "--home", home]) == 1
    assert f"{Path(home, held)} is keyed with the public pepper" in capsys.readouterr().err
    secret = tmp_path / "secret"
    secret.write_text("ab" * 32)
    assert run(["pepper", "import", str(secret), "--home", home]) == 1
    assert not Path(home, "pepper").exists()
