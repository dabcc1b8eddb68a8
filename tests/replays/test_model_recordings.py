"""Recorded answers: kept, exported, imported; damage and conflicts are refused by name."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import msgspec
import pytest

from compressors.errors import ConfigurationError, InputRefused
from pipelines.replays.model import Parameters, Recording, Recordings
from pipelines.replays.model.asking import answer_key, prompt_digest


def recording(number: int, *, answer: str = "Answer: 1", model: str = "m") -> Recording:
    prompt = prompt_digest([{"role": "user", "content": str(number)}])
    parameters = Parameters()
    return Recording(
        key=answer_key(model, parameters, prompt),
        model=model,
        temperature=0.0,
        max_tokens=1024,
        sample=1,
        prompt=prompt,
        answer=answer,
        finish="stop",
        input_tokens=5,
        output_tokens=None,
    )


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    path = tmp_path / "answers.sqlite"
    with Recordings(path) as recordings:
        for number in range(3):
            recordings.add(recording(number))
    return path


def test_what_was_added_is_found_again(kept: Path) -> None:
    with Recordings(kept) as recordings:
        assert recordings.find(recording(1).key) == recording(1)
        assert recordings.find("0" * 64) is None
        assert recordings.keys() == {recording(number).key for number in range(3)}


def test_the_first_answer_under_a_key_stays(kept: Path) -> None:
    with Recordings(kept) as recordings:
        recordings.add(recording(1, answer="Answer: other"))
        assert recordings.find(recording(1).key) == recording(1)


def test_an_export_is_imported_elsewhere_to_the_byte(kept: Path, tmp_path: Path) -> None:
    out, back = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    with Recordings(kept) as recordings:
        assert recordings.export(out) == 3
    with Recordings(tmp_path / "other.sqlite") as other:
        assert other.take_in(out) == (3, 0)
        assert other.take_in(out) == (0, 3)
        other.export(back)
    assert out.read_bytes() == back.read_bytes()


def test_an_export_may_be_of_one_model(kept: Path, tmp_path: Path) -> None:
    with Recordings(kept) as recordings:
        recordings.add(recording(1, model="n"))
        assert recordings.export(tmp_path / "n.jsonl", model="n") == 1
    assert b'"model":"n"' in (tmp_path / "n.jsonl").read_bytes()


def _line(**changes: object) -> bytes:
    return msgspec.json.encode({**msgspec.structs.asdict(recording(9)), **changes})


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (b"nonsense", "line 2: no recorded answer"),
        (b"[" * 100_000, "line 2: no recorded answer"),
        (b'{"key": "x"}', "line 2: no recorded answer .*missing required field"),
        (_line(price=3), "line 2: no recorded answer .*unknown field `price`"),
        (_line(answer=5), "line 2: no recorded answer .*answer"),
        (_line(model="another"), "line 2, field key: .* is not the digest"),
        (_line(max_tokens=5), "line 2, field key"),
        (_line(prompt="0" * 64), "line 2, field key"),
        (_line(prompt="short", key="0" * 64), "line 2, field key"),
        (b"\xff\xfe", "line 2: no recorded answer"),
    ],
)
def test_a_damaged_line_is_named_and_nothing_is_imported(
    kept: Path, tmp_path: Path, line: bytes, says: str
) -> None:
    file = tmp_path / "in.jsonl"
    file.write_bytes(msgspec.json.encode(recording(7)) + b"\n" + line + b"\n")
    with Recordings(kept) as recordings:
        with pytest.raises(InputRefused, match=says):
            recordings.take_in(file)
        assert len(recordings.keys()) == 3


def test_conflicts_are_named_and_nothing_is_imported(kept: Path, tmp_path: Path) -> None:
    file = tmp_path / "in.jsonl"
    lines = [recording(7), *(recording(number, answer="Answer: 2") for number in range(3))]
    file.write_bytes(b"\n".join(msgspec.json.encode(each) for each in lines))
    with Recordings(kept) as recordings:
        with pytest.raises(InputRefused) as refused:
            recordings.take_in(file)
        assert recording(0).key[:16] in str(refused.value)
        assert len(recordings.keys()) == 3
    file.write_bytes(
        msgspec.json.encode(recording(7))
        + b"\n"
        + msgspec.json.encode(recording(7, answer="Answer: 2"))
    )
    with Recordings(kept) as recordings, pytest.raises(InputRefused, match=recording(7).key[:16]):
        recordings.take_in(file)


def test_a_missing_export_is_refused_in_a_sentence(kept: Path, tmp_path: Path) -> None:
    with Recordings(kept) as recordings, pytest.raises(InputRefused, match="cannot be read"):
        recordings.take_in(tmp_path / "none.jsonl")


def test_another_file_is_refused(tmp_path: Path) -> None:
    text = tmp_path / "text"
    text.write_text("no database at all, but long enough to look like one" * 50)
    with pytest.raises(ConfigurationError, match="cannot be used"):
        Recordings(text)
    other = tmp_path / "other.sqlite"
    con = sqlite3.connect(other)
    con.execute("create table t (x)")
    con.close()
    with pytest.raises(ConfigurationError, match="no recorded answers of this version"):
        Recordings(other)


def test_figures_are_replaced_by_model(tmp_path: Path) -> None:
    with Recordings(tmp_path / "answers.sqlite") as recordings:
        recordings.keep_figures("m", [b'{"a":1}', b'{"a":2}'])
        recordings.keep_figures("n", [b'{"a":3}'])
        recordings.keep_figures("m", [b'{"a":4}'])
        assert recordings.figures() == [b'{"a":4}', b'{"a":3}']
