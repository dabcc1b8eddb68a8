"""One case explained: what a profile left, what is missing, and what may not be shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import orjson
import pytest

from compressors.engine import Engine
from compressors.errors import InputRefused
from compressors.handles import MemoryHandles
from compressors.home import Home
from pipelines.cli import run
from pipelines.commands._explained import excerpt
from pipelines.replays import explain as module
from pipelines.replays import manifests, outcomes
from pipelines.replays.blocks import LEDGER, read_ledger
from pipelines.replays.cases import Case
from pipelines.replays.explain import explain, missing
from pipelines.replays.outcomes import cases_of
from pipelines.replays.solvers.reader import find


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


@pytest.fixture(scope="module")
def cases(sets: Path, engine: Engine) -> list[Case]:
    assert sets
    return [
        found.case(kind, place)
        for source in manifests.selected(None)
        for found in [cases_of(source, engine)]
        for kind in ("json", "log")
        for place in range(found.count(kind))
    ]


def test_a_case_of_the_learn_part_is_found_by_its_digest(cases: list[Case], engine: Engine) -> None:
    case = next(case for case in cases if case.split == "learn" and case.kind == "log")
    for given in (case.id, case.id[:8]):
        found = explain(given, data=None, engine=engine)
        assert (found.case, found.before, found.query) == (case.id, case.text, case.query)
        assert found.solvable
        assert found.profiles[0].solved
        assert len(found.after) < len(found.before)


def test_the_certify_part_is_not_shown(cases: list[Case], engine: Engine) -> None:
    case = next(case for case in cases if case.split == "certify")
    with pytest.raises(InputRefused, match="no case that may be looked at"):
        explain(case.id, data=None, engine=engine)
    made = list(outcomes.replay(case, engine, stamp=("", "")))
    with pytest.raises(InputRefused, match=r"certify part.*--retire"):
        explain(case.id, data=None, engine=engine, outcomes=made[:1])


def test_the_profile_shown_is_the_mildest_that_harms(
    cases: list[Case], engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = next(case for case in cases if case.split == "learn" and case.kind == "log")
    real = outcomes.replay

    def harmed(*given: object, **more: object) -> Iterator[outcomes.Outcome]:
        for outcome in real(*given, **more):  # type: ignore[arg-type]
            hurts = outcome.profile in ("log.lines_few", "log.lines_minimal")
            yield outcomes.Outcome(
                **{name: getattr(outcome, name) for name in outcome.__struct_fields__}
                | {"solved": not hurts}
            )

    monkeypatch.setattr(module, "replay", harmed)
    assert explain(case.id, data=None, engine=engine).profile == "log.lines_few"
    named = explain(case.id, data=None, engine=engine, profile="log.lines_half")
    assert named.profile == "log.lines_half"
    with pytest.raises(InputRefused, match=r"no profile of log; there are log\.passthrough"):
        explain(case.id, data=None, engine=engine, profile="log.none")


def test_what_is_missing_is_named(cases: list[Case]) -> None:
    case = next(case for case in cases if case.kind == "log" and len(case.needed) == 1)
    (identifier,) = case.needed
    assert list(missing(case, case.text)) == []
    lines = case.text.splitlines(keepends=True)
    without = "".join(line for line in lines if identifier not in line)
    assert list(missing(case, without)) == [f"the record {identifier}"]
    line = next(line for line in lines if identifier in line)
    fields = find(case.text, case.needed, kind="log")[identifier]
    field = next(name for name in fields if name != "id" and f" {name}=" in line)
    renamed = case.text.replace(f" {field}=", " _=")
    assert list(missing(case, renamed)) == [f"the field {field} of {identifier}"]
    half = line[: len(line) // 2] + '"\n'
    assert any("field" in part for part in missing(case, case.text.replace(line, half)))


def test_an_excerpt_counts_what_it_leaves_out() -> None:
    lines = [f"line {n}" for n in range(100)]
    shown = excerpt("\n".join(lines), ["line 50"])
    assert shown[0] == "   (46 more lines)"
    assert "line 50" in shown
    assert sum("line" in line and "more" not in line for line in shown) == 9
    assert shown[-1] == "   (45 more lines)"
    long = excerpt("a" * 5000 + "NAME" + "b" * 5000, ["NAME"])
    assert long == ["(4,600 characters) " + "a" * 400 + "NAME" + "b" * 396 + " (4,604 characters)"]
    assert excerpt("nothing\nhere", ["NAME"]) == ["nothing", "here"]


Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def replay(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs ``toin replay``: exit code, stdout, stderr."""

    def ran(*given: str) -> tuple[int, str, str]:
        code = run(["replay", *given, "--home", str(tmp_path / "home")])
        return code, *capsys.readouterr()

    return ran


def test_the_command_shows_a_case(cases: list[Case], replay: Command) -> None:
    case = next(case for case in cases if case.split == "learn" and case.kind == "json")
    status, said, _ = replay("--explain", case.id)
    assert status == 0
    for part in (case.id, case.source, "missing under json.rows_minimal", "json.lossless"):
        assert part in said
    status, said, _ = replay("--explain", case.id, "--json")
    assert orjson.loads(said)["before"] == case.text


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (["--explain", "ffffffffffffffff"], "no case that may be looked at has the digest"),
        (["--explain", "a", "--certify"], "--certify and --explain are different things"),
        (["--profile", "json.rows_few"], "--profile says what --explain shows"),
        (["--retire", "unheard"], "there is no public data set 'unheard'"),
        (["--certify"], "are samples, and a certificate needs the data sets themselves"),
    ],
)
def test_what_cannot_be_done_is_refused_in_a_sentence(
    replay: Command, given: list[str], says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(manifests, "public", list)
    status, _, errors = replay(*given)
    assert status != 0
    assert says in errors
    assert "Traceback" not in errors


def test_a_retired_block_is_entered_once_and_for_all(
    tmp_path: Path, replay: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest = manifests.Manifest("gsm8k", "", "gsm8k", "", "", "", 0.01, False, (), blocks=2)
    monkeypatch.setattr(manifests, "public", lambda: [manifest])
    monkeypatch.setattr(manifests, "datasets_directory", lambda: tmp_path)
    status, said, _ = replay("--retire", "gsm8k")
    assert status == 0
    assert said.startswith("block 1 of gsm8k is retired")
    assert "1 of 2 blocks left" in said
    status, said, _ = replay("--retire", "gsm8k", "--json")
    assert orjson.loads(said) == {"dataset": "gsm8k", "retired": 2, "blocks": 2}
    status, _, errors = replay("--retire", "gsm8k")
    assert (status, "every block of gsm8k is retired already" in errors) == (1, True)
    ledger = read_ledger(tmp_path / LEDGER)
    assert [(block.block, block.retired) for block in ledger.block] == [(1, True), (2, True)]


def test_the_report_is_written_where_it_is_asked_for(tmp_path: Path, replay: Command) -> None:
    status, said, _ = replay("--report", str(tmp_path / "out"))
    assert status == 0
    page = tmp_path / "out" / "replay-report.html"
    assert f"report: {page}" in said.replace("\n", "")
    assert page.read_text().startswith("<!doctype html>")
    assert (tmp_path / "out" / "replay-report.md").read_text().startswith("# Replays")
    (tmp_path / "file").write_text("")
    status, _, errors = replay("--report", str(tmp_path / "file"))
    assert status != 0
    assert "nothing can be written to" in errors
