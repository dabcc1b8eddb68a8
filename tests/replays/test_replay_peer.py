"""The other engine as a control, played by a package of the same name that behaves as told."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from compressors.engine import Engine
from compressors.handles import MemoryHandles
from compressors.home import Home
from compressors.profiles import PASSTHROUGH
from pipelines.replays import manifests, outcomes
from pipelines.replays import peer as module
from pipelines.replays.outcomes import Outcome, run_replays
from pipelines.replays.peer import Peer, PeerError, peer_outcomes

_PACKAGE = """
import os
from types import SimpleNamespace

print("the library greets")

def compress(messages):
    text = messages[-1]["content"]
    match os.environ["PLAYS"]:
        case "same":
            left = text
        case "nothing":
            left = "[900 rows offloaded]"
        case "other":
            left = "\\n".join(text.split('"'))
        case "none":
            left = None
        case "dies":
            os._exit(3)
    return SimpleNamespace(messages=[{"content": left}])
"""


@pytest.fixture
def plays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    package = tmp_path / "headroom"
    package.mkdir()
    (package / "__init__.py").write_text(_PACKAGE)
    told = tmp_path / "headroom_ai-9.9.dist-info"
    told.mkdir()
    (told / "METADATA").write_text("Metadata-Version: 2.1\nName: headroom-ai\nVersion: 9.9\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("PLAYS", "same")
    return monkeypatch


@pytest.fixture(scope="module", autouse=True)
def sets(small_sets: Path) -> Iterator[Path]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifests, "datasets_directory", lambda: small_sets)
        for each in (module, outcomes):
            patch.setattr(each, "KINDS_UNDER_TEST", ("json", "log"))
        yield small_sets


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    return Engine.start(home=Home(tmp_path_factory.mktemp("home")), handles=MemoryHandles())


def _silent(_label: str, _done: int, _total: int) -> None:
    return


@pytest.fixture(scope="module")
def found(sets: Path, engine: Engine) -> list[Outcome]:
    assert sets
    return run_replays(data=None, engine=engine, progress=_silent, processes=1)


def _made(found: list[Outcome], engine: Engine) -> list[Outcome]:
    return list(
        peer_outcomes(
            found, data=None, engine=engine, python=Path(sys.executable), progress=_silent
        )
    )


def test_what_it_prints_is_no_answer(plays: pytest.MonkeyPatch) -> None:
    assert plays
    with Peer(Path(sys.executable)) as peer:
        assert peer.version == "9.9"
        assert peer.left("a\nb \ud800", "what?") == "a\nb \ud800"


def test_every_case_is_given_once(
    plays: pytest.MonkeyPatch, found: list[Outcome], engine: Engine
) -> None:
    assert plays
    made = _made(found, engine)
    assert {o.treatment for o in made} == {"headroom-ai 9.9"}
    assert sorted(o.item for o in made) == sorted({o.item for o in found})
    assert all(o.profile == PASSTHROUGH[o.kind].name for o in made)
    assert all(o.solved == o.solvable and o.tokens_after == o.tokens_before for o in made)
    assert _made([*found, *made], engine) == []


def test_nothing_left_solves_nothing(
    plays: pytest.MonkeyPatch, found: list[Outcome], engine: Engine
) -> None:
    plays.setenv("PLAYS", "nothing")
    made = _made(found, engine)
    assert not any(o.solved for o in made)
    assert all(0 < o.tokens_after < 20 for o in made)


def test_values_count_in_a_notation_of_its_own(
    plays: pytest.MonkeyPatch, found: list[Outcome], engine: Engine
) -> None:
    plays.setenv("PLAYS", "other")
    plain = [o for o in _made(found, engine) if o.kind == "json" and o.dataset == "gsm8k-sample"]
    assert sum(o.solved for o in plain) > 0.9 * len(plain)


def test_content_that_is_no_text_is_taken_as_it_was(
    plays: pytest.MonkeyPatch, found: list[Outcome], engine: Engine
) -> None:
    plays.setenv("PLAYS", "none")
    assert all(o.tokens_after == o.tokens_before for o in _made(found, engine))


def test_a_peer_that_ends_or_is_not_there_is_named(
    plays: pytest.MonkeyPatch, found: list[Outcome], engine: Engine, tmp_path: Path
) -> None:
    plays.setenv("PLAYS", "dies")
    with pytest.raises(PeerError, match="ended before it had answered"):
        _made(found, engine)
    with pytest.raises(PeerError, match="cannot be run"):
        Peer(tmp_path / "no-python")
    plays.setenv("PYTHONPATH", str(tmp_path / "elsewhere"))
    with pytest.raises(PeerError, match="is headroom-ai installed there"):
        Peer(Path(sys.executable))
