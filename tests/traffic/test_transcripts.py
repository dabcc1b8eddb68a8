"""Files and directories of transcripts: what is found, how it is grouped, what is refused."""

from __future__ import annotations

import gzip
from pathlib import Path

import orjson
import pytest

from compressors.errors import InputRefused
from pipelines.traffic.transcripts import Transcript, read_transcripts


def chat(task: int | str, text: str = "hello") -> dict[str, object]:
    return {"task_id": task, "messages": [{"role": "user", "content": f"{text} {task}"}]}


def write_lines(path: Path, *records: object) -> Path:
    data = b"".join(orjson.dumps(record) + b"\n" for record in records)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(data, mtime=0) if path.suffix == ".gz" else data)
    return path


def groups(path: Path) -> list[str]:
    return [transcript.group for transcript in read_transcripts(path)]


def test_one_file_of_many_tasks_is_split_by_task_modulo_eight(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "all.jsonl", *(chat(task) for task in range(16)))
    found = {transcript.id: transcript.group for transcript in read_transcripts(path)}
    assert len(set(found.values())) == 8
    assert found["all.jsonl#4"] == found["all.jsonl#12"], "task 3 and task 11 are one instance"
    assert groups(path) == sorted(found.values()), "a group comes whole, and then the next"


def test_trials_of_one_task_share_an_instance(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "all.jsonl", chat("book", "a"), chat("book", "b"), chat("pay"))
    found = {transcript.id: transcript.group for transcript in read_transcripts(path)}
    assert found["all.jsonl#1"] == found["all.jsonl#2"]


def test_a_file_with_one_task_is_one_instance(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "one.jsonl", chat(1, "a"), chat(1, "b"))
    assert groups(path) == ["one.jsonl", "one.jsonl"]


def test_files_beside_one_another_are_the_instances(tmp_path: Path) -> None:
    write_lines(tmp_path / "b.jsonl.gz", *(chat(task) for task in range(3)))
    write_lines(tmp_path / "deep" / "a.jsonl", chat(9))
    assert groups(tmp_path) == ["b.jsonl.gz"] * 3 + ["deep/a.jsonl"]


def test_an_array_of_runs_is_split_wherever_it_lies(tmp_path: Path) -> None:
    (tmp_path / "runs.json").write_bytes(orjson.dumps([chat(1), chat(2)]))
    write_lines(tmp_path / "other.jsonl", chat(3), chat(4))
    assert groups(tmp_path) == ["other.jsonl", "other.jsonl", "runs.json#1", "runs.json#2"]


def test_a_bare_list_of_messages_is_one_conversation(tmp_path: Path) -> None:
    path = tmp_path / "messages.json"
    path.write_bytes(
        orjson.dumps([{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}])
    )
    (transcript,) = read_transcripts(path)
    assert len(transcript.messages) == 2


def test_json_lines_that_are_called_json_are_read(tmp_path: Path) -> None:
    path = tmp_path / "lines.json"
    path.write_bytes(orjson.dumps(chat(1)) + b"\n" + orjson.dumps(chat(2)) + b"\n")
    assert len(list(read_transcripts(path))) == 2


def test_the_digest_is_of_the_conversation_alone() -> None:
    messages = ({"role": "user", "content": "a"},)
    here = Transcript(id="1", group="x", messages=messages, where="here")
    there = Transcript(id="2", group="y", messages=messages, where="there")
    other = Transcript(id="1", group="x", messages=({"role": "user", "content": "b"},))
    assert here.digest == there.digest != other.digest


UNKNOWN = b'{"alpha": 1, "beta": {"c": 2}}\n'
GOOD = orjson.dumps(chat(1)) + b"\n"


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("x.jsonl", UNKNOWN, ["x.jsonl, line 1", "alpha, beta", "OpenAI chat", "SWE-agent"]),
        ("x.json", UNKNOWN, ["x.json: is no transcript", "alpha, beta"]),
        ("x.json", b"[1, 2]", ["x.json, item 1", "a int instead of an object"]),
        ("x.jsonl", GOOD + UNKNOWN, ["x.jsonl, line 2", "alpha"]),
        ("x.jsonl", GOOD + b'{"messages": [{"ro', ["x.jsonl, line 2", "cut off"]),
        ("x.json", b'{"messages": [{"ro', ["x.json, line 1", "cut off"]),
        ("x.jsonl", b"", ["x.jsonl: is empty"]),
        (
            "x.jsonl.gz",
            gzip.compress(GOOD, mtime=0)[:-9],
            ["x.jsonl.gz: is cut off or no gzip file"],
        ),
        ("x.jsonl.gz", GOOD, ["x.jsonl.gz: is cut off or no gzip file"]),
        (
            "x.jsonl",
            b'{"messages": [{"role": "robot"}]}',
            ["line 1", "looks like OpenAI chat", "messages[0].role is 'robot'"],
        ),
        (
            "x.jsonl",
            b'{"event_id": "0", "schema": 1}',
            ["line 1", "telemetry event", "toin ingest"],
        ),
    ],
)
def test_bad_files_are_refused_by_name_line_and_key(
    tmp_path: Path, name: str, data: bytes, says: list[str]
) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(InputRefused) as refusal:
        list(read_transcripts(path))
    for part in says:
        assert part in str(refusal.value)


def test_nothing_at_the_path_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="no such file or directory"):
        list(read_transcripts(tmp_path / "absent"))
    with pytest.raises(InputRefused, match="holds no transcript"):
        list(read_transcripts(tmp_path))


def test_a_bad_line_costs_no_good_one(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes(GOOD + UNKNOWN + b"{cut\n" + orjson.dumps(chat(2)))
    refused: list[InputRefused] = []
    read = list(read_transcripts(path, on_refusal=refused.append))
    assert len(read) == 2
    assert sorted(str(error).split(":")[0][-6:] for error in refused) == ["line 2", "line 3"]


def test_data_beside_transcripts_is_passed_over_and_named(tmp_path: Path) -> None:
    write_lines(tmp_path / "good.jsonl", chat(1))
    (tmp_path / "table.json").write_bytes(b'{"HAT001": {"flight": 1}}')
    skipped: list[InputRefused] = []
    assert len(list(read_transcripts(tmp_path, on_skip=skipped.append))) == 1
    assert "table.json" in str(skipped[0])


def test_a_directory_with_data_and_no_transcript_is_refused(tmp_path: Path) -> None:
    (tmp_path / "table.json").write_bytes(b'{"HAT001": {"flight": 1}}')
    with pytest.raises(InputRefused, match=r"1 files and no transcript among them.*HAT001"):
        list(read_transcripts(tmp_path, on_refusal=lambda error: None))
