"""Manifests and the files they name: the right bytes with the right fields, or a refusal."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from compressors.errors import InputRefused
from compressors.profiles import LADDERS
from pipelines.replays.formats import read_library
from pipelines.replays.manifests import (
    Source,
    SourceFile,
    datasets_directory,
    read_manifest,
    records,
    selected,
)

Writer = Callable[..., Path]

_GOOD = """
name = "x"
title = "X"
format = "gsm8k"
source = "s"
revision = "1"
licence = "MIT"
epsilon = 0.01
sample = false
[[file]]
path = "x/a.jsonl"
sha256 = "00"
fields = ["question"]
"""


def test_the_samples_are_selected_without_a_folder(small_sets: Path) -> None:
    sources = selected(None, directory=small_sets)
    assert [s.manifest.name for s in sources] == [
        "gsm8k-sample",
        "truthfulqa-sample",
        "bfcl-sample",
    ]
    assert all(s.base == small_sets for s in sources)


def test_the_projects_own_manifests_can_be_read() -> None:
    directory = datasets_directory()
    for name, epsilon in (("gsm8k", 0.01), ("truthfulqa", 0.02), ("bfcl", 0.01)):
        manifest = read_manifest(directory / f"{name}.toml")
        assert (manifest.name, manifest.epsilon, manifest.sample) == (name, epsilon, False)


def test_a_digest_is_of_the_files_and_not_of_words_about_them(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_text(_GOOD)
    first = read_manifest(path).digest
    path.write_text("# a remark\n" + _GOOD.replace('title = "X"', 'title = "Y"'))
    assert read_manifest(path).digest == first
    path.write_text(_GOOD.replace('sha256 = "00"', 'sha256 = "01"'))
    assert read_manifest(path).digest != first
    assert first.startswith("sha256:")
    assert len(first) == len("sha256:") + 64


def test_a_set_is_rendered_as_the_kinds_it_names(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_text(_GOOD)
    every = read_manifest(path)
    path.write_text(_GOOD.replace('name = "x"', 'name = "x"\nkinds = ["json", "html"]'))
    two = read_manifest(path)
    assert [kind for kind in LADDERS if every.covers(kind)] == list(LADDERS)
    assert [kind for kind in LADDERS if two.covers(kind)] == ["json", "html"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("epsilon = 0.01", "epsilon = 1.5"), ["epsilon", "0.01"]),
        (("epsilon = 0.01", 'epsilon = "low"'), ["epsilon"]),
        (('licence = "MIT"', ""), ["licence"]),
        (('format = "gsm8k"', 'format = "squad"'), ["format"]),
        (('name = "x"', 'name = "x"\ncolour = "red"'), ["colour"]),
        (('sha256 = "00"', ""), ["sha256"]),
        (('name = "x"', "name = "), ["line"]),
        (('name = "x"', 'name = "x"\nkinds = ["json", "tabel"]'), ["kinds", "'tabel'", "table"]),
    ],
)
def test_a_bad_manifest_is_refused(
    tmp_path: Path, change: tuple[str, str], words: list[str]
) -> None:
    path = tmp_path / "x.toml"
    path.write_text(_GOOD.replace(*change))
    with pytest.raises(InputRefused) as refused:
        read_manifest(path)
    assert [w for w in [str(path), *words] if w not in str(refused.value)] == []


def test_a_missing_manifest_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match=r"gsm8k-sample\.toml cannot be read"):
        selected(None, directory=tmp_path)


def test_a_missing_folder_is_refused(tmp_path: Path, small_sets: Path) -> None:
    with pytest.raises(InputRefused, match=r"no folder; give --data .* gsm8k/"):
        selected(tmp_path / "nowhere", directory=small_sets)


def test_a_missing_file_and_a_wrong_digest_are_refused(written: Writer) -> None:
    content = '{"question": "?"}\n'
    for name, kind in (("truthfulqa-sample", "truthfulqa"), ("bfcl-sample", "bfcl")):
        written(name, kind, {})
    directory = written("gsm8k-sample", "gsm8k", {"s/a.jsonl": (["question"], content)})
    file = directory / "s/a.jsonl"
    file.write_text(content + " ")
    with pytest.raises(InputRefused) as refused:
        selected(None, directory=directory)
    manifest = read_manifest(directory / "gsm8k-sample.toml")
    assert str(file) in str(refused.value)
    assert f"expected sha256 {manifest.files[0].sha256}" in str(refused.value)
    file.write_text('{"query": "?"}\n')
    with pytest.raises(InputRefused, match=r"sha256 .*\(line 1: the field 'question' is missing"):
        selected(None, directory=directory)
    file.unlink()
    with pytest.raises(InputRefused, match=r"a\.jsonl cannot be read"):
        selected(None, directory=directory)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('{"question": "a"}\n{"answer": "b"}\n', ["line 2", "'question' is missing", "answer"]),
        ('{"question": "a"}\n{"question": \n', ["line 2", "no valid JSON"]),
        ('{"question": "a"}\n[1]\n', ["line 2", "found list"]),
        ('[{"question": "a"}, {"x": 1}]', ["element 2", "'question' is missing"]),
        ('[{"question": "a"}', ["no valid JSON"]),
        ('{"question": "a"}\n\n"x"\n', ["line 3", "found str"]),
    ],
)
def test_a_bad_record_is_refused_with_its_place(
    tmp_path: Path, content: str, words: list[str]
) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(content)
    with pytest.raises(InputRefused) as refused:
        list(records(path, SourceFile("a.jsonl", "", ("question",))))
    assert [w for w in [str(path), *words] if w not in str(refused.value)] == []


def test_packed_files_are_read_and_damaged_ones_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.gz"
    file = SourceFile("a.jsonl.gz", "", ("question",))
    packed = gzip.compress(b'{"question": "a"}\n', mtime=0)
    path.write_bytes(packed)
    assert list(records(path, file)) == [(1, {"question": "a"})]
    path.write_bytes(packed[:-12])
    with pytest.raises(InputRefused, match="cut off"):
        list(records(path, file))


_ONE = {"question": "Two?", "answer": "<<1+1=2>>2\n#### 2"}


@pytest.mark.parametrize(
    ("kind", "fields", "record", "words"),
    [
        ("gsm8k", ["question", "answer"], {**_ONE, "answer": "2"}, ["answer", "####"]),
        ("gsm8k", ["question", "answer"], {**_ONE, "question": 3}, ["question", "expected text"]),
        (
            "truthfulqa",
            ["question", "mc1_targets"],
            {"question": "Why?", "mc1_targets": {"a": 1, "b": 1, "c": 0}},
            ["mc1_targets", "one is 1"],
        ),
        (
            "truthfulqa",
            ["question", "mc1_targets"],
            {"question": "Why?", "mc1_targets": {"a": 1, "b": 0, "c": 0.5}},
            ["mc1_targets", "one is 1"],
        ),
        (
            "truthfulqa",
            ["question", "mc1_targets"],
            {"question": " ", "mc1_targets": {"a": 1, "b": 0}},
            ["question", "expected text"],
        ),
        (
            "bfcl",
            ["id", "question", "function"],
            {"id": "multiple_1", "question": [], "function": []},
            ["multiple_1", "no answer"],
        ),
    ],
)
def test_a_record_of_another_form_is_refused(
    written: Writer, kind: str, fields: list[str], record: dict, words: list[str]
) -> None:
    directory = written("x", kind, {"x/a.json": (fields, json.dumps(record) + "\n")})
    source = Source(read_manifest(directory / "x.toml"), directory)
    with pytest.raises(InputRefused) as refused:
        read_library(source)
    assert [w for w in ["a.json", " 1", *words] if w not in str(refused.value)] == []


@pytest.mark.parametrize(
    ("asked", "truth", "words"),
    [
        ({"question": [], "function": []}, [{"f": {}}], ["question", "no turn"]),
        ({"question": "?", "function": []}, [{"f": {}}], ["question", "turns of chat"]),
        ({"question": [[]], "function": {}}, [{"f": {}}], ["function", "list of function"]),
        ({"question": [[]], "function": [{"name": "f"}]}, [{"f": {}}], ["name and parameters"]),
        ({"question": [[]], "function": []}, ["f()"], ["ground_truth", "accepted values"]),
    ],
)
def test_a_request_of_another_form_is_refused(
    written: Writer, asked: dict, truth: object, words: list[str]
) -> None:
    name = "BFCL_v4_multiple.json"
    directory = written(
        "x",
        "bfcl",
        {
            f"x/{name}": (["id", "question", "function"], json.dumps({"id": "a", **asked})),
            f"x/possible_answer/{name}": (
                ["id", "ground_truth"],
                json.dumps({"id": "a", "ground_truth": truth}),
            ),
        },
    )
    with pytest.raises(InputRefused) as refused:
        read_library(Source(read_manifest(directory / "x.toml"), directory))
    assert [w for w in [name, "line 1", *words] if w not in str(refused.value)] == []
