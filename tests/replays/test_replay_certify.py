"""Certificates and their ledger: recomputable, in ladder order, never spent by accident."""

from __future__ import annotations

import hashlib
from pathlib import Path
from types import SimpleNamespace

import pytest
from scipy.stats import binom

from compressors.errors import InputRefused
from compressors.profiles import LADDERS
from pipelines.cli import run
from pipelines.replays import certify as module
from pipelines.replays import manifests
from pipelines.replays.blocks import Ledger, read_ledger, write_ledger
from pipelines.replays.certify import Certificate, certify
from pipelines.replays.outcomes import Outcome, replay_key
from pipelines.settings import Settings

_ENGINE = SimpleNamespace(digest="ab" * 8)
_SETS = ("gsm8k", "truthfulqa", "bfcl")
_FEW = 20
"""Recorded tasks, where there are any: too few for a certificate."""


def _manifest(directory: Path, name: str, *, sample: bool, epsilon: float) -> None:
    (directory / f"{name}.toml").write_text(
        f'name = "{name}"\ntitle = "t"\nformat = "{name.removesuffix("-sample")}"\nsource = "s"\n'
        f'revision = "1"\nlicence = "MIT"\nepsilon = {epsilon}\nsample = {str(sample).lower()}\n'
        "file = []\n"
    )


@pytest.fixture
def sets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in _SETS:
        _manifest(tmp_path, name, sample=False, epsilon=0.01)
        _manifest(tmp_path, f"{name}-sample", sample=True, epsilon=0.1)
    monkeypatch.setattr(manifests, "datasets_directory", lambda: tmp_path)
    monkeypatch.setattr(module, "datasets_directory", lambda: tmp_path)
    monkeypatch.setattr(module, "KINDS_UNDER_TEST", ("json", "log"))
    return tmp_path


def _outcomes(
    data: Path | None, *, n: int = 700, harms: dict[tuple[str, str], int] | None = None
) -> list[Outcome]:
    """``n`` solvable and 100 unsolvable cases a set; ``harms`` by profile and data set."""
    sources = manifests.selected(data)
    key = replay_key(_ENGINE, sources)
    out = []
    for source in sources:
        name = source.manifest.name
        some = _FEW if name == "trajectories" else n
        for kind in ("json", "log"):
            for profile in LADDERS[kind]:
                lost = (harms or {}).get((profile.name, name), 0)
                for item in range(some + 150):
                    solvable = item < some or item >= some + 100
                    out.append(
                        Outcome(
                            replay=key, judge="j", source="", dataset=name, kind=kind,
                            item=str(item),
                            cluster=str(item) if solvable else "others",
                            split="learn" if item >= some + 100 else "certify",
                            treatment="profile", profile=profile.name, profile_id=profile.id,
                            solvable=solvable, solved=solvable and item >= lost,
                            tokens_before=10, tokens_after=5,
                        )
                    )  # fmt: skip
                out.append(
                    Outcome(
                        replay=key, judge="j", source="", dataset=name, kind=kind,
                        item="0", cluster="0",
                        split="certify", treatment="random_deletion", profile=profile.name,
                        profile_id=profile.id, solvable=True, solved=False,
                        tokens_before=10, tokens_after=5,
                    )
                )  # fmt: skip
    return out


def _certify(data: Path | None, outcomes: list[Outcome], **more: object) -> list[Certificate]:
    return certify(outcomes, engine=_ENGINE, data=data, settings=Settings(), **more)


def _certified(rows: list[Certificate], kind: str) -> list[str]:
    return [
        profile.name
        for profile in LADDERS[kind]
        if all(row.certified for row in rows if row.profile == profile.name)
    ]


def test_there_is_a_row_for_every_rung_and_data_set(sets: Path) -> None:
    rows = _certify(sets, _outcomes(sets))
    expected = [
        (kind, rung, name)
        for kind in ("json", "log")
        for rung in range(len(LADDERS[kind]))
        for name in _SETS
    ]
    assert [(row.kind, row.rung, row.dataset) for row in rows] == expected


def test_an_outsider_can_recompute_every_p(sets: Path) -> None:
    harms = {("json.rows_few", "bfcl"): 3, ("log.lines_half", "gsm8k"): 1}
    rows = _certify(sets, _outcomes(sets, harms=harms))
    for row in rows:
        assert row.p == pytest.approx(binom.cdf(row.harms, row.n, row.epsilon), abs=1e-12)
        assert row.threshold == pytest.approx(0.05 / (1 * 2) / 2)
        assert (row.n, row.kinds, row.version, row.block) == (700, 2, 1, 1)
        assert row.solvable == pytest.approx(700 / 800)
        assert row.harms == harms.get((row.profile, row.dataset), 0)


def test_the_ladder_stops_at_the_first_failure(sets: Path) -> None:
    rows = _certify(sets, _outcomes(sets, harms={("json.rows_half", "truthfulqa"): 30}))
    assert _certified(rows, "json") == ["json.passthrough", "json.lossless", "json.rows_most"]
    assert _certified(rows, "log") == [profile.name for profile in LADDERS["log"]]


def test_all_data_sets_have_to_speak_for_a_profile(sets: Path) -> None:
    for name in _SETS:
        rows = _certify(sets, _outcomes(sets, harms={("log.lines_most", name): 9}))
        assert _certified(rows, "log") == ["log.passthrough", "log.lossless"]


def test_too_few_items_certify_nothing(sets: Path) -> None:
    rows = _certify(sets, _outcomes(sets, n=436))
    assert _certified(rows, "json") == ["json.passthrough", "json.lossless"]
    rows = _certify(sets, _outcomes(sets, n=437))
    assert _certified(rows, "json") == [profile.name for profile in LADDERS["json"]]


@pytest.fixture
def recorded(sets: Path) -> Path:
    _manifest(sets, "trajectories", sample=False, epsilon=0.05)
    file = sets / "runs.jsonl"
    file.write_bytes(b"{}\n")
    written = sets / "trajectories.toml"
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    said = f'[[file]]\npath = "runs.jsonl"\nsha256 = "{digest}"\nfields = []\n'
    written.write_text(written.read_text().replace("file = []\n", said))
    return sets


@pytest.mark.parametrize(("harms", "against"), [(0, False), (3, False), (4, True), (20, True)])
def test_what_is_too_small_to_certify_speaks_against_a_profile(
    recorded: Path, harms: int, against: bool
) -> None:
    """P(Bin(20, 0.05) >= 3) is 0.075, P(>= 4) is 0.016."""
    outcomes = _outcomes(recorded, harms={("log.lines_half", "trajectories"): harms})
    rows = _certify(recorded, outcomes, spend=True)
    said = [(row.profile, row.n, row.harms) for row in rows if row.dataset == "trajectories"]
    ladder = [profile.name for profile in LADDERS["log"]]
    assert said == ([("log.lines_half", _FEW, harms)] if against else [])
    stands = ladder[: ladder.index("log.lines_half")] if against else ladder
    assert _certified(rows, "log") == stands
    assert _certified(rows, "json") == [profile.name for profile in LADDERS["json"]]
    assert [block.dataset for block in read_ledger(recorded / "blocks.toml").block] == list(_SETS)


def test_no_items_are_no_evidence(sets: Path) -> None:
    rows = _certify(sets, [])
    assert {(row.n, row.p, row.solvable) for row in rows} == {(0, 1.0, 0.0)}
    assert _certified(rows, "log") == ["log.passthrough", "log.lossless"]


def test_samples_demonstrate_and_runs_develop(sets: Path) -> None:
    assert {row.status for row in _certify(None, _outcomes(None))} == {"demonstration"}
    assert {row.status for row in _certify(sets, _outcomes(sets))} == {"development"}
    assert not (sets / "blocks.toml").exists()


def test_samples_cannot_be_spent(sets: Path) -> None:
    with pytest.raises(InputRefused, match=r"gsm8k-sample.* are samples.*--data"):
        _certify(None, _outcomes(None), spend=True)
    assert not (sets / "blocks.toml").exists()


def test_samples_are_refused_before_a_replay_is_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("pipelines.replays.run_replays", lambda **_: pytest.fail("replays ran"))
    assert run(["replay", "--certify", "--home", str(tmp_path / "home")]) != 0
    assert "are samples" in capsys.readouterr().err


def test_a_spent_test_is_entered_once_and_the_next_engine_may_spend_less(
    sets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcomes = _outcomes(sets, harms={("json.rows_few", "bfcl"): 30})
    rows = _certify(sets, outcomes, spend=True)
    assert {row.status for row in rows if row.certified} == {"certified"}
    assert {row.status for row in rows if not row.certified} == {"development"}
    ledger = sets / "blocks.toml"
    before = ledger.read_bytes()
    again = _certify(sets, outcomes, spend=True)
    assert ledger.read_bytes() == before
    assert again == rows

    monkeypatch.setattr(module, "engine_digest", lambda: "cd" * 32)
    waiting = _certify(sets, outcomes)
    assert {row.version for row in waiting} == {2}
    assert ledger.read_bytes() == before
    rows = _certify(sets, outcomes, spend=True)
    assert {row.threshold for row in rows} == {0.05 / 6 / 2}
    kept = read_ledger(ledger)
    assert [b.dataset for b in kept.block] == list(_SETS)
    assert [[v.version for v in b.version] for b in kept.block] == [[1, 2]] * 3
    assert ledger.read_bytes().startswith(before.split(b"[[block]]")[0])

    monkeypatch.setattr(module, "sources_digest", lambda: "ee" * 32)
    monkeypatch.setattr(module, "replay_key", lambda *_, **__: outcomes[0].replay)
    assert {row.version for row in _certify(sets, outcomes)} == {3}


def test_outcomes_of_another_engine_are_refused(sets: Path) -> None:
    with pytest.raises(InputRefused, match="run the replays again"):
        certify(
            _outcomes(sets), engine=SimpleNamespace(digest="9" * 16), data=sets,
            settings=Settings(),
        )  # fmt: skip


def test_a_ledger_that_cannot_be_written_certifies_nothing(
    sets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pipelines.replays.blocks.write_atomically", refuse)
    with pytest.raises(InputRefused, match=r"blocks\.toml cannot be written .*nothing was certif"):
        _certify(sets, _outcomes(sets), spend=True)


_ENTRY = '[[block]]\ndataset = "a"\ndigest = "d"\nblock = 1\n'
_VERSION = '[[block.version]]\nversion = {}\nengine = "e"\nreplays = "r"\nkinds = 2\n'


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("schema = 2\n", "schema"),
        ("schema = ", "cannot be used"),
        ('schema = 1\ncolour = "red"\n', "colour"),
        ("schema = 1\n" + _ENTRY + _VERSION.format(2), "block 1 of a, field version"),
        ("schema = 1\n" + _ENTRY + _VERSION.format('"one"'), "version"),
    ],
)
def test_a_ledger_that_was_edited_is_refused(tmp_path: Path, content: str, words: str) -> None:
    path = tmp_path / "blocks.toml"
    path.write_text(content)
    with pytest.raises(InputRefused, match=words):
        read_ledger(path)


def test_a_ledger_comes_back_as_it_was_written(tmp_path: Path) -> None:
    ledger = Ledger()
    for engine in ("a", "b", "a"):
        ledger = ledger.spent("gsm8k", digest="d", engine=engine, replays="r", kinds=2)
    ledger = ledger.spent("gsm8k", digest="other", engine="a", replays="r", kinds=2)
    write_ledger(tmp_path / "blocks.toml", ledger)
    assert read_ledger(tmp_path / "blocks.toml") == ledger
    assert [len(block.version) for block in ledger.block] == [2, 1]
    assert ledger.version_of("gsm8k", digest="d", engine="b", replays="r") == 2
    assert ledger.version_of("gsm8k", digest="d", engine="c", replays="r") == 3
    assert ledger.version_of("gsm8k", digest="d", engine="b", replays="s") == 3
    assert ledger.block_of("gsm8k", digest="d") == 1


def test_a_retired_block_is_never_tested_on_again(tmp_path: Path) -> None:
    ledger = Ledger().spent("gsm8k", digest="d", engine="a", replays="r", kinds=2)
    ledger = ledger.without("gsm8k", digest="d")
    assert ledger.block_of("gsm8k", digest="d") == 2
    assert ledger.version_of("gsm8k", digest="d", engine="a", replays="r") == 1
    ledger = ledger.without("gsm8k", digest="d")
    ledger = ledger.spent("gsm8k", digest="d", engine="b", replays="r", kinds=2)
    assert [(b.block, b.retired, len(b.version)) for b in ledger.block] == [
        (1, True, 1), (2, True, 0), (3, False, 1),
    ]  # fmt: skip
    assert ledger.block_of("gsm8k", digest="other") == 1
    write_ledger(tmp_path / "blocks.toml", ledger)
    assert read_ledger(tmp_path / "blocks.toml") == ledger


def test_nothing_is_certified_where_every_block_is_retired(sets: Path) -> None:
    ledger = Ledger()
    for source in manifests.selected(sets):
        ledger = ledger.without(source.manifest.name, digest=source.manifest.digest)
    write_ledger(sets / "blocks.toml", ledger)
    with pytest.raises(InputRefused, match="every block of gsm8k is retired"):
        _certify(sets, _outcomes(sets), spend=True)


def test_the_projects_own_ledger_can_be_read() -> None:
    read_ledger(manifests.datasets_directory() / "blocks.toml")
