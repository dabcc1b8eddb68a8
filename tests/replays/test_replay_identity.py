"""What a replay is of: every source that makes its cases or judges them, and no other."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import pipelines
from pipelines.replays import identity
from pipelines.replays.identity import JUDGES, MAKERS

PACKAGE = Path(pipelines.__file__).parent

# How the work is spread changes no outcome, the block is in the key itself, and the package
# only names what stands in its modules.
WITHOUT_EFFECT = {"replays/__init__.py", "replays/blocks.py", "spread.py"}


def imported(path: Path) -> Iterator[Path]:
    """The files of this package that a file imports."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("pipelines"):
            names = [node.module or "", *[f"{node.module}.{each.name}" for each in node.names]]
        elif isinstance(node, ast.Import):
            names = [each.name for each in node.names if each.name.startswith("pipelines")]
        else:
            continue
        for name in names:
            place = PACKAGE.joinpath(*name.split(".")[1:])
            if place.with_suffix(".py").is_file():
                yield place.with_suffix(".py")
            elif (place / "__init__.py").is_file() and place != PACKAGE:
                yield place / "__init__.py"


def reached(*starts: str) -> set[str]:
    """What the files named import, directly and further on, by their paths in the package."""
    open_ = [PACKAGE / start for start in starts]
    found: set[Path] = set()
    while open_:
        path = open_.pop()
        if path not in found:
            found.add(path)
            open_ += imported(path)
    return {path.relative_to(PACKAGE).as_posix() for path in found}


def covered(path: str, parts: tuple[str, ...]) -> bool:
    return any(path == part or path.startswith(f"{part}/") for part in parts)


def said_nothing(path: str) -> bool:
    """Whether a package's own file has nothing but its docstring."""
    return len(ast.parse((PACKAGE / path).read_text(encoding="utf-8")).body) <= 1


def test_all_that_makes_a_replay_is_in_its_digest() -> None:
    missing = {
        path
        for path in reached("replays/outcomes.py")
        if not covered(path, JUDGES + MAKERS) and not said_nothing(path)
    }
    assert missing == WITHOUT_EFFECT


def test_all_that_judges_is_in_the_digest_of_the_judge() -> None:
    missing = {
        path
        for path in reached("replays/solvers/__init__.py", "replays/controls.py")
        if not covered(path, JUDGES) and not said_nothing(path)
    }
    assert missing == set()


@pytest.mark.parametrize("part", JUDGES + MAKERS)
def test_what_is_named_is_there(part: str) -> None:
    assert (PACKAGE / part).exists()


@pytest.mark.parametrize(
    ("changed", "judge", "replay"),
    [
        ("replays/solvers/reader.py", True, True),
        ("replays/renderings/json.py", True, True),
        ("replays/references.py", False, True),
        ("replays/explain.py", False, False),
        ("replays/model/judging.py", False, False),
    ],
)
def test_a_change_costs_what_it_touches(
    changed: str, judge: bool, replay: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = Path.read_bytes

    def altered(path: Path) -> bytes:
        return plain(path) + (b"#" if path == PACKAGE / changed else b"")

    before = identity.judges_digest.__wrapped__(), identity.sources_digest.__wrapped__()
    monkeypatch.setattr(Path, "read_bytes", altered)
    after = identity.judges_digest.__wrapped__(), identity.sources_digest.__wrapped__()
    assert (before[0] != after[0], before[1] != after[1]) == (judge, replay)
