"""``toin traffic`` and ``toin ingest``: transcripts to segments to warehouse, and bad input."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from compressors.events import decode
from pipelines.cli import run

ROWS = orjson.dumps(
    [{"id": f"R-{n * 7919:07d}", "state": "ok", "load": n % 9} for n in range(150)]
).decode()


def transcript(task: int) -> bytes:
    return orjson.dumps(
        {
            "task_id": task,
            "messages": [
                {"role": "system", "content": "You help."},
                {"role": "user", "content": f"case {task}: which of them?"},
                {
                    "role": "assistant",
                    "content": None,
                    "tool_calls": [
                        {
                            "id": "c1",
                            "type": "function",
                            "function": {"name": "list_racks", "arguments": "{}"},
                        }
                    ],
                },
                {"role": "tool", "tool_call_id": "c1", "name": "list_racks", "content": ROWS},
                {"role": "assistant", "content": f"It is R-{task * 7919:07d}."},
            ],
        }
    )


@pytest.fixture
def home(tmp_path: Path) -> str:
    return str(tmp_path / "home")


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    path = tmp_path / "runs.jsonl"
    path.write_bytes(b"\n".join(transcript(task) for task in range(12)) + b"\n")
    return path


def test_from_transcripts_to_the_warehouse(
    home: str, recorded: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "segments"
    call = [
        "traffic",
        str(recorded),
        "--out",
        str(out),
        "--home",
        home,
        "--auth-mode",
        "payg",
        "--model",
        "claude-sonnet-4-5",
    ]
    assert run([*call, "--json"]) == 0
    captured = capsys.readouterr()
    told = orjson.loads(captured.out)
    assert told["conversations"] == 12
    assert told["groups"] == len(told["segments"]) == 8
    assert told["refused"] == []
    lines = [line for path in out.iterdir() for line in path.read_bytes().splitlines()]
    events = [decode(line) for line in lines]
    assert len(events) == told["events"]
    assert {event.origin for event in events} == {"recorded"}
    assert {event.model_family for event in events} == {"claude-sonnet-4"}
    assert (
        sum(event.arm == "trial" for event in events if event.event == "compression")
        == (told["trials"])
    )

    before = {path.name: path.read_bytes() for path in out.iterdir()}
    assert run(call) == 0
    assert "12 conversations in 8 groups" in capsys.readouterr().out
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before

    assert run(["ingest", str(out), "--home", home, "--json"]) == 0
    first = orjson.loads(capsys.readouterr().out)
    assert first["stored"] == first["rows"] == len(events)
    assert run(["ingest", str(out), "--home", home]) == 0
    assert "(8 known already)" in capsys.readouterr().out


def test_bad_transcripts_are_named_and_cost_no_good_one(
    home: str, recorded: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with recorded.open("ab") as file:
        file.write(b'{"alpha": 1}\n{"messages": [{"rol')
    (tmp_path / "other.json").write_bytes(b'{"beta": []}')
    out = tmp_path / "segments"
    code = run(
        [
            "traffic",
            str(recorded),
            str(tmp_path / "other.json"),
            "--out",
            str(out),
            "--home",
            home,
            "--json",
        ]
    )
    told = capsys.readouterr()
    assert code == 1
    assert orjson.loads(told.out)["conversations"] == 12
    for part in ("runs.jsonl, line 13", "alpha", "runs.jsonl, line 14", "other.json", "beta"):
        assert part in told.err
    assert len(list(out.iterdir())) == 8


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("x.json", b'{"alpha": 1}', ["x.json", "alpha", "OpenAI chat"]),
        ("x.jsonl", b"", ["x.jsonl", "empty"]),
        ("absent.json", None, ["absent.json", "no such file"]),
    ],
)
def test_nothing_readable_is_a_refusal(
    home: str,
    tmp_path: Path,
    name: str,
    data: bytes | None,
    says: list[str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    if data is not None:
        (tmp_path / name).write_bytes(data)
    out = tmp_path / "segments"
    assert run(["traffic", str(tmp_path / name), "--out", str(out), "--home", home]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    for part in says:
        assert part in captured.err
    assert not out.exists()


def test_an_explicit_file_that_no_engine_loads_stops_the_recording(
    home: str, recorded: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "broken.toml").write_text("schema = ")
    out = tmp_path / "segments"
    code = run(
        [
            "traffic",
            str(recorded),
            "--out",
            str(out),
            "--home",
            home,
            "--recommendations",
            str(tmp_path / "broken.toml"),
        ]
    )
    assert code == 1
    assert "broken.toml" in capsys.readouterr().err
    assert not out.exists()


def test_a_place_that_is_no_directory_is_refused_by_name(
    home: str, recorded: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "taken").write_text("a file")
    code = run(["traffic", str(recorded), "--out", str(tmp_path / "taken"), "--home", home])
    assert code == 1
    assert "taken" in capsys.readouterr().err


def test_a_home_that_cannot_be_made_is_refused_by_name(
    recorded: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "taken").write_text("a file")
    for call in (["compress", str(recorded)], ["ingest", str(recorded)], ["pepper", "new"]):
        assert run([*call, "--home", str(tmp_path / "taken" / "home")]) == 1
        error = capsys.readouterr().err
        assert "taken" in error
        assert "Traceback" not in error


@pytest.fixture
def segment(home: str, recorded: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    assert run(["traffic", str(recorded), "--out", str(tmp_path / "out"), "--home", home]) == 0
    capsys.readouterr()
    return sorted((tmp_path / "out").iterdir())[0]


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda line: line[:-30], []),
        (lambda line: line[:-1] + b',"note":"hello"}', ["note"]),
        (
            lambda line: line.replace(b'"conversation":"', b'"conversation":"Meet me at '),
            ["field conversation"],
        ),
        (
            lambda line: line.replace(b'"tokens_before":', b'"tokens_before":-'),
            ["field tokens_before"],
        ),
    ],
    ids=["cut off", "unknown field", "raw text", "negative count"],
)
def test_a_bad_row_is_quarantined_by_name_and_costs_no_good_one(
    home: str,
    segment: Path,
    tmp_path: Path,
    spoil: object,
    says: list[str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    lines = segment.read_bytes().splitlines()
    compressions = [n for n, line in enumerate(lines) if b'"event":"compression"' in line]
    place = compressions[-1]
    lines[place] = spoil(lines[place])  # type: ignore[operator]
    (tmp_path / "bad.jsonl").write_bytes(b"\n".join(lines) + b"\n")
    assert run(["ingest", str(tmp_path / "bad.jsonl"), "--home", home, "--json"]) == 0
    captured = capsys.readouterr()
    told = orjson.loads(captured.out)
    assert (told["quarantined"], told["stored"]) == (1, len(lines) - 1)
    (sentence,) = [line for line in captured.err.splitlines() if line.startswith("quarantined:")]
    for part in [f"bad.jsonl, line {place + 1}", *says]:
        assert part in sentence
    assert "Meet me" not in captured.err


def test_an_empty_folder_is_refused(
    home: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "nothing").mkdir()
    assert run(["ingest", str(tmp_path / "nothing"), "--home", home]) == 1
    assert "nothing" in capsys.readouterr().err
