"""Three small data sets, standing in for the real ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from small_sets import problems, questions, tools, write_set

from pipelines.replays import manifests


@pytest.fixture(scope="session")
def small_sets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory of three sample sets of 20 items each."""
    directory = tmp_path_factory.mktemp("datasets")
    write_set(
        directory, "gsm8k-sample", "gsm8k",
        {"gsm8k-sample/test.jsonl": (["question", "answer"], problems(20))},
    )  # fmt: skip
    write_set(
        directory, "truthfulqa-sample", "truthfulqa",
        {"truthfulqa-sample/mc_task.json": (["question", "mc1_targets"], questions(20))},
    )  # fmt: skip
    asked, answers = tools(20)
    write_set(
        directory, "bfcl-sample", "bfcl",
        {
            "bfcl-sample/BFCL_v4_multiple.json": (["id", "question", "function"], asked),
            "bfcl-sample/possible_answer/BFCL_v4_multiple.json": (["id", "ground_truth"], answers),
        },
    )  # fmt: skip
    return directory


@pytest.fixture
def bundled(small_sets: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The small sets, standing in for the bundled ones."""
    monkeypatch.setattr(manifests, "datasets_directory", lambda: small_sets)
    return small_sets


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Path]:
    """Writes a data set into a new directory and returns that directory."""

    def write(name: str, kind: str, files: Mapping[str, tuple[list[str], str]]) -> Path:
        write_set(tmp_path, name, kind, files)
        return tmp_path

    return write
