"""The engine's identity: the same in every checkout, another with every byte that acts."""

from collections.abc import Callable
from pathlib import Path

import pytest

from compressors.digest import _grammars, _sources, digest_of, engine_digest, fingerprint_of


@pytest.fixture
def package(tmp_path: Path) -> Path:
    (tmp_path / "kinds").mkdir()
    (tmp_path / "serving").mkdir()
    (tmp_path / "_defaults").mkdir()
    (tmp_path / "engine.py").write_bytes(b"a = 1\n")
    (tmp_path / "kinds" / "json.py").write_bytes(b"b = 2\n")
    return tmp_path


def digest(package: Path, **libraries: str) -> str:
    return digest_of(package, libraries=libraries or {"orjson": "3"})


def write(name: str, content: bytes) -> Callable[[Path], object]:
    return lambda package: (package / name).write_bytes(content)


@pytest.mark.parametrize(
    "change",
    [
        write("engine.py", b"a = 2\n"),
        write("engine.py", b"a = 1\n\n"),
        write("new.py", b""),
        write("kinds/model.onnx", b"weights"),
        write("kinds/filters.toml", b""),
        lambda package: (package / "engine.py").rename(package / "engine2.py"),
        lambda package: (package / "kinds" / "json.py").unlink(),
    ],
)
def test_whatever_acts_changes_it(package: Path, change: Callable[[Path], object]) -> None:
    before = digest(package)
    change(package)
    assert digest(package) != before


@pytest.mark.parametrize(
    "change",
    [
        write("engine.py", b"a = 1\r\n"),
        write("serving/proxy.py", b"x"),
        write("_defaults/recommendations.toml", b"x"),
        write("py.typed", b"x"),
        write("notes.txt", b"x"),
        write(".hidden.py", b"x"),
    ],
)
def test_what_does_not_act_leaves_it(package: Path, change: Callable[[Path], object]) -> None:
    before = digest(package)
    change(package)
    assert digest(package) == before


def test_a_library_of_another_version_changes_it(package: Path) -> None:
    assert digest(package, orjson="3") != digest(package, orjson="4")
    assert digest(package, orjson="3") != digest(package, msgspec="3")


def test_bytes_cannot_move_between_files(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.mkdir()
    two.mkdir()
    (one / "a.py").write_bytes(b"")
    (one / "b.py").write_bytes(b"c")
    (two / "a.py").write_bytes(b"b.pyc")
    assert digest(one) != digest(two)


def test_the_order_of_a_directory_does_not_matter(
    package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = digest(package)
    found = _sources(package)
    monkeypatch.setattr("compressors.digest._sources", lambda package: found[::-1])
    assert digest(package) == before


def test_the_engine_has_one_for_its_life() -> None:
    assert engine_digest() == engine_digest()
    assert len(engine_digest()) == 64


def test_a_fingerprint_is_of_everything_but_the_input() -> None:
    prints = {
        fingerprint_of("e" * 64, strict=False, pepper_id="p", publication=None),
        fingerprint_of("f" * 64, strict=False, pepper_id="p", publication=None),
        fingerprint_of("e" * 64, strict=True, pepper_id="p", publication=None),
        fingerprint_of("e" * 64, strict=False, pepper_id="q", publication=None),
        fingerprint_of("e" * 64, strict=False, pepper_id="p", publication="sha256:x"),
    }
    assert len(prints) == 5
    assert all(len(each) == 16 for each in prints)


def test_the_versions_of_all_grammars_are_of_it() -> None:
    found = _grammars()
    assert set(found) == {
        "tree_sitter",
        *(
            f"tree_sitter_{language}"
            for language in ("c", "cpp", "go", "java", "javascript", "python", "rust", "typescript")
        ),
    }
    assert all(name.startswith(f"{module}-") for module, name in found.items())
