"""Files are complete or absent; a home knows where its things are."""

import os
import stat
from pathlib import Path

import pytest

from compressors.errors import ConfigurationError
from compressors.files import sync_directory, write_atomically
from compressors.home import Home


def test_a_file_is_replaced_whole_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "new" / "file"
    write_atomically(path, b"one")
    write_atomically(path, b"two", mode=0o600)
    assert path.read_bytes() == b"two"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [path]
    sync_directory(path.parent)


def test_a_failure_leaves_the_earlier_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    write_atomically(path, b"one")

    def fail(descriptor: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(KeyboardInterrupt):
        write_atomically(path, b"two")
    assert path.read_bytes() == b"one"
    assert list(tmp_path.iterdir()) == [path]


def test_a_part_that_a_killed_process_left_is_no_obstacle(tmp_path: Path) -> None:
    path = tmp_path / "file"
    leftover = tmp_path / f".file.{os.getpid()}.part"
    leftover.write_bytes(b"half of something longer")
    leftover.chmod(0o666)
    write_atomically(path, b"whole", mode=0o600)
    assert path.read_bytes() == b"whole"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_home_is_where_it_is_said_to_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TOIN_HOME", raising=False)
    assert Home.at().root == Path(".toin")
    monkeypatch.setenv("TOIN_HOME", str(tmp_path / "env"))
    assert Home.at().root == tmp_path / "env"
    assert Home.at(tmp_path / "given").root == tmp_path / "given"
    assert not (tmp_path / "given").exists()


def test_everything_of_a_home_lies_below_it(tmp_path: Path) -> None:
    home = Home(tmp_path / "home").ensure()
    assert home.root.is_dir()
    assert home.ensure() == home
    names = [name for name, part in vars(Home).items() if isinstance(part, property)]
    places = [getattr(home, name) for name in names]
    assert len(set(places)) == len(names) >= 8
    assert all(place.parent == home.root for place in places)


def test_a_home_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigurationError, match="--home or TOIN_HOME"):
        Home(tmp_path / "file" / "home").ensure()
